import type { Text } from '../../text.ts';
import type { Report } from '../diagnostics.ts';
import type { Expression, Position } from '../types.ts';
import { entries, entry, type Item, several, written } from '../yaml.ts';

/** What building needs to know: whose file it is, where to complain, and where each built thing was written. */
export type Build = {
  pack: string;
  report: Report;
  origins: Origins;
  /** Every role of every pack: a bare name in a `who` is a role before it is a field. */
  roles: Set<string>;
};
/** The YAML each compiled object came from; it never becomes part of the definition. */
export type Origins = WeakMap<object, Item>;

export const NOWHERE: Position = { file: '', line: 1, col: 1 };

/** Remembers where a built object was written. */
export function mark<T extends object>(build: { origins: Origins }, built: T, item: Item | undefined): T {
  if (item) build.origins.set(built, item);
  return built;
}

/** Where an object, one of its keys, or the n-th entry of that key was written. */
export function placeOf(origins: Origins, built: object, key?: string, nth?: number): Position {
  const item = origins.get(built);
  if (!item) return NOWHERE;
  const under = key === undefined ? undefined : entry(item, key);
  if (!under) return item.at;
  return (nth === undefined ? under : (several(under)[nth] ?? under)).at;
}

/** Whether the file itself said `key` of this object, rather than leaving it to its default. */
export function said(origins: Origins, built: object, key: string): boolean {
  return entry(origins.get(built), key) !== undefined;
}

// ── the plainest things ────────────────────────────────────────────────────────────────────────────────────────────

/** `{zh, en}` of a construct; what is missing stays empty and is reported as missing-text later. */
export const labelOf = (item: Item | undefined): Text => ({
  zh: written(entry(item, 'zh')) ?? '',
  en: written(entry(item, 'en')) ?? '',
});

export function labelIfAny(build: Build, item: Item | undefined): Text | undefined {
  if (!entry(item, 'zh') && !entry(item, 'en')) return undefined;
  return mark(build, labelOf(item), item);
}

export const words = (item: Item | undefined): string[] =>
  several(item)
    .map(written)
    .filter((word) => word !== undefined);

export const wordOf = (item: Item | undefined): string | undefined => written(item);

export function numberOf(item: Item | undefined): number | undefined {
  return item?.kind === 'scalar' && typeof item.value === 'number' ? item.value : undefined;
}

export const isTrue = (item: Item | undefined): boolean => item?.kind === 'scalar' && item.value === true;

export function expression(build: Build, item: Item | undefined): Expression | undefined {
  const cel = written(item);
  return cel === undefined ? undefined : mark(build, { cel }, item);
}

export function expressions(build: Build, item: Item | undefined): Record<string, Expression> {
  const found: Record<string, Expression> = {};
  for (const each of entries(item)) {
    const built = expression(build, each.value);
    if (built) found[each.key] = built;
  }
  return found;
}

/** `{key: value}` when there is a value, nothing otherwise: optional members stay absent. */
export function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}
