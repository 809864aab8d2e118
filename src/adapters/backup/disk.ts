import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Listing } from './generation.ts';

/** What a disk says of itself: a name people call it by, and whose backups it holds. */
export type DiskCard = { format: 1; id: string; name: string; installation: string; preparedAt: string };

export type Stored = { sha256: string; bytes: number };

/**
 * A folder on a disk, a network share or anything else that is mounted:
 * `disk.json`, `objects/ab/<name>`, `generations/<id>.age` with `<id>.json` beside it, `personal-keys.age`.
 */
export type Disk = ReturnType<typeof diskAt>;

const FOLDER = 'ancheng-backup';

export function diskAt(place: string) {
  const root = join(place, FOLDER);
  const objectPath = (name: string) => join(root, 'objects', name.slice(0, 2), name);
  return {
    place,
    card: async (): Promise<DiskCard | undefined> => json(await readIf(join(root, 'disk.json'))),
    async prepare(card: DiskCard): Promise<void> {
      await writeWhole(join(root, 'disk.json'), Buffer.from(`${JSON.stringify(card, null, 2)}\n`));
    },
    async has(name: string): Promise<number | undefined> {
      const found = await stat(objectPath(name)).catch(absent);
      return found?.size;
    },
    /** Durable when it returns. */
    put: (name: string, content: Uint8Array | AsyncIterable<Uint8Array>): Promise<Stored> =>
      writeWhole(objectPath(name), content),
    get: (name: string): Promise<Buffer> => readFile(objectPath(name)),
    stream: (name: string): Readable => createReadStream(objectPath(name)),
    /** SHA-256 and size of a stored object as it lies there now. */
    async look(name: string): Promise<Stored | undefined> {
      if (!(await stat(objectPath(name)).catch(absent))) return undefined;
      const hash = createHash('sha256');
      let bytes = 0;
      for await (const chunk of createReadStream(objectPath(name))) {
        hash.update(chunk);
        bytes += (chunk as Buffer).length;
      }
      return { sha256: hash.digest('hex'), bytes };
    },
    /** Generations by id, newest first; one without its listing was never finished and is not there. */
    async listings(): Promise<Listing[]> {
      const names = (await readdir(join(root, 'generations')).catch(absent)) ?? [];
      const whole = names.filter((name) => name.endsWith('.json') && names.includes(name.replace(/json$/, 'age')));
      const read = await Promise.all(
        whole.map(async (name) => json<Listing>(await readIf(join(root, 'generations', name)))),
      );
      return read.filter((one) => one !== undefined).sort((a, b) => b.takenAt.localeCompare(a.takenAt));
    },
    /** The listing last: with it the generation exists. */
    async addGeneration(listing: Listing, sealed: Uint8Array): Promise<void> {
      await writeWhole(join(root, 'generations', `${listing.id}.age`), sealed);
      await writeWhole(join(root, 'generations', `${listing.id}.json`), Buffer.from(JSON.stringify(listing)));
    },
    generation: (id: string): Promise<Buffer | undefined> => readIf(join(root, 'generations', `${id}.age`)),
    setVault: async (sealed: Uint8Array): Promise<void> => {
      await writeWhole(join(root, 'personal-keys.age'), sealed);
    },
    vault: (): Promise<Buffer | undefined> => readIf(join(root, 'personal-keys.age')),
    async removeGeneration(id: string): Promise<void> {
      for (const end of ['json', 'age']) await rm(join(root, 'generations', `${id}.${end}`), { force: true });
    },
    async objects(): Promise<string[]> {
      const folders = (await readdir(join(root, 'objects')).catch(absent)) ?? [];
      const names = await Promise.all(folders.map((folder) => readdir(join(root, 'objects', folder))));
      return names.flat();
    },
    removeObject: (name: string): Promise<void> => rm(objectPath(name), { force: true }),
  };
}

const absent = (error: NodeJS.ErrnoException) => {
  if (error.code === 'ENOENT') return undefined;
  throw error;
};

const readIf = (path: string): Promise<Buffer | undefined> => readFile(path).catch(absent);

const json = <T>(bytes: Buffer | undefined): T | undefined => bytes && (JSON.parse(bytes.toString('utf8')) as T);

/** Beside its name, flushed, renamed, the folder flushed: a disk pulled out leaves the old or the new file, never half a one. */
async function writeWhole(path: string, content: Uint8Array | AsyncIterable<Uint8Array>): Promise<Stored> {
  const folder = join(path, '..');
  await mkdir(folder, { recursive: true });
  const draft = join(folder, `.${randomUUID()}.tmp`);
  const hash = createHash('sha256');
  let bytes = 0;
  const file = await open(draft, 'wx', 0o600);
  try {
    for await (const chunk of content instanceof Uint8Array ? [content] : content) {
      hash.update(chunk);
      bytes += chunk.length;
      await file.writeFile(chunk);
    }
    await file.datasync();
  } catch (error) {
    await file.close();
    await rm(draft, { force: true });
    throw error;
  }
  await file.close();
  await rename(draft, path);
  await flushFolder(folder);
  return { sha256: hash.digest('hex'), bytes };
}

/** Windows keeps renames in its journal, and some file systems of USB sticks have nothing to flush. */
async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  await handle.sync().catch(() => undefined);
  await handle.close();
}
