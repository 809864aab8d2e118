import { createHash, createSecretKey, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LedgerRow } from '../../kernel/ledger/chain.ts';
import { logOrigin } from '../../kernel/ledger/checkpoint.ts';
import { encodeEntry } from '../../kernel/ledger/envelope.ts';
import { entryMac, FIRST_MAC } from '../../kernel/ledger/mac.ts';
import { consistencyProof, EMPTY_ROOT, leafHash, rootOf, verifyConsistency } from '../../kernel/ledger/merkle.ts';
import { parseVerifierKey, type Verifier } from '../../kernel/ledger/note.ts';
import { encodeBundle, parseTilePath, TILE_WIDTH, tilePath, tilesOf } from '../../kernel/ledger/tiles.ts';
import { appendLeaves, EMPTY_TREE } from '../../kernel/ledger/tree.ts';
import { verifyLedger } from '../../kernel/ledger/verify.ts';
import { openLogIn } from './log.ts';
import { type LogState, prepareSeal, type SealSource, sealOnce } from './seal.ts';
import { localSigner } from './signer.ts';
import type { Store, StoredFile } from './store.ts';

const NODE_KEY = createSecretKey(Buffer.alloc(32, 3));
const ORIGIN = logOrigin('ancheng.example', 'xiluo', 1);
const KEY = generateKeyPairSync('ed25519').privateKey;
const ROWS = rowsOf(3000);
const LEAVES = ROWS.map(({ entry }) => leafHash(entry));

function rowsOf(count: number): LedgerRow[] {
  let mac: Uint8Array = FIRST_MAC;
  return Array.from({ length: count }, (_, pos) => {
    const named = { stream: `asset:${pos % 7}`, streamVersion: Math.floor(pos / 7) + 1, type: 'record.filled' };
    const at = new Date(Date.UTC(2026, 10, 20) + pos).toISOString();
    const rest = { actor: { grants: [] }, command: `c${pos}`, definition: '', data: { pos } };
    const entry = encodeEntry({ v: 1, organisation: 'xiluo', ...named, at, ...rest }) as Uint8Array;
    mac = entryMac(NODE_KEY, leafHash(entry), mac);
    return { pos, ...named, at, entry, mac };
  });
}

/** What survives a crash: the database, the log's files, the signer's memory. */
const machine = () => ({
  rows: [] as LedgerRow[],
  state: { size: 0, root: EMPTY_ROOT, epoch: 1 } as LogState,
  files: new Map<string, Uint8Array>(),
  memory: new Map<string, Uint8Array>(),
  signed: [] as { size: number; root: Uint8Array }[],
});
type Machine = ReturnType<typeof machine>;

/** Runs out after so many effects; each effect may be cut before or behind its doing. */
class PowerCut extends Error {}
type Power = { left: number };
const spend = (power: Power) => {
  power.left -= 1;
  if (power.left < 0) throw new PowerCut();
};

function storeOver(files: Map<string, Uint8Array>, power: Power): Store {
  const writeOne = ({ path, bytes }: StoredFile) => {
    spend(power);
    files.set(path, bytes);
    spend(power);
  };
  return {
    read: async (path) => files.get(path),
    write: async (some) => some.forEach(writeOne),
    remove: async (paths) => {
      for (const path of paths) {
        spend(power);
        for (const name of files.keys()) if (name === path || name.startsWith(`${path}/`)) files.delete(name);
      }
    },
    list: async (folder) => {
      const inside = [...files.keys()].filter((name) => name.startsWith(`${folder}/`));
      return [...new Set(inside.map((name) => name.slice(folder.length + 1).replace(/\/.*/, '/')))];
    },
  };
}

/** A process started on the machine, with power for so many effects. */
async function started(machine: Machine, power: Power = { left: Number.POSITIVE_INFINITY }): Promise<SealSource> {
  const signer = localSigner([KEY], storeOver(machine.memory, power));
  return {
    organisation: 'xiluo',
    origin: ORIGIN,
    state: async () => machine.state,
    readEntries: async (from, to) => machine.rows.filter(({ pos }) => pos >= from && pos < to),
    versionsBefore: async (position) =>
      new Map(machine.rows.filter(({ pos }) => pos < position).map((row) => [row.stream, row.streamVersion])),
    compareAndSwap: async (previous, next) => {
      spend(power);
      const holds = machine.state.size === previous.size && Buffer.compare(machine.state.root, previous.root) === 0;
      if (holds) machine.state = next;
      spend(power);
      return holds;
    },
    nodeKeys: [NODE_KEY],
    signer: {
      ...signer,
      sign: async (checkpoint, proof) => {
        const note = await signer.sign(checkpoint, proof);
        if (typeof note === 'string') machine.signed.push(checkpoint);
        spend(power);
        return note;
      },
    },
    log: await openLogIn(storeOver(machine.files, power)),
  };
}

const sealed = async (machine: Machine) => sealOnce(await started(machine));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const policy = {
  log: [parseVerifierKey(localSigner([KEY], storeOver(new Map(), { left: 0 })).verifierKey(ORIGIN)) as Verifier],
};

const roots = new Map<number, string>();
function referenceRoot(size: number): string {
  const root = roots.get(size) ?? hex(rootOf(LEAVES.slice(0, size)));
  roots.set(size, root);
  return root;
}

/** Every tile file holds what a single pass over the same entries puts at its path, and none is missing. */
function expectOnlyTrueFiles(files: Map<string, Uint8Array>, size: number): void {
  const { tiles } = appendLeaves(EMPTY_TREE, LEAVES.slice(0, size));
  const reference = new Map(tiles.map(({ tile, bytes }) => [`${tile.level} ${tile.index}`, bytes]));
  for (const [path, bytes] of files) {
    const tile = parseTilePath(path);
    if (!tile) continue;
    const start = tile.index * TILE_WIDTH;
    const expected =
      tile.level === 'entries'
        ? encodeBundle(ROWS.slice(start, start + tile.width).map(({ entry }) => entry))
        : reference.get(`${tile.level} ${tile.index}`)?.subarray(0, tile.width * 32);
    expect(Buffer.compare(bytes, expected ?? Buffer.alloc(0)), path).toBe(0);
  }
  for (const tile of tilesOf(size)) expect(files.has(tilePath(tile)), tilePath(tile)).toBe(true);
}

test('a power cut at any effect, any number of times, ends in the log of a single pass', async () => {
  const life = fc.array(
    fc.record({
      arrive: fc.oneof(fc.nat({ max: 20 }), fc.nat({ max: 20 }), fc.integer({ min: 200, max: 300 })),
      power: fc.integer({ min: 0, max: 40 }),
    }),
    { minLength: 1, maxLength: 8 },
  );
  await fc.assert(
    fc.asyncProperty(life, async (steps) => {
      const its = machine();
      for (const { arrive, power } of steps) {
        its.rows = ROWS.slice(0, Math.min(ROWS.length, its.rows.length + arrive));
        try {
          await sealOnce(await started(its, { left: power }));
        } catch (error) {
          if (!(error instanceof PowerCut)) throw error;
        }
      }
      for (let result = await sealed(its); result.outcome !== 'idle'; result = await sealed(its))
        expect(result.outcome).toBe('sealed');
      const size = its.rows.length;
      expect(its.state.size).toBe(size);
      expect(hex(its.state.root)).toBe(referenceRoot(size));
      if (size > 0) expectOnlyTrueFiles(its.files, size);
      for (const one of its.signed) expect(hex(one.root)).toBe(referenceRoot(one.size));
    }),
    { numRuns: 300 },
  );
});

test('what was sealed in many rounds verifies on every level, against the rows too', async () => {
  const its = machine();
  for (const size of [1, 2, 255, 256, 257, 600, 1500, 3000]) {
    its.rows = ROWS.slice(0, size);
    expect(await sealed(its)).toMatchObject({ outcome: 'sealed', checkpoint: { size } });
  }
  const rows = (async function* () {
    yield* ROWS;
  })();
  const { log } = await started(its);
  const report = await verifyLedger({ log, policy, rows, nodeKeys: [NODE_KEY], acts: { isApproving: () => false } });
  expect(report).toMatchObject({ ok: true, size: 3000 });
});

test('superseded partial tiles are gone; those of the checkpoint before remain for readers on their way', async () => {
  const its = machine();
  for (const size of [10, 20, 30, 300]) {
    its.rows = ROWS.slice(0, size);
    await sealed(its);
    const partial = [...its.files.keys()].filter((path) => path.includes('entries/') && path.includes('.p/'));
    const expected = {
      10: ['000.p/10'],
      20: ['000.p/10', '000.p/20'],
      30: ['000.p/20', '000.p/30'],
      300: ['001.p/44'],
    }[size];
    expect(partial).toEqual(expected?.map((name) => `tile/entries/${name}`));
  }
});

test('nothing new is idle and writes nothing', async () => {
  const its = machine();
  its.rows = ROWS.slice(0, 5);
  await sealed(its);
  const before = new Map(its.files);
  expect(await sealed(its)).toEqual({ outcome: 'idle' });
  expect(its.files).toEqual(before);
});

describe('the sealer refuses what no command server wrote', () => {
  const forgeries: [string, (rows: LedgerRow[]) => LedgerRow[]][] = [
    ['a forged row', (rows) => rows.with(30, { ...(ROWS[30] as LedgerRow), mac: Buffer.alloc(32) })],
    ['a changed entry', (rows) => rows.with(30, { ...(ROWS[30] as LedgerRow), entry: (ROWS[31] as LedgerRow).entry })],
    ['a gap', (rows) => rows.toSpliced(30, 1)],
    ['a repeated position', (rows) => rows.toSpliced(30, 0, ROWS[29] as LedgerRow)],
    ['a changed column', (rows) => rows.with(30, { ...(ROWS[30] as LedgerRow), stream: 'asset:x' })],
  ];
  test.each(forgeries)('%s: what precedes it is sealed, then all halts at its position', async (_what, forge) => {
    const its = machine();
    its.rows = ROWS.slice(0, 20);
    await sealed(its);
    its.rows = forge(ROWS.slice(0, 50));
    expect(await sealed(its)).toMatchObject({ outcome: 'sealed', checkpoint: { size: 30 } });
    expect(await sealed(its)).toMatchObject({ outcome: 'halted', position: 30 });
    expect(its.state.size).toBe(30);
  });

  test('a version jump, even with a right mark', async () => {
    const its = machine();
    const { entry } = ROWS[7] as LedgerRow; // second event of its stream, written as the first of the log
    its.rows = [{ ...(ROWS[7] as LedgerRow), pos: 0, mac: entryMac(NODE_KEY, leafHash(entry), FIRST_MAC) }];
    expect(await sealed(its)).toMatchObject({ outcome: 'halted', position: 0 });
  });

  test('a deleted tail that was acknowledged', async () => {
    const its = machine();
    its.rows = ROWS.slice(0, 20);
    await sealed(its);
    const acknowledged = async () => [{ pos: 24, mac: (ROWS[24] as LedgerRow).mac }];
    expect(await sealOnce({ ...(await started(its)), acknowledged })).toMatchObject({
      outcome: 'halted',
      position: 20,
    });
  });

  test('an acknowledged tail of which only the end is gone: what is still there is sealed, then it halts', async () => {
    const its = machine();
    its.rows = ROWS.slice(0, 22);
    const acknowledged = async () => [20, 24].map((pos) => ({ pos, mac: (ROWS[pos] as LedgerRow).mac }));
    const source = { ...(await started(its)), acknowledged };
    expect(await sealOnce(source)).toMatchObject({ outcome: 'sealed', added: 22 });
    expect(await sealOnce(source)).toMatchObject({ outcome: 'halted', position: 22 });
  });

  test('a tail replaced by another one that a command server marked, after somebody rewound the sequencer', async () => {
    const its = machine();
    its.rows = ROWS.slice(0, 22);
    const acknowledged = async () => [{ pos: 21, mac: Buffer.alloc(32, 9) }];
    const result = await sealOnce({ ...(await started(its)), acknowledged });
    expect(result).toMatchObject({ outcome: 'sealed', added: 21 });
    expect(await sealOnce({ ...(await started(its)), acknowledged })).toMatchObject({
      outcome: 'halted',
      position: 21,
    });
  });

  test('what is acknowledged and there is sealed', async () => {
    const its = machine();
    its.rows = ROWS.slice(0, 22);
    const acknowledged = async () => [20, 21].map((pos) => ({ pos, mac: (ROWS[pos] as LedgerRow).mac }));
    expect(await sealOnce({ ...(await started(its)), acknowledged })).toMatchObject({ outcome: 'sealed', added: 22 });
  });
});

describe('rollback', () => {
  const past = async () => {
    const its = machine();
    its.rows = ROWS.slice(0, 300);
    await sealed(its);
    const backup = structuredClone({ rows: its.rows, state: its.state, files: its.files, memory: its.memory });
    its.rows = ROWS.slice(0, 600);
    await sealed(its);
    return { its, backup };
  };
  test('of the database alone halts: the log holds more', async () => {
    const { its, backup } = await past();
    Object.assign(its, { rows: backup.rows, state: backup.state });
    expect(await sealed(its)).toMatchObject({ outcome: 'halted' });
  });
  test('of database and log, then another history, is refused by the signer', async () => {
    const { its, backup } = await past();
    Object.assign(its, { rows: backup.rows, state: backup.state, files: backup.files });
    const entry = encodeEntry({
      v: 1,
      organisation: 'xiluo',
      stream: 'other:1',
      streamVersion: 1,
      type: 'record.filled',
      at: '2026-11-21T00:00:00.000Z',
      actor: { grants: [] },
      command: 'c',
      definition: '',
      data: {},
    }) as Uint8Array;
    const mac = entryMac(NODE_KEY, leafHash(entry), (ROWS[299] as LedgerRow).mac);
    its.rows = [...ROWS.slice(0, 300), { pos: 300, stream: 'other:1', streamVersion: 1, entry, mac }];
    expect(await sealed(its)).toMatchObject({ outcome: 'halted' });
  });
  test('a log_state that says another root for the sealed size halts', async () => {
    const { its } = await past();
    its.state = { ...its.state, root: LEAVES[0] as Uint8Array };
    its.rows = ROWS.slice(0, 700);
    expect(await sealed(its)).toMatchObject({
      outcome: 'halted',
      message: { en: expect.stringContaining('different roots') },
    });
  });
  test('tiles on disk that do not have the root of their checkpoint halt', async () => {
    const { its } = await past();
    its.files.set('tile/0/002.p/88', Buffer.alloc(88 * 32));
    expect(await sealed(its)).toMatchObject({ outcome: 'halted' });
  });
});

describe('two sealers', () => {
  test('one that slept before its swap loses it', async () => {
    const its = machine();
    its.rows = ROWS.slice(0, 100);
    const slow = await started(its);
    const prepared = await prepareSeal(slow);
    its.rows = ROWS.slice(0, 400);
    await sealed(its);
    if (prepared.outcome !== 'prepared') throw new Error('not prepared');
    expect(await slow.compareAndSwap(prepared.previous, prepared.next)).toBe(false);
  });
  test('one that slept between swap and signing publishes nothing older and removes nothing newer', async () => {
    const its = machine();
    its.rows = ROWS.slice(0, 100);
    const slow = await started(its);
    const prepared = await prepareSeal(slow);
    if (prepared.outcome !== 'prepared') throw new Error('not prepared');
    await slow.compareAndSwap(prepared.previous, prepared.next);
    its.rows = ROWS.slice(0, 120);
    expect(await sealed(its)).toMatchObject({ outcome: 'sealed', checkpoint: { size: 120 } });
    expect(await prepared.publish()).toEqual({ outcome: 'lost' });
    expect(await verifyLedger({ log: (await started(its)).log, policy })).toMatchObject({ ok: true, size: 120 });
  });
});

test('every two checkpoints ever signed are consistent, and no size has two roots', async () => {
  const its = machine();
  for (let size = 40; size <= 1000; size += 96) {
    its.rows = ROWS.slice(0, size);
    await sealed(its);
  }
  const { log } = await started(its);
  for (const [at, smaller] of its.signed.entries()) {
    for (const larger of its.signed.slice(at)) {
      const proof = await consistencyProof(smaller.size, larger.size, log.nodes(its.state.size));
      expect(verifyConsistency(smaller, larger, proof)).toBe(true);
    }
  }
  expect(new Set(its.signed.map(({ size }) => size)).size).toBe(its.signed.length);
});

test('the log alone gives back every entry, to refill a database', async () => {
  const its = machine();
  its.rows = ROWS.slice(0, 700);
  await sealed(its);
  const digest = createHash('sha256');
  for await (const { position, entry } of (await started(its)).log.entries(250, 700))
    digest.update(`${position}`).update(entry);
  const expected = createHash('sha256');
  for (const { pos, entry } of ROWS.slice(250, 700)) expected.update(`${pos}`).update(entry);
  expect(digest.digest('hex')).toBe(expected.digest('hex'));
});
