import { holds } from '../cel/evaluate.ts';
import { fieldOf, recordField } from '../cel/fields.ts';
import { type Asked, isKnown, isPending, type Thing, unknown } from '../cel/things.ts';
import type { Scope } from '../cel/world.ts';
import type { Allowed, Who } from '../pack/types.ts';
import type { Directory, Grant, Moment, RecordState } from './types.ts';
import type { Work } from './work.ts';

/** Persons, and what stood in the way of knowing all of them. */
export type People = { persons: string[]; pending: boolean; unknown: string[] };

const nobody: People = { persons: [], pending: false, unknown: [] };
const people = (persons: Iterable<string>): People => ({ persons: [...new Set(persons)], pending: false, unknown: [] });

function join(all: People[]): People {
  return {
    persons: [...new Set(all.flatMap((one) => one.persons))],
    pending: all.some((one) => one.pending),
    unknown: all.flatMap((one) => one.unknown),
  };
}

/** Everybody an entry means: a role in the record's unit or the nearest above, where a path leads, whoever acted. */
export function personsOf(work: Work, who: Who, scope: Scope): People {
  const { directory, now } = work.input;
  switch (who.kind) {
    case 'role':
      return people(holdersNear(directory, who.role, unitOf(work, scope.self), now));
    case 'role_of': {
      const of = personsOf(work, who.of, scope);
      return {
        ...of,
        persons: [...new Set(of.persons.flatMap((person) => headsOf(directory, who.role, person, now)))],
      };
    }
    case 'path':
      return atPath(who.path, scope);
    case 'outsider':
      return who.path[0] === 'superior'
        ? people(holdersIn(directory, who.path.at(-1)!, 'superior', now))
        : atPath(who.path, scope);
    case 'acted':
      return people(scope.self ? actorsOf(scope.self, who.action) : []);
    case 'anyone':
      return people(Object.values(directory.persons).flatMap(({ id, outside }) => (outside ? [] : id)));
    case 'act':
    case 'clock':
      return nobody;
    default:
      return who satisfies never;
  }
}

/** Everybody several entries mean, leaving out those whose condition is not true. */
export function personsOfAll(work: Work, allowed: Allowed[], scope: Scope): People {
  return join(
    allowed.map((entry) => {
      const active = entry.when ? isActive(work, entry, scope) : true;
      if (active === 'pending') return { ...nobody, pending: true };
      return active ? personsWhen(work, entry, scope) : nobody;
    }),
  );
}

/** Those of some persons who are with the organisation now. */
export const present = (work: Work, persons: string[]): string[] =>
  persons.filter((person) => {
    const known = work.input.directory.persons[person];
    return !known || isDuring(known, work.input.now);
  });

/** Whether an entry applies now. A condition about `item` is asked person by person instead. */
export function isActive(_work: Work, entry: Allowed, scope: Scope): boolean | 'pending' {
  if (!entry.when || asksItem(entry)) return true;
  const truth = holds(entry.when, scope);
  return isPending(truth as Asked) ? 'pending' : truth === true;
}

const asksItem = (entry: Allowed): boolean => /\bitem\b/.test(entry.when?.cel ?? '');

/** `{is: installers.person, when: covers(item.valid, now)}`: the rows of the path's table that meet the condition. */
export function personsWhen(work: Work, entry: Allowed, scope: Scope): People {
  if (!asksItem(entry) || entry.who.kind !== 'path') return personsOf(work, entry.who, scope);
  const [table, ...rest] = entry.who.path;
  const rows = step(undefined, table!, scope);
  if (isPending(rows)) return { ...nobody, pending: true };
  if (!isKnown(rows) || !Array.isArray(rows)) return nobody;
  return join(
    rows.map((row) => {
      const inner: Scope = { ...scope, locals: { name: 'item', value: row, up: scope.locals } };
      const truth = holds(entry.when!, inner);
      if (isPending(truth as Asked)) return { ...nobody, pending: true };
      return truth === true ? along(row, rest, scope) : nobody;
    }),
  );
}

// ── paths ──────────────────────────────────────────────────────────────────────────────────────────────────────────

function atPath(path: string[], scope: Scope): People {
  const [first, ...rest] = path;
  const start = step(undefined, first!, scope);
  if (isPending(start)) return { ...nobody, pending: true };
  return isKnown(start) ? along(start, rest, scope) : { ...nobody, unknown: [path.join('.')] };
}

function along(thing: Thing, path: string[], scope: Scope): People {
  if (Array.isArray(thing)) return join(thing.map((one) => along(one, path, scope)));
  const [name, ...rest] = path;
  if (name === undefined) return personIn(thing);
  const next = step(thing, name, scope);
  if (isPending(next)) return { ...nobody, pending: true };
  return isKnown(next) ? along(next, rest, scope) : { ...nobody, unknown: [name] };
}

function personIn(thing: Thing): People {
  if (typeof thing === 'string') return people([thing]);
  if (typeof thing === 'object' && !Array.isArray(thing) && thing.thing === undefined && typeof thing.id === 'string')
    return people([thing.id]);
  return nobody;
}

function step(of: Thing | undefined, name: string, scope: Scope): Asked {
  if (of !== undefined) return fieldOf(of, name, scope, () => name);
  for (let local = scope.locals; local; local = local.up) if (local.name === name) return local.value;
  if (!scope.self) return unknown(name);
  if (name === 'this') return { thing: 'record', state: scope.self };
  const value = recordField(scope.self, name, scope.world);
  if (value !== undefined) return value;
  const query = scope.world.typeOf(scope.self)?.sets[name];
  return query ? scope.world.select(query, scope) : unknown(name);
}

/** Whoever did an act, last time it was done: its actor, everybody who signed it, and those whose seals on it still count. */
export function actorsOf(state: RecordState, action: string): string[] {
  const act = state.acts[action];
  const seals = state.seals.filter((seal) => seal.action === action && !seal.renewed);
  return [
    ...(act?.by === undefined ? [] : [act.by]),
    ...(act?.for === undefined ? [] : [act.for]),
    ...(act?.voters ?? []),
    ...seals.flatMap((seal) => (seal.for === undefined ? [seal.by] : [seal.by, seal.for])),
  ];
}

// ── roles ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The unit a record belongs to: its own, else its requester's. */
export function unitOf(work: Work, state: RecordState | undefined): string | undefined {
  if (!state) return undefined;
  return (
    state.unit ?? (state.requester === undefined ? undefined : work.input.directory.persons[state.requester]?.unit)
  );
}

/** Holders in a unit, else in the nearest unit above that has one; without a unit, everybody who holds the role. */
export function holdersNear(directory: Directory, role: string, unit: string | undefined, now: Moment): string[] {
  if (unit === undefined) return holdersIn(directory, role, undefined, now);
  for (const at of upwards(directory, unit)) {
    const holders = holdersIn(directory, role, at, now);
    if (holders.length > 0) return holders;
  }
  return [];
}

/** Who holds a role over a person, never the person: where the person holds it, the next unit above is asked. */
export function headsOf(directory: Directory, role: string, person: string, now: Moment): string[] {
  const unit = directory.persons[person]?.unit;
  for (const at of unit === undefined ? [] : upwards(directory, unit)) {
    const holders = holdersIn(directory, role, at, now);
    if (holders.length > 0 && !holders.includes(person)) return holders;
  }
  return [];
}

function holdersIn(directory: Directory, role: string, unit: string | undefined, now: Moment): string[] {
  return grantsOfRole(directory, role)
    .filter((grant) => (unit === undefined || grant.unit === unit) && isDuring(grant, now))
    .map((grant) => grant.person);
}

const roleIndex = new WeakMap<Grant[], Map<string, Grant[]>>();

function grantsOfRole(directory: Directory, role: string): Grant[] {
  let index = roleIndex.get(directory.grants);
  if (!index) {
    index = Map.groupBy(directory.grants, (grant) => grant.role);
    roleIndex.set(directory.grants, index);
  }
  return index.get(role) ?? [];
}

/** The unit and those above it, nearest first; a circle ends where it closes. */
export function upwards(directory: Directory, unit: string): string[] {
  const seen: string[] = [];
  for (let at: string | undefined = unit; at !== undefined && !seen.includes(at); at = directory.units[at]?.under)
    seen.push(at);
  return seen;
}

/** Whether a dated entry counts at a moment; an end given as a date includes that day in Taipei. */
export function isDuring(entry: { from?: string; until?: string }, now: Moment): boolean {
  const at = Date.parse(now);
  if (entry.from !== undefined && entry.from !== '' && at < startOf(entry.from)) return false;
  return entry.until === undefined || entry.until === '' || at <= endOf(entry.until);
}

const startOf = (when: string): number => Date.parse(when.length === 10 ? `${when}T00:00:00+08:00` : when);
const endOf = (when: string): number => Date.parse(when.length === 10 ? `${when}T23:59:59.999+08:00` : when);

/** For whom a person may act now, first deputies first. */
export function principalsOf(directory: Directory, person: string, now: Moment): string[] {
  return directory.deputies
    .filter((deputy) => deputy.person === person && isDuring(deputy, now))
    .sort((a, b) => a.order - b.order)
    .map((deputy) => deputy.for);
}
