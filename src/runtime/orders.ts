import { sql } from 'kysely';
import { recordDigest, type TypeOf } from '../kernel/engine/digest.ts';
import { evolve } from '../kernel/engine/evolve.ts';
import type { RecordState } from '../kernel/engine/types.ts';
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

/**
 * Of records as their table has them, those that are what their own entries make, each with the program's mark on it. Asked before anything is
 * destroyed for good for what a record says: which others it lists, when it was closed.
 */
export const asEnteredBy =
  (key: NodeKey): AsEntered =>
  async (tx, organisation, records, typeOf) => {
    const folded = await foldedOf(tx, key, organisation, records);
    const same = (row: RecordState) => recordDigest(row, typeOf) === recordDigest(folded.get(row.id), typeOf);
    return new Set(records.filter(same).map(({ id }) => id));
  };

export type AsEntered = (
  tx: Tx | Db,
  organisation: string,
  records: RecordState[],
  typeOf: TypeOf,
) => Promise<Set<string>>;

async function foldedOf(
  tx: Tx | Db,
  key: NodeKey,
  organisation: string,
  records: RecordState[],
): Promise<Map<string, RecordState>> {
  const found = await sql<{ stream: string; entry: Buffer; mac: Buffer; before: Buffer | null }>`
    select e.stream, e.entry, e.mac, p.mac as before from event e
    left join event p on p.organisation = e.organisation and p.pos = e.pos - 1
    where e.organisation = ${organisation} and e.stream = any(${records.map(({ id }) => id)}) order by e.stream, e.pos`.execute(
    tx,
  );
  const folded = new Map<string, RecordState>();
  for (const { stream, entry, mac, before } of found.rows) {
    const envelope = decodeEntry(entry);
    if (isRefused(envelope) || envelope.stream !== stream) continue;
    if (!macHolds([key], leafHash(entry), before ?? FIRST_MAC, mac)) continue;
    const state = folded.get(stream);
    if (state ? envelope.streamVersion === state.version + 1 : envelope.type === 'record.opened')
      folded.set(stream, evolve(state, envelope as never));
  }
  return folded;
}
