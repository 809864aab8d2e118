import type { Action, RecordType } from '../pack/types.ts';
import { dueNow } from './lateness.ts';
import { askedToConfirm, heldOn, unconfirmed } from './marks.ts';
import { isWithdrawal, kindOf } from './plan.ts';
import { keepersFor } from './propose.ts';
import { whoseTask } from './standing.ts';
import type { Input, Need, RecordState, Waiting } from './types.ts';
import { BUILT_IN, CONFIRM, COUNTERSIGN, DECIDE } from './words.ts';
import { begin, scopeOf, typeOf, type Work } from './work.ts';

/**
 * Who must do something next on a record: for each way forward, everybody who may take it (deputies are found by whoever shows
 * the list), and for each owed act those who owe it. Ways back, entries, withdrawals, turnings aside and emergencies
 * are nobody's task.
 */
export function waiting(input: Input, record: RecordState): Waiting[] | { needs: Need[] } {
  const work = begin(input, 'waiting');
  const found = waitingFor(work, record);
  return work.needs.size > 0 ? { needs: [...work.needs.values()] } : found;
}

/** The same inside a decision or preview. */
export function waitingFor(work: Work, record: RecordState): Waiting[] {
  const type = typeOf(work, record);
  const held = type ? heldBy(work, type, record) : [];
  if (!type || type.flow[record.state]?.final) return [...owedBy(work, type, record), ...held];
  const due = dueNow(work, type, record);
  const owed = owedBy(work, type, record);
  if (owed.length > 0 || unconfirmed(record).length > 0) return [...owed, ...held];
  const found: Waiting[] = held;
  if (rests(type, record)) return found;
  for (const action of Object.values(type.actions)) {
    if (!isNext(type, record, action) || isHeld(record, action)) continue;
    const able = whoseTask(work, action, scopeOf(work, record));
    const persons = stillToVote(record, action, able.persons);
    const known = found.some((one) => one.persons.join() === persons.join());
    if (persons.length === 0 || known) continue;
    found.push({
      action: action.name,
      label: action.label,
      persons,
      owed: false,
      ...(able.role === undefined ? {} : { role: able.role }),
      ...(due === undefined ? {} : { due }),
    });
  }
  return found;
}

/** What is marked waits for whoever may confirm it; what is asked of a register, for whoever keeps it. */
function heldBy(work: Work, type: RecordType, record: RecordState): Waiting[] {
  const confirming = heldOn(record).map((held) => ({
    ...builtIn(held.mark.kind === 'filled' ? CONFIRM : COUNTERSIGN),
    persons: askedToConfirm(work, type, record, held),
    owed: false,
    ...(held.mark.due === undefined ? {} : { due: held.mark.due }),
  }));
  const open = (record.proposals ?? []).filter(({ decided }) => !decided);
  const deciding = open.map((proposal) => ({
    ...builtIn(DECIDE),
    persons: keepersFor(work, type, record, proposal),
    owed: false,
  }));
  return onePerson([...confirming, ...deciding]);
}

const builtIn = (action: string): Pick<Waiting, 'action' | 'label'> => ({ action, label: BUILT_IN[action]! });

/** One task per person and kind, however many things wait. */
function onePerson(tasks: Waiting[]): Waiting[] {
  const seen = new Set<string>();
  return tasks.flatMap((task) => {
    const persons = task.persons.filter((person) => {
      const key = `${task.action} ${person}`;
      return !seen.has(key) && seen.add(key);
    });
    return persons.length > 0 ? [{ ...task, persons }] : [];
  });
}

/** A vote that only waits to be confirmed needs nobody else's. */
const isHeld = (record: RecordState, action: Action): boolean =>
  action.by.every((group) => group.quorum === 1) && (record.pending[action.name] ?? []).some(({ mark }) => mark);

/** A stay nobody has to end: a version in force, an entry of a register unless its state says when it is due. */
function rests(type: RecordType, record: RecordState): boolean {
  if (type.versioned === record.state) return true;
  return type.role === 'register' && !type.flow[record.state]?.due;
}

/** Forward, or to the end; what asks for a reason (refuse, revoke, retire) is a turning aside that nobody is waited for to do. */
function isNext(type: RecordType, record: RecordState, action: Action): boolean {
  if (!action.from.includes(record.state) || action.clock || action.emergency || action.asks.includes('reason'))
    return false;
  const kind = kindOf(type, action, record.state);
  return kind === 'forward' || (kind === 'end' && !isWithdrawal(type, action, record.state));
}

function stillToVote(record: RecordState, action: Action, persons: string[]): string[] {
  const voted = new Set((record.pending[action.name] ?? []).map((vote) => vote.by));
  return persons.filter((person) => !voted.has(person));
}

function owedBy(work: Work, type: RecordType | undefined, record: RecordState): Waiting[] {
  return record.owed.flatMap((owed) => {
    const action = type?.actions[owed.action];
    if (!action) return [];
    const able = whoseTask(work, action, scopeOf(work, record));
    return [
      {
        action: owed.action,
        label: action.label,
        persons: stillToVote(record, action, able.persons),
        owed: true,
        ...(able.role === undefined ? {} : { role: able.role }),
        ...(owed.due === undefined ? {} : { due: owed.due }),
      },
    ];
  });
}
