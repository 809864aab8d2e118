import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../../../test/harness/database.ts';
import type { Actor, Moment } from '../../kernel/engine/types.ts';
import { upwards } from '../../kernel/engine/who.ts';
import { isRefused } from '../../kernel/refusal.ts';
import type { NewEvent, StoredEvent, Tx } from '../../runtime/module.ts';
import { definition } from './fixtures/given.ts';
import {
  getPerson,
  grantsOfPerson,
  identity,
  listPersons,
  listUnits,
  loadDirectory,
  openInvitation,
  personOfAccount,
} from './index.ts';
import { organisationsOfAccount } from './reach.ts';

const key = Buffer.alloc(32, 9);
const module = identity({ nodeKey: key });
const setup: Actor = { kind: 'setup' };
const person = (id: string): Actor => ({ kind: 'person', person: id, factor: 'password' });

let database: TestDatabase;
// biome-ignore lint/suspicious/noExplicitAny: tables are read by name
let db: Kysely<any>;
let superuser: pg.Client;
let organisation = '';
let n = 0;
let pos = 0;
let log: { at: Moment; actor: Actor; event: NewEvent }[] = [];

beforeAll(async () => {
  database = await startTestDatabase();
  const pool = new pg.Pool({ connectionString: database.appUrl });
  pool.on('error', () => undefined); // the database is dropped under connections that are just closing
  db = new Kysely({ dialect: new PostgresDialect({ pool }) });
  superuser = new pg.Client({ connectionString: database.superUrl });
  await superuser.connect();
});
afterAll(async () => {
  await db?.destroy();
  await superuser?.end();
  await database?.stop();
});

const inside = <T>(work: (tx: Tx) => Promise<T>, of = organisation): Promise<T> =>
  db.transaction().execute(async (tx) => {
    await sql`select set_config('ancheng.organisation', ${of}, true)`.execute(tx);
    return work(tx);
  });

/** Runs a command as the write door would: load, decide, project. Answers the response or the codes of the refusals. */
async function run(actor: Actor, name: string, input: unknown, at: Moment = '2026-11-20T02:00:00.000Z') {
  const command = module.commands[`identity.${name}`];
  if (!command) throw new Error(name);
  const parsed = command.input.parse(input);
  return inside(async (tx) => {
    const { directory } = await loadDirectory(tx, organisation, key, at);
    const context = { organisation, actor, now: at, commandId: `c${++n}`, directory, definition };
    const decided = command.decide(await command.load(tx, parsed, context), parsed, context);
    if (isRefused(decided)) return decided.refused.map((refusal) => refusal.code);
    for (const event of decided.events) {
      log.push({ at, actor, event });
      await module.project?.(tx, stored(at, actor, event));
    }
    return decided.response as Record<string, string>;
  });
}

const stored = (at: Moment, actor: Actor, event: NewEvent): StoredEvent => ({
  ...event,
  organisation,
  pos: ++pos,
  streamVersion: 1,
  at,
  actor: actor.kind === 'person' ? { person: actor.person } : {},
  command: `c${n}`,
  definition: '',
});

const directoryAt = (at: Moment) => inside((tx) => loadDirectory(tx, organisation, key, at));
const grantsOf = async (id: string, at = '2026-11-20T02:00:00.000Z') =>
  (await directoryAt(at)).directory.grants.filter((grant) => grant.person === id).map((grant) => grant.role);

beforeEach(async () => {
  organisation = `org${++n}`;
  log = [];
  await run(setup, 'add_unit', { unit: 'office', name: '西螺鎮公所' });
  await run(setup, 'add_unit', { unit: 'it', name: '資訊課', under: 'office' });
  for (const id of ['admin', 'admin2', 'chief', 'chen', 'wang'])
    await run(setup, 'add_person', { person: id, name: `${id}名`, unit: 'it', email: `${id}@x.tw` });
  for (const [id, role] of [
    ['admin', 'administrator'],
    ['admin2', 'administrator'],
    ['chief', 'ciso'],
  ])
    await run(setup, 'give_role', { person: id, role, unit: 'office', from: '2026-01-01' });
});

describe('roles', () => {
  test('an approving role is nobody’s until a second person confirmed it', async () => {
    const asked = await run(person('admin'), 'give_role', { person: 'chen', role: 'security_officer', unit: 'office' });
    expect(asked).toMatchObject({ waitingForSecond: true });
    expect(await grantsOf('chen')).toEqual([]);
    const { grant } = asked as Record<string, string>;
    expect(await run(person('admin'), 'confirm_role', { grant })).toEqual(['never']);
    await run(person('chief'), 'confirm_role', { grant });
    expect(await grantsOf('chen')).toEqual(['security_officer']);
    const { directory } = await directoryAt('2026-11-20T02:00:00.000Z');
    expect(directory.grants.find((g) => g.person === 'chen')?.pos).toBe(pos);
    await run(person('admin'), 'revoke_role', { grant });
    expect(await grantsOf('chen')).toEqual([]);
  });

  test('a role with a last day is over the day after', async () => {
    await run(person('admin'), 'give_role', { person: 'chen', role: 'auditor', unit: 'it', until: '2026-11-30' });
    expect(await grantsOf('chen', '2026-11-30T15:59:59.000Z')).toEqual(['auditor']);
    expect(await grantsOf('chen', '2026-11-30T16:00:00.000Z')).toEqual([]);
  });

  test('the roles of one person are those of the directory, today', async () => {
    const roles = async (id: string, at: Moment) =>
      (await inside((tx) => grantsOfPerson(tx, organisation, id, key, at))).map((grant) => grant.role);
    expect(await roles('chief', '2026-11-20T02:00:00.000Z')).toEqual(['ciso']);
    expect(await roles('chief', '2025-12-31T02:00:00.000Z')).toEqual([]);
    await superuser.query(`update role_grant set person = 'chen' where organisation = $1`, [organisation]);
    expect(await roles('chen', '2026-11-20T02:00:00.000Z')).toEqual([]);
  });

  test('a role slipped in by the database superuser counts nowhere and is reported', async () => {
    await superuser.query(
      `insert into role_grant select organisation, 'slipped', 'wang', role, unit, from_date, until_date, asked_by, asked_at,
         given_by, given_at, setup, revoked_at, revoked_by, pos, mac
       from role_grant where organisation = $1 and role = 'ciso'`,
      [organisation],
    );
    const { suspicious } = await directoryAt('2026-11-20T02:00:00.000Z');
    expect(await grantsOf('wang')).toEqual([]);
    expect(suspicious).toMatchObject([{ table: 'role_grant', id: 'slipped', person: 'wang' }]);
    expect(await run(person('chief'), 'confirm_role', { grant: 'slipped' })).toEqual(['forbidden']);
  });

  test('each column of a grant changed by the superuser shows', async () => {
    const changes = [
      `person = 'wang'`,
      `role = 'auditor'`,
      `unit = 'it'`,
      `from_date = '2020-01-01'`,
      `until_date = '2030-01-01'`,
      `given_by = '{wang}'`,
      `setup = false`,
      `pos = pos + 1`,
    ];
    for (const change of changes) {
      await superuser.query('begin');
      await superuser.query(`update role_grant set ${change} where organisation = $1 and role = 'ciso'`, [
        organisation,
      ]);
      await superuser.query('commit');
      const { suspicious } = await directoryAt('2026-11-20T02:00:00.000Z');
      expect(suspicious, change).toHaveLength(1);
      await restore();
    }
  });

  test('a revocation undone by the superuser shows', async () => {
    const { grant } = (await run(person('admin'), 'give_role', {
      person: 'chen',
      role: 'auditor',
      unit: 'it',
    })) as Record<string, string>;
    await run(person('admin'), 'revoke_role', { grant });
    await superuser.query(`update role_grant set revoked_at = null, revoked_by = null where id = $1`, [grant]);
    expect(await grantsOf('chen')).toEqual([]);
    expect((await directoryAt('2026-11-20T02:00:00.000Z')).suspicious).toHaveLength(1);
  });

  test('rows replayed from their events are the same rows', async () => {
    const rows = async () =>
      (await superuser.query('select * from role_grant where organisation = $1 order by id', [organisation])).rows;
    const before = await rows();
    pos -= log.length;
    await restore();
    expect(await rows()).toEqual(before);
  });
});

/** Clears this organisation's rows and folds its events again, at the positions they had. */
async function restore(): Promise<void> {
  for (const table of ['unit', 'person', 'role_grant', 'deputy', 'account_link', 'invitation'])
    await superuser.query(`delete from ${table} where organisation = $1`, [organisation]);
  await inside(async (tx) => {
    for (const { at, actor, event } of log) await module.project?.(tx, stored(at, actor, event));
  });
}

describe('suspension', () => {
  test('whoever is suspended holds no role and has no account, and gets both back', async () => {
    const at = '2026-11-20T02:00:00.000Z';
    await run(setup, 'link_account', { account: 'a', person: 'chief' });
    const account = () => inside((tx) => personOfAccount(tx, organisation, 'a', key, at));
    expect(await run(person('admin'), 'suspend_person', { person: 'admin', reason: '測試' })).toEqual(['never']);
    await run(person('admin'), 'suspend_person', { person: 'chief', reason: '未簽保密切結' });
    expect([await grantsOf('chief'), await account()]).toEqual([[], undefined]);
    await run(person('admin'), 'resume_person', { person: 'chief', reason: '已簽' });
    expect(await grantsOf('chief')).toEqual(['ciso']);
    expect((await account())?.person).toBe('chief');
  });

  test('a pack’s revoke takes away the role named, or all', async () => {
    await run(person('admin'), 'give_role', { person: 'chen', role: 'network_manager', unit: 'it' });
    await run(setup, 'give_role', { person: 'chen', role: 'ciso', unit: 'it' });
    const effect = (args: string[]) =>
      inside(async (tx) => {
        for (const event of module.effects?.revoke?.(args, 'r1') ?? [])
          await module.project?.(tx, stored('2026-11-20T02:00:00.000Z', { kind: 'clock' }, event));
      });
    await effect(['chen', 'ciso']);
    expect(await grantsOf('chen')).toEqual(['network_manager']);
    await effect(['chen']);
    expect(await grantsOf('chen')).toEqual([]);
    expect((await directoryAt('2026-11-20T02:00:00.000Z')).suspicious).toEqual([]);
  });
});

describe('deputies', () => {
  test('a deputy is in the directory until the last day, first before second', async () => {
    const days = { from: '2026-11-20', until: '2026-11-25' };
    await run(person('chief'), 'add_deputy', { for: 'chief', person: 'wang', order: 2, ...days });
    await run(person('chief'), 'add_deputy', { for: 'chief', person: 'chen', order: 1, ...days });
    const deputies = async (at: Moment) => (await directoryAt(at)).directory.deputies.map((d) => d.person);
    expect(await deputies('2026-11-20T02:00:00.000Z')).toEqual(['chen', 'wang']);
    expect(await deputies('2026-11-25T15:59:00.000Z')).toEqual(['chen', 'wang']);
    expect(await deputies('2026-11-25T16:00:00.000Z')).toEqual([]);
  });

  test('a deputy slipped in by the superuser counts nowhere', async () => {
    await superuser.query(
      `insert into deputy (organisation, id, principal, person, place, from_date, until_date, pos, mac)
       values ($1, 'd', 'chief', 'admin', 1, '2026-01-01', '2026-12-31', 1, '\\x00')`,
      [organisation],
    );
    const { directory, suspicious } = await directoryAt('2026-11-20T02:00:00.000Z');
    expect(directory.deputies).toEqual([]);
    expect(suspicious).toMatchObject([{ table: 'deputy', id: 'd' }]);
  });
});

describe('accounts', () => {
  const at = '2026-11-20T02:00:00.000Z';
  const who = (account: string, when: Moment = at) =>
    inside((tx) => personOfAccount(tx, organisation, account, key, when)).then((link) => link?.person);

  test('an invitation links the account of whoever accepts it', async () => {
    const tokenHash = 'b'.repeat(64);
    await run(person('admin'), 'invite', { person: 'chen', tokenHash });
    const open = await inside((tx) => openInvitation(tx, organisation, tokenHash, key, at));
    expect(open).toMatchObject({ person: { id: 'chen', name: 'chen名' }, email: 'chen@x.tw' });
    await run(person('chen'), 'accept_invitation', { tokenHash, account: `acc-${organisation}` });
    expect(await inside((tx) => openInvitation(tx, organisation, tokenHash, key, at))).toBeUndefined();
    expect(await who(`acc-${organisation}`)).toBe('chen');
    expect(await organisationsOfAccount(db, `acc-${organisation}`)).toEqual([organisation]);
  });

  test('an invitation slipped in by the superuser invites nobody', async () => {
    const tokenHash = 'c'.repeat(64);
    await superuser.query(
      `insert into invitation (organisation, id, person, email, token_hash, made_at, expires_at, pos, mac)
       values ($1, 'i', 'chief', 'evil@x.tw', $2, now(), '2030-01-01', 1, '\\x00')`,
      [organisation, tokenHash],
    );
    expect(await inside((tx) => openInvitation(tx, organisation, tokenHash, key, at))).toBeUndefined();
    expect(await run(person('chief'), 'accept_invitation', { tokenHash, account: 'evil' })).toEqual(['state']);
  });

  test('an account is nobody once unlinked, or when its person has left', async () => {
    await run(person('admin'), 'link_account', { account: 'a', person: 'chen' });
    await run(person('admin'), 'link_account', { account: 'b', person: 'wang' });
    await run(person('admin'), 'unlink_account', { account: 'a' });
    await run(person('admin'), 'end_person', { person: 'wang', until: '2026-11-30' });
    expect(await who('a')).toBeUndefined();
    expect(await who('b')).toBe('wang');
    expect(await who('b', '2026-12-01T02:00:00.000Z')).toBeUndefined();
  });

  test('an account pointed at another person by the superuser is nobody', async () => {
    await run(person('admin'), 'link_account', { account: 'a', person: 'chen' });
    await superuser.query(`update account_link set person = 'chief' where organisation = $1`, [organisation]);
    expect(await who('a')).toBeUndefined();
    expect((await directoryAt(at)).suspicious).toMatchObject([{ table: 'account_link', id: 'a', person: 'chief' }]);
  });
});

describe('organisations', () => {
  test('one organisation sees nothing of another', async () => {
    const other = organisation;
    organisation = `org${++n}`;
    expect((await directoryAt('2026-11-20T02:00:00.000Z')).directory.persons).toEqual({});
    const rows = await inside((tx) => sql`select * from person where organisation = ${other}`.execute(tx));
    expect(rows.rows).toEqual([]);
    organisation = other;
  });

  test('people and units of an ended unit stand under its successor', async () => {
    await run(person('admin'), 'add_unit', { unit: 'digital', name: '數位課', under: 'office' });
    await run(person('admin'), 'end_unit', { unit: 'it', until: '2026-11-30', successor: 'digital' });
    const unitOf = async (at: Moment) => (await directoryAt(at)).directory.persons.chen?.unit;
    expect(await unitOf('2026-11-30T02:00:00.000Z')).toBe('it');
    expect(await unitOf('2026-12-01T02:00:00.000Z')).toBe('digital');
    const { directory } = await directoryAt('2026-12-01T02:00:00.000Z');
    // Records of the old unit climb to the successor, then on as it does.
    expect(upwards(directory, 'it')).toEqual(['it', 'digital', 'office']);
  });
});

describe('views', () => {
  const asking = () => ({ organisation, key, definition, now: '2026-11-20T02:00:00.000Z' });

  test('a person shows unit, account, roles with who gave them, what waits, and deputies', async () => {
    await run(person('admin'), 'link_account', { account: 'a', person: 'chen' });
    await run(person('admin'), 'give_role', { person: 'chen', role: 'network_manager', unit: 'it' });
    await run(person('admin'), 'give_role', { person: 'chen', role: 'security_officer', unit: 'office' });
    await run(person('admin'), 'add_deputy', { for: 'chen', person: 'wang', from: '2026-11-20', until: '2026-11-21' });
    const view = await inside((tx) => getPerson(tx, asking(), 'chen'));
    expect(view).toMatchObject({
      name: 'chen名',
      unit: { id: 'it', name: '資訊課' },
      account: { id: 'a' },
      deputies: [{ person: { name: 'wang名' }, order: 1 }],
    });
    expect(view?.roles.map((r) => [r.role, r.waitingForSecond, r.givenBy]).sort()).toEqual([
      ['network_manager', false, ['admin名']],
      ['security_officer', true, []],
    ]);
  });

  test('lists turn pages, and units count their people', async () => {
    const first = await inside((tx) => listPersons(tx, asking(), { limit: 3 }));
    const second = await inside((tx) => listPersons(tx, asking(), { limit: 3, after: first.next ?? '' }));
    expect([...first.items, ...second.items].map((p) => p.id)).toEqual(['admin', 'admin2', 'chen', 'chief', 'wang']);
    expect(second.next).toBeUndefined();
    expect((await inside((tx) => listPersons(tx, asking(), { search: 'chief' }))).items).toHaveLength(1);
    const units = await inside((tx) => listUnits(tx, organisation, '2026-11-20T02:00:00.000Z'));
    expect(units.find((unit) => unit.id === 'it')?.persons).toBe(5);
  });

  test('the fact has_role answers by day', async () => {
    const asked = [
      { organisation, args: ['chief', 'ciso'], now: '2026-11-20T02:00:00.000Z' },
      { organisation, args: ['chen', 'ciso'], now: '2026-11-20T02:00:00.000Z' },
      { organisation, args: ['chief', 'ciso'], now: '2025-11-20T02:00:00.000Z' },
    ];
    expect(await inside(async (tx) => module.facts?.has_role?.(tx, asked))).toEqual([true, false, false]);
  });
});
