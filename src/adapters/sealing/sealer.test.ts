import { createSecretKey, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { until } from '../../../test/harness/until.ts';
import type { LedgerRow } from '../../kernel/ledger/chain.ts';
import { logOrigin } from '../../kernel/ledger/checkpoint.ts';
import { encodeEntry } from '../../kernel/ledger/envelope.ts';
import { entryMac, FIRST_MAC } from '../../kernel/ledger/mac.ts';
import { EMPTY_ROOT, leafHash } from '../../kernel/ledger/merkle.ts';
import { parseVerifierKey, type Verifier } from '../../kernel/ledger/note.ts';
import { verifyLedger } from '../../kernel/ledger/verify.ts';
import { openLog } from './log.ts';
import type { LogState, SealSource } from './seal.ts';
import { type SealerInput, type SwapMany, sealMany, startSealer } from './sealer.ts';
import { localSigner } from './signer.ts';
import { directoryStore } from './store.ts';

const NODE_KEY = createSecretKey(Buffer.alloc(32, 5));
const signer = localSigner(
  [generateKeyPairSync('ed25519').privateKey],
  directoryStore(await mkdtemp(join(tmpdir(), 'signer-'))),
);

/** An organisation on a real disk, its database in memory. */
async function office(organisation: string) {
  const origin = logOrigin('ancheng.example', organisation, 1);
  const folder = await mkdtemp(join(tmpdir(), 'log-'));
  const its = { rows: [] as LedgerRow[], state: { size: 0, root: EMPTY_ROOT, epoch: 1 } as LogState };
  const source: SealSource = {
    organisation,
    origin,
    state: async () => its.state,
    readEntries: async (from, to) => its.rows.filter(({ pos }) => pos >= from && pos < to),
    versionsBefore: async (position) => new Map([['s', position]]),
    compareAndSwap: async () => Promise.reject(new Error('swaps go in batches here')),
    nodeKeys: [NODE_KEY],
    signer,
    log: await openLog(folder),
  };
  const happen = () => {
    const pos = its.rows.length;
    const rest = { actor: { grants: [] }, command: `c${pos}`, definition: '', data: {} };
    const at = new Date(Date.UTC(2026, 10, 20) + pos).toISOString();
    const entry = encodeEntry({
      v: 1,
      organisation,
      stream: 's',
      streamVersion: pos + 1,
      type: 'x',
      at,
      ...rest,
    }) as Uint8Array;
    const mac = entryMac(NODE_KEY, leafHash(entry), its.rows.at(-1)?.mac ?? FIRST_MAC);
    its.rows.push({ pos, stream: 's', streamVersion: pos + 1, entry, mac });
  };
  return { its, source, happen, folder };
}
type Office = Awaited<ReturnType<typeof office>>;

const swapping =
  (offices: Office[]): SwapMany =>
  async (swaps) => {
    for (const { organisation, next } of swaps) {
      const found = offices.find(({ source }) => source.organisation === organisation);
      if (found) found.its.state = next;
    }
    return new Set(swaps.map(({ organisation }) => organisation));
  };

test('many organisations share one swap, and one that fails keeps none of the others back', async () => {
  const offices = await Promise.all(['a', 'b', 'c'].map(office));
  for (const { happen } of offices) happen();
  const swapMany = vi.fn(swapping(offices));
  const sources = offices.map(({ source }) => source);
  const failing = {
    ...(sources[1] as SealSource),
    readEntries: async () => Promise.reject(new Error('connection lost')),
  };
  const results = await sealMany(sources.with(1, failing), swapMany);
  expect(new Map(results.map(({ organisation, result }) => [organisation, result.outcome]))).toEqual(
    new Map([
      ['b', 'failed'],
      ['a', 'sealed'],
      ['c', 'sealed'],
    ]),
  );
  expect(swapMany).toHaveBeenCalledTimes(1);
});

test('an organisation whose swap did not hold is lost, not signed', async () => {
  const only = await office('a');
  only.happen();
  const results = await sealMany([only.source], async () => new Set());
  expect(results).toEqual([{ organisation: 'a', result: { outcome: 'lost' } }]);
  expect(await only.source.log.checkpoint()).toBeUndefined();
});

test('the loop seals what is due, tells a halt once, and stops', async () => {
  const offices = [await office('good'), await office('forged')];
  for (const { happen } of offices) happen();
  const forged = offices[1]?.its.rows[0] as LedgerRow;
  forged.mac = Buffer.alloc(32);
  const told = { sealed: vi.fn(), idle: vi.fn(), halted: vi.fn(), failed: vi.fn<SealerInput['failed']>() };
  const due = async () => offices.filter(({ its }) => its.rows.length > its.state.size).map(({ source }) => source);
  const sealer = startSealer({ due, swapMany: swapping(offices), ...told, everyMilliseconds: 10 });
  await until(() => expect(told.sealed).toHaveBeenCalledTimes(1));
  offices[0]?.happen();
  sealer.hurry();
  await until(() => expect(told.sealed).toHaveBeenCalledTimes(2));
  await sealer.stop();
  expect(told.halted).toHaveBeenCalledTimes(1);
  expect(told.halted).toHaveBeenCalledWith(
    'forged',
    expect.objectContaining({ en: expect.stringContaining('mark') }),
    0,
  );
  expect(told.failed).not.toHaveBeenCalled();
  offices[0]?.happen();
  await new Promise((resolve) => setTimeout(resolve, 40));
  expect(told.sealed).toHaveBeenCalledTimes(2);
});

test('a seal whose signer was away behind the swap is finished though nobody calls it due', async () => {
  const its = await office('late');
  its.happen();
  let away = true;
  const late: SealSource = {
    ...its.source,
    signer: { ...signer, last: (origin) => (away ? Promise.reject(new Error('nobody there')) : signer.last(origin)) },
  };
  const told = { sealed: vi.fn(), idle: vi.fn(), halted: vi.fn(), failed: vi.fn<SealerInput['failed']>() };
  const due: SealerInput['due'] = async ({ unfinished }) =>
    its.its.state.size < 1 || unfinished.includes('late') ? [late] : [];
  const sealer = startSealer({ due, swapMany: swapping([its]), ...told, everyMilliseconds: 5 });
  await until(() => expect(told.failed).toHaveBeenCalled());
  expect(its.its.state.size).toBe(1);
  away = false;
  await until(() => expect(told.sealed).toHaveBeenCalledTimes(1));
  await sealer.stop();
  expect(await its.source.log.checkpoint()).toContain('\n1\n');
});

test('on a real disk: tiles of spec paths, no temporary files, and a log that verifies', async () => {
  const its = await office('disk');
  for (let count = 0; count < 300; count++) its.happen();
  await sealMany([its.source], swapping([its]));
  its.happen();
  await sealMany([its.source], swapping([its]));
  const files = (await readdir(its.folder, { recursive: true, withFileTypes: true })).filter((item) => item.isFile());
  const names = files.map(({ parentPath, name }) => `${parentPath.slice(its.folder.length)}/${name}`).sort();
  expect(names).toEqual([
    '/checkpoint',
    '/tile/0/000',
    '/tile/0/001.p/44',
    '/tile/0/001.p/45',
    '/tile/1/000.p/1',
    '/tile/entries/000',
    '/tile/entries/001.p/44',
    '/tile/entries/001.p/45',
  ]);
  const policy = { log: [parseVerifierKey(signer.verifierKey(its.source.origin)) as Verifier] };
  expect(await verifyLedger({ log: await openLog(its.folder), policy })).toMatchObject({ ok: true, size: 301 });
});
