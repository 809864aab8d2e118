import { existsSync, readFileSync } from 'node:fs';

/** What runs came to; `failures` names each failure and the first lines of why, for the end of the output. */
export type Tally = { passed: number; failed: number; skipped: number; failures: string[] };

export const nothing: Tally = { passed: 0, failed: 0, skipped: 0, failures: [] };

export const failure = (what: string): Tally => ({ ...nothing, failed: 1, failures: [what] });

export const add = (...tallies: Tally[]): Tally =>
  tallies.reduce((sum, each) => ({
    passed: sum.passed + each.passed,
    failed: sum.failed + each.failed,
    skipped: sum.skipped + each.skipped,
    failures: [...sum.failures, ...each.failures],
  }));

export const tallyLine = ({ passed, failed, skipped }: Tally): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;

type Assertion = { status: string; fullName?: string; failureMessages?: string[] };
type File = { name?: string; status: string; message?: string; assertionResults: Assertion[] };
type Report = { numPassedTests: number; numFailedTests: number; numPendingTests: number; testResults: File[] };

const LINES_OF_WHY = 6;

const named = (file: File, what: string, why: string): string =>
  [`${file.name ?? 'unnamed'} › ${what}`, ...why.split('\n').slice(0, LINES_OF_WHY)].join('\n    ');

const failuresOf = (file: File): string[] => {
  const failed = file.assertionResults.filter((result) => result.status === 'failed');
  if (failed.length === 0 && file.status === 'failed') return [named(file, 'could not be loaded', file.message ?? '')];
  return failed.map((result) => named(file, result.fullName ?? 'unnamed', result.failureMessages?.join('\n') ?? ''));
};

/**
 * What a run of Vitest came to, from its JSON report and exit status. A file that could not even be loaded counts as one
 * failure, and so does a run that failed without a test to show for it.
 */
export function readReport(path: string, status: number): Tally {
  if (!existsSync(path)) return failure('a run of the tests left no report');
  const report = JSON.parse(readFileSync(path, 'utf8')) as Report;
  const failures = report.testResults.flatMap(failuresOf);
  if (failures.length === 0 && status !== 0)
    failures.push(`a run of the tests ended with status ${status} though no test failed: see its output above`);
  return { passed: report.numPassedTests, failed: failures.length, skipped: report.numPendingTests, failures };
}
