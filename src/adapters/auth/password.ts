import { hash, verify } from '@node-rs/argon2';
import type { Db } from '../../runtime/module.ts';
import { authTables } from './tables.ts';

/** argon2id, m = 19 MiB, t = 2, p = 1 (OWASP's floor); a login of full-width letters is the same password. */
export const hashPassword = (password: string): Promise<string> =>
  hash(password.normalize('NFKC'), { memoryCost: 19_456, timeCost: 2, parallelism: 1 });

export const passwordMatches = (hashed: string, password: string): Promise<boolean> =>
  verify(hashed, password.normalize('NFKC'));

/** The hash of the account's password in force. */
export async function passwordHashOf(db: Db, account: string): Promise<string | undefined> {
  const row = await authTables(db)
    .selectFrom('auth.credential')
    .select('password')
    .where('user_id', '=', account)
    .where('provider_id', '=', 'credential')
    .executeTakeFirst();
  return row?.password ?? undefined;
}

/** True when the password is one of the account's last `times`, the present one included. */
export async function isUsedBefore(db: Db, account: string, password: string, times: number): Promise<boolean> {
  const rows = await authTables(db)
    .selectFrom('auth.password_history')
    .select('hash')
    .where('account', '=', account)
    .orderBy('id', 'desc')
    .limit(times)
    .execute();
  for (const { hash: old } of rows) if (await passwordMatches(old, password)) return true;
  return false;
}

/** Notes the password just set, and forgets those too old to matter. */
export async function rememberPassword(
  db: Db,
  account: string,
  hashed: string,
  times: number,
  now: Date,
): Promise<void> {
  const history = authTables(db);
  await history.insertInto('auth.password_history').values({ account, hash: hashed, set_at: now }).execute();
  const kept = await history
    .selectFrom('auth.password_history')
    .select('id')
    .where('account', '=', account)
    .orderBy('id', 'desc')
    .limit(Math.max(times, 1))
    .execute();
  const oldest = kept.at(-1)?.id;
  if (oldest)
    await history.deleteFrom('auth.password_history').where('account', '=', account).where('id', '<', oldest).execute();
  await history.updateTable('auth.user_account').set({ password_set_at: now }).where('id', '=', account).execute();
}
