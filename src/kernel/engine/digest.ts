import { hash } from 'node:crypto';
import type { Definition, Query, RecordType } from '../pack/types.ts';
import { concurrentInForce } from './concurrent.ts';
import type { Directory } from './directory.ts';
import { exceptionsOf } from './exceptions.ts';
import { openValues } from './personal.ts';
import { queryKey } from './select.ts';
import type { RecordState, Value, Values } from './types.ts';
import { rivalsOf } from './unique.ts';

/** The declared type of a record; undefined when no definition knows it. */
export type TypeOf = (state: RecordState) => RecordType | undefined;

/** 22 letters, 132 bits of SHA-256, over what JSON says of a value, whatever order its members have. */
export const digest = (value: unknown): string => hash('sha256', sorted(value), 'base64url').slice(0, 22);

function sorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => sorted(item ?? null)).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members: string[] = [];
  for (const name of Object.keys(value).sort()) {
    const inner = (value as Record<string, unknown>)[name];
    if (inner !== undefined) members.push(`${JSON.stringify(name)}:${sorted(inner)}`);
  }
  return `{${members.join()}}`;
}

const whos = new WeakMap<Directory, string>();

/** Of everybody as decisions see them, without names. */
export function directoryDigest(directory: Directory): string {
  const known = whos.get(directory);
  if (known) return known;
  const { units, persons, grants, deputies } = directory;
  const made = digest({
    units: Object.values(units)
      .map(({ name: _, ...unit }) => unit)
      .sort(byId),
    persons: Object.values(persons)
      .map(({ name: _name, title: _title, email: _email, ...person }) => person)
      .sort(byId),
    grants: grants.toSorted(byId),
    deputies: deputies.toSorted(byId),
  });
  whos.set(directory, made);
  return made;
}

const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);

const states = new WeakMap<RecordState, string>();

/** Of one record as gates may ask it, without personal values; empty when there is none. */
export function recordDigest(state: RecordState | undefined, typeOf: TypeOf): string {
  if (!state) return '';
  const known = states.get(state);
  if (known) return known;
  const made = digest(asked(state, typeOf(state)));
  states.set(state, made);
  return made;
}

/** What of a state holds texts that may be personal stays out, or is reduced to who and when. */
function asked(state: RecordState, type: RecordType | undefined) {
  const { values, acts, pending, seals, corrections: _c, proposals: _p, marked: _m, assigned, ...plain } = state;
  const open = (some: Values): Values => (type ? openValues(type, some) : {});
  return {
    ...plain,
    values: open(values),
    acts: mapped(acts, ({ at, by, for: principal, count, asked: given }) => ({
      ...{ at, by, for: principal, count },
      asked: open(given),
    })),
    pending: mapped(pending, (votes) => votes.map(({ by, at, group, for: principal }) => [by, at, group, principal])),
    seals: seals.map(({ id, action, by, for: principal, role, at, hash: over, void: end }) => ({
      ...{ id, action, by, for: principal, role, at, over, end: end?.at },
    })),
    assigned: assigned && { persons: assigned.persons, due: assigned.due },
  };
}

const mapped = <V, W>(of: Record<string, V>, change: (value: V) => W): Record<string, W> =>
  Object.fromEntries(Object.entries(of).map(([name, value]) => [name, change(value)]));

/** Of what a question about others was answered: records, a value, or nothing. */
export function answerDigest(answer: Value | readonly RecordState[] | undefined, typeOf: TypeOf): string {
  if (Array.isArray(answer) && answer.some(isState))
    return digest(answer.map((one) => (isState(one) ? recordDigest(one, typeOf) : one)));
  return answer === undefined ? '' : digest(inOrder(answer as Value));
}

/** Lists in facts come in whatever order the database keeps their rows. */
function inOrder(value: Value): Value {
  if (Array.isArray(value)) return value.map(inOrder).sort((a, b) => (sorted(a) < sorted(b) ? -1 : 1));
  if (typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, inOrder(inner)]));
}

const isState = (value: unknown): value is RecordState =>
  typeof value === 'object' && value !== null && 'seals' in value && 'openedAt' in value;

const queries = new WeakMap<Query, string>();

/** By which an entry names a query of its rules. */
export function queryDigest(query: Query): string {
  const known = queries.get(query);
  if (known) return known;
  const made = digest(queryKey(query));
  queries.set(query, made);
  return made;
}

const declared = new WeakMap<Definition, Map<string, Query>>();

/** Every query that decisions under a definition may ask of records, by its digest: those written in it, and those the engine makes. */
export function queriesOf(definition: Definition): Map<string, Query> {
  const known = declared.get(definition);
  if (known) return known;
  const found = new Map<string, Query>();
  const note = (query: Query) => found.set(queryDigest(query), query);
  walk(definition.records, note);
  note(concurrentInForce);
  for (const type of Object.values(definition.records))
    for (const gate of Object.values(type.gates)) {
      note(exceptionsOf(type, gate));
      const rivals = rivalsOf(type, gate);
      if (rivals) note(rivals);
    }
  declared.set(definition, found);
  return found;
}

function walk(value: unknown, note: (query: Query) => void): void {
  if (typeof value !== 'object' || value === null) return;
  const { from } = value as { from?: { kind?: string } };
  if (from?.kind === 'record' && 'source' in value) note(value as Query);
  for (const inner of Object.values(value)) walk(inner, note);
}
