import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRefused } from '../refusal.ts';
import { decodeBundle, encodeBundle, parseTilePath, type Tile, tilePath, tilesOf } from './tiles.ts';

test('C2SP tlog-tiles spells index 1234067 in groups of three, partial widths behind .p', () => {
  expect(tilePath({ level: 0, index: 1_234_067, width: 256 })).toBe('tile/0/x001/x234/067');
  expect(tilePath({ level: 2, index: 0, width: 17 })).toBe('tile/2/000.p/17');
  expect(tilePath({ level: 'entries', index: 273, width: 112 })).toBe('tile/entries/273.p/112');
});

test('a path reads back as its tile, and no other spelling does', () => {
  const tiles: fc.Arbitrary<Tile> = fc.record({
    level: fc.oneof(fc.constant('entries' as const), fc.integer({ min: 0, max: 63 })),
    index: fc.nat({ max: 2_000_000_000 }),
    width: fc.integer({ min: 1, max: 256 }),
  });
  fc.assert(
    fc.property(tiles, (tile) => {
      expect(parseTilePath(tilePath(tile))).toEqual(tile);
    }),
  );
  for (const path of [
    'tile/0/0',
    'tile/64/000',
    'tile/0/x000/001',
    'tile/0/000.p/256',
    'tile/0/000.p/0',
    'tile/0/000.p/999',
    'tile/00/000',
  ]) {
    expect(parseTilePath(path)).toBeUndefined();
  }
});

test('C2SP example: a tree of 70,000 has 273+1 tiles at level 0, 1+1 at level 1, one of width 1 at level 2', () => {
  const widths = (level: Tile['level']) =>
    [...tilesOf(70_000)].filter((tile) => tile.level === level).map(({ width }) => width);
  expect(widths(0)).toHaveLength(274);
  expect(widths(0).at(-1)).toBe(112);
  expect(widths('entries')).toEqual(widths(0));
  expect(widths(1)).toEqual([256, 17]);
  expect(widths(2)).toEqual([1]);
  expect([...tilesOf(256)].map(tilePath)).toEqual(['tile/entries/000', 'tile/0/000', 'tile/1/000.p/1']);
});

test('a bundle gives back its entries, and a bundle cut short is refused', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 20 }), (entries) => {
      const bundle = encodeBundle(entries);
      const read = decodeBundle(bundle);
      expect(isRefused(read) ? read : read.map((entry) => [...entry])).toEqual(entries.map((entry) => [...entry]));
      expect(isRefused(decodeBundle(bundle.subarray(0, -1)))).toBe(true);
    }),
  );
});
