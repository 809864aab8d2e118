import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, client, emailOf, found, invite, remote } from '../db/office.ts';
import { until } from '../harness/until.ts';
import { differences } from './replay.ts';
import { dataFolder, ROOT, type RunningServer, startRealServer } from './server.ts';

/** kill -9 at random points under load: nothing acknowledged is lost, nothing half done remains. FAULT_ROUNDS for more. */

const ROUNDS = Number(process.env.FAULT_ROUNDS ?? 6);
const dataDir = dataFolder();
let server: RunningServer;
let token: string;
let auditor: string;
let organisation: string;
/** Everything the server said yes to: record → the versions it acknowledged. */
const acknowledged = new Map<string, number>();

beforeAll(async () => {
  server = await startRealServer(dataDir);
  const founded = await found(remote(server.url), server.code()!, 'base');
  organisation = founded.organisation;
  token = (await founded.lin.ok('tokens.create', { name: 'load', expires: '2099-01-01', mayWrite: true })).secret;
  const chien = await invite(remote(server.url), founded.lin, founded.persons.chien, emailOf('chien'));
  auditor = (await chien.ok('tokens.create', { name: 'reads', expires: '2099-01-01', mayWrite: false })).secret;
});
afterAll(async () => {
  await server?.stop();
  rmSync(dirname(dataDir), { recursive: true, force: true });
});

/** Opens and saves until the server is gone. */
async function load(program: Client, stop: { now: boolean }): Promise<void> {
  while (!stop.now) {
    try {
      const { status, body } = await program.call('records.open', {
        type: 'registered_result',
        values: { kind: 'capacity' },
      });
      if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
      acknowledged.set(body.id, 1);
      for (let version = 1; version < 4 && !stop.now; version++) {
        const saved = await program.call('records.save', {
          id: body.id,
          version,
          values: { title: `第 ${version} 次` },
        });
        if (saved.status === 200) acknowledged.set(body.id, version + 1);
      }
    } catch (error) {
      if (!stop.now && !isGone(error)) throw error;
      return;
    }
  }
}

/** The load has begun, however slow the machine: more was acknowledged than `before`. */
const answered = (before: number) => until(() => expect(acknowledged.size).toBeGreaterThan(before));

const isGone = (error: unknown) => error instanceof TypeError || error instanceof SyntaxError;

test(
  `killed ${ROUNDS} times under load, the program comes back with everything it acknowledged, and its ledger verifies`,
  async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const program = client(remote(server.url), token);
      const stop = { now: false };
      const before = acknowledged.size;
      const working = Array.from({ length: 8 }, () => load(program, stop));
      await answered(before);
      await wait(Math.random() * 900);
      await server.kill();
      stop.now = true;
      await Promise.all(working);
      server = await startRealServer(dataDir); // sees off the database the dead program left, and serves again
      const again = client(remote(server.url), token);
      const { id } = await again.ok('records.open', {
        commandId: randomUUID(),
        type: 'registered_result',
        values: { kind: 'capacity' },
      });
      acknowledged.set(id, 1);
    }
    const { records, differing } = await differences(dataDir, organisation);
    const lost = [...acknowledged].filter(([id, version]) => (records.get(id)?.version ?? 0) < version);
    expect(lost).toEqual([]);
    expect(differing).toEqual([]);
  },
  60_000 + ROUNDS * 60_000,
);

const asRoot = process.getuid?.() === 0;

test.runIf(asRoot)(
  'started by root, its signer is an account of its own: the platform’s reads neither key nor memory, and both come back from kill -9',
  async () => {
    const place = `${dataDir}-signer`;
    const [platform, signer] = [statSync(dataDir), statSync(place)];
    expect(new Set([0, platform.uid, signer.uid]).size).toBe(3);
    const tries = (script: string) =>
      spawnSync('/bin/sh', ['-c', script, 'sh', place], { uid: platform.uid, gid: platform.gid }).status;
    for (const script of ['cat "$1/log.pem"', 'ls "$1"', 'touch "$1/log.pem"', 'mv "$1" "$1.old"', 'rm -r "$1"'])
      expect([script, tries(script)]).not.toEqual([script, 0]);
    expect([existsSync(join(dataDir, 'secrets/log.pem')), existsSync(join(dataDir, 'signer'))]).toEqual([false, false]);
    const reader = client(remote(server.url), auditor);
    expect((await reader.ok('trail.witnesses', {})).signer).toEqual({ separated: true });

    const { pid } = JSON.parse(readFileSync(join(place, 'ancheng.lock'), 'utf8')) as { pid: number };
    const ids = /^Uid:\s+(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]?.split('\t');
    expect(ids).toEqual(Array(4).fill(String(signer.uid)));
    process.kill(pid, 'SIGKILL');
    expect(await server.ended).toBe(3);
    expect(server.said()).toContain('The signer ended by itself');

    const alone = spawnSync(
      process.execPath,
      [join(ROOT, 'bin/ancheng.js'), 'start', '--data', dataDir, '--port', '0'],
      {
        ...{ uid: platform.uid, gid: platform.gid, cwd: '/', encoding: 'utf8' },
        env: { ...process.env, DATABASE_URL: '', DATABASE_APP_URL: '', NODE_OPTIONS: '' },
      },
    );
    expect(alone.status).toBe(3);
    expect(alone.stderr).toContain('no signing key');
    server = await startRealServer(dataDir);
  },
);

/** `ancheng verify` as people run it. */
function verify(...more: string[]) {
  const run = spawnSync(process.execPath, [join(ROOT, 'bin/ancheng.js'), 'verify', '--data', dataDir, ...more], {
    encoding: 'utf8',
    env: { ...process.env, DATABASE_URL: '', DATABASE_APP_URL: '', NODE_OPTIONS: '' },
  });
  return {
    status: run.status,
    said: run.stdout + run.stderr,
    json: () => JSON.parse(run.stdout) as { ok: boolean; name: string; size: number }[],
  };
}

test('`ancheng verify` says so beside the running server, and again when it is stopped', async () => {
  const running = verify('--json');
  expect(running.said).toContain('L4');
  expect(running.json().map(({ ok }) => ok)).toEqual([true, true]);
  expect(running.status).toBe(0);
  await server.stop();
  const stopped = verify();
  expect(stopped.said).toContain('驗證通過');
  expect(stopped.status).toBe(0);
});

test('a folder where nothing was ever started is told apart from one that verifies', () => {
  const run = spawnSync(
    process.execPath,
    [join(ROOT, 'bin/ancheng.js'), 'verify', '--data', join(dirname(dataDir), 'nothing')],
    { encoding: 'utf8' },
  );
  expect(run.status).toBe(3);
  expect(run.stderr).toContain('--data');
});
