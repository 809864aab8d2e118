import { type RawBuilder, sql } from 'kysely';
import type { Directory, RecordState } from '../../kernel/engine/types.ts';
import { isDuring } from '../../kernel/engine/who.ts';
import type { RecordType, Who } from '../../kernel/pack/types.ts';
import { PARTICIPANTS, participants } from '../store/participants.ts';
import { type Look, rolesOf } from './look.ts';
import { confinedTo, holdsWithin, seesWhole, within } from './outside.ts';

/** Who looks, when, and at which organisation: all that reading rights are judged by. */
export type Reader = Pick<Look, 'tx' | 'organisation' | 'viewer' | 'now' | 'context'>;

/** Who reads everything of the organisation (DESIGN.md section 8): roles whose work it is. */
const READ_ALL = ['security_officer', 'auditor', 'ciso', 'isms_coordinator', 'isms_team_lead'];

/** Everybody this viewer may read for: self, principals as a deputy, and the units this viewer heads. */
function reach(look: Reader): { persons: string[]; units: string[]; roles: string[] } {
  const { directory } = look.context;
  const { person } = look.viewer;
  if (!person) return { persons: [], units: [], roles: [] };
  const persons = [
    person,
    ...directory.deputies.filter((d) => d.person === person && isDuring(d, look.now)).map((d) => d.for),
  ];
  const roles = persons.flatMap((one) => rolesOf(directory, one, look.now));
  const headed = directory.grants
    .filter((grant) => persons.includes(grant.person) && grant.role === 'unit_head' && isDuring(grant, look.now))
    .map((grant) => grant.unit);
  return { persons, units: unitsBelow(directory, headed), roles };
}

function unitsBelow(directory: Directory, heads: string[]): string[] {
  const all = new Set(heads);
  for (let grew = true; grew; ) {
    grew = false;
    for (const unit of Object.values(directory.units)) {
      if (unit.under && all.has(unit.under) && !all.has(unit.id)) {
        all.add(unit.id);
        grew = true;
      }
    }
  }
  return [...all];
}

const rolesIn = (who: Who): string[] =>
  who.kind === 'role' || who.kind === 'role_of' ? [who.role] : who.kind === 'path' ? who.path : [];

/** Whether a viewer with these roles reads every record of a type, without asking each one. */
export function readsAll(look: Reader, type: RecordType): boolean {
  if (confinedTo(look)) return seesWhole(look, type.name);
  const { roles } = reach(look);
  if (type.see) return type.see.by.some((who) => who.kind === 'role' && roles.includes(who.role));
  if (type.role === 'register') return look.viewer.person !== undefined;
  const acting = Object.values(type.actions).flatMap((action) =>
    action.by.flatMap((group) => group.any.flatMap(({ who }) => (who.kind === 'role' ? rolesIn(who) : []))),
  );
  return roles.some((role) => READ_ALL.includes(role) || acting.includes(role));
}

/**
 * Condition on `record c`: what this viewer may list. Participants (requester, anybody named in a person field, whoever acted or
 * is waited for), heads of the unit, and the roles that read everything; registers: all staff; a type's own `see` instead. Auditors from
 * elsewhere: what their scope names, and nothing else.
 */
export function readable(look: Reader, types: RecordType[]): RawBuilder<boolean> {
  if (look.viewer.person === undefined) return sql`false`;
  const confined = confinedTo(look);
  if (confined) return within(confined);
  const all = types.filter((type) => readsAll(look, type)).map((type) => type.name);
  const { persons, units } = reach(look);
  const own = sql<boolean>`(c.requester = any(${persons}) or c.unit = any(${units}) or exists (
    select 1 from record_field p where p.organisation = c.organisation and p.record = c.id and p.field = ${PARTICIPANTS} and p.t = any(${persons}))
    or exists (select 1 from task w where w.organisation = c.organisation and w.record = c.id and w.person = any(${persons})))`;
  return sql`(c.type = any(${all}) or ${own})`;
}

/** May this viewer open this record? */
export async function mayRead(look: Reader, state: RecordState, type: RecordType): Promise<boolean> {
  const confined = confinedTo(look);
  if (confined) return holdsWithin(confined, state);
  if (readsAll(look, type)) return true;
  const { persons, units } = reach(look);
  if (state.requester && persons.includes(state.requester)) return true;
  if (state.unit && units.includes(state.unit) && !type.see) return true;
  if (participants(type, state).some((person) => persons.includes(person))) return true;
  const found =
    await sql`select 1 from task where organisation = ${look.organisation} and record = ${state.id} and person = any(${persons}) limit 1`.execute(
      look.tx,
    );
  return found.rows.length > 0;
}
