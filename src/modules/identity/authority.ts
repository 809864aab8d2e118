import { createHash } from 'node:crypto';
import { localDate } from '../../kernel/calendar/date.ts';
import { OUTSIDE_AUDITOR } from '../../kernel/engine/outside.ts';
import type { Grant } from '../../kernel/engine/types.ts';
import type { Role } from '../../kernel/pack/types.ts';
import type { Refusal } from '../../kernel/refusal.ts';
import { type Text, text } from '../../kernel/text.ts';
import type { CommandContext } from '../../runtime/module.ts';
import { onDay } from './people.ts';

/** The one role the program itself knows: manages the installation's people, approves nothing (DESIGN.md section 8). */
export const ADMINISTRATOR = 'administrator';
export const AUDITOR = 'auditor';

const builtIn: Record<string, Role> = {
  [ADMINISTRATOR]: {
    name: ADMINISTRATOR,
    label: text('系統管理者', 'Administrator'),
    conflicts: [],
    deputy: 'no',
    approving: false,
    pack: 'base',
  },
  [AUDITOR]: {
    name: AUDITOR,
    label: text('稽核人員', 'Auditor'),
    conflicts: [],
    deputy: 'no',
    approving: false,
    pack: 'base',
  },
  [OUTSIDE_AUDITOR]: {
    name: OUTSIDE_AUDITOR,
    label: text('外部稽核人員', 'Outside auditor'),
    conflicts: [],
    deputy: 'no',
    approving: false,
    pack: 'base',
  },
};

/** The role as the packs declare it; administrator and auditor exist without a pack. */
export function roleOf(context: Pick<CommandContext, 'definition'>, name: string): Role | undefined {
  return context.definition.roles[name] ?? builtIn[name];
}

export const roleLabel = (context: Pick<CommandContext, 'definition'>, name: string): Text =>
  roleOf(context, name)?.label ?? text(name, name);

/** The local day on which a command is judged. */
export const today = (context: CommandContext): string => localDate(context.now);

/** The grants a person holds on the day of the command. */
export const grantsNow = (context: CommandContext, person: string): Grant[] =>
  context.directory.grants.filter((grant) => grant.person === person && onDay(grant, today(context)));

export const holds = (context: CommandContext, person: string, role: string): boolean =>
  grantsNow(context, person).some((grant) => grant.role === role);

/** True when the person holds a role that approves anywhere. */
export const approves = (context: CommandContext, person: string): boolean =>
  grantsNow(context, person).some((grant) => roleOf(context, grant.role)?.approving);

/** The person who acts, absent for the clock and for a set-up without a person yet. */
export const actingPerson = (context: CommandContext): string | undefined =>
  context.actor.kind === 'clock' ? undefined : context.actor.person;

export const isSetup = (context: CommandContext): boolean => context.actor.kind === 'setup';

/** Set-up and administrators manage people; anybody else is refused with the names of those who can. */
export function notAdministrator(context: CommandContext): Refusal | undefined {
  const person = actingPerson(context);
  if (isSetup(context) || (person !== undefined && holds(context, person, ADMINISTRATOR))) return undefined;
  return {
    code: 'by',
    message: text('只有系統管理者可以異動人員與單位', 'Only an administrator may change people and units'),
    fix: {
      text: text(`請洽系統管理者：${administrators(context)}`, `Ask an administrator: ${administrators(context)}`),
    },
  };
}

function administrators(context: CommandContext): string {
  const names = context.directory.grants
    .filter((grant) => grant.role === ADMINISTRATOR && onDay(grant, today(context)))
    .map((grant) => context.directory.persons[grant.person]?.name)
    .filter((name) => name !== undefined);
  return names.length > 0 ? names.join('、') : '—';
}

/** An id that the same command always yields: repeating it creates nothing twice. */
export function idFrom(context: CommandContext, what: string): string {
  const hex = createHash('sha256').update(`${context.organisation}\n${context.commandId}\n${what}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export const missing = (what: Text, field: string): Refusal => ({
  code: 'missing',
  message: text(`查無此${what.zh}`, `There is no such ${what.en}`),
  fix: { text: text(`請重新選擇${what.zh}`, `Choose the ${what.en} again`), go: `field.${field}` },
  field,
});

/** Refuses a last day before the first. */
export function reversed(from: string | undefined, until: string | undefined): Refusal | undefined {
  if (from === undefined || until === undefined || from <= until) return undefined;
  return {
    code: 'invalid',
    message: text('迄日早於起日', 'The last day is before the first'),
    fix: { text: text('請更正日期', 'Correct the dates'), go: 'field.until' },
    field: 'until',
  };
}
