import type { Definition, Role } from '../pack/types.ts';
import type { Actor, Directory, Moment } from './types.ts';
import { isDuring, principalsOf } from './who.ts';

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
  { actor, directory, definition, now }: Acting,
  roles: string[],
  never: (string | null | undefined)[] = [],
): Capacity | 'barred' | undefined {
  if (actor.kind !== 'person') return undefined;
  const self = actor.person;
  const found = [self, ...principalsOf(directory, self, now)].flatMap((person) => {
    const may = person === self ? roles : roles.filter((role) => allowsDeputy(definition.roles[role]));
    const grants = directory.grants.filter(
      (grant) => grant.person === person && may.includes(grant.role) && isDuring(grant, now),
    );
    return grants.length > 0 ? [{ person, grants: grants.map(({ id }) => id).sort() }] : [];
  });
  if (found.length === 0) return undefined;
  const free = found.find(({ person }) => !never.includes(self) && !never.includes(person));
  if (!free) return 'barred';
  return { ...(free.person === self ? {} : { for: free.person }), grants: free.grants };
}

/** Roles the program itself knows, which no pack declares, have no deputies. */
const allowsDeputy = (role: Role | undefined): boolean => role !== undefined && role.deputy !== 'no';

/** As `capacityIn`, where nobody is barred. */
export function capacityWith(acting: Acting, roles: string[]): Capacity | undefined {
  const capacity = capacityIn(acting, roles);
  return capacity === 'barred' ? undefined : capacity;
}
