import { readdir, readFile } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { parse } from 'yaml';
import type { SourceFile } from '../../kernel/pack/types.ts';

/** The packs that come with the program. */
export const SHIPPED_PACKS = resolve(import.meta.dirname, '../../../packs');

/**
 * Reads pack folders: every `.yaml` below each, in order, `path` beginning with the pack's folder name.
 * `dirs` name pack folders (holding `pack.yaml`) or folders of packs.
 */
export async function loadPacks(dirs: string[]): Promise<SourceFile[]> {
  const packs = (await Promise.all(dirs.map(packFolders))).flat();
  return (await Promise.all(packs.map(readPack))).flat();
}

/**
 * The given pack folders and, from those we ship, what they use (`uses:` in `pack.yaml`, and base), each once.
 * Without `dirs`: everything we ship.
 */
export async function withUsedPacks(dirs: string[]): Promise<string[]> {
  const shipped = await packFolders(SHIPPED_PACKS);
  const found = dirs.length === 0 ? shipped : (await Promise.all(dirs.map(packFolders))).flat();
  for (let next = 0; next < found.length; next++) {
    for (const name of ['base', ...(await usesOf(found[next]!))]) {
      const used = shipped.find((folder) => basename(folder) === name);
      if (used && !found.some((folder) => basename(folder) === name)) found.push(used);
    }
  }
  return found;
}

async function packFolders(dir: string): Promise<string[]> {
  const folder = resolve(dir);
  const entries = await readdir(folder, { withFileTypes: true });
  if (entries.some((entry) => entry.name === 'pack.yaml')) return [folder];
  const inside = entries.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name));
  const isPack = async (each: string) => (await readdir(each)).includes('pack.yaml');
  const packs = await Promise.all(inside.map(async (each) => ((await isPack(each)) ? [each] : [])));
  return packs.flat().sort();
}

async function readPack(folder: string): Promise<SourceFile[]> {
  const names = await readdir(folder, { recursive: true });
  const files = names.filter((name) => name.endsWith('.yaml')).sort();
  return Promise.all(
    files.map(async (name) => ({
      path: [basename(folder), ...relative('.', name).split(sep)].join('/'),
      text: await readFile(join(folder, name), 'utf8'),
    })),
  );
}

/** A card that cannot be read uses nothing here; the checker tells what is wrong with it. */
async function usesOf(folder: string): Promise<string[]> {
  try {
    const card: unknown = parse(await readFile(join(folder, 'pack.yaml'), 'utf8'));
    const uses = typeof card === 'object' && card !== null && 'uses' in card ? card.uses : [];
    return Array.isArray(uses) ? uses.map(String) : [];
  } catch {
    return [];
  }
}
