import { EMPTY_ROOT, type Hash, nodeHash } from './merkle.ts';
import { hashIn, subtreeIn, TILE_WIDTH, type Tile, type TileReader } from './tiles.ts';

/**
 * The growing right edge of a tree, all that is needed to append and to know the root:
 * per tile level the bytes of the tile that is not full yet (0 to 255 hashes). About 8 KB per level, 3 levels at a million leaves.
 */
export type TreeState = { size: number; edges: readonly Uint8Array[] };

/** A hash tile with its bytes, ready to be stored. */
export type FilledTile = { tile: Tile & { level: number }; bytes: Uint8Array };

export const EMPTY_TREE: TreeState = { size: 0, edges: [] };

/** Appends leaf hashes; returns the new state and every tile that changed: the ones now full and the new partial edges. */
export function appendLeaves(state: TreeState, leaves: readonly Hash[]): { state: TreeState; tiles: FilledTile[] } {
  if (leaves.length === 0) return { state, tiles: [] };
  const full: FilledTile[] = [];
  const edges: Uint8Array[] = [];
  let counted = state.size;
  let arriving = leaves;
  for (let level = 0; arriving.length > 0; level++) {
    const grown = growLevel(level, counted, state.edges[level], arriving);
    full.push(...grown.full);
    edges.push(grown.edge);
    counted = Math.floor(counted / TILE_WIDTH);
    arriving = grown.roots;
  }
  const touched = edges.length;
  edges.push(...state.edges.slice(touched));
  const grown = { size: state.size + leaves.length, edges };
  return { state: grown, tiles: [...full, ...edgeTiles(grown).filter(({ tile }) => tile.level < touched)] };
}

function growLevel(level: number, counted: number, edge: Uint8Array | undefined, arriving: readonly Hash[]) {
  const bytes = Buffer.concat([edge ?? new Uint8Array(0), ...arriving]);
  const full: FilledTile[] = [];
  const roots: Hash[] = [];
  let index = Math.floor(counted / TILE_WIDTH);
  let at = 0;
  for (; bytes.length - at >= TILE_BYTES; at += TILE_BYTES, index++) {
    const tile = bytes.subarray(at, at + TILE_BYTES);
    full.push({ tile: { level, index, width: TILE_WIDTH }, bytes: tile });
    roots.push(subtreeIn(tile, 0, TILE_WIDTH));
  }
  return { full, roots, edge: new Uint8Array(bytes.subarray(at)) };
}

const TILE_BYTES = TILE_WIDTH * 32;

/** The partial tiles of the tree as it stands, lowest level first. */
export function edgeTiles(state: TreeState): FilledTile[] {
  return state.edges.flatMap((bytes, level) => {
    const width = bytes.length / 32;
    const index = Math.floor(state.size / TILE_WIDTH ** (level + 1));
    return width === 0 ? [] : [{ tile: { level, index, width }, bytes }];
  });
}

/** RFC 6962 root of the tree. */
export function rootOfTree(state: TreeState): Hash {
  let root: Hash | undefined;
  for (const edge of state.edges) {
    for (const subtree of perfectSubtrees(edge).reverse()) root = root ? nodeHash(subtree, root) : subtree;
  }
  return root ?? EMPTY_ROOT;
}

/** A partial tile as subtrees with a power of two leaves each, largest first. */
function perfectSubtrees(edge: Uint8Array): Hash[] {
  const width = edge.length / 32;
  const subtrees: Hash[] = [];
  let start = 0;
  for (let count = TILE_WIDTH / 2; count >= 1; count /= 2) {
    if ((width & count) === 0) continue;
    subtrees.push(count === 1 ? hashIn(edge, start) : subtreeIn(edge, start, count));
    start += count;
  }
  return subtrees;
}

/** The state of a tree of `size` leaves, from its stored edge tiles: three or four small reads. */
export async function readTree(size: number, read: TileReader): Promise<TreeState> {
  const edges: Uint8Array[] = [];
  for (let level = 0, count = size; count > 0; level++, count = Math.floor(count / TILE_WIDTH)) {
    const width = count % TILE_WIDTH;
    const tile = { level, index: Math.floor(count / TILE_WIDTH), width };
    edges.push(width === 0 ? new Uint8Array(0) : await read(tile));
  }
  return { size, edges };
}
