import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, mkdir, open, readdir, readFile, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { type Listing, takenAtOf } from './generation.ts';

/** What a disk says of itself: a name people call it by, and whose backups it holds. */
export type DiskCard = { format: 1; id: string; name: string; installation: string; preparedAt: string };

export type Stored = { sha256: string; bytes: number };

/**
 * A folder on a disk, a network share or anything else that is mounted:
 * `disk.json`, `objects/ab/<name>`, `generations/<id>.age` with `<id>.json` beside it, `personal-keys.age`.
 * Whatever else lies between them (desktops leave files of their own everywhere) is neither read nor removed.
 */
export type Disk = ReturnType<typeof diskAt>;

export const FOLDER = 'ancheng-backup';
const PREFIX = /^[0-9a-f]{2}$/;
const OBJECT = /^[0-9a-f]{64}$/;
const DRAFT = /^\.[0-9a-f-]{36}\.tmp$/;

export function diskAt(place: string) {
  const root = join(place, FOLDER);
  const objectPath = (name: string) => join(root, 'objects', name.slice(0, 2), name);
  const objectFolders = async () =>
    (await namesIn(join(root, 'objects')))
      .filter((name) => PREFIX.test(name))
      .map((name) => join(root, 'objects', name));
  return {
    place,
    /** Undefined where nothing was prepared, or its card cannot be made out. @throws what the system says of an unreadable disk. */
    async card(): Promise<DiskCard | undefined> {
      const folder = await lstat(root).catch(absent);
      if (folder?.isSymbolicLink()) throw Object.assign(new Error(`${root} is a link`), { code: 'ELOOP' });
      const card = json<DiskCard>(await readIf(join(root, 'disk.json')));
      return typeof card?.id === 'string' && typeof card.installation === 'string' ? card : undefined;
    },
    async prepare(card: DiskCard): Promise<void> {
      await writeWhole(join(root, 'disk.json'), Buffer.from(`${JSON.stringify(card, null, 2)}\n`));
    },
    /** Bytes left for whoever runs this; undefined where the file system does not say. */
    async free(): Promise<number | undefined> {
      const found = await statfs(place).catch(() => undefined);
      return found && found.bavail * found.bsize;
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
      return (await read(root)).flatMap(({ listing }) => (listing ? [listing] : []));
    },
    /** Generations whose listing cannot be made out any more, by id. */
    async damagedListings(): Promise<{ id: string; takenAt: string }[]> {
      return (await read(root)).flatMap(({ id, takenAt, listing }) => (listing ? [] : [{ id, takenAt }]));
    },
    /** The listing last: with it the generation exists. */
    async addGeneration(listing: Listing, sealed: Uint8Array): Promise<void> {
      const { sha256 } = await writeWhole(join(root, 'generations', `${listing.id}.age`), sealed);
      const whole: Listing = { ...listing, manifest: sha256 };
      await writeWhole(join(root, 'generations', `${listing.id}.json`), Buffer.from(JSON.stringify(whole)));
    },
    generation: (id: string): Promise<Buffer | undefined> => readIf(join(root, 'generations', `${id}.age`)),
    setVault: async (sealed: Uint8Array): Promise<void> => {
      const stored = await writeWhole(join(root, 'personal-keys.age'), sealed);
      await writeWhole(join(root, 'personal-keys.json'), Buffer.from(JSON.stringify(stored)));
    },
    /** Whether the keys of personal values lie there as they were written; a disk of an earlier release does not say. */
    async vaultIsWhole(): Promise<boolean> {
      const said = json<Stored>(await readIf(join(root, 'personal-keys.json')));
      const bytes = await readIf(join(root, 'personal-keys.age'));
      return !said || (bytes !== undefined && createHash('sha256').update(bytes).digest('hex') === said.sha256);
    },
    vault: (): Promise<Buffer | undefined> => readIf(join(root, 'personal-keys.age')),
    async removeGeneration(id: string): Promise<void> {
      for (const end of ['json', 'age']) await rm(join(root, 'generations', `${id}.${end}`), { force: true });
    },
    async objects(): Promise<string[]> {
      const names = await Promise.all((await objectFolders()).map(namesIn));
      return names.flat().filter((name) => OBJECT.test(name));
    },
    removeObject: (name: string): Promise<void> => rm(objectPath(name), { force: true }),
    /** What a disk pulled out in the middle of writing left half written. */
    async removeDrafts(): Promise<void> {
      for (const folder of [root, join(root, 'generations'), ...(await objectFolders())])
        for (const name of await namesIn(folder)) if (DRAFT.test(name)) await rm(join(folder, name), { force: true });
    },
  };
}

async function read(root: string): Promise<{ id: string; takenAt: string; listing: Listing | undefined }[]> {
  const names = await namesIn(join(root, 'generations'));
  const found = names.flatMap((name) => {
    const id = /^([^.].*)\.json$/.exec(name)?.[1];
    const takenAt = id && takenAtOf(id);
    return takenAt && names.includes(`${id}.age`) ? [{ id, takenAt }] : [];
  });
  const generations = await Promise.all(
    found.map(async ({ id, takenAt }) => {
      const listing = json<Listing>(await readIf(join(root, 'generations', `${id}.json`)));
      return { id, takenAt, listing: listing?.id === id && isListing(listing) ? listing : undefined };
    }),
  );
  return generations.sort((a, b) => b.takenAt.localeCompare(a.takenAt));
}

const isListing = ({ takenAt, bytes, objects }: Partial<Listing>): boolean =>
  typeof takenAt === 'string' &&
  !Number.isNaN(Date.parse(takenAt)) &&
  typeof bytes === 'number' &&
  typeof objects === 'object' &&
  Object.keys(objects).every((name) => OBJECT.test(name));

/** Empty where there is no such folder, or a file in its place. */
const namesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder).catch((error: NodeJS.ErrnoException) =>
    error.code === 'ENOTDIR' ? undefined : absent(error),
  )) ?? [];

const absent = (error: NodeJS.ErrnoException) => {
  if (error.code === 'ENOENT') return undefined;
  throw error;
};

const readIf = (path: string): Promise<Buffer | undefined> => readFile(path).catch(absent);

/** Undefined for what is not there, and for what is no JSON any more. */
function json<T>(bytes: Buffer | undefined): T | undefined {
  try {
    return bytes && (JSON.parse(bytes.toString('utf8')) as T);
  } catch {
    return undefined;
  }
}

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
