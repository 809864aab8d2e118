import { language } from './language.ts';

/**
 * Dates as people here read them: ROC years in Chinese (115/11/20), ISO in English; office time whatever the device says.
 * Data stays ISO.
 */

const office = 'Asia/Taipei';
const parts = new Intl.DateTimeFormat('en-CA', {
  timeZone: office,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

/** The office's calendar day and clock of a moment: `{date: '2026-11-20', clock: '16:40'}`. */
export function officeTime(moment: string | Date): { date: string; clock: string } {
  const found = Object.fromEntries(parts.formatToParts(new Date(moment)).map((part) => [part.type, part.value]));
  return { date: `${found.year}-${found.month}-${found.day}`, clock: `${found.hour}:${found.minute}` };
}

export const today = (): string => officeTime(new Date()).date;

/** `2026-11-20` → `115/11/20`, in English `2026-11-20`. */
export function showDate(date: string): string {
  if (language() === 'en') return date;
  const [year, month, day] = date.split('-');
  return `${Number(year) - 1911}/${month}/${day}`;
}

/** `115/11/20 16:40`. */
export function showMoment(moment: string): string {
  const { date, clock } = officeTime(moment);
  return `${showDate(date)} ${clock}`;
}

/** Within this year the year is left out: `11/20 16:40`. */
export function showMomentShort(moment: string): string {
  const { date, clock } = officeTime(moment);
  return `${showDay(date)} ${clock}`;
}

/** `11/20` within this year, else with the year. */
export function showDay(date: string): string {
  return date.slice(0, 4) === today().slice(0, 4) ? date.slice(5).replace('-', '/') : showDate(date);
}

/** `115 年 11 月 20 日 星期五`, `Friday, 20 November 2026`. */
export function showLongDate(date: string): string {
  const at = new Date(`${date}T12:00:00+08:00`);
  if (language() === 'en') return at.toLocaleDateString('en-GB', { dateStyle: 'full', timeZone: office });
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  return `${year - 1911} 年 ${month} 月 ${day} 日 ${at.toLocaleDateString('zh-TW', { weekday: 'long', timeZone: office })}`;
}

/** A period on one day shows its day once: `115/11/25（三） 18:30–20:00`. */
export function showPeriod(start: string, end: string): string {
  const from = officeTime(start);
  const to = officeTime(end);
  const day = `${showDate(from.date)}${weekday(from.date)}`;
  if (from.date === to.date) return `${day} ${from.clock}–${to.clock}`;
  return `${day} ${from.clock} – ${showDate(to.date)}${weekday(to.date)} ${to.clock}`;
}

/** `3 分鐘前`, `2 小時後`; days and longer count calendar days of the office. */
export function fromNow(moment: string, now = Date.now()): string {
  const words = new Intl.RelativeTimeFormat(language(), { numeric: 'auto' });
  const seconds = Math.round((Date.parse(moment) - now) / 1000);
  if (Math.abs(seconds) < 60) return words.format(seconds, 'second');
  if (Math.abs(seconds) < 3600) return words.format(Math.round(seconds / 60), 'minute');
  if (Math.abs(seconds) < 86_400) return words.format(Math.round(seconds / 3600), 'hour');
  const days = Math.round((dayNumber(moment) - dayNumber(new Date(now).toISOString())) / 86_400_000);
  return Math.abs(days) < 60 ? words.format(days, 'day') : words.format(Math.round(days / 30.4), 'month');
}

const dayNumber = (moment: string): number => Date.parse(officeTime(moment).date);

function weekday(date: string): string {
  const name = new Date(`${date}T12:00:00+08:00`).toLocaleDateString(language(), {
    weekday: 'short',
    timeZone: office,
  });
  return language() === 'en' ? ` (${name})` : `（${name.replace(/^[週周]/, '')}）`;
}
