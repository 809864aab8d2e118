import type { ActionView, GateView } from '../../src/kernel/engine/types.ts';
import type { Refusal } from '../../src/kernel/refusal.ts';
import { comma, say, t } from '../language.ts';

/**
 * Why an action cannot be taken now, in one line; undefined when it can be tried. What its own dialog asks (fields, a waiver
 * given here) is no reason against it, nor is a check that cannot know before those answers.
 */
export function whyNot(action: ActionView): string | undefined {
  const barred = bars(action)[0];
  if (barred) return say(barred.message);
  const missing = action.missing.filter((field) => !action.asks.includes(field.field));
  const standing = action.gates.some((gate) => stands(gate, action));
  const refusing = standing ? action.gates.filter(fails).length : 0;
  if (missing.length > 0 && refusing > 0) {
    return t('action.missingAndGates', { fields: missing.length, gates: refusing });
  }
  if (missing.length > 0)
    return t('action.missing', { fields: missing.map((field) => say(field.label)).join(comma()) });
  if (refusing > 0) return t('action.gatesLeft', { count: refusing });
  return undefined;
}

/** Whether only what is written keeps an action back, so that what is not saved yet may already mend it. */
export const onlyContent = (action: ActionView): boolean => bars(action).length === 0 && whyNot(action) !== undefined;

/**
 * The action the page is about: the next step forward that can be taken, else one that only waits for content. Ending the case
 * is what the page is about only where nothing leads on, be it somebody else's to do, and never what must be given a reason for: a draft
 * that lacks something is to be completed, what waits for another is not to be withdrawn.
 */
export function mainAction(actions: ActionView[]): ActionView | undefined {
  const next = (kind: ActionView['kind']) => {
    const of = actions.filter((action) => action.kind === kind);
    return of.find((action) => whyNot(action) === undefined) ?? of.find((action) => bars(action).length === 0);
  };
  if (actions.some(({ kind }) => kind === 'forward')) return next('forward');
  const end = next('end');
  return end?.asks.includes('reason') ? undefined : end;
}

/** Reasons in the person or the state, not in the content of the record. */
const bars = (action: ActionView): Refusal[] =>
  action.refusals.filter((refusal) => refusal.code !== 'required' && refusal.code !== 'gate');

const fails = (gate: GateView): boolean => !gate.advises && (gate.outcome === 'refuses' || gate.outcome === 'unknown');

const stands = (gate: GateView, action: ActionView): boolean =>
  fails(gate) && gate.waive !== 'here' && (gate.outcome === 'refuses' || action.asks.length === 0);
