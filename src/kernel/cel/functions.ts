import { isWorkday, workdaysBetween } from '../calendar/calendar.ts';
import { localClock, localDate } from '../calendar/date.ts';
import type { SpanUnit } from '../pack/types.ts';
import { isOutside, portsTouch } from './addresses.ts';
import { fieldOf } from './fields.ts';
import { format } from './format.ts';
import {
  type Asked,
  idOf,
  instantOf,
  isDateText,
  isKnown,
  isPlain,
  PENDING,
  same,
  spanOf,
  type Thing,
} from './things.ts';
import type { Scope } from './world.ts';

/** What the kernel answers itself; undefined: not a kernel function, so a fact. `'unknown'`: the arguments do not say. */
export function kernelFunction(name: string, args: Thing[], scope: Scope): Asked | 'unknown' | undefined {
  return Object.hasOwn(KERNEL, name) ? KERNEL[name]!(args, scope) : undefined;
}

/** Functions that depend on their arguments alone (and the calendar), by name; every other one is a fact. */
export const isKernelFunction = (name: string): boolean => Object.hasOwn(KERNEL, name) || ALWAYS.has(name);
const ALWAYS = new Set(['given', 'has', 'size']);

type Kernel = (args: Thing[], scope: Scope) => Asked | 'unknown';

const span =
  (unit: SpanUnit): Kernel =>
  ([n]) =>
    typeof n === 'number' ? spanOf(n, unit) : 'unknown';

const KERNEL: Record<string, Kernel> = {
  minutes: span('minute'),
  hours: span('hour'),
  days: span('day'),
  workdays: span('workday'),
  weeks: span('week'),
  months: span('month'),
  years: span('year'),
  workdays_between: ([a, b], { world }) =>
    betweenDays(a, b, (from, to) => workdaysBetween(world.calendar, from, to).value),
  minutes_between: ([a, b]) => {
    const [from, to] = [instantOf(a), instantOf(b)];
    return from === undefined || to === undefined ? 'unknown' : (to - from) / 60_000;
  },
  in_hours: ([moment, hours]) => inHours(moment, hours),
  covers: ([period, at]) => covers(period, at),
  is_workday: ([date], { world }) => {
    const day = dayOf(date);
    return day === undefined ? 'unknown' : isWorkday(world.calendar, day);
  },
  shares: ([a, b]) =>
    Array.isArray(a) && Array.isArray(b) ? a.some((one) => b.some((other) => same(one, other))) : 'unknown',
  sum: ([rows, column], scope) => sum(rows, column, scope),
  text: ([thing], scope) => format(thing!, 'zh', scope),
  is_ip: ([url]) => (typeof url === 'string' ? isAddress(hostOf(url)) : 'unknown'),
  host_of: ([url]) => (typeof url === 'string' ? hostOf(url) : 'unknown'),
  main_version: ([name]) => (typeof name === 'string' ? mainVersion(name) : 'unknown'),
  outside: ([address]) => (typeof address === 'string' ? isOutside(address) : 'unknown'),
  touches: ([a, b]) => portsTouch(textOf(a), textOf(b)),
  rule_key: ([line], scope) => ruleKey(line!, scope),
};

const textOf = (thing: Thing | undefined): string =>
  typeof thing === 'string' || typeof thing === 'number' ? String(thing) : '';

function dayOf(thing: Thing | undefined): string | undefined {
  if (isDateText(thing)) return thing;
  return typeof thing === 'string' && instantOf(thing) !== undefined ? localDate(thing) : undefined;
}

function betweenDays(
  a: Thing | undefined,
  b: Thing | undefined,
  count: (from: string, to: string) => number,
): Asked | 'unknown' {
  const [from, to] = [dayOf(a), dayOf(b)];
  return from === undefined || to === undefined ? 'unknown' : count(from, to);
}

/** `08:00-17:30`, also over midnight: `22:00-06:00`. */
function inHours(moment: Thing | undefined, hours: Thing | undefined): boolean | 'unknown' {
  const match = /^(\d\d:\d\d) ?[-–~] ?(\d\d:\d\d)$/.exec(textOf(hours));
  if (!match || typeof moment !== 'string' || instantOf(moment) === undefined) return 'unknown';
  const [clock, from, to] = [localClock(new Date(instantOf(moment)!).toISOString()), match[1]!, match[2]!];
  return from <= to ? clock >= from && clock < to : clock >= from || clock < to;
}

/** From the start up to and including the end; an end given as a date includes that whole day. */
function covers(period: Thing | undefined, at: Thing | undefined): boolean | 'unknown' {
  const moment = instantOf(at);
  if (period === undefined || !isPlain(period) || moment === undefined) return 'unknown';
  const start = instantOf(period.start);
  const end = instantOf(period.end);
  if (start === undefined || end === undefined) return 'unknown';
  return moment >= start && moment <= (isDateText(period.end) ? end + 86_400_000 - 1 : end);
}

function sum(rows: Thing | undefined, column: Thing | undefined, scope: Scope): Asked | 'unknown' {
  if (!Array.isArray(rows) || typeof column !== 'string') return 'unknown';
  let total = 0;
  for (const row of rows) {
    const value = fieldOf(row, column, scope, () => column);
    if (value === PENDING) return PENDING;
    if (typeof value !== 'number') return 'unknown';
    total += value;
  }
  return total;
}

function hostOf(url: string): string {
  const parsed = URL.parse(url.includes('://') ? url : `https://${url}`);
  return parsed?.hostname.replace(/^\[|\]$/g, '') ?? url;
}

const isAddress = (host: string): boolean => /^\d{1,3}(\.\d{1,3}){3}$/.test(host) || host.includes(':');

const RULE_PARTS = ['direction', 'source', 'destination', 'protocol', 'ports'];

/** What makes two firewall rules the same rule: direction, source, destination, protocol and ports, whatever else differs. */
function ruleKey(line: Thing, scope: Scope): Asked | 'unknown' {
  const parts: string[] = [];
  for (const name of RULE_PARTS) {
    const part = fieldOf(line, name, scope, () => name);
    if (part === PENDING) return PENDING;
    parts.push(isKnown(part) ? (typeof part === 'object' ? (idOf(part) ?? '') : String(part)) : '');
  }
  return parts.every((part) => part === '') ? 'unknown' : parts.join('|');
}

/** What stands before the first point of a release's name, and its service pack: `Server 2019 SP2` is `2019 SP2`, `v2.4.1` is `2` (xiluo.4.4). */
function mainVersion(name: string): string {
  const main = /\d+/.exec(name)?.[0];
  const pack = /(?:\bSP|service pack)\s*(\d+)/i.exec(name)?.[1];
  return main === undefined ? 'unknown' : `${Number(main)}${pack === undefined ? '' : ` SP${Number(pack)}`}`;
}
