import { expect, test } from 'vitest';
import type { ExampleFile } from '../pack/types.ts';
import { runExamples } from './examples.ts';
import { office as definition } from './fixtures/change.ts';

const at = { file: 'x.yaml', line: 3, col: 5 };
const world = [
  { unit: 'office' },
  { unit: 'civil', under: 'office' },
  { person: 'wang', unit: 'civil' },
  { person: 'li', unit: 'civil', roles: ['unit_head'] },
  { person: 'chen', unit: 'office', roles: ['room_manager'] },
  { param: 'scan_days', is: 10 },
  { host: 'h1', name: 'web1', state: 'free' },
];
const given = [
  {
    change: 'r1',
    state: 'review',
    requester: 'wang',
    title: 'Upgrade',
    kind: 'patch',
    host: 'h1',
    steps: [{ step: 'stop' }],
    acts: { endorse: { at: '2026-11-19T09:00', by: 'li' } },
  },
  { fact: 'last_scan(h1)', is: { finished_at: '2026-11-01T10:00' } },
];

type Plain = Record<string, unknown>;
const run = (steps: [when: Plain, expected?: Plain][], more: unknown[] = []) => {
  const example = {
    name: 'An example',
    at,
    given: [...given, ...more],
    steps: steps.map(([when, then], i) => ({ at: { ...at, line: 10 + i }, when, ...(then ? { then } : {}) })),
  };
  const file: ExampleFile = { path: 'x.yaml', pack: 'test', world, examples: [example] };
  return runExamples(definition, [file])[0]!;
};
const accept = { at: '2026-11-20T10:00', who: 'chen', does: 'r1.accept', with: { opinion: 'fine' } };

test('a refusal with its clause, a fact that changes, then the states of two records', () => {
  const result = run([
    [accept, { refused: 'scanned', clause: 'clause.scanned' }],
    [{ fact: 'last_scan(h1)', is: { finished_at: '2026-11-19T10:00' } }],
    [accept, { state: { r1: 'running', h1: 'occupied' }, sealed: { 'r1.accept': { by: 'chen' } } }],
  ]);
  expect(result).toMatchObject({ ok: true, refusedGates: ['change.scanned'] });
});

test('what came instead is told where it was expected', () => {
  expect(run([[accept, { state: { r1: 'running' } }]])).toMatchObject({
    ok: false,
    at: { line: 10 },
    expected: 'state {r1:running}',
    got: expect.stringContaining('refused scanned'),
  });
  const early = run([[{ ...accept, at: '2026-11-05T10:00' }, { refused: 'scanned' }]]);
  expect(early).toMatchObject({ ok: false, expected: 'refused scanned', got: 'r1 in running' });
});

test('the clock, openings, notices and selectors', () => {
  const running = {
    change: 'r2',
    state: 'running',
    requester: 'wang',
    title: 'Old',
    kind: 'patch',
    host: 'h1',
    until: '2026-11-24',
  };
  const result = run(
    [
      [{ at: '2026-11-24T23:59', clock: true }, { state: { r2: 'running' } }],
      [
        { at: '2026-11-25T00:00', clock: true },
        { state: { r2: 'done' }, opened: { finding: 1 } },
      ],
      [
        { at: '2026-11-27T09:00', who: 'wang', does: 'finding[origin=r2].close' },
        { state: { 'finding[origin=r2]': 'closed' } },
      ],
    ],
    [running],
  );
  expect(result).toMatchObject({ ok: true });
});

test('an example that names what is not there fails and says so', () => {
  expect(run([[{ ...accept, does: 'r9.accept' }]])).toMatchObject({ ok: false, got: 'there is no record r9' });
  expect(run([[accept, { refusd: 'scanned', refused: 'scanned' }]])).toMatchObject({
    ok: false,
    got: 'refusd',
  });
});

test.each([
  ['a date no calendar has', { change: 'r2', state: 'draft', until: '2026-02-30' }, '"2026-02-30" is no date'],
  ['a date written another way', { change: 'r2', state: 'draft', until: '2026/2/3' }, '"2026/2/3" is no date'],
  [
    'a time on such a day',
    { change: 'r2', state: 'draft', acts: { endorse: { at: '2026-02-30T09:00', by: 'li' } } },
    'is no time',
  ],
])('%s is told, not guessed at', (_what, record, message) => {
  expect(run([[accept, { refused: 'scanned' }]], [record])).toMatchObject({
    ok: false,
    got: expect.stringContaining(message),
  });
});
