import { sql } from 'kysely';
import type { RecordState } from '../../kernel/engine/types.ts';
import type { Wakes } from '../../kernel/engine/wakes.ts';
import type { Definition, RecordType } from '../../kernel/pack/types.ts';
import { uniqueKey } from '../gather.ts';
import type { Tx } from '../module.ts';
import { bigrams, type FieldRow, fieldRows, searchable, titleOf } from './fields.ts';
import { fileRows } from './files.ts';
import { asOne, type Statement } from './session.ts';

/**
 * A record before and after one command, and the position of the command's last event about it. `names`: what records were called
 * then that it is called after, as far as they were at hand.
 */
export type Touched = { before?: RecordState; after: RecordState; pos: number; names: ReadonlyMap<string, string> };

/** When the clock must look at a record again, and until when somebody must act; undefined while not worked out. */
export type Moments = (id: string) => Pick<Wakes, 'at' | 'due'> | undefined;

/**
 * Current state, past states, typed fields, unique keys, bigrams and attachments of the records a group touched. Only what changed is rewritten.
 * `typeOf` gives the definition a record opened under.
 */
export function recordRows(
  organisation: string,
  touched: Touched[],
  typeOf: (state: RecordState) => RecordType,
  titles: Titles,
  moments: Moments,
): Statement[] {
  if (touched.length === 0) return [];
  const last = lastOf(touched);
  return [
    stateRows(organisation, touched, typeOf, titles, moments),
    ...asOne([...fieldChanges(organisation, last, typeOf), ...bigramChanges(organisation, last, typeOf, titles)]),
    ...uniqueChanges(organisation, last, typeOf),
    ...fileRows(organisation, touched),
  ];
}

export type Titles = {
  /** What the record is called behind the command. */
  now(one: Touched): string;
  /** What it was called before: as its row says where that depends on other records, which may have been renamed since. */
  before(one: Touched, before: RecordState): string;
};

/**
 * Titles follow from the events alone, whatever happens to be in memory: a record that is called after others is named by what these
 * were called when it was touched. Asks the database only for such records.
 */
export async function titlesOf(
  tx: Tx,
  organisation: string,
  touched: Touched[],
  typeOf: (state: RecordState) => RecordType,
): Promise<Titles> {
  const ids = touched.flatMap(({ before, after, names }) => {
    if (!isBorrowed(typeOf(after), after)) return [];
    return [...(before ? [before.id] : []), ...references(after).filter((id) => !names.has(id))];
  });
  const rows = ids.length === 0 ? [] : await namedRows(tx, organisation, [...new Set(ids)]);
  const kept = new Map(rows.map((row) => [row.id, row]));
  const called =
    ({ names }: Touched) =>
    (id: string) =>
      names.get(id) ?? kept.get(id)?.called;
  return {
    now: (one) => titleOf(typeOf(one.after), one.after, called(one)),
    before: (one, before) => kept.get(before.id)?.title ?? titleOf(typeOf(before), before, called(one)),
  };
}

/** Whether a record is called after what it refers to. */
function isBorrowed(type: RecordType, state: RecordState): boolean {
  let asked = false;
  titleOf(type, state, () => {
    asked = true;
    return undefined;
  });
  return asked;
}

const references = ({ values }: RecordState): string[] =>
  Object.values(values).flatMap((value) => (typeof value === 'string' ? [value.split('#')[0]!] : []));

async function namedRows(tx: Tx, organisation: string, ids: string[]) {
  const found = await sql<{
    id: string;
    title: string;
    number: string;
    name: unknown;
    titled: unknown;
  }>`select id, title, number,
    body->'values'->'name' as name, body->'values'->'title' as titled from record
    where organisation = ${organisation} and id = any(${ids})`.execute(tx);
  return found.rows.map(({ id, title, number, name, titled }) => ({
    id,
    title,
    called: calledBy(name, titled, number),
  }));
}

const calledBy = (name: unknown, title: unknown, number: string): string => {
  const own = name ?? title;
  return typeof own === 'string' ? own : number;
};

/** What those of the records a state refers to are called that are at hand. */
export function namesAtHand(
  type: RecordType,
  state: RecordState,
  records: ReadonlyMap<string, RecordState | undefined>,
): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  if (!isBorrowed(type, state)) return names;
  for (const id of references(state)) {
    const known = records.get(id);
    if (known) names.set(id, calledBy(known.values.name, known.values.title, known.number));
  }
  return names;
}

/** First `before` and last `after` per record: a group may touch one record several times. */
function lastOf(touched: Touched[]): Touched[] {
  const byId = new Map<string, Touched>();
  for (const one of touched) {
    const earlier = byId.get(one.after.id);
    byId.set(one.after.id, earlier ? { ...one, ...(earlier.before ? { before: earlier.before } : {}) } : one);
    if (earlier && !earlier.before) delete byId.get(one.after.id)!.before;
  }
  return [...byId.values()];
}

const isOpen = (type: RecordType, state: RecordState) => !type.flow[state.state]?.final;

/**
 * The newest state of each record the group touched becomes its present one. What it replaces is past from there on and is put with the
 * past ones as it stands, as are the states between. One statement, so that a state travels and is parsed once.
 */
function stateRows(
  organisation: string,
  touched: Touched[],
  typeOf: (s: RecordState) => RecordType,
  titles: Titles,
  moments: Moments,
): Statement {
  const next = new Map<string, number>();
  const rows = touched
    .toReversed()
    .map((one) => {
      const { after, pos } = one;
      const posTo = next.get(after.id);
      next.set(after.id, pos);
      const { at, due } = moments(after.id) ?? {};
      return {
        id: after.id,
        pos_from: pos,
        pos_to: posTo,
        type: after.type,
        number: after.number,
        title: titles.now(one),
        state: after.state,
        open: isOpen(typeOf(after), after),
        unit: after.unit,
        requester: after.requester,
        origin: after.origin,
        opened_at: after.openedAt,
        changed_at: after.changedAt,
        since: after.since,
        closed_at: after.closedAt,
        version: after.version,
        definition: after.definition,
        body: after,
        wake_at: at,
        due_at: due,
      };
    })
    .reverse();
  const firsts = [...next].map(([id, pos]) => ({ id, pos }));
  const unplanned = firsts.map(({ id }) => id).filter((id) => !moments(id));
  return sql`with x as materialized (select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x(
      id text, pos_from bigint, pos_to bigint, type text, number text, title text, state text, open boolean, unit text, requester text,
      origin text, opened_at timestamptz, changed_at timestamptz, since timestamptz, closed_at timestamptz, version int, definition text,
      body jsonb, wake_at timestamptz, due_at timestamptz)),
    past as (insert into record_version
      select r.organisation, r.id, r.pos, f.pos, r.type, r.number, r.title, r.state, r.open, r.changed_at, r.body
      from unnest(${firsts.map(({ id }) => id)}::text[], ${firsts.map(({ pos }) => pos)}::bigint[]) as f(id, pos)
        join record r on r.organisation = ${organisation} and r.id = f.id
      union all select ${organisation}, id, pos_from, pos_to, type, number, title, state, open, changed_at, body from x
      where pos_to is not null)
    insert into record (organisation, id, type, number, title, state, open, unit, requester, origin, opened_at, changed_at, since, closed_at,
      wake_at, due_at, version, pos, definition, body)
    select ${organisation}, id, type, number, title, state, open, unit, requester, origin, opened_at, changed_at, since, closed_at,
      wake_at, due_at, version, pos_from, definition, body from x where pos_to is null
    on conflict (organisation, id) do update set
      number = excluded.number, title = excluded.title, state = excluded.state, open = excluded.open, unit = excluded.unit,
      requester = excluded.requester, origin = excluded.origin, changed_at = excluded.changed_at, since = excluded.since,
      closed_at = excluded.closed_at,
      wake_at = case when record.id = any(${unplanned}) then record.wake_at else excluded.wake_at end,
      due_at = case when record.id = any(${unplanned}) then record.due_at else excluded.due_at end,
      version = excluded.version, pos = excluded.pos, definition = excluded.definition, body = excluded.body`;
}

function fieldChanges(organisation: string, touched: Touched[], typeOf: (s: RecordState) => RecordType): Statement[] {
  const gone: { record: string; field: string }[] = [];
  const come: (FieldRow & { type: string; record: string })[] = [];
  for (const { before, after } of touched) {
    const now = Map.groupBy(fieldRows(typeOf(after), after), (row) => row.field);
    const then = before
      ? Map.groupBy(fieldRows(typeOf(before), before), (row) => row.field)
      : new Map<string, FieldRow[]>();
    for (const field of new Set([...now.keys(), ...then.keys()])) {
      const rows = now.get(field) ?? [];
      if (JSON.stringify(rows) === JSON.stringify(then.get(field) ?? [])) continue;
      if (then.has(field)) gone.push({ record: after.id, field });
      for (const row of rows) come.push({ ...row, type: after.type, record: after.id });
    }
  }
  const statements: Statement[] = [];
  if (gone.length > 0)
    statements.push(sql`delete from record_field where organisation = ${organisation} and record = any(${recordsIn(gone)})
      and (record, field) in (select * from unnest(${gone.map(({ record }) => record)}::text[], ${gone.map(({ field }) => field)}::text[]))`);
  if (come.length > 0)
    statements.push(sql`insert into record_field select ${organisation} as organisation, x.* from jsonb_to_recordset(${JSON.stringify(come)}::jsonb)
      as x(type text, field text, t text, n double precision, m timestamptz, d date, record text)`);
  return statements;
}

/** Rows to go are looked for among those of their records, however small the tables were when the plan was made. */
const recordsIn = (rows: { record: string }[]) => [...new Set(rows.map(({ record }) => record))];

/** Keys of a record's unique gates: present only while it is in one of the gate's states and every field is filled. */
export function uniqueKeys(type: RecordType, state: RecordState): { gate: string; key: string }[] {
  return Object.values(type.gates).flatMap((gate) => {
    if (!gate.unique || (gate.while && !gate.while.includes(state.state))) return [];
    const values = gate.unique.map((field) => state.values[field]);
    return values.every((value) => value !== undefined)
      ? [{ gate: `${type.name}.${gate.name}`, key: uniqueKey(values) }]
      : [];
  });
}

function uniqueChanges(organisation: string, touched: Touched[], typeOf: (s: RecordState) => RecordType): Statement[] {
  const changed = touched.filter(
    ({ before, after }) =>
      JSON.stringify(before ? uniqueKeys(typeOf(before), before) : []) !==
      JSON.stringify(uniqueKeys(typeOf(after), after)),
  );
  if (changed.length === 0) return [];
  const rows = changed.flatMap(({ after }) =>
    uniqueKeys(typeOf(after), after).map((key) => ({ ...key, record: after.id })),
  );
  const gone = sql`delete from record_unique where organisation = ${organisation} and record = any(${changed.map(({ after }) => after.id)})`;
  if (rows.length === 0) return [gone];
  const come = sql`insert into record_unique select ${organisation} as organisation, x.* from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
    as x(gate text, key text, record text)`;
  return [gone, come];
}

function bigramChanges(
  organisation: string,
  touched: Touched[],
  typeOf: (s: RecordState) => RecordType,
  titles: Titles,
): Statement[] {
  const gramsOf = (state: RecordState, title: string) => new Set(bigrams(searchable(typeOf(state), state, title)));
  const gone: { record: string; gram: string }[] = [];
  const come: { gram: string; record: string }[] = [];
  for (const one of touched) {
    const { before, after } = one;
    const now = gramsOf(after, titles.now(one));
    const then = before ? gramsOf(before, titles.before(one, before)) : new Set<string>();
    for (const gram of then.difference(now)) gone.push({ record: after.id, gram });
    for (const gram of now.difference(then)) come.push({ gram, record: after.id });
  }
  const statements: Statement[] = [];
  if (gone.length > 0)
    statements.push(sql`delete from record_bigram b
      using unnest(${gone.map(({ gram }) => gram)}::text[], ${gone.map(({ record }) => record)}::text[]) as x(gram, record)
      where b.organisation = ${organisation} and b.gram = x.gram and b.record = x.record`);
  if (come.length > 0)
    statements.push(sql`insert into record_bigram select ${organisation} as organisation, x.* from jsonb_to_recordset(${JSON.stringify(come)}::jsonb)
      as x(gram text, record text) on conflict do nothing`);
  return statements;
}

/** Numbers used by these records advance their sequences; each sequence once. */
export function sequenceRows(
  organisation: string,
  used: { type: string; prefix: string; next: number }[],
): Statement[] {
  if (used.length === 0) return [];
  return [
    sql`insert into record_sequence select ${organisation} as organisation, x.* from jsonb_to_recordset(${JSON.stringify(used)}::jsonb)
      as x(type text, prefix text, next bigint)
    on conflict (organisation, type, prefix) do update set next = greatest(record_sequence.next, excluded.next)`,
  ];
}

export const typeUnder = (definitions: Map<string, Definition>) => (state: RecordState) => {
  const type = definitions.get(state.definition)?.records[state.type];
  if (!type)
    throw new Error(`record ${state.id}: its definition ${state.definition} or type ${state.type} is not loaded`);
  return type;
};
