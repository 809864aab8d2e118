import { type Refused, refused } from '../refusal.ts';
import { type Text, text } from '../text.ts';
import type { DayMark, OfficeYear } from './calendar.ts';
import { addDays, isDate, type LocalDate, weekdayOf } from './date.ts';
import { type OfficeRow, readRows } from './office-rows.ts';
import { parseDate } from './roc.ts';

/** Years read whole from a file, and those it holds only in part, which are left out. */
export type OfficeYears = {
  years: Record<string, OfficeYear>;
  incomplete: { year: string; missing: LocalDate }[];
};

/**
 * Reads the government's office calendar (政府行政機關辦公日曆表, data set 14718): the official CSV in Big5 or UTF-8, the
 * same as JSON, the city mirrors' JSON or CSV that list only days off and make-up days, and the community's
 * `{date, week, isHoliday, description}`. `source` is kept as where it came from. Refuses, with line (or row) and
 * remedy, what cannot be read, contradicts itself, or holds no complete year.
 */
export function readOfficeCalendar(file: Uint8Array | string, source: string): OfficeYears | Refused {
  const rows = readRows(file);
  if ('refused' in rows) return rows;
  const byYear = new Map<string, Map<LocalDate, DayMark>>();
  for (const row of rows) {
    const day = readDay(row);
    if ('refused' in day) return day;
    const year = byYear.get(day.date.slice(0, 4)) ?? new Map<LocalDate, DayMark>();
    if (year.has(day.date)) return broken(row, text(`${day.date} 重複`, `${day.date} appears twice`));
    byYear.set(day.date.slice(0, 4), year.set(day.date, day.mark));
  }
  const found: OfficeYears = { years: {}, incomplete: [] };
  for (const [year, days] of [...byYear].sort()) {
    const missing = firstMissing(year, days);
    if (missing) found.incomplete.push({ year, missing });
    else found.years[year] = { source, marked: departures(days) };
  }
  return Object.keys(found.years).length > 0 ? found : noWholeYear(found);
}

function readDay(row: OfficeRow): { date: LocalDate; mark: DayMark } | Refused {
  const date = parseDate(row.date);
  if (typeof date !== 'string') {
    return broken(row, text(`「${row.date.slice(0, 40)}」不是日期`, `"${row.date.slice(0, 40)}" is not a date`));
  }
  const off = FLAGS[row.flag.trim().toLowerCase()];
  if (off === undefined) {
    return broken(
      row,
      text(
        `是否放假的值「${row.flag.slice(0, 20)}」無法判讀，應為 0 或 2`,
        `day-off flag "${row.flag.slice(0, 20)}" is neither 0 nor 2`,
      ),
    );
  }
  const weekday = '一二三四五六日'[weekdayOf(date) - 1];
  if (row.week && !row.week.includes(weekday ?? '')) {
    return broken(
      row,
      text(
        `${date} 是星期${weekday}，檔案寫「${row.week.slice(0, 10)}」`,
        `${date} is weekday ${weekdayOf(date)}, the file says "${row.week.slice(0, 10)}"`,
      ),
    );
  }
  return { date, mark: { off, note: row.note.trim() } };
}

/** Official: 2 is off, 0 is work. Mirrors write 是/否 or booleans. */
const FLAGS: Record<string, boolean | undefined> = {
  '2': true,
  '0': false,
  是: true,
  否: false,
  true: true,
  false: false,
  y: true,
  n: false,
  yes: true,
  no: false,
};

/**
 * A full listing must name every day. A listing of days off names fewer than half of the ordinary weekdays; it must
 * name every Saturday and Sunday and at least one day off in the week, else part of it was cut away.
 */
function firstMissing(year: string, days: Map<LocalDate, DayMark>): LocalDate | undefined {
  const all = daysOf(year);
  const weekdays = all.filter((day) => weekdayOf(day) <= 5);
  const sparse = weekdays.filter((day) => days.has(day)).length < weekdays.length / 2;
  const needed = sparse ? all.filter((day) => weekdayOf(day) > 5) : all;
  const holidays = [...days].some(([day, mark]) => mark.off && weekdayOf(day) <= 5);
  return needed.find((day) => !days.has(day)) ?? (holidays ? undefined : weekdays[0]);
}

function departures(days: Map<LocalDate, DayMark>): Record<LocalDate, DayMark> {
  const marked = [...days].filter(([day, mark]) => mark.off !== weekdayOf(day) > 5 || isNamed(mark));
  return Object.fromEntries(marked.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Mirrors call ordinary weekends 星期六, 星期日: no name worth keeping. */
const isNamed = (mark: DayMark): boolean => mark.note !== '' && !/^(星期[六日]、?)+$/.test(mark.note);

function daysOf(year: string): LocalDate[] {
  const days: LocalDate[] = [];
  for (let day = `${year}-01-01`; isDate(day) && day.startsWith(year); day = addDays(day, 1)) {
    days.push(day);
    if (day.endsWith('12-31')) break;
  }
  return days;
}

function broken(row: OfficeRow, what: Text): Refused {
  const where = row.line ? text(`第 ${row.line} 行`, `line ${row.line}`) : text(`第 ${row.row} 筆`, `row ${row.row}`);
  return refused({
    code: 'invalid',
    message: text(`${where.zh}：${what.zh}`, `${where.en}: ${what.en}`),
    fix: {
      text: text(
        '請改正該處，或重新下載該年度的官方檔案',
        'Correct it there, or download the official file of that year again',
      ),
    },
    line: row.line ?? row.row,
  });
}

function noWholeYear(found: OfficeYears): Refused {
  const first = found.incomplete[0];
  const missing = first
    ? text(`${first.year} 年缺 ${first.missing} 等日期`, `${first.year} lacks ${first.missing}, perhaps more`)
    : text('檔案沒有任何日期', 'the file holds no days');
  return refused({
    code: 'invalid',
    message: text(`沒有完整的年度：${missing.zh}`, `No complete year: ${missing.en}`),
    fix: {
      text: text(
        '請下載整年度的檔案；介接新北市 API 時，請把 size 調大以一次取得全部',
        'Download the file of the whole year; with the mirror API, raise size so that everything comes at once',
      ),
    },
  });
}
