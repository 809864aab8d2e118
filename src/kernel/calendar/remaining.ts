import type { Moment } from '../engine/types.ts';
import { type Text, text } from '../text.ts';
import { type Calendar, workdaysBetween } from './calendar.ts';
import { daysBetween, localDate } from './date.ts';

/** Time left until `due`, or by how much it is late, in the words of a task list: 尚餘 2 個工作日, 逾期 3 日. */
export function remaining(calendar: Calendar, now: Moment, due: Moment): { late: boolean; text: Text } {
  const late = Date.parse(now) > Date.parse(due);
  return { late, text: late ? overdue(now, due) : left(calendar, now, due) };
}

function overdue(now: Moment, due: Moment): Text {
  const days = daysBetween(localDate(due), localDate(now));
  if (days > 0) return text(`逾期 ${days} 日`, `${plural(days, 'day')} overdue`);
  const clock = clockSpan(Date.parse(now) - Date.parse(due));
  return text(`逾期 ${clock.zh}`, `${clock.en} overdue`);
}

function left(calendar: Calendar, now: Moment, due: Moment): Text {
  const days = daysBetween(localDate(now), localDate(due));
  if (days === 0) {
    const clock = clockSpan(Date.parse(due) - Date.parse(now));
    return text(`今日到期，尚餘 ${clock.zh}`, `due today, ${clock.en} left`);
  }
  const workdays = workdaysBetween(calendar, localDate(now), localDate(due)).value;
  if (workdays > 0) return text(`尚餘 ${workdays} 個工作日`, `${plural(workdays, 'working day')} left`);
  return text(`尚餘 ${days} 日`, `${plural(days, 'day')} left`);
}

function clockSpan(milliseconds: number): Text {
  const minutes = Math.ceil(milliseconds / 60_000);
  if (minutes < 60) return text(`${minutes} 分鐘`, plural(minutes, 'minute'));
  const hours = Math.floor(minutes / 60);
  return text(`${hours} 小時`, plural(hours, 'hour'));
}

const plural = (n: number, unit: string): string => `${n} ${unit}${n === 1 ? '' : 's'}`;
