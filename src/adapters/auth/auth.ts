import { setTimeout as wait } from 'node:timers/promises';
import type { AuthenticationResponseJSON, PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server';
import { betterAuth } from 'better-auth';
import type { Refused } from '../../kernel/refusal.ts';
import type { Db } from '../../runtime/module.ts';
import { type Account, type AccountState, accountStates, factorsOf, findAccount, findByName } from './accounts.ts';
import { signedCookie } from './cookie.ts';
import { confirmFactor, type Factor, type FactorContext, type FactorGiven, passkeyChallenge } from './factor.ts';
import { type GuardOptions, recordUnknownNames, throughDoor } from './guard.ts';
import { hashName, lockedUntil } from './lockout.ts';
import { createSetupCode, type NewAccount, type OpeningContext, openAccount, openWithSetupCode } from './opening.ts';
import { betterAuthOptions, openPaths } from './options.ts';
import { pace } from './pace.ts';
import { defaultPolicy, type SignInPolicy } from './policy.ts';
import type { Recorder } from './record.ts';
import { tooMany } from './refusals.ts';
import { type Approver, approveReset, askReset, completeReset, type ResetContext, requestReset } from './reset.ts';
import { isActivity, liveSession, type SessionState, touch } from './session.ts';
import { authTables } from './tables.ts';

export type AuthOptions = {
  /** Connected as the program's role; sees schema `auth`. */
  db: Db;
  /** The key of sessions and signed cookies, and the node key of the ledger; neither enters PostgreSQL. */
  secret: string;
  nodeKey: Uint8Array;
  /** As the browser sees it: `https://ancheng.example.gov.tw`. */
  origin: string;
  basePath?: string;
  trustedOrigins?: string[];
  /** Shown by authenticator apps. */
  name?: string;
  record: Recorder;
  policy?: () => SignInPolicy;
  now?: () => Date;
  /** The caller's network address, from the server or a proxy it trusts. */
  ip?: (request: Request) => string | undefined;
  /** File with the hash of the set-up code, in the data directory's secrets. */
  setupCodeFile: string;
  sendReset?: ResetContext['sendReset'];
  mayApproveReset: ResetContext['mayApproveReset'];
  personsOf: ResetContext['personsOf'];
  answerAfterMs?: number;
  /** Errors that better-auth swallows. */
  log?: (message: string, error: unknown) => void;
  /** Requests to the sign-in door per minute and address. */
  requestsPerMinute?: number;
};

export type SignedIn = {
  account: Account;
  session: SessionState;
  factor: Factor;
  idleMinutes: number;
  /** The password is older than the policy allows: only changing it is offered. */
  passwordExpired: boolean;
  /** Within the days after a reset: seals say so. */
  markedReset: boolean;
};

export type Auth = ReturnType<typeof createAuth>;

/**
 * Sign-in of the installation. `handler` answers `${basePath}/…`; `session` tells every other request who it is; the rest
 * is for pages and commands. Nothing signs up: accounts come from the set-up code or an invitation.
 */
export function createAuth(options: AuthOptions) {
  const guard = guardOf(options);
  const basePath = options.basePath ?? '/api/auth';
  const auth = betterAuth(
    betterAuthOptions(guard, {
      name: options.name ?? 'Ancheng 安程',
      origin: options.origin,
      basePath,
      trustedOrigins: options.trustedOrigins ?? [],
    }),
  );
  const { db, secret, nodeKey, record } = options;
  const withinPace = pace(options.requestsPerMinute ?? 240);
  const opening = (): OpeningContext => ({ db, nodeKey, policy: guard.policy(), now: guard.now(), record });
  const resetting = (): ResetContext => ({
    ...opening(),
    secret: guard.secret,
    mayApproveReset: options.mayApproveReset,
    personsOf: options.personsOf,
    ...(options.sendReset ? { sendReset: options.sendReset } : {}),
  });
  const confirming = async (): Promise<FactorContext> => ({
    ...opening(),
    secret: guard.secret,
    secretConfig: (await auth.$context).secretConfig,
    origin: options.origin,
    rpId: new URL(options.origin).hostname,
  });

  /** The session's token when the request carries one that is in force; deletes what idled out. */
  async function enter(request: Request): Promise<{ token: string; session: SessionState } | undefined> {
    const cookie = (await auth.$context).authCookies.sessionToken.name;
    const token = signedCookie(request.headers, cookie, secret);
    if (token === undefined) return undefined;
    const session = await liveSession(db, token, nodeKey, guard.policy(), guard.now());
    if (!session) return undefined;
    if ('idle' in session) {
      const at = guard.now().toISOString();
      await record({ type: 'session.idle', account: session.account, at, outcome: 'done' });
      return undefined;
    }
    if (isActivity(request.headers)) await touch(db, token, guard.now());
    return { token, session };
  }

  return {
    /** better-auth's open paths, and `POST ${basePath}/touch`; anything else is 404. Refusals are answered as `{ refused }`; a defect is thrown. */
    async handler(request: Request): Promise<Response> {
      const path = new URL(request.url).pathname.slice(basePath.length);
      const entered = await enter(request);
      if (path === '/touch') {
        if (entered) await touch(db, entered.token, guard.now());
        return new Response(null, { status: entered ? 204 : 401 });
      }
      if (!openPaths.has(path)) return new Response(null, { status: 404 });
      const ip = options.ip?.(request);
      if (ip !== undefined && !withinPace(ip, guard.now()))
        return Response.json({ refused: [tooMany] }, { status: 429 });
      return throughDoor(ip, () => auth.handler(request));
    },

    /** Who this request is; `undefined` when nobody, idled out or disabled. Moves the idle clock only on `x-activity: user`. */
    async session(request: Request): Promise<SignedIn | undefined> {
      const entered = await enter(request);
      const account = entered && (await findAccount(db, entered.session.account));
      if (!entered || !account || account.disabledAt !== undefined) return undefined;
      const policy = guard.policy();
      return {
        account,
        session: entered.session,
        factor: entered.session.factor,
        idleMinutes: policy.idleMinutes,
        passwordExpired: olderThan(account.passwordSetAt, policy.passwordMaxAgeDays, guard.now()),
        markedReset: account.resetAt !== undefined && !olderThan(account.resetAt, policy.resetMarkDays, guard.now()),
      };
    },

    /** Which factor was proved, for a seal; counts toward the same lock as sign-in. */
    confirmFactor: async (given: FactorGiven): Promise<Factor | undefined> => confirmFactor(await confirming(), given),
    /** `about`: SHA-256 of the command to be sealed. */
    passkeyChallenge: async (account: string, about?: Uint8Array): Promise<PublicKeyCredentialRequestOptionsJSON> =>
      passkeyChallenge(await confirming(), account, about),
    /** When the account may try again; `undefined` when it is not locked. */
    async lockedUntil(account: string): Promise<string | undefined> {
      const found = await findAccount(db, account);
      return found && (await lockedUntil(db, hashName(found.email, guard.secret), guard.now()))?.toISOString();
    },

    createSetupCode: (): Promise<string> => createSetupCode(options.setupCodeFile),
    openWithSetupCode: (given: NewAccount & { code: string }): Promise<Refused | { account: string }> =>
      openWithSetupCode(opening(), options.setupCodeFile, given),
    /** The caller has checked the invitation. */
    openByInvitation: (wanted: NewAccount): Promise<Refused | { account: string }> =>
      openAccount(opening(), wanted, 'invitation'),

    /** Takes equally long whether somebody has this name. */
    requestReset: (typed: string): Promise<Refused | undefined> =>
      atLeast(guard.answerAfterMs, requestReset(resetting(), typed)),
    askReset: (asked: { account: string; by: Approver; factors?: boolean }): Promise<Refused | { reset: string }> =>
      askReset(resetting(), asked),
    approveReset: (approved: { reset: string; by: Approver }): Promise<Refused | { code: string; until: string }> =>
      approveReset(resetting(), approved),
    completeReset: (given: { token: string; password: string }): Promise<Refused | { account: string }> =>
      completeReset(resetting(), given),

    account: (id: string): Promise<Account | undefined> => findAccount(db, id),
    accountByName: (typed: string): Promise<Account | undefined> => findByName(db, typed),
    factors: (account: string): Promise<string[]> => factorsOf(db, account),
    /** For lists of people: last sign-in, lock and factors by account id. */
    states: (ids: string[]): Promise<Map<string, AccountState>> => accountStates(db, ids, guard.secret, guard.now()),
    setDisabled: (account: string, disabled: boolean): Promise<void> => setDisabled(opening(), account, disabled),
    endSessions: async (account: string): Promise<void> => {
      await authTables(db).deleteFrom('auth.session').where('user_id', '=', account).execute();
    },
    /** Once a minute: records how often names nobody has were tried, and forgets old attempts. */
    tidy: (): Promise<void> => recordUnknownNames(guard),
  };
}

export type { AuthenticationResponseJSON };

function guardOf(options: AuthOptions): GuardOptions {
  return {
    db: options.db,
    secret: options.secret,
    nodeKey: options.nodeKey,
    policy: options.policy ?? (() => defaultPolicy),
    now: options.now ?? (() => new Date()),
    record: options.record,
    answerAfterMs: options.answerAfterMs ?? 400,
    log: options.log ?? console.error,
  };
}

async function atLeast<T>(milliseconds: number, answer: Promise<T>): Promise<T> {
  const [result] = await Promise.all([answer, wait(milliseconds)]);
  return result;
}

async function setDisabled(context: OpeningContext, account: string, disabled: boolean): Promise<void> {
  const at = context.now.toISOString();
  const table = authTables(context.db);
  await context.record({ type: disabled ? 'account.disabled' : 'account.enabled', account, at, outcome: 'intended' });
  const set = { disabled_at: disabled ? context.now : null };
  await table.updateTable('auth.user_account').set(set).where('id', '=', account).execute();
  if (disabled) await table.deleteFrom('auth.session').where('user_id', '=', account).execute();
}

function olderThan(at: string | undefined, days: number | undefined, now: Date): boolean {
  if (at === undefined || days === undefined) return false;
  return Date.parse(at) + days * 86_400_000 <= now.getTime();
}
