import type { Definition, Role } from '../pack/types.ts';
import type { Refusal } from '../refusal.ts';
import type { Actor, Directory, Grant, Moment } from './types.ts';
import { isDuring, principalsOf } from './who.ts';
import { proofWanted } from './words.ts';

/** In which capacity somebody acts where no record's flow says who may: as self or as whose deputy, and by which grants. */
export type Capacity = { for?: string; grants: string[] };

export type Acting = { actor: Actor; directory: Directory; definition: Pick<Definition, 'roles'>; now: Moment };

/**
 * The capacity in which the actor holds one of some roles now: as self first, else as deputy of whoever holds it, first deputies
 * first; a role whose declaration says `deputy: no` is held by nobody else. `barred` when whoever could is named in `never`: who is
 * barred is barred in every capacity, and so is whoever acts for somebody barred. Undefined when no capacity has such a role; the
 * clock and set-up hold none.
 */
export function capacityIn(
  acting: Acting,
  roles: string[],
  never: (string | null | undefined)[] = [],
): Capacity | 'barred' | undefined {
  if (acting.actor.kind !== 'person') return undefined;
  const self = acting.actor.person;
  const found = capacitiesOf(acting).flatMap(({ person, grants }) => {
    const held = grants.filter(({ role }) => roles.includes(role));
    return held.length > 0 ? [{ person, grants: held.map(({ id }) => id).sort() }] : [];
  });
  if (found.length === 0) return undefined;
  const free = found.find(({ person }) => !never.includes(self) && !never.includes(person));
  if (!free) return 'barred';
  return { ...(free.person === self ? {} : { for: free.person }), grants: free.grants };
}

/**
 * Everybody a person is now, for acting and for reading alike: self first, then whoever they are the deputy of, first deputies
 * first; with the grants in force that count in each place. Nobody for the clock and set-up.
 */
export function capacitiesOf({ actor, directory, definition, now }: Acting): { person: string; grants: Grant[] }[] {
  if (actor.kind !== 'person') return [];
  const self = actor.person;
  return [self, ...principalsOf(directory, self, now)].map((person) => ({
    person,
    grants: directory.grants.filter(
      (grant) =>
        grant.person === person &&
        isDuring(grant, now) &&
        (person === self || allowsDeputy(definition.roles[grant.role])),
    ),
  }));
}

/** Roles the program itself knows, which no pack declares, have no deputies. */
const allowsDeputy = (role: Role | undefined): boolean => role !== undefined && role.deputy !== 'no';

/** As `capacityIn`, where nobody is barred. */
export function capacityWith(acting: Acting, roles: string[]): Capacity | undefined {
  const capacity = capacityIn(acting, roles);
  return capacity === 'barred' ? undefined : capacity;
}

/** Of decisions asked of a person who has just proven again who they are: why this one may not yet, or undefined. */
export const unproven = (actor: Actor): Refusal | undefined =>
  actor.kind === 'person' && (actor.factor ?? 'none') === 'none' ? proofWanted : undefined;
