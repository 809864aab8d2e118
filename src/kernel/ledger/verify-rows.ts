import { isRefused } from '../refusal.ts';
import { text } from '../text.ts';
import { columnsFault, firstChain, type LedgerRow, markFault } from './chain.ts';
import { decodeEntry } from './envelope.ts';
import type { NodeKey } from './mac.ts';
import { leafHash } from './merkle.ts';
import type { Findings } from './report.ts';
import type { SealedEntry } from './verify-tree.ts';

/** Follows the rows of the database beside the sealed entries. */
export type RowFollower = {
  /** Compares the row at the entry's place; called for every position from 0 on. */
  next(sealed: SealedEntry): Promise<void>;
  /** Looks at the rows behind the checkpoint: not sealed yet, they still have to follow one another. */
  finish(size: number): Promise<void>;
};

/** L2 and, with node keys, the marks of L3: reads the rows side by side with the sealed entries, each once. */
export async function followRows(
  source: AsyncIterable<LedgerRow>,
  nodeKeys: readonly NodeKey[] | undefined,
  findings: Findings,
): Promise<RowFollower> {
  const rows = source[Symbol.asyncIterator]();
  const read = async () => {
    const step = await rows.next();
    return step.done ? undefined : step.value;
  };
  const chain = firstChain();
  let row = await read();

  const take = async (position: number, sealed: Uint8Array | undefined) => {
    if (!row) return;
    checkRow(row, position, sealed, findings);
    const mark = nodeKeys && markFault(chain, row, leafHash(row.entry), nodeKeys);
    if (mark) findings.fail('L3', mark, position);
    row = await read();
  };
  const skipStrays = async (position: number) => {
    for (; row && row.pos < position; row = await read()) {
      findings.fail(
        'L2',
        text('資料庫多出一列，或順序錯亂', 'the database has an extra row, or rows out of order'),
        row.pos,
      );
    }
  };
  return {
    async next({ position, entry }) {
      await skipStrays(position);
      if (row?.pos === position) return take(position, entry);
      findings.fail('L2', text('資料庫缺少這一列', 'the database lacks this row'), position);
    },
    async finish(size) {
      for (let position = size; row; position++) {
        await skipStrays(position);
        if (row && row.pos > position) {
          findings.fail('L2', text('未封存的列不連續', 'unsealed rows leave a gap'), position);
          position = row.pos;
        }
        await take(position, undefined);
      }
    },
  };
}

function checkRow(row: LedgerRow, position: number, sealed: Uint8Array | undefined, findings: Findings): void {
  if (sealed && Buffer.compare(row.entry, sealed) !== 0) {
    findings.fail('L2', text('資料庫的內容與封存的不同', 'the database differs from what was sealed'), position);
  }
  const envelope = decodeEntry(row.entry);
  if (isRefused(envelope)) {
    for (const { message } of envelope.refused) findings.fail('L2', message, position);
    return;
  }
  const columns = columnsFault(row, envelope);
  if (columns) findings.fail('L2', columns, position);
}
