import type { RecordState, Value } from '../engine/types.ts';
import type { Field, Parameter, Query } from '../pack/types.ts';
import {
  type Asked,
  type EntryThing,
  isPending,
  PENDING,
  type RowThing,
  readRowId,
  readSpan,
  type Thing,
  thingOf,
  unknown,
} from './things.ts';
import type { Scope, World } from './world.ts';

/** `of.name`; unknown when it is empty or there is no such thing. `path` is how the expression calls it. */
export function fieldOf(of: Thing, name: string, scope: Scope, path: () => string): Asked {
  const { world } = scope;
  if (typeof of === 'string') return followed(of, name, scope, path);
  if (typeof of !== 'object') return unknown(path());
  if (Array.isArray(of)) return ofEach(of, name, scope, path);
  switch (of.thing) {
    case undefined:
      return entryOf(of, name) ?? unknown(path());
    case 'record':
      return recordField(of.state, name, world) ?? unknown(path());
    case 'row':
      return rowField(of, name, scope) ?? unknown(path());
    case 'entry':
      return entryField(of, name) ?? unknown(path());
    case 'lists':
      return listNamed(name, scope) ?? unknown(path());
    case 'list':
      return Object.hasOwn(of.list.rows, name) ? { thing: 'entry', list: of.list, id: name } : unknown(path());
    case 'param':
      return parameterThing(entryOf(world.current.parameters, name)) ?? unknown(path());
    case 'acts':
      return { thing: 'act', name, act: entryOf(of.state.acts, name) };
    case 'act':
      return actField(of.act, name) ?? unknown(path());
    case 'span':
      return name === 'n' ? of.n : name === 'unit' ? of.unit : unknown(path());
    default:
      return of satisfies never;
  }
}

/** One file's field is its value; of several, each one's. An empty list has none. */
function ofEach(of: Thing[], name: string, scope: Scope, path: () => string): Asked {
  if (of.length === 0) return unknown(path());
  if (of.length === 1) return fieldOf(of[0]!, name, scope, path);
  const each = of.map((item) => fieldOf(item, name, scope, path));
  if (each.some(isPending)) return PENDING;
  return (
    each.find((asked) => typeof asked === 'object' && 'thing' in asked && asked.thing === 'unknown') ??
    (each as Thing[])
  );
}

/** Follows a reference by its id: a table row, a person, a unit, a gate, a clause, a parameter, else a record. */
function followed(id: string, name: string, scope: Scope, path: () => string): Asked {
  const { world } = scope;
  const row = readRowId(id);
  if (row) {
    const found = rowOf(id, world);
    if (found === PENDING) return PENDING;
    return (found && rowField(found as RowThing, name, scope)) ?? unknown(path());
  }
  const known = personField(id, name, world) ?? declared(id, name, world);
  if (known) return known.value ?? unknown(path());
  const state = world.record(id);
  if (state === PENDING) return PENDING;
  return (state && recordField(state as RecordState, name, world)) ?? unknown(path());
}

/** The row a row id points at. */
export function rowOf(id: string, world: World): RowThing | undefined | typeof PENDING {
  const place = readRowId(id)!;
  const state = world.record(place.record);
  if (state === undefined || state === PENDING) return state as undefined | typeof PENDING;
  const rows = recordField(state as RecordState, place.field, world);
  if (!Array.isArray(rows)) return undefined;
  return rows.find(
    (row): row is RowThing => typeof row === 'object' && 'row' in row && (row as RowThing).row.id === place.row,
  );
}

/** A member by a name that people wrote: never what every object has. */
export const entryOf = <T>(of: Record<string, T>, name: string): T | undefined =>
  Object.hasOwn(of, name) ? of[name] : undefined;

type Known = { value: Thing | undefined };

function personField(id: string, name: string, world: World): Known | undefined {
  const person = entryOf(world.directory.persons, id);
  if (person) return { value: (person as Record<string, Thing | undefined>)[name] };
  const unit = entryOf(world.directory.units, id);
  return unit && { value: (unit as Record<string, Thing | undefined>)[name] };
}

/** What the definition itself declares: gates as `type.gate`, clauses, parameters. */
function declared(id: string, name: string, world: World): Known | undefined {
  const dot = id.indexOf('.');
  if (dot > 0) {
    const type = entryOf(world.current.records, id.slice(0, dot));
    const gate = type && entryOf(type.gates, id.slice(dot + 1));
    if (gate) {
      const waive = typeof gate.waive === 'string' ? gate.waive : 'here';
      const values: Record<string, Thing> = {
        id,
        name: gate.name,
        record: id.slice(0, dot),
        pack: gate.pack,
        clause: gate.clauses,
        waive,
        text: gate.label.zh,
      };
      return { value: values[name] };
    }
    const clause = entryOf(world.current.clauses, id);
    if (clause) return { value: { id, pack: clause.pack, ref: clause.ref, text: clause.zh }[name] };
  }
  const parameter = entryOf(world.current.parameters, id);
  if (!parameter) return undefined;
  const values = {
    id,
    name: id,
    unit: parameter.unit,
    value: parameterThing(parameter),
    clause: parameter.setBy?.clause,
  };
  return { value: (values as Record<string, Thing | undefined>)[name] };
}

/** A record's own field, else what every record has. */
export function recordField(state: RecordState, name: string, world: World): Thing | undefined {
  const value = state.values[name];
  if (value !== undefined) {
    const field = world.typeOf(state)?.fields[name];
    return thingOf(value, field?.type, { record: state.id, field: name, from: field?.from });
  }
  return systemField(state, name);
}

function systemField(state: RecordState, name: string): Thing | undefined {
  switch (name) {
    case 'id':
    case 'state':
    case 'since':
    case 'number':
    case 'requester':
    case 'unit':
    case 'origin':
    case 'type':
      return state[name];
    case 'version':
      return state.edition ?? 1;
    case 'opened_at':
      return state.openedAt;
    case 'changed_at':
      return state.changedAt;
    case 'closed_at':
      return state.closedAt;
    case 'owed':
      return state.owed as unknown as Thing[];
    case 'acts':
      return { thing: 'acts', state };
    default:
      return undefined;
  }
}

function rowField(row: RowThing, name: string, scope: Scope): Thing | undefined {
  if (name === 'source') return sourceOf(row, scope);
  const value = row.row[name];
  if (value !== undefined) return cell(value as Value, row.columns[name]);
  return name === 'id' ? row.row.id : undefined;
}

const cell = (value: Value, column: Field | undefined): Thing =>
  thingOf(value, column?.type, { record: '', field: '' });

/** What a row came from: a row of a list, or the record its id names. */
export function sourceOf(row: RowThing, scope: Scope): Thing | undefined {
  const { source } = row.row;
  if (source === undefined) return undefined;
  if (row.from?.from.kind !== 'list') return source;
  const list = listOf(row.from, scope);
  return list && Object.hasOwn(list.rows, source) ? { thing: 'entry', list, id: source } : source;
}

const listOf = (query: Query, scope: Scope) =>
  query.from.kind === 'list' ? scope.world.editionOf(scope.self).lists[query.from.list] : undefined;

function entryField(entry: EntryThing, name: string): Thing | undefined {
  const row = entryOf(entry.list.rows, entry.id);
  if (!row) return undefined;
  if (name === 'id') return entry.id;
  if (name === 'label') return row.label.zh;
  const value = row.cells[name];
  if (value === undefined) return name === 'clause' ? row.clauses : undefined;
  return thingOf(value as Value, entry.list.columns[name], { record: '', field: '' });
}

function listNamed(name: string, scope: Scope): Thing | undefined {
  const list = entryOf(scope.world.editionOf(scope.self).lists, name);
  return list && { thing: 'list', list };
}

const TIME_UNITS = new Set(['minute', 'hour', 'day', 'workday', 'week', 'month', 'year']);

/** A parameter's value in force; time units make it a span. */
export function parameterThing(parameter: Parameter | undefined): Thing | undefined {
  if (!parameter) return undefined;
  if (typeof parameter.value !== 'number' || !TIME_UNITS.has(parameter.unit)) return parameter.value;
  return readSpan({ n: parameter.value, unit: parameter.unit });
}

function actField(
  act: { at: string; by?: string; for?: string; count: number; asked: object } | undefined,
  name: string,
): Thing | undefined {
  if (name === 'count') return act?.count ?? 0;
  if (!act) return undefined;
  return (act as Record<string, Thing | undefined>)[name];
}
