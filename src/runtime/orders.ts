import { sql } from 'kysely';
import { decodeEntry } from '../kernel/ledger/envelope.ts';
import { FIRST_MAC, macHolds, type NodeKey } from '../kernel/ledger/mac.ts';
import { leafHash } from '../kernel/ledger/merkle.ts';
import { isRefused } from '../kernel/refusal.ts';
import type { Db, Tx } from './module.ts';

/**
 * Whether the ledger has an event of this type in this stream, with the mark of the program on it. Asked before anything is destroyed for good:
 * a row of a table is not believed alone, for keys and files are where the database's superuser does not reach.
 */
export async function isOrdered(
  tx: Tx | Db,
  key: NodeKey,
  organisation: string,
  stream: string,
  type: string,
): Promise<boolean> {
  const found = await sql<{ entry: Buffer; mac: Buffer; before: Buffer | null }>`
    select e.entry, e.mac, p.mac as before from event e
    left join event p on p.organisation = e.organisation and p.pos = e.pos - 1
    where e.organisation = ${organisation} and e.stream = ${stream} and e.type = ${type}`.execute(tx);
  return found.rows.some(({ entry, mac, before }) => {
    const envelope = decodeEntry(entry);
    const says = !isRefused(envelope) && envelope.stream === stream && envelope.type === type;
    return says && macHolds([key], leafHash(entry), before ?? FIRST_MAC, mac);
  });
}
