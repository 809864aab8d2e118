import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { type KyselyPlugin, sql } from 'kysely';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { isRefused, type Refused } from '../../src/kernel/refusal.ts';
import { contexts } from '../../src/runtime/context.ts';
import { dispatcher } from '../../src/runtime/dispatch.ts';
import type { Db, DispatchResult } from '../../src/runtime/module.ts';
import { withOrganisation } from '../../src/runtime/store/session.ts';
import { until } from '../harness/until.ts';
import { type Office, openOffice } from './office.ts';

/** The ledger as the write door keeps it (design: ledger, invariants 1 and 8, settled points 1 and 2). */

const clock = { now: new Date('2026-11-20T01:00:00Z') };
let office: Office;
beforeAll(async () => {
  office = await openOffice({ clock, pack: 'race' });
});
afterAll(() => office?.close());
afterEach(() => expect(office.defects()).toEqual([]));

type Command = { do: string; id: string; [name: string]: unknown };
const actor = () => ({ kind: 'person' as const, person: office.persons.wang });
const seat = (name: string, more: Record<string, unknown> = {}): Command => ({
  do: 'open',
  id: randomUUID(),
  type: 'seat',
  values: { name, ...more },
});
const send = (command: Command, door = office.platform.dispatch): Promise<Refused | DispatchResult> =>
  door({ organisation: office.organisation, actor: actor(), command: command as never });
const read = <T>(query: (db: Db, organisation: string) => Promise<T>) =>
  withOrganisation(office.platform.db, office.organisation, (tx) => query(tx, office.organisation));

/** A second door over the same database in which statements fail as told. */
function faultyDoor(fails: () => boolean) {
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => {
      if (fails()) throw new Error('the connection broke (injected)');
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  const parts = { ...office.platform.parts, db: office.platform.db.withPlugin(plugin) as Db };
  return dispatcher(parts, contexts(parts)).dispatch;
}

/** Positions and head as one snapshot sees them. */
const snapshot = () =>
  office.platform.db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (tx) => {
      await sql`select set_config('ancheng.organisation', ${office.organisation}, true)`.execute(tx);
      const found = await sql<{ n: number; least: number; most: number; next: number }>`select count(*)::int as n,
        min(pos)::int as least, max(pos)::int as most, (select next_pos::int from head) as next from event`.execute(tx);
      return found.rows[0]!;
    });

describe('one writer, many submitters', () => {
  test('64 submitters while statements fail at random: every snapshot is a contiguous prefix, and what was answered is there', async () => {
    let hits = 0;
    const door = faultyDoor(() => {
      const hit = Math.random() < 0.004;
      if (hit) hits++;
      return hit;
    });
    let running = true;
    let seen = 0;
    let wrong: unknown;
    const watching = (async () => {
      for (; running; seen++) {
        const { n, least, most, next } = await snapshot();
        expect({ least, most, next }).toEqual({ least: 0, most: n - 1, next: n });
      }
    })().catch((error: unknown) => {
      wrong = error;
    });
    const enough = () => wrong !== undefined || (hits > 0 && seen > 5);
    const outcomes = await Promise.all(
      Array.from({ length: 64 }, async (_, submitter) => {
        const done: { name: string; ok: boolean }[] = [];
        for (let turn = 0; turn < 6 || !enough(); turn++) {
          const name = `s${submitter}-${turn}`;
          const ok = await send(seat(name), door).then(
            (outcome) => !isRefused(outcome),
            () => false,
          );
          done.push({ name, ok });
        }
        return done;
      }),
    );
    running = false;
    await watching;
    expect(wrong).toBeUndefined();
    const all = outcomes.flat();
    const found = await read((db) =>
      sql<{ name: string }>`select title as name from record where type = 'seat'`.execute(db),
    );
    const kept = new Set(found.rows.map((row) => row.name));
    expect(all.filter(({ name, ok }) => ok !== kept.has(name))).toEqual([]);
  });

  test('one command that breaks takes no neighbour with it: the group is decided again one by one', async () => {
    let broken = 0;
    const parts = {
      ...office.platform.parts,
      personal: {
        ...office.platform.parts.personal,
        ensure: async (...args: Parameters<typeof office.platform.parts.personal.ensure>) => {
          if (args[1].some(({ subject }) => subject.length > 0)) broken++;
          throw new Error('the key file cannot be written (injected)');
        },
      },
    };
    const door = dispatcher(parts, contexts(parts)).dispatch;
    const names = Array.from({ length: 10 }, (_, n) => `neighbour-${n}`);
    const outcomes = await Promise.allSettled([
      ...names.map((name) => send(seat(name), door)),
      send(seat('with a guest', { guest: '陳先生' }), door),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([...names.map(() => 'fulfilled'), 'rejected']);
    expect(outcomes.slice(0, -1).some((one) => one.status === 'fulfilled' && isRefused(one.value))).toBe(false);
    expect(broken).toBeGreaterThan(0);
  });

  test('a connection cut under a save is told in words, to whoever saves and once in the log; nothing of it happened', async () => {
    const wang = await office.as('wang');
    const holder = new pg.Client({ connectionString: office.database.superUrl });
    await holder.connect();
    await holder.query('begin');
    await holder.query('select 1 from head where organisation = $1 for update', [office.organisation]);
    const told = () => office.log.filter((line) => line.includes('the database cannot be reached'));
    for (let times = 0; times < 2; times++) {
      const saved = wang.call('records.open', { type: 'seat', values: { name: '斷線' } });
      await until(async () => {
        const cut = await office.superuser.query(`select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`);
        expect(cut.rowCount).toBe(1);
      });
      expect(await saved).toMatchObject({ status: 503, refused: [{ code: 'unready', fix: expect.anything() }] });
      expect(told()).toHaveLength(1);
    }
    await holder.query('rollback');
    await holder.end();
    const { id } = await wang.ok('records.open', { type: 'seat', values: { name: '斷線' } });
    const named = await read((db, organisation) =>
      sql`select id from record where organisation = ${organisation} and body::text like '%斷線%'`.execute(db),
    );
    expect(named.rows).toEqual([{ id }]);
  });

  test('the same command id with the same content has one effect and one answer, at once, together or later', async () => {
    const command = seat('once');
    const together = await Promise.all([send(command), send(command), send(command)]);
    const later = await send(structuredClone(command));
    const positions = [...together, later].map((outcome) => (isRefused(outcome) ? outcome.refused : outcome.pos));
    expect(new Set(positions).size).toBe(1);
    expect([...together, later].filter((outcome) => !isRefused(outcome) && outcome.repeated)).toHaveLength(3);
    const found = await read((db) => sql`select 1 from record where title = 'once'`.execute(db));
    expect(found.rows).toHaveLength(1);
  });

  test('the same command id with other content is refused', async () => {
    const command = seat('first content');
    await send(command);
    const other = await send({ ...command, values: { name: 'other content' } });
    expect(isRefused(other) && other.refused[0]?.code).toBe('conflict');
  });
});

describe('what an entry holds', () => {
  test('recorded_at never runs backwards though the clock does', async () => {
    const before = await send(seat('before the jump'));
    clock.now = new Date('2026-11-19T23:00:00Z');
    const after = await send(seat('after the jump'));
    clock.now = new Date('2026-11-20T01:30:00Z');
    if (isRefused(before) || isRefused(after)) throw new Error('refused');
    const found = await read((db) =>
      sql<{
        backwards: number;
      }>`select count(*)::int as backwards from event e join event n on n.organisation = e.organisation and n.pos = e.pos + 1
        where n.recorded_at < e.recorded_at`.execute(db),
    );
    expect(found.rows[0]?.backwards).toBe(0);
  });

  test('a personal value is nowhere in the clear in any entry, and neither is a name, an e-mail or a comment', async () => {
    const guest = `訪客${randomUUID().slice(0, 8)}`;
    const opened = await send(seat('guested', { guest }));
    if (isRefused(opened)) throw new Error(JSON.stringify(opened));
    const record = (opened.response as { record: string }).record;
    await send({ do: 'save', id: randomUUID(), record, version: 1, values: { guest: `${guest}二` } });
    await send({ do: 'comment', id: randomUUID(), record, text: `${guest} 來過` });
    for (const secret of [guest, '王承辦', 'wang@xiluo.example.tw']) {
      const found = await read((db) =>
        sql`select pos, type from event where position(${Buffer.from(secret)}::bytea in entry) > 0`.execute(db),
      );
      expect(found.rows).toEqual([]);
    }
    const shown = await (await office.as('wang')).ok('records.get', { id: record });
    expect(shown.values.guest).toBe(`${guest}二`);
  });

  test('content beyond 64 KB is refused whole, naming the field', async () => {
    const huge = Array.from({ length: 4 }, () => '長'.repeat(19_000)).join('');
    const outcome = await send(seat('large', { note: huge.slice(0, 19_999), place: '遠'.repeat(19_000) }));
    expect(isRefused(outcome) && outcome.refused[0]).toMatchObject({ code: 'limit', field: 'note' });
    const found = await read((db) => sql`select 1 from record where title = 'large'`.execute(db));
    expect(found.rows).toHaveLength(0);
  });

  test('any text survives the way into the ledger and back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), async (note) => {
        const opened = await send(seat(randomUUID(), { note }));
        if (isRefused(opened)) {
          expect(opened.refused[0]?.code).toBe('invalid');
          return;
        }
        const { record } = opened.response as { record: string };
        const found = await read((db) =>
          sql<{ note: string }>`select body->'values'->>'note' as note from record where id = ${record}`.execute(db),
        );
        expect(found.rows[0]?.note).toBe(note);
      }),
      { numRuns: 60 },
    );
  });
});

describe('commands that race for one gate', () => {
  const take = (record: string): Command => ({ do: 'act', id: randomUUID(), record, action: 'take', with: {} });
  const opened = async (name: string, more: Record<string, unknown>) => {
    const outcome = await send(seat(name, more));
    if (isRefused(outcome)) throw new Error(JSON.stringify(outcome));
    return (outcome.response as { record: string }).record;
  };

  test('two seats at one place: one is taken, whether the two come together or through two processes', async () => {
    const parts = office.platform.parts;
    const otherProcess = dispatcher(parts, contexts(parts)).dispatch;
    for (let round = 0; round < 8; round++) {
      const place = `table ${round}`;
      const [one, other] = [await opened(`a${round}`, { place }), await opened(`b${round}`, { place })];
      const outcomes = await Promise.all([
        send(take(one)),
        send(take(other), round % 2 ? otherProcess : office.platform.dispatch),
      ]);
      const refused = outcomes.filter(isRefused);
      expect(refused).toHaveLength(1);
      expect(refused[0]!.refused.map(({ gate }) => gate)).toEqual(['one_place']);
    }
  });

  test('a name only one may have: one wins, the other is refused by that gate or as a duplicate, none by a defect', async () => {
    const parts = office.platform.parts;
    const otherProcess = dispatcher(parts, contexts(parts)).dispatch;
    for (let round = 0; round < 8; round++) {
      const outcomes = await Promise.all([
        send(seat(`only ${round}`)),
        send(seat(`only ${round}`), otherProcess),
        send(seat(`only ${round}`)),
      ]);
      expect(outcomes.filter((outcome) => !isRefused(outcome))).toHaveLength(1);
      for (const outcome of outcomes.filter(isRefused))
        expect(outcome.refused[0]?.gate ?? outcome.refused[0]?.code).toMatch(/one_name|duplicate/);
    }
  });

  test('a finding that arrives while the gate is asked: whoever comes second sees the first', async () => {
    const chen = await office.as('chen');
    for (let round = 0; round < 6; round++) {
      const host = (
        await chen.ok('records.open', {
          type: 'host',
          values: { name: `h${round}`, kind: 'server', environment: 'test', owner: office.persons.chen },
        })
      ).id;
      const record = await opened(`beside ${round}`, { host, place: `p${round}` });
      const finding: Command = {
        do: 'open',
        id: randomUUID(),
        type: 'finding',
        values: { title: 'telnet', severity: 'high', host },
      };
      const [found, taken] = await Promise.all([
        office.platform.dispatch({
          organisation: office.organisation,
          actor: { kind: 'person', person: office.persons.chen },
          command: finding as never,
        }),
        send(take(record)),
      ]);
      if (isRefused(found)) throw new Error(JSON.stringify(found));
      if (!isRefused(taken)) expect(taken.pos).toBeLessThan(found.pos);
      else expect(taken.refused.map(({ gate }) => gate)).toEqual(['safe']);
    }
  });
});

test('after all of this the ledger verifies to its end', async () => {
  await office.platform.idle();
  const { ok, findings } = await office.platform.ledger.verify(office.organisation);
  expect(findings.filter((finding) => !finding.ok)).toEqual([]);
  expect(ok).toBe(true);
});

test('a section closed to some of a record’s readers is not there for them, whichever way they come; reading it is on record', async () => {
  const wang = await office.as('wang');
  const { sha256, ...file } = await wang.upload('proof.txt', '只給稽核的佐證');
  const secret = { account: '主管指示略過測試', witness: '劉證人', proof: [{ sha256, ...file }] };
  const { id } = await wang.ok('records.open', { type: 'testimony', values: { title: '測試程序爭議', ...secret } });
  await wang.ok('records.save', { id, version: 1, values: { account: '主管指示略過複測' } });
  const ways = async (who: 'chien' | 'kuo') => {
    const at = await office.as(who);
    const text = async (path: string) => (await at.send(path)).text();
    const lists = await at.call('records.list', { type: 'testimony', order: { by: 'witness', desc: false } });
    return {
      page: JSON.stringify(await at.ok('records.get', { id })),
      history: JSON.stringify(await at.ok('records.history', { id })),
      list: JSON.stringify(await at.ok('records.list', { type: 'testimony' })),
      sorted: lists.status,
      found: (await at.ok('records.list', { search: '劉證人' })).items.length,
      export: (await at.ok('registers.export', { type: 'testimony' })).csv as string,
      past: JSON.stringify(await at.ok('records.get', { id, asOf: clock.now.toISOString().slice(0, 10) })),
      paper: (await at.send(`/api/v1/records/${id}/print.odt`)).status,
      file: await text(`/api/v1/files/${sha256}`),
    };
  };
  const openly = await ways('chien');
  for (const way of ['page', 'history', 'past'] as const) expect(openly[way], way).toContain('略過複測');
  expect(openly.file).toBe('只給稽核的佐證');
  const closed = await ways('kuo');
  expect(closed).toMatchObject({ sorted: 422, found: 0, paper: 200 });
  expect(closed.page).toContain('測試程序爭議');
  for (const said of ['略過', '劉證人', sha256, '只給稽核', '"account"', 'witness'])
    expect(JSON.stringify(closed), said).not.toContain(said);
  // A list is nobody's reading of one, so that not even they find it there who may read it.
  expect(openly).toMatchObject({ sorted: 422, found: 0 });
  expect(openly.list + openly.export).not.toMatch(/略過|劉證人/);
  const readings = await read((db) =>
    sql<{ entry: string }>`select convert_from(entry, 'UTF8') as entry from event where type = 'reading.made'`.execute(
      db,
    ),
  );
  const by = readings.rows
    .map(({ entry }) => JSON.parse(entry))
    .map(({ actor: { person }, data }) => [person, data.way]);
  expect(by.toSorted()).toEqual([
    [office.persons.chien, 'page'],
    [office.persons.chien, 'paper'],
  ]);
});
