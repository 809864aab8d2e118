import type { Moment } from '../engine/types.ts';
import type { SpanUnit } from '../pack/types.ts';
import { addWorkdays, type Calendar, type Reckoned, workdayOnOrAfter } from './calendar.ts';
import {
  addDays,
  addMilliseconds,
  addMonths,
  dateOf,
  daysInMonth,
  endOfDay,
  type LocalDate,
  localDate,
  momentOf,
  partsOf,
} from './date.ts';

/** A length of time in the pack language: `3 workdays`, `1 month`. A compiled `Time` of kind `span` is one. */
export type Span = { n: number; unit: SpanUnit };

/**
 * The moment a span later (earlier when `n` is negative). Minutes and hours run by the clock; days and longer keep the
 * local time of day; a month without such a day ends on its last day.
 */
export function addSpan(calendar: Calendar, moment: Moment, span: Span): Reckoned<Moment> {
  if (span.unit === 'minute') return certain(addMilliseconds(moment, span.n * 60_000));
  if (span.unit === 'hour') return certain(addMilliseconds(moment, span.n * 3_600_000));
  const day = localDate(moment);
  const later = addToDate(calendar, day, span);
  const sinceMidnight = Date.parse(moment) - Date.parse(momentOf(day));
  return { ...later, value: addMilliseconds(momentOf(later.value), sinceMidnight) };
}

/** When something asked for at `moment` becomes late: spans of days end with the day, hours and minutes to the minute. */
export function dueAfter(calendar: Calendar, moment: Moment, span: Span): Reckoned<Moment> {
  const due = addSpan(calendar, moment, span);
  if (span.unit === 'minute' || span.unit === 'hour') return due;
  return { ...due, value: endOfDay(localDate(due.value)) };
}

/** The date a span of days or longer later; the day itself is not counted. Hours and minutes are defects here. */
export function addToDate(calendar: Calendar, date: LocalDate, span: Span): Reckoned<LocalDate> {
  switch (span.unit) {
    case 'day':
      return certain(addDays(date, span.n));
    case 'week':
      return certain(addDays(date, span.n * 7));
    case 'workday':
      return addWorkdays(calendar, date, span.n);
    case 'month':
      return certain(addMonths(date, span.n));
    case 'year':
      return certain(addMonths(date, span.n * 12));
    case 'hour':
    case 'minute':
      throw new RangeError(`${span.unit}s cannot be added to a date`);
  }
}

/**
 * Last day of a legal term that begins with something done on `from` (行政程序法 48): that day is not counted; a month or
 * year ends the day before the one corresponding to the first counted, or on the month's last day where none corresponds;
 * a last day off moves to the next working day. So 31 March and one month is 30 April, 28 February and one month is 31 March.
 */
export function lastDayOfTerm(calendar: Calendar, from: LocalDate, span: Span): Reckoned<LocalDate> {
  const end =
    span.unit === 'month' || span.unit === 'year' ? certain(monthsEnd(from, span)) : addToDate(calendar, from, span);
  const working = workdayOnOrAfter(calendar, end.value);
  return { value: working.value, assumedYears: [...new Set([...end.assumedYears, ...working.assumedYears])] };
}

function monthsEnd(from: LocalDate, span: Span): LocalDate {
  const first = addDays(from, 1);
  const landed = addMonths(first, span.unit === 'year' ? span.n * 12 : span.n);
  const [year, month, day] = partsOf(landed);
  return day === partsOf(first)[2] ? addDays(landed, -1) : dateOf(year, month, daysInMonth(year, month));
}

const certain = <T>(value: T): Reckoned<T> => ({ value, assumedYears: [] });
