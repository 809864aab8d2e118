import { isRefused, type Refused, refused } from '../refusal.ts';
import { type Text, text } from '../text.ts';
import type { Hash } from './merkle.ts';
import {
  type Attestation,
  attestations,
  type Note,
  type NoteSigner,
  parseNote,
  signNote,
  type Verifier,
} from './note.ts';
import { type Quorum, quorumMet } from './policy.ts';

/** A tree head: which log, how many leaves, their root. */
export type Checkpoint = { origin: string; size: number; root: Hash };

/** A checkpoint as published (C2SP tlog-checkpoint), signatures not yet judged. */
export type SignedCheckpoint = Checkpoint & { note: Note };

/** `host/log/<organisation>/<epoch>`: also the name of the key that signs. A new epoch is a new log. */
export function logOrigin(host: string, organisation: string, epoch: number): string {
  const origin = `${host}/log/${encodeURIComponent(organisation)}/${epoch}`;
  if (/[\s+]/.test(origin)) throw new TypeError(`a log origin holds neither spaces nor plus: ${origin}`);
  return origin;
}

/** The text that is signed: origin, size, root in base64; no extension lines. */
export const checkpointBody = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`;

/** The signed note to publish at `checkpoint`; several signers during a rotation, newest first. */
export const signCheckpoint = (checkpoint: Checkpoint, ...signers: NoteSigner[]): string =>
  signNote(checkpointBody(checkpoint), ...signers);

/** Reads a published checkpoint without trusting it; extension lines are tolerated. */
export function parseCheckpoint(published: string): SignedCheckpoint | Refused {
  const note = parseNote(published);
  if (isRefused(note)) return note;
  const [origin = '', size = '', root = '', ...extension] = note.body.split('\n');
  const rootBytes = Buffer.from(root, 'base64');
  const readable = origin !== '' && /^(0|[1-9]\d{0,15})$/.test(size) && Number.isSafeInteger(Number(size));
  if (
    !readable ||
    extension.slice(0, -1).includes('') ||
    rootBytes.length !== 32 ||
    rootBytes.toString('base64') !== root
  ) {
    return refused({
      code: 'invalid',
      message: text(
        '封存點格式不正確，應為來源、筆數、根雜湊三行。',
        'The checkpoint is malformed: it needs origin, size and root, a line each.',
      ),
    });
  }
  return { origin, size: Number(size), root: rootBytes, note };
}

/** Who must have signed: any of the log's keys, and at least `quorum` of the witnesses. */
export type CheckpointPolicy = {
  log: readonly Verifier[];
  witnesses?: readonly Verifier[];
  /** So many of the witnesses, or the rule of a policy file. */
  quorum?: number | Quorum;
};

/** A judged checkpoint; `seen` holds each trusted signature, witnesses with their time. */
export type VerifiedCheckpoint = SignedCheckpoint & { seen: Attestation[] };

/**
 * Judges a published checkpoint. Refuses it when no log key named as its origin signed, when any signature of a trusted key
 * does not hold (C2SP signed-note), or when fewer witnesses than the quorum cosigned.
 */
export function verifyCheckpoint(published: string, policy: CheckpointPolicy): VerifiedCheckpoint | Refused {
  const signed = parseCheckpoint(published);
  if (isRefused(signed)) return signed;
  const log = attestations(
    signed.note,
    policy.log.filter(({ name }) => name === signed.origin),
  );
  const witnesses = attestations(signed.note, policy.witnesses ?? []);
  const seen = [...log, ...witnesses];
  const broken = seen.find(({ holds }) => !holds);
  if (broken)
    return untrusted(`${broken.verifier.name} 的簽章不符`, `the signature of ${broken.verifier.name} does not hold`);
  if (log.length === 0)
    return untrusted(`沒有 ${signed.origin} 的已知金鑰簽章`, `no known key of ${signed.origin} signed it`);
  const short = shortOfQuorum(witnesses, policy);
  return short ? untrusted(short.zh, short.en) : { ...signed, seen };
}

/** What is missing for the quorum, in words; undefined when it is met. */
export function shortOfQuorum(cosigned: readonly Attestation[], policy: CheckpointPolicy): Text | undefined {
  const quorum = policy.quorum ?? 0;
  const has = new Set(cosigned.map(({ verifier }) => keyOf(verifier)));
  const met = typeof quorum === 'number' ? has.size >= quorum : quorumMet(quorum, (witness) => has.has(keyOf(witness)));
  if (met) return undefined;
  const all = policy.witnesses?.length ?? 0;
  return typeof quorum === 'number'
    ? text(`見證 ${has.size} 位，應有 ${quorum} 位`, `${has.size} witnesses of ${quorum} cosigned`)
    : text(
        `見證 ${has.size} 位（共 ${all} 位），未達政策所定人數`,
        `${has.size} witnesses of ${all} cosigned, fewer than the policy demands`,
      );
}

const keyOf = ({ name, keyId }: Verifier) => `${name}+${Buffer.from(keyId).toString('hex')}`;

const untrusted = (zh: string, en: string): Refused =>
  refused({ code: 'invalid', message: text(`封存點不可採信：${zh}。`, `The checkpoint cannot be trusted: ${en}.`) });
