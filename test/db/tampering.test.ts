import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { isRefused } from '../../src/kernel/refusal.ts';
import { workRound } from '../../src/rounds.ts';
import { contexts } from '../../src/runtime/context.ts';
import { dispatcher } from '../../src/runtime/dispatch.ts';
import { withOrganisation } from '../../src/runtime/store/session.ts';
import { type Desk, deskOf } from './desk.ts';
import { client, type Office, openOffice } from './office.ts';
import { untilSealed } from './sealed.ts';

/** What the database's superuser can do, and at which level it shows (design: ledger, invariant 5). */

let office: Office;
let desk: Desk;
let seat: string;
beforeAll(async () => {
  office = await openOffice({ pack: 'race' });
  desk = deskOf(office);
  seat = await desk.open('wang', 'seat', { name: '窗邊', place: '一號' });
  await desk.act('wang', seat, 'take');
  await desk.open('chen', 'host', {
    name: 'web1',
    kind: 'server',
    environment: 'test',
    owner: office.persons.chen,
  });
  await untilSealed(office);
});
afterAll(() => office?.close());

type Row = { pos: number; entry: Buffer };
const superuser = <T>(query: string, values: unknown[] = []) =>
  office.superuser.query(query, values).then(({ rows }) => rows as T[]);
const entries = () =>
  superuser<Row>('select pos::int as pos, entry from event where organisation = $1 order by pos', [
    office.organisation,
  ]);
const verify = () => office.platform.ledger.verify(office.organisation);

/** Failures as `level position`, lowest first. */
async function failures() {
  const { ok, findings } = await verify();
  const failed = findings.filter((finding) => !finding.ok && finding.position !== undefined);
  return {
    ok,
    levels: new Set(failed.map(({ level }) => level)),
    first: Math.min(...failed.map(({ position }) => position!)),
    messages: failed.map(({ message }) => message.en),
  };
}

/** Does something as the superuser, with triggers off, and undoes it by restoring the table's rows. */
async function tampered(table: string, act: () => Promise<unknown>, look: () => Promise<void>): Promise<void> {
  await superuser(`create table kept as select * from ${table}`);
  await superuser(`set session_replication_role = replica`);
  try {
    await act();
    await look();
  } finally {
    await superuser(`delete from ${table}`);
    await superuser(`insert into ${table} select * from kept`);
    await superuser('drop table kept');
    await superuser('set session_replication_role = origin');
  }
  expect((await verify()).ok).toBe(true);
}

test('untouched, every level is green', async () => {
  const { ok, findings } = await verify();
  expect(findings.filter((finding) => !finding.ok)).toEqual([]);
  expect(ok).toBe(true);
  expect(new Set(findings.map(({ level }) => level))).toEqual(new Set(['L0', 'L1', 'L2', 'L3', 'L4']));
});

describe('the superuser in the table of events', () => {
  test('one byte changed in an entry shows at L2 and L3, with its position', async () => {
    const { pos, entry } = (await entries())[4]!;
    const changed = Buffer.from(entry);
    const at = changed.indexOf('"at":"20') + 8;
    changed[at] = changed[at] === 0x32 ? 0x33 : 0x32;
    await tampered(
      'event',
      () =>
        superuser('update event set entry = $1 where organisation = $2 and pos = $3', [
          changed,
          office.organisation,
          pos,
        ]),
      async () => expect(await failures()).toMatchObject({ ok: false, first: pos, levels: new Set(['L2', 'L3']) }),
    );
  });

  test('a deleted row in the middle shows at L2 where it was', async () => {
    await tampered(
      'event',
      () => superuser('delete from event where organisation = $1 and pos = 6', [office.organisation]),
      async () =>
        expect(await failures()).toMatchObject({
          ok: false,
          first: 6,
          levels: expect.objectContaining(new Set(['L2'])),
        }),
    );
  });

  test('two rows that change places show at the first of them', async () => {
    await tampered(
      'event',
      () =>
        superuser(
          `update event e set entry = o.entry, mac = o.mac, stream = o.stream, stream_version = o.stream_version + 1000, type = o.type
             from event o where e.organisation = $1 and o.organisation = $1 and (e.pos, o.pos) in ((5, 7), (7, 5))`,
          [office.organisation],
        ),
      async () => expect(await failures()).toMatchObject({ ok: false, first: 5 }),
    );
  });

  test('a forged insert behind the newest row has no mark of ours', async () => {
    const rows = await entries();
    const { pos, entry } = rows.at(-1)!;
    const forged = Buffer.from(
      entry.toString().replace(/"streamVersion":(\d+)/, (_, version) => `"streamVersion":${Number(version) + 1}`),
    );
    await tampered(
      'event',
      () =>
        superuser(
          `insert into event select organisation, pos + 1, stream, stream_version + 1, type, $1, mac, recorded_at from event
            where organisation = $2 and pos = $3`,
          [forged, office.organisation, pos],
        ),
      async () => expect(await failures()).toMatchObject({ ok: false, first: pos + 1, levels: new Set(['L3']) }),
    );
  });

  test('everything of an organisation deleted is no clean slate', async () => {
    await tampered(
      'event',
      () => superuser('delete from event where organisation = $1', [office.organisation]),
      async () => expect(await failures()).toMatchObject({ ok: false, first: 0 }),
    );
  });
});

describe('the superuser among the rows that confer authority', () => {
  const slipIn = (person: string, role: string) =>
    superuser(
      `insert into role_grant select (jsonb_populate_record(g, jsonb_build_object('id', $2::text, 'person', $3::text, 'role', $4::text))).*
         from role_grant g where g.organisation = $1 limit 1`,
      [office.organisation, randomUUID(), person, role],
    );

  test('a role slipped in opens no door, and verification names it at L3', async () => {
    await tampered(
      'role_grant',
      () => slipIn(office.persons.wang, 'room_manager'),
      async () => {
        office.platform.cache.forget(office.organisation);
        const me = await (await office.as('wang')).ok('me.get');
        expect(me.roles).toEqual([]);
        const open = await (await office.as('wang')).call('records.open', { type: 'host', values: { name: 'x' } });
        expect(open.refused[0]?.code).toBe('by');
        expect(await failures()).toMatchObject({ ok: false, levels: new Set(['L3']) });
      },
    );
    office.platform.cache.forget(office.organisation);
  });

  test('a role row changed to somebody else is refused, and its holder loses nothing but that row', async () => {
    await tampered(
      'role_grant',
      () =>
        superuser(`update role_grant set person = $2 where organisation = $1 and role = 'ciso'`, [
          office.organisation,
          office.persons.wang,
        ]),
      async () => {
        office.platform.cache.forget(office.organisation);
        expect((await (await office.as('wang')).ok('me.get')).roles).toEqual([]);
        expect(await failures()).toMatchObject({ ok: false, levels: new Set(['L3']) });
      },
    );
    office.platform.cache.forget(office.organisation);
  });

  test('an account linked to somebody else by the database is nobody', async () => {
    const fan = await office.as('fan');
    await tampered(
      'account_link',
      () =>
        superuser('update account_link set person = $2 where organisation = $1 and person = $3', [
          office.organisation,
          office.persons.chen,
          office.persons.fan,
        ]),
      async () => {
        await wait(3_100); // who an account is may be remembered for three seconds
        const answer = await fan.call('records.open', { type: 'host', values: { name: 'x' } });
        expect(answer.status).not.toBe(200);
      },
    );
  });
});

test('a token slipped in, moved to somebody else, prolonged or brought back by the database opens nothing, at once', async () => {
  const wang = await office.as('wang');
  const { secret, id } = await wang.ok('tokens.create', { name: '報表', expires: '2099-01-01', mayWrite: true });
  const program = client(office.app, secret);
  const lets = async () => (await program.call('me.get')).status === 200;
  expect(await lets()).toBe(true);
  const { organisation, persons } = office;
  for (const change of [
    `person = '${persons.chen}'`,
    `scopes = '{read}'`,
    `id = 'another'`,
    `expires_at = '2199-01-01'`,
  ])
    await tampered(
      'api_token',
      () => superuser(`update api_token set ${change} where organisation = $1`, [organisation]),
      async () => expect([change, await lets()]).toEqual([change, false]),
    );
  await wang.ok('tokens.revoke', { id });
  await superuser('update api_token set revoked_at = null where organisation = $1', [organisation]);
  expect(await lets()).toBe(false);
});

test('rules changed where they lie decide nothing: whoever reads them afresh stands still', async () => {
  const { parts, db } = office.platform;
  const body = `jsonb_set(body::jsonb, '{records,seat,gates}', '[]')::json`;
  await tampered(
    'definition',
    () => superuser(`update definition set body = ${body} where organisation = $1`, [office.organisation]),
    async () => {
      const afresh = withOrganisation(db, office.organisation, (tx) =>
        contexts(parts).of(tx, office.organisation, 1, office.now().toISOString()),
      );
      await expect(afresh).rejects.toThrow('was altered');
    },
  );
});

test('a stored file whose bytes change, or that is gone, shows at L4 where it was first spoken of', async () => {
  const file = await desk.file('wang', '報告.txt', '原來的內容');
  const result = await desk.open('wang', 'registered_result', { kind: 'capacity', title: '容量', files: [file] });
  await untilSealed(office);
  const path = join(office.dataDir, 'files', file.sha256.slice(0, 2), file.sha256.slice(2, 4), file.sha256);
  writeFileSync(path, '改過的內容');
  const first = (
    await superuser<{ pos: number }>('select min(pos)::int as pos from event where stream = $1', [result])
  )[0]!.pos;
  expect(await failures()).toMatchObject({ ok: false, first, levels: new Set(['L4']) });
  writeFileSync(path, '原來的內容');
  expect((await verify()).ok).toBe(true);
});

test('a sealed tile or bundle changed on disk shows at L1', async () => {
  const folder = join(office.dataDir, 'log', office.organisation, 'tile/entries');
  // Superseded partial bundles are shorter than the one that counts.
  const [path] = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name))
    .sort((a, b) => statSync(b).size - statSync(a).size);
  const before = readFileSync(path!);
  const changed = Buffer.from(before);
  changed[40] = changed[40]! ^ 1;
  writeFileSync(path!, changed);
  expect((await verify()).findings.filter((finding) => !finding.ok).map(({ level }) => level)).toContain('L1');
  writeFileSync(path!, before);
  expect((await verify()).ok).toBe(true);
});

test('an act by a program that believed a slipped-in role names a grant the ledger does not hold: L3 at the act', async () => {
  const { parts } = office.platform;
  const believing = {
    ...parts,
    loadDirectory: async (...args: Parameters<typeof parts.loadDirectory>) => {
      const directory = await parts.loadDirectory(...args);
      const grant = {
        id: 'slipped-in',
        person: office.persons.wang,
        role: 'room_manager',
        unit: office.units.office,
        from: '2026-01-01',
      };
      return { ...directory, grants: [...directory.grants, grant] };
    },
  };
  const { dispatch } = dispatcher(believing, contexts(believing));
  const opened = await dispatch({
    organisation: office.organisation,
    actor: { kind: 'person', person: office.persons.wang },
    command: {
      do: 'open',
      id: randomUUID(),
      type: 'host',
      values: { name: 'slipped', kind: 'server', environment: 'test', owner: office.persons.wang },
    },
  });
  if (isRefused(opened)) throw new Error(JSON.stringify(opened));
  await untilSealed(office);
  const found = await failures();
  expect(found).toMatchObject({ ok: false, first: opened.pos, levels: new Set(['L3']) });
  expect(found.messages[0]).toContain('relies on grant slipped-in');
});

test('an order to erase slipped into its table destroys nothing: keys and files are where a superuser does not reach', async () => {
  const guest = await desk.open('wang', 'seat', { name: '來賓席', place: '八號', guest: '訪客甲' });
  await superuser(
    `insert into erasure (organisation, kind, id, ordered_at, reason, pos) values ($1, 'record', $2, now(), 'x', 1)`,
    [office.organisation, guest],
  );
  await workRound(office.platform, office.organisation);
  expect((await (await office.as('wang')).ok('records.get', { id: guest })).values.guest).toBe('訪客甲');
  await superuser(`delete from erasure where organisation = $1`, [office.organisation]);
});

test('what was put back to how it once was, used, and taken away again, is found at the act', async () => {
  const { organisation, persons } = office;
  const [chen, tsai] = [await office.as('chen'), await office.as('tsai')];
  const named = { person: persons.tsai, order: 1, from: '2026-01-01', until: '2099-01-01' };
  const { id } = await chen.ok('people.addDeputy', { id: persons.chen, ...named });
  // With its own mark, as it stood before it ended: the row is genuine, and over.
  await superuser('create table once as select * from deputy');
  await chen.ok('people.endDeputy', { id });
  const back = async (rows: string) => {
    await superuser('set session_replication_role = replica');
    await superuser('create table now_ as select * from deputy');
    await superuser('delete from deputy');
    await superuser(`insert into deputy select * from ${rows}`);
    await superuser('set session_replication_role = origin');
    office.platform.cache.forget(organisation);
  };
  await back('once');
  const values = { name: 'web9', kind: 'server', environment: 'test', owner: persons.chen };
  const { pos } = await tsai.ok('records.open', { type: 'host', values });
  await back('now_').catch(() => superuser('delete from deputy'));

  // A case set back to an earlier state, and taken through its act once more.
  await superuser(`update record set body = jsonb_set(body, '{state}', '"free"') where id = $1`, [seat]);
  const acted = await (await office.as('wang')).call('records.act', { id: seat, action: 'take', with: {} });
  expect(acted.status).toBe(200);
  await untilSealed(office);
  const said = async (words: string) => (await verify()).findings.filter(({ message }) => message.en.includes(words));
  // The checkpoint is published a moment after what it seals counts as sealed.
  await expect.poll(() => said('no deputy of the one named')).toMatchObject([{ level: 'L3', position: pos }]);
  expect(await said('in a state its events do not make')).toMatchObject([{ level: 'L3' }]);
});

afterEach(() => expect(office.defects()).toEqual([]));
