import { evaluate } from '../cel/evaluate.ts';
import { type Asked, idOf, isKnown, isPending, type RowThing, storedValue, type Thing } from '../cel/things.ts';
import { type Scope, withLocal } from '../cel/world.ts';
import type { Field, RecordType } from '../pack/types.ts';
import { planOf } from './plan.ts';
import { select } from './select.ts';
import type { RecordState, Row, Value, Values } from './types.ts';
import { scopeOf, type Work } from './work.ts';

/** What changes in a record beside what people wrote: computed fields, tables drawn or redrawn. */
export type Computed = { values: Values; cleared: string[] };

const ROUNDS = 3;

/**
 * Computed fields and columns of a record as it would stand. Computed fields may read one another, so up to three rounds are
 * made; what is unknown is empty. A column that asks facts is frozen with its row and asked only for rows without it.
 */
export function compute(work: Work, type: RecordType, state: RecordState): Computed {
  const plan = planOf(type);
  const all: Computed = { values: {}, cleared: [] };
  if (plan.computed.length === 0 && plan.computedTables.length === 0) return all;
  let at = state;
  for (let round = 0; round < ROUNDS; round++) {
    const found = computeOnce(work, type, at);
    if (Object.keys(found.values).length === 0 && found.cleared.length === 0) break;
    at = { ...at, values: applied(at.values, found) };
    Object.assign(all.values, found.values);
    all.cleared = [...all.cleared.filter((name) => !(name in found.values)), ...found.cleared];
  }
  return all;
}

/** Values with changes applied. */
export function applied(values: Values, changes: Computed): Values {
  const next = { ...values, ...changes.values };
  for (const name of changes.cleared) delete next[name];
  return next;
}

function computeOnce(work: Work, type: RecordType, state: RecordState): Computed {
  const plan = planOf(type);
  const scope = scopeOf(work, state);
  const found: Computed = { values: {}, cleared: [] };
  for (const field of plan.computed) {
    const asked = evaluate(field.is!, scope);
    if (isPending(asked)) continue;
    const value = isKnown(asked) ? storedValue(asked) : undefined;
    if (value === undefined) {
      if (state.values[field.name] !== undefined) found.cleared.push(field.name);
    } else if (!sameValue(value, state.values[field.name])) found.values[field.name] = value;
  }
  for (const table of plan.computedTables) {
    const rows = computedRows(table, state, scope);
    if (rows) found.values[table.field.name] = rows as Value;
  }
  return found;
}

/** The table's rows with their computed columns, when anything changed. */
function computedRows(
  table: { field: Field; columns: { column: Field; frozen: boolean }[] },
  state: RecordState,
  scope: Scope,
): Row[] | undefined {
  const rows = state.values[table.field.name] as Row[] | undefined;
  if (!rows || rows.length === 0) return undefined;
  let changed = false;
  const next = rows.map((row) => {
    const inner = withLocal(scope, 'item', rowThing(state.id, table.field, row));
    const cells: Values = {};
    for (const { column, frozen } of table.columns) {
      if (frozen && row[column.name] !== undefined) continue;
      const asked = evaluate(column.is!, inner);
      const value = isKnown(asked) ? storedValue(asked) : undefined;
      if (value !== undefined && !sameValue(value, row[column.name])) cells[column.name] = value;
    }
    if (Object.keys(cells).length === 0) return row;
    changed = true;
    return { ...row, ...cells } as Row;
  });
  return changed ? next : undefined;
}

/** A row as conditions see it. */
export function rowThing(record: string, field: Field, row: Row): RowThing {
  const columns = field.type.is === 'table' ? field.type.columns : {};
  return { thing: 'row', record, field: field.name, row, columns, ...(field.from ? { from: field.from } : {}) };
}

export const sameValue = (a: Value | undefined, b: Value | undefined): boolean =>
  a === b || (typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b));

/**
 * Tables drawn from queries and lists: at opening, at the action they name, and again when a field their query names has
 * changed. Rows that were there keep their answers; a query that is unknown leaves the table as it is.
 */
export function draw(
  work: Work,
  type: RecordType,
  state: RecordState,
  when: 'open' | { action: string } | { changed: string[] },
): Values {
  const values: Values = {};
  for (const { field, dependsOn } of planOf(type).drawn) {
    if (!isDue(field, state, dependsOn, when)) continue;
    const asked = select(work, field.from!, scopeOf(work, state));
    if (!isKnown(asked) || !Array.isArray(asked)) continue;
    const before = (state.values[field.name] ?? []) as Row[];
    values[field.name] = asked.flatMap((thing) => rowFor(thing, before)) as Value;
  }
  return values;
}

function isDue(
  field: Field,
  state: RecordState,
  dependsOn: Set<string>,
  when: 'open' | { action: string } | { changed: string[] },
): boolean {
  if (when === 'open') return field.at === undefined;
  if ('action' in when) return field.at === when.action;
  if (field.at !== undefined && state.values[field.name] === undefined) return false;
  return when.changed.some((name) => dependsOn.has(name));
}

function rowFor(thing: Thing, before: Row[]): Row[] {
  const source = idOf(thing);
  if (source === undefined) return [];
  return [before.find((row) => row.source === source) ?? ({ id: source.replace(/[#/]/g, '.'), source } as Row)];
}

/** Typed-in tables begin without rows: known to be empty, not unknown. */
export function emptyTables(type: RecordType, values: Values): Values {
  const tables = planOf(type).tables.filter((field) => !field.from && !field.is && values[field.name] === undefined);
  return Object.fromEntries(tables.map((field) => [field.name, []]));
}

/** Whether a value counts as nothing. */
export const isEmpty = (asked: Asked | Value | undefined): boolean =>
  asked === undefined || asked === '' || (Array.isArray(asked) && asked.length === 0);
