import { type RawBuilder, sql } from 'kysely';
import type { RecordState, Value } from '../../kernel/engine/types.ts';
import type { Field, RecordType } from '../../kernel/pack/types.ts';
import { type Refused, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import { bigrams, columnOf } from '../store/fields.ts';
import { everyState } from '../store/states.ts';
import type { ListItem, ListPage, ListQuery } from '../views.ts';
import { asListed } from './closed-sections.ts';
import { options } from './fields.ts';
import { type FieldFilter, filtersOf, isSortable, pastCondition, valueCondition } from './filters.ts';
import { badgesOf } from './gaps.ts';
import { type Look, label, noSuch } from './look.ts';
import { namesIn, personNamed, refOf, unitNamed } from './names.ts';
import { seesType } from './outside.ts';
import { readable, readsAll } from './reading.ts';
import { tagsIn } from './tags.ts';

const PAGE = 30;
/** Counting stops here: "more than 1,000" says enough, and counting never reads the whole register. */
const COUNTED = 1_000;

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
  changed_at: Date;
  since: Date;
  due_at: Date | null;
  body: RecordState;
  sort: Date | string | number | null;
};

/** One page of records: any declared order, any single filters, in one index range whatever the total. */
export async function listRecords(look: Look, query: ListQuery): Promise<ListPage | Refused> {
  const types = typesOf(look, query);
  if (types.length === 0) return noSuch('這種表單或簿冊', 'type');
  const only = query.type && types[0] ? asListed(look, types[0]) : undefined;
  const filters = filtersOf(query, only);
  if ('refused' in filters) return filters;
  const ranged =
    look.asOf || query.order ? undefined : filters.find(({ op, field }) => op !== 'is' && isSortable(field));
  const order = ranged ? orderOfRange(ranged) : orderOf(query.order ?? NEWEST_CHANGE, only);
  if ('refused' in order) return order;
  const conditions = conditionsOf(look, query, types, only);
  const limit = Math.min(query.limit ?? PAGE, 200);
  const rows = await pageOf(look, query, [...conditions, ...filters.map(fieldCondition(look, order))], order, limit);
  const items = rows.slice(0, limit);
  const columns = only ? shownColumns(only) : [];
  const names = await namesIn(look, items.map((row) => pick(row.body, columns)) as Value);
  const last = items.at(-1);
  const total = await count(look, countedOver(look, query, only, filters) ?? everyCondition(look, conditions, filters));
  return {
    items: items.map((row) => itemOf(look, row, columns, names)),
    ...(rows.length > limit && last ? { next: cursorOf(last) } : {}),
    total: Math.min(total, COUNTED),
    totalIsExact: total <= COUNTED,
    order: { by: order.by, desc: order.desc },
    columns: columns.map((field) => ({
      field: field.name,
      label: field.label,
      type: field.type.is,
      ...('unit' in field.type && field.type.unit ? { unit: field.type.unit } : {}),
      ...options(look.context.definition, field),
    })),
  };
}

function typesOf(look: Look, query: ListQuery): RecordType[] {
  const all = Object.values(look.context.definition.records);
  return all
    .filter(({ name }) => seesType(look, name))
    .filter((type) => (!query.type || type.name === query.type) && (!query.role || type.role === query.role));
}

type OrderAsked = NonNullable<ListQuery['order']>;
const NEWEST_CHANGE: OrderAsked = { by: 'changed', desc: true };

type Order = OrderAsked & {
  column: RawBuilder<unknown>;
  cast: string;
  join?: RawBuilder<unknown>;
  /** The field whose row `s` gives the order. */
  field?: Field;
};

function orderOf({ by, desc }: OrderAsked, type: RecordType | undefined): Order | Refused {
  const own: Record<string, [string, string]> = {
    changed: ['c.changed_at', 'timestamptz'],
    opened: ['c.opened_at', 'timestamptz'],
    since: ['c.since', 'timestamptz'],
    due: ['c.due_at', 'timestamptz'],
    number: ['c.number collate "C"', 'text'],
    state: ['c.state', 'text'],
  };
  const found = own[by];
  if (found) return { by, desc, column: sql.raw(found[0]), cast: found[1] };
  const field = type?.fields[by];
  if (field && isSortable(field)) return orderOfField(field, desc);
  return refused({
    code: 'invalid',
    field: 'order',
    message: text(`不能依「${by}」排序。`, `Cannot sort by "${by}".`),
  });
}

/**
 * Nothing else asked, a list that begins from a value or ends at one begins there: its page is one range of that field's index,
 * however many records lie beyond.
 */
const orderOfRange = ({ op, field }: FieldFilter): Order => orderOfField(field, op === 'until');

function orderOfField(field: Field, desc: boolean): Order {
  const column = columnOf(field.type);
  const cast = { t: 'text', n: 'double precision', m: 'timestamptz', d: 'date' }[column];
  return {
    by: field.name,
    desc,
    column: sql.raw(`s.${column}`),
    cast,
    field,
    // "is not null" lets the partial indexes keep the order; without it the whole register is sorted for each page.
    join: sql`join record_field s on s.organisation = c.organisation and s.type = c.type and s.field = ${field.name} and s.record = c.id
      and ${sql.raw(`s.${column}`)} is not null`,
  };
}

function conditionsOf(
  look: Look,
  query: ListQuery,
  types: RecordType[],
  only: RecordType | undefined,
): RawBuilder<boolean>[] {
  const conditions: RawBuilder<boolean>[] = [sql`c.organisation = ${look.organisation}`];
  if (only) conditions.push(sql`c.type = ${only.name}`);
  else if (query.role) conditions.push(sql`c.type = any(${types.map((type) => type.name)})`);
  conditions.push(readable(look, only || query.role ? types : undefined));
  if (query.state) conditions.push(sql`c.state = ${query.state}`);
  if (query.open !== undefined) conditions.push(sql`c.open = ${query.open}`);
  if (query.mine) conditions.push(sql`c.requester = ${look.viewer.person ?? ''}`);
  if (query.late) conditions.push(sql`c.open and c.due_at < ${look.now}::timestamptz`);
  if (query.search?.trim()) {
    // A handful of bigrams narrows as well as all of them.
    for (const gram of bigrams(query.search).slice(0, 8)) {
      conditions.push(
        sql`exists (select 1 from record_bigram b where b.organisation = c.organisation and b.gram = ${gram} and b.record = c.id)`,
      );
    }
  }
  return conditions;
}

/** A filter on the field that gives the order narrows the very rows the page walks. */
const fieldCondition =
  (look: Look, order: Pick<Order, 'field'>) =>
  (filter: FieldFilter): RawBuilder<boolean> => {
    if (look.asOf) return pastCondition(filter);
    if (filter.field === order.field) return valueCondition('s', filter);
    return sql`exists (select 1 from record_field f where f.organisation = c.organisation and f.type = c.type and f.field = ${filter.field.name}
    and ${valueCondition('f', filter)} and f.record = c.id)`;
  };

/** Records as they stand, or as they stood at the position looked at; columns are the same. */
function recordsThen(look: Look): RawBuilder<unknown> {
  if (!look.asOf) return sql`record`;
  return sql`(select v.organisation, v.id, v.type, v.number, v.title, v.state, v.open, v.changed_at, v.body, r.requester, r.unit, r.opened_at,
      (v.body->>'since')::timestamptz as since, null::timestamptz as due_at, v.body->>'definition' as definition
    from ${everyState(look.organisation)} v join record r on r.organisation = v.organisation and r.id = v.id
    where v.pos_from < ${look.asOf.pos} and (v.pos_to is null or v.pos_to >= ${look.asOf.pos}))`;
}

async function pageOf(
  look: Look,
  query: ListQuery,
  conditions: RawBuilder<boolean>[],
  order: Order,
  limit: number,
): Promise<Row[]> {
  const after = query.after ? readCursor(query.after) : undefined;
  const direction = sql.raw(order.desc ? 'desc' : 'asc');
  const beyond = after
    ? sql`and (${order.column}, c.id) ${sql.raw(order.desc ? '<' : '>')} (${after.sort}::${sql.raw(order.cast)}, ${after.id})`
    : sql``;
  const found =
    await sql<Row>`select c.id, c.type, c.number, c.title, c.state, c.definition, c.requester, c.unit, c.opened_at, c.changed_at,
      c.since, c.due_at, c.body, ${order.column} as sort
    from ${recordsThen(look)} c ${order.join ?? sql``}
    where ${sql.join(conditions, sql` and `)} ${order.cast === 'timestamptz' && query.order?.by === 'due' ? sql`and c.due_at is not null` : sql``} ${beyond}
    order by ${order.column} ${direction}, c.id ${direction} limit ${limit + 1}`.execute(look.tx);
  return found.rows;
}

const cursorOf = (row: Row) =>
  Buffer.from(JSON.stringify([row.sort instanceof Date ? row.sort.toISOString() : row.sort, row.id])).toString(
    'base64url',
  );

function readCursor(cursor: string): { sort: string; id: string } | undefined {
  try {
    const [sort, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [unknown, unknown];
    return typeof id === 'string' ? { sort: String(sort), id } : undefined;
  } catch {
    return undefined; // a cursor somebody made up starts at the beginning
  }
}

async function count(look: Look, counted: RawBuilder<unknown>): Promise<number> {
  const found = await sql<{ n: string }>`select count(*) as n from (
    select 1 from ${counted} limit ${COUNTED + 1}) x`.execute(look.tx);
  return Number(found.rows[0]?.n ?? 0);
}

const everyCondition = (look: Look, conditions: RawBuilder<boolean>[], filters: FieldFilter[]) =>
  sql`${recordsThen(look)} c where ${sql.join([...conditions, ...filters.map(fieldCondition(look, {}))], sql` and `)}`;

/** Whoever reads every record of a type, filtered by one field alone, has as many as that field's index holds: none is fetched to be counted. */
function countedOver(
  look: Look,
  query: ListQuery,
  only: RecordType | undefined,
  filters: FieldFilter[],
): RawBuilder<unknown> | undefined {
  const field = filters[0]?.field;
  if (!only || !field || !isSortable(field) || filters.some((filter) => filter.field !== field)) return undefined;
  const more = query.state || query.open !== undefined || query.mine || query.late || query.search?.trim();
  if (look.asOf || more || !readsAll(look, only)) return undefined;
  return sql`record_field f where f.organisation = ${look.organisation} and f.type = ${only.name} and f.field = ${field.name}
    and ${sql.join(
      filters.map((filter) => valueCondition('f', filter)),
      sql` and `,
    )}`;
}

/** The columns a list shows: the first few short fields of the type. */
export function shownColumns(type: RecordType): Field[] {
  const short = [
    'text',
    'choice',
    'ref',
    'person',
    'unit',
    'date',
    'moment',
    'number',
    'yes_no',
    'address',
    'url',
    'period',
  ];
  return Object.values(type.fields)
    .filter(
      (field) =>
        short.includes(field.type.is) && !field.personal && field.section !== '_base' && (field.lines ?? 1) === 1,
    )
    .slice(0, 5);
}

const pick = (state: RecordState, columns: Field[]): Record<string, Value> =>
  Object.fromEntries(
    columns.flatMap((field) =>
      state.values[field.name] === undefined ? [] : [[field.name, state.values[field.name]!]],
    ),
  );

function itemOf(look: Look, row: Row, columns: Field[], names: Record<string, string>): ListItem {
  const values = pick(row.body, columns);
  const type = look.context.definition.records[row.type];
  return {
    ...refOf(look, row),
    tags: type ? tagsIn(type, row.body) : [],
    typeLabel: label(look.context.definition, row.type),
    badges: badgesOf(look.context.definitions.get(row.definition)?.records[row.type], row.body),
    ...(row.requester ? { requester: personNamed(look, row.requester) } : {}),
    ...(row.unit ? { unit: unitNamed(look, row.unit) } : {}),
    openedAt: row.opened_at.toISOString(),
    changedAt: row.changed_at.toISOString(),
    since: row.since.toISOString(),
    ...(row.due_at ? { due: row.due_at.toISOString() } : {}),
    late: row.due_at !== null && row.due_at.toISOString() < look.now,
    columns: values,
    names: Object.fromEntries(
      Object.values(values)
        .flatMap((value) => idsIn(value))
        .flatMap((id) => (names[id] ? [[id, names[id]]] : [])),
    ),
  };
}

const idsIn = (value: Value): string[] =>
  typeof value === 'string' ? [value] : Array.isArray(value) ? value.flatMap(idsIn) : [];
