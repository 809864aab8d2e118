import { expect, test } from 'vitest';
import { copyable } from './copy.ts';
import { office as definition } from './fixtures/change.ts';

test('an earlier case is taken over without evidence, dates, results, and what is drawn or computed', () => {
  const file = { id: 'f', name: 'f', sha256: 'ab'.repeat(32), size: 1, media: 'a/b' };
  const { values, left } = copyable(definition.records.change!, {
    values: {
      title: 'Upgrade',
      kind: 'patch',
      host: 'h1',
      until: '2026-12-31',
      documents: [file],
      steps: [{ id: 'r1', step: 'stop', passed: true, length: 4 }],
      papers: [{ id: 'plan', source: 'plan', given: true }],
      stepCount: 1,
      verdict: 'good',
      result: 'ok',
      remark: 'x',
    },
  });
  expect(values).toEqual({
    title: 'Upgrade',
    kind: 'patch',
    host: 'h1',
    steps: [{ id: 'r1', step: 'stop', passed: true }],
  });
  expect(left.map(({ en }) => en)).toEqual(['until', 'documents', 'papers', 'stepCount', 'verdict', 'result']);
});
