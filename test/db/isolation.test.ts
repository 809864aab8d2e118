import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deskOf } from './desk.ts';
import { client, type Office, ORIGIN, openOffice, PASSWORD, secondOrganisation, signIn } from './office.ts';
import type { PersonName } from './people.ts';

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

describe('attachments', () => {
  const opened = (who: PersonName, files: unknown[]) =>
    deskOf(office).open(who, 'registered_result', { kind: 'capacity', title: '附檔', files });
  const asked = async (who: PersonName, sha256: string) =>
    (await (await office.as(who)).send(`/api/v1/files/${sha256}`)).status;
  const told = async (who: PersonName, sha256: string) => {
    const tsai = await office.as(who);
    const file = { id: sha256, name: 'x.txt', sha256, size: 1, media: 'text/plain' };
    const { status, refused } = await tsai.call('records.open', {
      type: 'registered_result',
      values: { kind: 'capacity', files: [file] },
    });
    return { status, refused };
  };

  test('an upload is its uploader’s; once attached, whoever may read what holds it has it', async () => {
    const wang = await office.as('wang');
    const file = await wang.upload('薪資.txt', '誰也別看');
    expect([
      await asked('wang', file.sha256),
      await asked('li', file.sha256),
      await asked('chien', file.sha256),
    ]).toEqual([200, 404, 404]);
    const id = await opened('wang', [file]);
    const [own, head, auditor, other] = [
      await asked('wang', file.sha256),
      await asked('li', file.sha256),
      await asked('chien', file.sha256),
      await asked('tsai', file.sha256),
    ];
    expect([own, head, auditor, other]).toEqual([200, 200, 200, 404]);
    const { headers } = await wang.send(`/api/v1/files/${file.sha256}`);
    expect(headers.get('cache-control')).toBe('private, no-cache');
    const again = { headers: { 'if-none-match': headers.get('etag')! } };
    expect((await wang.send(`/api/v1/files/${file.sha256}`, again)).status).toBe(304);
    expect((await (await office.as('tsai')).send(`/api/v1/files/${file.sha256}`, again)).status).toBe(404);
    await deskOf(office).save('wang', id, { files: [] });
    expect([
      await asked('wang', file.sha256),
      await asked('li', file.sha256),
      await asked('chien', file.sha256),
    ]).toEqual([200, 404, 200]);
  });

  test('nobody gets hold of one by attaching it, and is answered as if there were none', async () => {
    const file = await (await office.as('chen')).upload('弱點.txt', '別人的弱點');
    await opened('chen', [file]);
    expect(await told('tsai', file.sha256)).toEqual(await told('tsai', 'ab'.repeat(32)));
    const tsai = await office.as('tsai');
    for (const [ask, input] of [
      ['scans.preview', { file: file.sha256 }],
      ['texts.preview', { file: file.sha256 }],
      ['registers.readTable', { type: 'host', file: file.sha256 }],
    ] as const)
      expect((await tsai.call(ask, input)).status, ask).toBe(404);
    await tsai.upload('自己的.txt', '別人的弱點');
    const { headers } = await tsai.send(`/api/v1/files/${file.sha256}`);
    expect(decodeURIComponent(headers.get('content-disposition')!)).toContain('自己的.txt');
    expect((await told('tsai', file.sha256)).status).toBe(200);
  });
});

describe('rights that end', () => {
  const noon = '2026-12-10T04:00:00Z';
  const stream = async (one: ReturnType<typeof client>) =>
    (await one.send('/api/v1/stream')).body!.pipeThrough(new TextDecoderStream()).getReader();
  const until = async (reader: ReadableStreamDefaultReader<string>, words: string) => {
    for (let heard = ''; ; ) {
      const { value, done } = await reader.read();
      heard += value ?? '';
      if (done || heard.includes(words)) return { heard, done };
    }
  };
  const tokenOf = async (who: PersonName) => {
    const made = await (await office.as(who)).ok('tokens.create', {
      name: 't',
      expires: '2099-01-01',
      mayWrite: false,
    });
    return { id: made.id as string, program: client(office.app, made.secret) };
  };

  test('a deputy’s end with the day in Taipei: pages, files and the stream', async () => {
    clock.now = new Date(noon);
    const chen = await office.as('chen');
    const file = await chen.upload('代.txt', '代理人看得到');
    const open = (who: PersonName) => deskOf(office).open(who, 'registered_result', { kind: 'capacity', files: [] });
    const id = await deskOf(office).open('chen', 'registered_result', { kind: 'capacity', files: [file] });
    const days = { person: office.persons.tsai, order: 1, from: '2026-12-10', until: '2026-12-10' };
    await chen.ok('people.addDeputy', { id: office.persons.chen, ...days });
    const { program: tsai } = await tokenOf('tsai');
    const listening = await stream(tsai);
    const sees = async () => [
      (await tsai.call('records.get', { id })).status,
      (await tsai.send(`/api/v1/files/${file.sha256}`)).status,
    ];
    clock.now = new Date('2026-12-10T15:59:00Z');
    expect(await sees()).toEqual([200, 200]);
    await (await office.as('chen')).ok('records.comment', { id, text: '看' });
    await until(listening, id);
    clock.now = new Date('2026-12-10T16:01:00Z');
    expect(await sees()).toEqual([404, 404]);
    const later = await open('chen');
    const own = await open('tsai');
    expect((await until(listening, own)).heard).not.toContain(later);
    await listening.cancel();
  });

  test('a revoked token’s stream ends before it tells more, and so does that of somebody who left', async () => {
    clock.now = new Date(noon);
    const [revoked, left] = [await tokenOf('wang'), await tokenOf('ho')];
    const streams = [await stream(revoked.program), await stream(left.program)] as const;
    for (const one of streams) await until(one, 'beat');
    await (await office.as('wang')).ok('tokens.revoke', { id: revoked.id });
    expect((await until(streams[0], '"records"')).done).toBe(true);
    await (await office.as('lin')).ok('people.edit', { id: office.persons.ho, until: '2026-12-10' });
    expect((await left.program.call('me.get')).status).toBe(200);
    clock.now = new Date('2026-12-11T01:00:00Z');
    await opened();
    expect((await until(streams[1], '"records":["')).done).toBe(true);
    expect((await left.program.call('me.get')).status).toBe(401);
  });
  const opened = () => deskOf(office).open('wang', 'registered_result', { kind: 'capacity' });
});

test('nothing unexpected happened on the way', () => expect(office.defects()).toEqual([]));
