import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutRows } from './rows.ts';

const pieces = async (copy: Buffer, chunkBytes: number) => {
  const stream = async function* () {
    for (let at = 0; at < copy.length; at += chunkBytes) yield copy.subarray(at, at + chunkBytes);
  };
  const cut: { bytes: Buffer; rows: number }[] = [];
  for await (const piece of cutRows(stream())) cut.push(piece);
  return cut;
};
const rows = (count: number, width = 200) =>
  Array.from({ length: count }, (_, n) => `${String(n).padStart(8, '0')}\t${'列'.repeat(width / 3)}\n`);

describe('rows cut into pieces', () => {
  test('nothing is lost or moved, however the stream arrives', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ maxLength: 40 }), { maxLength: 50 }),
        fc.integer({ min: 1, max: 97 }),
        async (lines, size) => {
          const copy = Buffer.from(lines.map((line) => `${line.replaceAll('\n', '\\n')}\n`).join(''));
          const cut = await pieces(copy, size);
          expect(Buffer.concat(cut.map(({ bytes }) => bytes)).equals(copy)).toBe(true);
          expect(cut.reduce((sum, { rows: count }) => sum + count, 0)).toBe(lines.length);
        },
      ),
    );
  });

  test('a row added in the middle changes one piece or two, not those behind it', async () => {
    const before = rows(20_000);
    const after = before.toSpliced(9_000, 0, 'a row that was not there\n');
    const names = async (all: string[]) =>
      (await pieces(Buffer.from(all.join('')), 60_000)).map(({ bytes }) => bytes.toString('base64'));
    const [old, now] = [new Set(await names(before)), await names(after)];
    expect(now.length).toBeGreaterThan(20);
    expect(now.filter((piece) => !old.has(piece)).length).toBeLessThanOrEqual(2);
  });

  test('a copy that ends in the middle of a row is an error, never a shorter table', async () => {
    await expect(pieces(Buffer.from('whole\nhalf'), 4)).rejects.toThrow('middle of a row');
  });
});
