import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { runsAsRoot } from '../adapters/postgres/embedded/account.ts';
import { lookAtProcess } from '../adapters/postgres/embedded/process.ts';

const ROOT = join(import.meta.dirname, '../..');
const NOBODY = { uid: 65534, gid: 65534 };
const ground = mkdtempSync(join(tmpdir(), '安程 命令列 '));
const program = join(ground, '程式 folder');
const running = new Set<ChildProcess>();

/** The program, with a server that only tells who it is in the place of the platform. */
function lay(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of ['bin', 'src']) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) copyFileSync(join(ROOT, name), join(folder, name));
  copyFileSync(join(import.meta.dirname, 'fixtures/main.js'), join(folder, 'src/main.ts'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
}

type Started = { child: ChildProcess; url: string | undefined; said: () => string; ended: Promise<number | null> };

/** Runs `ancheng` and waits until it is ready or has ended. */
async function start(
  args: string[],
  options: { from?: string; node?: string; uid?: number; gid?: number; env?: NodeJS.ProcessEnv } = {},
): Promise<Started> {
  const from = options.from ?? program;
  const identity = options.uid === undefined ? {} : { uid: options.uid, gid: options.gid };
  const env = { ...process.env, DATABASE_URL: '', DATABASE_APP_URL: '', NODE_OPTIONS: '', ...options.env };
  const child = spawn(options.node ?? process.execPath, [join(from, 'bin/ancheng.js'), ...args], {
    cwd: ground,
    env,
    ...identity,
  });
  running.add(child);
  let said = '';
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const ready = new Promise<string>((resolve) => {
    const hear = (chunk: Buffer) => {
      said += chunk;
      const url = /http:\S+/.exec(said)?.[0];
      if (url && said.includes('Ctrl-C')) resolve(url);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
  });
  const url = await Promise.race([ready, ended.then(() => undefined)]);
  return { child, url, said: () => said, ended };
}

const ask = async (url: string | undefined) =>
  (await (await fetch(url!)).json()) as { uid: number; groups: number[]; me: string; program: string; ppid: number };

const open = (name: string) => {
  const folder = join(ground, name);
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o777);
  return join(folder, '資料');
};

beforeAll(() => {
  chmodSync(ground, 0o755);
  lay(program);
});
afterEach(async () => {
  for (const child of running) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGTERM');
    await gone;
  }
  running.clear();
});
afterAll(() => rmSync(ground, { recursive: true, force: true }));

describe('start', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    'tells systemd when it answers, on %s stops the database and exits 0',
    async (signal) => {
      const data = open('stops');
      const env = { RUNTIME_DIRECTORY: mkdtempSync(join(ground, 'run-')) };
      chmodSync(env.RUNTIME_DIRECTORY, 0o777);
      const { child, url, ended } = await start(['start', '--data', data, '--port', '0'], { env });
      await expect.poll(() => existsSync(join(env.RUNTIME_DIRECTORY, 'ready'))).toBe(true);
      expect((await ask(url)).me).toBe('ancheng_app');
      const postmaster = Number.parseInt(readFileSync(join(data, 'postgres/cluster/postmaster.pid'), 'utf8'), 10);
      child.kill(signal);
      expect(await ended).toBe(0);
      expect(lookAtProcess(postmaster).alive).toBe(false);
    },
  );

  test('a port in use is told with its remedy, exits 3 and leaves no database running', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await new Promise((ready) => squatter.once('listening', ready));
    const port = String((squatter.address() as { port: number }).port);
    const data = open('port');
    const { said, ended } = await start(['start', '--data', data, '--port', port]);
    expect(await ended).toBe(3);
    expect(said()).toContain(`port is already in use (127.0.0.1:${port})`);
    expect(said()).toContain('--port');
    expect(existsSync(join(data, 'postgres/cluster/postmaster.pid'))).toBe(false);
    squatter.close();
  });

  test('a second start on one data folder exits 3; after kill -9 the next one works', async () => {
    const data = open('twice');
    const first = await start(['start', '--data', data, '--port', '0']);
    const second = await start(['start', '--data', data, '--port', '0']);
    expect(await second.ended).toBe(3);
    expect(second.said()).toContain('in use by another Ancheng');
    first.child.kill('SIGKILL');
    await first.ended;
    const third = await start(['start', '--data', data, '--port', '0']);
    expect((await ask(third.url)).me).toBe('ancheng_app');
  });

  test('a database that dies takes the platform down with a reason, not silently', async () => {
    const data = open('dies');
    const { ended, said } = await start(['start', '--data', data, '--port', '0']);
    process.kill(Number.parseInt(readFileSync(join(data, 'postgres/cluster/postmaster.pid'), 'utf8'), 10), 'SIGKILL');
    expect(await ended).toBe(3);
    expect(said()).toContain('The database ended by itself');
  });

  test('an error nobody foresaw stops everything in order and exits 70', async () => {
    const data = open('defect');
    const { url, ended, said } = await start(['start', '--data', data, '--port', '0']);
    void fetch(`${url}defect`).catch(() => {});
    expect(await ended).toBe(70);
    expect(said()).toContain('nobody foresaw this');
    expect(existsSync(join(data, 'postgres/cluster/postmaster.pid'))).toBe(false);
  });

  test('a demo keeps its data apart', async () => {
    const data = open('demo');
    const { url, child, ended } = await start(['demo', '--port', '0'], { env: { ANCHENG_DATA: data } });
    expect((await ask(url)).me).toBe('ancheng_app');
    expect(existsSync(join(data, 'demo/postgres/cluster'))).toBe(true);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });
});

describe.runIf(runsAsRoot())('start as root', () => {
  test('goes on as an ordinary account for good: database, program and waiting parent', async () => {
    const data = open('root');
    const { url, child } = await start(['start', '--data', data, '--port', '0']);
    const { uid, groups } = await ask(url);
    expect(uid).not.toBe(0);
    expect(groups).not.toContain(0);
    expect(statSync(`/proc/${child.pid}`).uid).toBe(uid);
    expect(statSync(data).uid).toBe(uid);
  });

  test('ANCHENG_USER chooses the account, and one that does not exist is refused', async () => {
    const data = open('chosen');
    const { url } = await start(['start', '--data', data, '--port', '0'], { env: { ANCHENG_USER: 'nobody' } });
    expect((await ask(url)).uid).toBe(NOBODY.uid);
    const other = await start(['start', '--data', open('x'), '--port', '0'], { env: { ANCHENG_USER: 'no-such-user' } });
    expect(await other.ended).toBe(3);
    expect(other.said()).toContain('no ordinary account');
  });

  test('a clone that account cannot enter runs from a copy that follows the clone', async () => {
    const closed = join(ground, 'root 的家目錄');
    const clone = join(closed, 'clone');
    lay(clone);
    chmodSync(closed, 0o700);
    const copy = join('/var/lib/ancheng-program', createHash('sha256').update(clone).digest('hex').slice(0, 12));
    try {
      const data = open('copied');
      const first = await start(['start', '--data', data, '--port', '0'], { from: clone });
      expect(await ask(first.url)).toMatchObject({ program: join(copy, 'src') });
      expect(statSync(copy)).toMatchObject({ uid: 0 });
      first.child.kill('SIGTERM');
      expect(await first.ended).toBe(0);
      copyFileSync(join(ROOT, 'LICENSE'), join(clone, 'src/new-file.ts'));
      const again = await start(['start', '--data', data, '--port', '0'], { from: clone });
      expect((await ask(again.url)).uid).not.toBe(0);
      expect(existsSync(join(copy, 'src/new-file.ts'))).toBe(true);
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  });

  test('a data folder out of reach exits 3 and names the folder that bars the way', async () => {
    const closed = join(ground, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    const { said, ended } = await start(['start', '--data', join(closed, 'data'), '--port', '0']);
    expect(await ended).toBe(3);
    expect(said()).toContain(`cannot enter ${closed},`);
  });

  test('an ordinary user starts it, and is told when the folder is not theirs', async () => {
    const { url } = await start(['start', '--data', open('ordinary'), '--port', '0'], NOBODY);
    expect((await ask(url)).uid).toBe(NOBODY.uid);
    const barred = await start(['start', '--data', join(ground, 'roots'), '--port', '0'], NOBODY);
    expect(await barred.ended).toBe(3);
    expect(barred.said()).toContain('permission denied');
  });
});

/** An older Node on this machine, if there is one: bin/ancheng.js must find the pinned one by itself. */
const olderNode = ['/usr/bin/node', '/usr/local/bin/node'].find((path) => {
  const version = existsSync(path) ? spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout : '';
  return /^v2[0-3]\./.test(version);
});

describe.runIf(olderNode)('under an older Node', () => {
  test('passes output, signals and exit codes through, and as root keeps no root process', async () => {
    const options = { node: olderNode! };
    const { child, url, ended } = await start(['start', '--data', open('older'), '--port', '0'], options);
    const { uid, ppid } = await ask(url);
    expect(ppid).toBe(child.pid);
    expect(statSync(`/proc/${child.pid}`).uid).toBe(uid);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(await (await start(['nonsense'], options)).ended).toBe(2);
  });
});
