import { randomBytes, randomUUID } from 'node:crypto';
import type { Credential } from '../../kernel/ledger/credential-mark.ts';
import { isRefused, type Refusal, type Refused, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import { type Account, findAccount, findByName } from './accounts.ts';
import { rowMac, sameMac, unbind } from './binding.ts';
import { forgetFailures, hashName } from './lockout.ts';
import { type OpeningContext, setPassword } from './opening.ts';
import { hashCode, newCode } from './secretCode.ts';
import { type AuthTables, authTables } from './tables.ts';

/**
 * A reset needs the owner's own mailbox, or two people who are neither the owner nor each other; never the administrator
 * alone (annex10.ia.authenticator_management.8: a one-time token that expires).
 */
export type Approver = { account: string; person: string };

export type ResetContext = OpeningContext & {
  secret: string;
  /** Sends the token to the owner's address; absent when the installation has no mail. */
  sendReset?: ((to: { email: string; name: string; token: string; until: string }) => Promise<void>) | undefined;
  /** Whether somebody takes part in resets of this account; without an account, of any. */
  mayApproveReset: (by: Approver, account?: string) => Promise<boolean>;
  /** Persons the account is linked to, in any organisation: they take no part in their own reset. */
  personsOf: (account: string) => Promise<string[]>;
};

/** Sends a token to the mailbox of whoever has this name. The answer is the same for a name nobody has. */
export async function requestReset(context: ResetContext, typed: string): Promise<Refused | undefined> {
  if (!context.sendReset) return refused(noMail);
  const account = await findByName(context.db, typed);
  if (!account || account.disabledAt !== undefined) return undefined;
  if (await askedJustNow(context, account.id)) return undefined;
  const token = randomBytes(24).toString('base64url');
  const until = new Date(context.now.getTime() + context.policy.mailResetMinutes * 60_000);
  const at = context.now.toISOString();
  await context.record({ type: 'reset.requested', account: account.id, at, outcome: 'intended', by: 'mailbox' });
  await authTables(context.db)
    .insertInto('auth.reset')
    .values(sealed(context, { ...blank(context, account.id), token_hash: hashToken(token), expires_at: until }))
    .execute();
  const mail = { email: account.email, name: account.name, token, until: until.toISOString() };
  // Not awaited: how long the mail takes would tell that the name exists.
  context
    .sendReset(mail)
    .catch((error) =>
      context.record({ type: 'reset.unsent', account: account.id, at, outcome: 'refused', by: String(error) }),
    );
  return undefined;
}

/** One mail in two minutes: a mailbox is not filled by whoever knows the name. */
async function askedJustNow({ db, now }: ResetContext, account: string): Promise<boolean> {
  const since = new Date(now.getTime() - 120_000);
  const found = await authTables(db)
    .selectFrom('auth.reset')
    .select('id')
    .where('account', '=', account)
    .where('way', '=', 'mailbox')
    .where('used_at', 'is', null)
    .where('asked_at', '>', since)
    .limit(1)
    .execute();
  return found.length > 0;
}

/** One of two people asks for a reset of somebody else's account; `factors` also removes one-time codes and passkeys. */
export async function askReset(
  context: ResetContext,
  asked: { account: string; by: Approver; reason: string; factors?: boolean },
): Promise<Refused | { reset: string }> {
  const account = await findAccount(context.db, asked.account);
  const no = account ? await notApprover(context, asked.by, account) : noSuchReset;
  if (no || !account) return refused(no ?? noSuchReset);
  const row = {
    ...blank(context, account.id),
    factors: asked.factors ?? false,
    asked_by: asked.by.person,
    reason: asked.reason,
  };
  const expires = new Date(context.now.getTime() + context.policy.slipResetHours * 3_600_000);
  await context.record({
    type: 'reset.requested',
    account: account.id,
    at: context.now.toISOString(),
    outcome: 'intended',
    by: 'two_people',
    persons: [asked.by.person],
    reason: asked.reason,
  });
  await authTables(context.db)
    .insertInto('auth.reset')
    .values(sealed(context, { ...row, way: 'two_people', expires_at: expires }))
    .execute();
  return { reset: row.id };
}

export type OpenReset = {
  id: string;
  account: string;
  askedBy: string;
  askedAt: string;
  reason: string;
  factors: boolean;
  until: string;
};

/** Resets that wait for a second person, newest first, for whoever may be one; rows written past the program are left out. */
export async function openResets(context: ResetContext, by: Approver): Promise<Refused | OpenReset[]> {
  if (!(await context.mayApproveReset(by))) return refused(notAllowed);
  const rows = await authTables(context.db)
    .selectFrom('auth.reset')
    .selectAll()
    .where('way', '=', 'two_people')
    .where('approved_by', 'is', null)
    .where('used_at', 'is', null)
    .where('expires_at', '>', context.now)
    .orderBy('asked_at', 'desc')
    .execute();
  const open: OpenReset[] = [];
  for (const row of rows) {
    if (isOurs(context, row) && (await context.mayApproveReset(by, row.account)))
      open.push({
        id: row.id,
        account: row.account,
        askedBy: row.asked_by ?? '',
        askedAt: row.asked_at.toISOString(),
        reason: row.reason ?? '',
        factors: row.factors,
        until: row.expires_at.toISOString(),
      });
  }
  return open;
}

/** A second, different person approves: answers with the code for the owner's slip of paper, shown once. */
export async function approveReset(
  context: ResetContext,
  approved: { reset: string; by: Approver },
): Promise<Refused | { code: string; until: string; account: string; askedBy: string }> {
  if (!(await context.mayApproveReset(approved.by))) return refused(notAllowed);
  const table = authTables(context.db);
  const row = await table.selectFrom('auth.reset').selectAll().where('id', '=', approved.reset).executeTakeFirst();
  const account = row && (await findAccount(context.db, row.account));
  if (
    !row ||
    !account ||
    !isOurs(context, row) ||
    row.way !== 'two_people' ||
    row.approved_by !== null ||
    row.expires_at <= context.now
  )
    return refused(noSuchReset);
  const no = row.asked_by === approved.by.person ? samePerson : await notApprover(context, approved.by, account);
  if (no) return refused(no);
  const code = newCode();
  const until = new Date(context.now.getTime() + context.policy.slipResetHours * 3_600_000);
  await context.record({
    type: 'reset.approved',
    account: account.id,
    at: context.now.toISOString(),
    outcome: 'done',
    by: 'two_people',
    persons: [row.asked_by ?? '', approved.by.person],
  });
  const taken = await table
    .updateTable('auth.reset')
    .set(sealed(context, { ...row, approved_by: approved.by.person, token_hash: hashCode(code), expires_at: until }))
    .where('id', '=', row.id)
    .where('approved_by', 'is', null)
    .returning('id')
    .execute();
  return taken.length > 0
    ? { code, until: until.toISOString(), account: account.id, askedBy: row.asked_by ?? '' }
    : refused(noSuchReset);
}

/** The owner sets a new password with the token from the mailbox or the code on the slip, once and in time. */
export async function completeReset(
  context: ResetContext,
  given: { token: string; password: string },
): Promise<Refused | { account: string }> {
  const table = authTables(context.db);
  const row = await table
    .selectFrom('auth.reset')
    .selectAll()
    .where('token_hash', 'in', [hashToken(given.token), hashCode(given.token)])
    .where('used_at', 'is', null)
    .executeTakeFirst();
  const account = row && (await findAccount(context.db, row.account));
  if (!row || !account || !isOurs(context, row) || row.expires_at <= context.now) return refused(noSuchReset);
  if (!(await claim(context, row.id))) return refused(noSuchReset);
  const at = context.now.toISOString();
  const told = { account: account.id, at, by: row.way, ...(row.factors ? { removed: SECOND_FACTORS } : {}) };
  const set = await setPassword(context, account, given.password, (entered) =>
    context.record({ ...told, type: 'password.changing', outcome: 'intended', entered }),
  );
  if (isRefused(set)) {
    await table.updateTable('auth.reset').set({ used_at: null }).where('id', '=', row.id).execute();
    return set;
  }
  await table
    .updateTable('auth.reset')
    .set({ used_at: context.now })
    .where('account', '=', account.id)
    .where('used_at', 'is', null)
    .execute();
  await table.updateTable('auth.user_account').set({ reset_at: context.now }).where('id', '=', account.id).execute();
  if (row.factors) await removeFactors(context, account.id);
  await forgetFailures(context.db, hashName(account.email, context.secret));
  await context.record({
    ...told,
    type: 'reset.completed',
    outcome: 'done',
    entered: set.entered,
    persons: [row.asked_by, row.approved_by].filter((person) => person !== null),
  });
  return { account: account.id };
}

/** Of two who use the same token at once, one gets it. */
async function claim({ db, now }: ResetContext, id: string): Promise<boolean> {
  const claimed = await authTables(db)
    .updateTable('auth.reset')
    .set({ used_at: now })
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .returning('id')
    .execute();
  return claimed.length > 0;
}

const SECOND_FACTORS: Credential[] = [{ kind: 'totp' }, { kind: 'backup_codes' }, { kind: 'passkey' }];

async function removeFactors({ db }: ResetContext, account: string): Promise<void> {
  const table = authTables(db);
  const passkeys = await table
    .deleteFrom('auth.passkey')
    .where('user_id', '=', account)
    .returning('credential_id')
    .execute();
  for (const passkey of passkeys) await unbind(db, 'passkey', passkey.credential_id);
  await table.deleteFrom('auth.two_factor').where('user_id', '=', account).execute();
  await unbind(db, 'totp', account);
  await unbind(db, 'backup_codes', account);
  await table.updateTable('auth.user_account').set({ two_factor_enabled: false }).where('id', '=', account).execute();
}

async function notApprover(context: ResetContext, by: Approver, account: Account): Promise<Refusal | undefined> {
  const own = by.account === account.id || (await context.personsOf(account.id)).includes(by.person);
  if (own) return samePerson;
  return (await context.mayApproveReset(by, account.id)) ? undefined : notAllowed;
}

type Row = AuthTables['auth.reset'];

/** The row with its MAC: a reset written past the program opens nothing. */
const sealed = <T extends Omit<Row, 'mac'>>({ nodeKey }: ResetContext, row: T): T & { mac: Uint8Array } => ({
  ...row,
  mac: rowMac('reset', contentOf(row), nodeKey),
});

const isOurs = ({ nodeKey }: ResetContext, row: Row): boolean =>
  sameMac(row.mac, rowMac('reset', contentOf(row), nodeKey));

const contentOf = (row: Omit<Row, 'mac'>) => [
  row.id,
  row.account,
  row.way,
  String(row.factors),
  row.asked_by,
  row.approved_by,
  row.token_hash,
  row.expires_at.toISOString(),
  row.reason,
];

const blank = (context: ResetContext, account: string): Omit<Row, 'mac' | 'expires_at'> => ({
  id: randomUUID(),
  account,
  way: 'mailbox',
  factors: false,
  reason: null,
  token_hash: null,
  asked_at: context.now,
  asked_by: null,
  approved_by: null,
  used_at: null,
});

/** Tokens of mails are case-sensitive, unlike codes on paper. */
const hashToken = (token: string): string => hashCode(Buffer.from(token).toString('hex'));

const noMail: Refusal = {
  code: 'unready',
  message: text('本系統未設定郵件', 'This installation sends no mail'),
  fix: { text: text('請兩位有權限的同仁為您核發重設碼', 'Ask two colleagues who may approve a reset') },
};

const noSuchReset: Refusal = {
  code: 'missing',
  message: text('重設碼不存在、已使用或已逾期', 'The reset does not exist, was used or has expired'),
  fix: { text: text('請重新申請', 'Ask for a new one'), go: 'sign_in.reset' },
};

const samePerson: Refusal = {
  code: 'never',
  message: text(
    '提出者、核可者與帳號本人須為三個不同的人',
    'Who asks, who approves and whose account it is are three people',
  ),
  fix: { text: text('請由另一位同仁辦理', 'Somebody else does this') },
};

const notAllowed: Refusal = {
  code: 'by',
  message: text('您不能核可此帳號的重設', 'You may not take part in resetting this account'),
  fix: { text: text('請洽系統管理者或其主管', 'Ask an administrator or the head of that person') },
};
