import type { RecordType, Time } from '../types.ts';
import { roughMinutes } from '../units.ts';

type Retention = NonNullable<RecordType['retention']>;

/** The longer of two keeps, with the clauses and conditions of both; a parameter's length is not compared, the later one rules. */
export function strictestRetention(known: Retention | undefined, added: Retention): Retention {
  if (!known) return added;
  const longer = minutes(known.keep) > minutes(added.keep) ? known : added;
  const hold = known.hold ?? added.hold;
  const dispose = longer.dispose ?? known.dispose ?? added.dispose;
  return {
    ...longer,
    clauses: [...new Set([...known.clauses, ...added.clauses])],
    ...(hold ? { hold } : {}),
    ...(dispose ? { dispose } : {}),
  };
}

const minutes = (time: Time): number => (time.kind === 'span' ? roughMinutes(time.n, time.unit) : 0);
