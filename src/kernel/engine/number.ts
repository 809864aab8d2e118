import { localDate, partsOf } from '../calendar/date.ts';
import { rocYear } from '../calendar/roc.ts';
import { evaluate } from '../cel/evaluate.ts';
import { format } from '../cel/format.ts';
import { parse } from '../cel/parse.ts';
import { declaredType, type TemplatePart, templateParts } from '../cel/template.ts';
import { isKnown } from '../cel/things.ts';
import type { Scope } from '../cel/world.ts';
import type { RecordType } from '../pack/types.ts';
import type { RecordState } from './types.ts';
import { ask, scopeOf, type Work } from './work.ts';

/** A record's number, and the running number it used up, if any. */
export type Numbered = { number: string; sequence?: { type: string; prefix: string; next: number } };

/**
 * Renders a type's number: `{roc_year}` 115, `{year}`, `{month:2}`, `{day:2}`, `{seq:4}` (runs separately for every text around it),
 * and any path, empty when unknown. Without a template: ROC year and a running number.
 */
export function numberFor(work: Work, type: RecordType, state: RecordState): Numbered | 'pending' {
  const parts = templateParts(type.number ?? '{roc_year}-{seq:4}');
  const scope = scopeOf(work, state);
  const texts = parts.map((part) => (isSequence(part) ? undefined : partText(part, scope, work.input.now)));
  if (!texts.includes(undefined)) return { number: texts.join('') };
  const prefix = texts
    .map((text) => text ?? '…')
    .join('')
    .replace(/…$/, '');
  const n = takeNumber(work, type.name, prefix);
  if (n === 'pending') return 'pending';
  const number = parts.map((part, i) => texts[i] ?? padded(n, part)).join('');
  return { number, sequence: { type: type.name, prefix, next: n + 1 } };
}

const isSequence = (part: TemplatePart): boolean => part.cel === 'seq';

const padded = (n: number, part: TemplatePart): string =>
  String(n).padStart(part.cel !== undefined && part.format ? Number(part.format) : 1, '0');

function partText(part: TemplatePart, scope: Scope, now: string): string {
  if (part.cel === undefined) return part.text;
  const today = localDate(now);
  const [year, month, day] = partsOf(today);
  switch (part.cel) {
    case 'roc_year':
      return padded(rocYear(today), part);
    case 'year':
      return padded(year, part);
    case 'month':
      return padded(month, part);
    case 'day':
      return padded(day, part);
    default: {
      const asked = evaluate(part.cel, scope);
      return isKnown(asked) ? format(asked, 'zh', scope, declaredType(parse(part.cel), scope)) : '';
    }
  }
}

/** Under which the next free number of a type and prefix is known. */
export const sequenceKey = (type: string, prefix: string): string => `sequence|${type}|${prefix}`;

function takeNumber(work: Work, type: string, prefix: string): number | 'pending' {
  const key = sequenceKey(type, prefix);
  const next = work.numbers.get(key) ?? work.input.known.sequences.get(key);
  if (next === undefined) {
    ask(work, { need: 'sequence', key, type, prefix });
    return 'pending';
  }
  work.numbers.set(key, next + 1);
  return next;
}
