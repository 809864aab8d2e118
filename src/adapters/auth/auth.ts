import { setTimeout as wait } from 'node:timers/promises';
import type { PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server';
import { betterAuth } from 'better-auth';
import type { Refused } from '../../kernel/refusal.ts';
import type { Db } from '../../runtime/module.ts';
import { type Account, type AccountState, accountStates, factorsOf, findAccount, findByName } from './accounts.ts';
import { entrance, type ReadAddress } from './entrance.ts';
import {
  boundPasskeys,
  confirmFactor,
  type Factor,
  type FactorContext,
  type FactorGiven,
  passkeyChallenge,
} from './factor.ts';
import { countFailure } from './failures.ts';
import { counting, type GuardOptions, recordUnknownNames, tellFailures } from './guard.ts';
import { hashName, lockedUntil } from './lockout.ts';
import { createSetupCode, type NewAccount, type OpeningContext, openAccount, openWithSetupCode } from './opening.ts';
import { betterAuthOptions } from './options.ts';
import { defaultPolicy, type SignInPolicy } from './policy.ts';
import type { Recorder } from './record.ts';
import {
  type Approver,
  approveReset,
  askReset,
  completeReset,
  type OpenReset,
  openResets,
  type ResetContext,
  requestReset,
} from './reset.ts';
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
  ip?: ReadAddress;
  /** File with the hash of the set-up code, in the data directory's secrets. */
  setupCodeFile: string;
  /** Asked anew each time: mail may be set up while the program runs. */
  sendReset?: ResetContext['sendReset'];
  mayApproveReset: ResetContext['mayApproveReset'];
  personsOf: ResetContext['personsOf'];
  /** Why an account that proved itself is not let in today: an auditor from elsewhere before or after its days. */
  mayEnter?: GuardOptions['mayEnter'];
  /** Told of what was refused, a window at a time (decision 0170). */
  tellFailures?: GuardOptions['tellFailures'];
  answerAfterMs?: number;
  /** Errors that better-auth swallows. */
  log?: (message: string, error: unknown) => void;
  /** Requests to the sign-in door per minute and address. */
  requestsPerMinute?: number;
};

/** Why a token opened nothing. */
export type TokenRefusal = 'unknown' | 'revoked' | 'expired' | 'unfounded' | 'closed' | 'read_only';
export type { SignedIn } from './entrance.ts';
export type { Failures } from './failures.ts';
export type Auth = ReturnType<typeof createAuth>;

/**
 * Sign-in of the installation. `handler` answers `${basePath}/…`; `session` tells every other request who it is; the rest
 * is for pages and commands. Nothing signs up: accounts come from the set-up code or an invitation.
 */
export function createAuth(options: AuthOptions) {
  const guard = guardOf(options);
  const basePath = options.basePath ?? '/api/auth';
  const library = betterAuth(
    betterAuthOptions(guard, {
      name: options.name ?? 'Ancheng 安程',
      origin: options.origin,
      basePath,
      trustedOrigins: options.trustedOrigins ?? [],
    }),
  );
  const { db, nodeKey } = options;
  const { record } = guard;
  const opening = (): OpeningContext => ({ db, nodeKey, policy: guard.policy(), now: guard.now(), record });
  return {
    ...entrance(guard, library, { basePath, ip: options.ip, requestsPerMinute: options.requestsPerMinute ?? 240 }),
    ...seals(guard, options.origin, opening, async () => (await library.$context).secretConfig),
    ...openings(options.setupCodeFile, opening),
    ...resets(guard, () => resetContext(options, opening())),
    ...accounts(guard, opening),
    /** A token that opened nothing, or was used beyond what it may. Without an id nobody made it; without an organisation there is none of its. */
    tokenRefused: (
      organisation: string | undefined,
      token: string | undefined,
      why: TokenRefusal,
      request: Request,
    ): Promise<void> =>
      countFailure(
        db,
        organisation === undefined ? 'unknown' : { organisation, ...(token === undefined ? {} : { token }) },
        `token.${why}`,
        options.ip?.(request),
        guard.now(),
      ),
    /** Once a minute: records how often names nobody has were tried and what was refused, and forgets old attempts. */
    async tidy(): Promise<void> {
      await recordUnknownNames(guard);
      await tellFailures(guard);
    },
  };
}

function seals(
  guard: GuardOptions,
  origin: string,
  opening: () => OpeningContext,
  secretConfig: () => Promise<FactorContext['secretConfig']>,
) {
  const { db, secret } = guard;
  const context = async (): Promise<FactorContext> => ({
    ...opening(),
    secret,
    secretConfig: await secretConfig(),
    origin,
    rpId: new URL(origin).hostname,
  });
  return {
    /** Which factor was proved, for a seal; counts toward the same lock as sign-in. */
    confirmFactor: async (given: FactorGiven): Promise<Factor | undefined> => confirmFactor(await context(), given),
    /** Passkeys the program bound to the account, with public keys as a ledger keeps them. */
    passkeys: async (account: string) => boundPasskeys(await context(), account),
    /** `about`: SHA-256 of what is to be sealed. */
    passkeyChallenge: async (account: string, about?: Uint8Array): Promise<PublicKeyCredentialRequestOptionsJSON> =>
      passkeyChallenge(await context(), account, about),
    /** When the account may try again; `undefined` when it is not locked. */
    async lockedUntil(account: string): Promise<string | undefined> {
      const found = await findAccount(db, account);
      return found && (await lockedUntil(db, hashName(found.email, secret), guard.now()))?.toISOString();
    },
  };
}

function openings(setupCodeFile: string, opening: () => OpeningContext) {
  return {
    createSetupCode: (): Promise<string> => createSetupCode(setupCodeFile),
    openWithSetupCode: (given: NewAccount & { code: string }): Promise<Refused | { account: string }> =>
      openWithSetupCode(opening(), setupCodeFile, given),
    /** The caller has checked the invitation. */
    openByInvitation: (wanted: NewAccount): Promise<Refused | { account: string }> =>
      openAccount(opening(), wanted, 'invitation'),
  };
}

function resets(guard: GuardOptions, context: () => ResetContext) {
  return {
    /** Whether a reset can be sent by mail today. */
    mailsResets: (): boolean => context().sendReset !== undefined,
    /** Takes equally long whether somebody has this name. */
    requestReset: (typed: string): Promise<Refused | undefined> =>
      atLeast(guard.answerAfterMs, requestReset(context(), typed)),
    askReset: (asked: Parameters<typeof askReset>[1]): Promise<Refused | { reset: string }> =>
      askReset(context(), asked),
    approveReset: (approved: { reset: string; by: Approver }): ReturnType<typeof approveReset> =>
      approveReset(context(), approved),
    completeReset: (given: { token: string; password: string }): Promise<Refused | { account: string }> =>
      completeReset(context(), given),
    /** Resets two people began and nobody has approved, newest first. */
    openResets: (by: Approver): Promise<Refused | OpenReset[]> => openResets(context(), by),
    /** Persons an account is, in any organisation. */
    personsOf: (account: string): Promise<string[]> => context().personsOf(account),
  };
}

function accounts(guard: GuardOptions, opening: () => OpeningContext) {
  const { db, secret } = guard;
  return {
    account: (id: string): Promise<Account | undefined> => findAccount(db, id),
    accountByName: (typed: string): Promise<Account | undefined> => findByName(db, typed),
    factors: (account: string): Promise<string[]> => factorsOf(db, account),
    /** For lists of people: last sign-in, lock and factors by account id. */
    states: (ids: string[]): Promise<Map<string, AccountState>> => accountStates(db, ids, secret, guard.now()),
    setDisabled: (account: string, disabled: boolean): Promise<void> => setDisabled(opening(), account, disabled),
    endSessions: async (account: string): Promise<void> => {
      await authTables(db).deleteFrom('auth.session').where('user_id', '=', account).execute();
    },
  };
}

function resetContext(options: AuthOptions, opening: OpeningContext): ResetContext {
  const { secret, mayApproveReset, personsOf, sendReset } = options;
  return { ...opening, secret, mayApproveReset, personsOf, ...(sendReset ? { sendReset } : {}) };
}

function guardOf(options: AuthOptions): GuardOptions {
  return {
    db: options.db,
    secret: options.secret,
    nodeKey: options.nodeKey,
    policy: options.policy ?? (() => defaultPolicy),
    now: options.now ?? (() => new Date()),
    record: counting(options.db, options.now ?? (() => new Date()), options.record),
    answerAfterMs: options.answerAfterMs ?? 400,
    ...(options.mayEnter ? { mayEnter: options.mayEnter } : {}),
    ...(options.tellFailures ? { tellFailures: options.tellFailures } : {}),
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
