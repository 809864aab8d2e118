import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';

/** Files by path below one directory. What {@link write} has returned survives a power cut. */
export type Store = {
  read(path: string): Promise<Uint8Array | undefined>;
  /** Each file appears whole or not at all; together they are not atomic. */
  write(files: readonly StoredFile[]): Promise<void>;
  remove(paths: readonly string[]): Promise<void>;
  /** Names directly below a folder; folders end in `/`; empty when there is no such folder. */
  list(folder: string): Promise<string[]>;
};

export type StoredFile = { path: string; bytes: Uint8Array };

const AT_ONCE = 32;
const TEMPORARY = /^\.[0-9a-f-]{36}\.tmp$/;

/** A store in a directory of the file system: temporary file, fdatasync, rename, fsync of the folder. */
export function directoryStore(root: string): Store {
  return {
    read: (path) => ifThere(readFile(join(root, path))),
    async write(files) {
      const folders = new Set(files.map(({ path }) => dirname(join(root, path))));
      const made = new Set<string>();
      for (const folder of folders) for (const parent of await makeFolder(folder)) made.add(parent);
      for (let at = 0; at < files.length; at += AT_ONCE) {
        await Promise.all(files.slice(at, at + AT_ONCE).map((file) => replaceFile(join(root, file.path), file.bytes)));
      }
      await Promise.all([...new Set([...folders, ...made])].map(syncFolder));
    },
    async remove(paths) {
      await Promise.all(paths.map((path) => rm(join(root, path), { recursive: true, force: true })));
    },
    async list(folder) {
      const found = (await ifThere(readdir(join(root, folder), { withFileTypes: true }))) ?? [];
      return found
        .filter(({ name }) => !TEMPORARY.test(name))
        .map((item) => (item.isDirectory() ? `${item.name}/` : item.name));
    },
  };
}

/** The longest file a log can have: an entry bundle of 256 entries of 65,535 bytes, each with its length. */
const LARGEST_FILE_BYTES = 256 * (2 + 65_535);

/**
 * Files to be verified, wherever they come from. Nothing is written or removed. Only ordinary files are read (a pipe or device
 * would never end), and none longer than a log's can be; another thing in their place is told to `odd` and counts as not there.
 */
export function lookingStore(root: string, odd: (path: string) => void): Store {
  const { list } = directoryStore(root);
  return {
    list,
    async read(path) {
      const found = await ifThere(stat(join(root, path)));
      if (!found) return undefined;
      if (found.isFile() && found.size <= LARGEST_FILE_BYTES) return ifThere(readFile(join(root, path)));
      odd(path);
      return undefined;
    },
    async write() {
      throw new Error('what is verified is not written');
    },
    async remove() {},
  };
}

/** Writes one file so that after a crash it has its old or its new content; the folder is still to be synced. */
async function replaceFile(path: string, bytes: Uint8Array, mode = 0o644): Promise<void> {
  const temporary = join(dirname(path), `.${randomUUID()}.tmp`);
  const file = await open(temporary, 'wx', mode);
  try {
    await file.writeFile(bytes);
    await file.datasync();
  } catch (error) {
    await file.close();
    await rm(temporary, { force: true });
    throw error;
  }
  await file.close();
  await rename(temporary, path);
}

/** {@link replaceFile} for a single file, durable when it returns. */
export async function writeDurably(path: string, bytes: Uint8Array, mode = 0o600): Promise<void> {
  await makeFolder(dirname(path));
  await replaceFile(path, bytes, mode);
  await syncFolder(dirname(path));
}

/** Makes a folder and says which existing or new folders got a new name in them, for these must be synced. */
async function makeFolder(folder: string): Promise<string[]> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return [];
  const steps = relative(first, folder).split(/[\\/]/).filter(Boolean);
  return [dirname(first), ...steps.map((_, at) => join(first, ...steps.slice(0, at)))];
}

/** Makes a rename in the folder durable. Windows has no such call and keeps renames in its journal. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes temporary files of writers that died; those younger than an hour may belong to a living one. */
export async function clearTemporary(root: string): Promise<void> {
  const names = (await ifThere(readdir(root, { recursive: true }))) ?? [];
  for (const name of names.filter((path) => TEMPORARY.test(basename(path)))) {
    const found = await ifThere(stat(join(root, name)));
    if (found && Date.now() - found.mtimeMs > 3_600_000) await rm(join(root, name), { force: true });
  }
}

/** What a file operation gives, or undefined when the file or folder is not there. */
export async function ifThere<Result>(operation: Promise<Result>): Promise<Result | undefined> {
  try {
    return await operation;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined;
    throw error;
  }
}
