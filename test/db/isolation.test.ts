import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deskOf } from './desk.ts';
import { client, type Office, ORIGIN, openOffice, PASSWORD, secondOrganisation, signIn } from './office.ts';

/** Row-level security really acts, and so do sessions and tokens. */

const clock = { now: new Date('2026-11-20T01:00:00Z') };
let office: Office;
let program: pg.Client;
let elsewhere: Awaited<ReturnType<typeof secondOrganisation>>;
beforeAll(async () => {
  office = await openOffice({ clock });
  elsewhere = await secondOrganisation(office);
  await deskOf(office).open('wang', 'registered_result', { kind: 'capacity' });
  program = new pg.Client({ connectionString: office.database.appUrl });
  await program.connect();
});
afterAll(async () => {
  await program?.end();
  await office?.close();
});

/** Every table with an `organisation` column except the list of organisations itself. */
async function tables(): Promise<string[]> {
  const { rows } = await office.superuser.query(
    `select table_name as name from information_schema.columns where table_schema = 'public' and column_name = 'organisation' and table_name <> 'organisation'`,
  );
  return rows.map(({ name }) => name as string);
}
const as = (organisation: string) =>
  program.query(`select set_config('ancheng.organisation', $1, false)`, [organisation]);
const count = async (table: string, where = 'true', values: unknown[] = []) =>
  Number((await program.query(`select count(*) as n from ${table} where ${where}`, values)).rows[0].n);

describe('row-level security', () => {
  test('without the setting the program sees nothing, in any table', async () => {
    await as('');
    const seen = await Promise.all((await tables()).map(async (table) => [table, await count(table)]));
    expect(seen.filter(([, n]) => n !== 0)).toEqual([]);
    expect(seen.length).toBeGreaterThan(20);
  });

  test('with the setting it sees its own organisation and nothing of another', async () => {
    await as(office.organisation);
    expect(await count('event')).toBeGreaterThan(10);
    for (const table of await tables()) {
      expect(await count(table, 'organisation <> $1', [office.organisation]), table).toBe(0);
    }
    expect(await count('record', 'id = $1', [elsewhere.record])).toBe(0);
  });

  test('it writes no row of another organisation', async () => {
    await as(office.organisation);
    const forged = `insert into event select 'org-other', pos, stream, stream_version, type, entry, mac, recorded_at from event limit 1`;
    await expect(program.query(forged)).rejects.toThrow(/row-level security/);
  });

  test('it neither changes nor deletes nor empties events', async () => {
    await as(office.organisation);
    for (const statement of [
      'update event set type = type',
      'delete from event',
      'truncate event',
      'delete from command',
      'update command set first_pos = 0',
      'delete from log_checkpoint',
      `insert into log_checkpoint values ('${office.organisation}', 9, '', '', now(), 1)`,
    ])
      await expect(program.query(statement), statement).rejects.toThrow(/permission denied|must be owner/);
  });

  test('it cannot make itself more: no role, no switch of row security, no replica mode', async () => {
    for (const statement of [
      'set session_replication_role = replica',
      'alter table event disable row level security',
      'create role other',
      `alter role ${office.database.appRole} bypassrls`,
    ])
      await expect(program.query(statement), statement).rejects.toThrow(/permission denied|must be/);
  });
});

describe('sessions', () => {
  const open = async (name: 'wang' | 'li') => office.as(name);

  test('a request from another site is refused, whatever cookie it carries', async () => {
    const wang = await open('wang');
    const body = JSON.stringify({
      json: { commandId: crypto.randomUUID(), type: 'registered_result', values: { kind: 'capacity' } },
    });
    for (const origin of ['https://evil.example', 'null', 'http://localhost:9999'])
      expect(
        (
          await wang.send('/api/rpc/records/open', {
            method: 'POST',
            body,
            headers: { origin, 'content-type': 'application/json' },
          })
        ).status,
        origin,
      ).toBe(403);
    expect(
      (
        await wang.send('/api/rpc/records/open', {
          method: 'POST',
          body,
          headers: { origin: ORIGIN, 'content-type': 'application/json' },
        })
      ).status,
    ).toBe(200);
  });

  test('a form of another site, which sends no JSON, changes nothing', async () => {
    const wang = await open('wang');
    const before = (await wang.ok('records.list', {})).total;
    for (const type of ['application/x-www-form-urlencoded', 'text/plain'])
      await wang.send('/api/v1/records', {
        method: 'POST',
        body: 'type=registered_result',
        headers: { origin: 'https://evil.example', 'content-type': type },
      });
    expect((await wang.ok('records.list', {})).total).toBe(before);
  });

  test('ten idle minutes end a session; looking on by itself in the background does not keep it', async () => {
    const wang = await open('wang');
    for (let minute = 0; minute < 9; minute += 3) {
      clock.now = new Date(clock.now.getTime() + 3 * 60_000);
      await wang.send('/api/rpc/me/get', {
        method: 'POST',
        body: '{}',
        headers: { 'content-type': 'application/json', 'x-background': '1' },
      });
    }
    clock.now = new Date(clock.now.getTime() + 11 * 60_000);
    expect((await wang.call('me.get')).status).toBe(401);
    await signIn(wang, 'wang@xiluo.example.tw');
    expect((await wang.call('me.get')).status).toBe(200);
  });

  test('twelve hours end a session however busy it is', async () => {
    const li = await open('li');
    let last = 200;
    for (let minutes = 0; minutes < 13 * 60 && last === 200; minutes += 8) {
      clock.now = new Date(clock.now.getTime() + 8 * 60_000);
      last = (await li.call('records.list', {})).status;
    }
    expect(last).toBe(401);
  });
});

describe('tokens', () => {
  test('a token acts until it expires or is revoked, and never seals', async () => {
    const wang = await office.as('wang');
    const made = await wang.ok('tokens.create', {
      name: 't',
      expires: clock.now.toISOString().slice(0, 10),
      mayWrite: true,
    });
    const program = client(office.app, made.secret);
    const host = await deskOf(office).open('chen', 'host', {
      name: 'web1',
      kind: 'server',
      environment: 'test',
      owner: office.persons.chen,
      phase: 'operation',
      asset_kind: 'server',
    });
    const file = await program.upload('容量.txt', '8 GiB');
    const { id } = await program.ok('records.open', {
      type: 'registered_result',
      values: {
        kind: 'capacity',
        title: '程式',
        targets: [host],
        finished_at: '2026-11-20T08:00',
        free_memory: 8,
        free_disk: 100,
        files: [file],
      },
    });
    const sealing = await program.call('records.act', {
      id,
      action: 'submit',
      with: {},
      factor: { password: PASSWORD },
    });
    expect(sealing.refused.map(({ code }) => code)).toEqual(['factor']);
    clock.now = new Date(clock.now.getTime() + 2 * 86_400_000);
    expect((await program.call('me.get')).status).toBe(401);
  });

  test('a revoked token, a made-up one and one of another organisation open nothing', async () => {
    const wang = await office.as('wang');
    const made = await wang.ok('tokens.create', { name: 't', expires: '2099-01-01', mayWrite: true });
    const program = client(office.app, made.secret);
    expect((await program.call('me.get')).status).toBe(200);
    await wang.ok('tokens.revoke', { id: made.id });
    expect((await program.call('me.get')).status).toBe(401);
    const turned = made.secret.replace(office.organisation, elsewhere.id);
    for (const secret of [turned, `anc_${office.organisation}_${'a'.repeat(48)}`, 'anc_x', ''])
      expect((await client(office.app, secret || 'x').call('me.get')).status, secret).toBe(401);
  });
});

test('nothing unexpected happened on the way', () => expect(office.defects()).toEqual([]));
