import { sql } from 'kysely';
import type { Moment } from '../kernel/engine/types.ts';
import type { Tx } from './module.ts';

/**
 * The largest checkpoint signed by a moment: what can be proven of that time is what lies below its size. Undefined before the first.
 * Witnesses see each checkpoint within the round it is signed in; where they do not, the ledger page says so.
 */
export async function sealedBy(
  tx: Tx,
  organisation: string,
  at: Moment,
): Promise<{ size: number; root: string; note: string } | undefined> {
  const found = await sql<{ size: string; root: Buffer; note: string }>`select size, root, note from log_checkpoint
    where organisation = ${organisation} and at <= ${at}::timestamptz order by size desc limit 1`.execute(tx);
  const row = found.rows[0];
  return row && { size: Number(row.size), root: row.root.toString('hex'), note: row.note };
}
