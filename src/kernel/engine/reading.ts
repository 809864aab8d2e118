import type { See } from '../pack/see.ts';
import type { RecordType, Section, Where, Who } from '../pack/types.ts';
import { type Acting, capacitiesOf } from './capacity.ts';
import type { Directory, Grant } from './types.ts';
import { headsOf, upwards } from './who.ts';

/** Roles whose work it is to read what goes on in their unit and below (DESIGN.md section 8). */
export const READ_ALL = ['security_officer', 'auditor', 'ciso', 'isms_coordinator', 'isms_team_lead'];

/** As whom somebody reads: the very capacities they act in. */
export type Reach = Acting & { self: string; persons: string[]; grants: Grant[] };

export const reachOf = (acting: Acting & { actor: { kind: 'person'; person: string } }): Reach => {
  const capacities = capacitiesOf(acting);
  return {
    ...acting,
    self: acting.actor.person,
    persons: capacities.map(({ person }) => person),
    grants: capacities.flatMap(({ grants }) => grants),
  };
};

/** Where a record may name whoever reads it: what leads to a person, or an act of it. */
export type Naming = { at: { path: string[] } | { acted: string }; persons: string[] };

/**
 * What of a type is open to somebody. `all`: every record. `units`: those of these units, and of none. `named`: those that name one of
 * the persons there. `involved`: participants and heads, where the type does not say who sees it. `staff`: those everybody reads now.
 */
export type Opening = { all: boolean; units: string[]; named: Naming[]; involved: boolean; staff?: Where };

/** @param type as declared today; undefined for a type no adopted pack declares any more */
export function openingOf(reach: Reach, type: RecordType | undefined): Opening {
  const open = type?.see?.staff?.flatMap(({ where }) => where ?? []) ?? [];
  const staff: Pick<Opening, 'staff'> = open.length > 0 ? { staff: { op: 'and', args: open } } : {};
  if (type?.see?.by) return { ...seenBy(reach, type.see.by), ...staff };
  if (type?.role === 'register') return { all: true, units: [], named: [], involved: false };
  return { ...coverage(reach, [...READ_ALL, ...actingRoles(type)]), named: [], involved: true, ...staff };
}

/** Sections that say themselves who sees them, or whose reading is on record. */
export const closedSections = ({ sections }: RecordType): (Section & { see: See })[] =>
  Object.values(sections).flatMap((section) => (section.see ? [{ ...section, see: section.see }] : []));

/** What of a section is open to somebody who reads the record: everything where it names nobody. */
export const sectionOpening = (reach: Reach, see: See): Opening =>
  see.by ? seenBy(reach, see.by) : { all: true, units: [], named: [], involved: false };

/** Whoever does something with records of the type; opening one is no reason to read other people’s. */
const actingRoles = (type: RecordType | undefined): string[] =>
  Object.values(type?.actions ?? {}).flatMap(({ name, by }) =>
    name === 'open' ? [] : by.flatMap(({ any }) => any.flatMap(({ who }) => (who.kind === 'role' ? [who.role] : []))),
  );

function seenBy(reach: Reach, by: Who[]): Opening {
  const roles = by.flatMap((who) => (who.kind === 'role' ? [who.role] : []));
  const { all, units } = coverage(reach, roles);
  const anyone = by.some(({ kind }) => kind === 'anyone');
  return { all: all || anyone, units, named: by.flatMap((who) => namingOf(reach, who)), involved: false };
}

function namingOf(reach: Reach, who: Who): Naming[] {
  switch (who.kind) {
    case 'path':
      return [{ at: { path: who.path }, persons: reach.persons }];
    case 'outsider':
      return who.path[0] === 'superior' ? [] : [{ at: { path: who.path }, persons: reach.persons }];
    case 'acted':
      return [{ at: { acted: who.action }, persons: reach.persons }];
    case 'role_of': {
      const persons = headedBy(reach, who.role);
      return persons.length === 0 ? [] : namingOf({ ...reach, persons }, who.of);
    }
    case 'role':
    case 'anyone':
    case 'act':
    case 'clock':
      return [];
    default:
      return who satisfies never;
  }
}

/** Everybody over whom one of us holds a role, as whoever acts for them is found: never the person itself, climbing past it. */
function headedBy({ directory, grants, now }: Reach, role: string): string[] {
  const ours = new Set(grants.filter((grant) => grant.role === role).map(({ person }) => person));
  if (ours.size === 0) return [];
  return Object.keys(directory.persons).filter((person) =>
    headsOf(directory, role, person, now).some((head) => ours.has(head)),
  );
}

/** How far some roles reach: the units they are held in and all below; `all` where no unit lies outside. */
function coverage({ directory, grants }: Reach, roles: string[]): Pick<Opening, 'all' | 'units'> {
  const units = unitsBelow(
    directory,
    grants.filter(({ role }) => roles.includes(role)).map(({ unit }) => unit),
  );
  return { all: units.length > 0 && units.length >= Object.keys(directory.units).length, units };
}

/** The units somebody heads, as self or as a deputy, with all below. */
export const unitsHeaded = ({ directory, grants }: Reach): string[] =>
  unitsBelow(
    directory,
    grants.filter(({ role }) => role === 'unit_head').map(({ unit }) => unit),
  );

function unitsBelow(directory: Directory, tops: string[]): string[] {
  if (tops.length === 0) return [];
  return Object.keys(directory.units).filter((unit) => upwards(directory, unit).some((above) => tops.includes(above)));
}
