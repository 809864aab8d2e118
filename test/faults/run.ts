/** `npm run test:faults`: the tests of faults at their full length, for an hour nobody waits for. Any variable set wins. */
import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const long = { SEALER_ROUNDS: '1000', FAULT_ROUNDS: '60', MANY: '1000' };
const path = `${join(ROOT, 'node_modules', '.bin')}${delimiter}${process.env.PATH}`;
const { status } = spawnSync(
  'vitest',
  ['run', '--project', 'db', '--testTimeout', '7200000', 'test/faults', 'test/db/many.test.ts'],
  {
    cwd: ROOT,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: { ...long, ...process.env, PATH: path },
  },
);
process.exitCode = status ?? 1;
