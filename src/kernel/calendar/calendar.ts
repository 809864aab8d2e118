import { type Text, text } from '../text.ts';
import { addDays, type LocalDate, partsOf, weekdayOf } from './date.ts';

/**
 * The office calendar of an organisation: plain JSON, so that it can be stored and replayed.
 * Working days are announced by the government year by year, never computed (紀念日及節日實施條例 8).
 */
export type Calendar = {
  /** By year, `2026`. Only announced years are here. */
  years: Record<string, OfficeYear>;
  /** What the organisation itself decided, such as a typhoon day; wins over the announced year. */
  overrides: Record<LocalDate, DayMark>;
};

/** One announced year, kept as what differs from Monday–Friday or carries a name. */
export type OfficeYear = { source: string; marked: Record<LocalDate, DayMark> };

/** A day off (or a working day) and why: 春節, 補行上班, 颱風. */
export type DayMark = { off: boolean; note: string };

/** A result of counting working days, with the years for which no calendar was known and Monday–Friday was assumed. */
export type Reckoned<T> = { value: T; assumedYears: number[] };

export const emptyCalendar: Calendar = { years: {}, overrides: {} };

/** More would be a mistake in a parameter, and would count for seconds. */
const MOST_WORKDAYS = 40_000;

/** Whether people work on that day; `unknown` when its year was never imported and no override names it. */
export function isWorkday(calendar: Calendar, date: LocalDate): boolean | 'unknown' {
  const mark = calendar.overrides[date];
  if (mark) return !mark.off;
  const year = calendar.years[date.slice(0, 4)];
  if (!year) return 'unknown';
  const announced = year.marked[date];
  return announced ? !announced.off : weekdayOf(date) <= 5;
}

/** Name of a day off or a make-up day, if it has one. */
export function dayNote(calendar: Calendar, date: LocalDate): string | undefined {
  const mark = calendar.overrides[date] ?? calendar.years[date.slice(0, 4)]?.marked[date];
  return mark?.note || undefined;
}

/**
 * The `n`th working day after `date` (before it when negative); `date` itself is not counted (行政程序法 48 II) and is
 * returned for 0, working day or not.
 */
export function addWorkdays(calendar: Calendar, date: LocalDate, n: number): Reckoned<LocalDate> {
  if (!Number.isSafeInteger(n) || Math.abs(n) > MOST_WORKDAYS) throw new RangeError(`cannot count ${n} working days`);
  const reckon = reckoning(calendar);
  const step = Math.sign(n);
  let at = date;
  for (let left = Math.abs(n); left > 0; ) {
    at = addDays(at, step);
    if (reckon.works(at)) left--;
  }
  return { value: at, assumedYears: reckon.assumedYears() };
}

/**
 * Working days after `a` up to and including `b`; when `b` is earlier, those before `a` down to `b`, as a negative number.
 * The inverse of `addWorkdays`.
 */
export function workdaysBetween(calendar: Calendar, a: LocalDate, b: LocalDate): Reckoned<number> {
  const reckon = reckoning(calendar);
  const step = a <= b ? 1 : -1;
  let count = 0;
  for (let at = a; at !== b; ) {
    at = addDays(at, step);
    if (reckon.works(at)) count += step;
  }
  return { value: count, assumedYears: reckon.assumedYears() };
}

/** The day itself when people work on it, otherwise the next working day (行政程序法 48 IV). */
export function workdayOnOrAfter(calendar: Calendar, date: LocalDate): Reckoned<LocalDate> {
  const reckon = reckoning(calendar);
  let at = date;
  while (!reckon.works(at)) at = addDays(at, 1);
  return { value: at, assumedYears: reckon.assumedYears() };
}

/** Every working day from `first` to `last`, both included, in order. */
export function workdaysIn(calendar: Calendar, first: LocalDate, last: LocalDate): Reckoned<LocalDate[]> {
  const reckon = reckoning(calendar);
  const days: LocalDate[] = [];
  for (let at = first; at <= last; at = addDays(at, 1)) if (reckon.works(at)) days.push(at);
  return { value: days, assumedYears: reckon.assumedYears() };
}

/** The calendar with announced years added or replaced. */
export function withYears(calendar: Calendar, years: Record<string, OfficeYear>): Calendar {
  return { ...calendar, years: { ...calendar.years, ...years } };
}

/** The calendar with one day decided by the organisation; without a mark its override is taken back. */
export function withOverride(calendar: Calendar, date: LocalDate, mark?: DayMark): Calendar {
  const { [date]: _before, ...others } = calendar.overrides;
  return { ...calendar, overrides: mark ? { ...others, [date]: mark } : others };
}

/** What to tell the coordinator when this year, or from 1 December next year, has no calendar; otherwise nothing. */
export function missingYearWarning(calendar: Calendar, today: LocalDate): Text | undefined {
  const [year, month] = partsOf(today);
  const needed = month === 12 ? [year, year + 1] : [year];
  const missing = needed.filter((each) => !calendar.years[each]);
  if (missing.length === 0) return undefined;
  return text(
    `缺少 ${missing.map((each) => `${each - 1911} 年`).join('、')}辦公日曆表，工作日暫以週一至週五推估；請至政府資料開放平臺（資料集 14718）下載後匯入。`,
    `The office calendar of ${missing.join(' and ')} is missing; Monday to Friday are assumed. Download data set 14718 from data.gov.tw and import it.`,
  );
}

/** Answers whether a day works, assuming Monday–Friday where nothing is known, and remembers that it had to. */
function reckoning(calendar: Calendar): { works(date: LocalDate): boolean; assumedYears(): number[] } {
  const assumed = new Set<number>();
  return {
    works(date) {
      const known = isWorkday(calendar, date);
      if (known !== 'unknown') return known;
      assumed.add(Number(date.slice(0, 4)));
      return weekdayOf(date) <= 5;
    },
    assumedYears: () => [...assumed].sort((a, b) => a - b),
  };
}
