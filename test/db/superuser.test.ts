import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openReplay } from '../../src/main.ts';
import { NOT_DERIVED } from '../../src/runtime/replay.ts';
import { deskOf } from './desk.ts';
import { altered, deleted, forged, swapped, type Table, tablesOf } from './forgery.ts';
import { type Office, openOffice } from './office.ts';
import { untilSealed } from './sealed.ts';

/**
 * Every table there is × what a database superuser can do to it, triggers off (design: ledger, invariant 5): at which level of `verify` it
 * shows, or that the sealer stops within its next round. tampering.test.ts has single bytes, files, and what is met at once;
 * test/faults/offline.test.ts has pages edited while PostgreSQL stands still.
 */

let office: Office;
let seat: string;
beforeAll(async () => {
  office = await openOffice({ pack: 'race' });
  const desk = deskOf(office);
  seat = await desk.open('wang', 'seat', { name: '窗邊', place: '一號', guest: '訪客甲' });
  await desk.act('wang', seat, 'take');
  await desk.open('wang', 'seat', { name: '門口', place: '二號' });
  await untilSealed(office);
});
afterAll(() => office?.close());

const superuser = async (text: string) => (await office.superuser.query(text)).rows;

/** Does it with triggers off, looks, and puts the table back. */
async function tampered(table: string, act: string, look: () => Promise<void>) {
  await superuser(`create temp table kept as select * from ${table}`);
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
    () => `update record_version set body = ${body('三號')} where ${here()} and id = '${seat}'`,
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

/** Without rows of organisations, or of accounts: why nothing is compared, and what meets a forger instead. */
const ELSEWHERE: Record<string, string> = {
  schema_migration: 'a start refuses migrations that are not its own (migrate.db.test)',
  sealing_leader: 'a term that does not fit seals nothing; a new leader takes the next one (sealers.test)',
  'auth.user_account':
    'opens nothing without a bound password (factor.db.test); a second factor switched off shows at L3 (credentials.test)',
  'auth.session': 'carries a MAC of the node key (auth.db.test)',
  'auth.credential':
    'a password counts only with its binding (factor.db.test); one of before shows at L3 (credentials.test)',
  'auth.binding': 'is the MAC of the node key; one of before shows at L3 (credentials.test)',
  'auth.passkey': 'counts only with its binding (factor.db.test); a removed one shows at L3 (credentials.test)',
  'auth.two_factor': 'counts only with its binding (factor.db.test)',
  'auth.reset': 'carries a MAC of the node key (reset.db.test)',
  'auth.password_history': 'a cache of old hashes: only refuses',
  'auth.verification': 'words between two requests of one sign-in, signed',
  'auth.used_code': 'only refuses',
  'auth.seal_challenge': 'a passkey signs over what is approved, checked at L3',
  'auth.attempt': 'counts failures: who empties it guesses on, at the pace of the door',
  'auth.unknown_minute': 'counts failures',
  'auth.failed_attempt':
    'counts refusals until their hour is over and an entry (decision 0170): who empties it opens nothing',
};

describe('every table there is', () => {
  let replay: Awaited<ReturnType<typeof openReplay>>;
  let tables: Table[];
  const rows = new Map<string, number>();
  const openAgain = async () => {
    const { dataDir, database } = office;
    const log = (line: string) => office.log.push(line);
    replay = await openReplay({ dataDir, ownerUrl: database.ownerUrl, log, clock: office.now });
  };
  beforeAll(async () => {
    await openAgain();
    await (await office.as('wang')).ok('tokens.create', { name: '報表', expires: '2099-01-01', mayWrite: true });
    await office.platform.idle();
    tables = (await tablesOf(office.superuser, 'public')).filter(({ columns }) =>
      columns.some(({ name }) => name === 'organisation'),
    );
    for (const { name } of tables) rows.set(name, (await superuser(`select 1 from ${name} where ${here()}`)).length);
    await superuser('set session_replication_role = replica');
  });
  afterAll(async () => {
    await superuser('set session_replication_role = origin');
    await replay?.close();
  });

  const derived = () => tables.filter(({ name }) => !Object.hasOwn(NOT_DERIVED, name) && name !== 'organisation');
  const withRows = (least: number) => derived().filter(({ name }) => rows.get(name)! >= least);

  /** Attacks many tables at once, replays once: each is named, none besides. Rebuilding puts them right. */
  async function attacked(acts: [table: string, act: string][]) {
    for (const [, act] of acts) await superuser(act);
    const found = await replay.rebuild(office.organisation);
    expect(found.map(({ table }) => table)).toEqual([...new Set(acts.map(([table]) => table))].sort());
    return found;
  }

  test('is made by replaying events, or says why it is not: a new one without a place here fails', async () => {
    const named = [
      ...(await tablesOf(office.superuser, 'public')).map(({ name }) => name),
      ...(await tablesOf(office.superuser, 'auth')).map(({ name }) => `auth.${name}`),
    ];
    const known = new Set([...tables.map(({ name }) => name), ...Object.keys(ELSEWHERE)]);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
    expect(Object.keys({ ...NOT_DERIVED, ...ELSEWHERE }).filter((name) => !named.includes(name))).toEqual([]);
    expect(withRows(1).map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'record_bigram',
        'record_field',
        'task',
        'clause_evidence',
        'clause_day',
        'person',
        'role_grant',
        'api_token',
      ]),
    );
    expect(await replay.faults(office.organisation)).toEqual([]);
  });

  test('a row altered shows in the replay of the next verify, and so does a forged one in a table that had none', async () => {
    const empty = derived().filter(({ name }) => rows.get(name) === 0);
    await attacked([
      ...withRows(1).map((one): [string, string] => [one.name, altered(one, office.organisation)]),
      ...empty.map((one): [string, string] => [one.name, forged(one, office.organisation)]),
    ]);
  });

  test('two rows that change places, a deleted one, a forged one beside true ones', async () => {
    const acts = withRows(2).map((one): [string, string] => [
      one.name,
      swapped(one, office.organisation) ?? deleted(one, office.organisation),
    ]);
    const single = withRows(1).filter(({ name }) => rows.get(name) === 1);
    const found = await attacked([
      ...acts,
      ...single.map((one): [string, string] => [one.name, forged(one, office.organisation)]),
    ]);
    expect(found.filter(({ extra, missing }) => extra === 2 && missing === 2).length).toBeGreaterThan(8);
  });

  test('truncated, or eaten by a trigger while people work', async () => {
    await superuser('create function swallow() returns trigger language plpgsql as $$ begin return null; end $$');
    const eaten = ['task', 'record_bigram', 'clause_evidence', 'record_field'];
    for (const table of eaten) {
      await superuser(`create trigger swallow before insert on ${table} for each row execute function swallow()`);
      await superuser(`alter table ${table} enable always trigger swallow`);
    }
    await deskOf(office).open('wang', 'seat', { name: '無聲', place: '七號' });
    expect((await verdict()).said).toMatch(/no migration made: .*swallow/);
    await superuser('drop function swallow() cascade');
    const rest = withRows(1).filter(({ name }) => !eaten.includes(name));
    for (const { name } of rest.slice(0, -1)) await superuser(`truncate ${name}`);
    await attacked(
      [...eaten, ...rest.slice(0, -1).map(({ name }) => name)].map((table): [string, string] => [table, 'select 1']),
    );
    await untilSealed(office);
    expect(await replay.faults(office.organisation)).toEqual([]);
    expect((await verdict()).levels).toEqual([]);
  });

  test('what an honest act read of others, changed for its moment and changed back, is found at the act', async () => {
    const desk = deskOf(office);
    const { organisation, persons } = office;
    const host = await desk.open('chen', 'host', {
      name: 'web1',
      kind: 'server',
      environment: 'test',
      owner: persons.chen,
    });
    const finding = await desk.open('chen', 'finding', { title: 'telnet', severity: 'high', host });
    const beside = await desk.open('wang', 'seat', { name: '機房邊', place: '三號', host });
    const same = await desk.open('wang', 'seat', { name: '同一席', place: '一號' });
    const apart = await desk.open('chen', 'host', {
      name: 'web2',
      kind: 'server',
      environment: 'test',
      owner: persons.chen,
    });
    expect((await desk.refused('wang', beside, 'take')).map(({ gate }) => gate)).toEqual(['safe']);
    expect((await desk.refused('wang', same, 'take')).map(({ gate }) => gate)).toEqual(['one_place']);
    await office.platform.idle();
    const last = async () => Number((await superuser(`select max(pos) as pos from event where ${here()}`))[0].pos);
    const during = async (change: string, act: () => Promise<unknown>, back: string) => {
      await superuser(change);
      office.platform.cache.forget(organisation);
      const from = await last();
      await act();
      await superuser(back);
      office.platform.cache.forget(organisation);
      return from + 1;
    };
    const set = (id: string, state: string) =>
      `update record set state = '${state}', body = jsonb_set(body, '{state}', '"${state}"') where id = '${id}'`;
    const of = `where ${here()} and id = '${persons.chen}'`;
    const [{ unit }] = await superuser(`select unit from person ${of}`);
    const acts = [
      // A fact of a module: the finding counts as verified for a second.
      await during(set(finding, 'verified'), () => desk.act('wang', beside, 'take'), set(finding, 'open')),
      // A set of the record's own: whoever sits there has left for a second.
      await during(set(seat, 'left'), () => desk.act('wang', same, 'take'), set(seat, 'taken')),
      // The people it was decided with.
      await during(
        `update person set unit = '${office.units.civil}' ${of}`,
        () => desk.save('chen', apart, { name: 'web3' }),
        `update person set unit = '${unit}' ${of}`,
      ),
    ];
    await untilSealed(office);
    expect((await verdict()).levels).toEqual([]); // rows and entries say nothing
    await replay.close();
    await openAgain(); // keys made since are read when it is opened
    const { tables, decisions } = await replay.replayed(organisation);
    expect(tables).toEqual([]);
    expect(decisions.faults.map(({ position }) => position)).toEqual(acts);
    expect(decisions.faults.map(({ message }) => message.en)).toMatchObject([
      expect.stringMatching(/open_findings/),
      expect.stringMatching(/seat where item != this/),
      expect.stringMatching(/people, units, roles/),
    ]);
    expect(decisions.asked).toBeGreaterThan(10);
  });

  test('other rules put in force by the database show at the next act, and in the replay', async () => {
    await tampered('organisation', `update organisation set definition = 'forged' where ${here()}`, async () => {
      expect((await replay.replayed(office.organisation)).tables).toEqual([
        { table: 'organisation', extra: 1, missing: 1 },
      ]);
    });
  });
});

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

  test('the row of the sequencer and that of what is sealed: at the next verify', async () => {
    for (const [table, change] of Object.entries({
      head: `last_mac = decode(repeat('ab', 32), 'hex')`,
      log_state: `root = decode(repeat('ab', 32), 'hex')`,
    }))
      await tampered(table, `update ${table} set ${change} where ${here()}`, async () => {
        expect((await verdict()).levels).toEqual(['L3']);
      });
    await tampered(
      'log_checkpoint',
      `update log_checkpoint set root = decode(repeat('ab', 32), 'hex') where ${here()}`,
      async () =>
        expect(await verdict()).toMatchObject({ levels: ['L3'], said: expect.stringMatching(/list of checkpoints/) }),
    );
  });

  test('rewriting every row where it lies (VACUUM FULL) and copying tables out and in changes nothing', async () => {
    await superuser('vacuum full event');
    await tampered('event', 'select 1', async () => {});
    expect((await verdict()).levels).toEqual([]);
  });

  test('the lock of sealing taken, so that a tail can be taken away in peace: what was answered for is missed at the next verify', async () => {
    const other = new pg.Client(office.database.superUrl);
    await other.connect();
    const taken = other.query('select pg_advisory_lock(4112027)');
    await superuser(
      `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and objid = 4112027 and granted`,
    );
    await taken;
    const [before] = await superuser(`select next_pos, encode(last_mac, 'hex') as mac from head where ${here()}`);
    await deskOf(office).open('wang', 'seat', { name: '消失', place: '十號' });
    await office.platform.idle();
    await superuser('create temp table head_kept as select * from head');
    const rewind = `delete from event where ${here()} and pos >= ${before.next_pos};
      update head set next_pos = ${before.next_pos}, last_mac = decode('${before.mac}', 'hex') where ${here()}`;
    await tampered('event', rewind, async () => {
      expect(await verdict()).toMatchObject({ ok: false, said: expect.stringMatching(/answered for is gone/) });
    });
    await superuser('delete from head; insert into head select * from head_kept; drop table head_kept');
    await other.end();
    await untilSealed(office);
    expect((await verdict()).levels).toEqual([]);
  });

  test('triggers and functions replaced: what was acknowledged and eaten stops the seal within its next round', async () => {
    await superuser(`create or replace function organisations_to_seal(most integer, resting text[]) returns setof text language sql stable
      security definer set search_path = pg_catalog, public as $$ select null::text where false $$`);
    await superuser('create function eat() returns trigger language plpgsql as $$ begin return null; end $$');
    await superuser('create trigger eat before insert on event for each row execute function eat()');
    await deskOf(office).open('wang', 'seat', { name: '被吞掉', place: '九號' });
    const halted = async () => (await office.platform.ledger.witnesses(office.organisation)).halted?.en;
    await expect.poll(halted).toMatch(/acknowledged/);
    expect(await verdict()).toMatchObject({ ok: false, said: expect.stringMatching(/comes from no event/) });
  });
});
