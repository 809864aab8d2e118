import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import pg from 'pg';
import { migrate, readMigrations } from '../../src/adapters/postgres/migrate.ts';
import { admitOnly, ensureLogin } from '../../src/adapters/postgres/roles.ts';
import { isRefused } from '../../src/kernel/refusal.ts';

export type TestDatabase = {
  name: string;
  /** Runs migrations. */
  ownerUrl: string;
  /** As the program: not the owner, under row-level security. */
  appUrl: string;
  appRole: string;
  /** As the database's superuser, in the same database: for tests of tampering. */
  superUrl: string;
  /** Drops the database, whoever is still connected. */
  stop(): Promise<void>;
};

const OWNER = 'ancheng_test_owner';
const PROGRAM = 'ancheng_test_app';
const MIGRATIONS = join(import.meta.dirname, '../../migrations');

/**
 * A fresh database for one test file, on `DATABASE_URL` when given, otherwise on the embedded cluster of this run.
 * Migrated by copying a template, unless `migrated: false` asks for an empty one. Call `stop()` in `afterAll`.
 */
export async function startTestDatabase(options: { migrated?: boolean } = {}): Promise<TestDatabase> {
  const server = await serverUrl();
  const name = `test_${process.pid}_${randomBytes(4).toString('hex')}`;
  await withClient(server, async (client) => {
    await client.query('select pg_advisory_lock(4242)'); // roles and template are made once, by whoever comes first
    await ensureLogin(client, OWNER, passwordOf(server, OWNER));
    await ensureLogin(client, PROGRAM, passwordOf(server, PROGRAM));
    if (options.migrated === false) await create(client, name, 'template0');
    else await create(client, name, await ensureTemplate(client, server));
  });
  return {
    name,
    ownerUrl: rewrite(server, name, OWNER),
    appUrl: rewrite(server, name, PROGRAM),
    appRole: PROGRAM,
    superUrl: rewrite(server, name),
    stop: () => withClient(server, (client) => client.query(`drop database if exists ${name} with (force)`)),
  };
}

/** A superuser's URL of the server that serves this run. */
export async function serverUrl(): Promise<string> {
  return process.env.DATABASE_URL ?? (await embeddedCluster());
}

/** One migrated database per content of the migrations; tests copy it in some 30 ms. */
async function ensureTemplate(client: pg.Client, server: string): Promise<string> {
  const migrations = existsSync(MIGRATIONS) ? readMigrations(MIGRATIONS) : [];
  const digest = createHash('sha256')
    .update(migrations.map((migration) => migration.sha256).join())
    .digest('hex');
  const template = `test_template_${digest.slice(0, 16)}`;
  const { rows } = await client.query('select datistemplate from pg_database where datname = $1', [template]);
  if (rows[0]?.datistemplate) return template;
  if (rows.length > 0) await client.query(`drop database ${template} with (force)`);
  await create(client, template, 'template0');
  const ownerUrl = rewrite(server, template, OWNER);
  const result = await migrate({ ownerUrl, migrations, appRole: PROGRAM, log: () => {} });
  if (isRefused(result)) throw new Error(result.refused[0]?.message.en);
  await client.query(`alter database ${template} is_template true`);
  return template;
}

async function create(client: pg.Client, name: string, template: string): Promise<void> {
  const order = template === 'template0' ? `locale_provider icu icu_locale 'zh-Hant-TW' locale 'C.UTF-8'` : '';
  await client.query(`create database ${name} owner ${OWNER} template ${template} ${order}`);
  await admitOnly(client, name, PROGRAM);
}

/** The same on every run against a server, so that runs beside each other do not change it under one another. */
const passwordOf = (server: string, role: string) => createHash('sha256').update(`${role} of ${server}`).digest('hex');

function rewrite(server: string, database: string, role?: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  if (role) {
    url.username = role;
    url.password = passwordOf(server, role);
  }
  return url.href;
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}

/** Workers of one run share a folder named after its main process; who makes it starts the cluster. */
async function embeddedCluster(): Promise<string> {
  const run = process.env.VITEST && isMainThread ? process.ppid : process.pid;
  const folder = join(tmpdir(), `ancheng-test-${run}`);
  if (makeFolder(folder)) keepCluster(folder, run);
  return keptCluster(folder);
}

/** A superuser's URL of a cluster of the system's PostgreSQL that ends with this process; undefined when the system has none. */
export async function systemCluster(): Promise<string | undefined> {
  const folder = join(tmpdir(), `ancheng-system-${process.pid}`);
  if (makeFolder(folder)) keepCluster(folder, process.pid, 'system');
  return keptCluster(folder);
}

async function keptCluster(folder: string) {
  const end = performance.now() + 240_000; // a first start makes the cluster
  while (!existsSync(join(folder, 'cluster.json'))) {
    if (performance.now() > end) throw new Error(`no test cluster: see ${join(folder, 'keeper.log')}`);
    await new Promise((wake) => setTimeout(wake, 100));
  }
  const answer = JSON.parse(readFileSync(join(folder, 'cluster.json'), 'utf8'));
  if (answer.refused?.length > 0) throw new Error(`no test cluster: ${answer.refused.join(' ')}`);
  return answer.superUrl;
}

function makeFolder(folder: string): boolean {
  try {
    mkdirSync(folder);
    chmodSync(folder, 0o755); // under root the database is another account's
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function keepCluster(folder: string, run: number, ...kind: string[]): void {
  const said = openSync(join(folder, 'keeper.log'), 'w');
  const keeper = join(import.meta.dirname, 'cluster.ts');
  const env = { ...process.env, NODE_OPTIONS: '' };
  spawn(process.execPath, [keeper, folder, String(run), ...kind], {
    detached: true,
    stdio: ['ignore', said, said],
    env,
  }).unref();
}
