import { createHash } from 'node:crypto';
import type { LogReader } from '../../kernel/ledger/verify-tree.ts';
import type { Disk, Stored } from './disk.ts';
import { nameOf, seal, sealStream, sha256Of, signed } from './envelope.ts';
import { logFiles, smallFiles, vaultFiles } from './folder.ts';
import {
  type FileCopy,
  type Generation,
  generationId,
  type Keep,
  kept,
  type Listing,
  type TableCopy,
} from './generation.ts';
import type { BackupKeys } from './recovery-key.ts';
import { cutRows } from './rows.ts';
import { openSnapshot, type Snapshot } from './snapshot.ts';

/** What is to be saved. */
export type BackupSource = {
  dataDir: string;
  installation: string;
  release: string;
  kind: 'embedded' | 'external';
  ownerUrl: string;
  attachment(sha256: string): Promise<{ stream(): AsyncIterable<Uint8Array> } | undefined>;
  openLog(folder: string): Promise<LogReader>;
};

export type Made = {
  id: string;
  takenAt: string;
  /** Of everything saved, before compression; and what had to be written this time, as it lies on the disk. */
  bytes: number;
  written: number;
  rows: number;
  attachments: number;
  ledgers: Generation['ledgers'];
  /** Attachments that are not there, or not what they were. */
  missing: string[];
  generations: string[];
  removed: string[];
};

type Work = {
  signal: AbortSignal | undefined;
  disk: Disk;
  keys: BackupKeys;
  known: Map<string, Stored>;
  listing: Listing;
  bytes: number;
  written: number;
};

/**
 * Makes one generation while the program goes on working. Order makes it consistent: signer and sealed logs first, then the
 * database snapshot, which holds everything those have seen; keys of personal values last, for they are made before what they
 * encrypt. Contents the disk has are not written again. Given up by `signal` it throws its reason; what was written so far is no generation
 * and goes with the next run.
 */
export async function makeBackup(
  source: BackupSource,
  disk: Disk,
  keys: BackupKeys,
  keep: Keep,
  takenAt: Date,
  signal?: AbortSignal,
): Promise<Made> {
  // What earlier runs left unfinished makes room first: a full disk is not full for ever.
  await disk.removeDrafts();
  await prune(disk, keep);
  const listings = await disk.listings();
  const known = new Map(listings.toReversed().flatMap(({ objects }) => Object.entries(objects)));
  const listing: Listing = { id: generationId(takenAt), takenAt: takenAt.toISOString(), bytes: 0, objects: {} };
  const work: Work = { signal, disk, keys, known, listing, bytes: 0, written: 0 };
  const files: FileCopy[] = [];
  for await (const file of smallFiles(source.dataDir)) files.push(await keepFile(work, file));
  for await (const file of logFiles(source.dataDir, source.openLog)) files.push(await keepFile(work, file));
  const snapshot = await openSnapshot(source.ownerUrl);
  const generation = await keepSnapshot(work, source, snapshot, files).finally(() => snapshot.close());
  const vault = { takenAt: listing.takenAt, files: await vaultFiles(source.dataDir) };
  await disk.setVault(await seal(signed(vault, keys.signingKey), keys.recipient));
  listing.bytes = work.bytes;
  await disk.addGeneration(listing, await seal(signed(generation, keys.signingKey), keys.recipient));
  const { generations, removed } = await prune(disk, keep);
  return {
    id: listing.id,
    takenAt: listing.takenAt,
    bytes: work.bytes,
    written: work.written,
    rows: generation.database.tables.reduce((sum, { rows }) => sum + rows, 0),
    attachments: generation.files.filter(({ path }) => path.startsWith('files/')).length,
    ledgers: generation.ledgers,
    missing: generation.missing,
    generations,
    removed,
  };
}

async function keepSnapshot(
  work: Work,
  source: BackupSource,
  snapshot: Snapshot,
  files: FileCopy[],
): Promise<Generation> {
  const tables: TableCopy[] = [];
  for (const table of snapshot.tables) {
    const { schema, name, columns } = table;
    const copy: TableCopy = { schema, name, columns, rows: 0, chunks: [] };
    for await (const { bytes, rows } of cutRows(snapshot.rows(table))) {
      const { object, sha256 } = await keepBytes(work, bytes);
      copy.chunks.push({ object, sha256, bytes: bytes.length, rows });
      copy.rows += rows;
    }
    tables.push(copy);
  }
  const missing: string[] = [];
  for (const sha256 of snapshot.attachments) {
    const file = await keepAttachment(work, source, sha256);
    if (file) files.push(file);
    else missing.push(sha256);
  }
  const { version, migrations, partitions, sequences, ledgers } = snapshot;
  return {
    format: 1,
    id: work.listing.id,
    installation: source.installation,
    takenAt: work.listing.takenAt,
    release: source.release,
    database: { kind: source.kind, version, migrations, partitions, tables, sequences },
    ledgers,
    files,
    missing,
  };
}

async function keepFile(work: Work, file: { path: string; mode: number; bytes: Uint8Array }): Promise<FileCopy> {
  const { object, sha256 } = await keepBytes(work, file.bytes);
  return { path: file.path, mode: file.mode, size: file.bytes.length, sha256, object };
}

async function keepBytes(work: Work, bytes: Uint8Array): Promise<{ object: string; sha256: string }> {
  const sha256 = sha256Of(bytes);
  const object = nameOf(work.keys.nameKey, sha256);
  work.bytes += bytes.length;
  if (!(await isThere(work, object)))
    note(work, object, await work.disk.put(object, await seal(bytes, work.keys.recipient)));
  return { object, sha256 };
}

/** Attachments never change: one that is on the disk is not read again. */
async function keepAttachment(work: Work, source: BackupSource, sha256: string): Promise<FileCopy | undefined> {
  const found = await source.attachment(sha256);
  if (!found) return undefined;
  const object = nameOf(work.keys.nameKey, sha256);
  const path = `files/${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}`;
  if (await isThere(work, object)) return { path, mode: 0o600, size: 0, sha256, object };
  const seen = { hash: createHash('sha256'), size: 0 };
  const watched = async function* () {
    for await (const chunk of found.stream()) {
      work.signal?.throwIfAborted();
      seen.hash.update(chunk);
      seen.size += chunk.length;
      yield chunk;
    }
  };
  const stored = await work.disk.put(object, await sealStream(watched(), work.keys.recipient));
  if (seen.hash.digest('hex') !== sha256) {
    await work.disk.removeObject(object);
    return undefined;
  }
  work.bytes += seen.size;
  note(work, object, stored);
  return { path, mode: 0o600, size: seen.size, sha256, object };
}

/** Only what a finished generation lists, and is as long as it says, is taken as being there. */
async function isThere({ signal, disk, known, listing }: Work, object: string): Promise<boolean> {
  signal?.throwIfAborted();
  if (listing.objects[object]) return true;
  const before = known.get(object);
  if (!before || (await disk.has(object)) !== before.bytes) return false;
  listing.objects[object] = before;
  return true;
}

function note(work: Work, object: string, stored: Stored): void {
  work.listing.objects[object] = stored;
  work.written += stored.bytes;
}

/**
 * Removes generations past their time and contents nobody lists any more. While a listing cannot be made out, no content goes:
 * it may be what that generation needs. Such a one crowds out no other.
 */
async function prune(disk: Disk, keep: Keep): Promise<{ generations: string[]; removed: string[] }> {
  const [listings, damaged] = [await disk.listings(), await disk.damagedListings()];
  const staying = new Set([...kept(listings, keep), ...kept(damaged, keep)]);
  const removed = [...listings, ...damaged].map(({ id }) => id).filter((id) => !staying.has(id));
  for (const id of removed) await disk.removeGeneration(id);
  const left = listings.filter(({ id }) => staying.has(id));
  if (damaged.every(({ id }) => !staying.has(id))) {
    const needed = new Set(left.flatMap(({ objects }) => Object.keys(objects)));
    for (const name of await disk.objects()) if (!needed.has(name)) await disk.removeObject(name);
  }
  return { generations: left.map(({ id }) => id), removed };
}

/** `listing`: what lies in a generation cannot be made out; `manifest`: its contents list; `keys`: those of personal values. */
export type DiskFault = {
  generation: string;
  object: string;
  fault: 'missing' | 'altered' | 'listing' | 'manifest' | 'keys';
};
export type DiskCheck = { generations: number; objects: number; faults: DiskFault[]; cleared: number };

/**
 * Reads every content a disk lists and compares it with its listing; needs no recovery key. Altered contents are of no use to
 * anybody: they are cleared away, so that the next backup writes anew what it still has. A read-only disk is only looked at.
 */
export async function checkDisk(disk: Disk): Promise<DiskCheck> {
  const listings = await disk.listings();
  const looked = new Map<string, Stored | undefined>();
  const sound = new Set<string>();
  const found: DiskFault[] = (await disk.damagedListings()).map(({ id }) => ({
    generation: id,
    object: '',
    fault: 'listing',
  }));
  if (!(await disk.vaultIsWhole())) found.push({ generation: '', object: '', fault: 'keys' });
  for (const { id, objects, manifest } of listings) {
    if (manifest && sha256Of((await disk.generation(id)) ?? Buffer.alloc(0)) !== manifest)
      found.push({ generation: id, object: '', fault: 'manifest' });
    for (const [object, { sha256 }] of Object.entries(objects)) {
      if (!looked.has(object)) looked.set(object, await disk.look(object));
      const stored = looked.get(object);
      if (!stored) found.push({ generation: id, object, fault: 'missing' });
      else if (stored.sha256 === sha256) sound.add(object);
      else found.push({ generation: id, object, fault: 'altered' });
    }
  }
  // A backup made meanwhile may have cleared generations past their time.
  const still = new Set((await disk.listings()).map(({ id }) => id));
  const faults = found.filter(
    ({ generation, object, fault }) =>
      fault === 'listing' ||
      fault === 'keys' ||
      // Written anew since, the same content is sealed in other bytes.
      (still.has(generation) && !(fault === 'altered' && sound.has(object))),
  );
  const useless = new Set(faults.filter(({ fault }) => fault === 'altered').map((one) => one.object));
  let cleared = 0;
  for (const object of useless) {
    const gone = await disk.removeObject(object).then(
      () => true,
      () => false,
    );
    if (gone) cleared++;
  }
  return { generations: listings.length, objects: looked.size, faults, cleared };
}
