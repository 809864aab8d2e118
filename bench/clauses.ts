/**
 * `node bench/clauses.ts [events]`: the status of every clause of a pack as of a past date, over a ledger with that many events
 * (rows put straight into the tables: what is read is what is measured), and what it takes per event for the honest part that grows.
 */
import { sql } from 'kysely';
import { isRefused } from '../src/kernel/refusal.ts';
import type { Platform } from '../src/main.ts';
import { look } from '../src/runtime/query/look.ts';
import { procedure } from '../src/runtime/query/procedure.ts';
import { withOrganisation } from '../src/runtime/store/session.ts';
import { median } from './limits.ts';
import { BENCH, benchId, foundBench, openBench } from './server.ts';

const EVENTS = Number(process.argv[2] ?? 300_000);
const { organisation } = BENCH;
/** A statement of the program may not run for long. */
const CHUNK = 20_000;
const viewer = { person: benchId('coordinator'), administrator: false };
const AS_OF = new Date(Date.now() - 200 * 86_400_000).toISOString().slice(0, 10);

/** Two years of events: every fifth opens or closes a record's version, every clause has evidence every day. */
async function fill(platform: Platform, from: number, until: number): Promise<void> {
  const host = benchId('host');
  await withOrganisation(platform.db, organisation, async (tx) => {
    await sql`insert into event (organisation, pos, stream, stream_version, type, entry, mac, recorded_at)
      select ${organisation}, 1000 + i, 'bench-' || i, 1, 'record.filled', repeat('x', 400)::bytea, repeat('m', 32)::bytea,
        now() - make_interval(secs => (2000000 - i) * 31.0) from generate_series(${from}::int, ${until}::int) i`.execute(
      tx,
    );
    await sql`insert into record_version select organisation, 'v-' || i, 1000 + i, case when i % 3 = 0 then 1000 + i + 500 else 9000000 end, 'service_request', 'N' || i, title, 'draft',
        true, changed_at, '{}'::jsonb from record, generate_series(${from}::int, ${until}::int) i
      where i % 5 = 0 and organisation = ${organisation} and id = ${host}`.execute(tx);
  });
}

async function days(platform: Platform, clauses: string[]): Promise<void> {
  await withOrganisation(platform.db, organisation, (tx) =>
    sql`insert into clause_day (organisation, clause, day, evidence, refusals, last_pos) select ${organisation}, c, current_date - d, 3, 1, 1 from unnest(${clauses}::text[]) c, generate_series(0, 730) d
      on conflict do nothing`.execute(tx),
  );
}

async function seconds(platform: Platform): Promise<number> {
  const runs: number[] = [];
  for (let run = 0; run < 5; run++) {
    const from = performance.now();
    const view = await look(
      platform.parts,
      platform.cache,
      organisation,
      viewer,
      (one) => procedure(one, 'xiluo'),
      AS_OF,
    );
    if (isRefused(view)) throw new Error(view.refused[0]?.message.en);
    runs.push((performance.now() - from) / 1000);
  }
  return median(runs);
}

const { platform, close } = await openBench();
try {
  await foundBench(platform, ['xiluo']);
  const clauses = await look(platform.parts, platform.cache, organisation, viewer, async (one) =>
    Object.keys(one.context.definition.clauses),
  );
  await days(platform, clauses as string[]);
  const rows = [];
  let filled = 0;
  for (const events of [EVENTS / 10, EVENTS]) {
    for (; filled < events; filled = Math.min(filled + CHUNK, events))
      await fill(platform, filled + 1, Math.min(filled + CHUNK, events));
    rows.push({ events, seconds: await seconds(platform) });
  }
  const [small, large] = rows as [(typeof rows)[0], (typeof rows)[0]];
  const perMillion = ((large.seconds - small.seconds) / (large.events - small.events)) * 1e6;
  console.table([
    ...rows.map((row) => ({ events: row.events, seconds: row.seconds.toFixed(3), budget: '' })),
    { events: '1,000,000 (straight line)', seconds: (small.seconds + perMillion).toFixed(3), budget: '2 s' },
  ]);
} finally {
  await close();
}
