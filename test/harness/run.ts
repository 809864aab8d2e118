/**
 * `npm test`: types, lint, the web build, every test; with `--external` (or CI=true) the database tests once more on the
 * PostgreSQL of the system. Tests run in two lanes side by side, each line with the name of its run: most of them wait for
 * a database, a browser or another process half of the time. What failed is named once more at the end; the last line is
 * the sum, `N passed, N failed`, which is also written to the file $TALLY names.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { systemCluster } from './database.ts';
import { add, failure, nothing, readReport, type Tally, tallyLine } from './tally.ts';

const ROOT = join(import.meta.dirname, '../..');
const reports = mkdtempSync(join(tmpdir(), 'ancheng-reports-'));
const path = `${join(ROOT, 'node_modules', '.bin')}${delimiter}${process.env.PATH}`;

/** Runs a tool of ours to its end and returns its exit status; every line it prints is passed on, after `name`. */
function run(name: string, command: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
  console.log(`\n▶ ${name}: ${command} ${args.join(' ')}`);
  const child = spawn(command, args, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
    env: { ...process.env, PATH: path, ...env },
  });
  passOn(name, child.stdout);
  passOn(name, child.stderr);
  return new Promise((ended) => {
    child.on('error', (error) => {
      console.log(`${name} │ ${error.message}`);
      ended(1);
    });
    child.on('close', (status) => ended(status ?? 1));
  });
}

function passOn(name: string, stream: Readable): void {
  createInterface({ input: stream }).on('line', (line) => console.log(`${name} │ ${line}`));
}

/** A check that is one thing: the types, the lint, the build. */
const check = async (name: string, command: string, ...args: string[]): Promise<Tally> =>
  (await run(name, command, args)) === 0 ? { ...nothing, passed: 1 } : failure(`${command} ${args.join(' ')}`);

async function tests(name: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Tally> {
  const report = join(reports, `${name}.json`);
  // Two runs must not share the runner's memory of durations, one file rewritten by each at its end.
  const reporters = ['--cache=false', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const status = await run(name, 'vitest', ['run', ...args, ...reporters], env);
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
  const url = await systemCluster().catch((error: Error) => error);
  if (url instanceof Error) return failure(url.message);
  if (url === undefined) {
    console.log('\n▶ no PostgreSQL of the system (≥ 15): the run on an external database is left out');
    return nothing;
  }
  const exclude = RUN_ONCE.flatMap((pattern) => ['--exclude', pattern]);
  return tests('external', ['--project', 'db', ...exclude], { DATABASE_URL: url });
}

const external = (process.argv.includes('--external') || process.env.CI === 'true') && !process.env.DATABASE_URL;

/** What a person sees comes from the build, so that comes first. */
async function checks(): Promise<Tally> {
  const built = await check('build', 'vite', 'build', '--logLevel', 'warn');
  const program = await check('types', 'tsc', '-p', 'tsconfig.json');
  const web = await check('types', 'tsc', '-p', 'web/tsconfig.json');
  return add(built, program, web, await check('lint', 'biome', 'check', '.'));
}

const first = await checks();
const lanes = await Promise.all([
  tests('database', ['--project', 'unit', '--project', 'db']),
  tests('journeys', ['--project', 'journeys']).then(async (tally) =>
    external ? add(tally, await externally()) : tally,
  ),
]);
const sum = add(first, ...lanes);

rmSync(reports, { recursive: true, force: true });
if (process.env.TALLY) writeFileSync(process.env.TALLY, `${tallyLine(sum)}\n`);
for (const each of sum.failures) console.log(`\n✗ ${each}`);
console.log(`\n${tallyLine(sum)}`);
process.exitCode = sum.failed === 0 && sum.passed > 0 ? 0 : 1;
