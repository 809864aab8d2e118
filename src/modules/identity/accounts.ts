import { z } from 'zod';
import { addMilliseconds } from '../../kernel/calendar/date.ts';
import { type Refusal, type Refused, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { CommandContext, ModuleCommand, NewEvent } from '../../runtime/module.ts';
import { actingPerson, approves, idFrom, isSetup, missing, notAdministrator, today } from './authority.ts';
import { email, id } from './inputs.ts';
import { loadInvitation, loadLinks, loadPerson } from './load.ts';
import type { InvitationState, LinkState, Person } from './people.ts';
import { personWord } from './persons.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/, 'SHA-256, hex');
const linkInput = z.object({ account: id, person: id });
const unlinkInput = z.object({ account: id });
const inviteInput = z.object({
  person: id,
  email: email.optional(),
  tokenHash: hash,
  hours: z.number().int().min(1).max(720).default(168),
});
const acceptInput = z.object({ tokenHash: hash, account: id });
const withdrawInput = z.object({ invitation: id });

type Linking = { person: Person | undefined; ofAccount: LinkState[]; ofPerson: LinkState[] };

export const linkAccount: ModuleCommand<z.output<typeof linkInput>, Linking> = {
  input: linkInput,
  async load(tx, input, { organisation }) {
    return {
      person: await loadPerson(tx, organisation, input.person),
      ofAccount: await loadLinks(tx, organisation, { account: input.account }),
      ofPerson: await loadLinks(tx, organisation, { person: input.person }),
    };
  },
  decide: decideLinkAccount,
};

/**
 * `account.linked`. An account is one person per organisation; one person may have several accounts and remains one person
 * for segregation of duties. Nobody else links an account to somebody who approves: that needs their own invitation.
 */
export function decideLinkAccount(
  loaded: Linking,
  input: z.output<typeof linkInput>,
  context: CommandContext,
): Refused | { events: NewEvent[]; response: { account: string; person: string } } {
  const no =
    (isSelf(input.person, context) ? undefined : notAdministrator(context)) ??
    gone(loaded.person, context) ??
    otherPerson(loaded.ofAccount, input) ??
    impersonates(input.person, context);
  if (no) return refused(no);
  return { events: [linked(input.account, input.person)], response: input };
}

export const unlinkAccount: ModuleCommand<z.output<typeof unlinkInput>, { links: LinkState[] }> = {
  input: unlinkInput,
  load: async (tx, input, { organisation }) => ({
    links: await loadLinks(tx, organisation, { account: input.account }),
  }),
  decide: decideUnlinkAccount,
};

/** `account.unlinked`. */
export function decideUnlinkAccount(
  { links }: { links: LinkState[] },
  { account }: z.output<typeof unlinkInput>,
  context: CommandContext,
): Refused | { events: NewEvent[]; response: { account: string } } {
  const link = links.find((l) => l.endedAt === undefined);
  const no = notAdministrator(context) ?? (link ? undefined : missing(text('帳號', 'account'), 'account'));
  if (no || !link) return refused(no ?? missing(text('帳號', 'account'), 'account'));
  const data = { account, person: link.person };
  return { events: [{ stream: `account:${account}`, type: 'account.unlinked', data }], response: { account } };
}

export const invite: ModuleCommand<z.output<typeof inviteInput>, { person: Person | undefined; links: LinkState[] }> = {
  input: inviteInput,
  async load(tx, input, { organisation }) {
    return {
      person: await loadPerson(tx, organisation, input.person),
      links: await loadLinks(tx, organisation, { person: input.person }),
    };
  },
  decide: decideInvite,
};

/**
 * `invitation.made`: only the token's hash is kept. Goes to the address the ledger has for the person; somebody who
 * approves and already has an account cannot be given a second one by others.
 */
export function decideInvite(
  { person, links }: { person: Person | undefined; links: LinkState[] },
  input: z.output<typeof inviteInput>,
  context: CommandContext,
): Refused | { events: NewEvent[]; response: { invitation: string; email: string; expiresAt: string } } {
  const address = input.email ?? person?.email;
  const second = links.some((link) => link.endedAt === undefined) ? impersonates(input.person, context) : undefined;
  const no = notAdministrator(context) ?? gone(person, context) ?? second ?? otherAddress(person, input, context);
  if (no || address === undefined) return refused(no ?? noAddress);
  const invitation = idFrom(context, 'invitation');
  const expiresAt = addMilliseconds(context.now, input.hours * 3_600_000);
  const data = { invitation, person: input.person, email: address, tokenHash: input.tokenHash, expiresAt };
  const personal = [{ path: ['email'], subject: input.person }];
  const event: NewEvent = { stream: `invitation:${invitation}`, type: 'invitation.made', data, personal };
  return { events: [event], response: { invitation, email: address, expiresAt } };
}

type Accepting = { invitation: InvitationState | undefined; person: Person | undefined; ofAccount: LinkState[] };

export const acceptInvitation = (key: Uint8Array): ModuleCommand<z.output<typeof acceptInput>, Accepting> => ({
  input: acceptInput,
  async load(tx, input, { organisation }) {
    const invitation = await loadInvitation(tx, organisation, { token_hash: input.tokenHash }, key);
    return {
      invitation,
      person: await loadPerson(tx, organisation, invitation?.person),
      ofAccount: await loadLinks(tx, organisation, { account: input.account }),
    };
  },
  decide: decideAcceptInvitation,
});

/** `invitation.accepted` and `account.linked`; once, in time, by the person invited. */
export function decideAcceptInvitation(
  loaded: Accepting,
  { account }: z.output<typeof acceptInput>,
  context: CommandContext,
): Refused | { events: NewEvent[]; response: { account: string; person: string } } {
  const { invitation } = loaded;
  if (!invitation || invitation.withdrawnAt !== undefined || invitation.acceptedAt !== undefined)
    return refused(spent(text('此邀請不存在或已使用', 'This invitation does not exist or was used')));
  if (invitation.expiresAt <= context.now) return refused(spent(text('此邀請已逾期', 'This invitation has expired')));
  const { id: invitationId, person } = invitation;
  const no =
    (isSelf(person, context) ? undefined : notInvited) ??
    gone(loaded.person, context) ??
    otherPerson(loaded.ofAccount, { account, person });
  if (no) return refused(no);
  const accepted: NewEvent = {
    stream: `invitation:${invitationId}`,
    type: 'invitation.accepted',
    data: { invitation: invitationId, person, account },
  };
  return { events: [accepted, linked(account, person)], response: { account, person } };
}

export const withdrawInvitation = (
  key: Uint8Array,
): ModuleCommand<z.output<typeof withdrawInput>, { invitation: InvitationState | undefined }> => ({
  input: withdrawInput,
  load: async (tx, input, { organisation }) => ({
    invitation: await loadInvitation(tx, organisation, { id: input.invitation }, key),
  }),
  decide: decideWithdrawInvitation,
});

/** `invitation.withdrawn`. */
export function decideWithdrawInvitation(
  { invitation }: { invitation: InvitationState | undefined },
  _input: z.output<typeof withdrawInput>,
  context: CommandContext,
): Refused | { events: NewEvent[]; response: { invitation: string } } {
  const no = notAdministrator(context);
  if (no) return refused(no);
  if (!invitation || invitation.acceptedAt !== undefined || invitation.withdrawnAt !== undefined)
    return refused(spent(text('此邀請不存在或已使用', 'This invitation does not exist or was used')));
  const data = { invitation: invitation.id };
  const event = { stream: `invitation:${invitation.id}`, type: 'invitation.withdrawn', data };
  return { events: [event], response: data };
}

const linked = (account: string, person: string): NewEvent => ({
  stream: `account:${account}`,
  type: 'account.linked',
  data: { account, person },
});

const isSelf = (person: string, context: CommandContext): boolean => actingPerson(context) === person;

const gone = (person: Person | undefined, context: CommandContext): Refusal | undefined =>
  person && (person.until === undefined || today(context) <= person.until) ? undefined : missing(personWord, 'person');

function otherPerson(links: LinkState[], input: { account: string; person: string }): Refusal | undefined {
  const link = links.find((l) => l.endedAt === undefined);
  if (!link) return undefined;
  const same = link.person === input.person;
  return {
    code: 'duplicate',
    message: same
      ? text('此帳號已連結此人員', 'The account is already linked to this person')
      : text('此帳號在本機關已是另一位人員', 'The account is already somebody else in this organisation'),
    fix: { text: text('請改用其他帳號，或先解除連結', 'Use another account, or unlink it first'), go: 'field.account' },
    field: 'account',
  };
}

function impersonates(person: string, context: CommandContext): Refusal | undefined {
  if (isSetup(context) || isSelf(person, context) || !approves(context, person)) return undefined;
  return {
    code: 'never',
    message: text('不能替有核准權責者連結帳號', 'Nobody else links an account to a person who approves'),
    fix: {
      text: text(
        '請本人登入後自行連結；遺失帳號請走兩人核可的重設',
        'They link it themselves; for a lost account use the reset by two people',
      ),
    },
  };
}

function otherAddress(
  person: Person | undefined,
  input: { person: string; email?: string | undefined },
  context: CommandContext,
): Refusal | undefined {
  const differs = input.email !== undefined && input.email !== person?.email;
  if (!differs || isSetup(context) || !approves(context, input.person)) return undefined;
  return {
    code: 'never',
    message: text(
      '有核准權責者的邀請只能寄到登記的信箱',
      'The invitation of somebody who approves goes to their recorded mailbox',
    ),
    fix: {
      text: text('請先更正人員資料的電子郵件', 'Correct the e-mail address of the person first'),
      go: 'field.email',
    },
    field: 'email',
  };
}

const noAddress: Refusal = {
  code: 'required',
  message: text('沒有可寄送的電子郵件', 'There is no e-mail address to send it to'),
  fix: { text: text('請填寫電子郵件', 'Give an e-mail address'), go: 'field.email' },
  field: 'email',
};

const notInvited: Refusal = {
  code: 'by',
  message: text('此邀請不是給您的', 'This invitation is for somebody else'),
  fix: { text: text('請使用自己的邀請連結', 'Use the link you were sent') },
};

const spent = (message: Refusal['message']): Refusal => ({
  code: 'state',
  message,
  fix: { text: text('請系統管理者重新邀請', 'Ask an administrator for a new one'), go: 'identity.invite' },
});
