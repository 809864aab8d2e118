import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { SourceFile } from '../../src/kernel/pack/types.ts';

const repository = join(import.meta.dirname, '../..');

/** Every file of a pack folder, its path beginning with the folder's name. */
export function folder(path: string): SourceFile[] {
  const root = join(repository, path);
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => ({ path: `${basename(path)}/${file}`, text: readFileSync(join(root, file), 'utf8') }));
}

export const miniature = (name: string): SourceFile[] => folder(`test/packs/miniatures/${name}`);
