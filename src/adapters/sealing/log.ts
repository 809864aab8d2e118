import { takingTurns } from '../../kernel/in-turn.ts';
import { type Checkpoint, parseCheckpoint } from '../../kernel/ledger/checkpoint.ts';
import { type Hash, type NodeReader, sameHash } from '../../kernel/ledger/merkle.ts';
import {
  decodeBundle,
  encodeBundle,
  nodesFromTiles,
  parseTilePath,
  TILE_WIDTH,
  type Tile,
  tilePath,
  widthAt,
} from '../../kernel/ledger/tiles.ts';
import { type FilledTile, readTree, rootOfTree, type TreeState } from '../../kernel/ledger/tree.ts';
import type { LogReader } from '../../kernel/ledger/verify-tree.ts';
import { isRefused, type Refused, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import { clearTemporary, directoryStore, type Store, type StoredFile } from './store.ts';

/** One organisation's log as published files: tiles, entry bundles and the checkpoint (C2SP tlog-tiles). */
export type Log = LogReader & {
  /** Tree under the published checkpoint, empty before the first; refused when the files do not have the root it names. */
  tree(): Promise<{ tree: TreeState; head: Checkpoint | undefined } | Refused>;
  /** Stores changed tiles and the bundles of `entries`, which follow the `from` entries already there. Redone, it writes the same bytes. */
  write(from: number, entries: readonly Uint8Array[], tiles: readonly FilledTile[]): Promise<void>;
  /** Makes a signed checkpoint the published one; an older one changes nothing, one of the same size may add signatures. */
  publish(note: string): Promise<void>;
  /** Removes superseded partial tiles; those of the checkpoint before stay for readers on their way. */
  prune(before: number, size: number): Promise<void>;
  /** Entries [from, to) from the bundles, to refill a database. @throws when a bundle is missing or broken. */
  entries(from: number, to: number): AsyncGenerator<{ position: number; entry: Uint8Array }>;
  /** Reads nodes of the tree of `size` leaves, for proofs. */
  nodes(size: number): NodeReader;
};

/** Opens a log in a directory, which is made on first writing, and sweeps away what a crash may have left. */
export async function openLog(directory: string): Promise<Log> {
  await clearTemporary(directory);
  return openLogIn(directoryStore(directory));
}

/** {@link openLog} over any store. */
export async function openLogIn(store: Store): Promise<Log> {
  await sweep(store);
  return logIn(store);
}

function logIn(store: Store): Log {
  const read = (tile: Tile) => readTile(store, tile);
  const demand = async (tile: Tile) => {
    const bytes = await read(tile);
    if (!bytes) throw lacking(`the log lacks ${tilePath(tile)}`);
    return bytes;
  };
  const checkpoint = () => readCheckpoint(store);
  // Sealer and witnesses publish: looking and writing go together, or the slower one takes the newer checkpoint back.
  const inTurn = takingTurns();
  return {
    read,
    checkpoint,
    tree: async () => publishedTree(await checkpoint(), read),
    async write(from, entries, tiles) {
      const files = tiles.map(({ tile, bytes }): StoredFile => ({ path: tilePath(tile), bytes }));
      await store.write([...(await bundleFiles(from, entries, demand)), ...files]);
    },
    publish: (note) =>
      inTurn(async () => {
        if (sizeOf(await checkpoint()) > sizeOf(note)) return;
        await store.write([{ path: 'checkpoint', bytes: Buffer.from(note) }]);
      }),
    prune: (before, size) => prune(store, before, size),
    entries: (from, to) => readEntries(demand, from, to),
    nodes: (size) => nodesFromTiles(size, demand),
  };
}

const sizeOf = (note: string | undefined): number => {
  if (note === undefined) return -1;
  const head = parseCheckpoint(note);
  return isRefused(head) ? -1 : head.size;
};

/** The file of exactly that width as it is; when superseded, the full one or else the narrowest wider one, cut to the width. */
async function readTile(store: Store, tile: Tile): Promise<Uint8Array | undefined> {
  const exact = await store.read(tilePath(tile));
  if (exact) return exact;
  const wider = (await store.read(tilePath({ ...tile, width: TILE_WIDTH }))) ?? (await readWider(store, tile));
  if (!wider || tile.level !== 'entries') return wider?.subarray(0, tile.width * 32);
  const entries = decodeBundle(wider);
  return isRefused(entries) ? undefined : encodeBundle(entries.slice(0, tile.width));
}

async function readWider(store: Store, tile: Tile): Promise<Uint8Array | undefined> {
  const widths = (await store.list(partialFolder(tile))).map(Number).filter((width) => width > tile.width);
  return widths.length === 0 ? undefined : store.read(tilePath({ ...tile, width: Math.min(...widths) }));
}

const partialFolder = (tile: Tile) => `${tilePath({ ...tile, width: TILE_WIDTH })}.p`;

async function publishedTree(note: string | undefined, read: (tile: Tile) => Promise<Uint8Array | undefined>) {
  if (note === undefined) return { tree: { size: 0, edges: [] }, head: undefined };
  const head = parseCheckpoint(note);
  if (isRefused(head)) return unreadable(head);
  const tree = await readTree(head.size, async (tile) => (await read(tile)) ?? new Uint8Array(tile.width * 32));
  return sameHash(rootOfTree(tree), head.root) ? { tree, head } : damaged(head);
}

/** Published files that are not there or not whole, told apart from every other error by this code. */
export const LACKING = 'LOG_LACKING';
const lacking = (message: string) => Object.assign(new Error(message), { code: LACKING });

const unreadable = ({ refused: [first] }: Refused): Refused =>
  refused({
    code: 'unready',
    message: text(
      `已公開的封存點檔案（checkpoint）損毀或被改寫：${first?.message.zh} 請保全現場，由備份、匯出檔或見證者取回。資料庫驗證無誤時，亦可將 log/ 內該機關的資料夾改名另存後重新啟動，由資料庫重建並與簽章者所記核對。`,
      `The published checkpoint file is damaged or was overwritten: ${first?.message.en} Preserve everything and take it back from a backup, an export or a witness; when the database is sound, rename the organisation's folder in log/ and start again: it is made anew from the database and compared with what the signer remembers.`,
    ),
  });

const damaged = (head: { size: number; root: Hash }): Refused =>
  refused({
    code: 'unready',
    message: text(
      `封存檔的雜湊磚缺少或與其封存點（${head.size} 筆）不符。請保全現場並執行驗證；資料庫驗證無誤時，將 log/ 內該機關的資料夾改名另存後重新啟動，系統由資料庫重建並與簽章者所記核對。`,
      `Tiles are missing, or do not have the root of their checkpoint at ${head.size}. Preserve everything and run verify; when the database is sound, rename the organisation's folder in log/ and start again: it is made anew from the database and compared with what the signer remembers.`,
    ),
  });

/** The bundles that `entries` touch, the first of them completed with what it held before. */
async function bundleFiles(from: number, entries: readonly Uint8Array[], demand: (tile: Tile) => Promise<Uint8Array>) {
  if (entries.length === 0) return [];
  const start = from - (from % TILE_WIDTH);
  const before = from === start ? [] : await bundleEntries(start / TILE_WIDTH, from - start, demand);
  const all = [...before, ...entries];
  return Array.from({ length: Math.ceil(all.length / TILE_WIDTH) }, (_, at): StoredFile => {
    const some = all.slice(at * TILE_WIDTH, (at + 1) * TILE_WIDTH);
    const path = tilePath({ level: 'entries', index: start / TILE_WIDTH + at, width: some.length });
    return { path, bytes: encodeBundle(some) };
  });
}

async function bundleEntries(index: number, width: number, demand: (tile: Tile) => Promise<Uint8Array>) {
  const entries = decodeBundle(await demand({ level: 'entries', index, width }));
  if (isRefused(entries) || entries.length !== width) throw lacking(`entry bundle ${index} of the log is broken`);
  return entries;
}

async function* readEntries(demand: (tile: Tile) => Promise<Uint8Array>, from: number, to: number) {
  for (let index = Math.floor(from / TILE_WIDTH); index * TILE_WIDTH < to; index++) {
    const start = index * TILE_WIDTH;
    const entries = await bundleEntries(index, Math.min(TILE_WIDTH, to - start), demand);
    for (const [place, entry] of entries.entries()) if (start + place >= from) yield { position: start + place, entry };
  }
}

/**
 * Only what is strictly narrower goes, so that a writer that slept through a change of leader removes nothing its successor needs.
 * A tile that became full stands in for all its partial ones; an edge still growing keeps the width published before.
 */
async function prune(store: Store, before: number, size: number): Promise<void> {
  const levels: Tile['level'][] = ['entries'];
  for (let level = 0; TILE_WIDTH ** level <= size; level++) levels.push(level);
  const gone: string[] = [];
  for (const level of levels) {
    const unit = level === 'entries' ? 1 : TILE_WIDTH ** level;
    for (let index = Math.floor(before / unit / TILE_WIDTH); ; index++) {
      const [then, now] = [widthAt(level, index, before), widthAt(level, index, size)];
      if (now === 0) break;
      gone.push(...(await superseded(store, { level, index, width: now === TILE_WIDTH ? now : then || now })));
    }
  }
  await store.remove(gone);
}

async function superseded(store: Store, tile: Tile): Promise<string[]> {
  const widths = (await store.list(partialFolder(tile))).map(Number);
  if (tile.width === TILE_WIDTH) return widths.length > 0 ? [partialFolder(tile)] : [];
  return widths.filter((width) => width < tile.width).map((width) => tilePath({ ...tile, width }));
}

/** Removes every folder of partial tiles whose full tile is there and sealed: a crash before {@link prune} left them. */
async function sweep(store: Store): Promise<void> {
  const size = sizeOf(await readCheckpoint(store));
  const visit = async (folder: string): Promise<void> => {
    const names = new Set(await store.list(folder));
    for (const name of names) {
      if (!name.endsWith('/')) continue;
      const path = `${folder}/${name.slice(0, -1)}`;
      const tile = path.endsWith('.p') ? parseTilePath(path.slice(0, -2)) : undefined;
      if (!tile) await visit(path);
      else if (widthAt(tile.level, tile.index, size) === TILE_WIDTH && names.has(name.slice(0, -3)))
        await store.remove([path]);
    }
  };
  await visit('tile');
}

async function readCheckpoint(store: Store): Promise<string | undefined> {
  const bytes = await store.read('checkpoint');
  return bytes && Buffer.from(bytes).toString('utf8');
}
