import type { Actor, Directory, Moment } from '../../kernel/engine/types.ts';

/** Whether a person holds one of these roles today. */
export function holds(actor: Actor, directory: Directory, now: Moment, roles: string[]): boolean {
  if (actor.kind !== 'person') return false;
  const today = now.slice(0, 10);
  return directory.grants.some(
    ({ person, role, from, until }) =>
      person === actor.person && roles.includes(role) && from.slice(0, 10) <= today && (!until || until >= today),
  );
}
