import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../../../test/harness/database.ts';
import { until } from '../../../test/harness/until.ts';
import { isRefused } from '../../kernel/refusal.ts';
import { connect } from './connect.ts';
import { type Migration, migrate } from './migrate.ts';

const migration = (number: number, sql: string): Migration => {
  const name = `${String(number).padStart(4, '0')}_fixture.sql`;
  return { number, name, sql, sha256: createHash('sha256').update(sql).digest('hex') };
};
const first = migration(
  1,
  'create table place (id bigint primary key, seen date); grant select on place to ancheng_app;',
);
const second = migration(2, 'create table visit (place bigint references place);');

let database: TestDatabase;
const run = (...migrations: Migration[]) =>
  migrate({ ownerUrl: database.ownerUrl, appRole: database.appRole, migrations, log: () => {} });
const asOwner = (statement: string) => alone(database.ownerUrl, statement);
const alone = async (url: string, statement: string) => {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
};

beforeAll(async () => {
  database = await startTestDatabase({ migrated: false });
});
afterAll(() => database.stop());

describe('migrate', () => {
  test('applies each migration once, in order, also when many processes start together', async () => {
    const results = await Promise.all([run(first), run(first), run(first)]);
    expect(results.flatMap((result): unknown[] => (isRefused(result) ? result.refused : result.applied))).toEqual([1]);
    expect(await run(first, second)).toEqual({ applied: [2] });
  });

  test('a migration that fails leaves nothing behind, and can be mended', async () => {
    const broken = migration(3, 'create table half (id int); select no_such_function();');
    await expect(run(first, second, broken)).rejects.toThrow('0003_fixture.sql');
    expect(await asOwner(`select 1 from pg_tables where tablename = 'half'`)).toEqual([]);
    expect(await run(first, second, migration(3, 'create table half (id int);'))).toEqual({ applied: [3] });
  });

  test('refuses an edited migration and names it', async () => {
    const result = await run(migration(1, 'create table place (id int);'), second);
    expect(isRefused(result) && result.refused[0]?.message.en).toContain('0001_fixture.sql differs');
  });

  test('refuses a database newer than the program', async () => {
    const result = await run(first, second);
    expect(isRefused(result) && result.refused[0]?.message.en).toContain('0003_fixture.sql is applied');
  });
});

describe('the program’s connection', () => {
  test('reads what it was granted and may not create, own or bypass anything', async () => {
    const { pool, close } = connect(database.appUrl, { onIdleError: () => {} });
    await asOwner(`insert into place values (9007199254740991, '2026-11-20')`);
    expect((await pool.query('select id, seen from place')).rows).toEqual([
      { id: 9007199254740991, seen: '2026-11-20' },
    ]);
    await expect(pool.query('create table mine (id int)')).rejects.toThrow('permission denied');
    await expect(pool.query('insert into place values (1)')).rejects.toThrow('permission denied');
    const { rows } = await pool.query('select rolsuper, rolbypassrls from pg_roles where rolname = current_user');
    expect(rows).toEqual([{ rolsuper: false, rolbypassrls: false }]);
    await close();
  });

  test('a count beyond what a number holds is an error, never a wrong number', async () => {
    const { pool, close } = connect(database.appUrl, { onIdleError: () => {} });
    await expect(pool.query('select 9007199254740993::bigint')).rejects.toThrow('does not fit');
    await close();
  });

  test('a caller is told when no connection comes free, and a statement that runs too long is ended', async () => {
    const { pool, close } = connect(database.appUrl, {
      max: 1,
      acquireTimeoutMs: 2_000,
      statementTimeoutMs: 300,
      onIdleError: () => {},
    });
    const held = await until(() => pool.connect()); // making one is a wait for one too
    await expect(pool.query('select 1')).rejects.toThrow('timeout');
    await expect(held.query('select pg_sleep(5)')).rejects.toThrow('statement timeout');
    held.release();
    await close();
  });

  test('a connection lost between two statements fails the transaction, not the process', async () => {
    const { db, close } = connect<never>(database.appUrl, { onIdleError: () => {} });
    const broken = db.transaction().execute(async (tx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
      await alone(database.superUrl, `select pg_terminate_backend(${rows[0]!.pid})`);
      await new Promise((wake) => setTimeout(wake, 200)); // what the socket has to say comes while nobody asks
      await sql`select 1`.execute(tx);
    });
    await expect(broken).rejects.toThrow();
    expect((await sql<{ one: number }>`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }]);
    await close();
  });

  test('a connection lost while idle is reported, and the next query gets another', async () => {
    const lost: Error[] = [];
    const { pool, close } = connect(database.appUrl, { onIdleError: (error) => lost.push(error) });
    await pool.query('select 1');
    await alone(
      database.superUrl,
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'ancheng' and datname = current_database()`,
    );
    await expect.poll(() => lost.length).toBeGreaterThan(0);
    expect((await pool.query('select 2 as two')).rows).toEqual([{ two: 2 }]);
    await close();
  });
});
