import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  await superuser.query(`create table seal (n bigint generated always as identity, organisation text, size bigint)`);
  await superuser.query(`create function note_seal() returns trigger language plpgsql security definer as $$
    begin insert into public.seal (organisation, size) values (new.organisation, new.size); return null; end $$`);
  await superuser.query('create trigger note_seal after update on log_state for each row execute function note_seal()');
});
afterAll(async () => {
  await platform?.close();
  await superuser?.end();
  await database?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** Seals in the order the database took them, which no clock and no delay of the news changes. */
const seals = (which = 'true') => many.number(`select count(*) as n from seal where ${which}`);

test('the busy one never waits for more than fifty others, everybody else is sealed too, and files do not pile up', async () => {
  await many.found();
  const { busy, pulse, unsealed, number } = many;
  const its = `organisation = '${busy}'`;
  const waited: number[] = [];
  for (let turn = 0; turn < 12; turn++) {
    await Promise.all(Array.from({ length: 8 }, () => pulse(busy)));
    const before = await number('select coalesce(max(n), 0) as n from seal');
    const size = await number(`select next_pos as n from head where ${its}`);
    await expect.poll(() => unsealed(`h.${its}`)).toBe(0);
    const own = `(select min(n) from seal where ${its} and size >= ${size})`;
    waited.push(await seals(`not ${its} and n > ${before} and n < ${own}`));
  }
  expect(Math.max(...waited)).toBeLessThanOrEqual(50);

  await expect.poll(() => unsealed()).toBe(0);
  const busySeals = await seals(its);
  expect(busySeals).toBeGreaterThanOrEqual(8);
  expect(await seals()).toBeLessThanOrEqual(COUNT + busySeals + 20);
  await superuser.query('drop trigger note_seal on log_state; drop function note_seal(); drop table seal'); // verification would name them
  // Signed, published, noted and tidied up behind.
  await expect.poll(() => platform.ledger.verify(busy)).toMatchObject({ ok: true });
  const noted = (which: string) => number(`select count(*) as n from log_checkpoint where ${its} and ${which}`);
  await expect.poll(() => noted(`size = (select size from log_state where ${its})`)).toBe(1);
  expect(await noted('true')).toBeLessThanOrEqual(2);
  // Checkpoint, the day's checkpoint, and of the growing edge the newest bundle and tile with those of the seal before.
  await expect.poll(() => many.files(busy).length).toBeLessThanOrEqual(8);
});

test('no round seals more than twelve, and half of the places go to whoever has waited longest', async () => {
  await platform.sealer.stop();
  await superuser.query(`update log_state set size = 0 where organisation like 'school-%'`);
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
});
