import type { RecordType, State } from '../pack/types.ts';
import { ASSIGNED } from './evolve.ts';
import { lateMessage, rungAt, sendNotice, tellOne } from './follow-ups.ts';
import { gapClauses } from './gap.ts';
import { kindOf } from './plan.ts';
import { dueOf } from './time.ts';
import type { Moment, RecordState } from './types.ts';
import { emit, recordOf, scopeOf, type Work } from './work.ts';

/** One thing that happens by the passing of time alone, and when. */
export type Rung = { rung: string; at: Moment; run(): void };

/** When the present stay is due: what its state says, else what the act that opened it asked for. */
export function dueNow(work: Work, type: RecordType, state: RecordState): Moment | undefined {
  const declared = type.flow[state.state];
  if (declared?.due) {
    const due = dueOf(declared.due, state.since, scopeOf(work, state));
    if (due !== undefined && due !== 'pending') return due;
  }
  return declared?.final ? undefined : state.assigned?.due;
}

/** Rungs of lateness not yet told: of the state, of what the opener asked, and the moment from which the stay is late. */
export function rungsOf(work: Work, type: RecordType, state: RecordState): Rung[] {
  const declared = type.flow[state.state];
  if (!declared || declared.final) return [];
  const rungs = [...stateRungs(work, type, state, declared), ...assignedRungs(work, type, state)];
  return rungs.filter(({ rung }) => !state.late.includes(rung));
}

function stateRungs(work: Work, type: RecordType, state: RecordState, declared: State): Rung[] {
  const due = dueNow(work, type, state);
  if (due === undefined) return [];
  const scope = scopeOf(work, state);
  const late: Rung = { rung: 'late', at: justAfter(due), run: () => note(work, type, state, 'late', due) };
  const rungs = declared.due ? declared.late : [];
  return [
    late,
    ...rungs.flatMap((one, i): Rung[] => {
      const at = rungAt(one, due, scope);
      if (at === undefined || at === 'pending') return [];
      const rung = `${declared.name}.${i}`;
      const run = () => {
        note(work, type, state, rung, due);
        // A reminder that comes after the event is noise: the clock was not running.
        if (one.before && work.input.now > due) return;
        const label = named(type, state, declared);
        tellOne(work, state.id, one.tell, scopeOf(work, latest(work, state)), lateMessage(label, one));
      };
      return [{ rung, at, run }];
    }),
  ];
}

function assignedRungs(work: Work, type: RecordType, state: RecordState): Rung[] {
  return (state.assigned?.rungs ?? []).map(({ at, to, message }, i) => {
    const rung = `${ASSIGNED}${i}`;
    const run = () => {
      note(work, type, state, rung, state.assigned?.due ?? at);
      sendNotice(work, state.id, to, message);
    };
    return { rung, at, run };
  });
}

const latest = (work: Work, state: RecordState): RecordState => recordOf(work, state.id) as RecordState;

const named = (type: RecordType, state: RecordState, declared: State) => ({
  zh: `${type.label.zh} ${state.number}「${declared.label.zh}」`,
  en: `${type.label.en} ${state.number} “${declared.label.en}”`,
});

/** Late is a breach of the clauses of what should have happened; a rung before or after only tells. */
function note(work: Work, type: RecordType, state: RecordState, rung: string, due: Moment): void {
  const clauses = rung === 'late' ? clausesOf(work, type, state) : [];
  emit(work, latest(work, state), {
    stream: state.id,
    type: 'record.late',
    data: { type: type.name, state: state.state, rung, due },
    clauses,
  });
}

function clausesOf(work: Work, type: RecordType, state: RecordState): string[] {
  const lacking = gapClauses(work, type, state);
  if (lacking.length > 0) return lacking;
  const forward = Object.values(type.actions).filter(
    (action) => action.from.includes(state.state) && ['forward', 'end'].includes(kindOf(type, action, state.state)),
  );
  const clauses = [...new Set(forward.flatMap((action) => action.clauses))];
  return clauses.length > 0 ? clauses : type.clauses;
}

const justAfter = (moment: Moment): Moment => new Date(Date.parse(moment) + 1).toISOString();
