import { sql } from 'kysely';
import { type CredentialKind, markOf } from '../kernel/ledger/credential-mark.ts';
import {
  type BoundCredential,
  emptyCredentialIndex,
  followCredentials,
  namesCredentials,
  presentFaults,
} from '../kernel/ledger/credentials.ts';
import { decodeEntry } from '../kernel/ledger/envelope.ts';
import { isRefused } from '../kernel/refusal.ts';
import type { Text } from '../kernel/text.ts';
import { allLedgerRows } from './ledger-rows.ts';
import type { Db } from './module.ts';
import { INSTALLATION } from './organisations.ts';
import { reading } from './store/session.ts';

/**
 * What the installation's ledger says of passwords, one-time codes and passkeys that were used, and of those the database holds now
 * (decision 0190); of other ledgers nothing. Table and ledger are compared at one moment. `upTo`: only uses before that position, for a past
 * day. Needs no key: the bindings' HMACs stand in the database, and the ledger has their beginnings.
 */
export async function credentialFaults(
  db: Db,
  organisation: string,
  upTo?: number,
): Promise<{ position?: number; message: Text }[]> {
  if (organisation !== INSTALLATION) return [];
  const now = upTo === undefined ? await bound(db) : undefined;
  const end = upTo ?? now?.events ?? 0;
  const index = emptyCredentialIndex();
  const faults: { position?: number; message: Text }[] = [];
  for await (const { pos, type, entry } of allLedgerRows(db, organisation)) {
    if (pos >= end) break;
    const envelope = namesCredentials(type ?? '') ? decodeEntry(entry) : undefined;
    if (!envelope || isRefused(envelope)) continue; // told by L2
    for (const message of followCredentials(index, pos, envelope)) faults.push({ position: pos, message });
  }
  return [...faults, ...(now ? presentFaults(index, now.credentials, now.accounts) : [])];
}

/** What can be used now, who has an account, and how much the ledger says, in one snapshot. */
function bound(db: Db): Promise<{ credentials: BoundCredential[]; accounts: Set<string>; events: number }> {
  return reading(db, INSTALLATION, async (tx) => {
    const head = await sql<{ next: string }>`select next_pos as next from head
      where organisation = ${INSTALLATION}`.execute(tx);
    const accounts = await sql<{ id: string }>`select id from auth.user_account`.execute(tx);
    const found = await sql<{ account: string; kind: CredentialKind; mac: Buffer }>`
      select b.kind, b.mac, c.user_id as account from auth.binding b join auth.credential c
        on c.user_id = b.ref and c.provider_id = 'credential' and c.password is not null where b.kind = 'password'
      union all
      select b.kind, b.mac, t.user_id from auth.binding b join auth.two_factor t on t.user_id = b.ref
        join auth.user_account a on a.id = t.user_id
        where b.kind = 'backup_codes' or (b.kind = 'totp' and t.verified is not false and a.two_factor_enabled)
      union all
      select b.kind, b.mac, p.user_id from auth.binding b join auth.passkey p on p.credential_id = b.ref
        where b.kind = 'passkey'`.execute(tx);
    const credentials = found.rows.map(({ account, kind, mac }) => ({ account, kind, mark: markOf(mac) }));
    return {
      credentials,
      accounts: new Set(accounts.rows.map(({ id }) => id)),
      events: Number(head.rows[0]?.next ?? 0),
    };
  });
}
