import { type Numeral, writeNumeral } from '../../kernel/clauses/numerals.ts';
import type { Attributes } from '../parts.ts';

/** List and outline styles of OpenDocument (ODF 1.3 part 3, 16.31 to 16.34) and the labels they give. */

export type ListLevel = {
  /** Absent for bullets. */
  numeral?: Numeral;
  prefix: string;
  suffix: string;
  /** How many levels the label shows, its own included. */
  display: number;
  start: number;
  /** LibreOffice's own `%1%.%2%`, prefix and suffix included. */
  format?: string;
};
/** Levels counted from 1. */
export type ListStyle = Map<number, ListLevel>;

export function levelFrom(attributes: Attributes): ListLevel {
  const numeral = numeralOf(attributes['style:num-format'] ?? '');
  const format = attributes['style:num-list-format'] ?? attributes['loext:num-list-format'];
  return {
    ...(numeral ? { numeral } : {}),
    prefix: attributes['style:num-prefix'] ?? '',
    suffix: attributes['style:num-suffix'] ?? '',
    display: Number(attributes['text:display-levels'] ?? 1),
    start: Number(attributes['text:start-value'] ?? 1),
    ...(format ? { format } : {}),
  };
}

/** `1`, `a`, `I`, or the beginning of the sequence itself: `一, 二, 三, ...`. */
function numeralOf(format: string): Numeral | undefined {
  const [first = '', second = ''] = format.split(/[,、]\s*/);
  const named: Record<string, Numeral> = {
    '1': 'decimal',
    '01': 'decimal_zero',
    a: 'lower',
    A: 'upper',
    i: 'small_roman',
    I: 'roman',
  };
  const drawn: Record<string, Numeral> = {
    一: 'chinese',
    壹: 'formal',
    甲: 'stem',
    子: 'branch',
    '１': 'full_width',
    '①': 'circled',
    '0': 'decimal_zero',
  };
  if (second === '') return named[first] ?? drawn[first] ?? (first === '' ? undefined : 'decimal');
  return drawn[first] ?? named[first] ?? 'decimal';
}

/** Numbers of one list, by level from 1. */
export type Counts = (number | undefined)[];

/** Counts one paragraph at this level and answers its label; undefined for bullets. */
export function countAt(style: ListStyle, counts: Counts, at: number, startHere?: number): string | undefined {
  const level = style.get(at);
  const start = (one: number) => style.get(one)?.start ?? 1;
  const before = counts[at];
  counts[at] = startHere ?? (before === undefined ? start(at) : before + 1);
  counts.length = at + 1;
  if (!level?.numeral) return undefined;
  const number = (one: number) => {
    const numeral = style.get(one)?.numeral;
    return numeral ? writeNumeral(numeral, counts[one] ?? start(one)) : '';
  };
  if (level.format) return level.format.replace(/%(\d+)%/g, (_, digit: string) => number(Number(digit)));
  const shown: string[] = [];
  for (let one = Math.max(1, at - level.display + 1); one <= at; one += 1) shown.push(number(one));
  return level.prefix + shown.filter(Boolean).join('.') + level.suffix;
}
