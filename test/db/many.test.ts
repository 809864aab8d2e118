import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isRefused } from '../../src/kernel/refusal.ts';
import { openPlatform, type Platform } from '../../src/main.ts';
import { startTestDatabase, type TestDatabase } from '../harness/database.ts';
import { type Many, manyOver } from '../harness/many.ts';

/** Many organisations on one installation, one of them busy: who is sealed when, and what it leaves on disk. MANY=1000 in test:faults. */

const COUNT = Number(process.env.MANY ?? 250);
let database: TestDatabase;
let platform: Platform;
let superuser: pg.Client;
let many: Many;
const dataDir = mkdtempSync(join(tmpdir(), 'ancheng-many-'));

beforeAll(async () => {
  database = await startTestDatabase();
  const opened = await openPlatform({
    dataDir,
    databaseUrl: database.ownerUrl,
    databaseAppUrl: database.appUrl,
    log: () => {},
  });
  if (isRefused(opened)) throw new Error(opened.refused[0]?.message.en);
  platform = opened;
  superuser = new pg.Client({ connectionString: database.superUrl });
  await superuser.connect();
  many = manyOver(platform, superuser, dataDir, COUNT);
});
afterAll(async () => {
  await platform?.close();
  await superuser?.end();
  await database?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

test('the busy one never waits for more than fifty others, everybody else is sealed too, and files do not pile up', async () => {
  await many.found();
  const { busy, pulse, unsealed, seals, number } = many;
  const waited: number[] = [];
  for (let turn = 0; turn < 12; turn++) {
    const before = seals((one) => one !== busy);
    await Promise.all(Array.from({ length: 8 }, () => pulse(busy)));
    while ((await unsealed(`h.organisation = '${busy}'`)) > 0) await wait(20);
    waited.push(seals((one) => one !== busy) - before);
  }
  expect(Math.max(...waited)).toBeLessThanOrEqual(50);

  while ((await unsealed()) > 0) await wait(100);
  await wait(200); // a checkpoint is noted in the table a moment behind its seal
  const busySeals = seals((one) => one === busy);
  expect(busySeals).toBeGreaterThanOrEqual(8);
  expect(seals()).toBeLessThanOrEqual(COUNT + busySeals + 20);
  expect(await number(`select count(*) as n from log_checkpoint where organisation = '${busy}'`)).toBeLessThanOrEqual(
    2,
  );
  // Checkpoint, the day's checkpoint, and of the growing edge the newest bundle and tile with those of the seal before.
  expect(many.files(busy).length).toBeLessThanOrEqual(8);
  const { ok } = await platform.ledger.verify(busy);
  expect(ok).toBe(true);
});

test('no round seals more than twelve, and half of the places go to whoever has waited longest', async () => {
  await superuser.query(`update log_state set size = 0 where organisation like 'school-%'`);
  try {
    const first = (await superuser.query<{ o: string }>(`select organisations_to_seal(12, '{}') as o`)).rows.map(
      ({ o }) => o,
    );
    expect(first.length).toBeLessThanOrEqual(12);
    expect(new Set(first).size).toBe(first.length);
    expect(first).toContain(many.busy);
    const longest = await superuser.query<{ o: string }>(
      `select organisation as o from head where next_pos > 0 and organisation like 'school-%' order by last_at, organisation limit 10`,
    );
    expect(first).toEqual(expect.arrayContaining(longest.rows.map(({ o }) => o).slice(0, 1)));
  } finally {
    await platform.sealer.stop();
  }
});
