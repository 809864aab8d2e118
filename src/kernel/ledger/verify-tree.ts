import { isRefused } from '../refusal.ts';
import { text } from '../text.ts';
import { type Hash, leafHash, sameHash } from './merkle.ts';
import type { Findings } from './report.ts';
import { decodeBundle, hashIn, TILE_WIDTH, type Tile, widthAt } from './tiles.ts';
import { appendLeaves, EMPTY_TREE, edgeTiles, type FilledTile, rootOfTree, type TreeState } from './tree.ts';

/** The published files of a log. `read` gives a tile or bundle of just the asked width, or undefined when there is none. */
export type LogReader = {
  checkpoint(): Promise<string | undefined>;
  read(tile: Tile): Promise<Uint8Array | undefined>;
};

/** An entry with its place; `entry` is undefined when its bundle cannot be read. */
export type SealedEntry = { position: number; entry: Uint8Array | undefined };

const READ_AHEAD = 16;

/**
 * L1: rebuilds the tree from the entry bundles and compares every tile and the root. Hands out the entries on the way, 256 at a time.
 * Where an entry and its hash in the tile disagree, the position is reported and the tile's hash is used, so that one bad entry
 * does not hide a second one; if the tile is the bad one, the root tells.
 */
export async function* verifyTree(
  log: LogReader,
  sealed: { size: number; root: Hash },
  findings: Findings,
  earlier: readonly { size: number; root: Hash; name: string }[] = [],
): AsyncGenerator<SealedEntry[]> {
  const before = [...earlier].sort((a, b) => a.size - b.size);
  let tree: TreeState = EMPTY_TREE;
  for await (const { index, width, bundle, tile } of bundles(log, sealed.size)) {
    const entries = readBundle(bundle, index, width, findings);
    const leaves = leavesOf(entries, tile, index, width, findings);
    if (!leaves) return;
    compareEarlier(before, tree, leaves, findings);
    const grown = appendLeaves(tree, leaves);
    tree = grown.state;
    await compareTiles(
      log,
      grown.tiles.filter(({ tile: { level, width: wide } }) => level > 0 && wide === TILE_WIDTH),
      findings,
    );
    yield Array.from({ length: width }, (_, place) => ({
      position: index * TILE_WIDTH + place,
      entry: entries?.[place],
    }));
  }
  await compareTiles(
    log,
    edgeTiles(tree).filter(({ tile: { level } }) => level > 0),
    findings,
  );
  for (const { name, size } of before)
    findings.fail('L1', text(`${name} 的筆數（${size}）多於軌跡`, `${name} has more entries (${size}) than the log`));
  if (!sameHash(rootOfTree(tree), sealed.root)) {
    findings.fail('L1', text('重建的根與封存點不同', 'the rebuilt root is not the one sealed'));
  }
}

/** Compares the root at the size of every earlier checkpoint these leaves reach; those compared are taken off (in place). */
function compareEarlier(
  earlier: { size: number; root: Hash; name: string }[],
  tree: TreeState,
  leaves: readonly Hash[],
  findings: Findings,
): void {
  for (let one = earlier[0]; one && one.size <= tree.size + leaves.length; one = earlier[0]) {
    earlier.shift();
    const then = appendLeaves(tree, leaves.slice(0, one.size - tree.size)).state;
    if (sameHash(rootOfTree(then), one.root)) continue;
    const message = text(
      `先前的封存點 ${one.name}（${one.size} 筆）不是這份軌跡的開頭：歷史遭改寫`,
      `the earlier checkpoint ${one.name} at ${one.size} is not the beginning of this log: history was rewritten`,
    );
    findings.fail('L1', message);
  }
}

type Bundle = { index: number; width: number; bundle: Uint8Array | undefined; tile: Uint8Array | undefined };

async function* bundles(log: LogReader, size: number): AsyncGenerator<Bundle> {
  const count = Math.ceil(size / TILE_WIDTH);
  const fetch = async (index: number): Promise<Bundle> => {
    const width = widthAt(0, index, size);
    const [bundle, tile] = await Promise.all([
      log.read({ level: 'entries', index, width }),
      log.read({ level: 0, index, width }),
    ]);
    return { index, width, bundle, tile };
  };
  const coming: Promise<Bundle>[] = [];
  for (let index = 0; index < count; index++) {
    while (coming.length < READ_AHEAD && index + coming.length < count) {
      const next = fetch(index + coming.length);
      next.catch(() => undefined); // it is thrown where it is awaited, not while still waiting its turn
      coming.push(next);
    }
    yield await (coming.shift() as Promise<Bundle>);
  }
}

function readBundle(
  bundle: Uint8Array | undefined,
  index: number,
  width: number,
  findings: Findings,
): Uint8Array[] | undefined {
  const start = index * TILE_WIDTH;
  if (!bundle) {
    findings.fail('L1', text('缺少事項集檔', 'an entry bundle is missing'), start);
    return undefined;
  }
  const entries = decodeBundle(bundle);
  if (isRefused(entries)) {
    for (const { message } of entries.refused) findings.fail('L1', message, start);
    return undefined;
  }
  if (entries.length !== width) {
    const position = start + Math.min(entries.length, width);
    findings.fail('L1', text('事項集檔的筆數不符', 'an entry bundle holds too few or too many entries'), position);
  }
  return entries.slice(0, width);
}

/** Leaf hashes to build the tree from, or undefined when neither entries nor tile give them all. */
function leavesOf(
  entries: Uint8Array[] | undefined,
  tile: Uint8Array | undefined,
  index: number,
  width: number,
  findings: Findings,
): Hash[] | undefined {
  const start = index * TILE_WIDTH;
  const whole = tile?.length === width * 32 ? tile : undefined;
  if (!whole)
    findings.fail('L1', text('雜湊磚缺少或長度不符', 'a hash tile is missing or not as long as it should be'), start);
  const hashed = entries?.map(leafHash) ?? [];
  if (!whole) return hashed.length === width ? hashed : undefined;
  for (const [place, leaf] of hashed.entries()) {
    if (sameHash(leaf, hashIn(whole, place))) continue;
    findings.fail('L1', text('事項內容與其雜湊不符', 'the entry does not match its hash'), start + place);
  }
  return Array.from({ length: width }, (_, place) => hashIn(whole, place));
}

async function compareTiles(log: LogReader, tiles: FilledTile[], findings: Findings): Promise<void> {
  for (const { tile, bytes } of tiles) {
    const stored = await log.read(tile);
    const place = stored ? firstDifference(stored, bytes) : 0;
    if (place === undefined) continue;
    const position = (tile.index * TILE_WIDTH + place) * TILE_WIDTH ** tile.level;
    findings.fail(
      'L1',
      text('上層雜湊磚與其下的事項不符', 'an upper hash tile does not match the entries below it'),
      position,
    );
  }
}

/** Place of the first hash that differs, is missing or is too many. */
function firstDifference(stored: Uint8Array, expected: Uint8Array): number | undefined {
  for (let place = 0; place * 32 < Math.max(stored.length, expected.length); place++) {
    if (!sameHash(hashIn(stored, place), hashIn(expected, place))) return place;
  }
  return undefined;
}
