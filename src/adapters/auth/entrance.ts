import type { BetterAuthOptions, Auth as Library } from 'better-auth';
import type { Account } from './accounts.ts';
import { signedCookie } from './cookie.ts';
import type { Factor } from './factor.ts';
import { type GuardOptions, throughDoor } from './guard.ts';
import { openPaths } from './options.ts';
import { pace } from './pace.ts';
import { tooMany } from './refusals.ts';
import { isActivity, liveSession, type SessionState, touch } from './session.ts';

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

/** The caller's network address, from the server or a proxy it trusts; never from a header anybody can write. */
export type ReadAddress = (request: Request) => string | undefined;

type Place = { basePath: string; ip: ReadAddress | undefined; requestsPerMinute: number };
type Entered = { token: string; session: SessionState; account: Account };

/** The door itself: what better-auth answers, and who every other request is. */
export function entrance(guard: GuardOptions, library: Library<BetterAuthOptions>, place: Place) {
  const withinPace = pace(place.requestsPerMinute);
  return {
    /**
     * better-auth's open paths, and `POST ${basePath}/touch`; anything else is 404. Refusals are answered as
     * `{ code, message, refused }`; a defect is thrown.
     */
    async handler(request: Request): Promise<Response> {
      const path = new URL(request.url).pathname.slice(place.basePath.length);
      const entered = await enter(guard, library, request);
      if (path === '/touch') return answerTouch(guard, entered);
      if (!openPaths.has(path)) return new Response(null, { status: 404 });
      const ip = place.ip?.(request);
      if (ip !== undefined && !withinPace(ip, guard.now()))
        return Response.json({ refused: [tooMany] }, { status: 429 });
      return throughDoor(ip, () => library.handler(request));
    },

    /** Who this request is; `undefined` when nobody, idled out or disabled. Moves the idle clock only on `x-activity`. */
    async session(request: Request): Promise<SignedIn | undefined> {
      const entered = await enter(guard, library, request);
      if (!entered || entered.account.disabledAt !== undefined) return undefined;
      return signedIn(guard, entered.session, entered.account);
    },
  };
}

/** The session's token when the request carries one that is in force; records what idled out. */
async function enter(
  guard: GuardOptions,
  library: Library<BetterAuthOptions>,
  request: Request,
): Promise<Entered | undefined> {
  const cookie = (await library.$context).authCookies.sessionToken.name;
  const token = signedCookie(request.headers, cookie, guard.secret);
  if (token === undefined) return undefined;
  const live = await liveSession(guard.db, token, guard.nodeKey, guard.policy(), guard.now());
  if (!live) return undefined;
  if ('idle' in live) {
    const at = guard.now().toISOString();
    await guard.record({ type: 'session.idle', account: live.account, at, outcome: 'done' });
    return undefined;
  }
  if (isActivity(request.headers)) await touch(guard.db, token, guard.now());
  return { token, ...live };
}

async function answerTouch(guard: GuardOptions, entered: Entered | undefined): Promise<Response> {
  if (entered) await touch(guard.db, entered.token, guard.now());
  return new Response(null, { status: entered ? 204 : 401 });
}

function signedIn(guard: GuardOptions, session: SessionState, account: Account): SignedIn {
  const policy = guard.policy();
  const now = guard.now();
  return {
    account,
    session,
    factor: session.factor,
    idleMinutes: policy.idleMinutes,
    passwordExpired: olderThan(account.passwordSetAt, policy.passwordMaxAgeDays, now),
    markedReset: account.resetAt !== undefined && !olderThan(account.resetAt, policy.resetMarkDays, now),
  };
}

function olderThan(at: string | undefined, days: number | undefined, now: Date): boolean {
  if (at === undefined || days === undefined) return false;
  return Date.parse(at) + days * 86_400_000 <= now.getTime();
}
