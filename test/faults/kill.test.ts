import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Client, client, found, remote } from '../db/office.ts';
import { differences } from './replay.ts';
import { dataFolder, ROOT, type RunningServer, startRealServer } from './server.ts';

/** kill -9 at random points under load: nothing acknowledged is lost, nothing half done remains. FAULT_ROUNDS for more. */

const ROUNDS = Number(process.env.FAULT_ROUNDS ?? 6);
const dataDir = dataFolder();
let server: RunningServer;
let token: string;
let organisation: string;
/** Everything the server said yes to: record → the versions it acknowledged. */
const acknowledged = new Map<string, number>();

beforeAll(async () => {
  server = await startRealServer(dataDir);
  const founded = await found(remote(server.url), server.code()!, 'base');
  organisation = founded.organisation;
  token = (await founded.lin.ok('tokens.create', { name: 'load', expires: '2099-01-01', mayWrite: true })).secret;
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
const answered = (before: number) =>
  vi.waitFor(() => expect(acknowledged.size).toBeGreaterThan(before), { timeout: 60_000, interval: 20 });

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
  60_000 + ROUNDS * 20_000,
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
