import { endOfDay } from '../calendar/date.ts';
import { isDateText, isPending } from '../cel/things.ts';
import type { Query, ValueType } from '../pack/types.ts';
import { select } from './select.ts';
import type { RecordState } from './types.ts';
import { scopeOf, type Work } from './work.ts';

/** The record type in which a CISO lets one person do what two should, for a time. */
export const CONCURRENT = 'concurrent_duty';

/**
 * 兼任: the exceptions in force that let these persons do an act they are barred from, by person. Read: `person`, `covers`
 * (`type.action`), `until`. Neither exceptions nor this permission itself are ever done that way.
 */
export function concurrentFor(
  work: Work,
  state: RecordState,
  action: string,
  persons: string[],
): Map<string, string> | 'pending' {
  const permitted = new Map<string, string>();
  if (persons.length === 0 || !work.input.current.records[CONCURRENT]) return permitted;
  if (state.type === CONCURRENT || state.type === 'exception') return permitted;
  const found = select(work, concurrentInForce, scopeOf(work, state));
  if (isPending(found)) return 'pending';
  if (!Array.isArray(found)) return permitted;
  for (const thing of found) {
    if (typeof thing !== 'object' || Array.isArray(thing) || thing.thing !== 'record') continue;
    const { person, covers, until } = thing.state.values;
    if (typeof person !== 'string' || !persons.includes(person) || !Array.isArray(covers)) continue;
    if (covers.includes(`${state.type}.${action}`) && !isPast(until, work.input.now))
      permitted.set(person, thing.state.id);
  }
  return permitted;
}

const isPast = (until: unknown, now: string): boolean =>
  !isDateText(until) || Date.parse(now) > Date.parse(endOfDay(until));

const TEXT: ValueType = { is: 'text' };
/** Every permission of a 兼任 in force. */
export const concurrentInForce: Query = {
  from: { kind: 'record', type: CONCURRENT },
  where: { op: '==', left: { candidate: ['state'], type: TEXT }, right: { outer: { cel: "'in_force'" }, type: TEXT } },
  source: `${CONCURRENT} where state == 'in_force'`,
};
