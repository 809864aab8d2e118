import { z } from 'zod';
import { type Refusal, type Refused, refused } from '../../kernel/refusal.ts';
import { type Text, text } from '../../kernel/text.ts';
import type { CommandContext, ModuleCommand, NewEvent } from '../../runtime/module.ts';
import {
  ADMINISTRATOR,
  actingPerson,
  approves,
  grantsNow,
  holds,
  idFrom,
  isSetup,
  missing,
  notAdministrator,
  reversed,
  roleLabel,
  today,
} from './authority.ts';
import { exclude } from './combining.ts';
import { date, id } from './inputs.ts';
import { loadDeputies, loadDeputy, loadPerson } from './load.ts';
import { type DeputyState, overlap, type Person } from './people.ts';

const addInput = z.object({
  for: id,
  person: id,
  order: z.union([z.literal(1), z.literal(2)]).default(1),
  from: date,
  until: date,
});
const endInput = z.object({ deputy: id });

type Naming = { principal: Person | undefined; person: Person | undefined; deputies: DeputyState[] };
type Conflict = { role: string; with: string; zh: string; en: string };

export const addDeputy: ModuleCommand<z.output<typeof addInput>, Naming> = {
  input: addInput,
  async load(tx, input, { organisation }) {
    return {
      principal: await loadPerson(tx, organisation, input.for),
      person: await loadPerson(tx, organisation, input.person),
      deputies: await loadDeputies(tx, organisation, input.for),
    };
  },
  decide: decideAddDeputy,
};

/**
 * `deputy.named`. Principals name their own deputies; an administrator may for somebody who approves nothing. Nobody is
 * deputy of themselves, an administrator never of an approver. `conflicts` in the answer lists role pairs the deputy should
 * not combine: the engine bars the acts, the people should know beforehand.
 */
export function decideAddDeputy(
  loaded: Naming,
  input: z.output<typeof addInput>,
  context: CommandContext,
): Refused | { events: NewEvent[]; response: { deputy: string; conflicts: Conflict[] } } {
  const no =
    notTheirs(input.for, context) ??
    gone(loaded.principal, 'for', context) ??
    gone(loaded.person, 'person', context) ??
    ofOneself(input) ??
    administratorForApprover(input, context) ??
    reversed(input.from, input.until) ??
    over(input.until, context) ??
    placeTaken(loaded.deputies, input);
  if (no) return refused(no);
  const deputy = idFrom(context, 'deputy');
  const data = {
    deputy,
    for: input.for,
    person: input.person,
    order: input.order,
    from: input.from,
    until: input.until,
  };
  return {
    events: [{ stream: `deputy:${deputy}`, type: 'deputy.named', data }],
    response: { deputy, conflicts: conflictsBetween(input.for, input.person, context) },
  };
}

export const endDeputy: ModuleCommand<z.output<typeof endInput>, { deputy: DeputyState | undefined }> = {
  input: endInput,
  load: async (tx, input, { organisation }) => ({ deputy: await loadDeputy(tx, organisation, input.deputy) }),
  decide: decideEndDeputy,
};

/** `deputy.ended`: by the principal, the deputy or an administrator. */
export function decideEndDeputy(
  { deputy }: { deputy: DeputyState | undefined },
  _input: z.output<typeof endInput>,
  context: CommandContext,
): Refused | { events: NewEvent[]; response: { deputy: string } } {
  if (!deputy || deputy.endedAt !== undefined) return refused(missing(text('代理', 'deputy'), 'deputy'));
  const person = actingPerson(context);
  const concerned = person !== undefined && (person === deputy.for || person === deputy.person);
  const no = concerned ? undefined : notAdministrator(context);
  if (no) return refused(no);
  const event = { stream: `deputy:${deputy.id}`, type: 'deputy.ended', data: { deputy: deputy.id } };
  return { events: [event], response: { deputy: deputy.id } };
}

/** Pairs of roles, one of the principal and one of the deputy, that exclude each other. */
export function conflictsBetween(principal: string, deputy: string, context: CommandContext): Conflict[] {
  const theirs = grantsNow(context, deputy);
  return grantsNow(context, principal).flatMap(({ role }) =>
    theirs
      .filter((held) => exclude(context, role, held.role))
      .map((held) => ({ role, with: held.role, ...told(roleLabel(context, role), roleLabel(context, held.role)) })),
  );
}

const told = (asked: Text, held: Text): Text =>
  text(
    `代理人已是「${held.zh}」，不得再代理「${asked.zh}」的同一案件`,
    `The deputy is “${held.en}” and may not act as “${asked.en}” on the same case`,
  );

function notTheirs(principal: string, context: CommandContext): Refusal | undefined {
  if (isSetup(context) || actingPerson(context) === principal) return undefined;
  if (!approves(context, principal)) return notAdministrator(context);
  return {
    code: 'by',
    message: text('有核准權責者的代理人須由本人指定', 'Whoever approves names their own deputies'),
    fix: {
      text: text(
        '請本人登入指定；本人無法辦理時，由兩人授予他人角色',
        'They sign in and name one; failing that, two people give the role to somebody else',
      ),
      go: 'identity.give_role',
    },
  };
}

function gone(person: Person | undefined, field: string, context: CommandContext): Refusal | undefined {
  if (person && (person.until === undefined || today(context) <= person.until)) return undefined;
  return missing(text('人員', 'person'), field);
}

const ofOneself = (input: { for: string; person: string }): Refusal | undefined =>
  input.for !== input.person
    ? undefined
    : {
        code: 'never',
        message: text('不能代理自己', 'Nobody is their own deputy'),
        fix: { text: text('請選擇另一位人員', 'Choose somebody else'), go: 'field.person' },
        field: 'person',
      };

function administratorForApprover(
  input: { for: string; person: string },
  context: CommandContext,
): Refusal | undefined {
  if (!holds(context, input.person, ADMINISTRATOR) || !approves(context, input.for)) return undefined;
  return {
    code: 'never',
    message: text('系統管理者不得代理有核准權責者', 'An administrator may not stand in for somebody who approves'),
    fix: { text: text('請選擇另一位人員', 'Choose somebody else'), go: 'field.person' },
    field: 'person',
  };
}

function over(until: string, context: CommandContext): Refusal | undefined {
  if (until >= today(context)) return undefined;
  return {
    code: 'invalid',
    message: text('代理期間已過', 'The period is already over'),
    fix: {
      text: text('代理不能追溯，請改期間', 'Deputies cannot be named backwards; change the dates'),
      go: 'field.until',
    },
    field: 'until',
  };
}

function placeTaken(
  deputies: DeputyState[],
  input: { for: string; person: string; order: number; from: string; until: string },
): Refusal | undefined {
  const other = deputies.find(
    (d) =>
      d.endedAt === undefined &&
      d.for === input.for &&
      overlap(d, input) &&
      (d.order === input.order || d.person === input.person),
  );
  if (!other) return undefined;
  return {
    code: 'duplicate',
    message: text(
      `${other.from} 至 ${other.until} 已有第 ${other.order} 代理人`,
      `There is a deputy in place ${other.order} from ${other.from} until ${other.until}`,
    ),
    fix: {
      text: text('請先終止原代理，或改期間、順位', 'End that one first, or change dates or place'),
      go: 'field.order',
    },
    field: 'order',
  };
}
