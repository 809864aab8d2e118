import { createSecretKey, generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRefused } from '../refusal.ts';
import type { LedgerRow } from './chain.ts';
import { logOrigin, signCheckpoint } from './checkpoint.ts';
import { type Envelope, encodeEntry } from './envelope.ts';
import { entryMac, FIRST_MAC } from './mac.ts';
import { leafHash } from './merkle.ts';
import { formatVerifierKey, parseVerifierKey, type Verifier } from './note.ts';
import { formatProof, proveEntry, verifyProof } from './proof.ts';
import { encodeBundle, nodesFromTiles, TILE_WIDTH, tilePath } from './tiles.ts';
import { appendLeaves, EMPTY_TREE, rootOfTree } from './tree.ts';
import { type VerifyInput, verifyLedger } from './verify.ts';

const NODE_KEY = createSecretKey(Buffer.alloc(32, 7));
const SIZE = 600;
const origin = logOrigin('ancheng.example', 'xiluo', 1);
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const verifierKey = formatVerifierKey(origin, publicKey.export({ format: 'der', type: 'spki' }).subarray(-32));
const signer = { name: origin, verifierKey, sign: (body: Uint8Array) => sign(null, body, privateKey) };
const policy = { log: [parseVerifierKey(verifierKey) as Verifier] };
const acts = { isApproving: (role: string) => role === 'ciso' };

const act = (position: number, change: Partial<Envelope> = {}): Envelope => ({
  v: 1,
  organisation: 'xiluo',
  stream: `change:${position % 10}`,
  streamVersion: Math.floor(position / 10) + 1,
  type: 'record.filled',
  at: new Date(Date.UTC(2026, 10, 20) + position * 1000).toISOString(),
  actor: { person: 'p1', grants: [] },
  command: `c${position}`,
  definition: '',
  data: { position, attachment: { blob: `b${position}`, bytes: 1 } },
  ...change,
});

function ledger(envelopes: Envelope[]) {
  const entries = envelopes.map((envelope) => encodeEntry(envelope) as Uint8Array);
  const { state, tiles } = appendLeaves(EMPTY_TREE, entries.map(leafHash));
  const files = new Map<string, Buffer>(tiles.map(({ tile, bytes }) => [tilePath(tile), Buffer.from(bytes)]));
  for (let index = 0; index * TILE_WIDTH < entries.length; index++) {
    const some = entries.slice(index * TILE_WIDTH, (index + 1) * TILE_WIDTH);
    files.set(tilePath({ level: 'entries', index, width: some.length }), Buffer.from(encodeBundle(some)));
  }
  const checkpoint = signCheckpoint({ origin, size: entries.length, root: rootOfTree(state) }, signer);
  let mac: Uint8Array = FIRST_MAC;
  const rows = entries.map((entry, pos): LedgerRow => {
    mac = entryMac(NODE_KEY, leafHash(entry), mac);
    const { stream, streamVersion, type, at } = envelopes[pos] as Envelope;
    return { pos, stream, streamVersion, type, at, entry, mac };
  });
  return { entries, files, checkpoint, rows };
}

async function* each<Item>(items: Iterable<Item>) {
  yield* items;
}

const verify = ({ files, checkpoint }: ReturnType<typeof ledger>, more: Partial<VerifyInput> = {}) => {
  const log = {
    checkpoint: async () => checkpoint,
    read: async (tile: Parameters<typeof tilePath>[0]) => files.get(tilePath(tile)),
  };
  return verifyLedger({ log, policy, ...more });
};

const sound = ledger(Array.from({ length: SIZE }, (_, position) => act(position)));
const withFile = (path: string, bytes: Buffer | undefined) => {
  const files = new Map(sound.files);
  if (bytes) files.set(path, bytes);
  else files.delete(path);
  return { ...sound, files };
};
const flipped = (bytes: Uint8Array, at: number) => {
  const copy = Buffer.from(bytes);
  copy[at % copy.length] = (copy[at % copy.length] ?? 0) ^ 1;
  return copy;
};

test('a sound ledger passes every level, and reports progress', async () => {
  const seen: number[] = [];
  const all = { rows: each(sound.rows), nodeKeys: [NODE_KEY], acts, blob: async () => 'kept' as const };
  const report = await verify(sound, { ...all, onProgress: (done) => seen.push(done) });
  expect(report).toMatchObject({ ok: true, size: SIZE, origin });
  expect(report.findings.map(({ level, ok }) => `${level} ${ok}`)).toEqual(
    ['L0', 'L1', 'L2', 'L3', 'L4'].map((level) => `${level} true`),
  );
  expect(seen).toEqual([256, 512, 600]);
});

describe('L0', () => {
  test('a checkpoint signed by nobody trusted fails, and the rest is still looked at', async () => {
    const report = await verify(sound, { policy: { log: [] } });
    expect(report.findings.filter(({ ok }) => !ok).map(({ level }) => level)).toEqual(['L0', 'L0']);
    expect(report.ok).toBe(false);
  });
  test('the policy hook may refuse a stale checkpoint', async () => {
    const report = await verify(sound, { judge: () => [{ zh: '過舊', en: 'stale' }] });
    expect(report.ok).toBe(false);
  });
  test('no checkpoint is no pass', async () => {
    const report = await verifyLedger({
      log: { checkpoint: async () => undefined, read: async () => undefined },
      policy,
    });
    expect(report.ok).toBe(false);
  });
});

describe('L1', () => {
  test('one flipped bit in any file is found', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...sound.files.keys()), fc.nat({ max: 100_000 }), async (path, at) => {
        const report = await verify(withFile(path, flipped(sound.files.get(path) as Buffer, at)));
        expect(report.ok).toBe(false);
      }),
      { numRuns: 150 },
    );
  });
  test('bytes added to any file are found', async () => {
    for (const [path, bytes] of sound.files) {
      for (const more of [1, 32])
        expect((await verify(withFile(path, Buffer.concat([bytes, Buffer.alloc(more)])))).ok, path).toBe(false);
    }
  });
  test('any missing file is found', async () => {
    for (const path of sound.files.keys()) expect((await verify(withFile(path, undefined))).ok).toBe(false);
  });
  test('the position of an altered entry is named', async () => {
    const position = 300;
    const entries = sound.entries
      .slice(256, 512)
      .with(position - 256, flipped(sound.entries[position] as Uint8Array, 40));
    const report = await verify(withFile('tile/entries/001', Buffer.from(encodeBundle(entries))));
    expect(report.firstBad).toBe(position);
    expect(report.findings.filter(({ level, ok }) => level === 'L1' && !ok).map((finding) => finding.position)).toEqual(
      [position, undefined],
    );
  });
  test('another history under a stolen checkpoint is found', async () => {
    const other = ledger(
      Array.from({ length: SIZE }, (_, position) => act(position, position === 5 ? { data: { forged: true } } : {})),
    );
    expect((await verify({ ...other, checkpoint: sound.checkpoint })).ok).toBe(false);
  });
});

describe('L2 and marks: rows of the database', () => {
  const rowsVerified = (rows: LedgerRow[]) => verify(sound, { rows: each(rows), nodeKeys: [NODE_KEY] });
  const row = (position: number) => sound.rows[position] as LedgerRow;
  const forgedEntry = encodeEntry(act(SIZE)) as Uint8Array;
  const forged: LedgerRow = {
    pos: SIZE,
    stream: 'change:0',
    streamVersion: 61,
    entry: forgedEntry,
    mac: Buffer.alloc(32, 9),
  };

  test.each<[string, LedgerRow[], number]>([
    ['an updated entry', sound.rows.with(77, { ...row(77), entry: flipped(row(77).entry, 30) }), 77],
    ['a deleted row', sound.rows.toSpliced(88, 1), 88],
    ['a deleted tail', sound.rows.slice(0, 590), 590],
    ['a truncated table', [], 0],
    ['two rows with contents swapped', sound.rows.with(3, { ...row(9), pos: 3 }).with(9, { ...row(3), pos: 9 }), 3],
    ['two rows out of order', sound.rows.with(3, row(9)).with(9, row(3)), 3],
    ['a row twice', sound.rows.toSpliced(50, 0, row(50)), 50],
    ['a changed mark', sound.rows.with(12, { ...row(12), mac: Buffer.alloc(32) }), 12],
    ['a changed stream column', sound.rows.with(13, { ...row(13), stream: 'change:x' }), 13],
    ['a changed version column', sound.rows.with(14, { ...row(14), streamVersion: 99 }), 14],
    ['a changed type column', sound.rows.with(15, { ...row(15), type: 'record.sealed' }), 15],
    ['a changed moment column', sound.rows.with(16, { ...row(16), at: '2020-01-01T00:00:00.000Z' }), 16],
    ['a forged row behind the checkpoint', [...sound.rows, forged], SIZE],
    ['a gap behind the checkpoint', [...sound.rows, { ...forged, pos: SIZE + 1 }], SIZE],
  ])('%s is found at its position', async (_what, rows, position) => {
    const report = await rowsVerified(rows);
    expect(report.ok).toBe(false);
    expect(report.firstBad).toBe(position);
  });

  test('unsealed rows that a command server wrote pass', async () => {
    const entry = encodeEntry(act(SIZE)) as Uint8Array;
    const mac = entryMac(NODE_KEY, leafHash(entry), row(SIZE - 1).mac);
    expect((await rowsVerified([...sound.rows, { ...forged, entry, mac }])).ok).toBe(true);
  });

  test('marks of a rotated key pass when both keys are given', async () => {
    expect(
      (await verify(sound, { rows: each(sound.rows), nodeKeys: [createSecretKey(Buffer.alloc(32, 8)), NODE_KEY] })).ok,
    ).toBe(true);
    expect(
      (await verify(sound, { rows: each(sound.rows), nodeKeys: [createSecretKey(Buffer.alloc(32, 8))] })).firstBad,
    ).toBe(0);
  });
});

describe('L3: what was sealed rightly may still be wrong', () => {
  const at3 = (change: Partial<Envelope>) =>
    ledger(Array.from({ length: 6 }, (_, position) => act(position, position === 3 ? change : {})));
  test.each<[string, Partial<Envelope>]>([
    ['a version jump', { streamVersion: 2 }],
    ['a moment that runs backwards', { at: '2026-11-01T00:00:00.000Z' }],
    ['an act on a grant that was never given', { actor: { person: 'p1', grants: ['g-slipped-in'] } }],
  ])('%s', async (_what, change) => {
    expect(await verify(at3(change), { acts })).toMatchObject({ ok: false, firstBad: 3 });
  });
});

test('a level says no more than was asked of it', async () => {
  const marks = await verify(sound, { rows: each(sound.rows), nodeKeys: [NODE_KEY] });
  expect(marks.findings.find(({ level }) => level === 'L3')?.message.en).toBe('marks hold');
  const contents = await verify(sound, { acts });
  expect(contents.findings.find(({ level }) => level === 'L3')?.message.en).not.toContain('marks');
  expect((await verify(sound)).findings.map(({ level }) => level)).toEqual(['L0', 'L1']);
});

test('L4: a missing or altered blob is named by the entry that refers to it; a shredded one is kept by design', async () => {
  const states = { b5: 'missing', b7: 'altered', b9: 'shredded' } as const;
  const report = await verify(sound, { blob: async ({ blob }) => states[blob as keyof typeof states] ?? 'kept' });
  expect(report.findings.filter(({ ok }) => !ok).map(({ level, position }) => [level, position])).toEqual([
    ['L4', 5],
    ['L4', 7],
    ['L4', undefined],
  ]);
});

describe('proof of one record', () => {
  const node = nodesFromTiles(SIZE, async (tile) => sound.files.get(tilePath(tile)) as Uint8Array);
  const proofOf = async (position: number) => {
    const proof = await proveEntry(sound.entries[position] as Uint8Array, position, sound.checkpoint, node);
    if (isRefused(proof)) throw new Error('no proof');
    return proof;
  };
  test('verifies offline with the verifier key alone and shows the event', async () => {
    for (const position of [0, 255, 256, 511, 599]) {
      const proven = verifyProof(formatProof(await proofOf(position)), verifierKey);
      expect(proven).toMatchObject({ position, envelope: { data: { position } }, checkpoint: { size: SIZE } });
    }
  });
  test('no other entry, position, path or text passes', async () => {
    const proof = await proofOf(300);
    const wrong = [
      { ...proof, entry: sound.entries[301] as Uint8Array },
      { ...proof, position: 301 },
      { ...proof, path: proof.path.slice(1) },
      { ...proof, checkpoint: proof.checkpoint.replace(`\n${SIZE}\n`, `\n${SIZE + 1}\n`) },
    ];
    for (const altered of wrong) expect(isRefused(verifyProof(formatProof(altered), verifierKey))).toBe(true);
    const text = formatProof(proof);
    fc.assert(
      fc.property(fc.nat({ max: text.length - 1 }), fc.constantFrom(...'Ab0\n +'), (at, letter) => {
        fc.pre(text[at] !== letter);
        expect(isRefused(verifyProof(text.slice(0, at) + letter + text.slice(at + 1), verifierKey))).toBe(true);
      }),
    );
  });
  test('a position not sealed yet is refused', async () => {
    expect(isRefused(await proveEntry(sound.entries[0] as Uint8Array, SIZE, sound.checkpoint, node))).toBe(true);
  });
});
