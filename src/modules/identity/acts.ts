import type { Directory } from '../../kernel/engine/types.ts';
import type { Action, Definition, Who } from '../../kernel/pack/types.ts';
import type { Text } from '../../kernel/text.ts';

/** An act for which a role has nobody (0) or a single person (1), so that nobody could separate or stand in. */
export type ThinAct = { type: string; action: string; label: Text; role: string; persons: number };

/**
 * The acts nobody, or only one person, could perform today with the roles given: set-up and the roles page list them.
 * A group of alternatives counts all persons who hold any of its roles; groups that name a person by another path
 * (requester, owner, whoever did another act) are left out, since they depend on the record.
 */
export function actsNobodyCanPerform(definition: Definition, directory: Directory): ThinAct[] {
  const holders = holdersByRole(directory);
  return Object.values(definition.records).flatMap((type) =>
    Object.values(type.actions).flatMap((action) =>
      rolesOf(action).flatMap((roles) => {
        const persons = new Set(roles.flatMap((role) => [...(holders.get(role) ?? [])])).size;
        if (persons > 1) return [];
        return [{ type: type.name, action: action.name, label: action.label, role: roles.join('、'), persons }];
      }),
    ),
  );
}

/** Per group of the action that only roles can meet: the names of those roles. */
function rolesOf(action: Action): string[][] {
  return action.by.flatMap((group) => {
    const roles = group.any.map(({ who }) => roleOf(who));
    return roles.every((role) => role !== undefined) && roles.length > 0 ? [roles] : [];
  });
}

function roleOf(who: Who): string | undefined {
  return who.kind === 'role' || who.kind === 'role_of' ? who.role : undefined;
}

function holdersByRole(directory: Directory): Map<string, Set<string>> {
  const holders = new Map<string, Set<string>>();
  for (const { role, person } of directory.grants) {
    if (directory.persons[person] === undefined) continue;
    holders.set(role, (holders.get(role) ?? new Set()).add(person));
  }
  return holders;
}
