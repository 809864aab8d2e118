import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { add, nothing, readReport, tallyLine } from '../harness/tally.ts';

const folder = mkdtempSync(join(tmpdir(), 'tally-'));
afterAll(() => rmSync(folder, { recursive: true }));

const report = (numFailedTests: number, files: unknown[], status: number) => {
  const path = join(folder, 'report.json');
  writeFileSync(path, JSON.stringify({ numPassedTests: 5, numFailedTests, numPendingTests: 1, testResults: files }));
  return readReport(path, status);
};

test('the sum is one plain line', () => {
  expect(tallyLine(add({ ...nothing, passed: 2 }, { ...nothing, passed: 3, failed: 1 }))).toBe('5 passed, 1 failed');
});

test('a file that cannot be loaded, a run that dies and a missing report all count as failures', () => {
  expect(report(0, [], 0)).toEqual({ passed: 5, failed: 0, skipped: 1, failures: [] });
  expect(report(0, [{ status: 'failed', assertionResults: [] }], 1).failed).toBe(1);
  expect(report(1, [{ status: 'failed', assertionResults: [{ status: 'failed' }] }], 1).failed).toBe(1);
  expect(report(0, [], 1).failed).toBe(1);
  expect(readReport(join(folder, 'absent.json'), 0)).toMatchObject({ passed: 0, failed: 1 });
});

test('each failure is named with its file and the beginning of why', () => {
  const { failures } = report(
    1,
    [
      {
        name: 'a.test.ts',
        status: 'failed',
        assertionResults: [
          { status: 'passed', fullName: 'holds' },
          { status: 'failed', fullName: 'breaks', failureMessages: ['expected 1 to be 2\n at a.test.ts:3'] },
        ],
      },
      { name: 'b.test.ts', status: 'failed', message: 'no such module', assertionResults: [] },
    ],
    1,
  );
  expect(failures).toEqual([
    'a.test.ts › breaks\n    expected 1 to be 2\n     at a.test.ts:3',
    'b.test.ts › could not be loaded\n    no such module',
  ]);
});
