import { type RawBuilder, sql } from 'kysely';
import { literalsOf } from '../../kernel/cel/literals.ts';
import { type Naming, type Opening, openingOf, type Reach, reachOf, unitsHeaded } from '../../kernel/engine/reading.ts';
import type { RecordState, Row, Value } from '../../kernel/engine/types.ts';
import { actorsOf } from '../../kernel/engine/who.ts';
import type { Definition, RecordType } from '../../kernel/pack/types.ts';
import { ACTED, PARTICIPANTS, participants } from '../store/participants.ts';
import { whereSql } from '../store/where-sql.ts';
import { actingOf, type Look } from './look.ts';
import { confinedTo, seesWhole, within } from './outside.ts';

/** Who looks, when, and at which organisation: all that reading rights are judged by. */
export type Reader = Pick<Look, 'tx' | 'organisation' | 'viewer' | 'now' | 'context' | 'asOf'>;

/**
 * Who may read a record is asked of its present state, also of its past: participants (requester, anybody named in a person field,
 * whoever acted), whoever is waited for, heads of its unit, the roles that read or act on all of its kind in their units; registers: all
 * staff. A type's own `see.by` stands in the place of all this but the waiting; what `see.staff` opens is open to everybody as it is now,
 * not its past (decision 0171). A deputy reads what the principal reads, by the roles that
 * allow one. Auditors from elsewhere: what their scope names, and nothing else.
 */

const kept = new WeakMap<Look['viewer'], { of: unknown[]; reach: Reach }>();

/** As whom somebody reads, worked out once for a look. */
export function reachIn(look: Reader): Reach | undefined {
  const { person } = look.viewer;
  if (person === undefined) return undefined;
  const of = [look.context, look.now];
  const known = kept.get(look.viewer);
  if (known?.of.every((one, at) => one === of[at])) return known.reach;
  const reach = reachOf({ ...actingOf(look), actor: { kind: 'person', person, factor: 'none' } });
  kept.set(look.viewer, { of, reach });
  return reach;
}

const opened = new WeakMap<Reach, Map<RecordType | undefined, Opening>>();

/** Asked for every type at every reference of a page: worked out once. */
function openingIn(reach: Reach, type: RecordType | undefined): Opening {
  const known = opened.get(reach) ?? new Map<RecordType | undefined, Opening>();
  opened.set(reach, known);
  const opening = known.get(type) ?? openingOf(reach, type);
  known.set(type, opening);
  return opening;
}

/** Whether this viewer reads every record of a type, without asking each one. */
export function readsAll(look: Reader, type: RecordType): boolean {
  if (confinedTo(look)) return seesWhole(look, type.name);
  const reach = reachIn(look);
  return reach !== undefined && openingIn(reach, type).all;
}

/** Condition on `record c`: what this viewer may read. @param types the only ones that occur; when left out any may */
export function readable(look: Reader, only?: RecordType[]): RawBuilder<boolean> {
  const confined = confinedTo(look);
  if (confined) return within(confined);
  const reach = reachIn(look);
  if (!reach) return sql`false`;
  const types = only ?? Object.values(look.context.definition.records);
  const openings = types.map((type) => ({ name: type.name, opening: openingIn(reach, type) }));
  const whole = openings.filter(({ opening }) => opening.all).map(({ name }) => name);
  if (only && only.length > 0 && whole.length === only.length) return sql`c.type = any(${whole})`;
  const conditions = [
    sql<boolean>`c.type = any(${whole})`,
    ...openings
      .filter(({ opening }) => !opening.all)
      .flatMap(({ name, opening }) => inParts(name, opening, look.asOf !== undefined)),
    ...noLongerDeclared(look.context.definition, openingIn(reach, undefined)),
    involved(look.context.definition, reach),
    waited(look.context.definition, reach),
  ];
  return sql`(${sql.join(conditions, sql` or `)})`;
}

/** What of a type is open only in part, as conditions on `record c`. @param past what a record is now does not count */
export function inParts(type: string, { units, named, staff }: Opening, past: boolean): RawBuilder<boolean>[] {
  const conditions = [...(units.length > 0 ? [ofUnits(units)] : []), ...named.map(names)];
  if (staff && !past) conditions.push(whereSql(staff, literalsOf(staff) ?? {}));
  return conditions.length === 0 ? [] : [sql`(c.type = ${type} and (${sql.join(conditions, sql` or `)}))`];
}

const ofUnits = (units: string[]): RawBuilder<boolean> => sql`(c.unit is null or c.unit = any(${units}))`;

/** Records of a kind whose pack is adopted no more stay with those who read everything. */
function noLongerDeclared({ records }: Definition, { all, units }: Opening): RawBuilder<boolean>[] {
  if (!all && units.length === 0) return [];
  return [sql`(c.type <> all(${Object.keys(records)}) ${all ? sql`` : sql`and ${ofUnits(units)}`})`];
}

/** Participants and heads, except of types that say themselves who sees them. */
function involved({ records }: Definition, reach: Reach): RawBuilder<boolean> {
  const { persons } = reach;
  const sayThemselves = Object.values(records).flatMap(({ name, see }) => (see?.by ? [name] : []));
  return sql`(c.type <> all(${sayThemselves}) and (c.requester = any(${persons}) or c.unit = any(${unitsHeaded(reach)}) or exists (
    select 1 from record_field p where p.organisation = c.organisation and p.record = c.id and p.field = ${PARTICIPANTS} and p.t = any(${persons}))))`;
}

/** Whoever is to do something must see what it is about; as a deputy, where the role waited for allows one. */
function waited({ roles }: Definition, { self, persons }: Reach): RawBuilder<boolean> {
  const alone = Object.values(roles).flatMap(({ name, deputy }) => (deputy === 'no' ? [name] : []));
  return sql`exists (select 1 from task w where w.organisation = c.organisation and w.record = c.id and w.person = any(${persons})
    and (w.person = ${self} or w.role is null or w.role <> all(${alone})))`;
}

/** A record that names one of these persons where its type's `see` says; a path may lead over what it refers to. */
function names({ at, persons }: Naming): RawBuilder<boolean> {
  if ('acted' in at) return fieldNames('c', [`${ACTED}${at.acted}`], persons);
  return leadsTo('c', at.path, persons, 0);
}

function leadsTo(record: string, path: string[], persons: string[], depth: number): RawBuilder<boolean> {
  const [first, ...rest] = path;
  if (first === 'requester' && rest.length === 0) return sql`${sql.ref(`${record}.requester`)} = any(${persons})`;
  const inRows = rest.length > 0 ? [leadsOver(record, `${first}.${rest[0]}`, rest.slice(1), persons, depth)] : [];
  return sql`(${sql.join([leadsOver(record, first ?? '', rest, persons, depth), ...inRows], sql` or `)})`;
}

/** A field, or a column of a table, that holds the person or refers to the record the path goes on from. */
function leadsOver(record: string, field: string, rest: string[], persons: string[], depth: number) {
  if (rest.length === 0) return fieldNames(record, [field], persons);
  const next = `r${depth}`;
  return sql<boolean>`exists (select 1 from record_field f join record ${sql.ref(next)} on ${sql.ref(`${next}.organisation`)} = f.organisation
    and ${sql.ref(`${next}.id`)} = split_part(f.t, '#', 1) where f.organisation = ${sql.ref(`${record}.organisation`)}
    and f.record = ${sql.ref(`${record}.id`)} and f.field = ${field} and ${leadsTo(next, rest, persons, depth + 1)})`;
}

const fieldNames = (record: string, fields: string[], persons: string[]): RawBuilder<boolean> =>
  sql`exists (select 1 from record_field p where p.organisation = ${sql.ref(`${record}.organisation`)}
    and p.record = ${sql.ref(`${record}.id`)} and p.field = any(${fields}) and p.t = any(${persons}))`;

/** Whether what came before is theirs, too: not for whoever reads a record only because of what it is now. */
export const mayReadPast = (look: Reader, state: RecordState, type: RecordType): Promise<boolean> =>
  mayRead({ ...look, asOf: look.asOf ?? { date: '', pos: 0 } }, state, type);

/** May this viewer open this record? What its state tells is asked first; only the rest costs a question. */
export async function mayRead(look: Reader, state: RecordState, type: RecordType): Promise<boolean> {
  const known = look.context.definition.records[type.name];
  if (!look.asOf && tells(look, state, type)) return true;
  const found = await sql`select 1 from record c where c.organisation = ${look.organisation} and c.id = ${state.id}
    and ${readable(look, known ? [known] : [])}`.execute(look.tx);
  return found.rows.length > 0;
}

function tells(look: Reader, state: RecordState, type: RecordType): boolean {
  const reach = confinedTo(look) ? undefined : reachIn(look);
  if (!reach) return false;
  const { all, units, named, involved: takesPart } = openingIn(reach, look.context.definition.records[type.name]);
  if (all || (units.length > 0 && (state.unit === undefined || units.includes(state.unit)))) return true;
  if (named.some((one) => isNamed(state, one))) return true;
  if (!takesPart) return false;
  const headed = state.unit !== undefined && unitsHeaded(reach).includes(state.unit);
  return headed || participants(type, state).some((person) => reach.persons.includes(person));
}

/** By the state alone; what lies over a reference the database is asked. */
function isNamed(state: RecordState, { at, persons }: Naming): boolean {
  const found = 'acted' in at ? actorsOf(state, at.acted) : personsAt(state, at.path);
  return found.some((person) => persons.includes(person));
}

function personsAt(state: RecordState, [first = '', second, ...more]: string[]): string[] {
  if (more.length > 0) return [];
  if (first === 'requester' && second === undefined) return state.requester === undefined ? [] : [state.requester];
  const value: Value | undefined = state.values[first];
  if (second === undefined) return typeof value === 'string' ? [value] : [];
  if (!Array.isArray(value)) return [];
  const cells = (value as Row[]).map((row) => row[second]);
  return cells.filter((cell) => typeof cell === 'string');
}
