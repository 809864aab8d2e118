import { type Chain, chainAt, columnsFault, type LedgerRow, markFault, orderFault } from '../../kernel/ledger/chain.ts';
import type { Checkpoint } from '../../kernel/ledger/checkpoint.ts';
import { decodeEntry } from '../../kernel/ledger/envelope.ts';
import { FIRST_MAC, type NodeKey } from '../../kernel/ledger/mac.ts';
import { consistencyProof, type Hash, leafHash, sameHash } from '../../kernel/ledger/merkle.ts';
import { appendLeaves, rootOfTree, type TreeState } from '../../kernel/ledger/tree.ts';
import { isRefused, type Refused } from '../../kernel/refusal.ts';
import { type Text, text } from '../../kernel/text.ts';
import type { Acknowledged } from './acknowledged.ts';
import type { Log } from './log.ts';
import type { LogSigner } from './signer.ts';

/** The row `log_state` of one organisation. */
export type LogState = { size: number; root: Hash; epoch: number };

/** Everything sealing needs of one organisation; the PostgreSQL side supplies the functions. */
export type SealSource = {
  organisation: string;
  /** `host/log/<organisation>/<epoch>`, see `logOrigin`. */
  origin: string;
  state(): Promise<LogState>;
  /**
   * Rows [from, to) by ascending position out of one snapshot of the primary. May stop early to save memory, though not before
   * two rows when there are two, and never leaves holes of its own making.
   */
  readEntries(from: number, to: number): Promise<LedgerRow[]>;
  /** Last version of each of the streams before a position; a stream that did not exist is absent. */
  versionsBefore(position: number, streams: string[]): Promise<ReadonlyMap<string, number>>;
  /** Replaces `log_state` where epoch, size and root are still the previous ones, committed durably (synchronous_commit on). */
  compareAndSwap(previous: LogState, next: LogState): Promise<boolean>;
  nodeKeys: readonly NodeKey[];
  signer: LogSigner;
  log: Log;
  /**
   * Events command servers acknowledged, reported outside PostgreSQL and asked **before** rows are read: they show a tail
   * that was deleted or replaced before it was sealed.
   */
  acknowledged?(): Promise<readonly Acknowledged[]>;
};

export type SealOutcome =
  | { outcome: 'sealed'; checkpoint: Checkpoint; note: string; added: number }
  | { outcome: 'idle' }
  /** Another sealer was faster, or leads now. */
  | { outcome: 'lost' }
  /** Something is not as command servers left it: nothing more is sealed until a person has looked. */
  | { outcome: 'halted'; message: Text; position?: number };

/** A seal whose files are written and whose swap is still to be made; {@link publish} goes on after a successful swap. */
export type PreparedSeal = {
  outcome: 'prepared';
  previous: LogState;
  next: LogState;
  /** False when a crash came after the swap and only signing is left. */
  swaps: boolean;
  publish(): Promise<SealOutcome>;
};

/** Most events one seal takes; the next seal takes the rest. */
export const MOST_PER_SEAL = 8192;

/**
 * Seals what is new: checks the rows, writes bundles and tiles, swaps `log_state`, has the checkpoint signed, publishes it.
 * Whatever step a crash cuts off, calling it again continues to the same bytes. Errors of I/O are thrown.
 */
export async function sealOnce(source: SealSource): Promise<SealOutcome> {
  const prepared = await prepareSeal(source);
  if (prepared.outcome !== 'prepared') return prepared;
  if (prepared.swaps && !(await source.compareAndSwap(prepared.previous, prepared.next))) return { outcome: 'lost' };
  return prepared.publish();
}

/** The part before the swap, so that the swaps of many organisations can share a statement. */
export async function prepareSeal(source: SealSource): Promise<PreparedSeal | SealOutcome> {
  const published = await source.log.tree();
  if (isRefused(published)) return haltedBy(published);
  const { tree } = published;
  const acknowledged = (await source.acknowledged?.()) ?? [];
  const state = await source.state();
  if (state.size < tree.size) return halted(BEHIND, state.size);
  const rows = await readNews(source, tree.size, state.size);
  const checked = await checkNews(source, tree, rows, acknowledged);
  if ('outcome' in checked) return checked;

  const { good, leaves, fault } = checked;
  const known = appendLeaves(tree, leaves.slice(0, state.size - tree.size)).state;
  if (known.size < state.size) return fault ?? halted(BEHIND, known.size);
  if (!sameHash(rootOfTree(known), state.root)) return halted(FORKED, tree.size);
  if (good.length === 0) return fault ?? { outcome: 'idle' };

  const { state: grown, tiles } = appendLeaves(tree, leaves);
  const entries = good.map(({ entry }) => entry);
  await source.log.write(tree.size, entries, tiles);
  const next = { size: grown.size, root: rootOfTree(grown), epoch: state.epoch };
  return {
    outcome: 'prepared',
    previous: state,
    next,
    swaps: next.size > state.size,
    publish: () => signAndPublish(source, tree.size, next),
  };
}

/** The row before the news (whose mark the news continue) and the news, at least up to what `log_state` already counts. */
async function readNews({ readEntries }: SealSource, from: number, until: number): Promise<LedgerRow[]> {
  const to = Math.max(until, from + MOST_PER_SEAL);
  const rows = await readEntries(Math.max(0, from - 1), to);
  for (let last = rows.at(-1); last && last.pos + 1 < until; last = rows.at(-1)) {
    const more = await readEntries(last.pos + 1, until);
    if (more.length === 0) break;
    rows.push(...more);
  }
  return rows;
}

/** The rows that may be sealed, and what stops behind them. A good beginning is sealed even when something bad follows it. */
async function checkNews(
  source: SealSource,
  tree: TreeState,
  rows: LedgerRow[],
  acknowledged: readonly Acknowledged[],
): Promise<{ good: LedgerRow[]; leaves: Hash[]; fault: SealOutcome | undefined } | SealOutcome> {
  const before = tree.size === 0 ? undefined : rows.shift();
  if (tree.size > 0 && before?.pos !== tree.size - 1) return halted(BEHIND, tree.size - 1);
  const streams = [...new Set(rows.map(({ stream }) => stream))];
  const chain = chainAt(tree.size, before?.mac ?? FIRST_MAC, await source.versionsBefore(tree.size, streams));
  const leaves: Hash[] = [];
  const answeredFor = new Map(acknowledged.map(({ pos, mac }) => [pos, mac]));
  for (const row of rows) {
    const leaf = leafHash(row.entry);
    const fault = rowFault(source, chain, row, leaf, answeredFor.get(row.pos));
    if (fault) return { good: rows.slice(0, leaves.length), leaves, fault: halted(fault, chain.next) };
    leaves.push(leaf);
    chain.next += 1;
  }
  return { good: rows, leaves, fault: await tailFault(source, acknowledged, chain.next) };
}

function rowFault(
  { organisation, nodeKeys }: SealSource,
  chain: Chain,
  row: LedgerRow,
  leaf: Hash,
  acknowledged: Uint8Array | undefined,
): Text | undefined {
  if (row.pos !== chain.next) return text('事項位置不連續', 'positions leave a gap or repeat');
  const mark = markFault(chain, row, leaf, nodeKeys);
  if (mark) return mark;
  const envelope = decodeEntry(row.entry);
  if (isRefused(envelope)) return envelope.refused[0]?.message;
  if (envelope.organisation !== organisation)
    return text('事項屬於另一機關', 'the event belongs to another organisation');
  if (acknowledged && !sameHash(acknowledged, row.mac)) return REPLACED;
  return columnsFault(row, envelope) ?? orderFault(chain, envelope);
}

/** What was acknowledged behind the rows just read has to be in the table still. */
async function tailFault(
  { readEntries }: SealSource,
  acknowledged: readonly Acknowledged[],
  next: number,
): Promise<SealOutcome | undefined> {
  const last = acknowledged.reduce<Acknowledged | undefined>(
    (newest, one) => (one.pos >= next && one.pos > (newest?.pos ?? -1) ? one : newest),
    undefined,
  );
  if (!last) return undefined;
  const row = (await readEntries(last.pos, last.pos + 1)).find(({ pos }) => pos === last.pos);
  return row && sameHash(row.mac, last.mac) ? undefined : halted(REPLACED, next);
}

async function signAndPublish(source: SealSource, before: number, next: LogState): Promise<SealOutcome> {
  const { origin, signer, log } = source;
  const checkpoint = { origin, size: next.size, root: next.root };
  const last = await signer.last(origin);
  const proof =
    last && last.size <= next.size ? await consistencyProof(last.size, next.size, log.nodes(next.size)) : [];
  const note = await signer.sign(checkpoint, proof);
  // Slept while another sealer went on: no alarm. A signer ahead of `log_state` itself is one.
  if (isRefused(note)) return (await source.state()).size > next.size ? { outcome: 'lost' } : haltedBy(note);
  await log.publish(note);
  await log.prune(before, next.size);
  return { outcome: 'sealed', checkpoint, note, added: next.size - before };
}

const halted = (message: Text, position: number): SealOutcome => ({ outcome: 'halted', message, position });
const haltedBy = ({ refused: [first] }: Refused): SealOutcome => ({
  outcome: 'halted',
  message: first?.message ?? FORKED,
});

const BEHIND = text(
  '資料庫少於已封存的軌跡，可能由舊備份還原；請改為唯讀並由封存檔重放。',
  'The database holds less than was sealed, perhaps restored from an older backup; go read-only and replay from the log.',
);
const FORKED = text(
  '資料庫與封存檔在同一筆數的根不同；請停止並保全現場。',
  'Database and log have different roots at the same size; stop and preserve everything.',
);
const REPLACED = text(
  '已回覆使用者的事項在資料庫中消失或被換掉。',
  'An event that was acknowledged is gone from the database, or was replaced.',
);
