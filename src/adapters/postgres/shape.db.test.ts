import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../../../test/harness/database.ts';
import type { Db } from '../../runtime/module.ts';
import { connect } from './connect.ts';
import { behind, readShape, SHAPE, shapeFaults, shapeOf } from './shape.ts';

const MIGRATIONS = join(import.meta.dirname, '../../../migrations');

let database: TestDatabase;
let superuser: pg.Client;
let program: ReturnType<typeof connect>;
beforeAll(async () => {
  database = await startTestDatabase();
  superuser = new pg.Client(database.superUrl);
  await superuser.connect();
  program = connect(database.appUrl, { onIdleError: () => {} });
});
afterAll(async () => {
  await program.close();
  await superuser.end();
  await database.stop();
});

const seen = () => shapeFaults(program.db as unknown as Db, shapeOf(MIGRATIONS).lines);

test('is what the migrations make; a new migration is written down by `npm run shape`', async () => {
  const shape = await readShape(program.db as unknown as Db);
  if (process.env.WRITE_SHAPE) writeFileSync(join(MIGRATIONS, SHAPE), `${[behind(MIGRATIONS), ...shape].join('\n')}\n`);
  expect(shape).toEqual(shapeOf(MIGRATIONS).lines);
});

/** What an owner of the database can put in a table's or function's place, each with how it is taken back. */
const attacks: [what: string, act: string, undo: string, said: RegExp][] = [
  [
    'a view in the place of a table',
    `alter table task rename to task_; create view task as select * from task_ where person <> 'x'; grant all on task to public`,
    'drop view task; alter table task_ rename to task',
    /relation public.task v/,
  ],
  [
    'a policy that hides a row from the program',
    `create policy hidden on record as restrictive using (id <> 'x')`,
    'drop policy hidden on record',
    /policy hidden on public.record .* restrictive/,
  ],
  [
    'row-level security laid off',
    'alter table notice disable row level security',
    'alter table notice enable row level security',
    /relation public.notice/,
  ],
  [
    'a rule that does something else',
    'create rule quiet as on insert to notice do instead nothing',
    'drop rule quiet on notice',
    /RULE quiet/,
  ],
  [
    'a trigger, also one that fires on a replica only',
    `create function eat() returns trigger language plpgsql as $$ begin return null; end $$;
     create trigger eat before insert on notice for each row execute function eat(); alter table notice enable replica trigger eat`,
    'drop trigger eat on notice; drop function eat()',
    /trigger R CREATE TRIGGER eat/,
  ],
  [
    'a default of its own',
    `alter table task alter action set default 'x'`,
    'alter table task alter action drop default',
    /column public.task.action .*default/,
  ],
  [
    'a column generated from another',
    'alter table task add loud text generated always as (upper(record)) stored',
    'alter table task drop loud',
    /generated s/,
  ],
  [
    'a collation in which two names are one',
    `create collation loose (provider = icu, locale = 'und-u-ks-level1', deterministic = false); alter table task alter action type text collate loose`,
    'alter table task alter action type text collate "default"; drop collation loose',
    /column public.task.action .*collate/,
  ],
  [
    'rows of a child table',
    'create table more () inherits (clause_day)',
    'drop table more',
    /relation public.more r.* under/,
  ],
  [
    'a foreign table',
    `create extension postgres_fdw; create server elsewhere foreign data wrapper postgres_fdw; create foreign table far (id text) server elsewhere`,
    'drop extension postgres_fdw cascade',
    /relation public.far f/,
  ],
  [
    'a function with better fitting arguments than the database’s own',
    `create function lower(varchar) returns text language sql as $$ select 'x' $$`,
    'drop function lower(varchar)',
    /function public.lower/,
  ],
  [
    'a function among the database’s own',
    `create function pg_catalog.sha256(text) returns bytea language sql as $$ select '\\x00'::bytea $$`,
    'drop function pg_catalog.sha256(text)',
    /function sha256/,
  ],
  [
    'a function of ours with another body',
    `create or replace function current_organisation() returns text language sql stable parallel safe as $$ select 'x' $$`,
    '',
    /function public.current_organisation/,
  ],
  [
    'an operator and a cast',
    `create function agrees(text, integer) returns boolean language sql as 'select true'; create operator = (leftarg = text, rightarg = integer, function = agrees);
     create function counted(text) returns integer language sql as 'select 1'; create cast (text as integer) with function counted(text) as implicit`,
    'drop cast (text as integer); drop function counted(text); drop operator = (text, integer); drop function agrees(text, integer)',
    /operator .*cast text to integer|cast text to integer.*operator/,
  ],
  ['a key no longer enforced', 'alter table task drop constraint task_pkey cascade', '', /lacks: .*task_pkey/],
  [
    'an event trigger',
    `create function seen() returns event_trigger language plpgsql as $$ begin end $$; create event trigger seen on ddl_command_end execute function seen()`,
    'drop event trigger seen; drop function seen()',
    /event trigger seen/,
  ],
  [
    'rows from elsewhere by logical replication',
    `create subscription elsewhere connection 'dbname=nowhere' publication p with (connect = false)`,
    'alter subscription elsewhere set (slot_name = none); drop subscription elsewhere',
    /subscription elsewhere/,
  ],
];

test.each(attacks)('%s is named', async (_what, act, undo, said) => {
  const before = new Set((await seen()).map(({ en }) => en));
  await superuser.query(act);
  const told = (await seen()).map(({ en }) => en).filter((line) => !before.has(line));
  expect(told.join(' ')).toMatch(said);
  if (undo) await superuser.query(undo);
});

test('what is set on the program’s role or database changes no meaning of its statements, and a path to other schemas is named', async () => {
  await superuser.query(`create schema shadow; create table shadow.task (organisation text); grant usage on schema shadow to public;
    grant select on shadow.task to public; alter role ${database.appRole} in database ${database.name} set search_path = shadow, public;
    alter database ${database.name} set timezone = 'Asia/Taipei'; alter database ${database.name} set datestyle = 'German';
    alter database ${database.name} set bytea_output = 'escape'; alter database ${database.name} set standard_conforming_strings = off`);
  const fresh = connect(database.appUrl, { onIdleError: () => {} });
  const { rows } = await fresh.pool.query(`select 'task'::regclass::text as task, current_setting('timezone') as zone,
    '2026-11-30'::timestamptz::text as day, '\\xff'::bytea::text as byte, current_setting('standard_conforming_strings') as strings`);
  expect(rows).toEqual([{ task: 'task', zone: 'UTC', day: '2026-11-30 00:00:00+00', byte: '\\xff', strings: 'on' }]);
  await fresh.close();
  expect((await seen()).map(({ en }) => en).join(' ')).toMatch(/setting of a role search_path/);
});
