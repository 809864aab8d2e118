import { sql } from 'kysely';
import { parseCheckpoint, verifyCheckpoint } from '../kernel/ledger/checkpoint.ts';
import { FIRST_MAC } from '../kernel/ledger/mac.ts';
import { sameHash } from '../kernel/ledger/merkle.ts';
import type { Verifier } from '../kernel/ledger/note.ts';
import { readTree, rootOfTree } from '../kernel/ledger/tree.ts';
import type { LogReader } from '../kernel/ledger/verify-tree.ts';
import { isRefused } from '../kernel/refusal.ts';
import { type Text, text } from '../kernel/text.ts';
import type { Db } from './module.ts';
import { reading } from './store/session.ts';

type Fault = { position?: number; message: Text };

type Rows = {
  head: { next: number; mac: Buffer } | undefined;
  last: { pos: number; mac: Buffer } | undefined;
  state: { size: number; root: Buffer } | undefined;
  checkpoints: { size: number; root: Buffer; note: string }[];
};

/**
 * The small rows beside the events, in one snapshot: the sequencer continues the newest event, what counts as sealed is what the tree
 * has, and every checkpoint in the list of the present log is signed and is the tree's. Samples are drawn with these roots.
 */
export async function stateFaults(db: Db, organisation: string, log: LogReader, keys: Verifier[]): Promise<Fault[]> {
  const { head, last, state, checkpoints } = await rowsOf(db, organisation);
  const faults: Fault[] = [];
  const mac = last?.mac ?? Buffer.from(FIRST_MAC);
  if (!head || head.next !== (last?.pos ?? -1) + 1 || !sameHash(head.mac, mac))
    faults.push({
      ...(last ? { position: last.pos } : {}),
      message: text('序號列與最後一筆事項不符', 'the sequencer row does not continue the newest event'),
    });
  const published = parseCheckpoint((await log.checkpoint()) ?? '');
  const sealed = isRefused(published) ? 0 : published.size;
  const isTree = async (size: number, root: Uint8Array) =>
    size > sealed || sameHash(root, rootOfTree(await readTree(size, (tile) => tileOf(log, tile))));
  if (!state || state.size < sealed || !(await isTree(state.size, state.root)))
    faults.push({ message: text('封存進度列與封存檔不符', 'the row of what is sealed is not what the log has') });
  for (const { size, root, note } of checkpoints) {
    if (size > sealed) continue; // not on disk yet: the sealer is at work
    const signed = verifyCheckpoint(note, { log: keys });
    const same = !isRefused(signed) && signed.size === size && sameHash(signed.root, root);
    if (same && (await isTree(size, root))) continue;
    const message = text(
      `封存點清單第 ${size} 筆處與簽署的不符`,
      `the list of checkpoints at ${size} is not what was signed`,
    );
    faults.push({ position: Math.max(0, size - 1), message });
  }
  return faults;
}

/**
 * What the program answered for has to be there, sealed or not: a tail taken away before it was sealed leaves rows that agree with each other.
 * Told, too, is what has been waiting to be sealed for longer than any seal takes (`now`).
 */
export async function unsealedFaults(
  db: Db,
  organisation: string,
  acknowledged: { pos: number; mac: Uint8Array }[],
  sealed: number,
  now: string | undefined,
): Promise<Fault[]> {
  return reading(db, organisation, async (tx) => {
    const found = await sql<{
      pos: number;
      mac: Buffer;
    }>`select pos, mac from event where organisation = ${organisation}
      and pos = any(${acknowledged.map(({ pos }) => pos)})`.execute(tx);
    const marks = new Map(found.rows.map(({ pos, mac }) => [Number(pos), mac]));
    const gone = acknowledged.filter(({ pos, mac }) => !sameHash(marks.get(pos) ?? new Uint8Array(), mac));
    const oldest = await sql<{ pos: number; at: Date }>`select pos, recorded_at as at from event
      where organisation = ${organisation} and pos >= ${sealed} order by pos limit 1`.execute(tx);
    const waits = oldest.rows[0];
    const late = now !== undefined && waits && Date.parse(now) - waits.at.getTime() > LATE_MS;
    return [
      ...gone.map(({ pos }) => ({ position: pos, message: VANISHED })),
      ...(late ? [{ position: Number(waits.pos), message: unsealedSince(waits.at) }] : []),
    ];
  });
}

const LATE_MS = 10 * 60_000;

const VANISHED = text(
  '已回覆使用者的事項在資料庫中消失，或被換掉',
  'an event the program answered for is gone from the database, or another stands in its place',
);
const unsealedSince = (at: Date) =>
  text(`自 ${at.toISOString()} 起的事項尚未封存`, `nothing has been sealed since ${at.toISOString()}`);

async function tileOf(log: LogReader, tile: Parameters<LogReader['read']>[0]): Promise<Uint8Array> {
  return (await log.read(tile)) ?? new Uint8Array(tile.width * 32); // missing: another root, told at L1
}

function rowsOf(db: Db, organisation: string): Promise<Rows> {
  return reading(db, organisation, async (tx) => {
    const head = await sql<{ next: number; mac: Buffer }>`select next_pos as next, last_mac as mac from head
      where organisation = ${organisation}`.execute(tx);
    const last = await sql<{ pos: number; mac: Buffer }>`select pos, mac from event where organisation = ${organisation}
      order by pos desc limit 1`.execute(tx);
    const state = await sql<{ size: number; root: Buffer; epoch: number }>`select size, root, epoch from log_state
      where organisation = ${organisation}`.execute(tx);
    const checkpoints = await sql<{
      size: number;
      root: Buffer;
      note: string;
    }>`select size, root, note from log_checkpoint
      where organisation = ${organisation} and epoch = ${state.rows[0]?.epoch ?? 1} order by size`.execute(tx);
    return { head: head.rows[0], last: last.rows[0], state: state.rows[0], checkpoints: checkpoints.rows };
  });
}
