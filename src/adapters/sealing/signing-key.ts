import { type KeyObject, sign } from 'node:crypto';
import { join } from 'node:path';
import { loadLogKey, rawPublicKey } from './keys.ts';
import { openTokenKey } from './pkcs11.ts';

/** An Ed25519 key that signs, wherever it lives. */
export type SigningKey = {
  /** The raw 32 bytes, as verifier keys hold them. */
  publicKey: Uint8Array;
  sign(body: Uint8Array): Promise<Uint8Array>;
};

/** A key in this process's memory. */
export const keyInMemory = (key: KeyObject): SigningKey => ({
  publicKey: rawPublicKey(key),
  sign: async (body) => sign(null, body, key),
});

/**
 * Opens the key at a place: a PEM file; `credential:NAME`, a file systemd hands to this unit alone (`LoadCredential=`); or
 * `pkcs11:…`, a key in a token that never leaves it (RFC 7512).
 * @throws when it is not there, others may read it, or it is not Ed25519.
 */
export async function openSigningKey(place: string, env: NodeJS.ProcessEnv = process.env): Promise<SigningKey> {
  if (place.startsWith('pkcs11:')) return openTokenKey(place);
  return keyInMemory(await loadLogKey(credentialPath(place, env), place.startsWith('credential:')));
}

/** Where a named credential lies; a path stays what it is. */
export function credentialPath(place: string, env: NodeJS.ProcessEnv): string {
  if (!place.startsWith('credential:')) return place;
  if (!env.CREDENTIALS_DIRECTORY)
    throw new Error(`${place}: systemd gave this process no credentials (LoadCredential= in its unit)`);
  const name = place.slice('credential:'.length);
  if (!/^[A-Za-z0-9._-]+$/.test(name)) throw new Error(`${place}: not the name of a credential`);
  return join(env.CREDENTIALS_DIRECTORY, name);
}
