import { isRefused, type Refused, refused } from '../refusal.ts';
import { text } from '../text.ts';
import { parseCheckpoint, type SignedCheckpoint } from './checkpoint.ts';
import { EMPTY_ROOT, type Hash, sameHash, verifyConsistency } from './merkle.ts';
import { attestations, type NoteSignature, parseNote, type Verifier } from './note.ts';

/** What a log sends to a witness (C2SP tlog-witness, add-checkpoint): where the witness stood, the proof, the new checkpoint. */
export type AddCheckpoint = { oldSize: number; proof: Hash[]; checkpoint: SignedCheckpoint; note: string };

const MOST_PROOF_LINES = 63;

/** The body of an add-checkpoint request. */
export const formatAddCheckpoint = (oldSize: number, proof: readonly Hash[], note: string): string =>
  `old ${oldSize}\n${proof.map((hash) => `${Buffer.from(hash).toString('base64')}\n`).join('')}\n${note}`;

/** Reads the body of an add-checkpoint request; refuses whatever is not spelt as the specification has it. */
export function parseAddCheckpoint(body: string): AddCheckpoint | Refused {
  const split = body.indexOf('\n\n');
  const [old = '', ...lines] = body.slice(0, Math.max(split, 0)).split('\n');
  const oldSize = /^old (0|[1-9]\d{0,15})$/.exec(old)?.[1];
  if (split < 0 || oldSize === undefined || !Number.isSafeInteger(Number(oldSize)))
    return malformed('首行應為 old 與筆數', 'its first line is not "old" and a size');
  if (lines.length > MOST_PROOF_LINES) return malformed('證明超過 63 行', 'its proof has more than 63 lines');
  const proof = lines.map((line) => Buffer.from(line, 'base64'));
  if (proof.some((hash, at) => hash.length !== 32 || hash.toString('base64') !== lines[at]))
    return malformed('證明雜湊損毀', 'a line of its proof is not a hash');
  const note = body.slice(split + 2);
  const checkpoint = parseCheckpoint(note);
  return isRefused(checkpoint) ? checkpoint : { oldSize: Number(oldSize), proof, checkpoint, note };
}

const malformed = (zh: string, en: string): Refused =>
  refused({ code: 'invalid', message: text(`見證請求不正確：${zh}。`, `The witness request is malformed: ${en}.`) });

/** What a witness answers, with the HTTP status the specification gives it. `cosign` changes what the witness remembers. */
export type WitnessAnswer =
  | { status: 200; cosign: { origin: string; size: number; root: Hash } }
  | { status: 400 | 403 | 404 | 422; why: string }
  /** The witness stands at another size, or saw another root at this one. */
  | { status: 409; size: number };

/**
 * Decides an add-checkpoint request. `known` is what the witness cosigned last for this origin, `trusted` the keys it
 * accepts for it (none: an unknown log). Pure; the caller keeps asking and remembering in one piece.
 */
export function decideAddCheckpoint(
  request: AddCheckpoint,
  trusted: readonly Verifier[],
  known: { size: number; root: Hash } | undefined,
): WitnessAnswer {
  const { oldSize, checkpoint } = request;
  if (trusted.length === 0) return { status: 404, why: 'unknown log' };
  const signed = attestations(checkpoint.note, trusted);
  if (!signed.some(({ holds }) => holds) || signed.some(({ holds }) => !holds))
    return { status: 403, why: 'no signature of a trusted key of this log' };
  if (oldSize > checkpoint.size) return { status: 400, why: 'the old size is larger than the new one' };
  if (oldSize !== (known?.size ?? 0)) return { status: 409, size: known?.size ?? 0 };
  if (known && known.size === checkpoint.size && !sameHash(known.root, checkpoint.root))
    return { status: 409, size: known.size };
  if (!provenSince(request, known)) return { status: 422, why: 'the consistency proof does not hold' };
  return { status: 200, cosign: { origin: checkpoint.origin, size: checkpoint.size, root: checkpoint.root } };
}

function provenSince({ oldSize, proof, checkpoint }: AddCheckpoint, known: { size: number; root: Hash } | undefined) {
  if (known && known.size > 0) return verifyConsistency(known, checkpoint, proof);
  return proof.length === 0 && oldSize === 0 && (checkpoint.size > 0 || verifyConsistency(EMPTY, checkpoint, []));
}

const EMPTY = { size: 0, root: EMPTY_ROOT };

/** The line a witness answers with; `signature` is over `cosignatureMessage` at the same time. */
export function formatCosignature(verifier: Verifier, at: number, signature: Uint8Array): string {
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(at));
  return `— ${verifier.name} ${Buffer.concat([verifier.keyId, time, signature]).toString('base64')}\n`;
}

/** A cosignature of a trusted witness on a checkpoint; `line` is how it stands in the note. */
export type Cosignature = { verifier: Verifier; at: number; line: string };

/**
 * The cosignatures in a witness's answer that hold, of the given keys; others are passed over.
 * Refuses an answer without any, and one with a line of a given key that does not hold.
 */
export function readCosignatures(
  note: string,
  answer: string,
  witnesses: readonly Verifier[],
): Cosignature[] | Refused {
  const signed = parseNote(`${note}${answer}`);
  if (isRefused(signed)) return signed;
  const found = attestations(signed, witnesses);
  const broken = found.find(({ holds }) => !holds);
  if (broken || found.length === 0) {
    const who = broken?.verifier.name ?? witnesses.map(({ name }) => name).join(', ');
    return refused({
      code: 'invalid',
      message: text(`見證者 ${who} 的回覆沒有有效的連署。`, `The answer of ${who} holds no valid cosignature.`),
    });
  }
  return signed.signatures.flatMap((line) => cosignatureIn(line, found));
}

function cosignatureIn(line: NoteSignature, found: { verifier: Verifier; at?: number }[]): Cosignature[] {
  const match = found.find(
    ({ verifier }) => verifier.name === line.name && Buffer.compare(verifier.keyId, line.keyId) === 0,
  );
  if (match?.at === undefined) return [];
  const encoded = Buffer.concat([line.keyId, line.signature]).toString('base64');
  return [{ verifier: match.verifier, at: match.at, line: `— ${line.name} ${encoded}\n` }];
}
