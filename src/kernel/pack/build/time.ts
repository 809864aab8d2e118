import { CALENDAR_WORDS } from '../language/constructs.ts';
import type { Cadence, SpanUnit, Time } from '../types.ts';
import { type Item, written } from '../yaml.ts';
import { type Build, mark } from './build.ts';

const SPAN = /^(\d+)\s+(minute|hour|day|workday|week|month|year)s?$/;
const ONE = /^(minute|hour|day|workday|week|month|year)$/;
const IN_PERIOD = /^(workday|day)\s+(-?\d+)$/;
const CLOCK = /^([01]?\d|2[0-3]):[0-5]\d$/;

/** `3 workdays`, `day`, `workday -1`, `"12:00"`, or CEL giving a moment or a span. */
export function timeOf(build: Build, item: Item | undefined): Time | undefined {
  const source = written(item)?.trim();
  if (source === undefined) return undefined;
  return mark(build, parse(source, build, item), item);
}

function parse(source: string, build: Build, item: Item | undefined): Time {
  const span = SPAN.exec(source);
  if (span) return { kind: 'span', n: Number(span[1]), unit: span[2] as SpanUnit };
  const one = ONE.exec(source);
  if (one) return { kind: 'span', n: 1, unit: one[1] as SpanUnit };
  const place = IN_PERIOD.exec(source);
  if (place && Number(place[2]) !== 0)
    return { kind: 'in_period', unit: place[1] as 'workday' | 'day', n: Number(place[2]) };
  if (CLOCK.test(source)) return { kind: 'at', clock: source.padStart(5, '0') };
  return { kind: 'cel', of: mark(build, { cel: source }, item) };
}

/** Calendar words are fixed periods; a span counts from the last time done. */
export function cadenceOf(build: Build, item: Item | undefined): Cadence | undefined {
  const source = written(item)?.trim();
  if (source === undefined) return undefined;
  if ((CALENDAR_WORDS as readonly string[]).includes(source)) return { kind: 'period', unit: source };
  const of = timeOf(build, item);
  return of && { kind: 'span', of };
}
