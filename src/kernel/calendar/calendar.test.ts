import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addWorkdays,
  type Calendar,
  dayNote,
  emptyCalendar,
  isWorkday,
  missingYearWarning,
  withOverride,
  withYears,
  workdayOnOrAfter,
  workdaysBetween,
} from './calendar.ts';
import {
  addDays,
  addMonths,
  dateOf,
  daysInMonth,
  endOfDay,
  isDate,
  localClock,
  localDate,
  momentOf,
  partsOf,
} from './date.ts';
import { readOfficeCalendar } from './office.ts';
import { remaining } from './remaining.ts';
import { addSpan, dueAfter, lastDayOfTerm } from './span.ts';

const shipped = [2024, 2025, 2026].reduce<Calendar>((calendar, year) => {
  const read = readOfficeCalendar(readFileSync(`calendar/${year}.json`), 'data.gov.tw 14718');
  if ('refused' in read) throw new Error(JSON.stringify(read.refused));
  return withYears(calendar, read.years);
}, emptyCalendar);

const anyDate = fc.integer({ min: 0, max: 3 * 365 }).map((n) => addDays('2024-01-01', n));

describe('working days', () => {
  test('the announced year decides: New Year off, a make-up Saturday works, 2026 has none', () => {
    expect(isWorkday(shipped, '2026-01-01')).toBe(false);
    expect(isWorkday(shipped, '2025-02-08')).toBe(true);
    expect(dayNote(shipped, '2025-02-08')).toBe('補行上班');
    expect(isWorkday(shipped, '2026-11-20')).toBe(true);
    expect(isWorkday(shipped, '2026-11-21')).toBe(false);
  });

  test('a year never imported is unknown, and counting says which years it assumed', () => {
    expect(isWorkday(shipped, '2027-01-04')).toBe('unknown');
    expect(addWorkdays(shipped, '2026-12-31', 1)).toEqual({ value: '2027-01-01', assumedYears: [2027] });
    expect(addWorkdays(shipped, '2026-11-20', 3)).toEqual({ value: '2026-11-25', assumedYears: [] });
  });

  test('an override wins, even in an unknown year, and can be taken back', () => {
    const typhoon = withOverride(shipped, '2026-11-23', { off: true, note: '颱風' });
    expect(addWorkdays(typhoon, '2026-11-20', 1).value).toBe('2026-11-24');
    expect(isWorkday(withOverride(typhoon, '2026-11-23'), '2026-11-23')).toBe(true);
    expect(isWorkday(withOverride(shipped, '2027-01-04', { off: true, note: '' }), '2027-01-04')).toBe(false);
  });

  test('the Lunar New Year of 2026 is jumped in one step', () => {
    expect(addWorkdays(shipped, '2026-02-13', 1).value).toBe('2026-02-23');
    expect(workdaysBetween(shipped, '2026-02-13', '2026-02-23').value).toBe(1);
  });

  test('adding working days and counting them are inverse, and the landing works', () => {
    fc.assert(
      fc.property(anyDate, fc.integer({ min: -60, max: 60 }), (date, n) => {
        const { value } = addWorkdays(shipped, date, n);
        if (n !== 0 && value < '2027-01-01' && value > '2023-12-31') expect(isWorkday(shipped, value)).toBe(true);
        expect(workdaysBetween(shipped, date, value).value).toBe(n);
      }),
    );
  });

  test('counting is additive over any middle day', () => {
    fc.assert(
      fc.property(anyDate, anyDate, anyDate, (x, y, z) => {
        const [a, b, c] = [x, y, z].sort() as [string, string, string];
        const count = (from: string, to: string) => workdaysBetween(shipped, from, to).value;
        expect(count(a, b) + count(b, c)).toBe(count(a, c));
      }),
    );
  });

  test('a missing calendar is announced from 1 December, or at once for the running year', () => {
    expect(missingYearWarning(shipped, '2026-11-30')).toBeUndefined();
    expect(missingYearWarning(shipped, '2026-12-01')?.zh).toContain('116 年');
    expect(missingYearWarning(shipped, '2027-03-01')?.en).toContain('2027');
  });
});

describe('months and terms', () => {
  test('a month without such a day ends on its last day', () => {
    expect(addMonths('2026-03-31', 1)).toBe('2026-04-30');
    expect(addMonths('2024-02-29', 12)).toBe('2025-02-28');
    expect(addMonths('2026-03-31', -1)).toBe('2026-02-28');
  });

  test('adding months lands in the asked month, on the same day or on its last', () => {
    fc.assert(
      fc.property(anyDate, fc.integer({ min: -600, max: 600 }), (date, n) => {
        const [year, month, day] = partsOf(date);
        const [toYear, toMonth, toDay] = partsOf(addMonths(date, n));
        expect(toYear * 12 + toMonth - (year * 12 + month)).toBe(n);
        expect(toDay).toBe(Math.min(day, daysInMonth(toYear, toMonth)));
      }),
    );
  });

  test('行政程序法 48: done 31 March, one month ends 30 April; done 28 February ends 31 March', () => {
    expect(lastDayOfTerm(shipped, '2026-03-31', { n: 1, unit: 'month' }).value).toBe('2026-04-30');
    expect(lastDayOfTerm(shipped, '2025-02-28', { n: 1, unit: 'month' }).value).toBe('2025-03-31');
    expect(lastDayOfTerm(shipped, '2026-01-30', { n: 1, unit: 'month' }).value).toBe('2026-03-02');
  });

  test('行政程序法 48 IV: a term never ends on a day off, and never before the plain span', () => {
    fc.assert(
      fc.property(
        anyDate,
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom('day', 'week', 'month'),
        (date, n, unit) => {
          const { value } = lastDayOfTerm(shipped, date, { n, unit });
          expect(isWorkday(shipped, value)).not.toBe(false);
          expect(value >= localDate(addSpan(shipped, momentOf(date), { n, unit }).value)).toBe(true);
        },
      ),
    );
  });

  test('a day off moves to the next working day', () => {
    expect(workdayOnOrAfter(shipped, '2026-02-14').value).toBe('2026-02-23');
  });
});

describe('moments', () => {
  test('the local day begins eight hours before UTC’s', () => {
    expect(localDate('2026-11-19T16:00:00.000Z')).toBe('2026-11-20');
    expect(localClock('2026-11-20T02:30:00.000Z')).toBe('10:30');
    expect(momentOf('2026-11-20', '12:00')).toBe('2026-11-20T04:00:00.000Z');
    expect(endOfDay('2026-11-20')).toBe('2026-11-20T15:59:59.999Z');
  });

  test('spans of days keep the local clock, hours run through the night', () => {
    const friday = momentOf('2026-11-20', '15:30');
    expect(addSpan(shipped, friday, { n: 1, unit: 'workday' }).value).toBe(momentOf('2026-11-23', '15:30'));
    expect(addSpan(shipped, friday, { n: 36, unit: 'hour' }).value).toBe(momentOf('2026-11-22', '03:30'));
    expect(addSpan(shipped, friday, { n: -1, unit: 'year' }).value).toBe(momentOf('2025-11-20', '15:30'));
    expect(dueAfter(shipped, friday, { n: 3, unit: 'workday' }).value).toBe(endOfDay('2026-11-25'));
    expect(dueAfter(shipped, friday, { n: 30, unit: 'minute' }).value).toBe(momentOf('2026-11-20', '16:00'));
  });

  test('a date that does not exist is no date', () => {
    for (const wrong of ['2026-02-29', '2026-13-01', '2026-1-1', '0000-01-01', '2026-11-20T00:00'])
      expect(isDate(wrong)).toBe(false);
    expect(() => dateOf(2026, 2, 29)).toThrow(RangeError);
  });
});

describe('time left, in words', () => {
  const now = momentOf('2026-11-20', '10:00');
  test.each([
    [endOfDay('2026-11-24'), '尚餘 2 個工作日', '2 working days left'],
    [endOfDay('2026-11-22'), '尚餘 2 日', '2 days left'],
    [momentOf('2026-11-20', '13:30'), '今日到期，尚餘 3 小時', 'due today, 3 hours left'],
    [endOfDay('2026-11-17'), '逾期 3 日', '3 days overdue'],
    [momentOf('2026-11-20', '09:15'), '逾期 45 分鐘', '45 minutes overdue'],
  ])('%s reads %s', (due, zh, en) => {
    expect(remaining(shipped, now, due).text).toEqual({ zh, en });
  });
});
