import type { Moment } from '../engine/types.ts';

/** A day as people here write it in data: ISO `2026-11-20`, always the day in Asia/Taipei. */
export type LocalDate = string;

/** Taiwan keeps +08:00 all year; the last summer time ended in 1979, before any record this product holds. */
const OFFSET_MS = 8 * 3_600_000;
const DAY_MS = 86_400_000;

/** True when the text is ISO `YYYY-MM-DD` and such a day exists. */
export function isDate(value: string): value is LocalDate {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const [year, month, day] = partsOf(value);
  return year > 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

/** Year, month (1–12) and day of an ISO date. */
export function partsOf(date: LocalDate): [year: number, month: number, day: number] {
  return [Number(date.slice(0, 4)), Number(date.slice(5, 7)), Number(date.slice(8, 10))];
}

/** ISO date from numbers; the day must exist. Years beyond 1–9999 and impossible days are defects. */
export function dateOf(year: number, month: number, day: number): LocalDate {
  const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
  if (!isDate(date)) throw new RangeError(`no such day: ${year}-${month}-${day}`);
  return date;
}

/** Days in a month, 28–31. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** The date `n` days later (earlier when negative). */
export function addDays(date: LocalDate, n: number): LocalDate {
  const shifted = new Date(Date.parse(date) + whole(n) * DAY_MS).toISOString();
  if (!/^\d{4}-/.test(shifted)) throw new RangeError(`${date} plus ${n} days leaves the calendar`);
  return shifted.slice(0, 10);
}

/** Days from `a` to `b`, negative when `b` is earlier. */
export function daysBetween(a: LocalDate, b: LocalDate): number {
  return Math.round((Date.parse(b) - Date.parse(a)) / DAY_MS);
}

/** The same day `n` months later, or that month's last day when it has no such day: 31 March plus one is 30 April. */
export function addMonths(date: LocalDate, n: number): LocalDate {
  const [year, month, day] = partsOf(date);
  const months = year * 12 + (month - 1) + whole(n);
  const [toYear, toMonth] = [Math.floor(months / 12), (((months % 12) + 12) % 12) + 1];
  return dateOf(toYear, toMonth, Math.min(day, daysInMonth(toYear, toMonth)));
}

/** Day of the week, Monday 1 to Sunday 7. */
export function weekdayOf(date: LocalDate): number {
  return new Date(date).getUTCDay() || 7;
}

/** The local day on which a moment falls. */
export function localDate(moment: Moment): LocalDate {
  return shifted(moment).slice(0, 10);
}

/** The local clock at a moment, `HH:MM`. */
export function localClock(moment: Moment): string {
  return shifted(moment).slice(11, 16);
}

/** The moment (ISO UTC) at which a local day's clock shows `HH:MM` or `HH:MM:SS[.mmm]`; midnight when no clock is given. */
export function momentOf(date: LocalDate, clock = '00:00'): Moment {
  const iso = `${date}T${clock.length === 5 ? `${clock}:00` : clock}Z`;
  return new Date(Date.parse(iso) - OFFSET_MS).toISOString();
}

/** The last millisecond of a local day, as a moment: what is due "on" a day is late only after it. */
export function endOfDay(date: LocalDate): Moment {
  return momentOf(date, '23:59:59.999');
}

/** The moment moved by milliseconds. */
export function addMilliseconds(moment: Moment, milliseconds: number): Moment {
  return new Date(Date.parse(moment) + milliseconds).toISOString();
}

function shifted(moment: Moment): string {
  return new Date(Date.parse(moment) + OFFSET_MS).toISOString();
}

function whole(n: number): number {
  if (!Number.isSafeInteger(n)) throw new RangeError(`not a whole number: ${n}`);
  return n;
}

const two = (n: number): string => String(n).padStart(2, '0');
