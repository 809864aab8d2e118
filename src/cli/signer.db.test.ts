import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { signerAsChild } from '../adapters/sealing/signer-child.ts';
import type { Signer } from '../adapters/sealing/signer-door.ts';
import { signerOnSocket } from '../adapters/sealing/signer-socket.ts';
import { logOrigin, verifyCheckpoint } from '../kernel/ledger/checkpoint.ts';
import { consistencyProof, leafHash, type NodeReader, rootOf } from '../kernel/ledger/merkle.ts';
import { parseVerifierKey, type Verifier } from '../kernel/ledger/note.ts';
import { isRefused } from '../kernel/refusal.ts';

/** The signer as the process people start, with its own memory and key, killed and started again. */

const ROOT = join(import.meta.dirname, '../..');
const NODE = join(ROOT, 'node_modules/node/bin/node');
const PROGRAM = join(ROOT, 'bin/ancheng.js');
const leaves = Array.from({ length: 20 }, (_, index) => leafHash(Buffer.from(`entry ${index}`)));
const node: NodeReader = async (level, index) => rootOf(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level));
const origin = logOrigin('ancheng.example', '西螺鎮公所', 1);
const at = (size: number, of = leaves) => ({ origin, size, root: rootOf(of.slice(0, size)) });
const holds = (signer: Signer, note: unknown) =>
  typeof note === 'string' &&
  !isRefused(verifyCheckpoint(note, { log: [parseVerifierKey(signer.verifierKey(origin)) as Verifier] }));

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});
const folder = () => mkdtempSync(join(tmpdir(), 'signer-'));

const childOf = (place: string) =>
  signerAsChild(
    {
      execPath: NODE,
      script: PROGRAM,
      args: ['signer', '--child', '--state', join(place, 'state'), '--key', join(place, 'log.pem')],
    },
    () => {},
  );

async function standing(
  place: string,
  key = join(place, 'log.pem'),
  env: NodeJS.ProcessEnv = {},
): Promise<ChildProcess> {
  const socket = join(place, 'door');
  const child = spawn(NODE, [PROGRAM, 'signer', '--state', join(place, 'state'), '--key', key, '--socket', socket], {
    // Started as root it goes on as an ordinary account; here it stays what the test is.
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}),
  });
  started.push(child);
  await new Promise<void>((ready, ended) => {
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk;
      if (said.includes('ready')) ready();
    });
    child.once('close', () => ended(new Error(`the signer ended: ${said}`)));
  });
  return child;
}

/** Where another account may write, for tests that run as root. */
function openFolder(): string {
  const place = folder();
  if (process.getuid?.() === 0) spawnSync('chown', ['65534:65534', place]);
  return place;
}

let first: Signer;
let second: Promise<unknown>;
beforeAll(async () => {
  const place = folder();
  first = await childOf(place);
  second = childOf(place).catch((error: unknown) => error); // has patience, of which the tests make use meanwhile
});

describe('as a child of the platform', () => {
  test('it signs what continues, refuses what does not, and remembers when it was killed in between', async () => {
    const place = folder();
    const signer = await childOf(place);
    expect(holds(signer, await signer.sign(at(10), []))).toBe(true);
    await signer.close();
    const again = await childOf(place);
    expect(again.publicKeys).toEqual(signer.publicKeys);
    expect(await again.last(origin)).toEqual({ size: 10, root: Buffer.from(at(10).root) });
    for (const refused of [
      await again.sign(at(9), []),
      await again.sign(at(10, leaves.toReversed()), []),
      await again.sign(at(20), []),
    ])
      expect(refused).toMatchObject({ refused: [{ code: 'conflict' }] });
    expect(holds(again, await again.sign(at(20), await consistencyProof(10, 20, node)))).toBe(true);
    await again.close();
  });

  test('what command servers acknowledged is kept until it is sealed, the first report of a position stands', async () => {
    const place = folder();
    const mac = (fill: number) => Buffer.alloc(32, fill);
    const signer = await childOf(place);
    await signer.acknowledge('xiluo', [
      { pos: 3, mac: mac(1) },
      { pos: 5, mac: mac(2) },
    ]);
    await signer.acknowledge('xiluo', [{ pos: 5, mac: mac(9) }]);
    await signer.close();
    const again = await childOf(place);
    expect(await again.acknowledged('xiluo')).toEqual([
      { pos: 3, mac: mac(1) },
      { pos: 5, mac: mac(2) },
    ]);
    await again.sealed('xiluo', 4);
    expect(await again.acknowledged('xiluo')).toEqual([{ pos: 5, mac: mac(2) }]);
    expect(await again.acknowledged('other')).toEqual([]);
    await again.close();
  });
});

describe.skipIf(process.platform === 'win32')('as a process of another user', () => {
  test('it answers on its socket, keeps its key to itself, and remembers after kill -9', async () => {
    const place = openFolder();
    const child = await standing(place);
    const signer = await signerOnSocket(join(place, 'door'));
    expect(holds(signer, await signer.sign(at(10), []))).toBe(true);
    expect(statSync(join(place, 'log.pem')).mode & 0o077).toBe(0);
    expect(statSync(join(place, 'door')).mode & 0o007).toBe(0);
    const gone = new Promise((ended) => child.once('exit', ended));
    child.kill('SIGKILL');
    await gone;
    await standing(place);
    const again = await signerOnSocket(join(place, 'door'));
    expect(await again.sign(at(9), [])).toMatchObject({ refused: [{ code: 'conflict' }] });
    expect(holds(again, await again.sign(at(20), await consistencyProof(10, 20, node)))).toBe(true);
  });

  test('its key may come as a credential of systemd', async () => {
    const place = openFolder();
    spawnSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', join(place, 'log')]);
    spawnSync('chmod', ['600', join(place, 'log')]);
    if (process.getuid?.() === 0) spawnSync('chown', ['65534:65534', join(place, 'log')]);
    await standing(place, 'credential:log', { CREDENTIALS_DIRECTORY: place, RUNTIME_DIRECTORY: place });
    await expect.poll(() => existsSync(join(place, 'ready'))).toBe(true);
    const signer = await signerOnSocket(join(place, 'door'));
    expect(holds(signer, await signer.sign(at(10), []))).toBe(true);
  });
});

const SOFTHSM = ['/usr/lib/softhsm/libsofthsm2.so', '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so'].find((path) =>
  existsSync(path),
);

describe.skipIf(SOFTHSM === undefined && process.env.CI !== 'true')('with its key in a PKCS#11 token (SoftHSM)', () => {
  test('the token signs, openssl and our verifier agree, and the key is not in any file of the signer', async () => {
    const place = folder();
    const env = { SOFTHSM2_CONF: join(place, 'softhsm2.conf') };
    spawnSync('mkdir', [join(place, 'tokens')]);
    writeFileSync(env.SOFTHSM2_CONF, `directories.tokendir = ${join(place, 'tokens')}\nobjectstore.backend = file\n`);
    writeFileSync(join(place, 'pin'), '1234\n', { mode: 0o600 });
    const run = (program: string, ...args: string[]) => {
      const done = spawnSync(program, args, { env: { ...process.env, ...env, PIN: '1234' }, encoding: 'utf8' });
      expect([done.stderr, done.status]).toEqual([expect.anything(), 0]);
    };
    run('softhsm2-util', '--init-token', '--free', '--label', 'ancheng', '--pin', '1234', '--so-pin', '5678');
    const module = String(SOFTHSM);
    const login = ['--module', module, '--token-label', 'ancheng', '--login', '--pin', 'env:PIN'];
    run('pkcs11-tool', ...login, '--keypairgen', '--key-type', 'EC:edwards25519', '--label', 'log');
    const key = `pkcs11:token=ancheng;object=log?module-path=${module}&pin-source=file:${join(place, 'pin')}`;
    process.env.SOFTHSM2_CONF = env.SOFTHSM2_CONF;
    const signer = await signerAsChild(
      { execPath: NODE, script: PROGRAM, args: ['signer', '--child', '--state', join(place, 'state'), '--key', key] },
      () => {},
    );
    expect(holds(signer, await signer.sign(at(10), []))).toBe(true);
    expect(readdirSync(join(place, 'state')).filter((name) => name.endsWith('.pem'))).toEqual([]);
    await signer.close();
    delete process.env.SOFTHSM2_CONF;
  });
});

test('two on one memory cannot be: the second waits for the first and gives up', async () => {
  expect(String(await second)).toContain('did not start');
  await first.close();
});
