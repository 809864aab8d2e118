import type { Refusal } from '../src/kernel/refusal.ts';
import type { api } from './api.ts';

/** Signing in and the own account, over better-auth's routes. */

export type SignInAnswer =
  | { outcome: 'in' }
  | { outcome: 'second' } // the password was right; a second factor is asked
  | { outcome: 'refused'; refused: Refusal[] } // wrong, locked until, too many: told in full
  | { outcome: 'failed'; reference?: string };

export type OwnSession = {
  token: string;
  createdAt: string;
  userAgent?: string;
  ipAddress?: string;
  expiresAt: string;
};
export type Passkey = { id: string; name?: string; createdAt?: string };

type Problem = { code?: string; message?: string; refused?: Refusal[]; reference?: string };

/** Password first; names that do not exist are answered like wrong passwords. */
export async function signIn(email: string, password: string): Promise<SignInAnswer> {
  const { ok, status, body } = await post<{ twoFactorRedirect?: boolean }>('sign-in/email', { email, password });
  if (ok) return body.twoFactorRedirect ? { outcome: 'second' } : { outcome: 'in' };
  return refusedSignIn(status, body);
}

/** The six digits of an authenticator app, or a backup code. */
export async function verifyCode(code: string): Promise<SignInAnswer> {
  const digits = code.replace(/\s/g, '');
  const route = /^\d{6}$/.test(digits) ? 'two-factor/verify-totp' : 'two-factor/verify-backup-code';
  const { ok, status, body } = await post(route, { code: digits });
  return ok ? { outcome: 'in' } : refusedSignIn(status, body);
}

/** Asks the browser for a passkey; undefined when the person closed the dialog. */
export async function signInWithPasskey(): Promise<SignInAnswer | undefined> {
  const { startAuthentication } = await import('@simplewebauthn/browser');
  const options = await get<Parameters<typeof startAuthentication>[0]['optionsJSON']>(
    'passkey/generate-authenticate-options',
  );
  const response = await startAuthentication({ optionsJSON: options }).catch(closedByPerson);
  if (!response) return undefined;
  const { ok, status, body } = await post('passkey/verify-authentication', { response });
  return ok ? { outcome: 'in' } : refusedSignIn(status, body);
}

export const signOut = () => post('sign-out', {});

export const listSessions = () => get<OwnSession[]>('list-sessions');
export const revokeSession = (token: string) => change('revoke-session', { token });
export const changePassword = (currentPassword: string, newPassword: string) =>
  change('change-password', { currentPassword, newPassword, revokeOtherSessions: true });

/** Begins an authenticator app: the address for the QR code and the backup codes, shown once. */
export const beginTotp = (password: string) =>
  change<{ totpURI: string; backupCodes: string[] }>('two-factor/enable', { password });
export const confirmTotp = (code: string) => change('two-factor/verify-totp', { code });
export const endTotp = (password: string) => change('two-factor/disable', { password });

export const listPasskeys = () => get<Passkey[]>('passkey/list-user-passkeys');
export const removePasskey = (id: string) => change('passkey/delete-passkey', { id });

/** Registers this device; false when the person closed the browser's dialog. */
export async function addPasskey(name: string): Promise<boolean> {
  const { startRegistration } = await import('@simplewebauthn/browser');
  const options = await get<Parameters<typeof startRegistration>[0]['optionsJSON']>(
    'passkey/generate-register-options',
  );
  const response = await startRegistration({ optionsJSON: options }).catch(closedByPerson);
  if (!response) return false;
  await change('passkey/verify-registration', { response, name });
  return true;
}

/** A browser's answer to a passkey challenge. */
export type PasskeyAnswer = NonNullable<NonNullable<Parameters<typeof api.records.act>[0]['factor']>['passkey']>;

/** Lets a passkey sign a challenge; undefined when the person closed the dialog. */
export async function signWithPasskey(options: { challenge: string }): Promise<PasskeyAnswer | undefined> {
  const { startAuthentication } = await import('@simplewebauthn/browser');
  const answer = await startAuthentication({ optionsJSON: options }).catch(closedByPerson);
  return answer as PasskeyAnswer | undefined;
}

/** A "no" from the account's door: refusals in full, or the code of the library. */
export class SessionProblem extends Error {
  readonly code: string;
  readonly refused: Refusal[];
  constructor(problem: Problem) {
    super(problem.message ?? problem.code ?? 'failed');
    this.code = problem.code ?? 'failed';
    this.refused = problem.refused ?? [];
  }
}

function refusedSignIn(status: number, body: Problem): SignInAnswer {
  if (status < 500) return { outcome: 'refused', refused: body.refused ?? [] };
  return { outcome: 'failed', ...(body.reference && { reference: body.reference }) };
}

async function post<T>(route: string, body: object): Promise<{ ok: boolean; status: number; body: T & Problem }> {
  const answer = await fetch(`/api/auth/${route}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-activity': 'person' },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  return { ok: answer.ok, status: answer.status, body: (text ? JSON.parse(text) : {}) as T & Problem };
}

async function change<T = object>(route: string, body: object): Promise<T> {
  const answer = await post<T>(route, body);
  if (!answer.ok) throw new SessionProblem(answer.body);
  return answer.body;
}

async function get<T>(route: string): Promise<T> {
  const answer = await fetch(`/api/auth/${route}`);
  const body = (await answer.json()) as T & Problem;
  if (!answer.ok) throw new SessionProblem(body);
  return body;
}

function closedByPerson(error: unknown): undefined {
  if (error instanceof Error && error.name === 'NotAllowedError') return undefined;
  throw error;
}
