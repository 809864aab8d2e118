import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLog } from '../../src/adapters/sealing/log.ts';
import { directoryStore } from '../../src/adapters/sealing/store.ts';
import { checkpointAsOf, readDays, verifyLog } from '../../src/cli/verify-log.ts';
import { digestOver } from '../../src/demo/digests.ts';
import { buildDemo, DEMO_ORGANISATION, demoId, demoIsBuilt } from '../../src/demo/index.ts';
import { PERSONAS } from '../../src/demo/people.ts';
import { importReport } from '../../src/http/reports.ts';
import { type Placed, statesFrom } from '../../src/kernel/engine/replay.ts';
import type { RecordState } from '../../src/kernel/engine/types.ts';
import { decodeEntry } from '../../src/kernel/ledger/envelope.ts';
import { decryptPersonal, type Personal, revealPersonal } from '../../src/kernel/ledger/personal.ts';
import { isRefused, type Refused } from '../../src/kernel/refusal.ts';
import { openPlatform, type Platform } from '../../src/main.ts';
import { sealedBy } from '../../src/runtime/as-of.ts';
import { listRecords } from '../../src/runtime/query/lists.ts';
import { type Look, look, positionAt } from '../../src/runtime/query/look.ts';
import { evidenceOf, parameters, procedure } from '../../src/runtime/query/procedure.ts';
import { recordView } from '../../src/runtime/query/record.ts';
import { allTasks, myNotices, myTasks } from '../../src/runtime/query/tasks.ts';
import { trailPage } from '../../src/runtime/query/trail.ts';
import { withOrganisation } from '../../src/runtime/store/session.ts';
import { everyState } from '../../src/runtime/store/states.ts';
import type { ListPage, ListQuery } from '../../src/runtime/views.ts';
import { startTestDatabase, type TestDatabase } from '../harness/database.ts';
import { readingTests } from './demo-reading.ts';
import { witnessedDaily } from './twin.ts';

// The demo of 20 November 2026, built twice: every act goes through the write door, so a build that ends has been lived.

const NOW = '2026-11-20T02:00:00.000Z';
type Built = { platform: Platform; database: TestDatabase; folder: string; log: string[] };
const built: Built[] = [];

async function build(): Promise<Built> {
  const database = await startTestDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'ancheng-demo-'));
  const log: string[] = [];
  const platform = await openPlatform({
    dataDir: folder,
    databaseUrl: database.ownerUrl,
    databaseAppUrl: database.appUrl,
    clock: () => new Date(NOW),
    log: (line) => log.push(line),
  });
  if (isRefused(platform)) throw new Error(platform.refused[0]?.message.en);
  const { parts, dispatch, blobs } = platform;
  await buildDemo({
    parts,
    dispatch,
    blobs,
    importReport: (report) => importReport({ parts, dispatch, blobs }, report),
    openAccount: async ({ email }) => ({ account: `account of ${email}` }),
    digest: digestOver(platform, DEMO_ORGANISATION),
    say: () => {},
  });
  const one = { platform, database, folder, log };
  built.push(one);
  return one;
}

let demo: Built;
beforeAll(async () => {
  demo = await build();
});

afterAll(async () => {
  for (const { platform, database, folder } of built) {
    await platform.close();
    await database.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

async function looking<T>(
  work: (one: Look) => Promise<T>,
  about: { person?: string; asOf?: string },
): Promise<Exclude<T, Refused>> {
  const { parts, cache } = demo.platform;
  const viewer = { administrator: false, ...(about.person ? { person: about.person } : {}) };
  const answer = await look(parts, cache, DEMO_ORGANISATION, viewer, work, about.asOf);
  if (isRefused(answer)) throw new Error(answer.refused[0]?.message.en);
  return answer as Exclude<T, Refused>;
}

test('it is there, and its ledger verifies from signatures to rows', async () => {
  expect(await demoIsBuilt(demo.platform.db)).toBe(true);
  await demo.platform.sealer.hurry();
  await expect.poll(async () => (await demo.platform.ledger.verify(DEMO_ORGANISATION)).size).toBeGreaterThan(1_500);
  const verified = await demo.platform.ledger.verify(DEMO_ORGANISATION);
  expect(verified.findings.filter((finding) => !finding.ok)).toEqual([]);
  expect(verified.ok).toBe(true);
});

test('nobody saw a defect', () => {
  expect(demo.log.filter((line) => line.startsWith('defect'))).toEqual([]);
});

test('registers and forms have something to show, and go-lives stand in every stage', async () => {
  const states = await looking(async ({ tx, organisation }) => {
    const found = await sql<{
      type: string;
      states: string[];
      n: number;
    }>`select type, array_agg(distinct state) as states, count(*)::int as n
      from record where organisation = ${organisation} group by type`.execute(tx);
    return new Map(found.rows.map((row) => [row.type, row]));
  }, {});
  const all = [...states.values()].reduce((sum, row) => sum + row.n, 0);
  expect(all).toBeGreaterThan(180);
  for (const type of [
    'host',
    'network_device',
    'system',
    'software_version',
    'supplier',
    'contract',
    'known_asset',
    'software_licence',
    'policy_document',
    'exception',
    'access_request',
    'room_entry',
    'registered_result',
    'test_data_copy',
    'library_update',
    'incident',
    'corrective_action',
  ])
    expect(states.get(type)?.n, type).toBeGreaterThan(0);
  expect(states.get('go_live')?.states.sort()).toEqual(
    expect.arrayContaining(['draft', 'filed', 'review', 'testing', 'unit', 'withdrawn']),
  );
  expect(states.get('finding')?.states.sort()).toEqual(['accepted', 'fixed', 'open', 'treating', 'triage', 'verified']);
  const page = await looking((one) => listRecords(one, { type: 'go_live' }), { person: demoId('chen') });
  expect(page.items.length).toBeGreaterThan(8);
});

test('a list filtered from a value begins there, one filtered until it ends there, and each counts what it holds', async () => {
  const list = (query: ListQuery) =>
    looking((one) => listRecords(one, { type: 'host', limit: 200, ...query }), { person: demoId('wang') });
  const namesOf = ({ items }: ListPage) => items.map(({ columns }) => String(columns.name));
  const all = namesOf(await list({ order: { by: 'name', desc: false } }));
  expect(all.length).toBeGreaterThan(8);
  const middle = all[Math.floor(all.length / 2)]!;
  for (const [op, desc, beyond] of [
    ['from', false, all.filter((name) => name >= middle)],
    ['until', true, all.filter((name) => name <= middle).reverse()],
  ] as const) {
    const filters = [{ field: 'name', op, value: middle }];
    const page = await list({ filters });
    expect(page.order).toEqual({ by: 'name', desc });
    expect(namesOf(page)).toEqual(beyond);
    expect([page.total, page.totalIsExact]).toEqual([beyond.length, true]);
    const first = await list({ filters, limit: 2 });
    const second = await list({ filters, limit: 2, after: first.next! });
    expect(namesOf(first).concat(namesOf(second))).toEqual(beyond.slice(0, 4));
    const newest = await list({ filters, order: { by: 'changed', desc: true } });
    expect(namesOf(newest).sort()).toEqual([...beyond].sort());
    const open = await list({ filters, open: true });
    expect(open.total).toBe(open.items.length);
  }
});

test('everybody who acts has something to do, and notices unread', async () => {
  for (const { key } of PERSONAS.filter((persona) => !['ho', 'tu'].includes(persona.key))) {
    const person = demoId(key);
    expect((await looking(myTasks, { person })).length, `tasks of ${key}`).toBeGreaterThan(0);
    expect(
      (await looking((one) => myNotices(one, {} as never), { person })).items.length,
      `notices of ${key}`,
    ).toBeGreaterThan(0);
  }
  expect((await looking((one) => allTasks(one, 'late'), { person: demoId('hsieh') })).length).toBeGreaterThan(2);
});

test('the procedure shows all four lights, and a clause leads to its records', async () => {
  const { counts, clauses } = await looking((one) => procedure(one, 'xiluo'), {});
  for (const light of ['ok', 'partial', 'late', 'off'] as const) expect(counts[light], light).toBeGreaterThan(0);
  expect(counts.ok).toBeGreaterThan(clauses.length / 3);
  const evidence = await looking((one) => evidenceOf(one, 'xiluo.5.2.2.3.3'), { person: demoId('tu') });
  expect(evidence.records.length).toBeGreaterThan(3);
  expect(evidence.refusals).toBeGreaterThan(0);
  expect((await looking(parameters, {})).find((one) => one.name === 'request_review_working_days')?.value).toBe(2);
});

test('the go-live in review is refused for its open high finding, which the page says before anybody tries', async () => {
  const view = await looking((one) => recordView(one, demoId('pay25-form')), { person: demoId('chen') });
  const accept = view.actions.find((action) => action.action === 'accept');
  expect(accept?.allowed).toBe(false);
  expect(accept?.gates.find((gate) => gate.gate === 'no_high_open')?.outcome).toBe('refuses');
});

test('seals were voided by a correction, owed and renewed; another case owes them today', async () => {
  const renewed = await looking((one) => recordView(one, demoId('relief10-form')), { person: demoId('wang') });
  expect(renewed.state).toBe('filed');
  expect(renewed.seals.every((seal) => !seal.void && !seal.owed)).toBe(true);
  const voided = await looking((one) => trailPage(one, { limit: 50 }, { type: 'record.voided' }), {
    person: demoId('tu'),
  });
  expect(voided.items.length).toBeGreaterThanOrEqual(6);
  const owing = await looking((one) => recordView(one, demoId('hr73-form')), { person: demoId('chen') });
  expect(owing.owed.map((owed) => owed.action).sort()).toEqual(['accept', 'endorse']);
});

test('yesterday the last access was in force; today it has ended', async () => {
  const visitor = demoId('visitor-4');
  expect(
    (await looking((one) => recordView(one, visitor), { person: demoId('chiang'), asOf: '2026-11-19' })).state,
  ).toBe('in_force');
  expect((await looking((one) => recordView(one, visitor), { person: demoId('chiang') })).state).toBe('ended');
});

test('the trail tells of refused attempts', async () => {
  const trail = await looking((one) => trailPage(one, { limit: 50 }, { type: 'attempt' }), { person: demoId('tu') });
  expect(trail.items.length).toBeGreaterThan(10);
});

describe('whoever reads', () => readingTests(looking));

test('the same day gives the same events; personal values are compared without their nonces', async () => {
  const again = await build();
  const [first, second] = [await events(demo), await events(again)];
  expect(second.length).toBe(first.length);
  const differing = first.findIndex((event, i) => event !== second[i]);
  expect(differing === -1 ? undefined : [first[differing], second[differing]]).toBeUndefined();
});

/** Every event in order as text; what is encrypted under a random nonce says only whose it is. */
async function events({ platform }: Built): Promise<string[]> {
  const found = await withOrganisation(platform.db, DEMO_ORGANISATION, (tx) =>
    sql<{ entry: Buffer }>`select entry from event where organisation = ${DEMO_ORGANISATION} order by pos`.execute(tx),
  );
  return found.rows.map(({ entry }) => {
    const envelope = decodeEntry(entry);
    if (isRefused(envelope)) throw new Error('an entry cannot be read');
    return JSON.stringify(
      revealPersonal(envelope as never, ({ subject }) => `personal value of ${subject}`),
      unordered,
    );
  });
}

/** Whom a notice went to, and the grants relied on, are sets. */
const unordered = (name: string, value: unknown) =>
  ['to', 'grants'].includes(name) && Array.isArray(value) ? value.toSorted() : value;

test('as of every day of the half year: the entries under the largest checkpoint cosigned by then give the states that the history tables answer', async () => {
  const { platform } = demo;
  await platform.sealer.hurry();
  const log = await platform.sealer.log(DEMO_ORGANISATION);
  const sealed = await withOrganisation(
    platform.db,
    DEMO_ORGANISATION,
    async (tx) => (await sealedBy(tx, DEMO_ORGANISATION, NOW))!.size,
  );
  const entries: (Placed & { entry: Uint8Array; at: string })[] = [];
  for await (const { position, entry } of log.entries(0, sealed)) {
    const envelope = decodeEntry(entry);
    if (!isRefused(envelope)) entries.push({ pos: position, envelope, entry, at: envelope.at });
  }
  const keys = (value: Personal) => platform.parts.personal.keys(DEMO_ORGANISATION, value.subject, value.record);
  const show = (value: Personal) => {
    const opened = decryptPersonal(value, keys(value));
    return opened.outcome === 'readable' ? opened.value : '';
  };
  const first = Date.parse(entries[0]!.at);
  const count = Math.ceil((Date.parse(NOW) + 86_400_000 - first) / 86_400_000);
  const days = Array.from({ length: count }, (_, n) =>
    new Date(first + n * 86_400_000 + 8 * 3_600_000).toISOString().slice(0, 10),
  );
  expect(days.length).toBeGreaterThan(150);
  const away = (day: string) => day.endsWith('5'); // the witness could not be reached
  const twin = await witnessedDaily(join(demo.folder, 'twin'), entries, days, away);
  const kept = await readDays(directoryStore(twin.folder));
  const published = await (await openLog(twin.folder)).checkpoint();

  const steps = statesFrom(entries, show);
  const folded = new Map<string, RecordState>();
  let step = steps.next();
  let before = 0;
  for (const [n, date] of days.entries()) {
    const note = checkpointAsOf(published, kept, { asOf: date, policy: twin.policy });
    const size = Number(note?.split('\n')[1] ?? 0);
    const evening = Date.parse(`${date}T22:00:00+08:00`);
    // Not what was recorded by then, nor what was signed: what somebody outside had seen.
    expect([date, size]).toEqual([
      date,
      away(date) ? before : entries.filter(({ at }) => Date.parse(at) < evening).length,
    ]);
    before = size;
    const rows = await withOrganisation(platform.db, DEMO_ORGANISATION, async (tx) => {
      expect(size).toBeLessThanOrEqual(await positionAt(tx, DEMO_ORGANISATION, date));
      const found = await sql<{ id: string; body: RecordState }>`select id, body from ${everyState(DEMO_ORGANISATION)} v
        where pos_from < ${size} and (pos_to is null or pos_to >= ${size})`.execute(tx);
      return found.rows;
    });
    for (; !step.done && step.value.pos < size; step = steps.next()) folded.set(step.value.state.id, step.value.state);
    const differing = rows
      .filter(({ id, body }) => !isDeepStrictEqual(plain(folded.get(id)), body))
      .map(({ id }) => id);
    expect({ date, differing, count: rows.length }).toEqual({ date, differing: [], count: folded.size });
    if (n % 30 !== 29) continue;
    const report = await verifyLog({ ...twin, asOf: date });
    expect(report).toMatchObject({ ok: true, size, seen: { by: ['agency.example'] } });
  }
});

const plain = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));
