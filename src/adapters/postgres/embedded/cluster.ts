import { type ChildProcess, spawn } from 'node:child_process';
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import pg from 'pg';
import type { Refused } from '../../../kernel/refusal.ts';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';
import { freePort } from './port.ts';
import { explain, unready } from './trouble.ts';

/** Everything a start needs: the folder `<data>/postgres`, the programs, who runs them, the bootstrap password. */
export type Ground = {
  home: string;
  binaries: Binaries;
  account: Account | undefined;
  password: string;
  settings: Record<string, string>;
};

export const SUPERUSER = 'ancheng_super';

/** A running server; `child` is in a process group of its own, so that Ctrl-C reaches only Ancheng. */
export type Running = { child: ChildProcess; port: number };

const asAccount = (account: Account | undefined) => (account ? { uid: account.uid, gid: account.gid } : {});
const environment = () => ({
  PATH: process.env.PATH ?? '',
  TZ: 'UTC',
  ...(process.env.SystemRoot ? { SystemRoot: process.env.SystemRoot } : {}),
});

/**
 * Creates the cluster when there is none: UTF-8, Chinese order by ICU (zh-Hant-TW), character classes by C.UTF-8,
 * scram-sha-256 only. Made beside its name and renamed, so that a start cut short begins anew.
 */
export async function initialise(ground: Ground): Promise<Refused | undefined> {
  const cluster = join(ground.home, 'cluster');
  if (existsSync(join(cluster, 'PG_VERSION'))) return sameMajor(cluster, ground.binaries);
  const draft = join(ground.home, 'cluster.new');
  const passwordFile = join(ground.home, 'bootstrap');
  rmSync(draft, { recursive: true, force: true });
  writeFileSync(passwordFile, ground.password, { mode: 0o600 });
  if (ground.account) chownSync(passwordFile, ground.account.uid, ground.account.gid);
  const failed = await run(ground, ground.binaries.initdb, [
    ...['-D', draft, '-U', SUPERUSER, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8'],
    ...[
      '--locale-provider=icu',
      '--icu-locale=zh-Hant-TW',
      '--locale=C',
      `--lc-ctype=${characterClasses}`,
      '--no-instructions',
    ],
  ]);
  rmSync(passwordFile, { force: true });
  if (failed !== undefined) {
    rmSync(draft, { recursive: true, force: true });
    return explain({ what: { zh: '建立資料庫', en: 'Creating the database' }, where: cluster }, failed);
  }
  renameSync(draft, cluster);
  return undefined;
}

const characterClasses = { linux: 'C.UTF-8', darwin: 'en_US.UTF-8' }[process.platform as string] ?? 'C';

function sameMajor(cluster: string, binaries: Binaries): Refused | undefined {
  const made = readFileSync(join(cluster, 'PG_VERSION'), 'utf8').trim();
  if (made === binaries.version.split('.')[0]) return undefined;
  const message = `was initialized by PostgreSQL version ${made}`;
  return explain({ what: { zh: '開啟資料庫', en: 'Opening the database' }, where: cluster }, message);
}

/** Runs a program to its end; undefined when it succeeded, otherwise what it said. */
function run(ground: Ground, program: string, args: string[]): Promise<string | Error | undefined> {
  return new Promise((resolve) => {
    const options = {
      cwd: ground.home,
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'] as const,
      ...asAccount(ground.account),
    };
    const child = spawn(program, args, { ...options, stdio: [...options.stdio] });
    let said = '';
    const hear = (chunk: Buffer) => {
      said += chunk;
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('error', resolve);
    child.once('close', (code) => resolve(code === 0 ? undefined : said || `exit code ${code}`));
  });
}

/**
 * Starts the server on loopback and waits until it answers. The port is the one of last time when that is free;
 * a port lost between looking and binding is replaced by another, and backends of a killed server are waited for.
 */
export async function startServer(ground: Ground): Promise<Running | Refused> {
  const record = join(ground.home, 'connection.json');
  let port = await freePort(recordedPort(record));
  const end = performance.now() + PASSING_MS;
  for (;;) {
    const outcome = await startOnce(ground, port);
    if (typeof outcome !== 'string' && !(outcome instanceof Error)) {
      writeFileSync(record, JSON.stringify({ port, pid: outcome.pid, startedAt: new Date().toISOString() }), {
        mode: 0o600,
      });
      return { child: outcome, port };
    }
    const said = String(outcome);
    const passing = /could not bind|in use|starting up|not yet accepting/.test(said);
    if (!passing || performance.now() > end) {
      return explain(
        { what: { zh: '啟動資料庫', en: 'Starting the database' }, where: join(ground.home, 'cluster') },
        outcome,
      );
    }
    if (/could not bind|Address already in use/.test(said)) port = await freePort();
    await new Promise((wake) => setTimeout(wake, 300));
  }
}

/** Backends of a killed server finish what they were writing, on a slow disk too. */
const PASSING_MS = 60_000;

function recordedPort(record: string): number | undefined {
  try {
    const { port } = JSON.parse(readFileSync(record, 'utf8')) as { port?: unknown };
    return typeof port === 'number' ? port : undefined;
  } catch {
    return undefined; // no record, or half a one: any free port serves
  }
}

/** One try: the living process, or what was said when it ended. */
async function startOnce(ground: Ground, port: number): Promise<ChildProcess | string | Error> {
  const logPath = join(ground.home, 'start.log');
  const later = todaysLog(ground.home);
  const logFile = openSync(logPath, 'w', 0o600);
  const child = spawn(ground.binaries.postgres, serverArguments(ground, port), {
    ...{ cwd: ground.home, env: environment(), detached: true, stdio: ['ignore', logFile, logFile] },
    ...asAccount(ground.account),
  });
  closeSync(logFile);
  const ended = new Promise<string | Error>((resolve) => {
    child.once('error', resolve);
    child.once('exit', (code) => resolve(everythingSaid(logPath, later) || `exit code ${code}`));
  });
  const outcome = await Promise.race([ended, answers(child, port, ground.password)]);
  child.unref();
  return outcome;
}

function serverArguments(ground: Ground, port: number): string[] {
  const logs = join(ground.home, 'logs');
  mkdirSync(logs, { recursive: true, mode: 0o700 });
  if (ground.account) chownSync(logs, ground.account.uid, ground.account.gid);
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '', // paths of sockets are limited to 107 bytes, ours are not
    max_connections: '80',
    shared_buffers: '64MB',
    random_page_cost: '1.1', // disks without arms, as all of today's: an index is worth its jumps
    timezone: 'UTC',
    log_timezone: 'UTC',
    // One file a weekday, overwritten a week later: bounded, whatever happens.
    ...{
      logging_collector: 'on',
      log_directory: logs,
      log_filename: 'postgresql-%a.log',
      log_truncate_on_rotation: 'on',
      log_rotation_size: '0',
    },
    ...ground.settings,
  };
  return [
    '-D',
    join(ground.home, 'cluster'),
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

/** Where the server writes once its own log files are open, and how much of it was there before this start. */
function todaysLog(home: string): { path: string; before: number } {
  const day = new Date().toLocaleDateString('en-US', { weekday: 'short', timeZone: 'UTC' });
  const path = join(home, 'logs', `postgresql-${day}.log`);
  return { path, before: existsSync(path) ? statSync(path).size : 0 };
}

/** Everything this start wrote, first to our file, then to its own. */
function everythingSaid(logPath: string, later: { path: string; before: number }): string {
  const early = readFileSync(logPath, 'utf8');
  return early + (existsSync(later.path) ? readFileSync(later.path).subarray(later.before).toString() : '');
}

async function answers(child: ChildProcess, port: number, password: string): Promise<ChildProcess | string> {
  const end = performance.now() + 120_000; // recovery after a crash replays the log first
  while (child.exitCode === null && child.signalCode === null && performance.now() < end) {
    const error = await tryToConnect(port, password);
    if (error === undefined) return child;
    if ((error as { code?: string }).code === '28P01') return wrongPassword(child);
    await new Promise((wake) => setTimeout(wake, 40));
  }
  child.kill('SIGQUIT');
  return `the server did not answer within two minutes (${dirname(child.spawnfile)})`;
}

async function tryToConnect(port: number, password: string): Promise<unknown> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: SUPERUSER,
    password,
    database: 'postgres',
    connectionTimeoutMillis: 5_000,
  });
  try {
    await client.connect();
    await client.end();
    return undefined;
  } catch (error) {
    return error ?? new Error('no connection');
  }
}

function wrongPassword(child: ChildProcess): string {
  child.kill('SIGINT');
  return 'password authentication failed: secrets/postgres-super does not belong to this cluster. 密碼檔 secrets/postgres-super 與資料庫不符，請自備份還原 secrets 資料夾 · restore the folder secrets from the back-up.';
}

/** Fast shutdown: sessions are ended, everything is written; resolves when the process is gone. */
export function stopServer({ child }: Running): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  child.ref();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGINT');
  });
}

/** A refusal for a server that ended by itself while it was needed. */
export const endedByItself = (home: string): Refused =>
  unready(
    {
      zh: `資料庫自行結束；紀錄在 ${join(home, 'logs')}。`,
      en: `The database ended by itself; its log is in ${join(home, 'logs')}.`,
    },
    {
      zh: '多為記憶體或磁碟用盡，請排除後重新啟動。',
      en: 'Usually memory or disk ran out: mend that and start again.',
    },
  );
