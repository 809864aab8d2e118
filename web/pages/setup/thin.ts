import type { ThinAct } from '../people/thin-acts.tsx';

type Role = { role: string; label: { zh: string; en: string } };
type Person = { name: string; roles: string[] };
export type ThinDraft = { act: ThinAct; roles: Role[]; persons: string[] };

/**
 * The acts that nobody, or one person only, could perform with the roles as typed so far. Before anybody is sent the server lists
 * every act that needs a role; this counts who of the draft would hold one.
 */
export function thinActs(acts: ThinAct[], roles: Role[], people: Person[]): ThinDraft[] {
  return acts.flatMap((act) => {
    const needed = roles.filter((role) => act.roles.some((label) => names(label, role)));
    const persons = people
      .filter((person) => person.name.trim() && person.roles.some((held) => needed.some(({ role }) => role === held)))
      .map((person) => person.name);
    return needed.length > 0 && persons.length < 2 ? [{ act, roles: needed, persons }] : [];
  });
}

/** How many acts need each role: what to give out first. */
export function need(acts: ThinAct[], roles: Role[]): Map<string, number> {
  return new Map(
    roles.map((role) => [role.role, acts.filter((act) => act.roles.some((label) => names(label, role))).length]),
  );
}

/** A group of alternatives comes as the names of its roles in one label. */
const names = (label: { zh: string; en: string }, role: Role): boolean =>
  label.zh === role.label.zh || label.zh.split('、').includes(role.role);
