import { endOfDay, localDate, momentOf } from '../calendar/date.ts';
import { deadlineIn, periodOf } from '../calendar/period.ts';
import { addSpan, dueAfter, type Span } from '../calendar/span.ts';
import { evaluate } from '../cel/evaluate.ts';
import { type Asked, isDateText, isKnown, isMomentText, isPending, isSpan, type Thing } from '../cel/things.ts';
import type { Scope } from '../cel/world.ts';
import type { Time } from '../pack/types.ts';
import type { Moment } from './types.ts';
import type { Work } from './work.ts';

export type Due = Moment | undefined | 'pending';

/**
 * When something begun at `since` is due: a span from then (days end with the day), a place in the month, a clock on the day, or
 * what an expression gives. A date is due at the end of its day. Undefined when nobody knows.
 */
export function dueOf(time: Time, since: Moment, scope: Scope): Due {
  const { calendar } = scope.world;
  switch (time.kind) {
    case 'span':
      return dueAfter(calendar, since, time).value;
    case 'at':
      return momentOf(localDate(since), time.clock);
    case 'in_period': {
      const month = periodOf(calendar, localDate(since), 'month');
      return month && deadlineIn(calendar, month, time).value;
    }
    case 'cel':
      return dueFrom(evaluate(time.of, scope), since, scope);
    default:
      return time satisfies never;
  }
}

function dueFrom(asked: Asked, since: Moment, scope: Scope): Due {
  if (isPending(asked)) return 'pending';
  if (!isKnown(asked)) return undefined;
  if (isSpan(asked)) return dueAfter(scope.world.calendar, since, asked).value;
  if (isDateText(asked)) return endOfDay(asked);
  return isMomentText(asked) ? new Date(Date.parse(asked)).toISOString() : undefined;
}

/** A span written as such or given by an expression. */
export function spanIn(time: Time, scope: Scope): Span | undefined | 'pending' {
  if (time.kind === 'span') return { n: time.n, unit: time.unit };
  if (time.kind !== 'cel') return undefined;
  const asked: Asked = evaluate(time.of, scope);
  if (isPending(asked)) return 'pending';
  return isKnown(asked) && isSpan(asked as Thing) ? (asked as Span) : undefined;
}

/** A moment moved by a span, earlier when `sign` is negative. */
export function shifted(from: Moment, time: Time, sign: 1 | -1, scope: Scope): Due {
  const span = spanIn(time, scope);
  if (span === undefined || span === 'pending') return span;
  return addSpan(scope.world.calendar, from, { n: sign * span.n, unit: span.unit }).value;
}

/** The end of the working day as many working days on as a parameter says; `otherwise` where no pack declares it. */
export function workdaysFrom(work: Work, parameter: string, otherwise: number): Moment {
  const { current, now, calendar } = work.input;
  const declared = current.parameters[parameter]?.value;
  const n = typeof declared === 'number' ? declared : otherwise;
  return dueAfter(calendar, now, { n, unit: 'workday' }).value;
}
