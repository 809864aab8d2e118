import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { createLogKey, loadLogKey } from '../../../src/adapters/sealing/keys.ts';
import { type Log, openLog } from '../../../src/adapters/sealing/log.ts';
import { type LogSigner, localSigner } from '../../../src/adapters/sealing/signer.ts';
import { directoryStore } from '../../../src/adapters/sealing/store.ts';
import { logOrigin, parseCheckpoint, type SignedCheckpoint } from '../../../src/kernel/ledger/checkpoint.ts';
import { encodeEntry } from '../../../src/kernel/ledger/envelope.ts';
import { consistencyProof, leafHash, rootAt } from '../../../src/kernel/ledger/merkle.ts';
import { parseVerifierKey, type Verifier } from '../../../src/kernel/ledger/note.ts';
import { formatProof, proveEntry } from '../../../src/kernel/ledger/proof.ts';
import { appendLeaves, EMPTY_TREE, rootOfTree, type TreeState } from '../../../src/kernel/ledger/tree.ts';
import { verifyLedger } from '../../../src/kernel/ledger/verify.ts';
import { isRefused } from '../../../src/kernel/refusal.ts';

// A program nobody of us wrote must be able to read our log: Go's own checksum database code, as Debian packages it
// (golang-go, golang-golang-x-mod-dev), and openssl.
const GOPATH = '/usr/share/gocode';
const IN_CI = process.env.CI === 'true';
const present = (program: string) => spawnSync(program, ['version'], { encoding: 'utf8' }).status === 0;
const withGo = IN_CI || present('go');
const withOpenssl = IN_CI || present('openssl');

const ORIGIN = logOrigin('ancheng.example', '西螺鎮公所', 1);
const KEY = generateKeyPairSync('ed25519').privateKey;
/** A signer that remembers nothing yet: it serves one log. */
const newSigner = async () => localSigner([KEY], directoryStore(await mkdtemp(join(tmpdir(), 'signer-'))));
const verifierKey = (await newSigner()).verifierKey(ORIGIN);

const entry = (pos: number): Uint8Array => {
  const at = new Date(Date.UTC(2026, 10, 20) + pos).toISOString();
  const rest = {
    type: 'record.filled',
    at,
    actor: { grants: [] },
    command: `c${pos}`,
    definition: '',
    data: { 名稱: '主機', pos },
  };
  return encodeEntry({ v: 1, organisation: 'xiluo', stream: 's', streamVersion: pos + 1, ...rest }) as Uint8Array;
};

async function grow(log: Log, signer: LogSigner, tree: TreeState, size: number): Promise<TreeState> {
  const entries = Array.from({ length: size - tree.size }, (_, at) => entry(tree.size + at));
  const grown = appendLeaves(tree, entries.map(leafHash));
  await log.write(tree.size, entries, grown.tiles);
  const proof = await consistencyProof(tree.size, size, log.nodes(size));
  const note = await signer.sign({ origin: ORIGIN, size, root: rootOfTree(grown.state) }, proof);
  if (isRefused(note)) throw new Error(note.refused[0]?.message.en);
  await log.publish(note);
  await log.prune(tree.size, size);
  return grown.state;
}

/** Our own proofs, for the other program to judge. */
async function writeProofs(log: Log, size: number, older: number[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'proofs-'));
  const checkpoint = (await log.checkpoint()) as string;
  const nodes = log.nodes(size);
  for (const position of new Set([0, Math.floor(size / 2), size - 1])) {
    const proof = await proveEntry(entry(position), position, checkpoint, nodes);
    if (isRefused(proof)) throw new Error('no proof');
    await writeFile(join(folder, `${position}.tlog-proof`), formatProof(proof));
  }
  for (const from of older) {
    const lines = [await rootAt(from, nodes), ...(await consistencyProof(from, size, nodes))];
    const text = [from, ...lines.map((line) => Buffer.from(line).toString('base64'))].join('\n');
    await writeFile(join(folder, `${from}.consistency`), `${text}\n`);
  }
  return folder;
}

describe.skipIf(!withGo)('golang.org/x/mod/sumdb reads our log', () => {
  let program = '';
  beforeAll(async () => {
    if (!present('go')) throw new Error('go is missing: install golang-go and golang-golang-x-mod-dev');
    program = join(await mkdtemp(join(tmpdir(), 'go-')), 'verify');
    const environment = { ...process.env, GO111MODULE: 'off', GOPATH, GOFLAGS: '' };
    const built = spawnSync('go', ['build', '-o', program, join(import.meta.dirname, 'verify.go')], {
      env: environment,
      encoding: 'utf8',
    });
    if (built.status !== 0)
      throw new Error(`the Go verifier does not build (golang-golang-x-mod-dev installed?):\n${built.stderr}`);
  });
  const run = (log: string, ...more: string[]) =>
    spawnSync(program, ['-log', log, '-key', verifierKey, ...more], { encoding: 'utf8' });

  test('at sizes 1, 2, 255, 256, 257, 1000 and 70,000 of one growing log, and judges our proofs', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'log-'));
    const log = await openLog(folder);
    const signer = await newSigner();
    let tree = EMPTY_TREE;
    const passed: number[] = [];
    for (const size of [1, 2, 255, 256, 257, 1000, 70_000]) {
      tree = await grow(log, signer, tree, size);
      const proofs = await writeProofs(log, size, passed);
      const { stdout, stderr } = run(folder, '-every', String(Math.ceil(size / 300)), '-proofs', proofs);
      expect(stderr).toBe('');
      expect(stdout).toContain(`ok ${size} leaves`);
      passed.push(size);
    }
  });

  test('and refuses it after one flipped bit anywhere, as we do', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'log-'));
    await grow(await openLog(folder), await newSigner(), EMPTY_TREE, 1000);
    expect(run(folder).status).toBe(0);
    for (const path of [
      'tile/entries/001',
      'tile/entries/003.p/232',
      'tile/0/002',
      'tile/0/003.p/232',
      'tile/1/000.p/3',
      'checkpoint',
    ]) {
      const altered = join(await mkdtemp(join(tmpdir(), 'altered-')), 'log');
      await cp(folder, altered, { recursive: true });
      const bytes = await readFile(join(altered, path));
      const at = Math.floor(bytes.length / 2);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      await writeFile(join(altered, path), bytes);
      expect(run(altered).status, path).not.toBe(0);
      const policy = { log: [parseVerifierKey(verifierKey) as Verifier] };
      expect((await verifyLedger({ log: await openLog(altered), policy })).ok, path).toBe(false);
    }
  });

  test('and refuses a proof of ours that was altered', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'log-'));
    const log = await openLog(folder);
    await grow(log, await newSigner(), EMPTY_TREE, 300);
    const proofs = await writeProofs(log, 300, []);
    const path = join(proofs, '150.tlog-proof');
    await writeFile(path, (await readFile(path, 'utf8')).replace('index 150', 'index 151'));
    expect(run(folder, '-proofs', proofs).stderr).toContain('150.tlog-proof');
  });
});

describe.skipIf(!withOpenssl)('openssl', () => {
  test('verifies the signature of a checkpoint with our key file, and refuses another text', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'openssl-'));
    const at = (name: string) => join(folder, name);
    await createLogKey(at('log.pem'));
    await mkdir(at('memory'));
    const fileSigner = localSigner([await loadLogKey(at('log.pem'))], directoryStore(at('memory')));
    const note = await fileSigner.sign({ origin: ORIGIN, size: 1, root: leafHash(entry(0)) }, []);
    const { body, signatures } = (parseCheckpoint(note as string) as SignedCheckpoint).note;
    await writeFile(at('body'), body);
    await writeFile(at('other'), body.replace('\n1\n', '\n2\n'));
    await writeFile(at('signature'), signatures[0]?.signature ?? '');
    const openssl = (...words: string[]) => spawnSync('openssl', words, { encoding: 'utf8' }).status;
    expect(openssl('pkey', '-in', at('log.pem'), '-pubout', '-out', at('public.pem'))).toBe(0);
    const verify = ['pkeyutl', '-verify', '-pubin', '-inkey', at('public.pem'), '-rawin', '-sigfile', at('signature')];
    expect(openssl(...verify, '-in', at('body'))).toBe(0);
    expect(openssl(...verify, '-in', at('other'))).not.toBe(0);
  });
});
