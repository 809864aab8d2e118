import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { type Refused, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { Db } from '../../runtime/module.ts';
import { findByName } from './accounts.ts';
import { bind, type Marked, marked } from './binding.ts';
import { nameOf } from './lockout.ts';
import { hashPassword, isUsedBefore, rememberPassword } from './password.ts';
import { passwordFaults, type SignInPolicy, usedBefore } from './policy.ts';
import type { Recorder } from './record.ts';
import { hashCode, newCode, sameHash } from './secretCode.ts';
import { authTables } from './tables.ts';

export type OpeningContext = { db: Db; nodeKey: Uint8Array; policy: SignInPolicy; now: Date; record: Recorder };
export type NewAccount = { name: string; email: string; password: string };

/**
 * Opens an account: by the set-up code or by an invitation the caller has checked, never by signing up. Refuses a weak
 * password and an address that has an account.
 */
export async function openAccount(
  context: OpeningContext,
  wanted: NewAccount,
  by: 'setup' | 'invitation',
): Promise<Refused | { account: string }> {
  const email = nameOf(wanted.email);
  const faults = passwordFaults(wanted.password, { name: wanted.name, email }, context.policy);
  if (faults.length > 0) return refused(...faults);
  if (await findByName(context.db, email)) return refused(addressTaken);
  const account = randomUUID();
  const at = context.now.toISOString();
  const hashed = await hashPassword(wanted.password);
  const entered = [marked('password', account, hashed, context.nodeKey)];
  await context.record({ type: 'account.opened', account, name: email, at, outcome: 'intended', by, entered });
  await context.db.transaction().execute(async (tx) => {
    const own = authTables(tx);
    await own
      .insertInto('auth.user_account')
      .values({
        id: account,
        name: wanted.name,
        email,
        installer: by === 'setup',
        two_factor_enabled: false,
        disabled_at: null,
        password_set_at: null,
        reset_at: null,
        last_sign_in_at: null,
      })
      .execute();
    await own
      .insertInto('auth.credential')
      .values({
        id: randomUUID(),
        user_id: account,
        provider_id: 'credential',
        password: hashed,
        account_id: account,
      } as never)
      .execute();
    await rememberPassword(tx, account, hashed, context.policy.passwordHistory, context.now);
    await bind(tx, 'password', account, account, context.nodeKey);
  });
  await context.record({ type: 'account.opened', account, name: email, at, outcome: 'done', by, entered });
  return { account };
}

/**
 * Sets a new password under the rules and the history, ends every session and removes the lock's cause. `announce` is told which one
 * before it counts. Returns what came into force.
 */
export async function setPassword(
  context: OpeningContext,
  owner: { id: string; name: string; email: string },
  password: string,
  announce: (entered: Marked[]) => Promise<void>,
): Promise<Refused | { entered: Marked[] }> {
  const { db, policy, now, nodeKey } = context;
  const faults = passwordFaults(password, owner, policy);
  if (faults.length > 0) return refused(...faults);
  if (await isUsedBefore(db, owner.id, password, policy.passwordHistory))
    return refused(usedBefore(policy.passwordHistory));
  const hashed = await hashPassword(password);
  const entered = [marked('password', owner.id, hashed, nodeKey)];
  await announce(entered);
  await db.transaction().execute(async (tx) => {
    await authTables(tx)
      .updateTable('auth.credential')
      .set({ password: hashed })
      .where('user_id', '=', owner.id)
      .where('provider_id', '=', 'credential')
      .execute();
    await rememberPassword(tx, owner.id, hashed, policy.passwordHistory, now);
    await bind(tx, 'password', owner.id, owner.id, nodeKey);
    await authTables(tx).deleteFrom('auth.session').where('user_id', '=', owner.id).execute();
  });
  return { entered };
}

/** Makes the code the first start prints; only its hash stays, in `file` (mode 0600). A new code replaces the old one. */
export async function createSetupCode(file: string): Promise<string> {
  const code = newCode();
  await writeFile(file, JSON.stringify({ sha256: hashCode(code) }), { mode: 0o600 });
  return code;
}

/** Opens the first account with the set-up code, once: of two who try, one renames the file. */
export async function openWithSetupCode(
  context: OpeningContext,
  file: string,
  given: NewAccount & { code: string },
): Promise<Refused | { account: string }> {
  const faults = passwordFaults(given.password, given, context.policy);
  if (faults.length > 0) return refused(...faults);
  const kept = await readFile(file, 'utf8').catch(absentFile);
  if (kept === undefined || !sameHash(JSON.parse(kept).sha256, hashCode(given.code))) return refused(wrongSetupCode);
  const claimed = `${file}.claimed`;
  if (!(await rename(file, claimed).then(() => true, absentFile))) return refused(wrongSetupCode);
  const opened = await openAccount(context, given, 'setup').catch(async (error) => {
    await rename(claimed, file);
    throw error;
  });
  if ('refused' in opened) await rename(claimed, file);
  else await rm(claimed);
  return opened;
}

function absentFile(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

const addressTaken = {
  code: 'duplicate' as const,
  message: text('此電子郵件已有帳號', 'This e-mail address has an account'),
  fix: { text: text('請先登入，再開啟邀請連結', 'Sign in first, then open the invitation again'), go: 'sign_in' },
  field: 'email',
};

const wrongSetupCode = {
  code: 'by' as const,
  message: text('設定碼不正確或已使用', 'The set-up code is wrong or was used'),
  fix: {
    text: text(
      '設定碼印在首次啟動的畫面上；遺失時重新產生',
      'It was printed at first start; make a new one if it is lost',
    ),
  },
  field: 'code',
};
