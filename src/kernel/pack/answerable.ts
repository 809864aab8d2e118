import type { Clause, Definition, Who } from './types.ts';

/** Roles that do what realises a clause: fill it in, act on it, have its duty. */
export function answerable(definition: Definition, clause: Clause): string[] {
  const roles = clause.by.flatMap((by) => {
    const [kind = '', first = '', second = ''] = by.split('.');
    if (kind === 'role') return [first];
    if (kind === 'duty') return rolesIn(definition.duties[first]?.who.map(({ who }) => who) ?? []);
    const type = definition.records[first];
    if (!type) return [];
    const actions = kind === 'action' ? [type.actions[second]] : Object.values(type.actions);
    return actions.flatMap((action) => rolesIn((action?.by ?? []).flatMap(({ any }) => any.map(({ who }) => who))));
  });
  return [...new Set(roles)].filter((role) => role !== 'auditor');
}

const rolesIn = (whos: Who[]): string[] =>
  whos.flatMap((who) => (who.kind === 'role' || who.kind === 'role_of' ? [who.role] : []));
