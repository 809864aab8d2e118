import { createOTP } from '@better-auth/utils/otp';
import { type SecretConfig, symmetricDecrypt } from 'better-auth/crypto';
import type { Db } from '../../runtime/module.ts';
import { authTables } from './tables.ts';

const PERIOD_MS = 30_000;

/**
 * Uses up a one-time code of the secret kept as `stored`: true once per account and time step (RFC 6238 section 5.2), one step before and after the
 * present tolerated for clocks that differ.
 */
export async function spendCode(
  db: Db,
  account: string,
  stored: string,
  code: string,
  secret: string | SecretConfig,
  now: Date,
): Promise<boolean> {
  const otp = createOTP(await symmetricDecrypt({ key: secret, data: stored }), { digits: 6, period: 30 });
  const present = Math.floor(now.getTime() / PERIOD_MS);
  for (const step of [present, present - 1, present + 1])
    if ((await otp.hotp(step)) === code.normalize('NFKC').replace(/\s/g, '')) return claim(db, account, step, present);
  return false;
}

async function claim(db: Db, account: string, step: number, present: number): Promise<boolean> {
  await authTables(db)
    .deleteFrom('auth.used_code')
    .where('account', '=', account)
    .where('step', '<', String(present - 2))
    .execute();
  const claimed = await authTables(db)
    .insertInto('auth.used_code')
    .values({ account, step })
    .onConflict((conflict) => conflict.doNothing())
    .returning('step')
    .execute();
  return claimed.length > 0;
}
