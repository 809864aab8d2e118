import { type KeyObject, sign } from 'node:crypto';
import type { Verifier } from '../../kernel/ledger/note.ts';
import { cosignatureMessage, formatVerifierKey, parseVerifierKey } from '../../kernel/ledger/note.ts';
import { decideAddCheckpoint, formatCosignature, parseAddCheckpoint } from '../../kernel/ledger/witness.ts';
import { isRefused } from '../../kernel/refusal.ts';
import type { TreeMemory } from './memory.ts';

/** A witness (C2SP tlog-witness): cosigns checkpoints that continue what it cosigned before, and nothing else. */
export type Witness = {
  /** What logs and verifiers are given: `name+id+key`, cosignature/v1. */
  verifierKey: string;
  /** Answers the body of an add-checkpoint request, as HTTP has it. One log at a time, so that nothing is rolled back. */
  addCheckpoint(body: string): Promise<WitnessResponse>;
};

export type WitnessResponse = { status: number; type: string; body: string };

export type WitnessInput = {
  name: string;
  /** Ed25519, of this witness alone: the signed message does not name the witness. */
  key: KeyObject;
  rawPublicKey: Uint8Array;
  memory: TreeMemory;
  /** Keys trusted for a log; none when the log is unknown. */
  keysOf(origin: string): readonly Verifier[];
  now(): Date;
};

export function openWitness(input: WitnessInput): Witness {
  const verifierKey = formatVerifierKey(input.name, input.rawPublicKey, 'cosignature');
  const verifier = parseVerifierKey(verifierKey);
  if (isRefused(verifier)) throw new TypeError(`not the name of a witness: ${input.name}`);
  const busy = new Map<string, Promise<unknown>>();
  return {
    verifierKey,
    async addCheckpoint(body) {
      const request = parseAddCheckpoint(body);
      if (isRefused(request)) return plain(400, request.refused[0]?.message.en ?? 'malformed');
      const { origin } = request.checkpoint;
      const turn = (busy.get(origin) ?? Promise.resolve()).then(() => answerTo(input, verifier, request));
      const waited = turn.catch(() => undefined); // whoever asked hears of it; the next one only waits
      busy.set(origin, waited);
      void waited.then(() => busy.get(origin) === waited && busy.delete(origin));
      return turn;
    },
  };
}

async function answerTo(
  { key, memory, keysOf, now }: WitnessInput,
  verifier: Verifier,
  request: Exclude<ReturnType<typeof parseAddCheckpoint>, { refused: unknown }>,
): Promise<WitnessResponse> {
  const { origin, note } = request.checkpoint;
  const answer = decideAddCheckpoint(request, keysOf(origin), await memory.recall(origin));
  if (answer.status === 409) return { status: 409, type: 'text/x.tlog.size', body: `${answer.size}\n` };
  if (answer.status !== 200) return plain(answer.status, answer.why);
  await memory.remember(answer.cosign);
  const at = Math.floor(now().getTime() / 1000);
  return plain(200, formatCosignature(verifier, at, sign(null, cosignatureMessage(note.body, at), key)), '');
}

const plain = (status: number, body: string, end = '\n'): WitnessResponse => ({
  status,
  type: 'text/plain; charset=utf-8',
  body: `${body}${end}`,
});
