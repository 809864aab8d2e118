import { addWorkdays, type Calendar, workdayOnOrAfter } from '../../kernel/calendar/calendar.ts';
import { addDays, endOfDay, type LocalDate, localDate, momentOf, weekdayOf } from '../../kernel/calendar/date.ts';
import type { Moment } from '../../kernel/engine/types.ts';

/** From half past eight; what was not told by the end of office hours waits for the next morning. */
const FROM = '08:30';
const UNTIL = '17:30';

/** The day whose digest is to be given now; undefined on days off, before its hour and after office hours. */
export function dayToTell(calendar: Calendar, now: Moment): LocalDate | undefined {
  const today = localDate(now);
  if (workdayOnOrAfter(calendar, today).value !== today) return undefined;
  return now >= momentOf(today, FROM) && now < momentOf(today, UNTIL) ? today : undefined;
}

/** Whether no working day of this week came before: then heads also hear how their units stand. */
export function isFirstOfWeek(calendar: Calendar, day: LocalDate): boolean {
  const monday = addDays(day, 1 - weekdayOf(day));
  return addWorkdays(calendar, day, -1).value < monday;
}

/** What is due by then is told as near: the end of the next working day. */
export const nearUntil = (calendar: Calendar, day: LocalDate): Moment => endOfDay(addWorkdays(calendar, day, 1).value);
