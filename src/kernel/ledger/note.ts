import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import { type Refused, refused } from '../refusal.ts';
import { text } from '../text.ts';

/** C2SP signed-note: a text, an empty line, signature lines. `body` ends in a newline and is what the signatures cover. */
export type Note = { body: string; signatures: NoteSignature[] };

/** One signature line; `keyId` and `signature` are taken apart, their meaning depends on the key. */
export type NoteSignature = { name: string; keyId: Uint8Array; signature: Uint8Array };

/** Signs bodies of notes. `name` stands in the signature line, without spaces or plus. */
export type NoteSigner = { name: string; verifierKey: string; sign(body: Uint8Array): Uint8Array };

/**
 * A key somebody trusts: a log's (`ed25519`, type 0x01) or a witness's (C2SP tlog-cosignature: Ed25519 `cosignature`, type 0x04;
 * ML-DSA-44 `subtree`, type 0x06).
 */
export type Verifier = {
  name: string;
  kind: 'ed25519' | 'cosignature' | 'subtree';
  keyId: Uint8Array;
  publicKey: KeyObject;
};

/** What one trusted key says about a note; `at` is when a witness saw it, Unix seconds. */
export type Attestation = { verifier: Verifier; holds: boolean; at?: number };

const KINDS = { ed25519: 0x01, cosignature: 0x04, subtree: 0x06 } as const;
const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex'); // RFC 8410: the fixed head before the 32 bytes
const ML_DSA_44_SPKI = Buffer.from('30820532300b06096086480165030403110382052100', 'hex'); // RFC 9881: before the 1,312 bytes
const KEY_BYTES = { ed25519: 32, cosignature: 32, subtree: 1312 } as const;
const SIGNATURE_BYTES = { ed25519: 64, cosignature: 64, subtree: 2420 } as const;
const MOST_SIGNATURES = 64;

/** `name+keyid+base64`: how a key is given to whoever verifies. `publicKey` is the raw key: 32 bytes, of ML-DSA-44 1,312. */
export function formatVerifierKey(name: string, publicKey: Uint8Array, kind: Verifier['kind'] = 'ed25519'): string {
  const typed = Buffer.concat([Buffer.from([KINDS[kind]]), publicKey]);
  return `${name}+${Buffer.from(keyIdOf(name, typed)).toString('hex')}+${typed.toString('base64')}`;
}

/** Reads a verifier key; refuses other algorithms and a key id that does not belong to the key. */
export function parseVerifierKey(verifierKey: string): Verifier | Refused {
  const [, name = '', keyId = '', encoded = ''] =
    /^([^+\s\u0085]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(verifierKey.trim()) ?? [];
  const typed = Buffer.from(encoded, 'base64');
  const kind = (['ed25519', 'cosignature', 'subtree'] as const).find((one) => KINDS[one] === typed[0]);
  if (!kind || typed.length !== 1 + KEY_BYTES[kind])
    return unreadable('驗證金鑰', 'verifier key', 'not name+id+key with an Ed25519 or ML-DSA-44 key');
  const expected = keyIdOf(name, typed);
  if (Buffer.from(expected).toString('hex') !== keyId) {
    return unreadable('驗證金鑰', 'verifier key', 'its id does not belong to its key');
  }
  return { name, kind, keyId: expected, publicKey: rawPublicKey(kind, typed.subarray(1)) };
}

/** Key id: SHA-256(name ‖ newline ‖ type byte ‖ public key), first four bytes. */
const keyIdOf = (name: string, typed: Uint8Array): Uint8Array =>
  hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), typed]), 'buffer').subarray(0, 4);

const rawPublicKey = (kind: Verifier['kind'], raw: Uint8Array): KeyObject =>
  createPublicKey({
    key: Buffer.concat([kind === 'subtree' ? ML_DSA_44_SPKI : ED25519_SPKI, raw]),
    format: 'der',
    type: 'spki',
  });

/** The note with one line per signer, in the order given. `body` must end in a newline. */
export function signNote(body: string, ...signers: NoteSigner[]): string {
  const lines = signers.map((signer) => {
    const [name = '', keyId = ''] = signer.verifierKey.split('+');
    const signature = Buffer.concat([Buffer.from(keyId, 'hex'), signer.sign(Buffer.from(body))]);
    return `— ${name} ${signature.toString('base64')}\n`;
  });
  return `${body}\n${lines.join('')}`;
}

/** Takes a signed note apart without trusting it. */
export function parseNote(note: string): Note | Refused {
  const split = note.lastIndexOf('\n\n');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: C2SP signed-note forbids exactly these
  if (split < 0 || !note.endsWith('\n') || /[\u0000-\u0009\u000b-\u001f]/.test(note) || !note.isWellFormed()) {
    return unreadable('簽章文件', 'signed note', 'no text and signatures separated by an empty line');
  }
  const lines = note.slice(split + 2, -1).split('\n');
  const signatures = lines.map(parseSignature);
  if (lines.length > MOST_SIGNATURES || signatures.includes(undefined)) {
    return unreadable('簽章文件', 'signed note', 'a signature line is malformed');
  }
  return { body: note.slice(0, split + 1), signatures: signatures as NoteSignature[] };
}

function parseSignature(line: string): NoteSignature | undefined {
  const [, name, encoded] = /^— ([^+\s\u0085]+) ([A-Za-z0-9+/]+={0,2})$/.exec(line) ?? [];
  if (name === undefined || encoded === undefined) return undefined;
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.length < 5 || bytes.toString('base64') !== encoded) return undefined;
  return { name, keyId: bytes.subarray(0, 4), signature: bytes.subarray(4) };
}

/** What each of the given keys that signed the note says. Lines of other keys are passed over, as C2SP asks. */
export function attestations(note: Note, verifiers: readonly Verifier[]): Attestation[] {
  return note.signatures.flatMap((line) =>
    verifiers
      .filter((verifier) => verifier.name === line.name && Buffer.compare(verifier.keyId, line.keyId) === 0)
      .map((verifier) => attest(note.body, line.signature, verifier)),
  );
}

function attest(body: string, signature: Uint8Array, verifier: Verifier): Attestation {
  if (verifier.kind === 'ed25519') return { verifier, holds: signedBy(verifier, Buffer.from(body), signature) };
  if (signature.length !== 8 + SIGNATURE_BYTES[verifier.kind]) return { verifier, holds: false };
  const at = Number(Buffer.from(signature).readBigUInt64BE(0));
  const message =
    verifier.kind === 'cosignature' ? cosignatureMessage(body, at) : subtreeMessage(verifier.name, body, at);
  const holds = message !== undefined && signedBy(verifier, message, signature.subarray(8));
  // An ML-DSA-44 cosignature of no moment says that the tree is consistent, not that it was the newest then.
  return { verifier, holds, ...(at === 0 && verifier.kind === 'subtree' ? {} : { at }) };
}

/** What a witness signs (C2SP tlog-cosignature, cosignature/v1): the whole text of the checkpoint, at a time in Unix seconds. */
export const cosignatureMessage = (body: string, at: number): Uint8Array =>
  Buffer.from(`cosignature/v1\ntime ${at}\n${body}`);

/**
 * What an ML-DSA-44 witness signs (C2SP tlog-cosignature, `cosigned_message`): its own name, the moment, origin, size and root of the
 * checkpoint, whose further lines it leaves out. Undefined for a text that is no checkpoint.
 */
export function subtreeMessage(cosigner: string, body: string, at: number): Uint8Array | undefined {
  const [origin = '', size = '', root = ''] = body.split('\n');
  const hashed = Buffer.from(root, 'base64');
  const names = [cosigner, origin].map((name) => Buffer.from(name));
  if (hashed.length !== 32 || !/^\d{1,16}$/.test(size) || names.some(({ length }) => length < 1 || length > 255))
    return undefined;
  const u64 = (value: number | string) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(BigInt(value));
    return bytes;
  };
  const [name, log] = names.map((bytes) => Buffer.concat([Buffer.from([bytes.length]), bytes])) as [Buffer, Buffer];
  return Buffer.concat([Buffer.from('subtree/v1\n\0'), name, u64(at), log, u64(0), u64(size), hashed]);
}

const signedBy = ({ kind, publicKey }: Verifier, message: Uint8Array, signature: Uint8Array) =>
  signature.length === SIGNATURE_BYTES[kind] && verify(null, message, publicKey, signature);

const unreadable = (zh: string, en: string, why: string): Refused =>
  refused({ code: 'invalid', message: text(`無法辨識的${zh}：${why}`, `Not a readable ${en}: ${why}`) });
