import { sql } from 'kysely';
import type { RecordState } from '../../kernel/engine/types.ts';
import type { Definition, RecordType } from '../../kernel/pack/types.ts';
import { uniqueKey } from '../gather.ts';
import type { Tx } from '../module.ts';
import { bigrams, type FieldRow, fieldRows, searchable, titleOf } from './fields.ts';

/** A record before and after one command, and the position of the command's last event about it. */
export type Touched = { before?: RecordState; after: RecordState; pos: number };

export type Titles = (id: string) => string | undefined;

/**
 * Writes current state, past states, typed fields, unique keys and bigrams of the records a group touched.
 * Only what changed is rewritten. `typeOf` gives the definition a record opened under.
 */
export async function projectRecords(
  tx: Tx,
  organisation: string,
  touched: Touched[],
  typeOf: (state: RecordState) => RecordType,
  titles: Titles,
): Promise<void> {
  if (touched.length === 0) return;
  await writeVersions(tx, organisation, touched, typeOf, titles);
  const last = lastOf(touched);
  await writeRecords(tx, organisation, last, typeOf, titles);
  await writeFields(tx, organisation, last, typeOf);
  await writeUnique(tx, organisation, last, typeOf);
  await writeBigrams(tx, organisation, last, typeOf, titles);
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

async function writeRecords(
  tx: Tx,
  organisation: string,
  touched: Touched[],
  typeOf: (s: RecordState) => RecordType,
  titles: Titles,
) {
  const rows = touched.map(({ after, pos }) => ({
    id: after.id,
    type: after.type,
    number: after.number,
    title: titleOf(typeOf(after), after, titles),
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
    pos,
    definition: after.definition,
    body: after,
  }));
  await sql`insert into record (organisation, id, type, number, title, state, open, unit, requester, origin, opened_at, changed_at, since, closed_at,
      version, pos, definition, body)
    select ${organisation} as organisation, x.* from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x(
      id text, type text, number text, title text, state text, open boolean, unit text, requester text, origin text,
      opened_at timestamptz, changed_at timestamptz, since timestamptz, closed_at timestamptz, version int, pos bigint, definition text, body jsonb)
    on conflict (organisation, id) do update set
      number = excluded.number, title = excluded.title, state = excluded.state, open = excluded.open, unit = excluded.unit,
      requester = excluded.requester, origin = excluded.origin, changed_at = excluded.changed_at, since = excluded.since,
      closed_at = excluded.closed_at,
      version = excluded.version, pos = excluded.pos, definition = excluded.definition, body = excluded.body`.execute(
    tx,
  );
}

async function writeVersions(
  tx: Tx,
  organisation: string,
  touched: Touched[],
  typeOf: (s: RecordState) => RecordType,
  titles: Titles,
) {
  const rows = touched.map((one, index) => {
    const next = touched.slice(index + 1).find((later) => later.after.id === one.after.id);
    return {
      id: one.after.id,
      pos_from: one.pos,
      pos_to: next?.pos,
      type: one.after.type,
      number: one.after.number,
      title: titleOf(typeOf(one.after), one.after, titles),
      state: one.after.state,
      open: isOpen(typeOf(one.after), one.after),
      changed_at: one.after.changedAt,
      body: one.after,
    };
  });
  const firsts = new Map(touched.toReversed().map((one) => [one.after.id, one.pos]));
  await sql`update record_version v set pos_to = x.pos
    from jsonb_to_recordset(${JSON.stringify([...firsts].map(([id, pos]) => ({ id, pos })))}::jsonb) as x(id text, pos bigint)
    where v.organisation = ${organisation} and v.id = x.id and v.pos_to is null`.execute(tx);
  await sql`insert into record_version select ${organisation} as organisation, x.* from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x(
      id text, pos_from bigint, pos_to bigint, type text, number text, title text, state text, open boolean,
      changed_at timestamptz, body jsonb)`.execute(tx);
}

async function writeFields(tx: Tx, organisation: string, touched: Touched[], typeOf: (s: RecordState) => RecordType) {
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
  if (gone.length > 0) {
    await sql`delete from record_field f using jsonb_to_recordset(${JSON.stringify(gone)}::jsonb) as x(record text, field text)
      where f.organisation = ${organisation} and f.record = x.record and f.field = x.field`.execute(tx);
  }
  if (come.length > 0) {
    await sql`insert into record_field select ${organisation} as organisation, x.* from jsonb_to_recordset(${JSON.stringify(come)}::jsonb)
      as x(type text, field text, t text, n double precision, m timestamptz, d date, record text)`.execute(tx);
  }
}

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

async function writeUnique(tx: Tx, organisation: string, touched: Touched[], typeOf: (s: RecordState) => RecordType) {
  const changed = touched.filter(
    ({ before, after }) =>
      JSON.stringify(before ? uniqueKeys(typeOf(before), before) : []) !==
      JSON.stringify(uniqueKeys(typeOf(after), after)),
  );
  if (changed.length === 0) return;
  await sql`delete from record_unique where organisation = ${organisation} and record = any(${changed.map(({ after }) => after.id)})`.execute(
    tx,
  );
  const rows = changed.flatMap(({ after }) =>
    uniqueKeys(typeOf(after), after).map((key) => ({ ...key, record: after.id })),
  );
  if (rows.length === 0) return;
  await sql`insert into record_unique select ${organisation} as organisation, x.* from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
    as x(gate text, key text, record text)`.execute(tx);
}

async function writeBigrams(
  tx: Tx,
  organisation: string,
  touched: Touched[],
  typeOf: (s: RecordState) => RecordType,
  titles: Titles,
) {
  const gramsOf = (state: RecordState) =>
    new Set(bigrams(searchable(typeOf(state), state, titleOf(typeOf(state), state, titles))));
  const gone: { record: string; gram: string }[] = [];
  const come: { gram: string; record: string }[] = [];
  for (const { before, after } of touched) {
    const now = gramsOf(after);
    const then = before ? gramsOf(before) : new Set<string>();
    for (const gram of then.difference(now)) gone.push({ record: after.id, gram });
    for (const gram of now.difference(then)) come.push({ gram, record: after.id });
  }
  if (gone.length > 0) {
    await sql`delete from record_bigram b using jsonb_to_recordset(${JSON.stringify(gone)}::jsonb) as x(record text, gram text)
      where b.organisation = ${organisation} and b.record = x.record and b.gram = x.gram`.execute(tx);
  }
  if (come.length > 0) {
    await sql`insert into record_bigram select ${organisation} as organisation, x.* from jsonb_to_recordset(${JSON.stringify(come)}::jsonb)
      as x(gram text, record text) on conflict do nothing`.execute(tx);
  }
}

/** Numbers used by these records advance their sequences. */
export async function writeSequences(
  tx: Tx,
  organisation: string,
  used: { type: string; prefix: string; next: number }[],
): Promise<void> {
  if (used.length === 0) return;
  await sql`insert into record_sequence select ${organisation} as organisation, x.* from jsonb_to_recordset(${JSON.stringify(used)}::jsonb)
      as x(type text, prefix text, next bigint)
    on conflict (organisation, type, prefix) do update set next = greatest(record_sequence.next, excluded.next)`.execute(
    tx,
  );
}

export const typeUnder = (definitions: Map<string, Definition>) => (state: RecordState) => {
  const type = definitions.get(state.definition)?.records[state.type];
  if (!type)
    throw new Error(`record ${state.id}: its definition ${state.definition} or type ${state.type} is not loaded`);
  return type;
};
