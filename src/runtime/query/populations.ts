import { sql } from 'kysely';
import type { RecordType } from '../../kernel/pack/types.ts';
import { type Refused, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { DrawView, PopulationItem, PopulationView, SeriesView } from '../population-views.ts';
import { type Look, label, noSuch } from './look.ts';
import { personNamed, refOf, refsOf, stateLabel, unitNamed } from './names.ts';
import { confinedTo, within as confines, seesType, seesWhole } from './outside.ts';
import { readable } from './reading.ts';
import { tagsOf } from './tags.ts';

export type PopulationQuery = { type: string; from: string; until: string };
/** A list longer than this is exported, not looked at. */
const MOST_SHOWN = 500;
const MOST_MISSING = 50;

/** All records of a kind opened from the first to the last day of a period, office time: totals, numbers missing, the list, the draws. */
export async function population(look: Look, query: PopulationQuery): Promise<PopulationView | Refused> {
  const type = typeOf(look, query);
  if ('refused' in type) return type;
  const [totals, months, items, series, draws] = [
    await totalsOf(look, query, type),
    await monthsOf(look, query),
    await itemsOf(look, query, type, MOST_SHOWN),
    seesWhole(look, type.name) ? await seriesOf(look, query) : [],
    seesWhole(look, type.name) ? await drawsOf(look, type) : [],
  ];
  const total = totals.reduce((sum, { count }) => sum + count, 0);
  return { label: label(look.context.definition, query.type), total, states: totals, months, items, series, draws };
}

/** The whole list, for export: nothing is left out but what the reader may not see. */
export async function populationList(look: Look, query: PopulationQuery): Promise<PopulationItem[] | Refused> {
  const type = typeOf(look, query);
  return 'refused' in type ? type : itemsOf(look, query, type, 100_000);
}

function typeOf(look: Look, { type, from, until }: PopulationQuery): RecordType | Refused {
  if (from > until)
    return refused({
      code: 'invalid',
      field: 'until',
      message: text('期間的迄日早於起日。', 'The period ends before it begins.'),
    });
  const known = look.context.definition.records[type];
  return known && seesType(look, type) ? known : noSuch('這種紀錄', 'kind of record');
}

const within = ({
  from,
  until,
}: PopulationQuery) => sql`c.opened_at >= ${from}::date::timestamp at time zone 'Asia/Taipei'
  and c.opened_at < (${until}::date + 1)::timestamp at time zone 'Asia/Taipei'`;

/** Totals count what a reader of ours may not see, too; one from elsewhere is told of its scope only. */
const counted = (look: Look) => {
  const confined = confinedTo(look);
  return confined ? sql`and ${confines(confined)}` : sql``;
};

async function totalsOf(look: Look, query: PopulationQuery, type: RecordType): Promise<PopulationView['states']> {
  const found = await sql<{ state: string; n: string }>`select c.state, count(*) as n from record c
    where c.organisation = ${look.organisation} and c.type = ${query.type} and ${within(query)} ${counted(look)} group by c.state`.execute(
    look.tx,
  );
  const flow = Object.keys(type.flow);
  return found.rows
    .toSorted((a, b) => flow.indexOf(a.state) - flow.indexOf(b.state))
    .map(({ state, n }) => ({
      state,
      label: stateLabel(look, { type: query.type, state }),
      count: Number(n),
    }));
}

async function monthsOf(look: Look, query: PopulationQuery): Promise<PopulationView['months']> {
  const found = await sql<{ month: string; n: string }>`
    select to_char(c.opened_at at time zone 'Asia/Taipei', 'YYYY-MM') as month, count(*) as n from record c
    where c.organisation = ${look.organisation} and c.type = ${query.type} and ${within(query)} ${counted(look)} group by 1 order by 1`.execute(
    look.tx,
  );
  return found.rows.map(({ month, n }) => ({ month, count: Number(n) }));
}

type Row = {
  id: string;
  type: string;
  number: string;
  title: string;
  state: string;
  definition: string;
  requester: string | null;
  unit: string | null;
  opened_at: Date;
  closed_at: Date | null;
};

async function itemsOf(look: Look, query: PopulationQuery, type: RecordType, limit: number): Promise<PopulationItem[]> {
  const found = await sql<Row>`select c.id, c.type, c.number, c.title, c.state, c.definition, c.requester, c.unit,
      c.opened_at, c.closed_at from record c
    where c.organisation = ${look.organisation} and c.type = ${query.type} and ${within(query)} and ${readable(look, [type])}
    order by c.opened_at, c.number collate "C", c.id limit ${limit}`.execute(look.tx);
  const tags = await tagsOf(
    look,
    found.rows.map(({ id }) => id),
  );
  return found.rows.map((row) => ({
    ...refOf(look, row),
    tags: tags.get(row.id) ?? [],
    openedAt: row.opened_at.toISOString(),
    ...(row.closed_at ? { closedAt: row.closed_at.toISOString() } : {}),
    ...(row.requester ? { requester: personNamed(look, row.requester) } : {}),
    ...(row.unit ? { unit: unitNamed(look, row.unit) } : {}),
  }));
}

/**
 * The running numbers that records of the period belong to, each with what it has given out so far and which of these no record has:
 * a paper register's torn-out page.
 */
async function seriesOf(look: Look, query: PopulationQuery): Promise<SeriesView[]> {
  const found = await sql<{ prefix: string; next: string }>`select prefix, next from record_sequence
    where organisation = ${look.organisation} and type = ${query.type} order by prefix collate "C"`.execute(look.tx);
  const series = [];
  for (const { prefix, next } of found.rows) {
    const one = await numbersOf(look, query, prefix, Number(next) - 1);
    if (one) series.push(one);
  }
  return series;
}

async function numbersOf(
  look: Look,
  query: PopulationQuery,
  prefix: string,
  last: number,
): Promise<SeriesView | undefined> {
  const pattern = patternOf(prefix);
  const inPeriod = await sql<{ first: string | null; last: string | null; n: string }>`
    select min(x.n) as first, max(x.n) as last, count(*) as n
    from (select (regexp_match(c.number, ${pattern}))[1]::bigint as n from record c where c.organisation = ${look.organisation}
      and c.type = ${query.type} and ${within(query)} and c.number ~ ${pattern}) x`.execute(look.tx);
  const row = inPeriod.rows[0];
  if (!row || row.first === null || row.last === null) return undefined;
  const missing = await sql<{ n: string }>`select n from generate_series(1, ${last}::bigint) n
    except select (regexp_match(number, ${pattern}))[1]::bigint from record
      where organisation = ${look.organisation} and type = ${query.type} and number ~ ${pattern}
    order by n limit ${MOST_MISSING + 1}`.execute(look.tx);
  return {
    series: prefix.includes('…') ? prefix : `${prefix}…`,
    first: Number(row.first),
    last: Number(row.last),
    count: Number(row.n),
    given: last,
    missing: missing.rows.slice(0, MOST_MISSING).map(({ n }) => Number(n)),
    moreMissing: missing.rows.length > MOST_MISSING,
  };
}

/** `115-服務-` and `115-…-上線`: where the running number stands, as the engine keeps a series (`numberFor`). */
const patternOf = (prefix: string): string => {
  const escaped = (prefix.includes('…') ? prefix : `${prefix}…`).replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return `^${escaped.replace('…', '(\\d{1,18})')}$`;
};

type DrawRow = {
  id: string;
  since: string;
  until: string;
  asked: number;
  population: number;
  digest: string;
  log_size: string;
  log_root: string;
  records: string[];
  drawn_by: string | null;
  drawn_at: Date;
};

async function drawsOf(look: Look, type: RecordType): Promise<DrawView[]> {
  const found =
    await sql<DrawRow>`select id, since::text, until::text, asked, population, digest, log_size, log_root, records,
      drawn_by, drawn_at from sample_draw where organisation = ${look.organisation} and type = ${type.name}
    order by drawn_at desc, id limit 20`.execute(look.tx);
  const refs = await refsOf(
    look,
    found.rows.flatMap((row) => row.records),
  );
  return found.rows.map((row) => ({
    id: row.id,
    from: row.since,
    until: row.until,
    asked: row.asked,
    population: row.population,
    digest: row.digest,
    checkpoint: { size: Number(row.log_size), root: row.log_root },
    records: row.records.flatMap((id) => refs.get(id) ?? []),
    ...(row.drawn_by ? { by: personNamed(look, row.drawn_by) } : {}),
    at: row.drawn_at.toISOString(),
  }));
}
