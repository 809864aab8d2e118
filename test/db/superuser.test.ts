import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deskOf } from './desk.ts';
import { type Office, openOffice } from './office.ts';

/**
 * Every table that says something about the past × what a database superuser can do to it, triggers off (design: ledger, invariant 5):
 * at which level of `verify` it shows, or that the sealer stops within its next round. tampering.test.ts has single bytes and files.
 */

let office: Office;
let seat: string;
beforeAll(async () => {
  office = await openOffice({ pack: 'race' });
  const desk = deskOf(office);
  seat = await desk.open('wang', 'seat', { name: '窗邊', place: '一號', guest: '訪客甲' });
  await desk.act('wang', seat, 'take');
  await desk.open('wang', 'seat', { name: '門口', place: '二號' });
  await sealed();
});
afterAll(() => office?.close());

const superuser = async (text: string) => (await office.superuser.query(text)).rows;

async function sealed() {
  await office.platform.idle();
  for (let turn = 0; turn < 100; turn++) {
    const behind = await superuser(
      'select 1 from head h join log_state s using (organisation) where h.next_pos > s.size',
    );
    if (behind.length === 0) return;
    office.platform.sealer.hurry();
    await wait(100);
  }
  throw new Error('the ledger is not being sealed');
}

/** Does it with triggers off, looks, and puts the table back. */
async function tampered(table: string, act: string, look: () => Promise<void>) {
  await superuser(`create table kept as select * from ${table}`);
  await superuser('set session_replication_role = replica');
  try {
    await superuser(act);
    await look();
  } finally {
    await superuser(`delete from ${table}`);
    await superuser(`insert into ${table} select * from kept`);
    await superuser('drop table kept');
    await superuser('set session_replication_role = origin');
  }
}

/** Levels that fail, and what they say. */
async function verdict() {
  const { ok, findings } = await office.platform.ledger.verify(office.organisation);
  const failed = findings.filter((one) => !one.ok);
  return {
    ok,
    levels: [...new Set(failed.map(({ level }) => level))].sort(),
    said: failed.map(({ message }) => message.en).join('; '),
  };
}

const here = () => `organisation = '${office.organisation}'`;
const body = (change: string) => `jsonb_set(body, '{values,place}', '"${change}"')`;

const matrix: [table: string, what: string, act: () => string, levels: string[], said: RegExp][] = [
  ['event', 'every row deleted', () => `delete from event where ${here()}`, ['L2', 'L3'], /lacks this row/],
  ['event', 'truncated', () => 'truncate event', ['L2', 'L3'], /lacks this row/],
  [
    'event',
    'the sealed tail deleted',
    () => `delete from event where ${here()} and pos >= (select max(pos) - 1 from event where ${here()})`,
    ['L2', 'L3'],
    /lacks this row/,
  ],
  [
    'event',
    'a mark replaced',
    () => `update event set mac = decode(repeat('ab', 32), 'hex') where ${here()} and pos = 5`,
    ['L3'],
    /mark/,
  ],
  [
    'event',
    'a moment moved',
    () => `update event set recorded_at = recorded_at + interval '1 hour' where ${here()} and pos = 5`,
    ['L2'],
    /recorded_at/,
  ],
  [
    'event',
    'moved to another organisation',
    () =>
      `update event set organisation = '_installation', pos = pos + 100000, stream_version = stream_version + 100000 where ${here()} and pos = 5`,
    ['L2', 'L3'],
    /lacks this row/,
  ],
  [
    'record',
    'a value changed',
    () => `update record set body = ${body('三號')} where ${here()} and id = '${seat}'`,
    ['L3'],
    /differs from what its events/,
  ],
  [
    'record',
    'a state set',
    () => `update record set state = 'free_' where ${here()} and id = '${seat}'`,
    ['L3'],
    /column/,
  ],
  ['record', 'deleted', () => `delete from record where ${here()} and id = '${seat}'`, ['L3'], /gone from the tables/],
  [
    'record',
    'a forged one',
    () =>
      `insert into record select (jsonb_populate_record(r, jsonb_build_object('id', 'forged', 'number', 'F-1'))).* from record r where ${here()} and id = '${seat}'`,
    ['L3'],
    /comes from no event/,
  ],
  [
    'record_version',
    'history rewritten',
    () => `update record_version set body = ${body('三號')} where ${here()} and id = '${seat}' and pos_to is null`,
    ['L3'],
    /newest past state/,
  ],
  [
    'record_version',
    'history deleted',
    () => `delete from record_version where ${here()} and id = '${seat}'`,
    ['L3'],
    /newest past state/,
  ],
  [
    'definition',
    'the rules acts are judged by',
    () => `update definition set body = '{"roles":{},"records":{}}'::json where ${here()}`,
    ['L3'],
    /definition/,
  ],
];

describe('the superuser', () => {
  test.each(matrix)('%s: %s', async (table, _what, act, levels, said) => {
    await tampered(table, act(), async () => {
      const found = await verdict();
      expect(found).toMatchObject({ ok: false, said: expect.stringMatching(said) });
      expect(found.levels).toEqual(expect.arrayContaining(levels.slice(0, 1)));
      expect(found.levels.every((level) => ['L2', 'L3', 'L4'].includes(level))).toBe(true);
    });
    expect((await verdict()).levels).toEqual([]);
  });

  test('rewriting every row where it lies (VACUUM FULL) and copying tables out and in changes nothing', async () => {
    await superuser('vacuum full event');
    await tampered('event', 'select 1', async () => {});
    expect((await verdict()).levels).toEqual([]);
  });

  test('triggers and functions replaced: what was acknowledged and eaten stops the seal within its next round', async () => {
    await superuser(`create or replace function organisations_to_seal(most integer) returns setof text language sql stable
      security definer set search_path = pg_catalog, public as $$ select null::text where false $$`);
    await superuser('create function eat() returns trigger language plpgsql as $$ begin return null; end $$');
    await superuser('create trigger eat before insert on event for each row execute function eat()');
    await deskOf(office).open('wang', 'seat', { name: '被吞掉', place: '九號' });
    const halted = async () => (await office.platform.ledger.witnesses(office.organisation)).halted?.en;
    for (let turn = 0; turn < 50 && !(await halted()); turn++) await wait(100);
    expect(await halted()).toMatch(/acknowledged/);
    expect(await verdict()).toMatchObject({ ok: false, said: expect.stringMatching(/comes from no event/) });
  });
});
