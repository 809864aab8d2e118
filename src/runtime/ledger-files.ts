import type { Json } from '../kernel/ledger/canonical.ts';
import type { LedgerRow } from '../kernel/ledger/chain.ts';
import { decodeEntry } from '../kernel/ledger/envelope.ts';
import { isPersonal } from '../kernel/ledger/personal.ts';
import type { Finding } from '../kernel/ledger/report.ts';
import { isRefused } from '../kernel/refusal.ts';
import { text } from '../kernel/text.ts';

const MOST = 100;

/**
 * L4: every file an entry speaks of is stored and still hashes to its name. A file refused at the door or never stored cannot be spoken of,
 * so one that is missing was taken away, unless all that speaks of it was destroyed by a disposal on record or erased by order: a content
 * slipped among those of a case that is destroyed is still missed where it belongs.
 * Ends with one line for the level.
 */
export async function checkFiles(
  rows: AsyncIterable<LedgerRow>,
  look: (sha256: string) => Promise<'kept' | 'missing' | 'altered'>,
): Promise<Finding[]> {
  const spoken = new Map<string, Mention[]>();
  const gone = new Set<string>();
  for await (const { pos, entry } of rows) {
    const envelope = decodeEntry(entry);
    if (isRefused(envelope)) continue; // told by L2
    const { type, data } = envelope;
    if (type === 'disposal.destroyed') gone.add(`stream ${data.record}`);
    if (type === 'erasure.ordered') gone.add(`${data.kind} ${data.id}`);
    for (const { sha256, under } of filesIn(data)) {
      const mention = { pos, under: [...under, `stream ${envelope.stream}`] };
      spoken.set(sha256, [...(spoken.get(sha256) ?? []), mention]);
    }
  }
  const failures: Finding[] = [];
  for (const [sha256, mentions] of spoken) {
    const state = await look(sha256);
    const left = mentions.find(({ under }) => !under.some((key) => gone.has(key)));
    if (state === 'kept' || (state === 'missing' && !left)) continue;
    const message =
      state === 'missing'
        ? text(`附件 ${sha256} 不存在`, `file ${sha256} is missing`)
        : text(`附件 ${sha256} 內容已變`, `file ${sha256} was altered`);
    failures.push({ level: 'L4', ok: false, position: (left ?? mentions[0]!).pos, message });
  }
  const message =
    failures.length === 0
      ? text(`${spoken.size} 個附件齊全且內容相符`, `${spoken.size} files are complete and unaltered`)
      : text(`${failures.length} 項不符`, `${failures.length} failures`);
  return [...failures.slice(0, MOST), { level: 'L4', ok: failures.length === 0, message }];
}

/** Where a file is spoken of; `under`: the stream, and the person and record by whose keys its name is hidden. */
type Mention = { pos: number; under: string[] };

/** Files stand in values as `{id, name, sha256, …}`, the name personal or not; an import names its report the same way. */
function filesIn(value: Json): { sha256: string; under: string[] }[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(filesIn);
  const { sha256, name } = value;
  const isFile = typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256);
  const under = isPersonal(name) ? [`subject ${name.subject}`, `record ${name.record}`] : [];
  const own = isFile && (typeof name === 'string' || isPersonal(name)) ? [{ sha256, under }] : [];
  return [...own, ...Object.values(value).flatMap(filesIn)];
}
