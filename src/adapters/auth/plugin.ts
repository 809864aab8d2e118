import type { BetterAuthPlugin, GenericEndpointContext } from 'better-auth';
import { createAuthMiddleware, getSessionFromCtx, isAPIError } from 'better-auth/api';
import type { Credential } from '../../kernel/ledger/credential-mark.ts';
import { findAccount, findByName } from './accounts.ts';
import { bind, boundProof, type Kind, marked, unbind, unboundYet } from './binding.ts';
import {
  answer,
  answerLocked,
  countUnknown,
  door,
  enter,
  fail,
  type GuardOptions,
  noteSignIn,
  succeed,
  tell,
} from './guard.ts';
import { giveBack, hashName, lockedUntil, nameOf } from './lockout.ts';
import { isUsedBefore, passwordHashOf, passwordMatches, rememberPassword } from './password.ts';
import { passwordFaults, usedBefore } from './policy.ts';
import { forged, wrong, wrongCode } from './refusals.ts';
import { authTables } from './tables.ts';
import { spendCode } from './totp.ts';

type Hook = (ctx: GenericEndpointContext, options: GuardOptions) => Promise<unknown>;

/**
 * What the clauses demand of sign-in and better-auth does not have: lock after failures, last passwords, one-time codes used
 * once, credentials bound to the node key, and an event before and after each step. Register it last: its after-hooks then
 * see what the two-factor plugin made of a sign-in.
 */
export function clausesPlugin(options: GuardOptions): BetterAuthPlugin {
  const hooks = (steps: Record<string, Hook>) =>
    Object.entries(steps).map(([path, step]) => ({
      matcher: (context: { path?: string }) => context.path === path,
      handler: createAuthMiddleware(async (ctx) => onlyContext(await step(ctx as GenericEndpointContext, options))),
    }));
  return { id: 'ancheng-clauses', hooks: { before: hooks(before), after: hooks(after) } };
}

/** A hook may change the request; anything else it returned would be sent as the answer. */
const onlyContext = (result: unknown) =>
  typeof result === 'object' && result !== null && 'context' in result ? result : undefined;

const before: Record<string, Hook> = {
  '/sign-in/email': beforeSignIn,
  '/two-factor/verify-totp': beforeCode,
  '/two-factor/verify-backup-code': beforeBackupCode,
  '/passkey/verify-authentication': beforePasskey,
  '/change-password': beforePasswordChange,
  '/two-factor/enable': beforeAskingPassword,
  '/two-factor/disable': beforeTotpRemoval,
  '/two-factor/generate-backup-codes': beforeAskingPassword,
  '/passkey/verify-registration': atSession,
  '/passkey/delete-passkey': beforePasskeyRemoval,
  '/sign-out': atSession,
};

const after: Record<string, Hook> = {
  '/sign-in/email': afterSignIn,
  '/two-factor/verify-totp': afterCode,
  '/two-factor/verify-backup-code': afterCode,
  '/passkey/verify-authentication': afterPasskey,
  '/change-password': afterPasswordChange,
  '/two-factor/enable': afterNewBackupCodes,
  '/two-factor/disable': afterTotpRemoval,
  '/two-factor/generate-backup-codes': afterNewBackupCodes,
  '/passkey/verify-registration': afterPasskeyAdded,
  '/passkey/delete-passkey': afterPasskeyRemoval,
  '/sign-out': async (_ctx, options) => (door().account ? tell(options, 'signed_out', 'done') : undefined),
};

async function beforeSignIn(ctx: GenericEndpointContext, options: GuardOptions) {
  const typed = typeof ctx.body?.email === 'string' ? ctx.body.email : '';
  const account = await findByName(options.db, typed);
  if (account) door().account = account;
  await enter(options, typed);
  if (account) await tell(options, 'sign_in.attempted', 'intended', { by: 'password' });
  if (account && !(await boundProof(options.db, 'password', account.id, account.id, options.nodeKey))) {
    await tell(options, 'factor.forged', 'refused', { by: 'password' });
    return fail(options, 'password', wrong);
  }
  // An address no account can have: whatever was typed takes the way of an unknown name.
  const email = account?.email ?? `${hashName(nameOf(typed), options.secret).slice(0, 32)}@unknown.invalid`;
  return { context: { body: { ...ctx.body, email, rememberMe: false, callbackURL: undefined } } };
}

async function afterSignIn(ctx: GenericEndpointContext, options: GuardOptions) {
  if (isAPIError(returnedBy(ctx))) return fail(options, 'password', wrong);
  if (ctx.context.newSession) return signedIn(ctx, options, 'password');
  const { attempt } = door();
  if (attempt) await giveBack(options.db, attempt);
  await tell(options, 'sign_in.second_factor_asked', 'done', { by: 'password', ...used() });
}

async function beforeCode(ctx: GenericEndpointContext, options: GuardOptions) {
  const account = await accountAsked(ctx, options);
  if (!account) return undefined; // better-auth answers that there is no challenge
  await enter(options, account.email);
  const { id } = account;
  const { db, nodeKey } = options;
  const adding = await isUnverified(options, id);
  const kept = await (adding ? unboundYet : boundProof)(db, 'totp', id, id, nodeKey);
  if (!kept) {
    await tell(options, 'factor.forged', 'refused', { by: 'totp' });
    throw answer(403, 'CREDENTIAL_FORGED', [forged]);
  }
  const code = typeof ctx.body?.code === 'string' ? ctx.body.code : '';
  if (!(await spendCode(db, id, kept.proof, code, ctx.context.secretConfig, options.now())))
    return fail(options, 'totp', wrongCode);
  const own = [{ kind: kept.kind, mark: kept.mark }];
  if (adding) {
    door().ref = 'totp';
    await tell(options, 'factor.adding', 'intended', { by: 'totp', entered: own });
  } else door().used = own;
  return { context: { body: { ...ctx.body, code: code.normalize('NFKC').replace(/\s/g, ''), trustDevice: false } } };
}

async function beforeBackupCode(ctx: GenericEndpointContext, options: GuardOptions) {
  const account = await accountAsked(ctx, options);
  if (!account) return undefined;
  await enter(options, account.email);
  const kept = await boundProof(options.db, 'backup_codes', account.id, account.id, options.nodeKey);
  if (!kept) {
    await tell(options, 'factor.forged', 'refused', { by: 'backup_code' });
    throw answer(403, 'CREDENTIAL_FORGED', [forged]);
  }
  door().used = [{ kind: kept.kind, mark: kept.mark }];
  return { context: { body: { ...ctx.body, trustDevice: false, disableSession: false } } };
}

async function afterCode(ctx: GenericEndpointContext, options: GuardOptions) {
  const { account, ref } = door();
  if (!account) return undefined;
  const by = ctx.path === '/two-factor/verify-totp' ? 'totp' : 'backup_code';
  if (isAPIError(returnedBy(ctx))) return fail(options, by, wrongCode);
  if (by === 'backup_code') await enterNow(options, account.id, 'backup_codes');
  if (ref !== 'totp') return signedIn(ctx, options, by);
  const entered = [await bind(options.db, 'totp', account.id, account.id, options.nodeKey)];
  await succeed(options);
  await tell(options, 'factor.added', 'done', { by, entered });
}

const NAMES = { totp: 'totp', backup_codes: 'backup_code', passkey: 'passkey' } as const;

/**
 * Binds what better-auth has just written. Nothing counts before the ledger has its mark; cut off in between, it may or may not stand, and
 * whoever reads the ledger knows (decision 0190).
 */
async function enterNow(
  options: GuardOptions,
  account: string,
  kind: Exclude<Kind, 'password'>,
  ref = account,
): Promise<void> {
  const { db, nodeKey } = options;
  const by = NAMES[kind];
  const written = await unboundYet(db, kind, account, ref, nodeKey);
  const intended = written ? { entered: [{ kind, mark: written.mark }] } : {};
  await tell(options, 'factor.adding', 'intended', { by, ...used(), ...intended });
  const entered = [await bind(db, kind, account, ref, nodeKey)];
  await tell(options, 'factor.added', 'done', { by, entered });
}

/** What was proved at this door, for the event that tells of it. */
function used(): { used?: Credential[] } {
  const { used: proved } = door();
  return proved ? { used: proved } : {};
}

async function beforePasskey(ctx: GenericEndpointContext, options: GuardOptions) {
  const ref = String(ctx.body?.response?.id ?? '');
  const passkey = await authTables(options.db)
    .selectFrom('auth.passkey')
    .select('user_id')
    .where('credential_id', '=', ref)
    .executeTakeFirst();
  const account = passkey && (await findAccount(options.db, passkey.user_id));
  if (!account) return undefined;
  door().account = account;
  const until = await lockedUntil(options.db, hashName(account.email, options.secret), options.now());
  if (until) {
    await tell(options, 'sign_in.failed', 'refused', { by: 'passkey', why: 'locked' });
    throw answerLocked(until);
  }
  await tell(options, 'sign_in.attempted', 'intended', { by: 'passkey' });
  const kept = await boundProof(options.db, 'passkey', account.id, ref, options.nodeKey);
  if (kept) {
    door().used = [{ kind: kept.kind, mark: kept.mark }];
    return undefined;
  }
  await tell(options, 'factor.forged', 'refused', { by: 'passkey' });
  throw answer(403, 'CREDENTIAL_FORGED', [forged]);
}

async function afterPasskey(ctx: GenericEndpointContext, options: GuardOptions) {
  if (!door().account) return isAPIError(returnedBy(ctx)) ? countUnknown(options) : undefined;
  if (ctx.context.newSession) return signedIn(ctx, options, 'passkey');
  await tell(options, 'sign_in.failed', 'refused', { by: 'passkey' });
}

/** Without a durable event there is no session. */
async function signedIn(ctx: GenericEndpointContext, options: GuardOptions, by: string): Promise<void> {
  const session = ctx.context.newSession;
  if (!session) return succeed(options);
  const closed = await options.mayEnter?.(session.user.id);
  if (closed) {
    await ctx.context.internalAdapter.deleteSession(session.session.token);
    await tell(options, 'sign_in.failed', 'refused', { by, why: 'closed' });
    throw answer(403, 'NOT_TODAY', [closed]);
  }
  try {
    await succeed(options);
    await noteSignIn(options, session.user.id);
    await tell(options, 'sign_in.succeeded', 'done', { by, ...used() });
  } catch (error) {
    await ctx.context.internalAdapter.deleteSession(session.session.token);
    throw error;
  }
}

/** The present password is compared first: the history must not tell whether a guess was right. */
async function beforePasswordChange(ctx: GenericEndpointContext, options: GuardOptions) {
  const account = await atSession(ctx, options);
  if (!account) return undefined;
  await enter(options, account.email);
  const { currentPassword, newPassword } = (ctx.body ?? {}) as Record<string, unknown>;
  await provePassword(options, account.id, currentPassword);
  const policy = options.policy();
  const faults = passwordFaults(String(newPassword ?? ''), account, policy);
  const used = await isUsedBefore(options.db, account.id, String(newPassword ?? ''), policy.passwordHistory);
  if (used) faults.push(usedBefore(policy.passwordHistory));
  if (faults.length > 0) {
    await succeed(options);
    throw answer(400, used ? 'PASSWORD_REUSED' : 'PASSWORD_TOO_WEAK', faults);
  }
  door().changing = true; // told with the new one, as soon as better-auth has made its hash
  return { context: { body: { ...ctx.body, revokeOtherSessions: true } } };
}

async function provePassword(options: GuardOptions, account: string, given: unknown): Promise<void> {
  const hashed = await passwordHashOf(options.db, account);
  if (!hashed || !(await passwordMatches(hashed, String(given ?? '')))) return fail(options, 'password', wrong);
  door().used = [marked('password', account, hashed, options.nodeKey)];
}

async function afterPasswordChange(ctx: GenericEndpointContext, options: GuardOptions) {
  const { account } = door();
  if (!account || isAPIError(returnedBy(ctx))) return undefined;
  const hashed = await passwordHashOf(options.db, account.id);
  if (hashed) await rememberPassword(options.db, account.id, hashed, options.policy().passwordHistory, options.now());
  const entered = [await bind(options.db, 'password', account.id, account.id, options.nodeKey)];
  await succeed(options);
  await tell(options, 'password.changed', 'done', { by: 'password', entered });
}

async function beforeAskingPassword(ctx: GenericEndpointContext, options: GuardOptions) {
  const account = await atSession(ctx, options);
  if (account) await enter(options, account.email);
}

/** What is about to go is told first, and only to whoever may. */
async function beforeTotpRemoval(ctx: GenericEndpointContext, options: GuardOptions) {
  const account = await atSession(ctx, options);
  if (!account) return undefined;
  await enter(options, account.email);
  await provePassword(options, account.id, ctx.body?.password);
  const removed = await bothOfTotp(options, account.id);
  await tell(options, 'factor.removing', 'intended', { by: 'totp', ...used(), removed });
}

async function bothOfTotp({ db, nodeKey }: GuardOptions, account: string): Promise<Credential[]> {
  const both = (['totp', 'backup_codes'] as const).map((kind) => boundProof(db, kind, account, account, nodeKey));
  return (await Promise.all(both)).flatMap((one) => (one ? [{ kind: one.kind, mark: one.mark }] : []));
}

async function afterAskingPassword(ctx: GenericEndpointContext, options: GuardOptions) {
  const { account, attempt } = door();
  if (!account) return undefined;
  const returned = returnedBy(ctx);
  if (!isAPIError(returned)) return succeed(options);
  if (returned.body?.code === 'INVALID_PASSWORD') return fail(options, 'password', wrong);
  if (attempt) await giveBack(options.db, attempt);
}

async function afterNewBackupCodes(ctx: GenericEndpointContext, options: GuardOptions) {
  await afterAskingPassword(ctx, options);
  const { account } = door();
  if (!account || isAPIError(returnedBy(ctx))) return undefined;
  await enterNow(options, account.id, 'backup_codes');
}

async function afterTotpRemoval(ctx: GenericEndpointContext, options: GuardOptions) {
  await afterAskingPassword(ctx, options);
  const { account } = door();
  if (!account || isAPIError(returnedBy(ctx))) return undefined;
  const removed = [
    ...(await unbind(options.db, 'totp', account.id)),
    ...(await unbind(options.db, 'backup_codes', account.id)),
  ];
  await tell(options, 'factor.removed', 'done', { by: 'totp', removed });
}

async function afterPasskeyAdded(ctx: GenericEndpointContext, options: GuardOptions) {
  const { account } = door();
  const added = returnedBy(ctx) as { credentialID?: string } | undefined;
  if (!account || isAPIError(added) || !added?.credentialID) return undefined;
  await enterNow(options, account.id, 'passkey', added.credentialID);
}

async function beforePasskeyRemoval(ctx: GenericEndpointContext, options: GuardOptions) {
  const account = await atSession(ctx, options);
  const row = await authTables(options.db)
    .selectFrom('auth.passkey')
    .select('credential_id')
    .where('id', '=', String(ctx.body?.id ?? ''))
    .where('user_id', '=', account?.id ?? '')
    .executeTakeFirst();
  if (!row || !account) return;
  const { credential_id: ref } = row;
  door().ref = ref;
  const kept = await boundProof(options.db, 'passkey', account.id, ref, options.nodeKey);
  const removed: Credential[] = kept ? [{ kind: kept.kind, mark: kept.mark }] : [];
  await tell(options, 'factor.removing', 'intended', { by: 'passkey', removed });
}

async function afterPasskeyRemoval(ctx: GenericEndpointContext, options: GuardOptions) {
  const { ref } = door();
  if (ref === undefined || isAPIError(returnedBy(ctx))) return undefined;
  const removed = await unbind(options.db, 'passkey', ref);
  await tell(options, 'factor.removed', 'done', { by: 'passkey', removed });
}

/** Whose session it is. */
async function atSession(ctx: GenericEndpointContext, options: GuardOptions) {
  const session = await getSessionFromCtx(ctx);
  const account = session && (await findAccount(options.db, session.user.id));
  if (account) door().account = account;
  return account;
}

/** Who is asked for a code: whoever gave a password a moment ago, or whose session adds the factor. */
async function accountAsked(ctx: GenericEndpointContext, options: GuardOptions) {
  const signedInAlready = await atSession(ctx, options);
  if (signedInAlready) return signedInAlready;
  const cookie = ctx.context.createAuthCookie('two_factor');
  const challenge = await ctx.getSignedCookie(cookie.name, ctx.context.secret);
  const asked = challenge ? await ctx.context.internalAdapter.findVerificationValue(challenge) : undefined;
  const account = asked ? await findAccount(options.db, asked.value) : undefined;
  if (account) door().account = account;
  return account;
}

async function isUnverified(options: GuardOptions, account: string): Promise<boolean> {
  const row = await authTables(options.db)
    .selectFrom('auth.two_factor')
    .select('verified')
    .where('user_id', '=', account)
    .executeTakeFirst();
  return row?.verified === false;
}

/** What the endpoint, or a hook before ours, answered. */
const returnedBy = (ctx: GenericEndpointContext): unknown => (ctx.context as { returned?: unknown }).returned;
