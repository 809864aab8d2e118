import { createHmac } from 'node:crypto';
import type { Json } from './canonical.ts';

export type CredentialKind = 'password' | 'totp' | 'backup_codes' | 'passkey';

/**
 * A credential as the installation's ledger names it; without `mark`, all of the kind. The mark is 16 bytes, base64url, of the very HMAC that
 * binds it to its account: a password set again has another one, and without the node key it tells nothing.
 */
export type Credential = { kind: CredentialKind; mark?: string };

/** HMAC-SHA256(node key, kind ‖ account ‖ what proves it): the password's hash, the secret, the public key as the database keeps it. */
export const credentialMac = (kind: CredentialKind, account: string, proof: string, key: Uint8Array): Buffer =>
  createHmac('sha256', key).update(`ancheng credential v1\n${kind}\n${account}\n${proof}`).digest();

export const markOf = (mac: Uint8Array): string => Buffer.from(mac.subarray(0, 16)).toString('base64url');

const KINDS = new Set<unknown>(['password', 'totp', 'backup_codes', 'passkey'] satisfies CredentialKind[]);

/** The credentials an entry names; what has not this form is none. */
export function credentialsIn(value: Json | undefined): Credential[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one) => {
    const { kind, mark } = (one ?? {}) as { kind?: Json; mark?: Json };
    if (!KINDS.has(kind)) return [];
    return [{ kind: kind as CredentialKind, ...(typeof mark === 'string' ? { mark } : {}) }];
  });
}
