import type { Text } from '../text.ts';

/** Units of parameters and spans: which make `param.x` a span, how people say them, and how long they roughly are. */

const TIME_UNITS: Record<string, { minutes: number; label: Text }> = {
  second: { minutes: 1 / 60, label: { zh: '秒', en: 'second' } },
  minute: { minutes: 1, label: { zh: '分鐘', en: 'minute' } },
  hour: { minutes: 60, label: { zh: '小時', en: 'hour' } },
  workday: { minutes: 1_440 * 1.4, label: { zh: '個工作日', en: 'working day' } },
  day: { minutes: 1_440, label: { zh: '日', en: 'day' } },
  week: { minutes: 10_080, label: { zh: '週', en: 'week' } },
  month: { minutes: 43_800, label: { zh: '個月', en: 'month' } },
  quarter: { minutes: 131_400, label: { zh: '季', en: 'quarter' } },
  half_year: { minutes: 262_800, label: { zh: '半年', en: 'half-year' } },
  year: { minutes: 525_600, label: { zh: '年', en: 'year' } },
};

const COUNTED: Record<string, Text> = {
  percent: { zh: '％', en: '%' },
  count: { zh: '', en: '' },
  person: { zh: '人', en: 'person' },
  computer: { zh: '台', en: 'computer' },
  item: { zh: '項', en: 'item' },
  entry: { zh: '筆', en: 'entry' },
  bit: { zh: '位元', en: 'bit' },
  character: { zh: '個字元', en: 'character' },
  version: { zh: '個版本', en: 'version' },
  generation: { zh: '代', en: 'generation' },
  celsius: { zh: '℃', en: '°C' },
  kilometre: { zh: '公里', en: 'kilometre' },
  metre: { zh: '公尺', en: 'metre' },
  millisecond: { zh: '毫秒', en: 'millisecond' },
  failure: { zh: '次', en: 'failure' },
  grade: { zh: '級', en: 'grade' },
  factor: { zh: '項因子', en: 'factor' },
  cycle: { zh: '次', en: 'cycle' },
};

export const isTimeUnit = (unit: string): boolean => Object.hasOwn(TIME_UNITS, unit);

/** How long, for comparing spans of different units; a month counts 30.4 days. */
export const roughMinutes = (n: number, unit: string): number => n * (TIME_UNITS[unit]?.minutes ?? 1);

/** `30 日`, `3 working days`, `85 %`. */
export function quantity(n: number | string, unit: string): Text {
  const label = isTimeUnit(unit) ? TIME_UNITS[unit]!.label : Object.hasOwn(COUNTED, unit) ? COUNTED[unit]! : undefined;
  if (!label) return { zh: `${n}`, en: `${n}` };
  if (!label.en) return { zh: `${n}`, en: `${n}` };
  const symbol = !/^[a-z]/.test(label.en);
  const plural = symbol || Number(n) === 1 ? label.en : pluralOf(label.en);
  return { zh: `${n} ${label.zh}`, en: `${n} ${plural}` };
}

const pluralOf = (word: string): string =>
  word.endsWith('y') && !word.endsWith('day') ? `${word.slice(0, -1)}ies` : `${word}s`;
