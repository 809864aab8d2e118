import { parse, walk } from '../cel/parse.ts';
import type { Action, Gate, RecordType } from '../pack/types.ts';
import type { Refusal } from '../refusal.ts';
import { text } from '../text.ts';
import { assess, type Stage } from './assess.ts';
import { viewOf } from './gates.ts';
import { judgeAll } from './judge-all.ts';
import { kindOf } from './plan.ts';
import type { ActionView, GateView, Input, Need, RecordState, Waiting } from './types.ts';
import { REVISE } from './versions.ts';
import { waitingFor } from './waiting.ts';
import { begin, typeOf, type Work } from './work.ts';

/** What the page shows before anybody submits. */
export type Preview = { actions: ActionView[]; waiting: Waiting[] };

/**
 * Every action possible in a record's present state (and every owed one), for this actor and now: allowed, or each refusal; each
 * gate with its outcome, failing items, what is unknown, and the remedy. Fields an action asks for are not held against it, nor
 * are gates that read them: they are judged when it is done. `only` narrows to some actions.
 */
export function preview(
  input: Input,
  record: RecordState,
  options: { actions?: string[] } = {},
): Preview | { needs: Need[] } {
  const work = begin(input, 'preview');
  const type = typeOf(work, record);
  if (!type) return { actions: [], waiting: [] };
  const shown = Object.values(type.actions).filter(
    (action) => isShown(record, action) && (options.actions?.includes(action.name) ?? true),
  );
  const actions = shown.map((action) => actionView(work, type, record, action));
  if (type.versioned === record.state && !type.actions[REVISE]) actions.push(revision(type));
  const found = waitingFor(work, record);
  return work.needs.size > 0 ? { needs: [...work.needs.values()] } : { actions, waiting: found };
}

const isShown = (record: RecordState, action: Action): boolean =>
  action.name !== 'open' &&
  !action.clock &&
  !action.by.every((group) => group.any.every(({ who }) => who.kind === 'act' || who.kind === 'clock')) &&
  (action.from.includes(record.state) || record.owed.some((owed) => owed.action === action.name));

function actionView(work: Work, type: RecordType, record: RecordState, action: Action): ActionView {
  const stage = assess(work, type, record, action, {
    record: record.id,
    action: action.name,
    values: {},
    waive: [],
    nested: false,
  });
  const judged =
    'stopped' in stage ? judgeAll(work, type, record, [action.name], action.to ?? record.state, []) : stage.judged;
  const gates = judged.judged.filter(({ outcome }) => outcome !== 'off').map((one) => viewOf(work, record, one));
  const refusals =
    'stopped' in stage
      ? [stage.stopped]
      : [...hasVoted(work, record, action), ...stage.refusals.filter((refusal) => !isForLater(type, action, refusal))];
  return {
    action: action.name,
    label: action.label,
    kind: kindOf(type, action, record.state),
    ...(action.to === undefined ? {} : { to: action.to }),
    allowed: refusals.length === 0,
    refusals,
    gates: gates as GateView[],
    missing: 'stopped' in stage ? [] : missingIn(type, stage),
    asks: action.asks,
    seals: action.seal !== undefined,
    renews: !('stopped' in stage) && stage.renews,
    ...('stopped' in stage || stage.standing.concurrent === undefined ? {} : { concurrent: stage.standing.concurrent }),
    clauses: action.clauses,
  };
}

/** Whoever has signed waits for the others; signing again stays possible through an act, and is nothing the page proposes. */
function hasVoted({ input: { actor } }: Work, record: RecordState, action: Action): Refusal[] {
  if (actor.kind !== 'person') return [];
  const own = (record.pending[action.name] ?? []).find(({ by }) => by === actor.person);
  if (!own) return [];
  const waits = own.mark
    ? text('您已簽核，待他人副署後生效', 'You have signed; it takes effect once somebody else has countersigned')
    : text('您已簽核，等待其他人', 'You have signed; others are awaited');
  return [{ code: 'state', message: waits }];
}

function missingIn(type: RecordType, stage: Stage): ActionView['missing'] {
  const names = new Set(stage.missing.flatMap((refusal) => refusal.field ?? []));
  return [...names].map((field) => ({ field, label: type.fields[field]!.label }));
}

/** Answered by what the action itself asks for. */
function isForLater(type: RecordType, action: Action, refusal: Refusal): boolean {
  if (refusal.code === 'required') return refusal.field !== undefined && action.asks.includes(refusal.field);
  const gate = refusal.gate === undefined ? undefined : type.gates[refusal.gate];
  return gate !== undefined && readsAsked(gate, action.asks);
}

function readsAsked(gate: Gate, asks: string[]): boolean {
  if (gate.unique?.some((name) => asks.includes(name))) return true;
  let reads = false;
  for (const expression of [gate.when, gate.holds]) {
    if (expression)
      walk(parse(expression.cel), (part) => {
        if (part.op === 'name' && asks.includes(part.name)) reads = true;
      });
  }
  return reads || (gate.each?.from.kind === 'table' && asks.includes(gate.each.from.field));
}

function revision(type: RecordType): ActionView {
  return {
    action: REVISE,
    label: { zh: '修訂', en: 'Revise' },
    kind: 'entry',
    allowed: true,
    refusals: [],
    gates: [],
    missing: [],
    asks: [],
    seals: false,
    renews: false,
    clauses: type.clauses,
  };
}
