import { createHmac } from 'node:crypto';
import { sql } from 'kysely';
import type { Db } from '../../runtime/module.ts';
import type { SignInPolicy } from './policy.ts';
import { authTables } from './tables.ts';

/**
 * Failures per name, known or not. An attempt is counted before the password is looked at and given back on success:
 * a hundred guesses sent at once are five guesses.
 */
export type Attempt = { nameHash: string; failures: number; lockedUntil?: Date };

/** What a name is counted under: width, case, white space and invisible characters make no new name. */
export function nameOf(typed: string): string {
  return typed
    .normalize('NFKC')
    .replace(/[\s\p{Cf}\p{Cc}]/gu, '')
    .toLowerCase()
    .normalize('NFKC');
}

export const hashName = (typed: string, secret: string): string =>
  createHmac('sha256', secret)
    .update(`ancheng name v1\n${nameOf(typed)}`)
    .digest('hex');

/** Counts one attempt; `{ locked }` with the time when the name is locked already. The last attempt allowed locks. */
export async function beginAttempt(
  db: Db,
  nameHash: string,
  policy: SignInPolicy,
  now: Date,
): Promise<Attempt | { locked: Date }> {
  const until = new Date(now.getTime() + policy.lockoutMinutes * 60_000);
  const failures = sql<number>`case when attempt.locked_until is null then attempt.failures + 1 else 1 end`;
  const { rows } = await sql<{ failures: number; locked_until: Date | null }>`
    insert into auth.attempt as attempt (name_hash, failures, locked_until, last_at)
    values (${nameHash}, 1, ${policy.lockoutFailures <= 1 ? until : null}, ${now})
    on conflict (name_hash) do update set
      failures = ${failures},
      locked_until = case when ${failures} >= ${policy.lockoutFailures}::integer then ${until}::timestamptz end,
      last_at = ${now}
    where attempt.locked_until is null or attempt.locked_until <= ${now}
    returning failures, locked_until`.execute(db);
  const row = rows[0];
  if (!row) return { locked: (await lockedUntil(db, nameHash, now)) ?? now };
  return { nameHash, failures: row.failures, ...(row.locked_until ? { lockedUntil: row.locked_until } : {}) };
}

/** The attempt succeeded altogether: nothing is counted any more. */
export async function forgetFailures(db: Db, nameHash: string): Promise<void> {
  await authTables(db).deleteFrom('auth.attempt').where('name_hash', '=', nameHash).execute();
}

/**
 * The attempt was neither success nor failure (the second factor is still missing): earlier failures stay, and so does a
 * lock that another attempt made meanwhile.
 */
export async function giveBack(db: Db, { nameHash, lockedUntil: own }: Attempt): Promise<void> {
  await authTables(db)
    .updateTable('auth.attempt')
    .set({
      failures: sql<number>`greatest(failures - 1, 0)`,
      ...(own ? { locked_until: sql<null>`nullif(locked_until, ${own}::timestamptz)` } : {}),
    })
    .where('name_hash', '=', nameHash)
    .execute();
}

export async function lockedUntil(db: Db, nameHash: string, now: Date): Promise<Date | undefined> {
  const row = await authTables(db)
    .selectFrom('auth.attempt')
    .select('locked_until')
    .where('name_hash', '=', nameHash)
    .executeTakeFirst();
  return row?.locked_until && row.locked_until > now ? row.locked_until : undefined;
}

/** Counts a sign-in with a name nobody has, per minute. */
export async function countUnknownName(db: Db, now: Date): Promise<void> {
  await authTables(db)
    .insertInto('auth.unknown_minute')
    .values({ minute: minuteOf(now), count: 1 })
    .onConflict((conflict) =>
      conflict.column('minute').doUpdateSet({ count: sql<number>`auth.unknown_minute.count + 1` }),
    )
    .execute();
}

/** Takes out the counts of minutes that are over, to be recorded, and forgets attempts of more than a day ago. */
export async function takeUnknownNames(db: Db, now: Date): Promise<{ minute: Date; count: number }[]> {
  await authTables(db)
    .deleteFrom('auth.attempt')
    .where('last_at', '<', new Date(now.getTime() - 86_400_000))
    .where((eb) => eb.or([eb('locked_until', 'is', null), eb('locked_until', '<', now)]))
    .execute();
  return authTables(db)
    .deleteFrom('auth.unknown_minute')
    .where('minute', '<', minuteOf(now))
    .returning(['minute', 'count'])
    .execute();
}

const minuteOf = (now: Date): Date => new Date(Math.floor(now.getTime() / 60_000) * 60_000);
