import type { Calendar } from '../calendar/calendar.ts';
import type { Directory, Moment, RecordState, Value } from '../engine/types.ts';
import type { Definition, Query, RecordType } from '../pack/types.ts';
import type { Asked, Pending, Thing } from './things.ts';

/**
 * What a condition may ask while it runs. Everything is in memory; what is not yet known is answered with `PENDING`, and
 * whoever implements this notes the need, so that one pass collects as many questions as possible.
 */
export type World = {
  now: Moment;
  /** The person acting; absent for the clock. */
  actor?: string | undefined;
  directory: Directory;
  calendar: Calendar;
  /** The organisation's definition in force: parameters, gates and clauses are read from it. */
  current: Definition;
  /** The declared type a record opened under. */
  typeOf(state: RecordState): RecordType | undefined;
  /** The definition whose lists a record uses. */
  editionOf(state: RecordState | undefined): Definition;
  /** `undefined`: asked, and there is none. */
  record(id: string): RecordState | undefined | Pending;
  /** Whether the record is in memory already: asking for it would not become a need. */
  isLoaded(id: string): boolean;
  /** Answers a query for the record (and item) of the scope. */
  select(query: Query, scope: Scope): Asked;
  /** `undefined`: asked, and nobody knows. */
  fact(name: string, args: Value[]): Value | undefined | Pending;
};

/** Where an expression stands: whose bare names it uses, and what `item`, `value` and macro variables mean. */
export type Scope = {
  world: World;
  self?: RecordState | undefined;
  locals?: Locals | undefined;
  /** Notes what was read, for the record of what a gate saw. */
  trace?: ((what: string, seen: Asked) => void) | undefined;
};
export type Locals = { name: string; value: Asked; up?: Locals | undefined };

export const withLocal = (scope: Scope, name: string, value: Thing): Scope => ({
  ...scope,
  locals: { name, value, up: scope.locals },
});
