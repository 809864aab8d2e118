import type { FunctionType, TypeScope } from '../cel/types.ts';
import { FILE_FIELDS, FUNCTIONS, SOURCES } from './functions.ts';
import { own } from './own.ts';
import type { Action, Definition, Field, List, Parameter, Query, RecordType, ValueType } from './types.ts';
import { isTimeUnit } from './units.ts';

/** What names mean where: the types of a record's fields, sets, acts, of parameters, lists, and of what a query yields. */

export type Names = Record<string, ValueType>;
/** Everything known before one expression is looked at. */
export type Known = Pick<Definition, 'records' | 'lists' | 'parameters' | 'duties' | 'roles' | 'clauses'> & {
  /** By record type: who opens it, so that `origin` has a type. */
  openers: Map<string, Set<string>>;
  cache: Map<string, Names>;
};

const text: ValueType = { is: 'text' };
const moment: ValueType = { is: 'moment' };
const number: ValueType = { is: 'number' };
const person: ValueType = { is: 'person' };
const anyRef: ValueType = { is: 'ref', to: 'any' };
export const any: ValueType = { is: 'any' };
export const yesNo: ValueType = { is: 'yes_no' };

/** Which types open which: a record opened by one type only has an `origin` of that type; duties and monitors open too. */
export function openersOf(definition: Definition): Map<string, Set<string>> {
  const openers = new Map<string, Set<string>>();
  const add = (opened: string, by: string) => openers.set(opened, (openers.get(opened) ?? new Set()).add(by));
  for (const duty of Object.values(definition.duties)) add(duty.proof.source.split(' ')[0]!, 'any');
  for (const { opens, compare } of Object.values(definition.monitors)) {
    const sides = [compare?.extra, compare?.missing, compare?.differs].flatMap((side) => side?.opens ?? []);
    for (const opening of [...opens, ...sides]) add(opening.record, 'any');
  }
  for (const type of Object.values(definition.records)) {
    for (const action of Object.values(type.actions))
      for (const opening of action.opens) add(opening.record, type.name);
    for (const { who } of type.actions.open?.by.flatMap((group) => group.any) ?? [])
      if (who.kind === 'act') add(type.name, who.record);
  }
  return openers;
}

/** Fields every record has beside its own. */
export const SYSTEM_FIELDS = [
  'number',
  'state',
  'since',
  'opened_at',
  'closed_at',
  'requester',
  'unit',
  'origin',
  'version',
  'owed',
  'acts',
] as const;

export function systemFields(type: RecordType | undefined, known: Known): Names {
  const state: ValueType = type ? { is: 'choice', of: `${type.name}.state` } : text;
  const openers = type ? known.openers.get(type.name) : undefined;
  const origin: ValueType = openers?.size === 1 ? { is: 'ref', to: [...openers][0]! } : anyRef;
  const owed: ValueType = { is: 'rows', of: { is: 'object', fields: { action: text, since: moment, due: moment } } };
  return {
    number: text,
    state,
    since: moment,
    opened_at: moment,
    closed_at: moment,
    requester: person,
    unit: { is: 'unit' },
    origin,
    version: number,
    owed,
    acts: { is: 'object', fields: type ? actsOf(type) : {} },
  };
}

function actsOf(type: RecordType): Names {
  return Object.fromEntries(Object.values(type.actions).map((action) => [action.name, actType(action, type)]));
}

function actType(action: Action, type: RecordType): ValueType {
  const asked = action.asks.map((name) => [name, seenAs(own(type.fields, name)?.type ?? any, undefined)]);
  const fields: Names = {
    at: moment,
    by: person,
    for: person,
    count: number,
    asked: { is: 'object', fields: Object.fromEntries(asked) },
  };
  return { is: 'object', fields };
}

/** A field as a condition sees it: a table is its rows. */
export function seenAs(type: ValueType, field: Field | undefined, known?: Known, owner?: RecordType): ValueType {
  if (type.is !== 'table') return type;
  return { is: 'rows', of: rowOf(type.columns, field, known, owner) };
}

function rowOf(columns: Record<string, Field>, field: Field | undefined, known?: Known, owner?: RecordType): ValueType {
  const cells = Object.values(columns).map((column): [string, ValueType] => [column.name, seenAs(column.type, column)]);
  const source = field?.from && known && owner ? itemOf(field.from, owner, known) : any;
  return { is: 'object', fields: { id: text, source, ...Object.fromEntries(cells) } };
}

/** The bare names of a record type: own fields, sets, system fields. */
export function namesOf(type: RecordType, known: Known): Names {
  const cached = known.cache.get(type.name);
  if (cached) return cached;
  const names: Names = { ...systemFields(type, known) };
  known.cache.set(type.name, names);
  for (const field of Object.values(type.fields)) names[field.name] = seenAs(field.type, field, known, type);
  for (const [name, query] of Object.entries(type.sets)) {
    const item = itemOf(query, type, known);
    names[name] = query.groupBy ? any : { is: 'rows', of: item };
  }
  return names;
}

/** Names every condition may use. */
export function commonNames(known: Known): Names {
  const cached = known.cache.get('*');
  if (cached) return cached;
  const params = Object.values(known.parameters).map((parameter) => [parameter.name, parameterType(parameter)]);
  const lists = Object.values(known.lists).map((list) => [list.name, { is: 'rows', of: listRow(list) }]);
  const names: Names = {
    now: moment,
    actor: person,
    param: { is: 'object', fields: Object.fromEntries(params) },
    lists: { is: 'object', fields: Object.fromEntries(lists) },
  };
  known.cache.set('*', names);
  return names;
}

export const OUTER_NAMES = ['this', 'now', 'actor', 'param', 'lists'];

export function parameterType(parameter: Parameter): ValueType {
  if (Array.isArray(parameter.value)) return { is: 'list', of: text };
  if (typeof parameter.value === 'boolean') return yesNo;
  if (typeof parameter.value === 'string') return parameter.unit === 'time_of_day' ? { is: 'time_of_day' } : text;
  return isTimeUnit(parameter.unit) ? { is: 'span' } : number;
}

export function listRow(list: List): ValueType {
  return { is: 'object', fields: { id: { is: 'choice', of: list.name }, label: text, ...list.columns } };
}

/** What one element of a query is. */
export function itemOf(query: Query, owner: RecordType | undefined, known: Known): ValueType {
  const { from } = query;
  switch (from.kind) {
    case 'record':
      return { is: 'ref', to: from.type };
    case 'module':
      return { is: 'ref', to: from.source };
    case 'list': {
      const list = own(known.lists, from.list);
      return list ? listRow(list) : any;
    }
    case 'table': {
      const field = owner && own(owner.fields, from.field);
      return field?.type.is === 'table' ? rowOf(field.type.columns, field, known, owner) : any;
    }
    case 'set': {
      const set = owner && own(owner.sets, from.set);
      return set ? itemOf(set, owner, known) : any;
    }
    case 'cel':
      return any;
    default:
      return from satisfies never;
  }
}

/** What one element of a many is; a single thing is its own element. */
export function elementOf(type: ValueType): ValueType {
  switch (type.is) {
    case 'choices':
      return { is: 'choice', of: type.of };
    case 'refs':
      return { is: 'ref', to: type.to };
    case 'files':
      return { is: 'object', fields: FILE_FIELDS };
    case 'rows':
    case 'list':
      return type.of;
    default:
      return type;
  }
}

/** The type of `x.name` for every type the language has. */
export function memberOf(type: ValueType, name: string, known: Known): ValueType | undefined {
  switch (type.is) {
    case 'object':
      return own(type.fields, name);
    case 'period':
      return name === 'start' || name === 'end' ? moment : undefined;
    case 'ref':
      return name === 'id' ? text : refMember(type.to, name, known);
    case 'person':
    case 'unit':
    case 'contact':
      return name === 'id' ? text : own(SOURCES[type.is], name);
    case 'files':
      return own(FILE_FIELDS, name);
    case 'any':
      return any;
    default:
      return undefined;
  }
}

function refMember(to: string, name: string, known: Known): ValueType | undefined {
  if (to === 'any' || to === '') return own(systemFields(undefined, known), name) ?? any;
  const [record, table] = to.split('.');
  const type = own(known.records, record!);
  if (type && table) {
    const field = own(type.fields, table);
    const row = field && elementOf(seenAs(field.type, field, known, type));
    return row && memberOf(row, name, known);
  }
  if (type) return own(fieldsAndSystem(type, known), name) ?? memberOfKinds(type, name, known);
  return own(SOURCES[to], name);
}

/** A set over a base type may hold its kinds: a field only some kinds have is still a field. */
function memberOfKinds(type: RecordType, name: string, known: Known): ValueType | undefined {
  for (const kind of Object.values(known.records)) {
    if (!kind.kinds.includes(type.name)) continue;
    const member = own(fieldsAndSystem(kind, known), name);
    if (member) return member;
  }
  return undefined;
}

/** Sets are asked by their own record only. */
function fieldsAndSystem(type: RecordType, known: Known): Names {
  const names = namesOf(type, known);
  return Object.keys(type.sets).length === 0
    ? names
    : Object.fromEntries(Object.entries(names).filter(([name]) => !own(type.sets, name)));
}

/** Row names of a list, or the states of `type.state` with those of its kinds. */
export function rowsOf(of: string, known: Known): string[] | undefined {
  const list = own(known.lists, of);
  if (list) return Object.keys(list.rows);
  const [record, state] = of.split('.');
  if (state !== 'state' || !own(known.records, record!)) return undefined;
  return Object.values(known.records)
    .filter((type) => type.name === record || type.kinds.includes(record!))
    .flatMap((type) => Object.keys(type.flow));
}

const CALLABLE: Record<string, FunctionType> = FUNCTIONS;

/** A scope for the type checker. Later names win over earlier ones. */
export function scopeOf(known: Known, ...names: Names[]): TypeScope {
  return {
    names: Object.assign({}, commonNames(known), ...names),
    functions: CALLABLE,
    fieldOf: (type, name) => memberOf(type, name, known),
    rowsOf: (list) => rowsOf(list, known),
  };
}

/** The scope of a record: its names and `this`. */
export function recordScope(type: RecordType, known: Known, extra: Names = {}): TypeScope {
  return scopeOf(known, namesOf(type, known), { this: { is: 'ref', to: type.name } }, extra);
}
