import { type QueryResult, sql } from 'kysely';
import type { Known, Moment, Need, RecordState, Value } from '../kernel/engine/types.ts';
import type { Definition, Query, Where } from '../kernel/pack/types.ts';
import { newestCheckpoint } from './ledger-rows.ts';
import type { Module, Tx } from './module.ts';
import { whereSql } from './store/where-sql.ts';

/** Nothing known yet. */
export const unknownWorld = (): Known => ({
  records: new Map(),
  sets: new Map(),
  facts: new Map(),
  taken: new Map(),
  sequences: new Map(),
});

/** A declared set is read whole; more than this is a sign of a set that should have been narrowed. */
const LARGEST_SET = 5_000;
/** Deciding asks in passes; more than this many is a circle, a defect. */
const MOST_PASSES = 40;

export type Asking = {
  tx: Tx;
  organisation: string;
  definition: Definition;
  modules: Module[];
  now: Moment;
  /** What was asked, by key: for sets, so that they can be forgotten when their records change; of all, for what an act read. */
  needs: Map<string, Need>;
};

/**
 * Asks `decide` again and again, answering what it still needs, until it needs nothing: facts are gathered in passes,
 * each pass one query per kind of need, whatever the number of questions.
 */
export async function settle<Answer>(
  asking: Asking,
  known: Known,
  decide: () => Answer | { needs: Need[] },
): Promise<Answer> {
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const outcome = decide();
    if (!needsMore(outcome)) return outcome;
    await answer(asking, known, outcome.needs);
  }
  throw new Error(`deciding still asks after ${MOST_PASSES} passes`);
}

export const needsMore = (outcome: unknown): outcome is { needs: Need[] } =>
  typeof outcome === 'object' && outcome !== null && 'needs' in outcome;

/** Answers every need into `known`; a record or fact that is absent is known to be absent. */
export async function answer(asking: Asking, known: Known, needs: Need[]): Promise<void> {
  const of = <K extends Need['need']>(kind: K) =>
    needs.filter((need): need is Extract<Need, { need: K }> => need.need === kind);
  for (const need of needs) if (need.need !== 'record') asking.needs.set(need.key, need);
  await answerRecords(asking, known, of('record'));
  await answerSets(asking, known, of('set'));
  await answerFacts(asking, known, of('fact'));
  await answerUnique(asking, known, of('unique'));
  await answerSequences(asking, known, of('sequence'));
  if (of('seed').length > 0) known.seed = await seedOf(asking);
}

async function answerRecords({ tx, organisation }: Asking, known: Known, needs: { id: string }[]) {
  const ids = [...new Set(needs.map((need) => need.id))].filter((id) => !known.records.has(id));
  if (ids.length === 0) return;
  noteRecords(known, ids, await recordStates(organisation, ids).execute(tx));
}

export type RecordRow = { id: string; body: RecordState };

/** The present states of these records, of those that are there. */
export const recordStates = (organisation: string, ids: string[]) =>
  sql<RecordRow>`select id, body from record where organisation = ${organisation} and id = any(${ids})`;

export function noteRecords(known: Known, asked: string[], { rows }: QueryResult<RecordRow>): void {
  for (const id of asked) known.records.set(id, undefined);
  for (const { id, body } of rows) known.records.set(id, body);
}

async function answerSets(asking: Asking, known: Known, needs: Extract<Need, { need: 'set' }>[]) {
  for (const need of needs) {
    if (known.sets.has(need.key)) continue;
    const rows = await setOf(asking, need.query, need.outer);
    known.sets.set(need.key, rows);
    for (const row of rows === 'unknown' ? [] : rows) if (!known.records.has(row.id)) known.records.set(row.id, row);
  }
}

/** Records a query names, oldest first (newest first by a system moment when it asks for the newest). */
export async function setOf(
  asking: Asking,
  query: Query,
  outer: Record<string, Value>,
): Promise<RecordState[] | 'unknown'> {
  // What no module keeps as records yet (occurrences, alerts) is unknown, never empty.
  if (query.from.kind !== 'record') return 'unknown';
  const types = kindsOf(asking.definition, query.from.type);
  const condition = query.where ? whereSql(query.where, outer) : sql<boolean>`true`;
  const found = await sql<{ body: RecordState }>`
    select c.body from record c
    where c.organisation = ${asking.organisation} and c.type = any(${types}) and ${condition}
    order by c.opened_at, c.id limit ${LARGEST_SET + 1}`.execute(asking.tx);
  if (found.rows.length > LARGEST_SET) throw new Error(`set "${query.source}" has more than ${LARGEST_SET} records`);
  return found.rows.map((row) => row.body);
}

/** A type and everything that extends it. */
export const kindsOf = (definition: Definition, type: string): string[] => [
  type,
  ...Object.values(definition.records)
    .filter((record) => record.kinds.includes(type))
    .map((record) => record.name),
];

async function answerFacts(
  { tx, organisation, modules, now }: Asking,
  known: Known,
  needs: Extract<Need, { need: 'fact' }>[],
) {
  const byName = Map.groupBy(
    needs.filter((need) => !known.facts.has(need.key)),
    (need) => need.name,
  );
  for (const [name, asked] of byName) {
    const answerer = modules.map((module) => module.facts?.[name]).find((found) => found !== undefined);
    // A fact no module answers is unknown, and unknown is never a pass.
    const values = answerer
      ? await answerer(
          tx,
          asked.map(({ args }) => ({ organisation, args, now })),
        )
      : [];
    asked.forEach((need, index) => {
      known.facts.set(need.key, values[index]);
    });
  }
}

/** How a unique gate's values stand in record_unique. */
export const uniqueKey = (values: Value[]): string => JSON.stringify(values);

async function answerUnique({ tx, organisation }: Asking, known: Known, needs: Extract<Need, { need: 'unique' }>[]) {
  for (const need of needs) {
    if (known.taken.has(need.key)) continue;
    const found = await sql<{ record: string }>`
      select record from record_unique
      where organisation = ${organisation} and gate = ${`${need.type}.${need.gate}`} and key = ${uniqueKey(need.values)} and record <> ${need.except}`.execute(
      tx,
    );
    known.taken.set(need.key, found.rows[0]?.record);
  }
}

async function answerSequences(
  { tx, organisation }: Asking,
  known: Known,
  needs: Extract<Need, { need: 'sequence' }>[],
) {
  for (const need of needs) {
    if (known.sequences.has(need.key)) continue;
    const found = await sql<{ next: string }>`
      select next from record_sequence where organisation = ${organisation} and type = ${need.type} and prefix = ${need.prefix}`.execute(
      tx,
    );
    known.sequences.set(need.key, Number(found.rows[0]?.next ?? 1));
  }
}

/** What samples are drawn with: the root of the newest checkpoint; `none` while nothing is sealed yet. */
async function seedOf({ tx, organisation }: Asking): Promise<NonNullable<Known['seed']>> {
  const newest = await newestCheckpoint(tx, organisation);
  return newest ? { size: newest.size, root: newest.root } : 'none';
}

/** The types whose records decide whether a query's answer still holds: its own, and those one reference step away. */
export function touchedBy(definition: Definition, query: Query): Set<string> | 'any' {
  if (query.from.kind !== 'record') return new Set();
  const types = new Set(kindsOf(definition, query.from.type));
  const steps = query.where ? referenceSteps(query.where) : false;
  return steps ? 'any' : types;
}

function referenceSteps(where: Where): boolean {
  switch (where.op) {
    case 'and':
    case 'or':
      return where.args.some(referenceSteps);
    case 'not':
      return referenceSteps(where.arg);
    case 'given':
      return where.path.length > 1;
    case 'true':
      return isStep(where.operand);
    default:
      return isStep(where.left) || isStep(where.right);
  }
}
const isStep = (operand: { candidate: string[]; rows?: true } | object) =>
  'candidate' in operand && operand.candidate.length > 1 && !operand.rows;
