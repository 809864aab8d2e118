import type { Envelope } from '../kernel/ledger/envelope.ts';
import { type Text, text } from '../kernel/text.ts';

/**
 * What was destroyed or erased was ordered before and not on legal hold, by the ledger alone: a hold taken out of its table for a moment,
 * or an order slipped into one, is found. @param requesterOf whose record it is.
 */
export function destroying(requesterOf: (record: string) => string | undefined): (envelope: Envelope) => Text[] {
  const held = new Set<string>();
  const ordered = new Set<string>();
  return ({ type, stream, data }) => {
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
        return [...(ordered.has(stream) ? [] : [unordered]), ...(held.has(String(data.record)) ? [onHold] : [])];
      case 'erasure.done':
        return ordered.has(stream) ? [] : [unordered];
      default:
        return [];
    }
  };
}

const onHold = text('銷毀或刪除當時，紀錄仍在保全中', 'it was destroyed or erased while on legal hold');
const unordered = text('銷毀或刪除並無此前的核准', 'it was destroyed or erased without an order before it');
