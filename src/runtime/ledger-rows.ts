import { sql } from 'kysely';
import type { LedgerRow } from '../kernel/ledger/chain.ts';
import type { Db, Tx } from './module.ts';
import { withOrganisation } from './store/session.ts';

type Row = {
  pos: number;
  stream: string;
  stream_version: number;
  type: string;
  entry: Buffer;
  mac: Buffer;
  recorded_at: Date;
};

const asLedgerRow = (row: Row): LedgerRow => ({
  pos: Number(row.pos),
  stream: row.stream,
  streamVersion: row.stream_version,
  type: row.type,
  entry: row.entry,
  mac: row.mac,
  at: row.recorded_at.toISOString(),
});

/** Event rows [from, to) of one organisation by position, out of one snapshot. */
export async function ledgerRows(tx: Tx | Db, organisation: string, from: number, to: number): Promise<LedgerRow[]> {
  const found = await sql<Row>`select pos, stream, stream_version, type, entry, mac, recorded_at from event
    where organisation = ${organisation} and pos >= ${from} and pos < ${to} order by pos`.execute(tx);
  return found.rows.map(asLedgerRow);
}

const CHUNK = 4096;

/** Every event row there is, strays included, in chunks: what verification reads. */
export async function* allLedgerRows(db: Db, organisation: string): AsyncGenerator<LedgerRow> {
  for (let from = -1; ; ) {
    const rows = await withOrganisation(db, organisation, async (tx) => {
      const found = await sql<Row>`select pos, stream, stream_version, type, entry, mac, recorded_at from event
        where organisation = ${organisation} and pos > ${from} order by pos limit ${CHUNK}`.execute(tx);
      return found.rows.map(asLedgerRow);
    });
    yield* rows;
    const last = rows.at(-1);
    if (!last || rows.length < CHUNK) return;
    from = last.pos;
  }
}

/** Last version of each stream before a position. */
export async function versionsBefore(
  tx: Tx | Db,
  organisation: string,
  position: number,
  streams: string[],
): Promise<Map<string, number>> {
  // Each stream's versions are walked from the newest down: a long history costs no more than a short one.
  const found = await sql<{ stream: string; version: number }>`
    select s.stream, before.version from unnest(${streams}::text[]) as s(stream) cross join lateral (
      select stream_version as version from event e
      where e.organisation = ${organisation} and e.stream = s.stream and e.pos < ${position}
      order by stream_version desc limit 1) before`.execute(tx);
  return new Map(found.rows.map((row) => [row.stream, row.version]));
}

export type LogStateRow = { size: number; root: Uint8Array; epoch: number };

/** `log_state` of an organisation; made empty at its founding. */
export async function logState(tx: Tx | Db, organisation: string): Promise<LogStateRow> {
  const found = await sql<{
    size: number;
    root: Buffer;
    epoch: number;
  }>`select size, root, epoch from log_state where organisation = ${organisation}`.execute(tx);
  const row = found.rows[0];
  if (!row) throw new Error(`no log state of ${organisation}`);
  return { size: Number(row.size), root: row.root, epoch: row.epoch };
}

/** Replaces the state where it still is what it was; durable before it returns. */
export async function swapLogState(
  tx: Tx,
  organisation: string,
  previous: LogStateRow,
  next: LogStateRow,
): Promise<boolean> {
  await sql`set local synchronous_commit = on`.execute(tx);
  const swapped =
    await sql`update log_state set size = ${next.size}, root = ${Buffer.from(next.root)}, epoch = ${next.epoch}
    where organisation = ${organisation} and size = ${previous.size} and root = ${Buffer.from(previous.root)} and epoch = ${previous.epoch}`.execute(
      tx,
    );
  return Number(swapped.numAffectedRows ?? 0) === 1;
}

/** A published checkpoint, for pages and as-of: the last of each office day is kept (decision 0121). */
export async function noteCheckpoint(
  tx: Tx,
  checkpoint: { size: number; root: Uint8Array; note: string; at: string; epoch: number },
): Promise<void> {
  const { epoch, size, root, note, at } = checkpoint;
  await sql`select note_checkpoint(${epoch}::integer, ${size}::bigint, ${Buffer.from(root)}, ${note}::text, ${at}::timestamptz)`.execute(
    tx,
  );
}

/** The newest signed checkpoint of the present log; undefined before the first. Samples are drawn with its root. */
export async function newestCheckpoint(
  tx: Tx,
  organisation: string,
): Promise<{ size: number; root: string; note: string; at: string } | undefined> {
  const found = await sql<{
    size: string;
    root: Buffer;
    note: string;
    at: Date;
  }>`select size, root, note, at from log_checkpoint
    where organisation = ${organisation} order by epoch desc, size desc limit 1`.execute(tx);
  const row = found.rows[0];
  return row && { size: Number(row.size), root: row.root.toString('hex'), note: row.note, at: row.at.toISOString() };
}
