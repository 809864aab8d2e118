import { isKernelFunction } from '../cel/functions.ts';
import { parse, type Tree, walk } from '../cel/parse.ts';
import { outerSources } from '../cel/where.ts';
import type { Action, Field, Gate, RecordType } from '../pack/types.ts';

/** What deciding needs of a type again and again, worked out once. */
export type Plan = {
  computed: Field[];
  /** Tables with computed columns, the columns in order; `frozen` ones ask facts and stay as drawn. */
  computedTables: { field: Field; columns: { column: Field; frozen: boolean }[] }[];
  drawn: { field: Field; dependsOn: Set<string> }[];
  tables: Field[];
  order: Map<string, number>;
  initial: string;
  clocks: Action[];
  gates: (action: string) => Gate[];
};

const plans = new WeakMap<RecordType, Plan>();

export function planOf(type: RecordType): Plan {
  const known = plans.get(type);
  if (known) return known;
  const plan = makePlan(type);
  plans.set(type, plan);
  return plan;
}

function makePlan(type: RecordType): Plan {
  const fields = Object.values(type.fields);
  const tables = fields.filter((field) => field.type.is === 'table');
  const states = Object.values(type.flow);
  const guards = new Map<string, Gate[]>();
  for (const gate of Object.values(type.gates)) {
    for (const action of gate.guards) guards.set(action, [...(guards.get(action) ?? []), gate]);
  }
  return {
    computed: fields.filter((field) => field.is && field.type.is !== 'table'),
    computedTables: tables.map(computedColumns).filter((table) => table.columns.length > 0),
    drawn: fields.filter((field) => field.from).map((field) => ({ field, dependsOn: dependencies(field) })),
    tables,
    order: new Map(states.map((state, i) => [state.name, i])),
    initial: (states.find((state) => state.initial) ?? states[0])?.name ?? '',
    clocks: Object.values(type.actions).filter((action) => action.clock && action.when),
    gates: (action) => guards.get(action) ?? [],
  };
}

function computedColumns(field: Field): Plan['computedTables'][number] {
  const columns = field.type.is === 'table' ? Object.values(field.type.columns) : [];
  return {
    field,
    columns: columns.filter((column) => column.is).map((column) => ({ column, frozen: asksFacts(column.is!.cel) })),
  };
}

/** Whether an expression asks a module. */
export function asksFacts(cel: string): boolean {
  let asks = false;
  walk(parse(cel), (tree) => {
    if (tree.op === 'call' && !isKernelFunction(tree.name)) asks = true;
  });
  return asks;
}

/** Fields of the record itself that a query's `this.x` or bare outer names read. */
function dependencies(field: Field): Set<string> {
  const names = new Set<string>();
  for (const source of outerSources(field.from?.where)) addOwnNames(parse(source), names);
  if (field.from?.from.kind === 'cel') addOwnNames(parse(field.from.from.of.cel), names);
  if (field.from?.from.kind === 'table') names.add(field.from.from.field);
  return names;
}

function addOwnNames(tree: Tree, names: Set<string>): void {
  walk(tree, (part) => {
    if (part.op === 'field' && part.of.op === 'name' && part.of.name === 'this') names.add(part.name);
    else if (part.op === 'name' && part.name !== 'this') names.add(part.name);
  });
}

/** What an action does to the case, seen from a state: forward, back to an earlier state, an entry, or the end. */
export function kindOf(type: RecordType, action: Action, state: string): 'forward' | 'back' | 'entry' | 'end' {
  if (action.to === undefined || action.to === state) return 'entry';
  if (type.flow[action.to]?.final) return 'end';
  const { order } = planOf(type);
  return (order.get(action.to) ?? 0) < (order.get(state) ?? 0) ? 'back' : 'forward';
}

/** Ending a case without anybody's seal, by whoever asked for it. */
export function isWithdrawal(type: RecordType, action: Action, state: string): boolean {
  if (kindOf(type, action, state) !== 'end' || action.seal) return false;
  return action.by.every((group) =>
    group.any.some(({ who }) => who.kind === 'path' && who.path.length === 1 && who.path[0] === 'requester'),
  );
}
