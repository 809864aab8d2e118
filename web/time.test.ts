import i18next from 'i18next';
import { beforeEach, expect, test } from 'vitest';
import { fromNow, officeTime, showDate, showLongDate, showMoment, showPeriod } from './time.ts';

beforeEach(async () => {
  await i18next.init({ lng: 'zh-TW' });
});

test('a moment late in the evening of UTC belongs to the next day of the office', () => {
  expect(officeTime('2026-11-20T18:30:00.000Z')).toEqual({ date: '2026-11-21', clock: '02:30' });
});

test('midnight is 00:00, never 24:00', () => {
  expect(showMoment('2026-11-19T16:00:00.000Z')).toBe('115/11/20 00:00');
});

test('Chinese shows ROC years, English ISO', async () => {
  expect(showDate('2026-11-20')).toBe('115/11/20');
  expect(showLongDate('2026-11-20')).toBe('115 年 11 月 20 日 星期五');
  await i18next.changeLanguage('en');
  expect(showDate('2026-11-20')).toBe('2026-11-20');
});

test('a period on one day names the day once', () => {
  expect(showPeriod('2026-11-25T10:30:00.000Z', '2026-11-25T12:00:00.000Z')).toBe('115/11/25（三） 18:30–20:00');
  expect(showPeriod('2026-11-25T10:30:00.000Z', '2026-11-26T12:00:00.000Z')).toBe(
    '115/11/25（三） 18:30 – 115/11/26（四） 20:00',
  );
});

test('days from now count calendar days of the office, not spans of 24 hours', () => {
  const now = Date.parse('2026-11-20T15:00:00.000Z'); // 23:00 in the office
  expect(fromNow('2026-11-21T16:30:00.000Z', now)).toBe('後天');
});
