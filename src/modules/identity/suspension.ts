import { z } from 'zod';
import type { Value } from '../../kernel/engine/types.ts';
import { type Refusal, type Refused, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { CommandContext, ModuleCommand, NewEvent } from '../../runtime/module.ts';
import { actingPerson, missing, notAdministrator } from './authority.ts';
import { id } from './inputs.ts';
import { loadPerson } from './load.ts';
import type { Person } from './people.ts';
import { personWord } from './persons.ts';

const input = z.object({ person: id, reason: z.string().trim().min(1).max(500) });
type Suspending = { person: Person | undefined };

const load: ModuleCommand<z.output<typeof input>, Suspending>['load'] = async (tx, { person }, { organisation }) => ({
  person: await loadPerson(tx, organisation, person),
});

export const suspendPerson: ModuleCommand<z.output<typeof input>, Suspending> = {
  input,
  load,
  decide: (loaded, wanted, context) => decide('person.suspended', loaded, wanted, context),
};

export const resumePerson: ModuleCommand<z.output<typeof input>, Suspending> = {
  input,
  load,
  decide: (loaded, wanted, context) => decide('person.resumed', loaded, wanted, context),
};

/**
 * `person.suspended`, `person.resumed`: roles and accounts rest meanwhile, nothing is taken away. An administrator does it,
 * and never to or for themselves.
 */
function decide(
  type: 'person.suspended' | 'person.resumed',
  { person }: Suspending,
  wanted: z.output<typeof input>,
  context: CommandContext,
): Refused | { events: NewEvent[]; response: { person: string } } {
  const no =
    notAdministrator(context) ??
    (person ? undefined : missing(personWord, 'person')) ??
    oneself(wanted.person, context);
  if (no) return refused(no);
  const stream = `person:${wanted.person}`;
  return { events: [{ stream, type, data: wanted }], response: { person: wanted.person } };
}

function oneself(person: string, context: CommandContext): Refusal | undefined {
  if (actingPerson(context) !== person) return undefined;
  return {
    code: 'never',
    message: text('不能停用或恢復自己', 'Nobody suspends or resumes themselves'),
    fix: { text: text('請由另一位系統管理者辦理', 'Another administrator does this') },
  };
}

/** What packs may do to a person (`does: identity.suspend(person)`); the record that did it is kept in the event. */
export const effects: Record<string, (args: Value[], record: string) => NewEvent[]> = {
  suspend: ([person], record) => about('person.suspended', person, record),
  /** Whoever keeps sessions ends those of the person's accounts on hearing it. */
  end_sessions: ([person], record) => about('sessions.ended', person, record),
  revoke: ([person, role], record) =>
    about('grants.revoked', person, record, typeof role === 'string' && role !== '' ? { role } : {}),
};

function about(type: string, person: Value | undefined, record: string, more: { role?: string } = {}): NewEvent[] {
  if (typeof person !== 'string') throw new Error(`${type} names no person`);
  return [{ stream: `person:${person}`, type, data: { person, record, ...more } }];
}
