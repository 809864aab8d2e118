import type { Json } from '../kernel/ledger/canonical.ts';
import type { LedgerRow } from '../kernel/ledger/chain.ts';
import { decodeEntry } from '../kernel/ledger/envelope.ts';
import { isPersonal } from '../kernel/ledger/personal.ts';
import type { Finding } from '../kernel/ledger/report.ts';
import { isRefused } from '../kernel/refusal.ts';
import { text } from '../kernel/text.ts';

const MOST = 100;

/**
 * L4: every file an entry speaks of is stored and still hashes to its name. A file refused at the door or never stored
 * cannot be spoken of, so one that is missing was taken away, unless a disposal on record destroyed it. Ends with one line for the level.
 */
export async function checkFiles(
  rows: AsyncIterable<LedgerRow>,
  look: (sha256: string) => Promise<'kept' | 'missing' | 'altered'>,
): Promise<Finding[]> {
  const first = new Map<string, number>();
  const destroyed = new Set<string>();
  for await (const { pos, entry } of rows) {
    const envelope = decodeEntry(entry);
    if (isRefused(envelope)) continue; // told by L2
    if (envelope.type === 'disposal.destroyed')
      for (const sha256 of envelope.data.files as string[]) destroyed.add(sha256);
    for (const sha256 of filesIn(envelope.data)) if (!first.has(sha256)) first.set(sha256, pos);
  }
  const failures: Finding[] = [];
  for (const [sha256, position] of first) {
    const state = await look(sha256);
    if (state === 'kept' || (state === 'missing' && destroyed.has(sha256))) continue;
    const message =
      state === 'missing'
        ? text(`附件 ${sha256} 不存在`, `file ${sha256} is missing`)
        : text(`附件 ${sha256} 內容已變`, `file ${sha256} was altered`);
    failures.push({ level: 'L4', ok: false, position, message });
  }
  const message =
    failures.length === 0
      ? text(`${first.size} 個附件齊全且內容相符`, `${first.size} files are complete and unaltered`)
      : text(`${failures.length} 項不符`, `${failures.length} failures`);
  return [...failures.slice(0, MOST), { level: 'L4', ok: failures.length === 0, message }];
}

/** Files stand in values as `{id, name, sha256, …}`; an import names its report the same way. */
function filesIn(value: Json): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(filesIn);
  const { sha256, name } = value;
  const own =
    (typeof name === 'string' || isPersonal(name)) && typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256)
      ? [sha256]
      : [];
  return [...own, ...Object.values(value).flatMap(filesIn)];
}
