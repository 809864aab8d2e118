import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { APIError } from 'better-auth/api';
import type { Credential } from '../../kernel/ledger/credential-mark.ts';
import type { Refusal } from '../../kernel/refusal.ts';
import type { Db } from '../../runtime/module.ts';
import type { Account } from './accounts.ts';
import { countFailure, dropWindow, type Failures, failureIn, failuresOver } from './failures.ts';
import { type Attempt, beginAttempt, countUnknownName, forgetFailures, hashName, takeUnknownNames } from './lockout.ts';
import type { SignInPolicy } from './policy.ts';
import type { AuthEvent, Recorder } from './record.ts';
import { locked } from './refusals.ts';
import { authTables } from './tables.ts';

/** What the plugin's hooks need from the installation. */
export type GuardOptions = {
  db: Db;
  secret: string;
  nodeKey: Uint8Array;
  policy: () => SignInPolicy;
  now: () => Date;
  record: Recorder;
  /** A refused sign-in is answered no sooner: a known and an unknown name take equally long. */
  answerAfterMs: number;
  /** Why an account that proved itself is not let in today. */
  mayEnter?: (account: string) => Promise<Refusal | undefined>;
  /** Told once of every window in which something was refused, when it is over; it is told again when this rejects. */
  tellFailures?: (failures: Failures) => Promise<void>;
  log: (message: string, error: unknown) => void;
};

/** One request through the sign-in door, from the first hook to the last. */
export type Door = {
  startedAt: number;
  ip?: string;
  account?: Account;
  attempt?: Attempt;
  /** Something a later hook must undo or tell: the credential id of a passkey being removed. */
  ref?: string;
  /** What was proved at this door, as it was compared. */
  used?: Credential[];
  /** The password is about to be changed: told with the one that comes as soon as it is known. */
  changing?: boolean;
};

const doors = new AsyncLocalStorage<Door>();

export const throughDoor = <T>(ip: string | undefined, pass: () => Promise<T>): Promise<T> =>
  doors.run({ startedAt: performance.now(), ...(ip === undefined ? {} : { ip }) }, pass);

export function door(): Door {
  const present = doors.getStore();
  if (!present) throw new Error('better-auth was called past the door: hooks cannot count this request');
  return present;
}

/** Records about the account at the door. */
export function tell(
  options: GuardOptions,
  type: AuthEvent['type'],
  outcome: AuthEvent['outcome'],
  more: Partial<AuthEvent> = {},
): Promise<void> {
  const { account, ip } = door();
  return options.record({
    type,
    at: options.now().toISOString(),
    outcome,
    ...(account ? { account: account.id, name: account.email } : {}),
    ...(ip === undefined ? {} : { ip }),
    ...more,
  });
}

/** Counts an attempt for a name before anything is compared; throws what a locked name is answered. */
export async function enter(options: GuardOptions, name: string): Promise<void> {
  const now = options.now();
  const begun = await beginAttempt(options.db, hashName(name, options.secret), options.policy(), now);
  if (!('locked' in begun)) {
    door().attempt = begun;
    return;
  }
  if (door().account) await tell(options, 'sign_in.failed', 'refused', { why: 'locked' });
  else await countUnknown(options);
  await floor(options);
  throw answerLocked(begun.locked);
}

/** The attempt failed: records it, or counts a name nobody has; throws what the user reads. */
export async function fail(options: GuardOptions, by: string, refusal: (left: number) => Refusal): Promise<never> {
  const { account, attempt } = door();
  const until = attempt?.lockedUntil;
  if (account) {
    await tell(options, by === 'password' ? 'sign_in.failed' : 'factor.refused', 'refused', { by });
    if (until) await tell(options, 'account.locked', 'done', { until: until.toISOString() });
  } else await countUnknown(options);
  await floor(options);
  const left = Math.max(options.policy().lockoutFailures - (attempt?.failures ?? 0), 0);
  if (until) throw answerLocked(until);
  throw answer(401, by === 'password' ? 'INVALID_PASSWORD' : 'INVALID_CODE', [refusal(left)]);
}

/** The attempt succeeded altogether. */
export async function succeed(options: GuardOptions): Promise<void> {
  const { attempt } = door();
  if (attempt) await forgetFailures(options.db, attempt.nameHash);
}

export async function noteSignIn(options: GuardOptions, account: string): Promise<void> {
  await authTables(options.db)
    .updateTable('auth.user_account')
    .set({ last_sign_in_at: options.now() })
    .where('id', '=', account)
    .execute();
}

/** What a page keys its own words to; `refused` says the same in full. */
type AnswerCode =
  | 'LOCKED'
  | 'NOT_TODAY'
  | 'INVALID_PASSWORD'
  | 'INVALID_CODE'
  | 'PASSWORD_REUSED'
  | 'PASSWORD_TOO_WEAK'
  | 'CREDENTIAL_FORGED'
  | 'USER_NOT_VERIFIED';

/** An answer in the product's own form, inside what better-auth sends: `{ code, message, refused, until? }`. */
export function answer(status: 400 | 401 | 403, code: AnswerCode, refusals: Refusal[], until?: Date): APIError {
  const names = { 400: 'BAD_REQUEST', 401: 'UNAUTHORIZED', 403: 'FORBIDDEN' } as const;
  const told = until ? { until: until.toISOString() } : {};
  return new APIError(names[status], { code, message: refusals[0]?.message.en ?? '', refused: refusals, ...told });
}

export const answerLocked = (until: Date): APIError => answer(401, 'LOCKED', [locked(until)], until);

/** Records the counts of minutes that are over; the schedule calls it too, so that the last one is told. */
export async function recordUnknownNames(options: GuardOptions): Promise<void> {
  for (const { minute, count } of await takeUnknownNames(options.db, options.now()))
    await options.record({ type: 'sign_in.unknown_names', at: minute.toISOString(), outcome: 'refused', count });
}

/** Whoever tried is nobody here: counted, never kept. */
export async function countUnknown(options: GuardOptions): Promise<void> {
  await recordUnknownNames(options);
  await countUnknownName(options.db, options.now());
  await countFailure(options.db, 'unknown', 'name', door().ip, options.now());
}

/** A recorder that counts what is refused besides. What a locked account is answered is only counted: it can be asked for without end. */
export const counting =
  (db: Db, now: () => Date, record: Recorder): Recorder =>
  async (event) => {
    const kind = failureIn(event);
    if (kind && event.account !== undefined) await countFailure(db, { account: event.account }, kind, event.ip, now());
    if (event.why !== 'locked') await record(event);
  };

/** Tells of every window that is over. One that nobody takes, as of an organisation whose ledger stands still, does not keep the others. */
export async function tellFailures(options: GuardOptions): Promise<void> {
  const faults: unknown[] = [];
  for (const failures of await failuresOver(options.db, options.now()))
    await tellWindow(options, failures).catch((error: unknown) => faults.push(error));
  if (faults.length > 0) throw faults[0];
}

async function tellWindow(
  { db, record, tellFailures: tellElsewhere }: GuardOptions,
  failures: Failures,
): Promise<void> {
  const { about, kinds, until } = failures;
  const locked = kinds.filter(({ kind }) => kind.endsWith('.locked')).reduce((sum, { count }) => sum + count, 0);
  await tellElsewhere?.(failures);
  if (typeof about === 'object' && 'account' in about && locked > 0)
    await record({ type: 'sign_in.failed', ...about, at: until, outcome: 'refused', count: locked });
  await dropWindow(db, failures);
}

async function floor({ answerAfterMs }: GuardOptions): Promise<void> {
  const left = door().startedAt + answerAfterMs - performance.now();
  if (left > 0) await wait(left);
}
