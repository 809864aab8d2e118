import type { Refusal } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';

/**
 * Every number of sign-in. Defaults follow the statutory baseline (annex10.ia.authenticator_management, annex10.ac.account_management);
 * the installation passes the strictest of its organisations' parameters.
 */
export type SignInPolicy = {
  /** Failures in a row until an account is locked: annex10.ia.authenticator_management.3. */
  lockoutFailures: number;
  lockoutMinutes: number;
  /** annex10.ia.authenticator_management.5 */
  passwordHistory: number;
  /** Complexity: annex10.ia.authenticator_management.4. Kinds: small and capital letters, digits, everything else. */
  passwordMinLength: number;
  passwordMinKinds: number;
  /** Age at which a password must be changed; absent: never. */
  passwordMaxAgeDays?: number;
  /** annex10.ac.account_management.6 */
  idleMinutes: number;
  sessionMaxHours: number;
  /** How long the seals given after a reset are marked. */
  resetMarkDays: number;
  mailResetMinutes: number;
  slipResetHours: number;
};

export const defaultPolicy: SignInPolicy = {
  lockoutFailures: 5,
  lockoutMinutes: 15,
  passwordHistory: 3,
  passwordMinLength: 12,
  passwordMinKinds: 3,
  idleMinutes: 10,
  sessionMaxHours: 12,
  resetMarkDays: 7,
  mailResetMinutes: 30,
  slipResetHours: 24,
};

export const PASSWORD_MAX_LENGTH = 128;

/** What is wrong with a new password for this person; empty when nothing is. Length counts characters, not bytes. */
export function passwordFaults(
  password: string,
  owner: { name: string; email: string },
  policy: SignInPolicy,
): Refusal[] {
  const plain = password.normalize('NFKC');
  const length = [...plain].length;
  const faults: Refusal[] = [];
  if (length < policy.passwordMinLength)
    faults.push(
      fault(
        `密碼至少 ${policy.passwordMinLength} 字元（目前 ${length}）`,
        `A password has at least ${policy.passwordMinLength} characters (this one ${length})`,
      ),
    );
  if (plain.length > PASSWORD_MAX_LENGTH)
    faults.push(
      fault(`密碼最多 ${PASSWORD_MAX_LENGTH} 字元`, `A password has at most ${PASSWORD_MAX_LENGTH} characters`),
    );
  if (kindsIn(plain) < policy.passwordMinKinds)
    faults.push(
      fault(
        `密碼須含大寫、小寫、數字、符號其中 ${policy.passwordMinKinds} 種`,
        `A password mixes ${policy.passwordMinKinds} of: small letters, capitals, digits, other signs`,
      ),
    );
  if (tellsOwner(plain, owner))
    faults.push(fault('密碼不得包含姓名或帳號', 'A password does not contain the name or e-mail address'));
  if (new Set(plain).size < 5) faults.push(fault('密碼的字元過於重複', 'The password repeats too few characters'));
  return faults;
}

function kindsIn(password: string): number {
  return [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{Ll}\p{Lu}\p{Nd}]/u].filter((kind) => kind.test(password)).length;
}

function tellsOwner(password: string, { name, email }: { name: string; email: string }): boolean {
  const lower = password.toLowerCase();
  const told = [name.toLowerCase(), email.split('@')[0]?.toLowerCase() ?? ''];
  return told.some((word) => [...word].length >= (/^[\x20-\x7e]*$/.test(word) ? 4 : 2) && lower.includes(word));
}

const fault = (zh: string, en: string): Refusal => ({
  code: 'invalid',
  message: text(zh, en),
  fix: { text: text('請改用其他密碼', 'Choose another password'), go: 'field.password' },
  clauses: ['annex10.ia.authenticator_management.4'],
  field: 'password',
});

export const usedBefore = (times: number): Refusal => ({
  code: 'invalid',
  message: text(`不得與前 ${times} 次用過的密碼相同`, `Not one of the last ${times} passwords`),
  fix: { text: text('請改用其他密碼', 'Choose another password'), go: 'field.password' },
  clauses: ['annex10.ia.authenticator_management.5'],
  field: 'password',
});
