import type { Moment } from '../engine/types.ts';
import { type Refused, refused } from '../refusal.ts';
import { text } from '../text.ts';
import { dateOf, isDate, type LocalDate, localClock, localDate, partsOf } from './date.ts';

/** Year 1 of the Republic is 1912. */
const BEFORE_FIRST_YEAR = 1911;

/** ROC year of a date: 2026 → 115. Zero and below are years before the Republic (民國前 1 年 is 0). */
export function rocYear(date: LocalDate): number {
  return partsOf(date)[0] - BEFORE_FIRST_YEAR;
}

/** As official papers write it: `民國115年11月20日`; `short` leaves out 民國, `slash` is `115/11/20`. */
export function formatRoc(date: LocalDate, style: 'long' | 'short' | 'slash' = 'long'): string {
  const [, month, day] = partsOf(date);
  const roc = rocYear(date);
  const year = roc > 0 ? String(roc) : `前${1 - roc}`;
  if (style === 'slash' && roc > 0) return `${year}/${two(month)}/${two(day)}`;
  return `${style === 'long' || roc <= 0 ? '民國' : ''}${year}年${month}月${day}日`;
}

/** Local day and clock of a moment: `115年11月20日 14:05`, with `slash` `115/11/20 14:05`. */
export function formatRocMoment(moment: Moment, style: 'short' | 'slash' = 'short'): string {
  return `${formatRoc(localDate(moment), style)} ${localClock(moment)}`;
}

/**
 * Reads a date as people here type it: `民國115年11月20日`, `115/11/20`, `115.11.20`, `1151120`, `2026-11-20`, `20261120`,
 * `民國前1年10月10日`, full-width digits and spaces included. A year of up to three digits is an ROC year. Refuses anything
 * else, and days that do not exist.
 */
export function parseDate(input: string): LocalDate | Refused {
  const plain = input
    .normalize('NFKC')
    .replace(/\s+/g, '')
    .replace(/^(中華民國|民國)/, '');
  const match = SEPARATED.exec(plain) ?? WORDS.exec(plain) ?? COMPACT.exec(plain);
  if (!match?.groups) return unreadable(input);
  const { before, year = '', month, day } = match.groups;
  const western = before
    ? 1 - Number(year) + BEFORE_FIRST_YEAR
    : year.length > 3
      ? Number(year)
      : Number(year) + BEFORE_FIRST_YEAR;
  const iso = `${String(western).padStart(4, '0')}-${two(Number(month))}-${two(Number(day))}`;
  if ((before && Number(year) < 1) || (!before && Number(year) < 1)) return unreadable(input);
  return isDate(iso) ? dateOf(...partsOf(iso)) : unreadable(input);
}

const SEPARATED = /^(?<year>\d{1,4})(?<mark>[/.-])(?<month>\d{1,2})\k<mark>(?<day>\d{1,2})$/;
const WORDS = /^(?<before>前)?(?<year>\d{1,4})年(?<month>\d{1,2})月(?<day>\d{1,2})日?$/;
const COMPACT = /^(?<year>\d{3,4})(?<month>\d{2})(?<day>\d{2})$/;

function unreadable(input: string): Refused {
  const shown = input.length > 40 ? `${input.slice(0, 40)}…` : input;
  return refused({
    code: 'invalid',
    message: text(`「${shown}」不是日期`, `"${shown}" is not a date`),
    fix: { text: text('請寫成 115/11/20 或 2026-11-20', 'Write it as 115/11/20 or 2026-11-20') },
  });
}

const two = (n: number): string => String(n).padStart(2, '0');
