/**
 * `node bench/lists.ts [large]`: server time of a list page at 1,000 and 100,000 records: every declared order, single filters, search,
 * the second page, with the database blocks each page touches, which no load of the machine moves. The records are copies of one made through the write door, put straight into the projections.
 */
import { sql } from 'kysely';
import { isRefused } from '../src/kernel/refusal.ts';
import type { Platform } from '../src/main.ts';
import { listRecords } from '../src/runtime/query/lists.ts';
import { look } from '../src/runtime/query/look.ts';
import { withOrganisation } from '../src/runtime/store/session.ts';
import type { ListQuery } from '../src/runtime/views.ts';
import { quantile } from './limits.ts';
import { processorSeconds } from './processes.ts';
import { analyze, BENCH, benchId, foundBench, openBench, openForms } from './server.ts';

const LARGE = Number(process.argv[2] ?? 100_000);
const TURNS = 20;
/** A statement of the program may not run for long. */
const CHUNK = 5_000;
const { organisation } = BENCH;
const viewer = { person: benchId('coordinator'), administrator: false };

const queries: Record<string, ListQuery> = {
  'newest change first': {},
  opened: { order: { by: 'opened', desc: true } },
  number: { order: { by: 'number', desc: false } },
  due: { order: { by: 'due', desc: false } },
  'a number field': { order: { by: 'amount', desc: true } },
  'a date field': { order: { by: 'until', desc: false } },
  'a text field': { order: { by: 'title', desc: false } },
  'state is': { state: 'draft' },
  mine: { mine: true },
  'number is (1 in 500)': { filters: [{ field: 'amount', op: 'is', value: '7' }] },
  'date from (last 1 %)': { filters: [{ field: 'until', op: 'from', value: '2028-09-01' }] },
  'search, two characters': { search: '量測' },
  'search, rare': { search: '第777號' },
};

/** Copies of the first form up to so many, with other numbers, titles, amounts and dates. */
async function fill(platform: Platform, from: number, until: number): Promise<void> {
  const template = benchId('form 0');
  await withOrganisation(platform.db, organisation, async (tx) => {
    await sql`insert into record select organisation, 'copy-' || i, type, 'M-' || lpad(i::text, 7, '0'), '量測表單第' || i || '號', state, open, unit, requester, origin,
        opened_at - make_interval(mins => i), changed_at - make_interval(mins => i), since, closed_at, opened_at + make_interval(hours => i % 5000), null,
        version, pos, definition, jsonb_set(jsonb_set(body, '{id}', to_jsonb('copy-' || i)), '{values,amount}', to_jsonb(i % 500))
      from record, generate_series(${from}::int, ${until}::int) i where organisation = ${organisation} and id = ${template}`.execute(
      tx,
    );
    await sql`insert into record_field select organisation, type, field, case when field = 'title' then '量測表單第' || i || '號' else t end,
        case when field = 'amount' then i % 500 else n end, m, case when field = 'until' then date '2026-01-01' + i % 1000 else d end, 'copy-' || i
      from record_field, generate_series(${from}::int, ${until}::int) i where organisation = ${organisation} and record = ${template}`.execute(
      tx,
    );
    await sql`insert into record_bigram select organisation, gram, 'copy-' || i from record_bigram, generate_series(${from}::int, ${until}::int) i
      where organisation = ${organisation} and record = ${template} on conflict do nothing`.execute(tx);
    await sql`insert into record_bigram select ${organisation}, gram, 'copy-' || i from generate_series(${from}::int, ${until}::int) i,
      lateral (select distinct substr('量測表單第' || i || '號', k, 2) as gram from generate_series(1, 12) k) g where length(gram) = 2
      on conflict do nothing`.execute(tx);
  });
}

type Measured = { p95: number; blocks: number; processor: number };

async function measure(platform: Platform, query: ListQuery): Promise<Measured> {
  const millis: number[] = [];
  const ask = async () => {
    const from = performance.now();
    const page = await look(platform.parts, platform.cache, organisation, viewer, (one) =>
      listRecords(one, { type: 'measured_form', ...query }),
    );
    if (isRefused(page)) throw new Error(page.refused[0]?.message.en);
    millis.push(performance.now() - from);
  };
  await ask();
  const before = await blocksTouched(platform);
  const used = processorSeconds(process.pid).started;
  for (let turn = 0; turn < TURNS; turn++) await ask();
  const processor = ((processorSeconds(process.pid).started - used) * 1000) / TURNS;
  const after = await blocksTouched(platform);
  return { p95: quantile(millis.slice(5), 0.95), blocks: Math.round((after - before) / TURNS), processor };
}

/** Blocks of the database touched so far; PostgreSQL adds up once a second and at the end of a transaction. */
async function blocksTouched({ db }: Platform): Promise<number> {
  await new Promise((wake) => setTimeout(wake, 1_100));
  await sql`select pg_stat_force_next_flush()`.execute(db);
  const { rows } = await sql<{ blocks: number }>`select blks_hit + blks_read as blocks from pg_stat_database
    where datname = current_database()`.execute(db);
  return rows[0]!.blocks;
}

const { platform, close } = await openBench();
try {
  await foundBench(platform, ['bench']);
  await openForms(platform, 1);
  const columns: Record<string, Record<string, Measured>> = {};
  let filled = 0;
  for (const size of [1_000, LARGE]) {
    for (; filled < size - 1; filled = Math.min(filled + CHUNK, size - 1))
      await fill(platform, filled + 1, Math.min(filled + CHUNK, size - 1));
    await analyze(platform);
    for (const [name, query] of Object.entries(queries))
      columns[name] = { ...columns[name], [size]: await measure(platform, query) };
  }
  console.table(
    Object.entries(columns).map(([what, at]) => ({
      what,
      'p95 ms at 1,000': at[1_000]!.p95.toFixed(1),
      [`at ${LARGE.toLocaleString('en')}`]: at[LARGE]!.p95.toFixed(1),
      budget: '30 ms, ratio 1',
      'database cpu ms at 1,000': at[1_000]!.processor.toFixed(2),
      [`cpu ms at ${LARGE.toLocaleString('en')}`]: at[LARGE]!.processor.toFixed(2),
      'blocks at 1,000': at[1_000]!.blocks,
      [`blocks at ${LARGE.toLocaleString('en')}`]: at[LARGE]!.blocks,
    })),
  );
} finally {
  await close();
}
