import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyCalendar, withYears } from './calendar.ts';
import { addDays, endOfDay, momentOf } from './date.ts';
import { readOfficeCalendar } from './office.ts';
import {
  deadlineIn,
  nextPeriod,
  PERIOD_UNITS,
  type Period,
  type PeriodUnit,
  periodLabel,
  periodOf,
  previousPeriod,
} from './period.ts';

const announced = readOfficeCalendar(readFileSync('calendar/2026.json'), 'data.gov.tw 14718');
if ('refused' in announced) throw new Error(JSON.stringify(announced.refused));
const calendar = withYears(emptyCalendar, announced.years);
const at = (date: string, unit: PeriodUnit): Period => periodOf(calendar, date, unit)!;

describe('periods', () => {
  test.each([
    ['week', '2026-11-20', '2026-11-16', '2026-11-22', '2026-W47', '115/11/16 起一週'],
    ['week', '2027-01-01', '2026-12-28', '2027-01-03', '2026-W53', '115/12/28 起一週'],
    ['month', '2026-02-15', '2026-02-01', '2026-02-28', '2026-02', '115年2月'],
    ['quarter', '2026-11-20', '2026-10-01', '2026-12-31', '2026-Q4', '115年第4季'],
    ['half_year', '2026-06-30', '2026-01-01', '2026-06-30', '2026-H1', '115年上半年'],
    ['year', '2026-06-30', '2026-01-01', '2026-12-31', '2026', '115年'],
    ['workday', '2026-11-20', '2026-11-20', '2026-11-20', '2026-11-20', '115/11/20'],
  ] as const)('the %s of %s', (unit, date, start, end, key, zh) => {
    expect(at(date, unit)).toEqual({ unit, start, end, key });
    expect(periodLabel(at(date, unit)).zh).toBe(zh);
  });

  test('a day off is no workday period, and the next one is the next working day', () => {
    expect(periodOf(calendar, '2026-02-17', 'workday')).toBeUndefined();
    expect(nextPeriod(calendar, at('2026-02-13', 'workday')).key).toBe('2026-02-23');
    expect(previousPeriod(calendar, at('2026-02-23', 'workday')).key).toBe('2026-02-13');
  });

  test('periods tile time: each next begins the day after, each day lies in exactly its own', () => {
    const dates = fc.integer({ min: 0, max: 3000 }).map((n) => addDays('2022-01-01', n));
    const tiling = PERIOD_UNITS.filter((unit) => unit !== 'workday');
    fc.assert(
      fc.property(dates, fc.constantFrom(...tiling), (date, unit) => {
        const period = at(date, unit);
        expect(period.start <= date && date <= period.end).toBe(true);
        const next = nextPeriod(calendar, period);
        expect(next.start).toBe(addDays(period.end, 1));
        expect(next.key).not.toBe(period.key);
        expect(previousPeriod(calendar, next)).toEqual(period);
        expect(at(period.end, unit)).toEqual(period);
      }),
    );
  });
});

describe('deadlines inside a period', () => {
  const february = at('2026-02-01', 'month');
  test('the tenth and the last working day, around the Lunar New Year', () => {
    expect(deadlineIn(calendar, february, { kind: 'in_period', unit: 'workday', n: 10 }).value).toBe(
      endOfDay('2026-02-13'),
    );
    expect(deadlineIn(calendar, february, { kind: 'in_period', unit: 'workday', n: -1 }).value).toBe(
      endOfDay('2026-02-26'),
    );
    expect(deadlineIn(calendar, february, { kind: 'in_period', unit: 'workday', n: 99 }).value).toBe(
      endOfDay('2026-02-26'),
    );
    expect(deadlineIn(calendar, february, { kind: 'in_period', unit: 'day', n: 5 }).value).toBe(endOfDay('2026-02-05'));
  });

  test('a week without any working day is due on its last day', () => {
    const newYear = at('2026-02-17', 'week');
    expect(deadlineIn(calendar, newYear, { kind: 'in_period', unit: 'workday', n: 1 }).value).toBe(
      endOfDay('2026-02-22'),
    );
  });

  test('a clock is on the last day, a span counts from the first, and nothing means the end', () => {
    const today = at('2026-11-20', 'workday');
    expect(deadlineIn(calendar, today, { kind: 'at', clock: '12:00' }).value).toBe(momentOf('2026-11-20', '12:00'));
    expect(deadlineIn(calendar, today, { kind: 'span', n: 4, unit: 'hour' }).value).toBe(
      momentOf('2026-11-20', '04:00'),
    );
    expect(deadlineIn(calendar, february).value).toBe(endOfDay('2026-02-28'));
  });

  test('what was assumed is said', () => {
    const unknown = at('2027-03-01', 'month');
    expect(deadlineIn(calendar, unknown, { kind: 'in_period', unit: 'workday', n: 1 }).assumedYears).toEqual([2027]);
  });
});
