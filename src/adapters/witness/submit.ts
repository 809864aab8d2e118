import type { Hash } from '../../kernel/ledger/merkle.ts';
import type { PolicyWitness } from '../../kernel/ledger/policy.ts';
import { type Cosignature, formatAddCheckpoint, readCosignatures } from '../../kernel/ledger/witness.ts';
import { isRefused } from '../../kernel/refusal.ts';

/** What came of asking a witness. `ahead`: it cosigned a larger tree of this log, so ours was rolled back or is another one. */
export type Asked = { cosigned: Cosignature[] } | { ahead: number } | { failed: string };

/** A checkpoint to be cosigned, with proofs from any smaller size. */
export type Submission = { note: string; size: number; proofFrom(size: number): Promise<Hash[]> };

const PATIENCE_MS = 10_000;
const LONGEST_ANSWER = 64 * 1024;

/** Asks a witness to cosign (C2SP tlog-witness). `known` is the size it cosigned last, as far as we know; it may know better. */
export async function askWitness(witness: PolicyWitness, submission: Submission, known: number): Promise<Asked> {
  let from = Math.min(known, submission.size);
  // Once with what we remember, and once more with what the witness says.
  for (let turn = 0; turn < 2; turn++) {
    const answer = await post(witness, formatAddCheckpoint(from, await submission.proofFrom(from), submission.note));
    if ('failed' in answer) return answer;
    if (answer.status === 200) return accepted(witness, submission.note, answer.body);
    const stands =
      answer.status === 409 ? Number(/^(0|[1-9]\d{0,15})\n$/.exec(answer.body)?.[1] ?? Number.NaN) : Number.NaN;
    if (!Number.isSafeInteger(stands)) return { failed: `HTTP ${answer.status} ${answer.body.slice(0, 200).trim()}` };
    if (stands > submission.size) return { ahead: stands };
    if (stands === from) return { failed: `it saw another root at size ${stands}` };
    from = stands;
  }
  return { failed: 'it keeps changing its mind about the size' };
}

function accepted(witness: PolicyWitness, note: string, answer: string): Asked {
  const cosigned = readCosignatures(note, answer, [witness.verifier]);
  return isRefused(cosigned) ? { failed: cosigned.refused[0]?.message.en ?? 'no cosignature' } : { cosigned };
}

async function post(
  witness: PolicyWitness,
  body: string,
): Promise<{ status: number; body: string } | { failed: string }> {
  try {
    const response = await fetch(`${witness.url}/add-checkpoint`, {
      method: 'POST',
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return { status: response.status, body: (await response.text()).slice(0, LONGEST_ANSWER) };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { failed: cause instanceof Error ? cause.message : String(cause) };
  }
}
