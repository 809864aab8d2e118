import { sql } from 'kysely';
import type { Moment } from '../kernel/engine/types.ts';
import type { Tx } from './module.ts';

/**
 * The newest checkpoint this platform noted as signed by a moment; undefined before the first. It is the platform's own word, by its own
 * clock: towards others the largest checkpoint cosigned by then governs (`verify --as-of`, decision 0122), which is never larger.
 */
export async function sealedBy(
  tx: Tx,
  organisation: string,
  at: Moment,
): Promise<{ size: number; root: string; note: string } | undefined> {
  const found = await sql<{ size: string; root: Buffer; note: string }>`select size, root, note from log_checkpoint
    where organisation = ${organisation} and at <= ${at}::timestamptz order by epoch desc, size desc limit 1`.execute(
    tx,
  );
  const row = found.rows[0];
  return row && { size: Number(row.size), root: row.root.toString('hex'), note: row.note };
}
