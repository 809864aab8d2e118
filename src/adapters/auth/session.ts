import { sql } from 'kysely';
import type { Db } from '../../runtime/module.ts';
import { type Account, accountOf } from './accounts.ts';
import { rowMac, sameMac } from './binding.ts';
import type { Factor } from './factor.ts';
import type { SignInPolicy } from './policy.ts';
import { authTables } from './tables.ts';

/**
 * Sessions idle out (annex10.ac.account_management.6). Only what the user does moves the clock: a request that says
 * `x-activity: user` (or `person`), or a touch. Background refresh and event streams say nothing and so keep nobody signed in.
 */
export type SessionState = { id: string; account: string; factor: Factor; startedAt: string; idleUntil: string };

const ACTIVITY_HEADER = 'x-activity';
/** Activity within these seconds is not written again. */
const WRITE_EVERY_MS = 10_000;

export const isActivity = (headers: Headers): boolean =>
  ['user', 'person'].includes(headers.get(ACTIVITY_HEADER) ?? '');

/** Whose session, proved how: what the MAC in its row covers. */
export const sessionMac = (session: { token: string; account: string; factor: string }, key: Uint8Array): string =>
  rowMac('session', [session.token, session.account, session.factor], key).toString('base64');

/**
 * The session in force and whose it is; deletes it and answers `idle` when its time is up. One that was given to another account past the
 * program is deleted and none.
 */
export async function liveSession(
  db: Db,
  token: string,
  key: Uint8Array,
  policy: SignInPolicy,
  now: Date,
): Promise<{ session: SessionState; account: Account } | { idle: true; account: string } | undefined> {
  const row = await storedSession(db, token);
  if (!row) return undefined;
  const right = sessionMac({ token, account: row.user_id, factor: row.factor }, key);
  if (!sameMac(Buffer.from(row.mac), Buffer.from(right))) {
    await end(db, token);
    return undefined;
  }
  const idleUntil = row.active_at.getTime() + policy.idleMinutes * 60_000;
  const longest = row.started_at.getTime() + policy.sessionMaxHours * 3_600_000;
  if (Math.min(idleUntil, longest) <= now.getTime()) {
    await end(db, token);
    return { idle: true, account: row.user_id };
  }
  const session = {
    id: row.session,
    account: row.user_id,
    factor: row.factor as Factor,
    startedAt: row.started_at.toISOString(),
    idleUntil: new Date(idleUntil).toISOString(),
  };
  return { session, account: accountOf(row) };
}

type Row = Awaited<ReturnType<typeof sessionsOf>>[number];

const sessionsOf = (db: Db, tokens: string[]) =>
  authTables(db)
    .selectFrom('auth.session as s')
    .innerJoin('auth.user_account as a', 'a.id', 's.user_id')
    .selectAll('a')
    .select([
      's.token',
      's.id as session',
      's.user_id',
      's.factor',
      's.mac',
      's.active_at',
      's.created_at as started_at',
    ])
    .where('s.token', '=', sql<string>`any(${tokens})`)
    .execute();

const asking = new WeakMap<
  Db,
  { next?: { tokens: Set<string>; rows: Promise<Map<string, Row>> }; now: Promise<unknown> }
>();

/**
 * One session as it stands now. Those that are asked for while a question is under way are asked together in the next one: alone at
 * once, many in one query, none from memory.
 */
async function storedSession(db: Db, token: string): Promise<Row | undefined> {
  const asked = asking.get(db) ?? { now: Promise.resolve() };
  asking.set(db, asked);
  if (!asked.next) {
    const tokens = new Set<string>();
    const rows = asked.now.then(async () => {
      delete asked.next;
      return new Map((await sessionsOf(db, [...tokens])).map((row) => [row.token, row]));
    });
    asked.next = { tokens, rows };
    asked.now = rows.catch(() => undefined);
  }
  asked.next.tokens.add(token);
  return (await asked.next.rows).get(token);
}

/** Notes that the user did something. */
export async function touch(db: Db, token: string, now: Date): Promise<void> {
  await authTables(db)
    .updateTable('auth.session')
    .set({ active_at: now })
    .where('token', '=', token)
    .where('active_at', '<', new Date(now.getTime() - WRITE_EVERY_MS))
    .execute();
}

async function end(db: Db, token: string): Promise<void> {
  await authTables(db).deleteFrom('auth.session').where('token', '=', token).execute();
}
