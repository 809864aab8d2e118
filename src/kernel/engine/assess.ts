import { holds } from '../cel/evaluate.ts';
import { type Asked, isPending } from '../cel/things.ts';
import type { Action, RecordType } from '../pack/types.ts';
import type { Refusal } from '../refusal.ts';
import { applied, compute, draw } from './compute.ts';
import { type AllJudged, judgeAll, type Waive } from './judge-all.ts';
import { unconfirmed } from './marks.ts';
import { isWithdrawal, kindOf } from './plan.ts';
import { type Always, missingAsked, missingFields } from './required.ts';
import { askingOf, mayFill, type Standing, standing } from './standing.ts';
import type { Backfill, Paper, RecordState, Values } from './types.ts';
import { readValues } from './values.ts';
import { awaitsConfirmation, notInThisState, notYours, papersOwed } from './words.ts';
import { editionOf, scopeOf, type Work } from './work.ts';

export type Doing = {
  record: string;
  action: string;
  values: Values;
  waive: Waive[];
  /** Done by another record's act or by the clock's: its values were written by the pack. */
  nested: boolean;
  /** Done earlier than entered. */
  backfill?: Backfill | undefined;
  /** Signed on paper by somebody else, whose standing counts. */
  paper?: Paper | undefined;
  /** Done by who voted before; now confirmed by a second person, whose own standing is another matter. */
  counted?: Standing & { may: true };
};

/** An action weighed but not done: why not, or everything needed to do it. */
export type Stage = {
  state: RecordState;
  candidate: RecordState;
  changes: { values: Values; cleared: string[] };
  /** What the action asks for, from this actor or from who voted before. */
  given: Values;
  /** What else this actor wrote along with it. */
  written: Values;
  standing: Standing & { may: true };
  renews: boolean;
  counted: boolean;
  missing: Refusal[];
  judged: AllJudged;
  refusals: Refusal[];
  /** The refusals stand whatever else is still to be asked. */
  final: boolean;
};

/** Weighs an action in the order of the language: who, never, state, then required fields and gates together. */
export function assess(
  work: Work,
  type: RecordType,
  state: RecordState,
  action: Action,
  doing: Doing,
): Stage | { stopped: Refusal } {
  const scope = scopeOf(work, state);
  const begins = action.from.includes(state.state);
  const owed = state.owed.some((one) => one.action === action.name);
  const stands = doing.counted ?? standing(work, askingOf(action), scope);
  if (stands.may === false) return { stopped: stands.refusal };
  const wrong = wrongState(work, type, state, action, begins, owed);
  if (wrong) return { stopped: wrong };
  const given = withEarlierVotes(state, action, doing.values);
  const read = readValues(
    type.fields,
    doing.nested ? writable(type, given) : permitted(work, type, state, action, given),
    {
      definition: editionOf(work.input, state),
      directory: work.input.directory,
      before: state.values,
    },
  );
  const forbidden = doing.nested ? [] : notPermitted(work, type, state, action, doing.values);
  const early = [...read.refusals, ...forbidden];
  const candidate = candidateOf(work, type, state, action, read);
  // Filling a section along with an act is also saving it, and must pass what guards saving.
  const written = doing.nested ? [] : Object.keys(doing.values).filter((name) => !action.asks.includes(name));
  const missing = [
    ...missingFields(type, candidate, 'save', { fields: new Set(written) }, scopeOf(work, candidate)),
    ...missingAsked(type, doing.nested ? [] : action.asks, (name) => name in doing.values || given[name] !== undefined),
    ...missingFields(
      type,
      candidate,
      action.name,
      alwaysFor(type, state, action, doing.nested || owed),
      scopeOf(work, candidate),
    ),
  ];
  const judged = judgeAll(
    work,
    type,
    candidate,
    written.length > 0 ? [action.name, 'save'] : [action.name],
    action.to ?? state.state,
    doing.waive,
  );
  const refusals = early.length > 0 ? early : [...uniqueFields(missing), ...judged.refusals];
  const changes = {
    values: { ...changesBetween(state.values, candidate.values), ...judged.values },
    cleared: clearedBetween(state.values, candidate.values),
  };
  const sure = stands.may === true ? stands : { may: true as const, ballots: [] };
  return {
    state,
    candidate,
    changes,
    given: partOf(read.values, (name) => action.asks.includes(name)),
    written: partOf(doing.values, (name) => written.includes(name)),
    standing: sure,
    renews: owed && !begins,
    counted: doing.counted !== undefined,
    missing,
    judged,
    refusals,
    final: early.length > 0,
  };
}

/** Going on asks for every required field of the sections open in this state; going back, withdrawing and registers moved by papers do not. */
function alwaysFor(type: RecordType, state: RecordState, action: Action, lenient: boolean): Always {
  // What entered as a list at the start, and never through a form, is asked only for what an action names.
  if (!state.acts.open) return { none: true };
  const kind = kindOf(type, action, state.state);
  const goesOn = kind === 'forward' || (kind === 'end' && !isWithdrawal(type, action, state.state));
  return lenient || !goesOn ? { none: true } : { sections: sectionsOpen(type, state.state) };
}

const partOf = (values: Values, has: (name: string) => boolean): Values =>
  Object.fromEntries(Object.entries(values).filter(([name]) => has(name)));

const uniqueFields = (refusals: Refusal[]): Refusal[] => {
  const seen = new Set<string>();
  return refusals.filter(({ gate, line }) => {
    const key = `${gate} ${line ?? ''}`;
    return seen.has(key) ? false : seen.add(key);
  });
};

// ── state ──────────────────────────────────────────────────────────────────────────────────────────────────────────

function wrongState(
  work: Work,
  type: RecordType,
  state: RecordState,
  action: Action,
  begins: boolean,
  owed: boolean,
): Refusal | undefined {
  if (!begins && !owed) return notInThisState(type, state, action);
  if (action.when) {
    const applies = holds(action.when, scopeOf(work, state));
    if (applies !== true && !isPending(applies as Asked)) return notInThisState(type, state, action);
  }
  if (work.input.actor.kind === 'clock') return undefined;
  const kind = kindOf(type, action, state.state);
  if (kind === 'entry' || kind === 'back' || isWithdrawal(type, action, state.state)) return undefined;
  if (unconfirmed(state).length > 0) return awaitsConfirmation(work.input.directory, state);
  return owed || state.owed.length === 0 ? undefined : papersOwed(type, state);
}

const sectionsOpen = (type: RecordType, state: string): Set<string> =>
  new Set(
    Object.values(type.sections).flatMap((section) =>
      section.filled !== 'none' && section.filled.in.includes(state) ? [section.name] : [],
    ),
  );

// ── values ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What earlier voters of an unfinished quorum gave counts as given. */
function withEarlierVotes(state: RecordState, action: Action, values: Values): Values {
  const earlier = (state.pending[action.name] ?? []).map((one) => one.asked);
  return Object.assign({}, ...earlier, values) as Values;
}

const writable = (type: RecordType, values: Values): Values =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !type.fields[name]?.is));

/** Fields the action asks for, and those the actor may write in this state anyway. */
function permitted(work: Work, type: RecordType, state: RecordState, action: Action, values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).filter(([name]) => isPermitted(work, type, state, action, name) !== false),
  );
}

function isPermitted(
  work: Work,
  type: RecordType,
  state: RecordState,
  action: Action,
  name: string,
): boolean | 'pending' {
  const field = type.fields[name];
  if (!field || action.asks.includes(name)) return true;
  if (field.is) return false;
  return mayFill(work, state, field.section, scopeOf(work, state));
}

function notPermitted(work: Work, type: RecordType, state: RecordState, action: Action, values: Values): Refusal[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const field = type.fields[name];
    if (!field || field.is || JSON.stringify(value) === JSON.stringify(state.values[name])) return [];
    if (isPermitted(work, type, state, action, name) !== false) return [];
    return [notYours(name, field.label)];
  });
}

/** The record as it would stand: values in, tables of this action drawn, fields computed. */
function candidateOf(
  work: Work,
  type: RecordType,
  state: RecordState,
  action: Action,
  read: { values: Values; cleared: string[] },
): RecordState {
  const filled = { ...state, values: applied(state.values, read) };
  const changed = [...Object.keys(read.values), ...read.cleared];
  const redrawn = { ...filled, values: { ...filled.values, ...draw(work, type, filled, { changed }) } };
  const drawn = { ...redrawn, values: { ...redrawn.values, ...draw(work, type, redrawn, { action: action.name }) } };
  return { ...drawn, values: applied(drawn.values, compute(work, type, drawn)) };
}

export function changesBetween(before: Values, after: Values): Values {
  return Object.fromEntries(
    Object.entries(after).filter(
      ([name, value]) => value !== before[name] && JSON.stringify(value) !== JSON.stringify(before[name]),
    ),
  );
}

export const clearedBetween = (before: Values, after: Values): string[] =>
  Object.keys(before).filter((name) => after[name] === undefined);
