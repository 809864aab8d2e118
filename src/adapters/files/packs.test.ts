import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadPacks, withUsedPacks } from './packs.ts';

const ground = mkdtempSync(join(tmpdir(), '書包 '));
const pack = (name: string, files: Record<string, string>) => {
  mkdirSync(join(ground, name, 'records'), { recursive: true });
  for (const [path, text] of Object.entries(files)) writeFileSync(join(ground, name, path), text);
  return join(ground, name);
};

beforeAll(() => {
  pack('tea', { 'pack.yaml': 'pack: tea\nuses: [base]\n', 'records/cup.yaml': 'a: 1\n', 'records/notes.txt': 'no' });
  pack('broken', { 'pack.yaml': 'uses: [' });
  mkdirSync(join(ground, 'no pack'));
});
afterAll(() => rmSync(ground, { recursive: true }));

test('paths begin with the pack’s folder, and only YAML is read', async () => {
  const files = await loadPacks([join(ground, 'tea')]);
  expect(files).toEqual([
    { path: 'tea/pack.yaml', text: 'pack: tea\nuses: [base]\n' },
    { path: 'tea/records/cup.yaml', text: 'a: 1\n' },
  ]);
});

test('a folder of packs gives all of them and nothing else', async () => {
  const names = (await loadPacks([ground])).map(({ path }) => path.split('/')[0]);
  expect(new Set(names)).toEqual(new Set(['tea', 'broken']));
});

test('what a pack uses is added from those we ship, once; a broken card is left to the checker', async () => {
  const names = (await withUsedPacks([join(ground, 'tea'), join(ground, 'broken')])).map((folder) => basename(folder));
  expect(names).toEqual(['tea', 'broken', 'base']);
});

test('without a folder, everything we ship', async () => {
  expect((await withUsedPacks([])).map((folder) => basename(folder))).toContain('base');
});
