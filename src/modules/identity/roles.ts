import { z } from 'zod';
import { type Capacity, capacityIn, unproven } from '../../kernel/engine/capacity.ts';
import { OUTSIDE_AUDITOR } from '../../kernel/engine/outside.ts';
import type { Role } from '../../kernel/pack/types.ts';
import { type Refusal, type Refused, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { CommandContext, ModuleCommand, NewEvent } from '../../runtime/module.ts';
import {
  ADMINISTRATOR,
  actingPerson,
  idFrom,
  isSetup,
  missing,
  notAdministrator,
  reversed,
  roleLabel,
  roleOf,
  today,
} from './authority.ts';
import { type Combination, type CombinationsOf, conflicting, none, relied } from './combining.ts';
import { date, id } from './inputs.ts';
import { loadGrants, loadPerson, loadUnit } from './load.ts';
import { isOutsider, replaced, unheard } from './outside.ts';
import { type GrantState, given, overlap, type Person, standing, type Unit } from './people.ts';
import { personWord } from './persons.ts';

const roleWord = text('角色', 'role');

export const giveInput = z.object({
  person: id,
  role: id,
  unit: id,
  from: date.optional(),
  until: date.optional(),
});
export const confirmInput = z.object({ grant: id });
export const revokeInput = z.object({ grant: id });

type Response = { grant: string; waitingForSecond: boolean };
type Decided = Refused | { events: NewEvent[]; response: Response; as?: Capacity };

type Giving = {
  person: Person | undefined;
  unit: Unit | undefined;
  grants: GrantState[];
  combinations?: Combination[];
};

export const giveRole = (
  key: Uint8Array,
  combinationsOf: CombinationsOf = none,
): ModuleCommand<z.output<typeof giveInput>, Giving> => ({
  input: giveInput,
  async load(tx, input, { organisation, now }) {
    return {
      person: await loadPerson(tx, organisation, input.person),
      unit: await loadUnit(tx, organisation, input.unit),
      grants: await loadGrants(tx, organisation, { person: input.person }, key),
      combinations: await combinationsOf(tx, { organisation, person: input.person, role: input.role, now }),
    };
  },
  decide: decideGiveRole,
});

/**
 * `grant.asked`, and at once `grant.given` unless the role approves: then a second person must confirm. During set-up the
 * first grants need nobody else and are marked `setup`. Refuses conflicting roles naming both unless an exception in force
 * permits it (then `exceptions` names it), and an approving role for an administrator always.
 */
export function decideGiveRole(loaded: Giving, input: z.output<typeof giveInput>, context: CommandContext): Decided {
  const role = roleOf(context, input.role);
  const from = input.from ?? today(context);
  const wanted = given({ ...input, from }) as { person: string; role: string; unit: string; from: string };
  const no =
    notAdministrator(context) ??
    (role && role.name !== OUTSIDE_AUDITOR ? undefined : missing(roleWord, 'role')) ??
    absent(loaded, context) ??
    reversed(from, input.until) ??
    toOneself(input.person, role, context) ??
    isOutsider(loaded.grants, input.person) ??
    alreadyHeld(loaded.grants, input, from, context) ??
    conflicting(loaded, { ...input, from }, context);
  if (no) return refused(no);
  const grant = idFrom(context, 'grant');
  const by = actingPerson(context);
  const setup = isSetup(context);
  const exceptions = relied(loaded, wanted, context);
  const data = given({ grant, ...wanted, by, setup: setup || undefined, exceptions });
  const asked: NewEvent = { stream: `grant:${grant}`, type: 'grant.asked', data };
  if (role?.approving && !setup) return { events: [asked], response: { grant, waitingForSecond: true } };
  const { by: _asker, ...what } = data;
  const done: NewEvent = { stream: `grant:${grant}`, type: 'grant.given', data: { ...what, by: by ? [by] : [] } };
  return { events: [asked, done], response: { grant, waitingForSecond: false } };
}

type Confirming = {
  grant: GrantState | undefined;
  grants: GrantState[];
  person: Person | undefined;
  combinations?: Combination[];
};

export const confirmRole = (
  key: Uint8Array,
  combinationsOf: CombinationsOf = none,
): ModuleCommand<z.output<typeof confirmInput>, Confirming> => ({
  input: confirmInput,
  async load(tx, input, { organisation, now }) {
    const [grant] = await loadGrants(tx, organisation, { id: input.grant }, key);
    return {
      grant,
      grants: grant ? await loadGrants(tx, organisation, { person: grant.person }, key) : [],
      person: await loadPerson(tx, organisation, grant?.person),
      combinations: grant
        ? await combinationsOf(tx, { organisation, person: grant.person, role: grant.role, now })
        : [],
    };
  },
  decide: decideConfirmRole,
});

/** `grant.given` by two different people, neither of them the grantee, the second proven again; conflicts are asked again. */
export function decideConfirmRole(
  loaded: Confirming,
  _input: z.output<typeof confirmInput>,
  context: CommandContext,
): Decided {
  const { grant } = loaded;
  if (!grant) return refused(missing(text('角色授予案', 'role request'), 'grant'));
  const by = actingPerson(context);
  const as = confirmingAs(grant, context);
  const no =
    notWaiting(grant, context) ??
    notSecond(grant, by, as) ??
    (as && as !== 'barred' ? unheard(grant, as, context) : undefined) ??
    conflicting(loaded, grant, context) ??
    unproven(context.actor); // a second word for a role that approves is a decision
  if (no || by === undefined || !as || as === 'barred' || grant.askedBy === undefined) return refused(no ?? noPerson);
  const { askedBy } = grant;
  const { id: grantId, person, role, unit, from, until, scope } = grant;
  const data = given({
    grant: grantId,
    person,
    role,
    unit,
    from,
    until,
    scope,
    by: [askedBy, by],
    exceptions: relied(loaded, grant, context),
  });
  return {
    events: [...replaced(loaded.grants, grant, context), { stream: `grant:${grantId}`, type: 'grant.given', data }],
    response: { grant: grantId, waitingForSecond: false },
    as,
  };
}

export const revokeRole = (
  key: Uint8Array,
): ModuleCommand<z.output<typeof revokeInput>, { grant: GrantState | undefined }> => ({
  input: revokeInput,
  async load(tx, input, { organisation }) {
    const [grant] = await loadGrants(tx, organisation, { id: input.grant }, key);
    return { grant };
  },
  decide: decideRevokeRole,
});

/** `grant.revoked`, also of a request nobody confirmed; anybody may give up a role of their own. */
export function decideRevokeRole(
  { grant }: { grant: GrantState | undefined },
  _input: z.output<typeof revokeInput>,
  context: CommandContext,
): Refused | { events: NewEvent[]; response: { grant: string } } {
  if (!grant || grant.revokedAt !== undefined) return refused(missing(text('角色', 'role grant'), 'grant'));
  const own = actingPerson(context) === grant.person;
  const no = (own ? undefined : notAdministrator(context)) ?? lastAdministrator(grant, context);
  if (no) return refused(no);
  const data = { grant: grant.id, person: grant.person };
  return { events: [{ stream: `grant:${grant.id}`, type: 'grant.revoked', data }], response: { grant: grant.id } };
}

const noPerson: Refusal = {
  code: 'by',
  message: text('須由人員辦理', 'A person must do this'),
  fix: { text: text('請登入後辦理', 'Sign in and do it yourself') },
};

function absent({ person, unit }: Giving, context: CommandContext): Refusal | undefined {
  if (!person || (person.until !== undefined && person.until < today(context))) return missing(personWord, 'person');
  if (!unit || (unit.until !== undefined && unit.until < today(context))) return missing(text('單位', 'unit'), 'unit');
  return undefined;
}

function toOneself(person: string, role: Role | undefined, context: CommandContext): Refusal | undefined {
  if (isSetup(context) || actingPerson(context) !== person || !role) return undefined;
  return {
    code: 'never',
    message: text(`不能把「${role.label.zh}」授予自己`, `Nobody gives themselves the role “${role.label.en}”`),
    fix: { text: text('請由另一位系統管理者辦理', 'Another administrator does this') },
  };
}

function alreadyHeld(
  grants: GrantState[],
  input: { role: string; unit: string; until?: string | undefined },
  from: string,
  context: CommandContext,
): Refusal | undefined {
  const wanted = { from, ...(input.until ? { until: input.until } : {}) };
  const same = grants.find(
    (g) => g.role === input.role && g.unit === input.unit && standing(g, today(context)) && overlap(g, wanted),
  );
  if (!same) return undefined;
  const label = roleLabel(context, input.role);
  const waits = same.givenAt === undefined;
  return {
    code: 'duplicate',
    message: waits
      ? text(`「${label.zh}」已提出，待第二人確認`, `“${label.en}” is already asked for and waits for a second person`)
      : text(`已是此單位的「${label.zh}」`, `Already holds “${label.en}” in this unit`),
    fix: { text: text('請確認既有授予，或先撤銷', 'Confirm or revoke the grant that is there'), go: 'field.role' },
    field: 'role',
  };
}

function notWaiting(grant: GrantState, context: CommandContext): Refusal | undefined {
  if (grant.genuine && grant.givenAt === undefined && standing(grant, today(context))) return undefined;
  const message = grant.genuine
    ? text('此授予案已不在待確認狀態', 'This grant no longer waits for a second person')
    : text('此授予案未經系統寫入，不予採認', 'This grant was not written by the system and does not count');
  return {
    code: grant.genuine ? 'state' : 'forbidden',
    message,
    fix: { text: text('請重新提出授予', 'Ask for the role again'), go: 'identity.give_role' },
  };
}

/** An administrator, whoever approves, or who stands in for somebody who approves. */
const confirmingAs = (grant: GrantState, context: CommandContext): Capacity | 'barred' | undefined =>
  capacityIn(
    context,
    [
      ADMINISTRATOR,
      ...Object.values(context.definition.roles).flatMap(({ name, approving }) => (approving ? name : [])),
    ],
    [grant.person, grant.askedBy],
  );

function notSecond(
  grant: GrantState,
  by: string | undefined,
  as: Capacity | 'barred' | undefined,
): Refusal | undefined {
  const fix = {
    text: text('請由系統管理者或具核准角色的另一人確認', 'An administrator or approver other than these two confirms'),
  };
  if (by === undefined) return noPerson;
  if (by === grant.person)
    return { code: 'never', message: text('不能確認自己的角色', 'Nobody confirms a role of their own'), fix };
  if (by === grant.askedBy)
    return {
      code: 'never',
      message: text('提出者與確認者須為不同人', 'Who asks and who confirms must be two people'),
      fix,
    };
  if (as === 'barred')
    return {
      code: 'never',
      message: text('不能代理提出者或受任者確認', 'Nobody confirms for the one who asks or the one who gets the role'),
      fix,
    };
  return as ? undefined : { code: 'by', message: text('您不能確認角色授予', 'You may not confirm roles'), fix };
}

function lastAdministrator(grant: GrantState, context: CommandContext): Refusal | undefined {
  if (grant.role !== ADMINISTRATOR || grant.givenAt === undefined) return undefined;
  const others = context.directory.grants.filter((g) => g.role === ADMINISTRATOR && g.id !== grant.id);
  if (others.some((g) => g.until === undefined || g.until >= today(context))) return undefined;
  return {
    code: 'never',
    message: text('這是最後一位系統管理者', 'This is the last administrator'),
    fix: { text: text('請先授予另一位', 'Give the role to somebody else first'), go: 'identity.give_role' },
  };
}
