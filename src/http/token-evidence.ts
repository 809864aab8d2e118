import { sql } from 'kysely';
import { addDays, momentOf } from '../kernel/calendar/date.ts';
import { decodeEntry } from '../kernel/ledger/envelope.ts';
import { FIRST_MAC, macHolds, type NodeKey } from '../kernel/ledger/mac.ts';
import { leafHash } from '../kernel/ledger/merkle.ts';
import { isRefused } from '../kernel/refusal.ts';
import type { Tx } from '../runtime/module.ts';

/**
 * Whether the ledger holds just this token: made by the person it acts for, with these scopes, until that day, under the node key's mark,
 * and never revoked. A row slipped in by the database's superuser, moved to somebody else, widened, prolonged or brought back opens nothing.
 */
export async function isTokenOnRecord(
  tx: Tx,
  organisation: string,
  markKey: NodeKey,
  row: { id: string; person: string; scopes: string[]; expires_at: Date | null; hash: Uint8Array },
): Promise<boolean> {
  const found = await sql<{
    entry: Buffer;
    mac: Buffer;
    before: Buffer | null;
  }>`select e.entry, e.mac, b.mac as before from event e
    left join event b on b.organisation = e.organisation and b.pos = e.pos - 1
    where e.organisation = ${organisation} and e.stream = ${`token:${row.id}`} order by e.stream_version`.execute(tx);
  const [made, ...later] = found.rows;
  if (!made || later.length > 0) return false;
  if (!macHolds([markKey], leafHash(made.entry), made.before ?? FIRST_MAC, made.mac)) return false;
  const envelope = decodeEntry(made.entry);
  if (isRefused(envelope) || envelope.type !== 'token.made') return false;
  const { person, hash, scopes, until } = envelope.data as Record<string, unknown>;
  return (
    person === row.person &&
    hash === Buffer.from(row.hash).toString('hex') &&
    JSON.stringify(scopes) === JSON.stringify(row.scopes) &&
    row.expires_at?.getTime() === Date.parse(momentOf(addDays(String(until), 1)))
  );
}
