import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { type Credential, type CredentialKind, credentialMac, markOf } from '../../kernel/ledger/credential-mark.ts';
import type { Db } from '../../runtime/module.ts';
import { passwordHashOf } from './password.ts';
import { authTables } from './tables.ts';

/**
 * Credentials are evidence too: each is bound to its account by HMAC-SHA256(node key, kind ‖ account ‖ what proves it).
 * A password hash, one-time-code secret or passkey written past the program opens nothing; one that was right once, put back with the
 * binding it had, shows in the ledger, which names by its mark what is in force and what was used (decision 0190).
 */
export type Kind = CredentialKind;
export type Marked = Required<Credential>;

export const marked = (kind: Kind, account: string, proof: string, key: Uint8Array): Marked => ({
  kind,
  mark: markOf(credentialMac(kind, account, proof, key)),
});

/** Binds what the account has now; `ref` is the account's id, for a passkey its credential id. Returns what was bound. */
export async function bind(db: Db, kind: Kind, account: string, ref: string, key: Uint8Array): Promise<Marked> {
  const proof = await proofOf(db, kind, account, ref);
  if (proof === undefined) throw new Error(`account ${account} has no ${kind} to bind`);
  const mac = credentialMac(kind, account, proof, key);
  await authTables(db)
    .insertInto('auth.binding')
    .values({ kind, ref, mac })
    .onConflict((conflict) => conflict.columns(['kind', 'ref']).doUpdateSet({ mac }))
    .execute();
  return { kind, mark: markOf(mac) };
}

/** What the account has of the kind, bound or not: for the ledger to hear of it before it counts. */
export async function unboundYet(
  db: Db,
  kind: Kind,
  account: string,
  ref: string,
  key: Uint8Array,
): Promise<(Marked & { proof: string }) | undefined> {
  const proof = await proofOf(db, kind, account, ref);
  return proof === undefined ? undefined : { ...marked(kind, account, proof, key), proof };
}

/** What proves it, as it was read and found bound; undefined when the account has no such credential, or the program did not write it. */
export async function boundProof(
  db: Db,
  kind: Kind,
  account: string,
  ref: string,
  key: Uint8Array,
): Promise<(Marked & { proof: string }) | undefined> {
  const found = await unboundYet(db, kind, account, ref, key);
  const row = await authTables(db)
    .selectFrom('auth.binding')
    .select('mac')
    .where('kind', '=', kind)
    .where('ref', '=', ref)
    .executeTakeFirst();
  if (found === undefined || !row) return undefined;
  return sameMac(row.mac, credentialMac(kind, account, found.proof, key)) ? found : undefined;
}

/** Returns what was bound, if anything was. */
export async function unbind(db: Db, kind: Kind, ref: string): Promise<Marked[]> {
  const rows = await authTables(db)
    .deleteFrom('auth.binding')
    .where('kind', '=', kind)
    .where('ref', '=', ref)
    .returning('mac')
    .execute();
  return rows.map(({ mac }) => ({ kind, mark: markOf(mac) }));
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
