import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runsAsRoot } from './account.ts';
import { lookAtProcess } from './process.ts';

const holder = join(import.meta.dirname, '../../../../test/harness/holder.ts');
const ground = mkdtempSync(join(tmpdir(), '安程 測試 '));
chmodSync(ground, 0o755);
const dataDir = join(ground, '機關 資料', 'data');
const alive = new Set<ChildProcess>();

type Told = { url: string; superUrl: string; port: number; refused?: string; fix?: string };

/** Starts a holder and waits for the line in which it says how it went. */
function hold(
  folder: string,
  options: { uid?: number; gid?: number } = {},
): Promise<{ child: ChildProcess; told: Told }> {
  const child = spawn(process.execPath, [holder, folder], { stdio: ['ignore', 'pipe', 'inherit'], ...options });
  alive.add(child);
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout!.on('data', (chunk) => {
      said += chunk;
      if (said.endsWith('\n')) resolve({ child, told: JSON.parse(said) as Told });
    });
    child.once('exit', (code) => {
      alive.delete(child);
      reject(new Error(`the holder ended with ${code} and said: ${said}`));
    });
  });
}

const end = (child: ChildProcess, signal: NodeJS.Signals) =>
  new Promise<number | null>((resolve) => {
    child.once('exit', resolve);
    child.kill(signal);
  });

async function query(url: string, sql: string) {
  const client = new pg.Client(url);
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Root in a container often may not. */
function mayMount(): boolean {
  const place = mkdtempSync(join(tmpdir(), 'ancheng-mount-'));
  const may = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', place]).status === 0;
  if (may) spawnSync('umount', [place]);
  rmSync(place, { recursive: true });
  return may;
}

const postmaster = (folder: string) =>
  Number.parseInt(readFileSync(join(folder, 'postgres/cluster/postmaster.pid'), 'utf8'), 10);

beforeAll(async () => {
  const { child, told } = await hold(dataDir);
  await query(told.url, 'create table kept (n int)');
  expect(await end(child, 'SIGTERM')).toBe(0);
});
afterAll(() => {
  for (const child of alive) child.kill('SIGTERM');
  rmSync(ground, { recursive: true, force: true });
});

describe('launch', () => {
  test('stops cleanly and leaves no process behind', () => {
    expect(existsSync(join(dataDir, 'postgres/cluster/postmaster.pid'))).toBe(false);
    expect(existsSync(join(dataDir, 'ancheng.lock'))).toBe(false);
  });

  test('keeps passwords from other users, and lets nobody in without one', async () => {
    for (const name of readdirSync(join(dataDir, 'secrets'))) {
      expect(statSync(join(dataDir, 'secrets', name)).mode & 0o077).toBe(0);
    }
    expect(statSync(dataDir).mode & 0o077).toBe(0);
    const { child, told } = await hold(dataDir);
    const other = new URL(told.url);
    other.password = 'guessed';
    await expect(query(other.href, 'select 1')).rejects.toThrow('password authentication failed');
    await end(child, 'SIGTERM');
  });

  test('stores text in UTF-8 and orders Chinese by strokes, as registers are read in Taiwan', async () => {
    const { child, told } = await hold(dataDir);
    expect(await query(told.url, 'show server_encoding')).toEqual([{ server_encoding: 'UTF8' }]);
    const names = await query(
      told.url,
      `select name from unnest(array['蔡','王','丁','陳','𠮷']) as name order by name`,
    );
    expect(names.map(({ name }) => name).slice(0, 2)).toEqual(['丁', '王']);
    expect(await query(told.url, `select 'Ａ' ~ '[[:alpha:]]' as letter`)).toEqual([{ letter: true }]);
    await end(child, 'SIGTERM');
  });

  test('refuses a second program on one data folder and names the first', async () => {
    const first = await hold(dataDir);
    const second = await hold(dataDir);
    expect(second.told.refused).toContain(`in use by another Ancheng (process ${first.child.pid} on ${hostname()}`);
    expect(await query(first.told.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await end(first.child, 'SIGTERM');
  });

  test('after kill -9, four times over, ends the orphan, loses no acknowledged row and starts again', async () => {
    for (let round = 1; round <= 4; round++) {
      const { child, told } = await hold(dataDir);
      await query(told.url, `insert into kept values (${round})`);
      const orphan = postmaster(dataDir);
      await end(child, 'SIGKILL');
      expect(lookAtProcess(orphan).alive).toBe(true);
      const next = await hold(dataDir);
      expect(lookAtProcess(orphan).alive).toBe(false);
      expect(await query(next.told.url, 'select count(*)::int as n from kept')).toEqual([{ n: round }]);
      await end(next.child, 'SIGTERM');
    }
  });

  test('after kill -9 of PostgreSQL and Ancheng at once, recovers what was committed', async () => {
    const { child, told } = await hold(dataDir);
    await query(told.url, 'insert into kept values (99)');
    process.kill(postmaster(dataDir), 'SIGKILL');
    await end(child, 'SIGKILL');
    const next = await hold(dataDir);
    expect(next.told.refused).toBeUndefined();
    expect(await query(next.told.url, 'select 1 as found from kept where n = 99')).toEqual([{ found: 1 }]);
    await end(next.child, 'SIGTERM');
  });

  test('a lock and a pid file whose process number now belongs to a stranger do not stand in the way', async () => {
    writeFileSync(
      join(dataDir, 'ancheng.lock'),
      JSON.stringify({ pid: process.pid, since: 'long ago', host: hostname(), at: 'then' }),
    );
    writeFileSync(
      join(dataDir, 'postgres/cluster/postmaster.pid'),
      `${process.pid}\n${dataDir}\n1\n5432\n\n127.0.0.1\n`,
    );
    const { child, told } = await hold(dataDir);
    expect(told.refused).toBeUndefined();
    await end(child, 'SIGTERM');
  });

  test('of many that start at once over a stale lock, exactly one gets the folder', async () => {
    for (let round = 0; round < 3; round++) {
      writeFileSync(
        join(dataDir, 'ancheng.lock'),
        JSON.stringify({ pid: 2 ** 30, since: '1', host: hostname(), at: 'then' }),
      );
      const all = await Promise.all([1, 2, 3, 4, 5].map(() => hold(dataDir)));
      const [winner, ...others] = all.toSorted(
        (a, b) => Number(b.told.url !== undefined) - Number(a.told.url !== undefined),
      );
      expect(winner!.told.refused).toBeUndefined();
      for (const other of others) expect(other.told.refused).toContain('in use by another Ancheng');
      await end(winner!.child, 'SIGTERM');
    }
  });

  test('a half-written lock is no lock', async () => {
    writeFileSync(join(dataDir, 'ancheng.lock'), '{"pid":');
    const { child, told } = await hold(dataDir);
    expect(told.refused).toBeUndefined();
    await end(child, 'SIGTERM');
  });

  test('another host that still beats on the folder is respected, a silent one is not', async () => {
    const lock = join(dataDir, 'ancheng.lock');
    writeFileSync(lock, JSON.stringify({ pid: 7, since: '1', host: 'another-host', at: 'then' }));
    const beating = setInterval(() => utimesSync(lock, new Date(), new Date()), 1_000);
    const { told } = await hold(dataDir);
    clearInterval(beating);
    expect(told.refused).toContain('another-host');
    expect(told.fix).toContain('30 seconds');
    utimesSync(lock, new Date(), new Date(Date.now() - 31_000));
    const next = await hold(dataDir);
    expect(next.told.refused).toBeUndefined();
    await end(next.child, 'SIGTERM');
  });

  test('takes another port when last time’s is in use', async () => {
    const recorded = JSON.parse(readFileSync(join(dataDir, 'postgres/connection.json'), 'utf8')).port as number;
    const squatter = createServer();
    // On a busy machine another program may hold it already: in use it is either way.
    await new Promise<void>((inUse) => {
      squatter.once('error', () => inUse());
      squatter.listen(recorded, '127.0.0.1', () => inUse());
    });
    const { child, told } = await hold(dataDir);
    expect(told.port).not.toBe(recorded);
    await end(child, 'SIGTERM');
    squatter.close();
  });

  test('a creation cut short begins anew', async () => {
    const folder = join(ground, 'cut short');
    mkdirSync(join(folder, 'postgres/cluster.new/base'), { recursive: true });
    mkdirSync(join(folder, 'secrets'));
    writeFileSync(join(folder, 'secrets/postgres-super'), '');
    const { child, told } = await hold(folder);
    expect(told.refused).toBeUndefined();
    await end(child, 'SIGTERM');
  });

  test('a cluster of another major version is refused, not touched', async () => {
    const version = join(dataDir, 'postgres/cluster/PG_VERSION');
    const made = readFileSync(version, 'utf8');
    writeFileSync(version, '14\n');
    expect((await hold(dataDir)).told.refused).toContain('belong to another PostgreSQL version');
    writeFileSync(version, made);
  });

  test('a file in the place of the data folder is explained', async () => {
    writeFileSync(join(ground, 'file'), '');
    const { told } = await hold(join(ground, 'file'));
    expect(told.refused).toContain('a file, not a folder');
    expect(told.fix).toContain('ANCHENG_DATA');
  });

  test.runIf(mayMount())('a full disk and a read-only one are explained', async () => {
    for (const [options, expected] of [
      ['size=20m', 'the disk is full'],
      ['ro', 'the file system is read-only'],
    ] as const) {
      const small = join(ground, options);
      mkdirSync(small);
      spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', small]);
      const { told } = await hold(join(small, 'data'));
      spawnSync('umount', [small]);
      expect(told.refused).toContain(expected);
    }
  });

  test.runIf(runsAsRoot())('under root the server is an ordinary user’s', async () => {
    const { child } = await hold(dataDir);
    expect(statSync(`/proc/${postmaster(dataDir)}`).uid).not.toBe(0);
    await end(child, 'SIGTERM');
  });

  test.runIf(runsAsRoot())(
    'under root a data folder out of that user’s reach is explained, with the folder that stops it',
    async () => {
      const closed = join(ground, 'closed');
      mkdirSync(closed, { mode: 0o700 });
      const { told } = await hold(join(closed, 'data'));
      expect(told.refused).toContain(`cannot enter ${closed}, so`);
      expect(told.fix).toContain('/var/lib/ancheng');
    },
  );

  test.runIf(runsAsRoot())('works for an ordinary user, and tells one without rights what is wrong', async () => {
    const nobody = { uid: 65534, gid: 65534 };
    const shared = join(ground, 'shared');
    mkdirSync(shared);
    chmodSync(shared, 0o777);
    const { child, told } = await hold(join(shared, 'nobody'), nobody);
    expect(await query(told.superUrl, 'select 1 as one')).toEqual([{ one: 1 }]);
    await end(child, 'SIGTERM');
    expect((await hold(join(ground, 'not mine'), nobody)).told.refused).toContain('permission denied');
  });
});
