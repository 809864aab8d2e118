import type { Moment } from '../engine/types.ts';
import type { Time } from '../pack/types.ts';
import { type Text, text } from '../text.ts';
import { addWorkdays, type Calendar, isWorkday, type Reckoned, workdaysIn } from './calendar.ts';
import {
  addDays,
  addMonths,
  dateOf,
  daysBetween,
  endOfDay,
  type LocalDate,
  momentOf,
  partsOf,
  weekdayOf,
} from './date.ts';
import { formatRoc, rocYear } from './roc.ts';
import { dueAfter } from './span.ts';

/** The fixed cadences of the pack language. */
export const PERIOD_UNITS = ['workday', 'day', 'week', 'month', 'quarter', 'half_year', 'year'] as const;
export type PeriodUnit = (typeof PERIOD_UNITS)[number];

/**
 * One period of a fixed cadence, first and last day included. `key` names it for ever:
 * `2026-11-20`, `2026-W47`, `2026-11`, `2026-Q4`, `2026-H2`, `2026`.
 */
export type Period = { unit: PeriodUnit; start: LocalDate; end: LocalDate; key: string };

/** The period a day lies in; for `workday` nothing when people do not work that day (Monday–Friday where unknown). */
export function periodOf(calendar: Calendar, date: LocalDate, unit: PeriodUnit): Period | undefined {
  const [year, month] = partsOf(date);
  switch (unit) {
    case 'workday': {
      const works = isWorkday(calendar, date);
      return (works === 'unknown' ? weekdayOf(date) <= 5 : works)
        ? { unit, start: date, end: date, key: date }
        : undefined;
    }
    case 'day':
      return { unit, start: date, end: date, key: date };
    case 'week':
      return weekOf(date);
    case 'month':
      return months(unit, year, month, 1, date.slice(0, 7));
    case 'quarter': {
      const quarter = Math.ceil(month / 3);
      return months(unit, year, quarter * 3 - 2, 3, `${date.slice(0, 4)}-Q${quarter}`);
    }
    case 'half_year':
      return months(unit, year, month <= 6 ? 1 : 7, 6, `${date.slice(0, 4)}-H${month <= 6 ? 1 : 2}`);
    case 'year':
      return months(unit, year, 1, 12, date.slice(0, 4));
  }
}

/** The period that follows; for `workday` the next working day. */
export function nextPeriod(calendar: Calendar, period: Period): Period {
  return beside(calendar, period, 1);
}

/** The period before; for `workday` the working day before. */
export function previousPeriod(calendar: Calendar, period: Period): Period {
  return beside(calendar, period, -1);
}

/**
 * When a period's work becomes late. `workday 10` is the end of the tenth working day of the period, `workday -1` of its
 * last (a shorter period gives its nearest; one without any working day its last day); `"12:00"` is that clock on its last day; a span counts from its first
 * day; without a time, the period's end.
 */
export function deadlineIn(calendar: Calendar, period: Period, due?: Exclude<Time, { kind: 'cel' }>): Reckoned<Moment> {
  switch (due?.kind) {
    case undefined:
      return { value: endOfDay(period.end), assumedYears: [] };
    case 'at':
      return { value: momentOf(period.end, due.clock), assumedYears: [] };
    case 'span':
      return dueAfter(calendar, momentOf(period.start), due);
    case 'in_period': {
      const days = due.unit === 'day' ? everyDay(period) : workdaysIn(calendar, period.start, period.end);
      return { value: endOfDay(nth(days.value, due.n) ?? period.end), assumedYears: days.assumedYears };
    }
  }
}

/** A period as people name it: 115年11月, 115年第4季, 115年下半年. */
export function periodLabel(period: Period): Text {
  const roc = rocYear(period.start);
  const [year, month] = partsOf(period.start);
  switch (period.unit) {
    case 'workday':
    case 'day':
      return text(formatRoc(period.start, 'slash'), period.start);
    case 'week':
      return text(`${formatRoc(period.start, 'slash')} 起一週`, `week of ${period.start}`);
    case 'month':
      return text(`${roc}年${month}月`, period.key);
    case 'quarter':
      return text(`${roc}年第${Math.ceil(month / 3)}季`, `${year} Q${Math.ceil(month / 3)}`);
    case 'half_year':
      return text(`${roc}年${month === 1 ? '上' : '下'}半年`, `${month === 1 ? 'first' : 'second'} half of ${year}`);
    case 'year':
      return text(`${roc}年`, String(year));
  }
}

/** ISO 8601 week: Monday to Sunday, belonging to the year of its Thursday. */
function weekOf(date: LocalDate): Period {
  const start = addDays(date, 1 - weekdayOf(date));
  const thursday = addDays(start, 3);
  const year = thursday.slice(0, 4);
  const week = Math.floor(daysBetween(`${year}-01-01`, thursday) / 7) + 1;
  return { unit: 'week', start, end: addDays(start, 6), key: `${year}-W${String(week).padStart(2, '0')}` };
}

function months(unit: PeriodUnit, year: number, month: number, count: number, key: string): Period {
  const start = dateOf(year, month, 1);
  return { unit, start, end: addDays(addMonths(start, count), -1), key };
}

function beside(calendar: Calendar, period: Period, step: 1 | -1): Period {
  const edge = step === 1 ? period.end : period.start;
  const day = period.unit === 'workday' ? addWorkdays(calendar, edge, step).value : addDays(edge, step);
  const found = periodOf(calendar, day, period.unit);
  if (!found) throw new Error(`no ${period.unit} period at ${day}`);
  return found;
}

function everyDay(period: Period): Reckoned<LocalDate[]> {
  const length = daysBetween(period.start, period.end) + 1;
  return { value: Array.from({ length }, (_, i) => addDays(period.start, i)), assumedYears: [] };
}

/** 1 is the first, -1 the last; beyond either end gives the nearest. */
function nth<T>(items: T[], n: number): T | undefined {
  const index = n > 0 ? n - 1 : items.length + n;
  return items[Math.max(0, Math.min(items.length - 1, index))];
}
