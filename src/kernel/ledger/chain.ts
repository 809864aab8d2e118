import { type Text, text } from '../text.ts';
import type { Envelope } from './envelope.ts';
import { FIRST_MAC, macHolds, type NodeKey } from './mac.ts';
import type { Hash } from './merkle.ts';

/** A row of the event table as PostgreSQL gives it. `type` and `at` are compared with the entry when present. */
export type LedgerRow = {
  pos: number;
  stream: string;
  streamVersion: number;
  entry: Uint8Array;
  mac: Uint8Array;
  type?: string;
  at?: string;
};

/** What the next row must continue. Changed in place: a million rows pass through it. */
export type Chain = {
  next: number;
  lastMac: Uint8Array;
  lastAt: string | undefined;
  /** Last version seen per stream. */
  versions: Map<string, number>;
};

export const firstChain = (): Chain => ({ next: 0, lastMac: FIRST_MAC, lastAt: undefined, versions: new Map() });

/** The chain as it stands behind `next` events, to continue from. */
export const chainAt = (next: number, lastMac: Uint8Array, versions: ReadonlyMap<string, number>): Chain => ({
  next,
  lastMac,
  lastAt: undefined,
  versions: new Map(versions),
});

/** Checks the mark of the row and moves on to its mark, right or wrong, so that one forged row is named and not all behind it. */
export function markFault(chain: Chain, row: LedgerRow, leaf: Hash, nodeKeys: readonly NodeKey[]): Text | undefined {
  const holds = macHolds(nodeKeys, leaf, chain.lastMac, row.mac);
  chain.lastMac = row.mac;
  return holds
    ? undefined
    : text(
        '鑑別碼不符：此列不是由指令主機寫入，或順序遭更動',
        'its mark does not hold: no command server wrote this row here',
      );
}

/** Checks that the stream goes on by one, and that the recorded moment does not run backwards. */
export function orderFault(chain: Chain, envelope: Envelope): Text | undefined {
  const { stream, streamVersion, at } = envelope;
  const expected = (chain.versions.get(stream) ?? 0) + 1;
  const last = chain.lastAt;
  chain.versions.set(stream, streamVersion);
  chain.lastAt = last !== undefined && last > at ? last : at;
  if (streamVersion !== expected) {
    return text(
      `${stream} 的版次應為 ${expected}，實為 ${streamVersion}`,
      `version of ${stream} should be ${expected} and is ${streamVersion}`,
    );
  }
  if (last !== undefined && at < last)
    return text(`登錄時間倒退（${at}）`, `its recorded moment runs backwards (${at})`);
  return undefined;
}

/** Checks that the columns one may search by say what the entry says. */
export function columnsFault(row: LedgerRow, envelope: Envelope): Text | undefined {
  const wrong =
    row.stream !== envelope.stream
      ? 'stream'
      : row.streamVersion !== envelope.streamVersion
        ? 'stream_version'
        : row.type !== undefined && row.type !== envelope.type
          ? 'type'
          : row.at !== undefined && row.at !== envelope.at
            ? 'recorded_at'
            : undefined;
  return wrong && text(`欄位 ${wrong} 與事項內容不符`, `column ${wrong} differs from the entry`);
}
