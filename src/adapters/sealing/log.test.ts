import { createHash } from 'node:crypto';
import { mkdtemp, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { signCheckpoint } from '../../kernel/ledger/checkpoint.ts';
import { inclusionProof, leafHash, rootAt, rootOf, verifyInclusion } from '../../kernel/ledger/merkle.ts';
import { appendLeaves, EMPTY_TREE, type TreeState } from '../../kernel/ledger/tree.ts';
import { isRefused } from '../../kernel/refusal.ts';
import { type Log, openLog } from './log.ts';

const ENTRIES = Array.from({ length: 700 }, (_, pos) => Buffer.from(`entry ${pos}`));
const LEAVES = ENTRIES.map(leafHash);
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** What the log trusts is judged elsewhere; here any signature will do. */
const note = (size: number) =>
  signCheckpoint({ origin: 'log.example', size, root: rootOf(LEAVES.slice(0, size)) }, anySigner);
const anySigner = {
  name: 'log.example',
  verifierKey: 'log.example+00000000+AA==',
  sign: (body: Uint8Array) => createHash('sha512').update(body).digest(),
};

async function grow(log: Log, tree: TreeState, size: number): Promise<TreeState> {
  const { state, tiles } = appendLeaves(tree, LEAVES.slice(tree.size, size));
  await log.write(tree.size, ENTRIES.slice(tree.size, size), tiles);
  await log.publish(note(size));
  return state;
}

const opened = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'log-'));
  return { folder, log: await openLog(folder) };
};

test('an older checkpoint never replaces a newer one; one of the same size may bring more signatures', async () => {
  const { log } = await opened();
  await grow(log, EMPTY_TREE, 40);
  await log.publish(note(30));
  expect(await log.checkpoint()).toBe(note(40));
  const cosigned = `${note(40)}— witness.example AAAAAAE=\n`;
  await log.publish(cosigned);
  expect(await log.checkpoint()).toBe(cosigned);
});

test('opening sweeps partial tiles whose full tile is sealed, and leaves those still needed', async () => {
  const { folder, log } = await opened();
  await grow(log, await grow(log, EMPTY_TREE, 200), 300);
  expect(await readdir(join(folder, 'tile/0'))).toEqual(['000', '000.p', '001.p']);
  await openLog(folder);
  expect(await readdir(join(folder, 'tile/0'))).toEqual(['000', '001.p']);
  expect(await readdir(join(folder, 'tile/entries'))).toEqual(['000', '001.p']);
});

test('opening removes what a dead writer left half written, not what a living one is writing', async () => {
  const { folder, log } = await opened();
  await grow(log, EMPTY_TREE, 3);
  const half = (letter: string) => join(folder, `tile/0/.${letter.repeat(8)}-0000-4000-8000-000000000000.tmp`);
  for (const letter of 'ab') await writeFile(half(letter), 'half');
  await utimes(half('a'), 0, 0);
  await openLog(folder);
  await expect(stat(half('a'))).rejects.toThrow('ENOENT');
  expect((await stat(half('b'))).size).toBe(4);
});

test('proofs for an older size come out of the wider tiles that superseded its own', async () => {
  const { log } = await opened();
  let tree = EMPTY_TREE;
  for (const size of [100, 120, 300, 310, 700]) {
    const before = tree.size;
    tree = await grow(log, tree, size);
    await log.prune(before, size);
  }
  for (const size of [100, 120, 300, 310]) {
    const root = rootOf(LEAVES.slice(0, size));
    expect(hex(await rootAt(size, log.nodes(size)))).toBe(hex(root));
    const path = await inclusionProof(size - 1, size, log.nodes(size));
    expect(verifyInclusion(LEAVES[size - 1] as Uint8Array, size - 1, size, path, root)).toBe(true);
  }
  expect(await log.read({ level: 'entries', index: 0, width: 100 })).toHaveLength(
    ENTRIES.slice(0, 100).reduce((sum, { length }) => sum + length + 2, 0),
  );
});

test('a log without its tiles is not taken for an empty one', async () => {
  const { folder, log } = await opened();
  await grow(log, EMPTY_TREE, 300);
  await writeFile(join(folder, 'tile/0/001.p/44'), '');
  expect(isRefused(await log.tree())).toBe(true);
  const all = async () => {
    for await (const { position } of log.entries(0, 301)) expect(position).toBeLessThan(300);
  };
  await expect(all()).rejects.toThrow('lacks');
});
