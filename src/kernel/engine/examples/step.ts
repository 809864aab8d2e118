import { isRefused, type Refusal } from '../../refusal.ts';
import { solve } from '../solve.ts';
import type { Actor, Command, Decision, RecordState, Value, Values } from '../types.ts';
import { isRevision } from '../versions.ts';
import { answer, inputOf } from './answer.ts';
import { ExampleFault } from './fault.ts';
import { momentText, readGiven } from './given.ts';
import { find } from './select.ts';
import { computeGiven, firstKey, give, readingOf, type World } from './world.ts';

/** What a step brought about. */
export type Happened = {
  refusals: Refusal[];
  decisions: Decision[];
  refusedGates: string[];
  /** The record the step was about, when it was about one. */
  record?: string;
};

const nothing = (): Happened => ({ refusals: [], decisions: [], refusedGates: [] });

/** Runs one `when`: an act, a save, an opening, the clock, or a change of the world itself. */
export function runStep(world: World, when: Record<string, unknown>): Happened {
  if (typeof when.at === 'string') world.now = momentText(when.at);
  if (when.opens !== undefined) return runOpen(world, when);
  if (when.clock === true) return runClock(world);
  if (typeof when.does === 'string') return runAct(world, when.does, when);
  if (when.set !== undefined) return runSet(world, when);
  if (when.record !== undefined && typeof when.record === 'object') {
    give(world, [when.record as Record<string, unknown>]);
    return nothing();
  }
  give(world, [when]);
  return nothing();
}

function actorOf(world: World, when: Record<string, unknown>): Actor {
  if (when.clock === true || when.who === undefined) return { kind: 'clock' };
  const person = String(when.who);
  if (!world.directory.persons[person]) throw new ExampleFault(`there is no person ${person}`);
  return { kind: 'person', person, factor: 'password' };
}

// ── commands ───────────────────────────────────────────────────────────────────────────────────────────────────────

function runAct(world: World, does: string, when: Record<string, unknown>): Happened {
  const dot = does.lastIndexOf('.');
  const state = find(world, does.slice(0, dot));
  const action = does.slice(dot + 1);
  const type = world.definition.records[state.type]!;
  if (action !== 'save' && !type.actions[action] && !isRevision(type, state, action))
    throw new ExampleFault(`${type.name} has no action ${action}`);
  const values = readGiven(type, (when.with ?? {}) as Values, readingOf(world));
  const id = nextCommand(world);
  const command: Command =
    action === 'save'
      ? { do: 'save', id, record: state.id, values }
      : { do: 'act', id, record: state.id, action, with: values, waive: waivers(when.waive) };
  return { ...command1(world, command, actorOf(world, when)), record: state.id };
}

/** `waive: {lead_time: {reason: …}}`, or the gates' names alone. */
function waivers(waive: unknown): { gate: string; with: Values }[] {
  if (waive === undefined) return [];
  if (typeof waive === 'string') return [{ gate: waive, with: {} }];
  if (Array.isArray(waive))
    return waive.flatMap((one) => (typeof one === 'object' && 'gate' in one ? [one as never] : waivers(one)));
  return Object.entries(waive as Record<string, Values>).map(([gate, values]) => ({ gate, with: values }));
}

function runOpen(world: World, when: Record<string, unknown>): Happened {
  const wanted = when.opens as Record<string, Value>;
  const name = firstKey(wanted);
  const type = world.definition.records[name];
  if (!type) throw new ExampleFault(`there is no record type ${name}`);
  const record = String(wanted[name]);
  const { origin, unit, ...fields } = Object.fromEntries(Object.entries(wanted).slice(1));
  const system = {
    ...(type.fields.origin && origin !== undefined ? { origin } : {}),
    ...(type.fields.unit && unit !== undefined ? { unit } : {}),
  };
  const values = readGiven(type, { ...fields, ...system }, readingOf(world));
  const command: Command = {
    do: 'open',
    id: nextCommand(world),
    type: name,
    record,
    values,
    ...(type.fields.origin || origin === undefined ? {} : { origin: String(origin) }),
    ...(type.fields.unit || unit === undefined ? {} : { unit: String(unit) }),
    ...(when.prepared === undefined ? {} : { prepared: String(when.prepared) }),
  };
  return { ...command1(world, command, actorOf(world, when), name), record };
}

const nextCommand = (world: World): string => {
  world.commands += 1;
  return `command ${world.commands}`;
};

function command1(world: World, command: Command, actor: Actor, opens?: string): Happened {
  const outcome = solve(inputOf(world, actor), command, (needs, known) => answer(world, needs, known));
  if (isRefused(outcome)) {
    const type = opens ?? ('record' in command && command.record ? world.records.get(command.record)?.type : undefined);
    return { refusals: outcome.refused, decisions: [], refusedGates: gatesIn(world, type, outcome.refused) };
  }
  remember(world, outcome);
  const type = opens ?? world.records.get(outcome.record)?.type;
  return { refusals: [], decisions: [outcome], refusedGates: gatesIn(world, type, outcome.warnings) };
}

/** A gate seen refusing, or warning, counts for its type and for the types it is a kind of. */
function gatesIn(world: World, type: string | undefined, refusals: Refusal[]): string[] {
  const names = refusals.flatMap(({ gate }) => (gate === undefined || gate.startsWith('required.') ? [] : [gate]));
  const types = type === undefined ? [] : [type, ...(world.definition.records[type]?.kinds ?? [])];
  const direct = types.flatMap((one) =>
    names.filter((gate) => world.definition.records[one]?.gates[gate]).map((gate) => `${one}.${gate}`),
  );
  return direct.length > 0
    ? direct
    : Object.values(world.definition.records).flatMap((one) =>
        names.filter((gate) => one.gates[gate]).map((gate) => `${one.name}.${gate}`),
      );
}

function remember(world: World, decision: Decision): void {
  for (const [id, state] of decision.states) world.records.set(id, state);
  for (const event of decision.events) {
    const used = event.data.sequence as { type: string; prefix: string; next: number } | undefined;
    if (used) world.sequences.set(`sequence|${used.type}|${used.prefix}`, used.next);
  }
}

// ── clock ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const MOST_ROUNDS = 5;

/** Ticks every record until nothing more happens. */
function runClock(world: World): Happened {
  const happened = nothing();
  for (let round = 0; round < MOST_ROUNDS; round++) {
    let moved = false;
    for (const id of [...world.records.keys()]) {
      const ticked = command1(world, { do: 'tick', id: nextCommand(world), record: id }, { kind: 'clock' });
      if (ticked.decisions.every((decision) => decision.events.length === 0)) continue;
      moved = true;
      happened.decisions.push(...ticked.decisions);
      happened.refusedGates.push(...clockRefusals(world, ticked.decisions));
    }
    if (!moved) break;
  }
  return happened;
}

/** Gates that held back a clock action. */
function clockRefusals(world: World, decisions: Decision[]): string[] {
  return decisions.flatMap((decision) =>
    decision.events.flatMap((event) => {
      const held = event.data.refused as { codes: string[] } | undefined;
      const type = String(event.data.type);
      return (held?.codes ?? [])
        .filter((code) => world.definition.records[type]?.gates[code])
        .map((code) => `${type}.${code}`);
    }),
  );
}

// ── the world moves ────────────────────────────────────────────────────────────────────────────────────────────────

/** `{ set: t1, state: destroyed, … }`: what somebody did elsewhere. */
function runSet(world: World, when: Record<string, unknown>): Happened {
  const { set, state: to, at: _at, ...fields } = when;
  const state = find(world, String(set));
  const type = world.definition.records[state.type]!;
  if (to !== undefined && !type.flow[String(to)]) throw new ExampleFault(`${type.name} has no state ${to}`);
  const { requester, unit, origin, acts: _acts, ...rest } = fields as Values & { acts?: unknown };
  const system = Object.fromEntries(
    Object.entries({ requester, unit, origin }).filter(([name, value]) => value !== undefined && !type.fields[name]),
  );
  const own = Object.fromEntries(
    Object.entries({ requester, unit, origin }).filter(([name, value]) => value !== undefined && type.fields[name]),
  );
  const values = mergeTables(state, readGiven(type, { ...rest, ...own }, readingOf(world)));
  const moved: Partial<RecordState> =
    to === undefined
      ? {}
      : { state: String(to), since: world.now, ...(type.flow[String(to)]!.final ? { closedAt: world.now } : {}) };
  world.records.set(state.id, {
    ...state,
    ...(system as Partial<RecordState>),
    ...moved,
    changedAt: world.now,
    values: { ...state.values, ...values },
  });
  computeGiven(world, state.id, fields);
  return nothing();
}

/** Rows set by what they came from answer drawn rows; others replace the table. */
function mergeTables(state: RecordState, values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const before = state.values[name];
      const bySource =
        Array.isArray(value) && value.length > 0 && value.every((row) => typeof row === 'object' && 'source' in row);
      if (!bySource || !Array.isArray(before) || before.length === 0) return [name, value];
      const given = value as { [key: string]: Value }[];
      const merged = (before as { [key: string]: Value }[]).map((row) => {
        const found = given.find((one) => one.source === row.source);
        return found ? { ...row, ...found, id: row.id! } : row;
      });
      return [name, merged as Value];
    }),
  );
}
