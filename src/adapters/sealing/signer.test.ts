import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { logOrigin, verifyCheckpoint } from '../../kernel/ledger/checkpoint.ts';
import { consistencyProof, leafHash, type NodeReader, rootOf } from '../../kernel/ledger/merkle.ts';
import { parseVerifierKey, type Verifier } from '../../kernel/ledger/note.ts';
import { isRefused } from '../../kernel/refusal.ts';
import { localSigner } from './signer.ts';
import { directoryStore } from './store.ts';

const leaves = Array.from({ length: 20 }, (_, index) => leafHash(Buffer.from(`entry ${index}`)));
const node: NodeReader = async (level, index) => rootOf(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level));
const origin = logOrigin('ancheng.example', '西螺鎮公所', 1);
const at = (size: number, of = leaves) => ({ origin, size, root: rootOf(of.slice(0, size)) });
const newKey = () => generateKeyPairSync('ed25519').privateKey;
const memory = async () => directoryStore(await mkdtemp(join(tmpdir(), 'signer-')));

test('signs a log that grows, and what it signs verifies with its verifier key', async () => {
  const signer = localSigner([newKey()], await memory());
  const policy = { log: [parseVerifierKey(signer.verifierKey(origin)) as Verifier] };
  const first = await signer.sign(at(7), []);
  expect(verifyCheckpoint(first as string, policy)).toMatchObject({ origin, size: 7 });
  expect(isRefused(await signer.sign(at(20), await consistencyProof(7, 20, node)))).toBe(false);
  expect(await signer.last(origin)).toEqual({ size: 20, root: Buffer.from(at(20).root) });
});

test('signs the same tree again, for a crash may have eaten the first signature', async () => {
  const signer = localSigner([newKey()], await memory());
  expect(await signer.sign(at(7), [])).toBe(await signer.sign(at(7), []));
});

test('refuses a smaller tree, another root at the same size, and growth without proof — after a restart too', async () => {
  const [key, remembered] = [newKey(), await memory()];
  await localSigner([key], remembered).sign(at(10), []);
  const restarted = localSigner([key], remembered);
  const otherPast = leaves.with(3, leafHash(Buffer.from('forged')));
  for (const refused of [
    await restarted.sign(at(9), []),
    await restarted.sign(at(10, otherPast), []),
    await restarted.sign(at(20), []),
    await restarted.sign(at(20, otherPast), await consistencyProof(10, 20, node)),
  ]) {
    expect(refused).toMatchObject({ refused: [{ code: 'conflict' }] });
  }
});

test('asked for two futures at once, it signs one', async () => {
  const signer = localSigner([newKey()], await memory());
  const results = await Promise.all([signer.sign(at(10), []), signer.sign(at(10, leaves.toReversed()), [])]);
  expect(results.map(isRefused)).toEqual([false, true]);
});

test('each log is remembered apart', async () => {
  const signer = localSigner([newKey()], await memory());
  await signer.sign(at(10), []);
  expect(isRefused(await signer.sign({ ...at(5), origin: logOrigin('ancheng.example', 'other', 1) }, []))).toBe(false);
});

test('during a rotation both keys sign', async () => {
  const [older, newer, remembered] = [newKey(), newKey(), await memory()];
  const note = (await localSigner([newer, older], remembered).sign(at(3), [])) as string;
  for (const key of [older, newer]) {
    const verifier = parseVerifierKey(localSigner([key], remembered).verifierKey(origin)) as Verifier;
    expect(isRefused(verifyCheckpoint(note, { log: [verifier] }))).toBe(false);
  }
});

test('a memory that cannot be written gives no signature', async () => {
  const broken = { ...(await memory()), write: async () => Promise.reject(new Error('disk full')) };
  await expect(localSigner([newKey()], broken).sign(at(3), [])).rejects.toThrow('disk full');
});
