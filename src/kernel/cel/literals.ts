import type { Value } from '../engine/types.ts';
import type { Where } from '../pack/types.ts';
import { outerSources } from './where.ts';

/** What a `where` compares with, where it is written out: texts, numbers, yes and no, lists of them. Undefined when anything else is asked. */
export function literalsOf(where: Where | undefined): Record<string, Value> | undefined {
  const values = outerSources(where).map((source): [string, Value | undefined] => [source, literal(source)]);
  return values.some(([, value]) => value === undefined)
    ? undefined
    : (Object.fromEntries(values) as Record<string, Value>);
}

function literal(source: string): Value | undefined {
  try {
    const value: unknown = JSON.parse(source.replaceAll("'", '"'));
    const scalars = Array.isArray(value) ? value : [value];
    return scalars.every((one) => ['string', 'number', 'boolean'].includes(typeof one)) ? (value as Value) : undefined;
  } catch {
    return undefined; // an expression
  }
}
