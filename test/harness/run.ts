/**
 * `npm test`: types, lint, the web build, every test; with `--external` (or CI=true) the database tests once more on the
 * PostgreSQL of the system. What failed is named once more at the end; the last line is the sum, `N passed, N failed`,
 * which is also written to the file $TALLY names.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { isRefused } from '../../src/kernel/refusal.ts';
import { startSystemPostgres } from './system-postgres.ts';
import { add, failure, nothing, readReport, type Tally, tallyLine } from './tally.ts';

const ROOT = join(import.meta.dirname, '../..');
const reports = mkdtempSync(join(tmpdir(), 'ancheng-reports-'));
const path = `${join(ROOT, 'node_modules', '.bin')}${delimiter}${process.env.PATH}`;

function run(command: string, args: string[], env: NodeJS.ProcessEnv = {}): number {
  console.log(`\n▶ ${command} ${args.join(' ')}`);
  const shell = process.platform === 'win32';
  return (
    spawnSync(command, args, { cwd: ROOT, stdio: 'inherit', shell, env: { ...process.env, PATH: path, ...env } })
      .status ?? 1
  );
}

/** A check that is one thing: the types, the lint, the build. */
const check = (command: string, ...args: string[]): Tally =>
  run(command, args) === 0 ? { ...nothing, passed: 1 } : failure(`${command} ${args.join(' ')}`);

function tests(name: string, args: string[], env: NodeJS.ProcessEnv = {}): Tally {
  const report = join(reports, `${name}.json`);
  const status = run(
    'vitest',
    ['run', ...args, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    env,
  );
  return readReport(report, status);
}

/** Those that start databases of their own, or hardly touch one, gain nothing from another server. */
const RUN_ONCE = [
  'src/cli/**',
  'src/adapters/postgres/embedded/**',
  'test/peers/**',
  'test/faults/{kill,offline}.test.ts',
  'test/db/package.test.ts', // of what is printed and packed, not of the database
];

async function externally(): Promise<Tally> {
  const server = await startSystemPostgres(join(reports, 'postgres'));
  if (server === undefined) {
    console.log('\n▶ no PostgreSQL of the system (≥ 15): the run on an external database is left out');
    return nothing;
  }
  if (isRefused(server)) {
    return failure(server.refused[0]?.message.en ?? 'the PostgreSQL of the system did not start');
  }
  const exclude = RUN_ONCE.flatMap((pattern) => ['--exclude', pattern]);
  const tally = tests('external', ['--project', 'db', ...exclude], { DATABASE_URL: server.url });
  await server.stop();
  return tally;
}

let sum = add(check('tsc', '-p', 'tsconfig.json'), check('biome', 'check', '.'));
if (existsSync(join(ROOT, 'web/tsconfig.json'))) sum = add(sum, check('tsc', '-p', 'web/tsconfig.json'));
if (existsSync(join(ROOT, 'vite.config.ts'))) sum = add(sum, check('vite', 'build', '--logLevel', 'warn'));
sum = add(sum, tests('all', []));
const external = process.argv.includes('--external') || process.env.CI === 'true';
if (external && !process.env.DATABASE_URL) sum = add(sum, await externally());

rmSync(reports, { recursive: true, force: true });
if (process.env.TALLY) writeFileSync(process.env.TALLY, `${tallyLine(sum)}\n`);
for (const each of sum.failures) console.log(`\n✗ ${each}`);
console.log(`\n${tallyLine(sum)}`);
process.exitCode = sum.failed === 0 && sum.passed > 0 ? 0 : 1;
