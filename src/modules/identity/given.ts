import type { Actor, Directory, Grant } from '../../kernel/engine/types.ts';
import type { Definition, Role } from '../../kernel/pack/types.ts';
import { isRefused, type Refused } from '../../kernel/refusal.ts';
import type { CommandContext, NewEvent } from '../../runtime/module.ts';
import type { GrantState, Person, Unit } from './people.ts';

/** Given / when / then for this module's tests: a small office on one day. */
export const day = '2026-11-20';
export const now = '2026-11-20T02:00:00.000Z';

const role = (name: string, more: Partial<Role> = {}): Role => ({
  name,
  label: { zh: `職${name}`, en: `role ${name}` },
  conflicts: [],
  approving: false,
  pack: 'base',
  ...more,
});

export const definition = {
  roles: {
    ciso: role('ciso', { approving: true }),
    security_officer: role('security_officer', { approving: true }),
    auditor: role('auditor'),
    network_manager: role('network_manager', { conflicts: ['auditor'] }),
  },
  records: {},
} as unknown as Definition;

export const office: Unit = { id: 'office', name: '公所' };
export const persons: Record<string, Person> = Object.fromEntries(
  ['admin', 'admin2', 'chief', 'chen', 'wang'].map((id) => [id, { id, name: id, unit: 'office', email: `${id}@x.tw` }]),
);

export const held = (person: string, roleName: string, dates: Partial<Grant> = {}): Grant => ({
  id: `${person}-${roleName}`,
  person,
  role: roleName,
  unit: 'office',
  from: '2026-01-01',
  ...dates,
});

export const directory: Directory = {
  units: { office },
  persons: persons as Directory['persons'],
  grants: [held('admin', 'administrator'), held('admin2', 'administrator'), held('chief', 'ciso')],
  deputies: [],
};

export const as = (person: string, more: Partial<CommandContext> = {}): CommandContext =>
  by({ kind: 'person', person }, more);

export const by = (actor: Actor, more: Partial<CommandContext> = {}): CommandContext => ({
  organisation: 'xiluo',
  actor,
  now,
  commandId: 'c1',
  directory,
  definition,
  ...more,
});

export const grantState = (person: string, roleName: string, more: Partial<GrantState> = {}): GrantState => ({
  ...held(person, roleName),
  askedAt: now,
  askedBy: 'admin',
  givenBy: ['admin'],
  givenAt: now,
  setup: false,
  genuine: true,
  ...more,
});

/** What a decision came to: the codes of its refusals, or the types of its events. */
export const outcome = (decided: Refused | { events: NewEvent[] }): string[] =>
  isRefused(decided) ? decided.refused.map((r) => `refused ${r.code}`) : decided.events.map((event) => event.type);

export function eventsOf(decided: Refused | { events: NewEvent[] }): NewEvent[] {
  if (isRefused(decided)) throw new Error(JSON.stringify(decided.refused));
  return decided.events;
}
