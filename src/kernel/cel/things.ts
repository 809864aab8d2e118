import type { Span } from '../calendar/span.ts';
import type { ActState, RecordState, Row, Value } from '../engine/types.ts';
import type { Field, List, Query, ValueType } from '../pack/types.ts';

/**
 * What a condition holds in its hands while it runs. References stay ids until a field is asked of them; records, rows and
 * list rows that came from a query stay whole. `Unknown` names what nobody knows; `PENDING` means: ask outside, then again.
 */
export type Thing =
  | string
  | number
  | boolean
  | Thing[]
  | Plain
  | RecordThing
  | RowThing
  | EntryThing
  | SpanThing
  | { thing: 'list'; list: List }
  | { thing: 'lists' }
  | { thing: 'param' }
  | { thing: 'acts'; state: RecordState }
  | { thing: 'act'; name: string; act: ActState | undefined };
/** An object from a fact, a period, a file, a map literal. */
export type Plain = { thing?: undefined; [key: string]: Thing | undefined };
export type RecordThing = { thing: 'record'; state: RecordState };
/** A row of a table; its id outside is `record#field/row`. */
export type RowThing = {
  thing: 'row';
  record: string;
  field: string;
  row: Row;
  columns: Record<string, Field>;
  from?: Query;
};
/** A row of a constant table. */
export type EntryThing = { thing: 'entry'; list: List; id: string };
export type SpanThing = { thing: 'span' } & Span;
export type Unknown = { thing: 'unknown'; names: string[] };
export type Pending = { thing: 'pending' };
export type Asked = Thing | Unknown | Pending;

export const PENDING: Pending = { thing: 'pending' };
export const unknown = (...names: string[]): Unknown => ({ thing: 'unknown', names });

export const isPending = (asked: Asked): asked is Pending => asked === PENDING;
export const isUnknown = (asked: Asked): asked is Unknown =>
  typeof asked === 'object' && (asked as Unknown).thing === 'unknown';
export const isKnown = (asked: Asked): asked is Thing => asked !== PENDING && !isUnknown(asked);

/** Adds the names of both, each once. */
export function joinUnknown(a: Unknown, b: Unknown): Unknown {
  return unknown(...new Set([...a.names, ...b.names]));
}

const DATE = /^\d{4}-\d\d-\d\d$/;
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;
export const isDateText = (value: unknown): value is string =>
  typeof value === 'string' && value.length === 10 && DATE.test(value);
export const isMomentText = (value: unknown): value is string =>
  typeof value === 'string' && value.length >= 16 && MOMENT.test(value);

/** Milliseconds of a moment, or of the start of a date's day in Asia/Taipei; undefined for other texts. */
export function instantOf(value: unknown): number | undefined {
  if (isDateText(value)) return Date.parse(`${value}T00:00:00+08:00`);
  return isMomentText(value) ? Date.parse(value) : undefined;
}

/** The id of anything that has one; text is its own id. */
export function idOf(thing: Thing): string | undefined {
  if (typeof thing === 'string') return thing;
  if (typeof thing !== 'object' || Array.isArray(thing)) return undefined;
  switch (thing.thing) {
    case 'record':
      return thing.state.id;
    case 'row':
      return rowId(thing.record, thing.field, thing.row.id);
    case 'entry':
      return thing.id;
    case undefined:
      return typeof thing.id === 'string' ? thing.id : undefined;
    default:
      return undefined;
  }
}

export const rowId = (record: string, field: string, row: string): string => `${record}#${field}/${row}`;

/** Parts of a row's id, or undefined for ids of other things. */
export function readRowId(id: string): { record: string; field: string; row: string } | undefined {
  const hash = id.indexOf('#');
  const slash = id.indexOf('/', hash);
  if (hash < 0 || slash < 0) return undefined;
  return { record: id.slice(0, hash), field: id.slice(hash + 1, slash), row: id.slice(slash + 1) };
}

/** Sameness: references by id, times by instant, lists and objects by their contents. */
export function same(a: Thing, b: Thing): boolean {
  if (a === b) return true;
  if (typeof a === 'string' && typeof b === 'string') {
    const [x, y] = [instantOf(a), instantOf(b)];
    return x !== undefined && x === y;
  }
  if (typeof a !== 'object' && typeof b !== 'object') return false;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => same(item, b[i]!));
  if (isSpan(a) && isSpan(b)) return spanMilliseconds(a) === spanMilliseconds(b);
  const [x, y] = [idOf(a), idOf(b)];
  if (x !== undefined && y !== undefined) return x === y;
  return isPlain(a) && isPlain(b) && samePlain(a, b);
}

function samePlain(a: Plain, b: Plain): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && same(a[key]!, b[key]!));
}

export const isPlain = (thing: Thing): thing is Plain =>
  typeof thing === 'object' && !Array.isArray(thing) && thing.thing === undefined;
export const isSpan = (thing: Thing): thing is SpanThing =>
  typeof thing === 'object' && !Array.isArray(thing) && thing.thing === 'span';

/** Negative, zero or positive; undefined when the two have no order. Times by instant, texts by code point. */
export function order(a: Thing, b: Thing): number | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') {
    const [x, y] = [instantOf(a), instantOf(b)];
    return x !== undefined && y !== undefined ? x - y : byCodePoint(a, b);
  }
  if (isSpan(a) && isSpan(b)) return spanMilliseconds(a) - spanMilliseconds(b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  const [x, y] = [idOf(a), idOf(b)];
  return x !== undefined && y !== undefined ? byCodePoint(x, y) : undefined;
}

/** Order of two texts by Unicode code point, as PostgreSQL's "C" collation has it; UTF-16 order differs beyond U+FFFF. */
export function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return surrogatesLast(x) - surrogatesLast(y);
  }
  return a.length - b.length;
}

const surrogatesLast = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);

const DAY = 86_400_000;
const UNIT_MILLISECONDS = {
  minute: 60_000,
  hour: 3_600_000,
  day: DAY,
  workday: DAY,
  week: 7 * DAY,
  month: 30 * DAY,
  year: 365 * DAY,
};
/** For comparing spans with one another only; adding one to a moment counts real months and working days. */
export const spanMilliseconds = (span: Span): number => span.n * UNIT_MILLISECONDS[span.unit];

export const spanOf = (n: number, unit: Span['unit']): SpanThing => ({ thing: 'span', n, unit });

/** A stored value as the thing a condition sees: tables become rows that know where they stand, durations spans. */
export function thingOf(
  value: Value,
  type: ValueType | undefined,
  place: { record: string; field: string; from?: Query | undefined },
): Thing {
  switch (type?.is) {
    case 'table':
      return rowsOf(value as Row[], type.columns, place);
    case 'span':
    case 'duration':
      return readSpan(value) ?? (value as Thing);
    default:
      return value as Thing;
  }
}

function rowsOf(
  rows: Row[],
  columns: Record<string, Field>,
  place: { record: string; field: string; from?: Query | undefined },
): Thing[] {
  const from = place.from ? { from: place.from } : {};
  return rows.map((row) => ({
    thing: 'row' as const,
    record: place.record,
    field: place.field,
    row,
    columns,
    ...from,
  }));
}

/** `{n, unit}` or `3 workdays`. */
export function readSpan(value: unknown): SpanThing | undefined {
  if (typeof value === 'string') {
    const match = /^(-?\d+(?:\.\d+)?) ?(minute|hour|day|workday|week|month|year)s?$/.exec(value);
    return match ? spanOf(Number(match[1]), match[2] as Span['unit']) : undefined;
  }
  const { n, unit } = (value ?? {}) as Partial<Span>;
  return typeof n === 'number' && typeof unit === 'string' && unit in UNIT_MILLISECONDS ? spanOf(n, unit) : undefined;
}

/** A thing as it may stand in an event: references as ids, spans as `{n, unit}`; undefined when it cannot be stored. */
export function storedValue(thing: Thing): Value | undefined {
  if (typeof thing !== 'object') return thing;
  if (Array.isArray(thing)) return thing.map(storedValue).filter((value) => value !== undefined);
  if (isSpan(thing)) return { n: thing.n, unit: thing.unit };
  if (thing.thing === undefined) {
    const entries = Object.entries(thing).flatMap(([key, inner]) => {
      const value = inner === undefined ? undefined : storedValue(inner);
      return value === undefined ? [] : [[key, value] as const];
    });
    return Object.fromEntries(entries);
  }
  return idOf(thing);
}
