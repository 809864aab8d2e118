import type { RecordType } from '../pack/types.ts';
import type { Refusal } from '../refusal.ts';
import { isEmpty } from './compute.ts';
import { type Judged, judge, refusalOf, seenOf } from './gates.ts';
import { planOf } from './plan.ts';
import { standing } from './standing.ts';
import type { GateSeen, RecordState, Values } from './types.ts';
import { readValues } from './values.ts';
import { editionOf, scopeOf, type Work } from './work.ts';

/** Everything the gates of an action said: refusals to report together, what they saw, warnings and waivers to note. */
export type AllJudged = {
  judged: Judged[];
  refusals: Refusal[];
  seen: GateSeen[];
  /** Values given with waivers, to be kept on the record. */
  values: Values;
  /** Adds warnings and waivers to the decision, once the act is done. */
  note(work: Work): void;
};

export type Waive = { gate: string; with: Values };

/** Asks every gate that guards one of some actions, of the record as it would stand in state `to`. */
export function judgeAll(
  work: Work,
  type: RecordType,
  state: RecordState,
  actions: string[],
  to: string,
  waive: Waive[],
): AllJudged {
  const values: Values = {};
  const gates = new Set(actions.flatMap((action) => planOf(type).gates(action)));
  const judged = [...gates].map((gate) =>
    waivedHere(work, type, state, judge(work, type, state, gate, to), waive, values),
  );
  const stopping = judged.filter(stops);
  const refusals = stopping.filter(({ gate }) => !gate.advises).map((one) => refusalOf(work, state, one));
  const warnings = stopping.filter(({ gate }) => gate.advises).map((one) => refusalOf(work, state, one));
  return {
    judged,
    refusals,
    seen: judged.map(seenOf),
    values,
    note(into) {
      into.warnings.push(...warnings);
      for (const { gate, outcome, waiver } of judged) if (outcome === 'waived') into.waived[gate.name] = waiver ?? '';
    },
  };
}

const pick = (values: Values, names: string[]): Values =>
  Object.fromEntries(names.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]])));

export const stops = ({ outcome }: Judged): boolean => outcome === 'refuses' || outcome === 'unknown';

/** `waive: {by, asks}`: whoever may lifts the gate with the act itself, saying why. */
function waivedHere(
  work: Work,
  type: RecordType,
  state: RecordState,
  judged: Judged,
  waive: Waive[],
  values: Values,
): Judged {
  const { waive: allowed } = judged.gate;
  const asked = waive.find(({ gate }) => gate === judged.gate.name);
  if (!stops(judged) || typeof allowed === 'string' || !asked) return judged;
  if (allowed.asks.some((name) => isEmpty(asked.with[name]))) return judged;
  const stands = standing(
    work,
    { by: allowed.by, never: [], deputy: true, clauses: judged.gate.clauses, label: judged.gate.label },
    scopeOf(work, state),
  );
  if (stands.may !== true) return judged;
  const read = readValues(
    type.fields,
    pick(
      asked.with,
      allowed.asks.filter((name) => type.fields[name]),
    ),
    {
      definition: editionOf(work.input, state),
      directory: work.input.directory,
      before: {},
    },
  );
  if (read.refusals.length > 0) return judged;
  Object.assign(values, read.values);
  const { actor } = work.input;
  return { ...judged, outcome: 'waived', waiver: actor.kind === 'clock' ? 'clock' : (actor.person ?? '') };
}
