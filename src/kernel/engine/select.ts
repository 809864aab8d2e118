import { evaluate } from '../cel/evaluate.ts';
import { recordField, sourceOf } from '../cel/fields.ts';
import {
  type Asked,
  type EntryThing,
  isKnown,
  isPending,
  isUnknown,
  order,
  PENDING,
  type RecordThing,
  type RowThing,
  storedValue,
  type Thing,
  unknown,
} from '../cel/things.ts';
import { matches, outerSources } from '../cel/where.ts';
import type { Scope } from '../cel/world.ts';
import type { Query, Where } from '../pack/types.ts';
import { grouped, sampled } from './sample.ts';
import type { RecordState, Row, Value } from './types.ts';
import { ask, typeOf, type Work } from './work.ts';

/**
 * Answers a query for whoever the scope says asks. Tables, lists and other sets are filtered here; records and what modules keep
 * are asked for outside and then brought up to date with what this decision has already changed; then the newest, a sample or
 * groups are taken. An unknown on the asker's
 * side makes the whole set unknown.
 */
export function select(work: Work, query: Query, scope: Scope): Asked {
  const outer = outerValues(query.where, scope);
  if (isPending(outer as Asked)) return PENDING;
  if (isUnknown(outer as Asked)) return outer as Asked;
  const values = outer as Record<string, Value>;
  const found = sourceThings(work, query, values, scope);
  if (!isKnown(found) || !Array.isArray(found)) return found;
  const ordered = query.newest ? newest(found, query.newest, scope) : found;
  const chosen = query.sample && Array.isArray(ordered) ? sampled(work, query, ordered, scope) : ordered;
  return query.groupBy && Array.isArray(chosen) ? grouped(query.groupBy, chosen, scope) : chosen;
}

function outerValues(where: Where | undefined, scope: Scope): Record<string, Value> | Asked {
  const values: Record<string, Value> = {};
  let pending = false;
  const missing: string[] = [];
  for (const source of outerSources(where)) {
    const asked = evaluate(source, scope);
    if (isPending(asked)) pending = true;
    else if (isUnknown(asked)) missing.push(...asked.names);
    else values[source] = storedValue(asked) ?? '';
  }
  if (pending) return PENDING;
  return missing.length > 0 ? unknown(...missing) : values;
}

function sourceThings(work: Work, query: Query, outer: Record<string, Value>, scope: Scope): Asked {
  const { from } = query;
  switch (from.kind) {
    case 'record':
    case 'module':
      return outside(work, query, outer, scope);
    case 'table':
      return tableRows(query, from.field, outer, scope);
    case 'list':
      return listEntries(query, from.list, outer, scope);
    case 'set': {
      const set = scope.self && work.world.typeOf(scope.self)?.sets[from.set];
      if (!set) return unknown(from.set);
      return filtered(select(work, set, { ...scope, locals: undefined }), query, outer, scope);
    }
    case 'cel': {
      const asked = evaluate(from.of, scope);
      return filtered(Array.isArray(asked) || !isKnown(asked) ? asked : [asked], query, outer, scope);
    }
    default:
      return from satisfies never;
  }
}

// ── records ────────────────────────────────────────────────────────────────────────────────────────────────────────

const queryKeys = new WeakMap<Query, string>();

/** What a query asks, as text. */
export function queryKey(query: Query): string {
  const known = queryKeys.get(query);
  if (known) return known;
  const key = JSON.stringify([query.from, query.where]);
  queryKeys.set(query, key);
  return key;
}

function outside(work: Work, query: Query, outer: Record<string, Value>, scope: Scope): Asked {
  const type = query.from.kind === 'record' ? query.from.type : undefined;
  if (type) work.reads.types.add(type);
  const key = `set|${queryKey(query)}|${JSON.stringify(outer)}`;
  const known = work.input.known.sets.get(key);
  if (known === undefined) {
    ask(work, { need: 'set', key, query, outer, ...(scope.self ? { self: scope.self.id } : {}) });
    return PENDING;
  }
  if (known === 'unknown') return unknown(query.source);
  const current = type ? broughtUpToDate(work, type, query, known as RecordState[], outer) : known;
  return current.map((item) => ('seals' in item ? recordThing(item as RecordState) : (item as unknown as Thing)));
}

const recordThing = (state: RecordState): RecordThing => ({ thing: 'record', state });

/** What this decision changed counts: records that no longer match leave, records that now match join. */
function broughtUpToDate(
  work: Work,
  type: string,
  query: Query,
  answered: RecordState[],
  outer: Record<string, Value>,
): RecordState[] {
  if (work.states.size === 0) return answered;
  const find = (id: string) => work.states.get(id) ?? work.input.known.records.get(id);
  const fits = (state: RecordState) => !query.where || matches(query.where, state, outer, find);
  const before = answered.filter((state) => !work.states.has(state.id));
  const changed = [...work.states.values()].filter((state) => isKind(work, state, type) && fits(state));
  return [...before, ...changed];
}

/** Whether a record is of a type or of a kind of it. */
export const isKind = (work: Work, state: RecordState, type: string): boolean =>
  state.type === type || (typeOf(work, state)?.kinds.includes(type) ?? false);

// ── tables, lists, other sets ──────────────────────────────────────────────────────────────────────────────────────

function tableRows(query: Query, field: string, outer: Record<string, Value>, scope: Scope): Asked {
  const rows = scope.self && recordField(scope.self, field, scope.world);
  if (!Array.isArray(rows)) return unknown(field);
  return rows.filter((thing) => !query.where || matches(query.where, flatRow(thing as RowThing, scope), outer));
}

/** A row as a candidate: its cells, and its source by id. */
function flatRow(thing: RowThing, scope: Scope): Row {
  if (thing.row.source === undefined || !thing.from) return thing.row;
  const source = sourceOf(thing, scope);
  return {
    ...thing.row,
    source: source === undefined ? thing.row.source : ((storedValue(source) as string) ?? thing.row.source),
  };
}

function listEntries(query: Query, name: string, outer: Record<string, Value>, scope: Scope): Asked {
  const list = scope.world.editionOf(scope.self).lists[name];
  if (!list) return unknown(`lists.${name}`);
  return Object.entries(list.rows)
    .filter(([id, row]) => !query.where || matches(query.where, { id, ...(row.cells as Record<string, Value>) }, outer))
    .map(([id]): EntryThing => ({ thing: 'entry', list, id }));
}

function filtered(asked: Asked, query: Query, outer: Record<string, Value>, scope: Scope): Asked {
  if (!query.where || !isKnown(asked) || !Array.isArray(asked)) return asked;
  const kept: Thing[] = [];
  for (const thing of asked) {
    const candidate = candidateOf(thing, scope);
    if (candidate === PENDING) return PENDING;
    if (candidate && matches(query.where, candidate as RecordState | Row, outer)) kept.push(thing);
  }
  return kept;
}

function candidateOf(thing: Thing, scope: Scope): RecordState | Row | undefined | typeof PENDING {
  if (typeof thing === 'string') return scope.world.record(thing) as RecordState | undefined | typeof PENDING;
  if (typeof thing !== 'object' || Array.isArray(thing)) return undefined;
  if (thing.thing === 'record') return thing.state;
  if (thing.thing === 'row') return flatRow(thing, scope);
  if (thing.thing === 'entry') return { id: thing.id, ...(thing.list.rows[thing.id]!.cells as Record<string, Value>) };
  return thing.thing === undefined ? (thing as unknown as Row) : undefined;
}

/** The one with the greatest value of a field; none when nothing has it. */
function newest(things: Thing[], field: string, scope: Scope): Asked {
  let best: { thing: Thing; value: Thing } | undefined;
  for (const thing of things) {
    const candidate = candidateOf(thing, scope);
    if (candidate === PENDING) return PENDING;
    if (!candidate) continue;
    const value =
      'seals' in candidate
        ? recordField(candidate as RecordState, field, scope.world)
        : ((candidate as Row)[field] as Thing);
    if (value === undefined) continue;
    if (!best || (order(value, best.value) ?? 0) > 0) best = { thing, value };
  }
  return best ? [best.thing] : [];
}
