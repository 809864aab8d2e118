import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { add, nothing, readReport, tallyLine } from '../harness/tally.ts';

const folder = mkdtempSync(join(tmpdir(), 'tally-'));
const report = (numFailedTests: number, files: unknown[], status: number) => {
  const path = join(folder, 'report.json');
  writeFileSync(path, JSON.stringify({ numPassedTests: 5, numFailedTests, numPendingTests: 1, testResults: files }));
  return readReport(path, status);
};

test('the sum is one plain line', () => {
  expect(tallyLine(add({ passed: 2, failed: 0, skipped: 0 }, { passed: 3, failed: 1, skipped: 0 }))).toBe(
    '5 passed, 1 failed',
  );
});

test('a file that cannot be loaded, a run that dies and a missing report all count as failures', () => {
  expect(report(0, [], 0)).toEqual({ passed: 5, failed: 0, skipped: 1 });
  expect(report(0, [{ status: 'failed', assertionResults: [] }], 1).failed).toBe(1);
  expect(report(1, [{ status: 'failed', assertionResults: [{ status: 'failed' }] }], 1).failed).toBe(1);
  expect(report(0, [], 1).failed).toBe(1);
  expect(readReport(join(folder, 'absent.json'), 0)).toEqual({ ...nothing, failed: 1 });
  rmSync(folder, { recursive: true });
});
