import type { Definition, ExampleFile } from '../../pack/types.ts';
import { applied, compute, draw, emptyTables } from '../compute.ts';
import { planOf } from '../plan.ts';
import { settled } from '../solve.ts';
import type { Directory, Moment, RecordState, Row, Value, Values } from '../types.ts';
import { begin } from '../work.ts';
import { answer, inputOf } from './answer.ts';
import { readFact } from './facts.ts';
import { ExampleFault } from './fault.ts';
import { momentText, type Reading, readGiven, resolveRow } from './given.ts';

/** An example's world: everybody, every record by its short name, every fact somebody gave. */
export type World = {
  definition: Definition;
  directory: Directory;
  records: Map<string, RecordState>;
  facts: Map<string, Value>;
  /** What modules keep as records: occurrences, alerts. */
  rows: Map<string, Row[]>;
  sequences: Map<string, number>;
  now: Moment;
  commands: number;
};

type Entry = Record<string, unknown>;

/** The unit above every other, where roles are held that serve the whole organisation. */
const ROOT = '(organisation)';
/** Roles that mean somebody of the unit itself. */
const OF_THE_UNIT = new Set(['unit_head']);

/** Reads the pack's world and the example's own givens; times without a zone are Taipei's. */
export function makeWorld(definition: Definition, shared: unknown[], example: ExampleFile['examples'][number]): World {
  const world: World = {
    definition,
    directory: { units: {}, persons: {}, grants: [], deputies: [] },
    records: new Map(),
    facts: new Map(),
    rows: new Map(),
    sequences: new Map(),
    now: firstMoment(example),
    commands: 0,
  };
  give(world, [...shared, ...example.given] as Entry[]);
  return world;
}

function firstMoment(example: ExampleFile['examples'][number]): Moment {
  const first = example.steps.map((step) => step.when.at).find((at) => typeof at === 'string');
  const at = first === undefined ? '2026-11-20T00:00:00.000Z' : momentText(String(first));
  return new Date(Date.parse(at) - 60_000).toISOString();
}

/** Adds givens: people and parameters first, then records (which may refer to one another), then facts. */
export function give(world: World, entries: Entry[]): void {
  const people = entries.filter((entry) => ['unit', 'person', 'param'].includes(firstKey(entry)));
  for (const entry of people) {
    if (firstKey(entry) === 'param') giveParameter(world, String(entry.param), entry.is);
    else givePerson(world, entry);
  }
  settleUnits(world);
  const records = entries.filter((entry) => world.definition.records[firstKey(entry)] !== undefined);
  for (const entry of records) world.records.set(String(entry[firstKey(entry)]), shell(world, entry));
  for (const entry of records) fillRecord(world, entry);
  for (const entry of entries.filter((one) => firstKey(one) === 'fact')) giveFact(world, entry);
  for (const entry of entries) giveOther(world, entry, [...people, ...records]);
  for (const entry of records) computeGiven(world, String(entry[firstKey(entry)]), entry);
}

export const firstKey = (entry: Entry): string => Object.keys(entry)[0] ?? '';

// ── people ─────────────────────────────────────────────────────────────────────────────────────────────────────────

function givePerson(world: World, entry: Entry): void {
  const { directory } = world;
  if (firstKey(entry) === 'unit') {
    const id = String(entry.unit);
    directory.units[id] = { id, name: id, ...(entry.under === undefined ? {} : { under: String(entry.under) }) };
    return;
  }
  const id = String(entry.person);
  const unit =
    entry.organisation !== undefined
      ? String(entry.organisation)
      : String(entry.unit ?? directory.persons[id]?.unit ?? ROOT);
  directory.persons[id] = { id, name: String(entry.name ?? id), unit };
  directory.units[unit] ??= { id: unit, name: unit };
  for (const role of list(entry.roles))
    grant(directory, id, role, entry.organisation === undefined && !OF_THE_UNIT.has(role) ? ROOT : unit);
  for (const principal of list(entry.deputy_for)) {
    directory.deputies.push({
      id: `${id}-${principal}`,
      for: principal,
      person: id,
      order: directory.deputies.length,
      from: String(entry.from ?? '1912-01-01'),
      until: String(entry.until ?? '9999-12-31'),
    });
  }
}

function grant(directory: Directory, person: string, role: string, unit: string): void {
  directory.grants.push({ id: `${person}-${role}-${unit}`, person, role, unit, from: '1912-01-01' });
}

const list = (value: unknown): string[] =>
  value === undefined ? [] : Array.isArray(value) ? value.map(String) : [String(value)];

function giveParameter(world: World, name: string, value: unknown): void {
  const parameter = world.definition.parameters[name];
  if (!parameter) throw new ExampleFault(`there is no parameter ${name}`);
  const parameters = {
    ...world.definition.parameters,
    [name]: { ...parameter, value: value as typeof parameter.value },
  };
  world.definition = { ...world.definition, parameters };
}

function settleUnits(world: World): void {
  const { units } = world.directory;
  units[ROOT] ??= { id: ROOT, name: ROOT };
  for (const unit of Object.values(units)) if (unit.id !== ROOT && unit.under === undefined) unit.under = ROOT;
  // Directories are indexed by their list of grants; a changed one is another list.
  world.directory = { ...world.directory, grants: [...world.directory.grants] };
}

// ── records ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What every record has, from an entry: `{ go_live: r1, state: review, requester: wang, … }`. */
function shell(world: World, entry: Entry): RecordState {
  const type = world.definition.records[firstKey(entry)]!;
  const id = String(entry[type.name]);
  const since = entry.since === undefined ? world.now : momentText(String(entry.since));
  const opened = entry.opened_at === undefined ? since : momentText(String(entry.opened_at));
  const state = String(entry.state ?? planOf(type).initial);
  if (!type.flow[state]) throw new ExampleFault(`${type.name} ${id} has no state ${state}`);
  const final = type.flow[state].final;
  const closed = entry.closed_at === undefined ? (final ? since : undefined) : momentText(String(entry.closed_at));
  const requester = type.fields.requester ? undefined : entry.requester;
  const unit = type.fields.unit ? undefined : entry.unit;
  const origin = type.fields.origin ? undefined : entry.origin;
  return {
    organisation: 'example',
    id,
    type: type.name,
    number: String(entry.number ?? id),
    definition: world.definition.hash,
    version: 1,
    state,
    since,
    openedAt: opened,
    changedAt: since,
    ...(closed === undefined ? {} : { closedAt: closed }),
    ...(unit === undefined ? {} : { unit: String(unit) }),
    ...(requester === undefined ? {} : { requester: String(requester) }),
    ...(origin === undefined ? {} : { origin: String(origin) }),
    ...(entry.version === undefined ? {} : { edition: Number(entry.version) }),
    values: {},
    acts: {},
    pending: {},
    seals: [],
    owed: [],
    fired: {},
    late: [],
    links: [],
    comments: 0,
  };
}

const NOT_FIELDS = new Set(['state', 'since', 'opened_at', 'closed_at', 'acts', 'number', 'version', 'owed', 'seals']);

function fillRecord(world: World, entry: Entry): void {
  const type = world.definition.records[firstKey(entry)]!;
  const state = world.records.get(String(entry[type.name]))!;
  const given = Object.fromEntries(
    Object.entries(entry).filter(
      ([name], i) =>
        i > 0 &&
        (type.fields[name] !== undefined || !(NOT_FIELDS.has(name) || ['requester', 'unit', 'origin'].includes(name))),
    ),
  );
  const { state: _state, since: _since, ...fields } = given;
  const values = readGiven(type, fields, readingOf(world));
  const acts = Object.fromEntries(
    Object.entries((entry.acts ?? {}) as Record<string, Entry>).map(([name, act]) => [name, actGiven(act)]),
  );
  world.records.set(state.id, { ...state, values: { ...emptyTables(type, values), ...values }, acts });
}

const actGiven = (act: Entry) => ({
  at: momentText(String(act.at)),
  ...(act.by === undefined ? {} : { by: String(act.by) }),
  ...(act.for === undefined ? {} : { for: String(act.for) }),
  count: Number(act.count ?? 1),
  asked: {},
});

export const readingOf = (world: World): Reading => ({
  definition: world.definition,
  row: (written) => resolveRow(world.records, written),
});

/** Computed fields an entry does not give itself. */
export function computeGiven(world: World, id: string, entry: Entry): void {
  const state = world.records.get(id)!;
  const type = world.definition.records[state.type]!;
  const input = inputOf(world, { kind: 'clock' });
  const computed = settled<{ values: Values }>(
    input,
    (at) => {
      const work = begin(at, 'given');
      const found = compute(work, type, state);
      const drawn = drawnEmpty(draw(work, type, state, 'open'), state);
      const values: Values = { ...drawn, ...found.values };
      return work.needs.size > 0 ? { needs: [...work.needs.values()] } : { values };
    },
    (needs, known) => answer(world, needs, known),
  );
  const values = Object.fromEntries(
    Object.entries(computed.values).filter(([name]) => entry[name] === undefined || !type.fields[name]?.is),
  );
  world.records.set(id, { ...state, values: applied(state.values, { values, cleared: [] }) });
}

/** Tables that would have been drawn without rows are known to be empty; others are as the example gives them. */
const drawnEmpty = (drawn: Values, state: RecordState): Values =>
  Object.fromEntries(
    Object.entries(drawn).filter(([name, rows]) => state.values[name] === undefined && (rows as Value[]).length === 0),
  );

function giveFact(world: World, entry: Entry): void {
  const fact = readFact(String(entry.fact), (name) => name);
  if (entry.is === undefined) world.facts.delete(fact);
  else world.facts.set(fact, momentsIn(entry.is as Value));
}

function momentsIn(value: Value): Value {
  if (typeof value === 'string') return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value) ? momentText(value) : value;
  if (Array.isArray(value)) return value.map(momentsIn);
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, momentsIn(inner)]))
    : value;
}

const MODULE_ROWS = ['occurrence', 'alert'];

function giveOther(world: World, entry: Entry, done: Entry[]): void {
  const kind = firstKey(entry);
  if (done.includes(entry) || kind === 'fact') return;
  if (!MODULE_ROWS.includes(kind)) throw new ExampleFault(`"${kind}" is no record type, person, unit, param or fact`);
  const { [kind]: id, ...fields } = entry;
  world.rows.set(kind, [
    ...(world.rows.get(kind) ?? []),
    { id: String(id), ...(momentsIn(fields as Value) as Values) },
  ]);
}
