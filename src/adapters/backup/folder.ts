import { createHash } from 'node:crypto';
import { chmod, mkdir, open, readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { parseCheckpoint } from '../../kernel/ledger/checkpoint.ts';
import { tilePath, tilesOf } from '../../kernel/ledger/tiles.ts';
import type { LogReader } from '../../kernel/ledger/verify-tree.ts';
import { isRefused } from '../../kernel/refusal.ts';

export type FoundFile = { path: string; mode: number; bytes: Uint8Array };

/** What has its own way into a backup, is made anew, or belongs to this start only. */
const LEFT_OUT = new Set([
  'postgres',
  'program',
  'compiled',
  'files',
  'log',
  'keys',
  'demo',
  'backups',
  'ancheng.lock',
]);

/** Keys, settings and the signer's memory: everything below the data folder that has no way of its own. */
export async function* smallFiles(dataDir: string): AsyncGenerator<FoundFile> {
  for (const name of (await readdir(dataDir)).sort()) {
    if (LEFT_OUT.has(name) || passing(name)) continue;
    yield* filesBelow(dataDir, join(dataDir, name));
  }
}

/**
 * Every sealed log as it was at one of its checkpoints: the checkpoint is read first and stored last, and every tile cut to the
 * width it had then, so that a sealer at work leaves no half state.
 */
export async function* logFiles(
  dataDir: string,
  open: (folder: string) => Promise<LogReader>,
): AsyncGenerator<FoundFile> {
  for (const folder of await foldersBelow(join(dataDir, 'log'))) {
    for (const name of await plainFiles(folder))
      if (name !== 'checkpoint') yield* filesBelow(dataDir, join(folder, name));
    const log = await open(folder);
    const note = await log.checkpoint();
    const head = note === undefined ? undefined : parseCheckpoint(note);
    if (note === undefined || head === undefined) continue;
    if (isRefused(head)) throw new Error(`the checkpoint in ${folder} cannot be read: ${head.refused[0]?.message.en}`);
    const below = (path: string) => asPath(relative(dataDir, join(folder, path)));
    for (const tile of tilesOf(head.size)) {
      const bytes = await log.read(tile);
      if (!bytes) throw new Error(`the log in ${folder} lacks ${tilePath(tile)}; run ancheng verify`);
      yield { path: below(tilePath(tile)), mode: 0o644, bytes };
    }
    yield { path: below('checkpoint'), mode: 0o644, bytes: Buffer.from(note) };
  }
}

/** Key files of personal values, as text. */
export async function vaultFiles(dataDir: string): Promise<{ path: string; content: string }[]> {
  const names = (await readdir(join(dataDir, 'keys')).catch(() => [])).filter((name) => !passing(name)).sort();
  return Promise.all(
    names.map(async (name) => ({ path: `keys/${name}`, content: await readFile(join(dataDir, 'keys', name), 'utf8') })),
  );
}

/** Writes one file below a folder that is being restored; the path comes from a backup and may not lead out of it. */
export async function placeFile(
  dataDir: string,
  { path, mode }: { path: string; mode: number },
  content: AsyncIterable<Uint8Array>,
): Promise<string> {
  if (path.startsWith('/') || /[\\:]/.test(path) || path.split('/').some((part) => part === '..' || part === ''))
    throw new Error(`the backup names a file outside the data folder: ${path}`);
  const target = join(dataDir, path);
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const hash = createHash('sha256');
  const file = await open(target, 'wx', 0o600);
  try {
    for await (const chunk of content) {
      hash.update(chunk);
      await file.writeFile(chunk);
    }
    await file.datasync();
  } finally {
    await file.close();
  }
  await chmod(target, mode);
  return hash.digest('hex');
}

/** The folder and those in it, tiles left out. */
async function foldersBelow(folder: string): Promise<string[]> {
  const found = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const inner = found.filter((entry) => entry.isDirectory() && entry.name !== 'tile');
  return [folder, ...(await Promise.all(inner.map(({ name }) => foldersBelow(join(folder, name))))).flat()].sort();
}

async function plainFiles(folder: string): Promise<string[]> {
  const found = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return found.filter((entry) => entry.isFile() && !passing(entry.name)).map(({ name }) => name);
}

async function* filesBelow(dataDir: string, path: string): AsyncGenerator<FoundFile> {
  const found = await stat(path).catch(() => undefined); // gone since it was listed: a writer's temporary file
  if (found?.isDirectory()) {
    for (const name of (await readdir(path)).sort()) if (!passing(name)) yield* filesBelow(dataDir, join(path, name));
  } else if (found?.isFile()) {
    yield { path: asPath(relative(dataDir, path)), mode: found.mode & 0o777, bytes: await readFile(path) };
  }
}

/** Half-written files of our own, and system files of a desktop. */
const passing = (name: string): boolean =>
  name.endsWith('.tmp') || name.startsWith('ancheng.lock') || name === '.DS_Store';

const asPath = (path: string): string => path.split(sep).join('/');
