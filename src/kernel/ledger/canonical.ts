import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** What JSON can say and nothing else: what an event carries. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const DEEPEST = 100;
const encoder = new TextEncoder();

/**
 * RFC 8785 text of a JSON value: object keys in UTF-16 order, shortest numbers, no white space.
 * @throws TypeError naming the path of the first thing JSON cannot carry (see {@link canonicalProblem}); edges ask first.
 */
export function canonicalText(value: Json): string {
  const problem = canonicalProblem(value);
  if (problem) throw new TypeError(`not canonical JSON at ${problem.path || 'the top'}: ${problem.why}`);
  return canonicalize(value) as string;
}

/** UTF-8 bytes of {@link canonicalText}: exactly what is hashed, stored and sealed. */
export const canonicalBytes = (value: Json): Uint8Array => encoder.encode(canonicalText(value));

/** SHA-256 of the canonical bytes, lower-case hexadecimal: names definitions, requests and contents. */
export const canonicalHash = (value: Json): string => hash('sha256', canonicalText(value), 'hex');

/**
 * The first thing in `value` that has no canonical form, with its path (`data.rows[3].name`), or undefined.
 * Refuses what serialisers silently drop or change: undefined, NaN, infinities, lone surrogates, bigint, symbols, functions,
 * holes in arrays, objects other than plain ones (dates, maps), cycles and anything nested deeper than 100.
 */
export function canonicalProblem(value: unknown, depth = 0): { path: string; why: string } | undefined {
  switch (typeof value) {
    case 'boolean':
      return undefined;
    case 'string':
      return value.isWellFormed() ? undefined : here('text with a lone surrogate');
    case 'number':
      return Number.isFinite(value) ? undefined : here(`${value} is not a number JSON knows`);
    case 'object':
      if (value === null) return undefined;
      if (depth >= DEEPEST) return here(`nested deeper than ${DEEPEST}`);
      return Array.isArray(value) ? problemInArray(value, depth) : problemInObject(value, depth);
    case 'undefined':
    case 'bigint':
    case 'symbol':
    case 'function':
      return here(`${typeof value} has no JSON form`);
    default:
      return here('unknown kind of value');
  }
}

// Paths are put together on the way out, for nearly every value has no problem and is walked for every event.
type Problem = { path: string; why: string };
const here = (why: string): Problem => ({ path: '', why });
const below = (step: string, { path, why }: Problem): Problem => ({
  path: path === '' || path.startsWith('[') ? `${step}${path}` : `${step}.${path}`,
  why,
});

function problemInArray(items: unknown[], depth: number): Problem | undefined {
  for (let index = 0; index < items.length; index++) {
    const problem = canonicalProblem(items[index], depth + 1);
    if (problem) return below(`[${index}]`, problem);
  }
  return undefined;
}

function problemInObject(value: object, depth: number): Problem | undefined {
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return here('not a plain object');
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') return here('an object that renders itself');
  for (const key of Object.keys(value)) {
    if (!key.isWellFormed()) return below(key, here('name with a lone surrogate'));
    const problem = canonicalProblem((value as Record<string, unknown>)[key], depth + 1);
    if (problem) return below(key, problem);
  }
  return undefined;
}
