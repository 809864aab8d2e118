import { spawnSync } from 'node:child_process';
import { createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Log, openLog } from '../src/adapters/sealing/log.ts';
import { type LogState, type SealSource, sealOnce } from '../src/adapters/sealing/seal.ts';
import { type LogSigner, localSigner } from '../src/adapters/sealing/signer.ts';
import { directoryStore } from '../src/adapters/sealing/store.ts';
import type { LedgerRow } from '../src/kernel/ledger/chain.ts';
import { logOrigin } from '../src/kernel/ledger/checkpoint.ts';
import { type Envelope, encodeEntry } from '../src/kernel/ledger/envelope.ts';
import { entryMac, FIRST_MAC } from '../src/kernel/ledger/mac.ts';
import { EMPTY_ROOT, leafHash } from '../src/kernel/ledger/merkle.ts';
import { parseVerifierKey, type Verifier } from '../src/kernel/ledger/note.ts';
import { type VerifyInput, verifyLedger } from '../src/kernel/ledger/verify.ts';

/** `seconds` for `done` of something; `beside` is the figure to compare with. */
export type Measured = { what: string; done: number; seconds: number; beside: string };

const ORIGIN = logOrigin('ancheng.example', 'bench', 1);
const NODE_KEY = createSecretKey(randomBytes(32));

const RULES = 'ab'.repeat(32);

/** A typical act, about 400 bytes; the first adopts the rules the others name. */
export const envelopeAt = (pos: number): Envelope => ({
  v: 1,
  organisation: 'bench',
  stream: `change:${pos % 50_000}`,
  streamVersion: Math.floor(pos / 50_000) + 1,
  type: pos === 0 ? 'definition.adopted' : 'record.acted',
  at: new Date(Date.UTC(2026, 0, 1) + pos).toISOString(),
  actor: { person: `p${pos % 500}`, factor: 'totp', grants: [] },
  command: `c${pos}`,
  definition: pos === 0 ? '' : RULES,
  data:
    pos === 0
      ? { hash: RULES }
      : { action: 'approve', from: 'reviewed', to: 'approved', note: '已核對回復計畫與測試結果' },
});

/** Seals a log of so many entries in a temporary directory, then verifies it, with Go too when it is installed. */
export async function* measureLog(entries: number): AsyncGenerator<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'ledger-bench-'));
  try {
    const log = await openLog(join(folder, 'log'));
    const signer = localSigner([generateKeyPairSync('ed25519').privateKey], directoryStore(join(folder, 'signer')));
    const macs: Uint8Array[] = [];
    const seconds = await sealAll(log, signer, entries, macs);
    yield { what: 'seal, 8,192 a time (marks, versions, fdatasync)', done: entries, seconds, beside: '50,000' };
    yield* measureVerify(log, signer.verifierKey(ORIGIN), macs);
    yield* measureGo(folder, signer.verifierKey(ORIGIN), entries);
    console.log(`${diskMegabytes(join(folder, 'log'))} MB on disk   428 MB per 1,000,000`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const diskMegabytes = (folder: string) =>
  Math.round(Number(spawnSync('du', ['-sk', folder], { encoding: 'utf8' }).stdout.split('\t')[0]) / 1024);

/** Seconds of sealing alone; making the rows, which stands for PostgreSQL here, is not counted. */
async function sealAll(log: Log, signer: LogSigner, entries: number, macs: Uint8Array[]): Promise<number> {
  let state: LogState = { size: 0, root: EMPTY_ROOT, epoch: 1 };
  let making = 0;
  const source: SealSource = {
    organisation: 'bench',
    origin: ORIGIN,
    state: async () => state,
    async readEntries(from, to) {
      const start = performance.now();
      const rows = Array.from({ length: Math.min(to, entries) - from }, (_, at) => rowAt(from + at, macs));
      making += performance.now() - start;
      return rows;
    },
    versionsBefore: async (position, streams) => versionsBefore(position, streams),
    compareAndSwap: async (_previous, next) => {
      state = next;
      return true;
    },
    nodeKeys: [NODE_KEY],
    signer,
    log,
  };
  const start = performance.now();
  for (let result = await sealOnce(source); result.outcome !== 'idle'; result = await sealOnce(source)) {
    if (result.outcome !== 'sealed') throw new Error(JSON.stringify(result));
  }
  return (performance.now() - start - making) / 1000;
}

function rowAt(pos: number, macs: Uint8Array[]): LedgerRow {
  const envelope = envelopeAt(pos);
  const entry = encodeEntry(envelope) as Uint8Array;
  macs[pos] ??= entryMac(NODE_KEY, leafHash(entry), pos === 0 ? FIRST_MAC : (macs[pos - 1] as Uint8Array));
  const { stream, streamVersion, type, at } = envelope;
  return { pos, stream, streamVersion, type, at, entry, mac: macs[pos] as Uint8Array };
}

function versionsBefore(position: number, streams: string[]): Map<string, number> {
  const versions = streams.map((stream): [string, number] => {
    const first = Number(stream.slice('change:'.length));
    return [stream, Math.max(0, Math.ceil((position - first) / 50_000))];
  });
  return new Map(versions);
}

async function* measureVerify(log: Log, verifierKey: string, macs: Uint8Array[]): AsyncGenerator<Measured> {
  const policy = { log: [parseVerifierKey(verifierKey) as Verifier] };
  const verify = async (what: string, beside: string, more: Partial<VerifyInput>): Promise<Measured> => {
    const start = performance.now();
    const processor = process.cpuUsage();
    const report = await verifyLedger({ log, policy, ...more });
    const seconds = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(processor);
    if (!report.ok) throw new Error(JSON.stringify(report.findings.slice(0, 3)));
    console.log(`${((user + system) / 1e6).toFixed(2)} s of processor:`); // hardly moves with what else the machine does
    return { what, done: report.size ?? 0, seconds, beside };
  };
  const rows = async function* () {
    for (let pos = 0; pos < macs.length; pos++) yield rowAt(pos, macs);
  };
  const acts = { isApproving: () => false };
  yield await verify('verify L0–L1: signature, entries, tiles', 'limit 10 s; 461,000', {});
  yield await verify('verify L3 contents: versions, moments, grants', '', { acts });
  yield await verify('verify L2–L3 against rows (making them included)', '', {
    rows: rows(),
    nodeKeys: [NODE_KEY],
    acts,
  });
}

async function* measureGo(folder: string, verifierKey: string, entries: number): AsyncGenerator<Measured> {
  const program = join(folder, 'verify');
  const source = join(import.meta.dirname, '../test/peers/tlog/verify.go');
  const env = { ...process.env, GO111MODULE: 'off', GOPATH: '/usr/share/gocode' };
  if (spawnSync('go', ['build', '-o', program, source], { env }).status !== 0) return;
  const start = performance.now();
  const run = spawnSync(program, ['-log', join(folder, 'log'), '-key', verifierKey, '-every', '1000'], {
    encoding: 'utf8',
  });
  if (run.status !== 0) throw new Error(run.stderr);
  yield {
    what: 'the same log verified by Go (x/mod/sumdb)',
    done: entries,
    seconds: (performance.now() - start) / 1000,
    beside: '538,000',
  };
}
