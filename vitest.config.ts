import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { PATIENCE_MS } from './test/harness/patience.ts';

// Whatever tests put into the temporary folder goes with the run. Open like /tmp itself: databases run as another account.
const scratch = mkdtempSync(join(tmpdir(), 'ancheng-tests-'));
chmodSync(scratch, 0o1777);
process.env.TMPDIR = scratch;
process.on('exit', () => {
  try {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // A database that is still ending writes into its folder; whoever keeps it clears that away, and how the tests went stands.
  }
});

/** What has to come is waited for, however slow the machine; a second is what the runner would wait by itself. */
const patiently = { poll: { timeout: PATIENCE_MS } };

// Three projects: pure tests beside the code, tests that need PostgreSQL, journeys in a real browser.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          testTimeout: 300_000,
          hookTimeout: 300_000,
          expect: patiently,
          maxWorkers: '100%', // by itself one core is left idle: on two, half of them
          isolate: false, // nothing here keeps state between files; loading everything anew for each took longer than the tests
          include: ['src/**/*.test.ts', 'web/**/*.test.{ts,tsx}', 'test/unit/**/*.test.ts', 'test/packs/**/*.test.ts'],
          exclude: ['**/*.db.test.ts', '**/node_modules/**'],
        },
      },
      {
        test: {
          name: 'db',
          include: [
            'src/**/*.db.test.ts',
            'test/db/**/*.test.ts',
            'test/faults/**/*.test.ts',
            'test/peers/**/*.test.ts',
          ],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          expect: patiently,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'journeys',
          include: ['test/journeys/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          expect: patiently,
          fileParallelism: false,
        },
      },
    ],
  },
});
