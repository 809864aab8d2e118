/**
 * `node bench/commands.ts [seconds] [runs]`: saves through HTTP, each asking five gates, writing an event, projections and the ledger's head,
 * from another process at 1, 8 and 32 clients. `--profile <folder>` writes a CPU profile of the server;
 * `--statements` shows which statements take the database's time; `--clients 32` measures only that many.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { SUPERUSER } from '../src/adapters/postgres/embedded/cluster.ts';
import { secret } from '../src/adapters/postgres/secrets.ts';
import { bareInsertsPerSecond, flushesPerSecond, median, quantile } from './limits.ts';
import { processorSeconds } from './processes.ts';
import { BENCH } from './server.ts';
import { openWire } from './wire.ts';

const { values: options, positionals } = parseArgs({
  options: {
    profile: { type: 'string' },
    statements: { type: 'boolean', default: false },
    clients: { type: 'string', default: '1,8,32' },
  },
  allowPositionals: true,
});
const SECONDS = Number(positionals[0] ?? 5);
const RUNS = Number(positionals[1] ?? 3);
const PORT = 18_611;
const RECORDS = 512;
/** Saves before anything counts: until then it is measured how the program is compiled. */
const WARM = 5_000;

type Ready = { url: string; ids: string[]; database: string; folder: string };

async function startServer(): Promise<{ child: ChildProcess; ready: Ready }> {
  const profiling = options.profile ? ['--cpu-prof', `--cpu-prof-dir=${options.profile}`] : [];
  const args = [...profiling, join(import.meta.dirname, 'server.ts'), String(PORT), String(RECORDS)];
  if (options.statements) args.push('statements');
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ready = await new Promise<Ready>((resolve, reject) => {
    createInterface({ input: child.stdout! }).on('line', (line) => line.startsWith('{') && resolve(JSON.parse(line)));
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
  return { child, ready };
}

async function signIn(url: string): Promise<Record<string, string>> {
  const { email, password } = BENCH;
  const answer = await fetch(`${url}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ email, password }),
  });
  if (answer.status !== 200) throw new Error(`no session: ${answer.status} ${await answer.text()}`);
  const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
  return { cookie: cookies.join('; '), origin: url };
}

type Run = {
  rate: number;
  p50: number;
  p99: number;
  failures: number;
  program: number;
  database: number;
  load: number;
};
const versions = new Map<string, number>();

/** So many clients, each with records of its own, saving as fast as they are answered. */
async function load(
  server: number,
  { url, ids }: Ready,
  headers: Record<string, string>,
  clients: number,
): Promise<Run> {
  const millis: number[] = [];
  let failures = 0;
  const before = processorSeconds(server);
  const ours = process.cpuUsage();
  const from = performance.now();
  const end = from + SECONDS * 1000;
  const client = async (index: number) => {
    const wire = await openWire(url, headers);
    const own = ids.filter((_, i) => i % clients === index);
    for (let turn = 0; performance.now() < end; turn++) {
      const id = own[turn % own.length]!;
      const version = versions.get(id) ?? 1;
      const input = { commandId: randomUUID(), id, version, values: { note: `${index} ${turn} ${version}` } };
      const sent = performance.now();
      const answer = await wire.post('/api/rpc/records/save', { json: input });
      millis.push(performance.now() - sent);
      if (answer.status === 200)
        versions.set(id, (JSON.parse(answer.text) as { json: { version: number } }).json.version);
      else {
        failures += 1;
        if (failures === 1) console.error(answer.status, answer.text.slice(0, 300));
      }
    }
    wire.close();
  };
  await Promise.all(Array.from({ length: clients }, (_, index) => client(index)));
  const rate = millis.length / ((performance.now() - from) / 1000);
  const after = processorSeconds(server);
  const spent = process.cpuUsage(ours);
  const each = (seconds: number) => (seconds * 1000) / millis.length;
  return {
    rate,
    p50: quantile(millis, 0.5),
    p99: quantile(millis, 0.99),
    failures,
    program: each(after.own - before.own),
    database: each(after.started - before.started),
    load: each((spent.user + spent.system) / 1e6),
  };
}

/** What each statement took since it was last asked, the costliest first; milliseconds and blocks a save. */
async function statementsSince(ready: Ready, saves: number) {
  const { hostname, port, pathname } = new URL(ready.database);
  const password = secret(ready.folder, 'postgres-super');
  const client = new pg.Client({
    host: hostname,
    port: Number(port),
    database: pathname.slice(1),
    user: SUPERUSER,
    password,
  });
  await client.connect();
  await client.query('create extension if not exists pg_stat_statements');
  const { rows } = await client.query<{ query: string; calls: number; ms: number; blocks: number; wal: number }>(
    `select regexp_replace(query, '[[:space:]]+', ' ', 'g') as query, calls::int, total_exec_time + total_plan_time as ms,
       (shared_blks_hit + shared_blks_read)::float as blocks, wal_bytes::float as wal from pg_stat_statements order by ms desc limit 40`,
  );
  await client.query('select pg_stat_statements_reset()');
  await client.end();
  return rows.map(({ query, calls, ms, blocks, wal }) => ({
    statement: query.slice(0, 110),
    calls,
    'ms a call': (ms / calls).toFixed(3),
    'ms a save': (ms / saves).toFixed(4),
    'blocks a call': Math.round(blocks / calls),
    'WAL bytes a save': Math.round(wal / saves),
  }));
}

const { child, ready } = await startServer();
try {
  const headers = await signIn(ready.url);
  for (let warm = 0; warm < WARM; ) warm += Math.round((await load(child.pid!, ready, headers, 32)).rate * SECONDS);
  const flushes = flushesPerSecond();
  const rows = [];
  for (const clients of options.clients.split(',').map(Number)) {
    const runs: Run[] = [];
    if (options.statements) await statementsSince(ready, 1);
    for (let i = 0; i < RUNS; i++) runs.push(await load(child.pid!, ready, headers, clients));
    if (options.statements) {
      const saves = runs.reduce((sum, run) => sum + run.rate * SECONDS, 0);
      console.table(await statementsSince(ready, saves));
    }
    const bare = await bareInsertsPerSecond(ready.database, clients);
    rows.push({
      clients,
      'saves/s': Math.round(median(runs.map((run) => run.rate))),
      'p50 ms': median(runs.map((run) => run.p50)).toFixed(1),
      'p99 ms': median(runs.map((run) => run.p99)).toFixed(1),
      failed: runs.reduce((sum, run) => sum + run.failures, 0),
      budget: clients === 32 ? '1,500/s, p99 50 ms' : '',
      'program cpu ms': median(runs.map((run) => run.program)).toFixed(2),
      'database cpu ms': median(runs.map((run) => run.database)).toFixed(2),
      'load cpu ms': median(runs.map((run) => run.load)).toFixed(2),
      'bare inserts/s': Math.round(bare),
    });
  }
  console.table(rows);
  console.log(
    `medians of ${RUNS} runs of ${SECONDS} s; limit: ${Math.round(flushes).toLocaleString('en')} flushes/s of this disk, bare one-row transactions beside`,
  );
} finally {
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  await ended;
}
