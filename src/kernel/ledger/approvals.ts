import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import { type Text, text } from '../text.ts';
import { canonicalBytes, canonicalHash, type Json } from './canonical.ts';
import type { Envelope } from './envelope.ts';
import { isPersonal } from './personal.ts';

/**
 * An approval signed with a passkey (WebAuthn level 2, section 7.2), as the seal keeps it. The challenge is 16 random bytes and then
 * {@link approvalDigest}: whoever runs the server cannot make one for anything else, and anybody can check it without the server.
 */
export type ApprovalSignature = {
  /** Credential id, base64url; enrolled in this ledger before. */
  credential: string;
  /** SHA-256 over the canonical content people wrote in the sealed sections, hex. */
  written: string;
  /** What of the content is computed by the program and therefore not signed: `field`, or `table.column`. */
  without: string[];
  /** Digests (hex) of everything the same assertion approves, this one among them; absent for a single approval. */
  among?: string[];
  authenticatorData: string;
  clientDataJSON: string;
  signature: string;
};

/** What exactly is approved. */
export type Approval = { organisation: string; record: string; action: string; sections: string[]; written: string };

/** SHA-256, 32 bytes, over the canonical form of what is approved: the part of the challenge that is not random. */
export const approvalDigest = ({ organisation, record, action, sections, written }: Approval): Uint8Array =>
  hash('sha256', canonicalBytes({ v: 1, organisation, record, action, sections, written }), 'buffer');

/** What one assertion signs for several approvals: SHA-256, 32 bytes, over the list of their digests (hex), in their order. */
export const severalDigest = (digests: readonly string[]): Uint8Array =>
  hash('sha256', canonicalBytes({ v: 1, several: [...digests] }), 'buffer');

/** Whether what was signed is this approval, or a list that has it. */
export function isAbout(signed: Uint8Array, digest: Uint8Array, among: readonly string[] | undefined): boolean {
  if (among === undefined) return Buffer.compare(signed, digest) === 0;
  return among.includes(Buffer.from(digest).toString('hex')) && Buffer.compare(signed, severalDigest(among)) === 0;
}

/** A second person's confirmation of something marked, as a passkey signs it: which mark on what, and all that the mark says. */
export const confirmation = (about: { organisation: string; record: string; what: string; mark: Json }): Approval => ({
  organisation: about.organisation,
  record: about.record,
  action: CONFIRMING,
  sections: [about.what, String((about.mark as { id?: Json }).id)],
  written: canonicalHash(about.mark),
});
const CONFIRMING = '@confirm';

/**
 * A decision that is no act on a record (a hold, an erasure, a second person's word for a role), as a passkey signs it: all that its entry
 * says. Of several entries of one command each is in the list that is signed.
 */
export const decision = (entry: { organisation: string; stream: string; type: string; data: Json }): Approval => {
  const { signature: _signature, ...said } = entry.data as { [member: string]: Json };
  const { organisation, stream, type } = entry;
  return { organisation, record: stream, action: `@${type}`, sections: [], written: canonicalHash(said) };
};

/** SHA-256 hex over a content without its computed parts. */
export function writtenHash(content: { [field: string]: Json }, without: readonly string[]): string {
  const computed = new Set(without);
  const kept: { [field: string]: Json } = {};
  for (const [field, value] of Object.entries(content)) {
    if (computed.has(field)) continue;
    kept[field] = Array.isArray(value) ? value.map((row) => withoutColumns(field, row, computed)) : value;
  }
  return canonicalHash(kept);
}

function withoutColumns(field: string, row: Json, computed: Set<string>): Json {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return row;
  return Object.fromEntries(Object.entries(row).filter(([column]) => !computed.has(`${field}.${column}`)));
}

/** Passkeys enrolled and marks met so far; `counts` of approvals by how they were confirmed. Built while reading the ledger from its beginning. */
export type ApprovalIndex = {
  passkeys: Map<string, { person: string; key: KeyObject | undefined; relyingParty: string }>;
  /** By id, what a mark says; false when part of it is encrypted. */
  marks: Map<string, Json | false>;
  counts: { signed: number; weaker: number };
  /** What was signed so far, by challenge and digest: a signature stands for one approval, not for a later one that reads the same. */
  used: Set<string>;
  /** The newest command that moved a record: what else it entered stands on the seals of that act. */
  act?: string;
};

export const emptyApprovalIndex = (): ApprovalIndex => ({
  passkeys: new Map(),
  marks: new Map(),
  counts: { signed: 0, weaker: 0 },
  used: new Set(),
});

/**
 * Judges the seals of one event, then learns the passkeys it enrols (`passkey.enrolled {person, credential, publicKey, relyingParty}`,
 * the key as SPKI in base64). A seal that says passkey must carry a signature of a passkey enrolled before for its signer, over
 * exactly its content; a seal confirmed otherwise is weaker and only counted. So are confirmations of marks and decisions beside records.
 */
export function followApproval(index: ApprovalIndex, envelope: Envelope): Text[] {
  if (envelope.type === 'passkey.enrolled') return enrol(index, envelope);
  learnMarks(index, envelope);
  if (envelope.type === 'record.confirmed') return followConfirmation(index, envelope);
  if (envelope.type.startsWith('record.')) index.act = envelope.command;
  else return followDecision(index, envelope);
  if (envelope.type !== 'record.sealed') return [];
  const seal = envelope.data.seal as { [name: string]: Json } | undefined;
  if (!seal || typeof seal !== 'object') return [];
  // What somebody else registered (paper, a call at night) is nobody's signature here.
  if (seal.signature === undefined && (seal.factor !== 'passkey' || seal.mark !== undefined)) {
    index.counts.weaker += 1;
    return [];
  }
  const fault = sealFault(index, envelope, seal);
  if (fault) return [fault];
  index.counts.signed += 1;
  return [];
}

function enrol(index: ApprovalIndex, { data, actor }: Envelope): Text[] {
  const { person, credential, publicKey, relyingParty } = data;
  const key = keyOf(publicKey);
  index.passkeys.set(String(credential), { person: String(person), key, relyingParty: String(relyingParty) });
  if (!key) return [text('登錄的通行金鑰無法讀取', 'the passkey enrolled cannot be read')];
  return actor.person !== undefined && actor.person !== person
    ? [text('通行金鑰由他人登錄', 'a passkey was enrolled by somebody else')]
    : [];
}

function keyOf(publicKey: Json | undefined): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(String(publicKey), 'base64'), format: 'der', type: 'spki' });
  } catch {
    return undefined; // node tells that it is no key only by throwing
  }
}

/** Whoever decides something beside records and says passkey has signed what the entry says; a password or code is weaker. */
function followDecision(index: ApprovalIndex, envelope: Envelope): Text[] {
  const { actor, command, data, type } = envelope;
  const { signature } = data;
  if (actor.person === undefined || actor.factor === undefined || command === index.act || type === ATTEMPT) return [];
  if (actor.factor !== 'passkey' && signature === undefined) {
    index.counts.weaker += 1;
    return [];
  }
  const { written, ...about } = decision(envelope);
  const fault = signatureFault(index, actor.person, signature, about, holdsPersonal(data) ? undefined : written);
  if (fault) return [fault];
  index.counts.signed += 1;
  return [];
}

/** Somebody tried what they may not: nothing was decided. */
const ATTEMPT = 'attempt.refused';

/** Marks stand where a vote, an opening or a filling carries them; a confirmation names one by its id. */
function learnMarks(index: ApprovalIndex, { data }: Envelope): void {
  for (const carrier of [data.votes, data.marked].flat()) {
    const mark = (carrier as { mark?: { [name: string]: Json } } | undefined)?.mark;
    if (mark?.id !== undefined) index.marks.set(String(mark.id), holdsPersonal(mark) ? false : mark);
  }
}

/** A confirmation that says passkey carries a signature over the very mark it confirms. */
function followConfirmation(index: ApprovalIndex, { organisation, stream, data }: Envelope): Text[] {
  const confirmed = data.confirmed as { [name: string]: Json } | undefined;
  if (confirmed?.factor !== 'passkey' && confirmed?.signature === undefined) {
    index.counts.weaker += 1;
    return [];
  }
  const mark = index.marks.get(String(data.mark));
  if (mark === undefined)
    return [text('所確認的註記不在此前的軌跡中', 'it confirms a mark the ledger before it does not hold')];
  const about = confirmation({
    organisation,
    record: stream,
    what: String(data.what),
    mark: mark || { id: data.mark! },
  });
  const fault = signatureFault(
    index,
    String(confirmed.by),
    confirmed.signature,
    about,
    mark === false ? undefined : about.written,
  );
  if (fault) return [fault];
  index.counts.signed += 1;
  return [];
}

function sealFault(index: ApprovalIndex, envelope: Envelope, seal: { [name: string]: Json }): Text | undefined {
  const content = (seal.content ?? {}) as { [field: string]: Json };
  const without = (seal.signature as ApprovalSignature | undefined)?.without ?? [];
  const written = holdsPersonal(content) ? undefined : writtenHash(content, without);
  const sections = (seal.sections ?? []) as string[];
  const about = { organisation: envelope.organisation, record: envelope.stream, action: String(seal.action), sections };
  return signatureFault(index, String(seal.by), seal.signature, about, written);
}

/** `written`: hash of what the ledger holds of the content, where that can be read. */
function signatureFault(
  index: ApprovalIndex,
  by: string,
  signature: Json | undefined,
  about: Omit<Approval, 'written'>,
  written: string | undefined,
): Text | undefined {
  const made = signature as ApprovalSignature | undefined;
  if (!made) return text('簽核稱以通行金鑰確認，卻無簽章', 'the seal says passkey and carries no signature');
  const passkey = index.passkeys.get(made.credential);
  if (!passkey?.key) return text('簽核所用的通行金鑰未曾登錄', 'its passkey was never enrolled in this ledger');
  if (passkey.person !== by) return text('簽核所用的通行金鑰屬於他人', 'its passkey belongs to somebody else');
  const digest = Buffer.from(approvalDigest({ ...about, written: made.written }));
  if (!covers(made, digest))
    return text('通行金鑰所簽的不是這次核准', 'the passkey signed something else than this approval');
  if (written !== undefined && written !== made.written)
    return text('通行金鑰所簽的內容與簽核所載不同', 'the passkey signed another content than the seal holds');
  if (!assertionHolds(made, passkey.key, passkey.relyingParty))
    return text('通行金鑰的簽章不符', 'the signature of the passkey does not hold');
  // The challenge is signed; of a signature itself there are several spellings (ECDSA).
  const use = hash('sha256', `${made.clientDataJSON}\n${digest.toString('hex')}`, 'hex');
  if (index.used.has(use)) return text('通行金鑰的簽章先前已用過', 'its passkey’s signature was used before');
  index.used.add(use);
  return undefined;
}

/** The end of the challenge is the digest, or that of a list with it, and it was made to authenticate (WebAuthn: `webauthn.get`). */
function covers(made: ApprovalSignature, digest: Uint8Array): boolean {
  const about = aboutOf(made.clientDataJSON);
  return about !== undefined && isAbout(about, digest, made.among);
}

/** What an assertion says it is about: the last 32 bytes of its challenge; undefined when it is none of ours. */
export function aboutOf(clientDataJSON: string): Uint8Array | undefined {
  try {
    const client = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString('utf8')) as Record<string, unknown>;
    const challenge = Buffer.from(String(client.challenge), 'base64url');
    return client.type === 'webauthn.get' && challenge.length === 48
      ? new Uint8Array(challenge.subarray(16))
      : undefined;
  } catch {
    return undefined; // not JSON: nothing of ours
  }
}

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;

/** Signature over authenticator data and the hash of the client data; person present and verified; right relying party. */
function assertionHolds(made: ApprovalSignature, key: KeyObject, relyingParty: string): boolean {
  const data = Buffer.from(made.authenticatorData, 'base64url');
  const flags = data[32] ?? 0;
  if (Buffer.compare(data.subarray(0, 32), hash('sha256', relyingParty, 'buffer')) !== 0) return false;
  if ((flags & USER_PRESENT) === 0 || (flags & USER_VERIFIED) === 0) return false;
  const signed = Buffer.concat([data, hash('sha256', Buffer.from(made.clientDataJSON, 'base64url'), 'buffer')]);
  const digest = key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  return verify(digest, signed, key, Buffer.from(made.signature, 'base64url'));
}

function holdsPersonal(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return isPersonal(value) || Object.values(value).some(holdsPersonal);
}
