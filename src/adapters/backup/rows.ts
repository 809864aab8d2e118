import { crc32 } from 'node:zlib';

const LEAST_BYTES = 64 * 1024;
const MOST_BYTES = 4 * 1024 * 1024;
/** One row in so many ends a piece. */
const ONE_IN = 256;

const NEWLINE = 0x0a;

/**
 * Cuts what COPY writes (one row a line, line ends inside values escaped) into pieces that end at rows chosen by their own
 * content: where a row was added or changed, only the pieces around it differ from those of the last backup.
 */
export async function* cutRows(copy: AsyncIterable<Uint8Array>): AsyncGenerator<{ bytes: Buffer; rows: number }> {
  let pending: Buffer[] = [];
  let [size, rows] = [0, 0];
  let rest: Buffer = Buffer.alloc(0);
  const taken = () => {
    const piece = { bytes: Buffer.concat(pending, size), rows };
    pending = [];
    size = 0;
    rows = 0;
    return piece;
  };
  for await (const chunk of copy) {
    const all = rest.length > 0 ? Buffer.concat([rest, chunk]) : Buffer.from(chunk);
    let [begun, at] = [0, 0];
    for (let end = all.indexOf(NEWLINE); end >= 0; end = all.indexOf(NEWLINE, at)) {
      const row = all.subarray(at, end + 1);
      at = end + 1;
      rows++;
      if (!endsPiece(row, size + at - begun)) continue;
      const part = all.subarray(begun, at);
      pending.push(part);
      size += part.length;
      begun = at;
      yield taken();
    }
    const part = all.subarray(begun, at);
    pending.push(part);
    size += part.length;
    rest = all.subarray(at);
  }
  if (rest.length > 0) throw new Error('the copy of a table ended in the middle of a row');
  if (rows > 0) yield taken();
}

const endsPiece = (row: Uint8Array, size: number): boolean =>
  size >= MOST_BYTES || (size >= LEAST_BYTES && crc32(row) % ONE_IN === 0);
