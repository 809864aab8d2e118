import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Db } from '../../runtime/module.ts';
import { passwordHashOf } from './password.ts';
import { authTables } from './tables.ts';

/**
 * Credentials are evidence too: each is bound to its account by HMAC-SHA256(node key, kind ‖ account ‖ what proves it).
 * A password hash, one-time-code secret or passkey written past the program opens nothing.
 */
export type Kind = 'password' | 'totp' | 'passkey';

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
  const right = macOf(kind, account, proof, key);
  return row.mac.length === right.length && timingSafeEqual(row.mac, right);
}

export async function unbind(db: Db, kind: Kind, ref: string): Promise<void> {
  await authTables(db).deleteFrom('auth.binding').where('kind', '=', kind).where('ref', '=', ref).execute();
}

const macOf = (kind: Kind, account: string, proof: string, key: Uint8Array): Buffer =>
  createHmac('sha256', key).update(`ancheng credential v1\n${kind}\n${account}\n${proof}`).digest();

async function proofOf(db: Db, kind: Kind, account: string, ref: string): Promise<string | undefined> {
  switch (kind) {
    case 'password':
      return passwordHashOf(db, account);
    case 'totp': {
      const row = await authTables(db)
        .selectFrom('auth.two_factor')
        .select('secret')
        .where('user_id', '=', account)
        .executeTakeFirst();
      return row?.secret;
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
