import { checkExpression } from '../cel/check.ts';
import { type Origins, said } from './build/build.ts';
import type { Drawn, Draws } from './build/which.ts';
import type { Report } from './diagnostics.ts';
import { SOURCES } from './functions.ts';
import { own } from './own.ts';
import {
  any,
  elementOf,
  itemOf,
  type Known,
  memberOf,
  type Names,
  namesOf,
  OUTER_NAMES,
  recordScope,
  scopeOf,
} from './scope.ts';
import type { Field, Query, RecordType, ValueType } from './types.ts';
import { parseWhere } from './where.ts';
import { inside } from './yaml.ts';

/** Compiling, after the merge: everything needed to look at one expression or query. */
export type Compile = { known: Known; report: Report; origins: Origins; draws: Draws };

const MODULE_SOURCES = ['occurrence', 'alert', 'person', 'clause', 'gate', 'parameter'] as const;
type ModuleSource = (typeof MODULE_SOURCES)[number];

/** What a query is drawn from: a table or set of this record, a record type, a list, a module's records, or an expression. */
export function resolveSource(query: Query, owner: RecordType | undefined, compile: Compile): void {
  const from = compile.draws.get(query)?.from;
  if (from === undefined) return;
  const records = compile.known.records;
  if (owner && own(owner.fields, from)?.type.is === 'table') query.from = { kind: 'table', field: from };
  else if (owner && own(owner.sets, from)) query.from = { kind: 'set', set: from };
  else if (from.startsWith('lists.') && own(compile.known.lists, from.slice(6)))
    query.from = { kind: 'list', list: from.slice(6) };
  else if (own(records, from)) query.from = { kind: 'record', type: from };
  else if ((MODULE_SOURCES as readonly string[]).includes(from))
    query.from = { kind: 'module', source: from as ModuleSource };
}

/** Every query of a record type, with what it belongs to. */
export function queriesOf(type: RecordType): Query[] {
  const fields = Object.values(type.fields).flatMap(fieldQueries);
  const follow = Object.values(type.actions).flatMap((action) => [
    ...action.opens.flatMap((opening) => (opening.each ? [opening.each] : [])),
    ...action.does.flatMap((effect) => ('each' in effect && effect.each ? [effect.each] : [])),
  ]);
  const gates = Object.values(type.gates).flatMap((gate) => (gate.each ? [gate.each] : []));
  return [...fields, ...Object.values(type.sets), ...follow, ...gates, ...(type.see?.staff ?? [])];
}

function fieldQueries(field: Field): Query[] {
  const slots = field.type.is === 'files' && field.type.slots ? [field.type.slots] : [];
  const columns = field.type.is === 'table' ? Object.values(field.type.columns).flatMap(fieldQueries) : [];
  return [...(field.from ? [field.from] : []), ...slots, ...columns];
}

/** Computed fields that state no type get the one their expression has; a few rounds, since they may build on each other. */
export function inferTypes(compile: Compile): void {
  for (let round = 0; round < 3; round++) {
    let changed = false;
    for (const type of Object.values(compile.known.records))
      for (const field of Object.values(type.fields)) changed = inferField(field, type, {}, compile) || changed;
    compile.known.cache.clear();
    if (!changed) return;
  }
}

function inferField(field: Field, type: RecordType, extra: Names, compile: Compile): boolean {
  let changed = false;
  if (field.type.is === 'table') {
    const row = elementOf(memberOf({ is: 'ref', to: type.name }, field.name, compile.known) ?? any);
    for (const column of Object.values(field.type.columns))
      changed = inferField(column, type, { item: row }, compile) || changed;
  }
  if (!field.is || field.type.is !== 'any' || said(compile.origins, field, 'type')) return changed;
  const typed = checkExpression(field.is.cel, recordScope(type, compile.known, extra));
  if ('problems' in typed || typed.type.is === 'any') return changed;
  field.type = storable(typed.type);
  return true;
}

/** Rows of records are kept as references. */
function storable(type: ValueType): ValueType {
  if ((type.is === 'rows' || type.is === 'list') && type.of.is === 'ref') return { is: 'refs', to: type.of.to };
  return type;
}

/** Reads a query's `where` against its candidates; `self` is what `this` means, when there is a `this`. */
export function resolveWhere(
  query: Query,
  owner: RecordType | undefined,
  self: ValueType | undefined,
  compile: Compile,
): void {
  const drawn = compile.draws.get(query);
  if (!drawn?.where || query.where) return;
  const sure = alwaysInRow(query, owner, compile.known);
  const where = readWhere(drawn, query, { item: itemOfQuery(query, owner, compile), sure }, self, compile);
  if (where) query.where = where;
}

/** What one element is, also where the source is an expression. */
export function itemOfQuery(
  query: Query,
  owner: RecordType | undefined,
  compile: Compile,
  extra: Names = {},
): ValueType {
  if (query.from.kind !== 'cel') return itemOf(query, owner, compile.known);
  const scope = owner ? recordScope(owner, compile.known, extra) : scopeOf(compile.known, extra);
  const typed = checkExpression(query.from.of.cel, scope);
  return 'problems' in typed ? any : elementOf(typed.type);
}

/** What a `where` looks at, and which of its bare names are surely filled (for rows, where the type does not say). */
type Candidate = { item: ValueType; sure?: ((name: string) => boolean) | undefined };

export function readWhere(
  drawn: Drawn,
  place: object,
  { item: candidate, sure }: Candidate,
  self: ValueType | undefined,
  compile: Compile,
): Query['where'] {
  if (!drawn.where) return undefined;
  const names = { ...candidateNames(candidate, compile.known), item: candidate, ...(self ? { this: self } : {}) };
  const read = parseWhere(drawn.where.source, {
    types: scopeOf(compile.known, names),
    outer: new Set(OUTER_NAMES),
    always: (path) => alwaysThere(candidate, path, sure, compile.known),
  });
  for (const problem of read.problems) {
    const code = problem.code === 'syntax' ? 'wrong-type' : problem.code;
    const at = inside(compile.origins.get(place), drawn.where.offset + problem.offset);
    compile.report(code, at, problem.message, problem.remedy);
  }
  return read.where;
}

function candidateNames(candidate: ValueType, known: Known): Names {
  if (candidate.is === 'object') return candidate.fields;
  if (candidate.is === 'person' || candidate.is === 'unit') return SOURCES[candidate.is]!;
  if (candidate.is !== 'ref') return {};
  const [record, table] = candidate.to.split('.');
  const type = own(known.records, record!);
  if (!type) return own(SOURCES, candidate.to) ?? {};
  if (table) {
    const row = elementOf(namesOf(type, known)[table] ?? any);
    return row.is === 'object' ? row.fields : {};
  }
  const kinds = Object.values(known.records).filter((kind) => kind.kinds.includes(type.name));
  return Object.assign({}, ...[...kinds, type].map((each) => withoutSets(each, known)));
}

const withoutSets = (type: RecordType, known: Known): Names =>
  Object.fromEntries(Object.entries(namesOf(type, known)).filter(([name]) => !own(type.sets, name)));

/** System fields a record may lack: it is not closed, nobody asked for it, nothing opened it. */
const MAY_LACK = ['closed_at', 'origin', 'requester'];

function alwaysThere(candidate: ValueType, path: string[], sure: Candidate['sure'], known: Known): boolean {
  if (path[0] === 'item' && path.length === 1) return true;
  const [first, second] = path;
  if (sure ? !sure(first!) : !firstAlways(candidate, first!, known)) return false;
  if (second === undefined) return true;
  const next = memberOf(candidate, first!, known);
  return next !== undefined && firstAlways(next, second, known);
}

function firstAlways(candidate: ValueType, name: string, known: Known): boolean {
  if (candidate.is !== 'ref' || candidate.to.includes('.')) return true;
  const type = own(known.records, candidate.to);
  const field = type && own(type.fields, name);
  if (field) return field.required.includes('*');
  return !type || !MAY_LACK.includes(name);
}

/** A column some act requires is filled when that act looks; a list's cell counts when every row has it. */
function alwaysInRow(query: Query, owner: RecordType | undefined, known: Known): Candidate['sure'] {
  if (query.from.kind === 'list') {
    const list = own(known.lists, query.from.list);
    return (name) =>
      name === 'id' || Object.values(list?.rows ?? {}).every((row) => own(row.cells, name) !== undefined);
  }
  const field = query.from.kind === 'table' ? owner && own(owner.fields, query.from.field) : undefined;
  if (field?.type.is !== 'table') return undefined;
  const columns = field.type.columns;
  return (name) => {
    const column = own(columns, name);
    return !column || column.required.length > 0 || column.is !== undefined;
  };
}
