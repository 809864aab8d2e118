import { createHash, createPublicKey, type KeyObject, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { authenticator } from '../../adapters/auth/fixtures/authenticator.ts';
import { spkiOf } from '../../adapters/auth/passkey-key.ts';
import {
  type ApprovalSignature,
  aboutOf,
  approvalDigest,
  confirmation,
  decision,
  emptyApprovalIndex,
  followApproval,
  severalDigest,
  writtenHash,
} from './approvals.ts';
import type { Json } from './canonical.ts';
import type { Envelope } from './envelope.ts';

/** Approvals signed with a passkey, checked from the ledger's entries alone. */

const content = { purpose: '對外網站', hosts: [{ id: 'r1', name: 'web1', total: 3 }], when: '2026-11-20' };
const without = ['when', 'hosts.total'];
const written = writtenHash(content, without);
const about = { organisation: 'o1', record: 'r9', action: 'endorse', sections: ['request'], written };

const event = (type: string, data: { [name: string]: Json }, person = 'li'): Envelope => ({
  v: 1,
  organisation: 'o1',
  stream: 'r9',
  streamVersion: 1,
  type,
  at: '2026-11-20T01:00:00.000Z',
  actor: { person, grants: [] },
  command: 'c',
  definition: '',
  data,
});

type Passkey = ReturnType<typeof authenticator>;
/** The COSE key an authenticator hands over when it registers, at its fixed place in the authenticator data. */
function publicKeyOf(passkey: Passkey): { credential: string; publicKey: string } {
  const made = passkey.register(randomBytes(32).toString('base64url'));
  const object = Buffer.from((made.response as { attestationObject: string }).attestationObject, 'base64url');
  return { credential: made.id, publicKey: spkiOf(Uint8Array.from(object.subarray(-77))) };
}
const enrolled = (passkey: Passkey, person = 'li') =>
  event('passkey.enrolled', { person, relyingParty: 'localhost', ...publicKeyOf(passkey) }, person);
function signedBy(passkey: Passkey, digest = approvalDigest(about)): ApprovalSignature {
  const challenge = Buffer.concat([randomBytes(16), digest]).toString('base64url');
  const made = passkey.assert(challenge);
  return {
    credential: made.id,
    written,
    without,
    ...(made.response as Pick<ApprovalSignature, 'authenticatorData' | 'clientDataJSON' | 'signature'>),
  };
}
const sealed = (signature: ApprovalSignature | undefined, more: { [name: string]: Json } = {}) =>
  event('record.sealed', {
    seal: {
      by: 'li',
      action: 'endorse',
      sections: ['request'],
      factor: 'passkey',
      content,
      ...(signature ? { signature: signature as never } : {}),
      ...more,
    },
  });

const faults = (...events: Envelope[]) => {
  const index = emptyApprovalIndex();
  return { faults: events.flatMap((one) => followApproval(index, one)).map(({ en }) => en), ...index.counts };
};

describe('an approval signed with a passkey', () => {
  const passkey = authenticator('http://localhost:8480');

  test('holds, and says so without any server', () => {
    expect(faults(enrolled(passkey), sealed(signedBy(passkey)))).toEqual({ faults: [], signed: 1, weaker: 0 });
  });

  test('made by whoever runs the server, with a passkey of their own, does not', () => {
    const theirs = authenticator('http://localhost:8480');
    expect(faults(enrolled(passkey), sealed(signedBy(theirs))).faults).toEqual([
      'its passkey was never enrolled in this ledger',
    ]);
    expect(faults(enrolled(theirs, 'root'), sealed(signedBy(theirs))).faults).toEqual([
      'its passkey belongs to somebody else',
    ]);
    const borrowed = { ...signedBy(theirs), credential: publicKeyOf(passkey).credential };
    expect(faults(enrolled(passkey), sealed(borrowed)).faults).toEqual(['the signature of the passkey does not hold']);
  });

  test('cannot be carried to another record, act or content', () => {
    const elsewhere = signedBy(passkey, approvalDigest({ ...about, record: 'r8' }));
    expect(faults(enrolled(passkey), sealed(elsewhere)).faults).toEqual([
      'the passkey signed something else than this approval',
    ]);
    const changed = sealed(signedBy(passkey), { content: { ...content, purpose: '別的用途' } });
    expect(faults(enrolled(passkey), changed).faults).toEqual([
      'the passkey signed another content than the seal holds',
    ]);
    const forged = { ...signedBy(passkey), written: writtenHash({ purpose: '別的用途' }, []) };
    expect(faults(enrolled(passkey), sealed(forged)).faults).toEqual([
      'the passkey signed something else than this approval',
    ]);
  });

  test('does not hold without the person verified, for another relying party, or with one bit changed', () => {
    const careless = authenticator('http://localhost:8480', { userVerified: false });
    expect(faults(enrolled(careless), sealed(signedBy(careless))).faults).toEqual([
      'the signature of the passkey does not hold',
    ]);
    const phished = authenticator('http://evil.example');
    expect(faults(enrolled(phished), sealed(signedBy(phished))).faults).toEqual([
      'the signature of the passkey does not hold',
    ]);
    const made = signedBy(passkey);
    const bits = Buffer.from(made.signature, 'base64url');
    bits[bits.length - 1]! ^= 1;
    expect(faults(enrolled(passkey), sealed({ ...made, signature: bits.toString('base64url') })).faults).toHaveLength(
      1,
    );
  });

  test('stands for one approval: used again for the same content later, however it is spelt, it does not hold', () => {
    const once = sealed(signedBy(passkey));
    expect(faults(enrolled(passkey), once, once).faults).toEqual(['its passkey’s signature was used before']);
  });

  test('a decision beside records is signed with all its entry says, each of several in the list', () => {
    const said = { record: 'r1', reason: '訴訟中' };
    const entry = { organisation: 'o1', stream: 'hold:r1', type: 'hold.placed', data: said };
    const digest = approvalDigest(decision(entry));
    const signature = { ...signedBy(passkey, digest), written: decision(entry).written, without: [] };
    const decided = (data: { [name: string]: Json }, factor = 'passkey'): Envelope => {
      const made = event(entry.type, data);
      return { ...made, stream: entry.stream, actor: { ...made.actor, factor } };
    };
    expect(faults(enrolled(passkey), decided({ ...said, signature }))).toEqual({ faults: [], signed: 1, weaker: 0 });
    expect(faults(decided(said, 'password'))).toEqual({ faults: [], signed: 0, weaker: 1 });
    expect(faults(enrolled(passkey), decided(said)).faults).toHaveLength(1);
    expect(faults(enrolled(passkey), decided({ ...said, reason: '結案', signature })).faults).toHaveLength(1);
    const among = [Buffer.from(digest).toString('hex'), 'ab'.repeat(32)];
    const listed = { ...signedBy(passkey, severalDigest(among)), written: signature.written, without: [], among };
    expect(faults(enrolled(passkey), decided({ ...said, signature: listed }))).toMatchObject({ faults: [], signed: 1 });
    // What an act on a record brings with it stands on that act's seals.
    expect(faults(event('record.acted', {}), decided(said)).faults).toEqual([]);
  });

  test('a seal that only says passkey is found; one by password is counted as weaker', () => {
    expect(faults(sealed(undefined)).faults).toEqual(['the seal says passkey and carries no signature']);
    expect(faults(sealed(undefined, { factor: 'password' }))).toEqual({ faults: [], signed: 0, weaker: 1 });
  });

  test('computed parts are left out of what is signed, in rows too', () => {
    expect(writtenHash({ ...content, when: 'later', hosts: [{ id: 'r1', name: 'web1', total: 99 }] }, without)).toBe(
      written,
    );
    expect(writtenHash({ ...content, hosts: [{ id: 'r1', name: 'web2', total: 3 }] }, without)).not.toBe(written);
  });

  test('only an answer to a challenge of ours is about anything', () => {
    const client = (body: object) => Buffer.from(JSON.stringify(body)).toString('base64url');
    expect(aboutOf(client({ type: 'webauthn.get', challenge: randomBytes(16).toString('base64url') }))).toBeUndefined();
    expect(
      aboutOf(client({ type: 'webauthn.create', challenge: randomBytes(48).toString('base64url') })),
    ).toBeUndefined();
    expect(aboutOf('not json')).toBeUndefined();
  });
});

test('keys of every kind authenticators make are read', () => {
  const read = (spki: string): KeyObject =>
    createPublicKey({ key: Buffer.from(spki, 'base64'), format: 'der', type: 'spki' });
  const ed25519 = Buffer.concat([
    Buffer.from('a4010103272006215820', 'hex'),
    createHash('sha256').update('x').digest(),
  ]);
  expect(read(spkiOf(Uint8Array.from(ed25519))).asymmetricKeyType).toBe('ed25519');
  expect(read(publicKeyOf(authenticator('http://localhost')).publicKey).asymmetricKeyType).toBe('ec');
});

describe('several approvals signed at once', () => {
  const passkey = authenticator('http://localhost:8480');
  const hex = (digest: Uint8Array) => Buffer.from(digest).toString('hex');
  const other = hex(approvalDigest({ ...about, record: 'r10' }));
  const among = [other, hex(approvalDigest(about))];

  test('each holds by the list the passkey signed, and nothing outside that list does', () => {
    const signature = { ...signedBy(passkey, severalDigest(among)), among };
    expect(faults(enrolled(passkey), sealed(signature))).toEqual({ faults: [], signed: 1, weaker: 0 });
    const without = { ...signedBy(passkey, severalDigest([other])), among: [other] };
    const claimed = { ...signedBy(passkey, severalDigest([other])), among };
    for (const made of [without, claimed])
      expect(faults(enrolled(passkey), sealed(made)).faults).toEqual([
        'the passkey signed something else than this approval',
      ]);
  });
});

describe('a confirmation signed with a passkey', () => {
  const passkey = authenticator('http://localhost:8480');
  const mark = { id: 'm1', kind: 'concurrent', exception: 'e1' };
  const voted = (held = mark) => event('record.voted', { votes: [{ by: 'chen', mark: held }] }, 'chen');
  const wanted = confirmation({ organisation: 'o1', record: 'r9', what: 'install', mark });
  const confirmed = (signature?: ApprovalSignature) =>
    event('record.confirmed', {
      ...{ type: 'go_live', what: 'install', mark: 'm1', kind: 'concurrent' },
      confirmed: { by: 'li', factor: 'passkey', ...(signature ? { signature: signature as never } : {}) },
    });
  const signature = { ...signedBy(passkey, approvalDigest(wanted)), written: wanted.written, without: [] };

  test('holds over the very mark it confirms', () => {
    expect(faults(enrolled(passkey), voted(), confirmed(signature))).toEqual({ faults: [], signed: 1, weaker: 0 });
    const another = voted({ ...mark, exception: 'e2' });
    expect(faults(enrolled(passkey), another, confirmed(signature)).faults).toEqual([
      'the passkey signed another content than the seal holds',
    ]);
    expect(faults(enrolled(passkey), voted(), confirmed()).faults).toHaveLength(1);
    expect(faults(enrolled(passkey), confirmed(signature)).faults).toHaveLength(1);
  });
});
