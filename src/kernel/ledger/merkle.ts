import { hash } from 'node:crypto';

/** 32 bytes of SHA-256. */
export type Hash = Uint8Array;

/** Reads the hash of the perfect subtree over leaves [index·2^level, (index+1)·2^level). */
export type NodeReader = (level: number, index: number) => Promise<Hash>;

/** Root of the tree without leaves (RFC 6962 section 2.1). */
export const EMPTY_ROOT: Hash = hash('sha256', new Uint8Array(0), 'buffer');

// Hashing is synchronous and each call reads what it wrote, so one scratch buffer serves all: it halves the time per leaf.
const leafScratch = new Uint8Array(1 + 65_535);
const nodeScratch = new Uint8Array(65).fill(1, 0, 1);

/** RFC 6962 leaf hash: SHA-256(0x00 ‖ entry). */
export function leafHash(entry: Uint8Array): Hash {
  if (entry.length > 65_535) throw new RangeError(`an entry holds at most 65535 bytes, not ${entry.length}`);
  leafScratch.set(entry, 1);
  return hash('sha256', leafScratch.subarray(0, entry.length + 1), 'buffer');
}

/** RFC 6962 node hash: SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(left: Hash, right: Hash): Hash {
  nodeScratch.set(left, 1);
  nodeScratch.set(right, 33);
  return hash('sha256', nodeScratch, 'buffer');
}

/** Root over leaf hashes as RFC 6962 section 2.1 defines it; the plain reference for everything incremental. */
export function rootOf(leaves: readonly Hash[]): Hash {
  if (leaves.length === 0) return EMPTY_ROOT;
  if (leaves.length === 1) return leaves[0] as Hash;
  const split = largestPowerBelow(leaves.length);
  return nodeHash(rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)));
}

export const sameHash = (left: Hash, right: Hash): boolean => Buffer.compare(left, right) === 0;

/** Root of the first `size` leaves. */
export const rootAt = (size: number, node: NodeReader): Promise<Hash> =>
  size === 0 ? Promise.resolve(EMPTY_ROOT) : rangeHash(0, size, node);

/** Inclusion proof of leaf `index` in the tree of `size` leaves, from the leaf's sibling up (RFC 6962 section 2.1.1). */
export async function inclusionProof(index: number, size: number, node: NodeReader): Promise<Hash[]> {
  if (!(index >= 0 && index < size)) throw new RangeError(`no leaf ${index} in a tree of ${size}`);
  return Promise.all(siblings(index, 0, size).map(([start, end]) => rangeHash(start, end, node)));
}

/** Proof that the tree of `to` leaves continues the tree of `from` leaves (RFC 6962 section 2.1.2); empty when nothing is to prove. */
export async function consistencyProof(from: number, to: number, node: NodeReader): Promise<Hash[]> {
  if (!(from >= 0 && from <= to)) throw new RangeError(`no way from ${from} leaves to ${to}`);
  if (from === 0 || from === to) return [];
  return Promise.all(extension(from, 0, to, true).map(([start, end]) => rangeHash(start, end, node)));
}

/** Whether the path leads from the leaf to the root (RFC 9162 section 2.1.3.2). */
export function verifyInclusion(leaf: Hash, index: number, size: number, path: readonly Hash[], root: Hash): boolean {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return false;
  let place = index;
  let last = size - 1;
  let reached = leaf;
  for (const sibling of path) {
    if (last === 0) return false;
    if (isOdd(place) || place === last) {
      reached = nodeHash(sibling, reached);
      while (!isOdd(place) && place !== 0) [place, last] = [half(place), half(last)];
    } else {
      reached = nodeHash(reached, sibling);
    }
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && sameHash(reached, root);
}

/** Whether the proof shows that the larger tree begins with the smaller one (RFC 9162 section 2.1.4.2). */
export function verifyConsistency(
  smaller: { size: number; root: Hash },
  larger: { size: number; root: Hash },
  proof: readonly Hash[],
): boolean {
  if (!Number.isSafeInteger(smaller.size) || !Number.isSafeInteger(larger.size)) return false;
  if (smaller.size < 0 || smaller.size > larger.size) return false;
  if (smaller.size === larger.size) return proof.length === 0 && sameHash(smaller.root, larger.root);
  if (smaller.size === 0) return proof.length === 0 && sameHash(smaller.root, EMPTY_ROOT);
  const path = isPowerOfTwo(smaller.size) ? [smaller.root, ...proof] : proof;
  const [first, ...rest] = path;
  if (!first) return false;
  let place = smaller.size - 1;
  let last = larger.size - 1;
  while (isOdd(place)) [place, last] = [half(place), half(last)];
  let before = first;
  let after = first;
  for (const sibling of rest) {
    if (last === 0) return false;
    if (isOdd(place) || place === last) {
      before = nodeHash(sibling, before);
      after = nodeHash(sibling, after);
      while (!isOdd(place) && place !== 0) [place, last] = [half(place), half(last)];
    } else {
      after = nodeHash(after, sibling);
    }
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && sameHash(before, smaller.root) && sameHash(after, larger.root);
}

type Range = [start: number, end: number];

function siblings(index: number, start: number, end: number): Range[] {
  if (end - start === 1) return [];
  const middle = start + largestPowerBelow(end - start);
  return index < middle
    ? [...siblings(index, start, middle), [middle, end]]
    : [...siblings(index, middle, end), [start, middle]];
}

/** `whole`: [start, end) began the old tree too, so its hash is known to whoever checks. */
function extension(from: number, start: number, end: number, whole: boolean): Range[] {
  if (from === end) return whole ? [] : [[start, end]];
  const middle = start + largestPowerBelow(end - start);
  return from <= middle
    ? [...extension(from, start, middle, whole), [middle, end]]
    : [...extension(from, middle, end, false), [start, middle]];
}

/** Hash of a range whose start a tree of that shape allows; made of perfect subtrees, largest first. */
async function rangeHash(start: number, end: number, node: NodeReader): Promise<Hash> {
  const width = end - start;
  if (isPowerOfTwo(width)) return node(Math.log2(width), start / width);
  const middle = start + largestPowerBelow(width);
  return nodeHash(await rangeHash(start, middle, node), await rangeHash(middle, end, node));
}

// Sizes may pass 2^32, where bit operators stop working; powers of two stay exact in a double.
const half = (n: number) => Math.floor(n / 2);
const isOdd = (n: number) => n % 2 === 1;
const isPowerOfTwo = (n: number) => n === 2 ** Math.floor(Math.log2(n));
function largestPowerBelow(n: number): number {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}
