/** An entry of the ledger holds at most 64 KiB; long lists go in several events, in order. */
const MOST_BYTES = 40_000;

/** Cuts a list where its JSON would grow too long for one event; every part has at least one item. */
export function chunks<Item>(items: Item[]): Item[][] {
  const parts: Item[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const bytes = Buffer.byteLength(JSON.stringify(item)) + 1;
    if (size + bytes > MOST_BYTES) {
      parts.push([]);
      size = 0;
    }
    parts.at(-1)!.push(item);
    size += bytes;
  }
  return parts;
}
