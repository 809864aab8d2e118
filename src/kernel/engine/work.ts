import { hash } from 'node:crypto';
import { PENDING, type Pending } from '../cel/things.ts';
import type { Scope, World } from '../cel/world.ts';
import type { Definition, RecordType } from '../pack/types.ts';
import type { Refusal } from '../refusal.ts';
import { evolve } from './evolve.ts';
import { personalPaths } from './personal.ts';
import { select } from './select.ts';
import type { Decision, EngineEvent, GateSeen, Input, Need, RecordState, Seed, Value, Vote } from './types.ts';

/** One decision in the making: what it asked for, what it changed so far. Thrown away whole when refused. */
export type Work = {
  input: Input;
  world: World;
  command: string;
  states: Map<string, RecordState>;
  events: EngineEvent[];
  needs: Map<string, Need>;
  effects: Decision['effects'];
  warnings: Refusal[];
  waived: Record<string, string>;
  waitingFor: string[];
  /** How many ids were derived, and the next free number per sequence. */
  ids: number;
  numbers: Map<string, number>;
  /** The vote being carried out now that somebody else has confirmed it: what its act sets off is its signer's doing, under the same mark. */
  behalf?: Vote;
  /** The acts being done around the present one, outermost first. */
  around: { record: string; type: string; action: string }[];
  /** What evaluation read, for whoever wakes the record again. */
  reads: { records: Set<string>; types: Set<string>; facts: Set<string> };
  /** By record, the checkpoint its samples were drawn with. */
  sampled: Map<string, Seed>;
};

/** An act writes at most this many events or is refused whole (DESIGN.md section 4). */
export const MOST_EVENTS = 500;

/** A fresh decision over what is known. */
export function begin(input: Input, command: string): Work {
  const work = {
    input,
    command,
    states: new Map(),
    events: [],
    needs: new Map(),
    effects: [],
    warnings: [],
    waived: {},
    waitingFor: [],
    ids: 0,
    numbers: new Map(),
    around: [],
    reads: { records: new Set(), types: new Set(), facts: new Set() },
    sampled: new Map(),
  } as Omit<Work, 'world'> as Work;
  work.world = worldOf(work);
  return work;
}

function worldOf(work: Work): World {
  const { input } = work;
  return {
    now: input.now,
    actor: input.actor.kind === 'clock' ? undefined : input.actor.person,
    directory: input.directory,
    calendar: input.calendar,
    current: input.current,
    typeOf: (state) => typeOf(work, state),
    editionOf: (state) => (state ? editionOf(input, state) : input.current),
    record: (id) => recordOf(work, id),
    isLoaded: (id) => work.states.has(id) || input.known.records.has(id),
    select: (query, scope) => select(work, query, scope),
    fact: (name, args) => factOf(work, name, args),
  };
}

/** The definition a record opened under, else the one in force. */
export const editionOf = (input: Input, state: RecordState): Definition =>
  input.definitions.get(state.definition) ?? input.current;

/** The declared type of a record; undefined when no definition knows it. */
export const typeOf = (work: Work, state: RecordState): RecordType | undefined =>
  editionOf(work.input, state).records[state.type] ?? work.input.current.records[state.type];

/** A record as this decision sees it: changed here, known, absent, or to be asked for. */
export function recordOf(work: Work, id: string): RecordState | undefined | Pending {
  work.reads.records.add(id);
  const changed = work.states.get(id);
  if (changed) return changed;
  const known = work.input.known.records;
  if (known.has(id)) return known.get(id);
  ask(work, { need: 'record', key: `record|${id}`, id });
  return PENDING;
}

function factOf(work: Work, name: string, args: Value[]): Value | undefined | Pending {
  work.reads.facts.add(name);
  const key = `fact|${name}|${JSON.stringify(args)}`;
  const { facts } = work.input.known;
  if (facts.has(key)) return facts.get(key);
  ask(work, { need: 'fact', key, name, args });
  return PENDING;
}

/** Notes a question to be answered outside before deciding again. */
export function ask(work: Work, need: Need): void {
  work.needs.set(need.key, need);
}

export const scopeOf = (work: Work, self: RecordState | undefined): Scope => ({ world: work.world, self });

/** Adds an event and folds it at once, so that what follows sees it. */
export function emit(
  work: Work,
  state: RecordState | undefined,
  event: {
    stream: string;
    type: EngineEvent['type'];
    data: Record<string, unknown>;
    gates?: GateSeen[];
    clauses?: string[];
  },
): RecordState {
  const data = compact({ ...event.data, sampled: seedFor(work, state, event) });
  const happened = { stream: event.stream, type: event.type, data, ...moment(work) };
  const next = evolve(state, happened);
  const type = typeOf(work, next);
  const personal = personalPaths(type, next, event.type, data);
  const gates = event.gates && event.gates.length > 0 ? { gates: event.gates } : {};
  const clauses = event.clauses && event.clauses.length > 0 ? { clauses: event.clauses } : {};
  work.events.push({ stream: event.stream, type: event.type, data, personal, ...gates, ...clauses });
  work.states.set(next.id, next);
  return next;
}

const DRAWING: EngineEvent['type'][] = ['record.opened', 'record.filled', 'record.acted', 'record.settled'];

/** The first event of a record that drew a sample says with what: anybody can repeat it. */
function seedFor(work: Work, state: RecordState | undefined, { type, stream }: Pick<EngineEvent, 'type' | 'stream'>) {
  return state?.sampled || !DRAWING.includes(type) ? undefined : work.sampled.get(stream);
}

/** Asks something as if somebody else were acting; nothing may be emitted meanwhile. */
export function asIf<T>(work: Work, person: string | undefined, ask: () => T): T {
  if (person === undefined) return ask();
  const { input, world } = work;
  work.input = { ...input, actor: { kind: 'person', person, factor: 'none' } };
  work.world = { ...world, actor: person };
  try {
    return ask();
  } finally {
    work.input = input;
    work.world = world;
  }
}

/** When, who and where, as every event of this decision carries it. */
export function moment(work: Work): { at: string; actor: { person?: string }; organisation: string } {
  const { actor, now, organisation } = work.input;
  const person = actor.kind === 'clock' ? undefined : actor.person;
  return { at: now, actor: person === undefined ? {} : { person }, organisation };
}

function compact(data: Record<string, unknown>): { [key: string]: Value } {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined)) as {
    [key: string]: Value;
  };
}

/** An id that follows from the command alone: the same command decides the same ids on every pass and replay. */
export function nextId(work: Work): string {
  work.ids += 1;
  return derivedId(`${work.command}/${work.ids}`);
}

/** SHA-256 of a text in the shape of a UUID (version 8, RFC 9562). */
export function derivedId(from: string): string {
  const digits = hash('sha256', from, 'hex');
  const variant = ((Number.parseInt(digits[16]!, 16) & 0x3) | 0x8).toString(16);
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-8${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
}

/** Where a decision stood, to go back to when one clock action among several is refused. */
export function mark(work: Work): () => void {
  const { events, effects, warnings, ids } = work;
  const [eventCount, effectCount, warningCount] = [events.length, effects.length, warnings.length];
  const states = new Map(work.states);
  const numbers = new Map(work.numbers);
  return () => {
    events.length = eventCount;
    effects.length = effectCount;
    warnings.length = warningCount;
    work.ids = ids;
    work.states = states;
    work.numbers = numbers;
  };
}
