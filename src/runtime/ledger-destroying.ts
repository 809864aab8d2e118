import type { Envelope } from '../kernel/ledger/envelope.ts';
import { type Text, text } from '../kernel/text.ts';

/**
 * What was destroyed or erased was ordered before and not on legal hold, by the ledger alone: a hold taken out of its table for a moment,
 * or an order slipped into one, is found. @param requesterOf whose record it is.
 */
export function destroying(requesterOf: (record: string) => string | undefined): (envelope: Envelope) => Text[] {
  const held = new Set<string>();
  const ordered = new Set<string>();
  /** Per disposal, the records it listed last. */
  const listed = new Map<string, Set<string>>();
  return ({ type, stream, data }) => {
    if (type.startsWith('record.') && data.type === DISPOSAL) learnList(listed, stream, data);
    switch (type) {
      case 'hold.placed':
        held.add(String(data.record));
        return [];
      case 'hold.lifted':
        held.delete(String(data.record));
        return [];
      case 'erasure.ordered': {
        ordered.add(stream);
        const touched =
          data.kind === 'record'
            ? held.has(String(data.id))
            : [...held].some((record) => requesterOf(record) === data.id);
        return touched ? [onHold] : [];
      }
      case 'disposal.ordered':
        ordered.add(stream);
        return [];
      case 'disposal.destroyed':
        return [
          ...(ordered.has(stream) ? [] : [unordered]),
          ...(held.has(String(data.record)) ? [onHold] : []),
          ...(listed.get(String(data.disposal))?.has(String(data.record)) ? [] : [unlisted]),
        ];
      case 'erasure.done':
        return ordered.has(stream) ? [] : [unordered];
      default:
        return [];
    }
  };
}

const DISPOSAL = 'disposal';

/** A disposal's table of records stands whole in whatever event changes it. */
function learnList(listed: Map<string, Set<string>>, disposal: string, { values }: Envelope['data']): void {
  const rows = (values as { items?: unknown } | undefined)?.items;
  if (Array.isArray(rows))
    listed.set(disposal, new Set(rows.map((row) => String((row as { record?: unknown }).record))));
}

const unlisted = text('銷毀的紀錄不在其銷毀案所列之中', 'a record was destroyed that its disposal did not list');
const onHold = text('銷毀或刪除當時，紀錄仍在保全中', 'it was destroyed or erased while on legal hold');
const unordered = text('銷毀或刪除並無此前的核准', 'it was destroyed or erased without an order before it');
