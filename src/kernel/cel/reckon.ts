import { addSpan, addToDate } from '../calendar/span.ts';
import type { Comparison, Tree } from './parse.ts';
import { print } from './print.ts';
import {
  type Asked,
  isDateText,
  isMomentText,
  isSpan,
  order,
  type SpanThing,
  same,
  spanMilliseconds,
  spanOf,
  type Thing,
  unknown,
} from './things.ts';
import type { Scope } from './world.ts';

/** `==`, `<` and their kin on two known things; things without an order are unknown. */
export function compare(by: Comparison, left: Thing, right: Thing, tree: Tree): Asked {
  if (by === '==') return same(left, right);
  if (by === '!=') return !same(left, right);
  const difference = order(left, right);
  if (difference === undefined || Number.isNaN(difference)) return unknown(print(tree));
  return by === '<' ? difference < 0 : by === '<=' ? difference <= 0 : by === '>' ? difference > 0 : difference >= 0;
}

/** The opposite of a number or span. */
export function minus(of: Thing, tree: Tree): Asked {
  if (typeof of === 'number') return -of;
  return isSpan(of) ? spanOf(-of.n, of.unit) : unknown(print(tree));
}

/** `+ - * / %` on numbers, spans, texts and lists; dates and moments moved by spans. Dividing by nothing is unknown. */
export function calculate(tree: Tree & { op: 'arithmetic' }, left: Thing, right: Thing, scope: Scope): Asked {
  const sign = tree.by === '-' ? -1 : 1;
  if (typeof left === 'number' && typeof right === 'number') return numbers(tree, left, right);
  if (tree.by === '*' || tree.by === '/') return scaled(tree, left, right);
  if (isSpan(left) && isSpan(right)) return added(left, right, sign);
  if (isSpan(right)) return moved(left, right, sign, tree, scope);
  if (isSpan(left) && sign > 0) return moved(right, left, 1, tree, scope);
  if (Array.isArray(left) && Array.isArray(right)) return [...left, ...right];
  if (typeof left !== 'string' || typeof right !== 'string') return unknown(print(tree));
  if (sign > 0) return left + right;
  const difference = order(left, right);
  return difference === undefined ? unknown(print(tree)) : spanOf(difference / 60_000, 'minute');
}

function numbers(tree: Tree & { op: 'arithmetic' }, left: number, right: number): Asked {
  const results = { '+': left + right, '-': left - right, '*': left * right, '/': left / right, '%': left % right };
  const result = results[tree.by];
  return Number.isFinite(result) ? result : unknown(print(tree));
}

function scaled(tree: Tree & { op: 'arithmetic' }, left: Thing, right: Thing): Asked {
  if (isSpan(left) && typeof right === 'number')
    return spanOf(tree.by === '*' ? left.n * right : left.n / right, left.unit);
  if (isSpan(right) && typeof left === 'number' && tree.by === '*') return spanOf(left * right.n, right.unit);
  return unknown(print(tree));
}

const added = (left: SpanThing, right: SpanThing, sign: number): SpanThing =>
  left.unit === right.unit
    ? spanOf(left.n + sign * right.n, left.unit)
    : spanOf((spanMilliseconds(left) + sign * spanMilliseconds(right)) / 60_000, 'minute');

/** A date moved by days or longer stays a date; by hours it becomes a moment. Beyond year 9999 nothing is known. */
function moved(from: Thing, span: SpanThing, sign: number, tree: Tree, scope: Scope): Asked {
  const by = { n: sign * span.n, unit: span.unit };
  const { calendar } = scope.world;
  try {
    if (isDateText(from)) {
      const byClock = by.unit === 'hour' || by.unit === 'minute';
      return byClock ? addSpan(calendar, `${from}T00:00:00+08:00`, by).value : addToDate(calendar, from, by).value;
    }
    return isMomentText(from) ? addSpan(calendar, from, by).value : unknown(print(tree));
  } catch (error) {
    if (error instanceof RangeError) return unknown(print(tree));
    throw error;
  }
}
