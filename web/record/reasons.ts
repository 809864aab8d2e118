import type { ActionView } from '../../src/kernel/engine/types.ts';
import { say, t } from '../language.ts';

/** Why an action cannot be taken now, in one line; undefined when it can. */
export function whyNot(action: ActionView): string | undefined {
  if (action.allowed) return undefined;
  const barred = action.refusals.find((refusal) => refusal.code !== 'required' && refusal.code !== 'gate');
  if (barred) return say(barred.message);
  const refusing = action.gates.filter(
    (gate) => !gate.advises && (gate.outcome === 'refuses' || gate.outcome === 'unknown'),
  ).length;
  if (action.missing.length > 0 && refusing > 0)
    return t('action.missingAndGates', { fields: action.missing.length, gates: refusing });
  if (action.missing.length > 0)
    return t('action.missing', { fields: action.missing.map((field) => say(field.label)).join('、') });
  if (refusing > 0) return t('action.gatesLeft', { count: refusing });
  const other = action.refusals[0];
  return other ? say(other.message) : t('action.notNow');
}

/** The action the page is about: the next step forward, allowed ones first. */
export function mainAction(actions: ActionView[]): ActionView | undefined {
  const forward = actions.filter((action) => action.kind === 'forward' || action.kind === 'end');
  return forward.find((action) => action.allowed) ?? forward.find((action) => mendable(action));
}

/** Something on the record is missing, rather than this person's right to act. */
export const mendable = (action: ActionView): boolean =>
  action.refusals.every((refusal) => refusal.code === 'required' || refusal.code === 'gate' || refusal.code === 'owed');
