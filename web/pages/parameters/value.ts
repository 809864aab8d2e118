import type { ParameterView } from '../../../src/runtime/views.ts';
import { comma, language, say, t } from '../../language.ts';

type Value = ParameterView['value'];

/** A value with its unit, as it is said: `30 日`, `85 %`, `Telnet、FTP`. */
export function showValue(value: Value, unit: string): string {
  if (Array.isArray(value)) return value.length === 0 ? t('parameter.none') : value.map(word).join(comma());
  if (typeof value === 'boolean') return value ? t('common.yes') : t('common.no');
  if (typeof value !== 'number') return word(value);
  const number = value.toLocaleString(language());
  return unit === 'percent' ? `${number}%` : `${number} ${unitWord(unit, value)}`.trim();
}

/** Packs write labels to stand inside sentences; at the start of a row they get a capital. */
export function labelOf({ label }: Pick<ParameterView, 'label'>): string {
  const said = say(label);
  return said.charAt(0).toUpperCase() + said.slice(1);
}

const plain = ['count', 'version', 'list', 'time_range', 'time_of_day', 'factor'];

/** A unit this page has no word for keeps its own name rather than none. */
export function unitWord(unit: string, count = 2): string {
  if (plain.includes(unit)) return '';
  return t(`unit.${unit}` as 'unit.day', { count, defaultValue: unit.replaceAll('_', ' ') });
}

/** Levels and kinds are stored under short names; products and algorithms are their own names. */
const word = (value: unknown): string =>
  t(`parameterWord.${value}` as 'parameterWord.high', { defaultValue: String(value) });
