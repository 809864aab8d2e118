import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../../../test/harness/database.ts';
import { isRefused } from '../../kernel/refusal.ts';
import { openDatabase } from './open.ts';

let database: TestDatabase;
const dataDir = mkdtempSync(join(tmpdir(), '外部 資料庫 '));
const made: string[] = [];

const open = (databaseUrl: string, databaseAppUrl?: string) =>
  openDatabase({ dataDir, databaseUrl, ...(databaseAppUrl ? { databaseAppUrl } : {}), log: () => {} });
const refusalOf = async (...urls: [string, string?]) => {
  const opened = await open(...urls);
  if (isRefused(opened)) return opened.refused[0]!.message.en;
  await opened.stop();
  return 'opened';
};
const asSuper = async (sql: string) => {
  const client = new pg.Client(database.superUrl);
  await client.connect();
  await client.query(sql);
  await client.end();
};

beforeAll(async () => {
  database = await startTestDatabase({ migrated: false });
});
afterAll(async () => {
  for (const role of made) await asSuper(`drop owned by ${role}; drop role ${role}`);
  await database.stop();
  rmSync(dataDir, { recursive: true });
});

test('with the owner’s address alone, a login of its own is made, bound by row-level security, and found again', async () => {
  const opened = await open(database.superUrl);
  if (isRefused(opened)) throw new Error(opened.refused[0]?.message.en);
  made.push(opened.appRole);
  const again = await open(database.superUrl);
  expect(isRefused(again) && again.refused[0]?.message.en).toContain('in use by another Ancheng');
  await opened.stop();
  const client = new pg.Client(opened.appUrl);
  await client.connect();
  const { rows } = await client.query(
    'select rolsuper or rolbypassrls as above from pg_roles where rolname = current_user',
  );
  await client.end();
  expect(rows).toEqual([{ above: false }]);
  expect(await refusalOf(database.superUrl)).toBe('opened');
  const secrets = readdirSync(join(dataDir, 'secrets')).map(
    (name) => statSync(join(dataDir, 'secrets', name)).mode & 0o777,
  );
  expect(secrets).toEqual([0o600]);
});

test('an owner that may not create roles is told to give DATABASE_APP_URL, and works with it', async () => {
  await asSuper(`drop owned by ${made[0]}; drop role ${made.pop()}`);
  expect(await refusalOf(database.ownerUrl)).toContain('may not create the program');
  expect(await refusalOf(database.ownerUrl, database.appUrl)).toBe('opened');
});

test('the owner as the program’s login is refused: row-level security would not bind it', async () => {
  expect(await refusalOf(database.ownerUrl, database.ownerUrl)).toContain('above row-level security');
  expect(await refusalOf(database.ownerUrl, database.superUrl)).toContain('above row-level security');
});

test('a login that may not create tables cannot be the owner', async () => {
  expect(await refusalOf(database.appUrl, database.appUrl)).toContain('may not create tables');
});

test('a server that does not answer is named without its password', async () => {
  const told = await refusalOf('postgres://someone:secret@127.0.0.1:1/nothing');
  expect(told).toContain('someone@127.0.0.1:1/nothing');
  expect(told).not.toContain('secret');
  expect(await refusalOf('not an address')).toContain('Cannot connect');
});
