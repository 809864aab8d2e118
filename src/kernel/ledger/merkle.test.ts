import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  consistencyProof,
  EMPTY_ROOT,
  type Hash,
  inclusionProof,
  leafHash,
  type NodeReader,
  rootAt,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from './merkle.ts';
import { nodesFromTiles, tilePath } from './tiles.ts';
import { appendLeaves, EMPTY_TREE, readTree, rootOfTree, type TreeState } from './tree.ts';

const leaves = Array.from({ length: 1200 }, (_, index) => leafHash(Buffer.from(`entry ${index}`)));
const node: NodeReader = async (level, index) => rootOf(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level));
const hex = (hash: Hash) => Buffer.from(hash).toString('hex');
const sizes = fc.integer({ min: 1, max: leaves.length });

/** Grows a tree by the given batches, keeping every tile it hands out. */
function grown(batches: readonly number[]) {
  const files = new Map<string, Uint8Array>();
  let state: TreeState = EMPTY_TREE;
  for (const count of batches) {
    const appended = appendLeaves(state, leaves.slice(state.size, state.size + count));
    state = appended.state;
    for (const { tile, bytes } of appended.tiles) files.set(tilePath(tile), bytes);
  }
  const read = async (tile: Parameters<typeof tilePath>[0]) => {
    const bytes = files.get(tilePath(tile));
    if (!bytes) throw new Error(`no ${tilePath(tile)}`);
    return bytes;
  };
  return { state, read };
}

test('RFC 6962 values: the empty tree, one empty leaf, the eight test leaves of certificate-transparency', () => {
  expect(hex(EMPTY_ROOT)).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(hex(leafHash(new Uint8Array(0)))).toBe('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d');
  const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
  const root = rootOf(inputs.map((input) => leafHash(Buffer.from(input, 'hex'))));
  expect(hex(root)).toBe('5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328');
});

test('a tree grown in any batches has the root of a single pass, and its stored edges give it back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 8 }), async (batches) => {
      fc.pre(batches.reduce((sum, count) => sum + count, 0) <= leaves.length);
      const { state, read } = grown(batches);
      expect(hex(rootOfTree(state))).toBe(hex(rootOf(leaves.slice(0, state.size))));
      expect(await readTree(state.size, read)).toEqual(state);
    }),
    { numRuns: 60 },
  );
});

describe('inclusion', () => {
  test('every leaf of any size is proven, from tiles', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(), async (size, any) => {
        const index = any % size;
        const path = await inclusionProof(index, size, nodesFromTiles(size, grown([size]).read));
        const root = rootOf(leaves.slice(0, size));
        expect(verifyInclusion(leaves[index] as Hash, index, size, path, root)).toBe(true);
        expect(verifyInclusion(leaves[(index + 1) % leaves.length] as Hash, index, size, path, root)).toBe(false);
        expect(verifyInclusion(leaves[index] as Hash, index, size, [...path, root], root)).toBe(false);
        if (size > 1) expect(verifyInclusion(leaves[index] as Hash, index, size, path.slice(1), root)).toBe(false);
      }),
      { numRuns: 60 },
    );
  });
  test('a place outside the tree is never proven', () => {
    expect(verifyInclusion(leaves[0] as Hash, 1, 1, [], leaves[0] as Hash)).toBe(false);
    expect(verifyInclusion(leaves[0] as Hash, -1, 1, [], leaves[0] as Hash)).toBe(false);
    expect(verifyInclusion(leaves[0] as Hash, 0, 0, [], leaves[0] as Hash)).toBe(false);
  });
});

describe('consistency', () => {
  test('any two sizes of one log are consistent, and a changed past is not', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, sizes, fc.nat(), async (one, two, changed) => {
        const [from, to] = one < two ? [one, two] : [two, one];
        const proof = await consistencyProof(from, to, node);
        const smaller = { size: from, root: rootOf(leaves.slice(0, from)) };
        const larger = { size: to, root: rootOf(leaves.slice(0, to)) };
        expect(verifyConsistency(smaller, larger, proof)).toBe(true);
        const otherPast = leaves.slice(0, from).with(changed % from, leafHash(Buffer.from('forged')));
        expect(verifyConsistency({ size: from, root: rootOf(otherPast) }, larger, proof)).toBe(false);
        expect(verifyConsistency(larger, smaller, proof)).toBe(from === to);
      }),
      { numRuns: 60 },
    );
  });
  test('the empty tree precedes every tree, without proof', () => {
    expect(verifyConsistency({ size: 0, root: EMPTY_ROOT }, { size: 3, root: rootOf(leaves.slice(0, 3)) }, [])).toBe(
      true,
    );
    expect(verifyConsistency({ size: 0, root: leaves[0] as Hash }, { size: 3, root: EMPTY_ROOT }, [])).toBe(false);
  });
});

test('rootAt reads the same root out of a larger tree', async () => {
  expect(hex(await rootAt(700, node))).toBe(hex(rootOf(leaves.slice(0, 700))));
});
