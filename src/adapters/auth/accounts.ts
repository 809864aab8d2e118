import type { Db } from '../../runtime/module.ts';
import { hashName, lockedUntil, nameOf } from './lockout.ts';
import { authTables } from './tables.ts';

export type Account = {
  id: string;
  name: string;
  email: string;
  installer: boolean;
  disabledAt?: string;
  passwordSetAt?: string;
  resetAt?: string;
  lastSignInAt?: string;
};

/** What lists of people show beside a person; `factors` beyond the password: `totp`, `passkey`. */
export type AccountState = { id: string; lastSignInAt?: string; lockedUntil?: string; factors: string[] };

export async function findAccount(db: Db, id: string): Promise<Account | undefined> {
  const row = await authTables(db).selectFrom('auth.user_account').selectAll().where('id', '=', id).executeTakeFirst();
  return row && accountOf(row);
}

/** By what somebody typed as their name, however it is spelled. */
export async function findByName(db: Db, typed: string): Promise<Account | undefined> {
  const row = await authTables(db)
    .selectFrom('auth.user_account')
    .selectAll()
    .where('email', '=', nameOf(typed))
    .executeTakeFirst();
  return row && accountOf(row);
}

/** By account id; unknown ids are left out. */
export async function accountStates(
  db: Db,
  ids: string[],
  secret: string,
  now: Date,
): Promise<Map<string, AccountState>> {
  if (ids.length === 0) return new Map();
  const accounts = await authTables(db).selectFrom('auth.user_account').selectAll().where('id', 'in', ids).execute();
  const states = await Promise.all(
    accounts.map(async (row): Promise<[string, AccountState]> => {
      const until = await lockedUntil(db, hashName(row.email, secret), now);
      return [
        row.id,
        {
          id: row.id,
          factors: await factorsOf(db, row.id),
          ...(row.last_sign_in_at ? { lastSignInAt: row.last_sign_in_at.toISOString() } : {}),
          ...(until ? { lockedUntil: until.toISOString() } : {}),
        },
      ];
    }),
  );
  return new Map(states);
}

export async function factorsOf(db: Db, account: string): Promise<string[]> {
  const totp = await authTables(db)
    .selectFrom('auth.two_factor')
    .select('id')
    .where('user_id', '=', account)
    .where('verified', '=', true)
    .executeTakeFirst();
  const passkey = await authTables(db)
    .selectFrom('auth.passkey')
    .select('id')
    .where('user_id', '=', account)
    .executeTakeFirst();
  return ['password', ...(totp ? ['totp'] : []), ...(passkey ? ['passkey'] : [])];
}

/** An account as its row says. */
export function accountOf(row: {
  id: string;
  name: string;
  email: string;
  installer: boolean;
  disabled_at: Date | null;
  password_set_at: Date | null;
  reset_at: Date | null;
  last_sign_in_at: Date | null;
}): Account {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    installer: row.installer,
    ...(row.disabled_at ? { disabledAt: row.disabled_at.toISOString() } : {}),
    ...(row.password_set_at ? { passwordSetAt: row.password_set_at.toISOString() } : {}),
    ...(row.reset_at ? { resetAt: row.reset_at.toISOString() } : {}),
    ...(row.last_sign_in_at ? { lastSignInAt: row.last_sign_in_at.toISOString() } : {}),
  };
}
