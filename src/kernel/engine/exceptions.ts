import { endOfDay } from '../calendar/date.ts';
import { isDateText, isPending } from '../cel/things.ts';
import type { Gate, Query, RecordType, ValueType } from '../pack/types.ts';
import { select } from './select.ts';
import type { RecordState } from './types.ts';
import { scopeOf, type Work } from './work.ts';

/**
 * The exception in force that lifts a gate for a record: approved, not past its end, naming the gate as `type.gate` and, as its
 * subject, the record itself or something the record refers to (its system, its host …). Undefined when there is none.
 */
export function exceptionFor(
  work: Work,
  type: RecordType,
  state: RecordState,
  gate: Gate,
): string | undefined | 'pending' {
  if (!work.input.current.records.exception) return undefined;
  const found = select(work, exceptionsOf(type, gate), scopeOf(work, state));
  if (isPending(found)) return 'pending';
  if (!Array.isArray(found)) return undefined;
  const subjects = subjectsOf(type, state);
  for (const thing of found) {
    if (typeof thing !== 'object' || Array.isArray(thing) || thing.thing !== 'record') continue;
    const { subject, until } = thing.state.values;
    if (typeof subject === 'string' && subjects.has(subject) && !isPast(until, work.input.now)) return thing.state.id;
  }
  return undefined;
}

const isPast = (until: unknown, now: string): boolean =>
  isDateText(until) && Date.parse(now) > Date.parse(endOfDay(until));

function subjectsOf(type: RecordType, state: RecordState): Set<string> {
  const subjects = new Set([state.id]);
  for (const field of Object.values(type.fields)) {
    const value = state.values[field.name];
    if (field.type.is === 'ref' && typeof value === 'string') subjects.add(value);
    if (field.type.is === 'refs' && Array.isArray(value)) for (const id of value) subjects.add(String(id));
  }
  return subjects;
}

/** Exceptions in force that lift a gate, of whatever subject. */
export const exceptionsOf = (type: RecordType, gate: Gate): Query =>
  exceptionsLifting([type.name, ...type.kinds].map((name) => `${name}.${gate.name}`));

const queries = new Map<string, Query>();
const GATES: ValueType = { is: 'refs', to: 'gate' };
const TEXT: ValueType = { is: 'text' };

function exceptionsLifting(names: string[]): Query {
  const list = `[${names.map((name) => `'${name}'`).join(', ')}]`;
  const known = queries.get(list);
  if (known) return known;
  const query: Query = {
    from: { kind: 'record', type: 'exception' },
    where: {
      op: 'and',
      args: [
        {
          op: 'shares',
          left: { candidate: ['lifts'], type: GATES },
          right: { outer: { cel: list }, type: { is: 'list', of: TEXT } },
        },
        { op: '==', left: { candidate: ['state'], type: TEXT }, right: { outer: { cel: "'in_force'" }, type: TEXT } },
      ],
    },
    source: `exception where shares(lifts, ${list}) && state == 'in_force'`,
  };
  queries.set(list, query);
  return query;
}
