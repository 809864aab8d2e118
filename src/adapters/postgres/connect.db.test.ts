import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../../../test/harness/database.ts';
import { connect } from './connect.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase({ migrated: false });
});
afterAll(() => database.stop());

const newConnection = () =>
  connect<never>(database.ownerUrl, {
    max: 1,
    onIdleError: (error) => {
      throw error;
    },
  });

test('a statement that comes again is prepared once and answers for its own values', async () => {
  const { db, close } = newConnection();
  const answers: number[] = [];
  for (const number of [1, 2, 3, 4, 5]) {
    const { rows } = await sql<{ twice: number }>`select ${number}::int * 2 as twice`.execute(db);
    answers.push(rows[0]!.twice);
  }
  expect(answers).toEqual([2, 4, 6, 8, 10]);
  const kept = await sql<{ statement: string }>`select statement from pg_prepared_statements`.execute(db);
  expect(kept.rows.map((row) => row.statement)).toEqual(['select $1::int * 2 as twice']);
  await close();
});

test('a table that got a column meanwhile is told once; the next call answers, on a connection of its own', async () => {
  const owner = new pg.Client(database.ownerUrl);
  await owner.connect();
  await owner.query('create table place (id int)');
  await owner.query('insert into place values (1)');
  const { db, close } = newConnection();
  const ask = () => sql`select * from place where id = ${1}`.execute(db);
  for (let time = 0; time < 4; time++) await ask();
  await owner.query(`alter table place add column name text default 'hall'`);
  await owner.end();
  await expect(ask()).rejects.toThrow('cached plan');
  expect((await ask()).rows).toEqual([{ id: 1, name: 'hall' }]);
  await close();
});

test('closed means closed: the server has let every connection go, and may be stopped without breaking one', async () => {
  const owner = new pg.Client(database.ownerUrl);
  await owner.connect();
  const { db, close } = connect<never>(database.ownerUrl, { name: 'closing', max: 8, onIdleError: () => {} });
  await Promise.all(Array.from({ length: 8 }, () => sql`select pg_sleep(0.05)`.execute(db)));
  await close();
  const left = await owner.query(`select 1 from pg_stat_activity where application_name = 'closing'`);
  await owner.end();
  expect(left.rows).toEqual([]);
});
