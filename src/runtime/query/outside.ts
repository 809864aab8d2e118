import { type RawBuilder, sql } from 'kysely';
import { localDate } from '../../kernel/calendar/date.ts';
import { clausesIn, OUTSIDE_AUDITOR, typesShowing } from '../../kernel/engine/outside.ts';
import type { Directory, RecordState } from '../../kernel/engine/types.ts';
import type { RecordType } from '../../kernel/pack/types.ts';
import type { Look } from './look.ts';

/** What an auditor from elsewhere may see: of one grant. Without `units`, of all units. */
export type Confined = { clauses: Set<string>; types: Set<string>; units?: string[] };
type Reader = Pick<Look, 'viewer' | 'now' | 'context'>;

const known = new WeakMap<object, Map<string, Confined[] | undefined>>();

/**
 * Undefined for whoever belongs here. For an auditor from elsewhere what its grants of today name, each by itself; nothing when none is
 * in force. Whoever ever was one stays one.
 */
export function confinedTo(look: Reader): Confined[] | undefined {
  const { person } = look.viewer;
  const { directory, definition } = look.context;
  if (person === undefined || !directory.persons[person]?.outside) return undefined;
  const kept = known.get(directory) ?? new Map<string, Confined[]>();
  known.set(directory, kept);
  const day = localDate(look.now);
  const key = `${person} ${day} ${definition.hash}`;
  if (!kept.has(key)) kept.set(key, scopesOf(look, person, day));
  return kept.get(key);
}

function scopesOf({ context: { directory, definition } }: Reader, person: string, day: string): Confined[] {
  return directory.grants
    .filter((grant) => grant.person === person && grant.role === OUTSIDE_AUDITOR && grant.scope)
    .filter(({ from, until }) => from <= day && (until === undefined || until >= day))
    .map(({ scope }) => {
      const clauses = clausesIn(definition, scope!);
      const types = typesShowing(definition, clauses);
      const seen = new Set([...types].filter((type) => isOpenToAuditors(definition.records[type]!)));
      return {
        clauses,
        types: seen,
        ...(scope!.units.length > 0 ? { units: withBelow(directory, scope!.units) } : {}),
      };
    });
}

/** A type that says who sees it, and does not name auditors, is not for those from elsewhere either. */
const isOpenToAuditors = (type: RecordType): boolean =>
  !type.see?.by || type.see.by.some((who) => who.kind === 'role' && who.role === 'auditor');

function withBelow(directory: Directory, units: string[]): string[] {
  const all = new Set(units);
  for (let grew = true; grew; ) {
    grew = false;
    for (const { id, under } of Object.values(directory.units))
      if (under && all.has(under) && !all.has(id)) {
        all.add(id);
        grew = true;
      }
  }
  return [...all];
}

/** The same as a condition on `record c`. */
export const within = (confined: Confined[]): RawBuilder<boolean> =>
  confined.length === 0
    ? sql`false`
    : sql`(${sql.join(
        confined.map(({ types, units }) =>
          units ? sql`(c.type = any(${[...types]}) and c.unit = any(${units}))` : sql`c.type = any(${[...types]})`,
        ),
        sql` or `,
      )})`;

export const holdsWithin = (confined: Confined[], { type, unit }: Pick<RecordState, 'type' | 'unit'>): boolean =>
  confined.some(({ types, units }) => types.has(type) && (!units || (unit !== undefined && units.includes(unit))));

/** Whether a clause of ours may be looked at. */
export const seesClause = (look: Reader, clause: string): boolean =>
  confinedTo(look)?.some(({ clauses }) => clauses.has(clause)) ?? true;

/** Whether a kind of record may be looked at, of some unit at least. */
export const seesType = (look: Reader, type: string): boolean =>
  confinedTo(look)?.some(({ types }) => types.has(type)) ?? true;

/** Whether a kind of record may be looked at whole, of every unit: what numbers and samples of it tell. */
export const seesWhole = (look: Reader, type: string): boolean =>
  confinedTo(look)?.some(({ types, units }) => types.has(type) && !units) ?? true;
