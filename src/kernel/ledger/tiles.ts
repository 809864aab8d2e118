import { type Refused, refused } from '../refusal.ts';
import { text } from '../text.ts';
import { type Hash, type NodeReader, nodeHash } from './merkle.ts';

/** Hashes in a full tile, entries in a full bundle: C2SP tlog-tiles, height 8. */
export const TILE_WIDTH = 256;
const HASH_BYTES = 32;

/** A run of `width` hashes at tile level `level`, or of whole entries; `width` 256 is full, less is the growing right edge. */
export type Tile = { level: number | 'entries'; index: number; width: number };

/** Where a tile lives below the log: `tile/0/x001/234`, `tile/1/000.p/17`, `tile/entries/000`. */
export function tilePath({ level, index, width }: Tile): string {
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  const groups = padded.match(/\d{3}/g) as string[];
  const number = groups.map((group, place) => (place < groups.length - 1 ? `x${group}` : group)).join('/');
  return `tile/${level}/${number}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

const PATH = /^tile\/(entries|0|[1-5]?\d|6[0-3])\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/;

/** The tile a path names, or undefined when no tile is spelt that way. */
export function parseTilePath(path: string): Tile | undefined {
  const match = PATH.exec(path);
  if (!match) return undefined;
  const [, level = '', number = '', partial] = match;
  const tile: Tile = {
    level: level === 'entries' ? level : Number(level),
    index: Number(number.replaceAll(/[x/]/g, '')),
    width: partial === undefined ? TILE_WIDTH : Number(partial),
  };
  return tile.width <= TILE_WIDTH && tilePath(tile) === path ? tile : undefined;
}

/** Every tile and bundle that a tree of `size` leaves consists of, growing edges included. */
export function* tilesOf(size: number): Generator<Tile> {
  yield* tilesOfLevel('entries', size);
  for (let level = 0, count = size; count > 0; level++, count = Math.floor(count / TILE_WIDTH)) {
    yield* tilesOfLevel(level, count);
  }
}

function* tilesOfLevel(level: Tile['level'], count: number): Generator<Tile> {
  const full = Math.floor(count / TILE_WIDTH);
  for (let index = 0; index < full; index++) yield { level, index, width: TILE_WIDTH };
  if (count % TILE_WIDTH > 0) yield { level, index: full, width: count % TILE_WIDTH };
}

/** Width of tile `index` at `level` in a tree of `size` leaves; 0 when there is none yet. */
export function widthAt(level: Tile['level'], index: number, size: number): number {
  const count = level === 'entries' ? size : Math.floor(size / TILE_WIDTH ** level);
  return Math.max(0, Math.min(TILE_WIDTH, count - index * TILE_WIDTH));
}

/** The `place`-th hash of a tile's bytes (a view, not a copy). */
export const hashIn = (tile: Uint8Array, place: number): Hash =>
  tile.subarray(place * HASH_BYTES, (place + 1) * HASH_BYTES);

/** Hash of the perfect subtree over `count` (a power of two) hashes of a tile, from place `start`. */
export function subtreeIn(tile: Uint8Array, start: number, count: number): Hash {
  if (count === 1) return hashIn(tile, start);
  const half = count / 2;
  return nodeHash(subtreeIn(tile, start, half), subtreeIn(tile, start + half, half));
}

/** An entry bundle: each entry behind its length as uint16, big end first. Entries hold at most 65,535 bytes. */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  const bundle = Buffer.allocUnsafe(entries.reduce((sum, entry) => sum + 2 + entry.length, 0));
  let at = 0;
  for (const entry of entries) {
    at = bundle.writeUInt16BE(entry.length, at);
    bundle.set(entry, at);
    at += entry.length;
  }
  return bundle;
}

/** The entries of a bundle (views); refuses bytes that end inside an entry, or more than 256 entries. */
export function decodeBundle(bundle: Uint8Array): Uint8Array[] | Refused {
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at < bundle.length) {
    const start = at + 2;
    const end = start + (((bundle[at] ?? 0) << 8) | (bundle[at + 1] ?? 0));
    if (start > bundle.length || end > bundle.length || entries.length === TILE_WIDTH)
      return brokenBundle(entries.length);
    entries.push(bundle.subarray(start, end));
    at = end;
  }
  return entries;
}

const brokenBundle = (after: number): Refused =>
  refused({
    code: 'invalid',
    message: text(`事項集檔在第 ${after} 筆之後損毀。`, `The entry bundle is broken after its entry ${after}.`),
  });

/** Reads one hash tile of the named width; a log may hold a wider one and give its beginning. */
export type TileReader = (tile: Tile & { level: number }) => Promise<Uint8Array>;

/** Reads nodes of the tree of `size` leaves from its tiles, each tile at most once while the reader lives. */
export function nodesFromTiles(size: number, read: TileReader): NodeReader {
  const tiles = new Map<string, Promise<Uint8Array>>();
  return async (treeLevel, treeIndex) => {
    const level = Math.floor(treeLevel / 8);
    const count = 2 ** (treeLevel % 8);
    const index = Math.floor((treeIndex * count) / TILE_WIDTH);
    const tile = { level, index, width: widthAt(level, index, size) };
    const key = tilePath(tile);
    const bytes = tiles.get(key) ?? read(tile);
    tiles.set(key, bytes);
    return subtreeIn(await bytes, (treeIndex * count) % TILE_WIDTH, count);
  };
}
