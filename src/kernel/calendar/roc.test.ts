import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDays } from './date.ts';
import { formatRoc, formatRocMoment, parseDate, rocYear } from './roc.ts';

describe('ROC dates', () => {
  test.each([
    ['民國115年11月20日', '2026-11-20'],
    ['中華民國 115 年 11 月 20 日', '2026-11-20'],
    ['115/11/20', '2026-11-20'],
    ['１１５／１１／２０', '2026-11-20'],
    ['115.1.5', '2026-01-05'],
    ['1151120', '2026-11-20'],
    ['99-12-31', '2010-12-31'],
    ['2026-11-20', '2026-11-20'],
    ['20261120', '2026-11-20'],
    ['民國前1年10月10日', '1911-10-10'],
  ])('%s is read as %s', (input, date) => {
    expect(parseDate(input)).toBe(date);
  });

  test.each(['', '115/2/29', '115/11-20', '民國0年1月1日', '下週一', '115/13/1', '12345', '2026-11-20T10:00'])(
    '"%s" is refused with a remedy',
    (input) => {
      const read = parseDate(input);
      expect(read).toMatchObject({ refused: [{ code: 'invalid', fix: { text: { zh: expect.any(String) } } }] });
    },
  );

  test('papers write them in full, registers with slashes', () => {
    expect(formatRoc('2026-11-20')).toBe('民國115年11月20日');
    expect(formatRoc('2026-01-05', 'short')).toBe('115年1月5日');
    expect(formatRoc('2026-01-05', 'slash')).toBe('115/01/05');
    expect(formatRoc('1911-10-10')).toBe('民國前1年10月10日');
    expect(formatRocMoment('2026-11-20T06:05:00.000Z')).toBe('115年11月20日 14:05');
    expect(rocYear('2026-01-01')).toBe(115);
  });

  test('what is written is read back, in every style', () => {
    const dates = fc.integer({ min: -40_000, max: 100_000 }).map((n) => addDays('1912-01-01', n));
    fc.assert(
      fc.property(dates, fc.constantFrom('long', 'short', 'slash'), (date, style) => {
        expect(parseDate(formatRoc(date, style))).toBe(date);
      }),
    );
  });

  test('any text is read or refused, never thrown', () => {
    fc.assert(fc.property(fc.string(), (input) => ['string', 'object'].includes(typeof parseDate(input))));
  });
});
