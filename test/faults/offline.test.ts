import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLedgers } from '../../src/cli/ledgers.ts';
import { isRefused } from '../../src/kernel/refusal.ts';
import { openPlatform } from '../../src/main.ts';
import { createOrganisation } from '../../src/runtime/organisations.ts';
import { withOrganisation } from '../../src/runtime/store/session.ts';

/** PostgreSQL stands still, and somebody edits a page of its files (invariant 5). */

const place = mkdtempSync(join(tmpdir(), 'offline-'));
chmodSync(place, 0o755); // under root the database is another account's
const dataDir = join(place, 'data');
const PAGE = 8192;
let file: string;
let whole: Buffer;
afterAll(() => rmSync(place, { recursive: true, force: true }));

beforeAll(async () => {
  const platform = await openPlatform({ dataDir, log: () => {} });
  if (isRefused(platform)) throw new Error(platform.refused[0]?.message.en);
  const { db, dispatch, ledger } = platform;
  await createOrganisation(db, { id: 'office', name: 'office', demo: false }, new Date().toISOString());
  for (let turn = 0; turn < 5; turn++) {
    const command = { do: 'trail.pulse', id: randomUUID(), input: {} };
    await dispatch({ organisation: 'office', actor: { kind: 'clock' }, command });
  }
  await platform.idle();
  const path = await withOrganisation(db, 'office', (tx) =>
    sql<{ path: string }>`select pg_relation_filepath('event') as path`.execute(tx),
  );
  file = join(dataDir, 'postgres/cluster', path.rows[0]!.path);
  while ((await ledger.witnesses?.('office'))?.sealedSize !== 5) await new Promise((wake) => setTimeout(wake, 50));
  await platform.close();
  whole = readFileSync(file);
});

/** `ancheng verify` over the folder: it starts the database for the time of the check. */
async function verify() {
  const ledgers = await openLedgers({ dataDir }, () => {});
  if (isRefused(ledgers)) throw new Error(ledgers.refused[0]?.message.en);
  try {
    const { ok, findings } = await ledgers.verify('office');
    return { ok, failed: findings.filter((one) => !one.ok) };
  } finally {
    await ledgers.close();
  }
}

/** The file with one character of the third entry changed: its command. */
function edited(): Buffer {
  const changed = Buffer.from(whole);
  let at = -1;
  for (let turn = 0; turn < 3; turn++) at = changed.indexOf('"command":"', at + 1);
  expect(at).toBeGreaterThan(0);
  changed[at + 12] = changed[at + 12] === 0x61 ? 0x62 : 0x61;
  return changed;
}

test('the page’s own checksum is noticed by whoever reads it: verification says so, and is no defect', async () => {
  writeFileSync(file, edited());
  const { ok, failed } = await verify();
  expect(ok).toBe(false);
  expect(failed).toMatchObject([{ level: 'L2', message: { en: expect.stringMatching(/page/) } }]);
});

test('with the checksum put right, PostgreSQL is content; the ledger is not: L2 and L3, at that entry', async () => {
  expect(checksum(whole, 0)).toBe(whole.readUInt16LE(8)); // we compute it as PostgreSQL does
  const changed = edited();
  for (let block = 0; block * PAGE < changed.length; block++)
    changed.writeUInt16LE(checksum(changed, block), block * PAGE + 8);
  writeFileSync(file, changed);
  const { ok, failed } = await verify();
  expect(ok).toBe(false);
  expect(
    failed.filter(({ position }) => position !== undefined).map(({ level, position }) => [level, position]),
  ).toEqual([
    ['L2', 2],
    ['L3', 2],
  ]);
  writeFileSync(file, whole);
  expect(await verify()).toEqual({ ok: true, failed: [] });
});

const LANES = [
  0x5b1f36e9, 0xb8525960, 0x02ab50aa, 0x1de66d2a, 0x79ff467a, 0x9bb9f8a3, 0x217e7cd2, 0x83e13d2c, 0xf8d4474f,
  0xe39eb970, 0x42c6ae16, 0x993216fa, 0x7b093b5d, 0x98daff3c, 0xf718902a, 0x0b1c9cdb, 0xe58f764b, 0x187636bc,
  0x5d7b3bb1, 0xe73de7de, 0x92bec979, 0xcca6c0b2, 0x304a0979, 0x85aa43d4, 0x783125bb, 0x6ca8eaa2, 0xe407eac6,
  0x4b5cfc3e, 0x9fbf8c76, 0x15ca20be, 0xf2ca9fd3, 0x959bd756,
];

/** Of a page, as PostgreSQL documents it in storage/checksum_impl.h: FNV-1a in 32 lanes, with the block's number. */
function checksum(pages: Buffer, block: number): number {
  const page = Buffer.from(pages.subarray(block * PAGE, (block + 1) * PAGE));
  page.writeUInt16LE(0, 8);
  const lanes = [...LANES];
  const mix = (lane: number, word: number) => {
    const mixed = (lanes[lane]! ^ word) >>> 0;
    lanes[lane] = (Math.imul(mixed, 16777619) ^ (mixed >>> 17)) >>> 0;
  };
  for (let at = 0; at < PAGE; at += 4) mix((at / 4) % 32, page.readUInt32LE(at));
  for (let turn = 0; turn < 2; turn++) for (let lane = 0; lane < 32; lane++) mix(lane, 0);
  const sum = (lanes.reduce((one, other) => one ^ other, 0) ^ block) >>> 0;
  return (sum % 65535) + 1;
}
