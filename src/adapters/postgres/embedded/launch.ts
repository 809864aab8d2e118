import { chmodSync, existsSync, mkdirSync, statfsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { isRefused, type Refused } from '../../../kernel/refusal.ts';
import { admitOnly, ensureDatabase, ensureLogin, OWNER, PROGRAM } from '../roles.ts';
import { secret } from '../secrets.ts';
import { type Account, chooseAccount, firstBarrier, giveTo, makePrivateFolder, runsAsRoot } from './account.ts';
import { findBinaries } from './binaries.ts';
import { endedByItself, type Ground, initialise, type Running, SUPERUSER, startServer, stopServer } from './cluster.ts';
import { lockFolder } from './lock.ts';
import { endOrphan } from './orphan.ts';
import { explain, unready } from './trouble.ts';

/**
 * super: for making databases and for tests; owner: migrations; app: the running program, under row-level security.
 */
export type DatabaseRole = 'super' | 'owner' | 'app';

export type EmbeddedPostgres = {
  url(role: DatabaseRole, database?: string): string;
  ownerUrl: string;
  appUrl: string;
  /** The program's login role, for `grant` in migrations. */
  appRole: string;
  port: number;
  version: string;
  /** Settles only when the server ends without having been asked to. */
  lost: Promise<Refused>;
  /** Fast shutdown, awaited; gives the data folder back. Calling it again does nothing. */
  stop(): Promise<void>;
};

export type LaunchOptions = {
  dataDir: string;
  log: (line: string) => void;
  /** Server settings over ours, as in postgresql.conf. */
  settings?: Record<string, string>;
  env?: NodeJS.ProcessEnv;
};

const DATABASE = 'ancheng';
const MEGABYTE = 1024 * 1024;
/** A new cluster takes about 40 MB, its write-ahead log grows by 16 MB; an old one must at least be able to shut down. */
const NEEDED_MEGABYTES = { new: 200, existing: 48 };

/**
 * Starts the embedded PostgreSQL in `<dataDir>/postgres`, creating cluster, roles and database on first use.
 * Refuses, with a remedy, when the folder is taken, out of reach, read-only or full, or when the platform cannot run it.
 * Under root the server runs as an ordinary account (`chooseAccount`), to which the data folder is given.
 */
export async function launch(options: LaunchOptions): Promise<EmbeddedPostgres | Refused> {
  const dataDir = resolve(options.dataDir);
  const account = runsAsRoot() ? chooseAccount(options.env ?? process.env) : undefined;
  if (runsAsRoot() && !account) return noAccount();
  const lock = prepareFolder(dataDir, account);
  if (isRefused(lock)) return lock;
  const started = await start({ ...options, dataDir }, account).catch((error: unknown) => {
    lock.release();
    throw error;
  });
  if (isRefused(started)) {
    lock.release();
    return started;
  }
  return hold(started.ground, started.running, dataDir, lock);
}

function prepareFolder(dataDir: string, account: Account | undefined) {
  try {
    makePrivateFolder(dataDir);
    mkdirSync(join(dataDir, 'postgres'), { recursive: true, mode: 0o700 });
    const lock = lockFolder(dataDir);
    if (isRefused(lock)) return lock;
    const refusal = checkFolder(dataDir, account);
    if (!refusal) return lock;
    lock.release();
    return refusal;
  } catch (error) {
    return explain({ what: { zh: '準備資料夾', en: 'Preparing the data folder' }, where: dataDir }, error);
  }
}

function checkFolder(dataDir: string, account: Account | undefined): Refused | undefined {
  chmodSync(join(dataDir, 'postgres'), 0o700);
  const { bavail, bsize } = statfsSync(dataDir);
  const where = { what: { zh: '準備資料夾', en: 'Preparing the data folder' }, where: dataDir };
  const needed = NEEDED_MEGABYTES[existsSync(join(dataDir, 'postgres', 'cluster')) ? 'existing' : 'new'];
  if (bavail * bsize < needed * MEGABYTE) return explain(where, 'ENOSPC');
  if (!account) return undefined;
  giveTo(dataDir, account);
  const barrier = firstBarrier(dataDir, account);
  return barrier === undefined ? undefined : outOfReach(dataDir, barrier, account);
}

async function start({ dataDir, log, settings = {} }: LaunchOptions, account: Account | undefined) {
  const home = join(dataDir, 'postgres');
  const binaries = findBinaries(dataDir, account);
  if (isRefused(binaries)) return binaries;
  const orphan = await endOrphan(join(home, 'cluster'), log);
  if (orphan) return orphan;
  const ground: Ground = { home, binaries, account, settings, password: secret(dataDir, 'postgres-super') };
  const refusal = await initialise(ground);
  if (refusal) return refusal;
  const running = await startServer(ground);
  if (isRefused(running)) return running;
  await furnish(ground, running.port, dataDir);
  return { ground, running };
}

/** Roles and database, as the superuser; each step may be repeated. */
async function furnish(ground: Ground, port: number, dataDir: string): Promise<void> {
  const client = new pg.Client(urlOf(SUPERUSER, ground.password, port, 'postgres'));
  await client.connect();
  try {
    await ensureLogin(client, OWNER, secret(dataDir, 'postgres-owner'));
    await ensureLogin(client, PROGRAM, secret(dataDir, 'postgres-app'));
    await ensureDatabase(client, DATABASE, OWNER);
    await admitOnly(client, DATABASE, PROGRAM);
  } finally {
    await client.end();
  }
}

function hold(ground: Ground, running: Running, dataDir: string, lock: { release(): void }): EmbeddedPostgres {
  let stopping: Promise<void> | undefined;
  const atExit = () => running.child.kill('SIGINT'); // the last resort of a process that ends without stop()
  process.once('exit', atExit);
  const lost = new Promise<Refused>((resolve) => {
    running.child.once('exit', () => {
      if (!stopping) resolve(endedByItself(ground.home));
    });
  });
  const logins = { super: SUPERUSER, owner: OWNER, app: PROGRAM };
  const url = (role: DatabaseRole, database: string = DATABASE) =>
    urlOf(logins[role], secret(dataDir, `postgres-${role}`), running.port, database);
  const stop = () => {
    stopping ??= stopServer(running).then(() => {
      process.off('exit', atExit);
      lock.release();
    });
    return stopping;
  };
  const { port } = running;
  return {
    url,
    ownerUrl: url('owner'),
    appUrl: url('app'),
    appRole: PROGRAM,
    port,
    version: ground.binaries.version,
    lost,
    stop,
  };
}

const urlOf = (user: string, password: string, port: number, database: string) =>
  `postgres://${user}:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;

/** Why root cannot start: PostgreSQL refuses root, and there is nobody else. */
export const noAccount = (): Refused =>
  unready(
    {
      zh: '以 root 執行，但找不到可交付的一般使用者（ANCHENG_USER、sudo 的使用者、ancheng、postgres、nobody）。',
      en: 'Running as root, and no ordinary account to hand over to (ANCHENG_USER, the user of sudo, ancheng, postgres, nobody).',
    },
    {
      zh: '請建立使用者，例如：useradd --system ancheng，再重新啟動。',
      en: 'Create one, for example: useradd --system ancheng, and start again.',
    },
  );

/** Why an account cannot work in a data folder, and which folder stops it. */
export const outOfReach = (dataDir: string, barrier: string, account: Account): Refused =>
  unready(
    {
      zh: `使用者 ${account.name} 進不了 ${barrier}，因此無法使用資料夾 ${dataDir}。`,
      en: `The account ${account.name} cannot enter ${barrier}, so it cannot use the data folder ${dataDir}.`,
    },
    {
      zh: '請以 ANCHENG_DATA 指定該使用者到得了的位置（例如 /var/lib/ancheng），或以 ANCHENG_USER 指定其他使用者。',
      en: 'Name a place that account can reach in ANCHENG_DATA (such as /var/lib/ancheng), or another account in ANCHENG_USER.',
    },
  );
