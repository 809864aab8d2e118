import { endOfMonth, parseDate, startOfMonth, startOfYear } from '@internationalized/date';

/** The periods auditors ask for most, as of a day: first and last day, ISO. */
export function periods(today: string) {
  const day = parseDate(today);
  const lastMonth = day.subtract({ months: 1 });
  const quarter = startOfMonth(day).subtract({ months: (day.month - 1) % 3 });
  const lastYear = startOfYear(day).subtract({ years: 1 });
  return [
    { name: 'thisMonth', from: startOfMonth(day).toString(), until: today },
    { name: 'lastMonth', from: startOfMonth(lastMonth).toString(), until: endOfMonth(lastMonth).toString() },
    { name: 'thisQuarter', from: quarter.toString(), until: today },
    { name: 'thisYear', from: startOfYear(day).toString(), until: today },
    { name: 'lastYear', from: lastYear.toString(), until: startOfYear(day).subtract({ days: 1 }).toString() },
  ] as const;
}
