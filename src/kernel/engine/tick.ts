import { holds } from '../cel/evaluate.ts';
import { type Asked, isPending } from '../cel/things.ts';
import type { Action, RecordType } from '../pack/types.ts';
import { act } from './act.ts';
import { rungsOf } from './lateness.ts';
import { unconfirmed } from './marks.ts';
import { planOf } from './plan.ts';
import type { RecordState } from './types.ts';
import { emit, mark, recordOf, scopeOf, typeOf, type Work } from './work.ts';

const MOST_ROUNDS = 10;

/**
 * What the passing of time does to a record: owed papers not made in time are violations; clock actions whose `when` turned true are
 * done (one after another, as each may move the case), those whose `when` turned false are armed again; rungs of lateness are told.
 * A clock action that a gate refuses is not tried again until its `when` turns true anew.
 */
export function tick(work: Work, record: string): void {
  const found = recordOf(work, record);
  if (!found || 'thing' in found) return;
  const type = typeOf(work, found);
  if (!type || work.input.actor.kind !== 'clock') return;
  violations(work, type, found);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    if (work.needs.size > 0 || !fireOne(work, type, latest(work, record))) break;
  }
  // After the clock actions: a stay that ends by itself at its due moment was never late.
  for (const rung of rungsOf(work, type, latest(work, record))) if (rung.at <= work.input.now) rung.run();
}

const latest = (work: Work, record: string): RecordState => recordOf(work, record) as RecordState;

function violations(work: Work, type: RecordType, state: RecordState): void {
  for (const owed of state.owed) {
    if (owed.violated || owed.due === undefined || owed.due >= work.input.now) continue;
    const data = { type: type.name, action: owed.action, because: owed.because, due: owed.due };
    emit(work, latest(work, state.id), { stream: state.id, type: 'record.violated', data, clauses: owed.clauses });
  }
  for (const { mark, what, violated } of unconfirmed(state)) {
    if (violated || mark.due === undefined || mark.due >= work.input.now) continue;
    const data = { type: type.name, what, mark: mark.id, because: 'unconfirmed', due: mark.due };
    emit(work, latest(work, state.id), { stream: state.id, type: 'record.violated', data, clauses: type.clauses });
  }
}

/** Clock actions that could fire from a state, with whether their condition is true now. */
export function clocksOf(
  work: Work,
  type: RecordType,
  state: RecordState,
): { action: Action; now: boolean | 'pending' }[] {
  return planOf(type)
    .clocks.filter((action) => action.from.includes(state.state))
    .map((action) => {
      const truth = holds(action.when!, scopeOf(work, state));
      return { action, now: isPending(truth as Asked) ? 'pending' : truth === true };
    });
}

function fireOne(work: Work, type: RecordType, state: RecordState): boolean {
  const clocks = clocksOf(work, type, state);
  if (clocks.some(({ now }) => now === 'pending')) return false;
  rearm(
    work,
    type,
    state,
    clocks.filter(({ action, now }) => now === false && state.fired[action.name]).map(({ action }) => action.name),
  );
  const due = clocks.find(({ action, now }) => now === true && !state.fired[action.name]);
  if (!due) return false;
  const back = mark(work);
  const refusals = act(work, { record: state.id, action: due.action.name, values: {}, waive: [], nested: false });
  if (work.needs.size > 0) return false;
  if (refusals.length === 0) return true;
  back();
  const codes = refusals.map((refusal) => refusal.gate ?? refusal.code);
  emit(work, latest(work, state.id), {
    stream: state.id,
    type: 'record.filled',
    data: {
      type: type.name,
      values: {},
      fired: { [due.action.name]: true },
      refused: { action: due.action.name, codes },
    },
  });
  return true;
}

function rearm(work: Work, type: RecordType, state: RecordState, names: string[]): void {
  if (names.length === 0) return;
  const fired = Object.fromEntries(names.map((name) => [name, false]));
  emit(work, latest(work, state.id), {
    stream: state.id,
    type: 'record.filled',
    data: { type: type.name, values: {}, fired },
  });
}
