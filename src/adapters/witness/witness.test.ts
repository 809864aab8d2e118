import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { verifyCheckpoint } from '../../kernel/ledger/checkpoint.ts';
import { formatVerifierKey, parseVerifierKey, type Verifier } from '../../kernel/ledger/note.ts';
import { readCosignatures } from '../../kernel/ledger/witness.ts';
import { isRefused } from '../../kernel/refusal.ts';
import { rawPublicKey } from '../sealing/keys.ts';
import { directoryStore } from '../sealing/store.ts';
import { type KnownLogs, parseKnownLogs } from './logs.ts';
import { treeMemory } from './memory.ts';
import { witnessServer } from './serve.ts';
import { openWitness } from './witness.ts';

// Requests another implementation made (FiloSottile/torchwood, test data of litewitness: a sigsum log of 1, 3 and 5 leaves).
const ORIGIN = 'sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562';
const LOG_KEY = Buffer.from('ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f', 'hex');
const checkpoint = (size: number, root: string, signature: string) =>
  `${ORIGIN}\n${size}\n${root}\n\n— ${ORIGIN} ${signature}\n`;
const ONE = checkpoint(
  1,
  'KgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
  'UgIom7fPZTqpxWWhyjWduBvTvGVqsokMbqTArsQilegKoFBJQjUFAmQ0+YeSPM3wfUQMFSzVnnNuWRTYrajXpNUbIQY=',
);
const THREE = checkpoint(
  3,
  'RcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=',
  'UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6go=',
);
const FIVE = checkpoint(
  5,
  'QrtXrQZCCvpIgsSmOsah7HdICzMLLyDfxToMql9WTjY=',
  'UgIomw/EOJmWi0i1FQsOj+etB7F8IccFam/jgd6wzRns4QPVmyEZtdvl1U2KEmLOZ/ASRcWJi0tW90dJWAShei7sDww=',
);
const TO_THREE = ['KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=', 'KgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='];
const TO_FIVE = [
  'KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
  '+fUDV+k970B4I3uKrqJM4aP1lloPZP8mvr2Z4wRw2LI=',
  'KgQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
];
const body = (old: number | string, proof: string[], note: string) =>
  `old ${old}\n${proof.map((line) => `${line}\n`).join('')}\n${note}`;

const NAME = 'witness.example/agency';
async function witness(list = `log ${formatVerifierKey(ORIGIN, LOG_KEY)}`, folder?: string) {
  const key = generateKeyPairSync('ed25519').privateKey;
  const memory = treeMemory(directoryStore(folder ?? (await mkdtemp(join(tmpdir(), 'witness-')))));
  const { keysOf } = parseKnownLogs(list) as KnownLogs;
  const rawKey = rawPublicKey(key);
  return openWitness({ name: NAME, key, rawPublicKey: rawKey, memory, keysOf, now: () => new Date(1_790_000_000_000) });
}

test('a request made by another implementation is accepted, and the answer verifies as cosignature/v1', async () => {
  const one = await witness();
  expect((await one.addCheckpoint(body(0, [], ONE))).status).toBe(200);
  const { status, body: answer } = await one.addCheckpoint(body(1, TO_FIVE, FIVE));
  expect(status).toBe(200);
  const key = parseVerifierKey(one.verifierKey) as Verifier;
  expect(readCosignatures(FIVE, answer, [key])).toMatchObject([{ at: 1_790_000_000 }]);
  const log = [parseVerifierKey(formatVerifierKey(ORIGIN, LOG_KEY)) as Verifier];
  expect(isRefused(verifyCheckpoint(`${FIVE}${answer}`, { log, witnesses: [key], quorum: 1 }))).toBe(false);
  expect(isRefused(verifyCheckpoint(FIVE, { log, witnesses: [key], quorum: 1 }))).toBe(true);
});

test('an older checkpoint never follows a newer one, whoever is faster, and after a restart too', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'witness-'));
  const one = await witness(undefined, folder);
  await one.addCheckpoint(body(0, [], ONE));
  const answers = await Promise.all([
    one.addCheckpoint(body(1, TO_FIVE, FIVE)),
    one.addCheckpoint(body(1, TO_THREE, THREE)),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([200, 409]);
  const again = await (await witness(undefined, folder)).addCheckpoint(body(1, TO_THREE, THREE));
  expect(again).toEqual({ status: 409, type: 'text/x.tlog.size', body: '5\n' });
});

test('whatever is malformed, unknown or unproven gets the status the specification names, and no cosignature', async () => {
  const forged = ONE.replace('\n1\n', '\n2\n');
  const cases: [number, string][] = [
    [400, ''],
    [400, 'old x\n\n'],
    [400, `old 01\n\n${ONE}`],
    [400, body(0, Array(64).fill(TO_FIVE[0]), ONE)],
    [400, body(0, ['not base64'], ONE)],
    [400, body(0, [], ONE.replace('\n1\n', '\n-1\n'))],
    [400, body(0, [], ONE.slice(0, -1))],
    [400, body(7, [], ONE)],
    [403, body(0, [], forged)],
    [404, body(0, [], ONE.replaceAll('4d6d', '4d6e'))],
    [409, body(1, TO_FIVE, FIVE)],
    [422, body(0, TO_FIVE, FIVE)],
  ];
  const one = await witness();
  for (const [status, request] of cases) {
    const answer = await one.addCheckpoint(request);
    expect([answer.status, request]).toEqual([status, request]);
    expect(answer.body).not.toContain('—');
  }
  await one.addCheckpoint(body(0, [], ONE));
  expect((await one.addCheckpoint(body(1, TO_FIVE.toReversed(), FIVE))).status).toBe(422);
  expect((await one.addCheckpoint(body(1, [], ONE))).status).toBe(200);
});

test('an installation is trusted for all its ledgers, and for nobody else’s', async () => {
  const installation = `installation ${formatVerifierKey('sigsum.org/v1/tree', LOG_KEY)}`;
  const { keysOf } = parseKnownLogs(installation) as KnownLogs;
  expect(keysOf('sigsum.org/v1/tree/log/any/1')).toHaveLength(1);
  expect(keysOf('sigsum.org/v1/tree2/log/any/1')).toHaveLength(0);
  expect(parseKnownLogs('log nonsense')).toMatchObject({ refused: [{ line: 1 }] });
});

test('over HTTP: POST add-checkpoint only, and nothing endless', async () => {
  const server = witnessServer(await witness(), (error) => expect.unreachable(String(error)));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const post = (path: string, content: string) => fetch(`${url}${path}`, { method: 'POST', body: content });
  try {
    const answer = await post('/add-checkpoint', body(0, [], ONE));
    expect([answer.status, (await answer.text()).startsWith(`— ${NAME} `)]).toEqual([200, true]);
    const conflict = await post('/add-checkpoint', body(0, [], FIVE));
    expect([conflict.status, conflict.headers.get('content-type'), await conflict.text()]).toEqual([
      409,
      'text/x.tlog.size',
      '1\n',
    ]);
    expect((await post('/add-checkpoint', 'x'.repeat(600_000))).status).toBe(413);
    expect((await fetch(`${url}/add-checkpoint`)).status).toBe(405);
    const cutOff = connect(Number(new URL(url).port), '127.0.0.1');
    cutOff.end('POST /add-checkpoint HTTP/1.1\r\nhost: x\r\ncontent-length: 900\r\n\r\nold 0\n');
    await once(cutOff.resume(), 'close');
    expect((await post('/elsewhere', '')).status).toBe(404);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
