import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { Db } from '../../runtime/module.ts';
import { passwordHashOf } from './password.ts';
import { authTables } from './tables.ts';

/**
 * Credentials are evidence too: each is bound to its account by HMAC-SHA256(node key, kind ‖ account ‖ what proves it).
 * A password hash, one-time-code secret or passkey written past the program opens nothing.
 */
export type Kind = 'password' | 'totp' | 'backup_codes' | 'passkey';

/** Binds what the account has now; `ref` is the account's id, for a passkey its credential id. */
export async function bind(db: Db, kind: Kind, account: string, ref: string, key: Uint8Array): Promise<void> {
  const proof = await proofOf(db, kind, account, ref);
  if (proof === undefined) throw new Error(`account ${account} has no ${kind} to bind`);
  const mac = macOf(kind, account, proof, key);
  await authTables(db)
    .insertInto('auth.binding')
    .values({ kind, ref, mac })
    .onConflict((conflict) => conflict.columns(['kind', 'ref']).doUpdateSet({ mac }))
    .execute();
}

/** False when the account has no such credential, or it was not written by the program. */
export async function isBound(db: Db, kind: Kind, account: string, ref: string, key: Uint8Array): Promise<boolean> {
  const proof = await proofOf(db, kind, account, ref);
  const row = await authTables(db)
    .selectFrom('auth.binding')
    .select('mac')
    .where('kind', '=', kind)
    .where('ref', '=', ref)
    .executeTakeFirst();
  if (proof === undefined || !row) return false;
  return sameMac(row.mac, macOf(kind, account, proof, key));
}

export async function unbind(db: Db, kind: Kind, ref: string): Promise<void> {
  await authTables(db).deleteFrom('auth.binding').where('kind', '=', kind).where('ref', '=', ref).execute();
}

/** The MAC of a session or a reset, over everything in it that decides whom it lets in. */
export const rowMac = (table: 'session' | 'reset', content: readonly (string | null)[], key: Uint8Array): Buffer =>
  createHmac('sha256', keyObject(key))
    .update(`ancheng ${table} v1\n${JSON.stringify(content)}`)
    .digest();

const keyObjects = new WeakMap<Uint8Array, KeyObject>();

/** Bytes become a key once: as bytes they would at every request, which takes four times the marking itself. */
function keyObject(key: Uint8Array): KeyObject {
  const known = keyObjects.get(key) ?? createSecretKey(key);
  keyObjects.set(key, known);
  return known;
}

export const sameMac = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b);

const macOf = (kind: Kind, account: string, proof: string, key: Uint8Array): Buffer =>
  createHmac('sha256', key).update(`ancheng credential v1\n${kind}\n${account}\n${proof}`).digest();

async function proofOf(db: Db, kind: Kind, account: string, ref: string): Promise<string | undefined> {
  switch (kind) {
    case 'password':
      return passwordHashOf(db, account);
    case 'totp':
    case 'backup_codes': {
      const row = await authTables(db)
        .selectFrom('auth.two_factor')
        .select(['secret', 'backup_codes'])
        .where('user_id', '=', account)
        .executeTakeFirst();
      return kind === 'totp' ? row?.secret : row?.backup_codes;
    }
    case 'passkey': {
      const row = await authTables(db)
        .selectFrom('auth.passkey')
        .select('public_key')
        .where('user_id', '=', account)
        .where('credential_id', '=', ref)
        .executeTakeFirst();
      return row?.public_key;
    }
    default:
      return kind satisfies never;
  }
}
