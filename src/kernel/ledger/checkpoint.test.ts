import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRefused } from '../refusal.ts';
import { checkpointBody, logOrigin, parseCheckpoint, signCheckpoint, verifyCheckpoint } from './checkpoint.ts';
import { leafHash, rootOf } from './merkle.ts';
import { formatVerifierKey, type NoteSigner, parseNote, parseVerifierKey, type Verifier } from './note.ts';

const raw = (key: KeyObject) => key.export({ format: 'der', type: 'spki' }).subarray(-32);

function signer(name: string, kind: Verifier['kind'] = 'ed25519', time = 1_800_000_000): NoteSigner {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const verifierKey = formatVerifierKey(name, raw(publicKey), kind);
  if (kind === 'ed25519') return { name, verifierKey, sign: (body) => sign(null, body, privateKey) };
  const stamp = Buffer.alloc(8);
  stamp.writeBigUInt64BE(BigInt(time));
  const message = (body: Uint8Array) => Buffer.concat([Buffer.from(`cosignature/v1\ntime ${time}\n`), body]);
  return { name, verifierKey, sign: (body) => Buffer.concat([stamp, sign(null, message(body), privateKey)]) };
}

function trusted({ verifierKey }: NoteSigner): Verifier {
  const verifier = parseVerifierKey(verifierKey);
  if (isRefused(verifier)) throw new Error('unreadable key');
  return verifier;
}

const origin = logOrigin('ancheng.example', 'xiluo', 1);
const checkpoint = { origin, size: 3, root: rootOf(['a', 'b', 'c'].map((entry) => leafHash(Buffer.from(entry)))) };
const log = signer(origin);
const policy = { log: [trusted(log)] };

test('a checkpoint is three lines, signed by the key named as its origin', () => {
  expect(checkpointBody(checkpoint)).toMatch(/^ancheng\.example\/log\/xiluo\/1\n3\n[A-Za-z0-9+/]{43}=\n$/);
  expect(verifyCheckpoint(signCheckpoint(checkpoint, log), policy)).toMatchObject({
    origin,
    size: 3,
    root: checkpoint.root,
  });
});

test('the signed-note example of the sum.golang.org key reads as its owner publishes it', () => {
  const key = 'sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8';
  expect(parseVerifierKey(key)).toMatchObject({ name: 'sum.golang.org', kind: 'ed25519' });
  expect(isRefused(parseVerifierKey(key.replace('033de0ae', '033de0af')))).toBe(true);
});

describe('refuses', () => {
  const published = signCheckpoint(checkpoint, log);
  test('an unknown key, and a known key of another log', () => {
    expect(isRefused(verifyCheckpoint(published, { log: [trusted(signer(origin))] }))).toBe(true);
    const stranger = signer('ancheng.example/log/xiluo/2');
    expect(isRefused(verifyCheckpoint(signCheckpoint(checkpoint, stranger), { log: [trusted(stranger)] }))).toBe(true);
  });
  test('another size, root or signature under the same key', () => {
    for (const altered of [
      published.replace('\n3\n', '\n4\n'),
      published.replace(Buffer.from(checkpoint.root).toString('base64'), Buffer.alloc(32).toString('base64')),
      published.replace(/(.)(.{6})\n$/, (_, one: string, rest: string) => `${one === 'A' ? 'B' : 'A'}${rest}\n`),
    ]) {
      expect(altered).not.toBe(published);
      expect(isRefused(verifyCheckpoint(altered, policy))).toBe(true);
    }
  });
  test('any text that is not a checkpoint, without throwing', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => isRefused(verifyCheckpoint(text, policy))));
    expect(isRefused(parseCheckpoint(published.replace('\n3\n', '\n03\n')))).toBe(true);
    expect(isRefused(parseNote(published.slice(0, -1)))).toBe(true);
    expect(isRefused(parseCheckpoint(published.replace('\n\n', '\n\nmore\n\n')))).toBe(true);
  });
});

describe('several signature lines', () => {
  test('of strangers are passed over; during a rotation either key is enough', () => {
    const next = signer(origin);
    const published = signCheckpoint(checkpoint, signer('unknown.example'), log, next);
    expect(verifyCheckpoint(published, policy)).toMatchObject({ size: 3 });
    expect(verifyCheckpoint(published, { log: [trusted(next)] })).toMatchObject({ size: 3 });
  });
  test('witnesses count towards the quorum, each once, with the time they saw it', () => {
    const witness = signer('witness.example', 'cosignature', 1_790_000_000);
    const published = signCheckpoint(checkpoint, log, witness, witness);
    const seen = verifyCheckpoint(published, { ...policy, witnesses: [trusted(witness)], quorum: 1 });
    expect(seen).toMatchObject({ seen: [{ holds: true }, { holds: true, at: 1_790_000_000 }, { holds: true }] });
    expect(isRefused(verifyCheckpoint(published, { ...policy, witnesses: [trusted(witness)], quorum: 2 }))).toBe(true);
  });
  test('an ML-DSA-44 witness signs its own name, the moment, origin, size and root, and no further line (type 0x06)', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ml-dsa-44');
    const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-1312);
    const verifierKey = formatVerifierKey('pq.example/w', raw, 'subtree');
    const witness = parseVerifierKey(verifierKey) as Verifier;
    const moment = Buffer.from('000000006ab10380', 'hex'); // 1,790,010,240
    const message = (name: string) =>
      Buffer.concat([
        Buffer.from(`subtree/v1\n\0${String.fromCharCode(name.length)}${name}`),
        moment,
        Buffer.from(String.fromCharCode(origin.length) + origin),
        Buffer.from('00000000000000000000000000000003', 'hex'), // from leaf 0 to the third
        checkpoint.root,
      ]);
    const cosigned = (name: string) => {
      const made = Buffer.concat([moment, sign(null, message(name), privateKey)]);
      return verifyCheckpoint(signCheckpoint(checkpoint, log, { name: witness.name, verifierKey, sign: () => made }), {
        ...policy,
        witnesses: [witness],
        quorum: 1,
      });
    };
    expect(cosigned('pq.example/w')).toMatchObject({ seen: [{ holds: true }, { holds: true, at: 0x6ab10380 }] });
    expect(isRefused(cosigned('pq.example/other'))).toBe(true);
  });
  test('a bad one of a trusted witness spoils the note', () => {
    const witness = signer('witness.example', 'cosignature');
    const published = signCheckpoint(checkpoint, log, { ...witness, sign: () => Buffer.alloc(72) });
    expect(isRefused(verifyCheckpoint(published, { ...policy, witnesses: [trusted(witness)] }))).toBe(true);
  });
});
