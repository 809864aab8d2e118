import type { Store } from '../adapters/sealing/store.ts';
import type { WitnessBook } from '../adapters/witness/ledger.ts';
import { keepCheckpoint, type Witnessed } from '../adapters/witness/witnessing.ts';
import { parseCheckpoint } from '../kernel/ledger/checkpoint.ts';
import { consistencyProof } from '../kernel/ledger/merkle.ts';
import type { Policy, PolicyWitness } from '../kernel/ledger/policy.ts';
import { formatAddCheckpoint, readCosignatures } from '../kernel/ledger/witness.ts';
import { isRefused } from '../kernel/refusal.ts';

/** A witness without a network: its request goes out as a file, its cosignature comes back as a line of text. */

type Books = { book: WitnessBook };

/** The request one witness cosigns, from what it is known to have seen; kept until its answer comes back, perhaps days later. */
export async function requestFor(
  { book }: Books,
  witness: PolicyWitness,
  one: Pick<Witnessed, 'organisation' | 'files'> & { log: Pick<Witnessed['log'], 'nodes'> },
  note: string,
): Promise<{ content: string; size: number } | undefined> {
  const head = parseCheckpoint(note);
  if (isRefused(head)) return undefined;
  const seen = (await book.standings(one.organisation))[witness.verifierKey]?.size ?? 0;
  const from = Math.min(seen, head.size);
  const proof = await consistencyProof(from, head.size, one.log.nodes(head.size));
  await keepAsked(one.files, note);
  return { content: formatAddCheckpoint(from, proof, note), size: head.size };
}

/** Keeps a checkpoint that went out, as a request or on paper, until somebody's cosignature over it comes back. */
export async function keepAsked(files: Store, note: string): Promise<void> {
  const head = parseCheckpoint(note);
  if (!isRefused(head)) await files.write([{ path: `asked/${head.size}`, bytes: Buffer.from(note) }]);
}

/** Lines that may be cosignatures: an answer may have other words around them. */
export const cosignatureLines = (answer: string): string[] =>
  answer
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('— '));

/** Takes the cosignatures in `answer` that fit a checkpoint this ledger asked about; returns how many. */
export async function acceptAnswer(
  books: Books,
  policy: Policy,
  one: Pick<Witnessed, 'organisation' | 'log' | 'files'>,
  answer: string,
): Promise<number> {
  const lines = cosignatureLines(answer);
  const sizes = (await one.files.list('asked')).map(Number).sort((a, b) => a - b);
  let taken = 0;
  for (const size of lines.length > 0 ? sizes : []) {
    const note = Buffer.from((await one.files.read(`asked/${size}`)) ?? '').toString('utf8');
    taken += await acceptFor(books, policy, one, { note, size, lines });
  }
  // A sheet printed from the page was never asked about; the newest checkpoint may still be the one on it.
  const newest = Buffer.from((await one.files.read('checkpoint')) ?? '').toString('utf8');
  const head = taken === 0 && lines.length > 0 ? parseCheckpoint(newest) : undefined;
  if (head && !isRefused(head)) taken += await acceptFor(books, policy, one, { note: newest, size: head.size, lines });
  return taken;
}

async function acceptFor(
  { book }: Books,
  policy: Policy,
  one: Pick<Witnessed, 'organisation' | 'log' | 'files'>,
  { note, size, lines }: { note: string; size: number; lines: string[] },
): Promise<number> {
  const verifiers = policy.witnesses.map(({ verifier }) => verifier);
  const cosigned = lines.flatMap((line) => {
    const read = readCosignatures(note, `${line}\n`, verifiers);
    return isRefused(read) ? [] : read;
  });
  if (cosigned.length === 0) return 0;
  const at = new Date(Math.max(...cosigned.map((each) => each.at)) * 1000);
  await keepCheckpoint(one, note, cosigned, policy.witnesses, at);
  for (const { verifier, at: seconds } of cosigned) {
    const witness = policy.witnesses.find((each) => each.verifier === verifier);
    if (!witness) continue;
    const now = { size, at: new Date(seconds * 1000).toISOString(), tried: new Date().toISOString() };
    await book.note(one.organisation, witness.verifierKey, (before) =>
      (before.size ?? 0) > size ? before : { ...now, ...(before.mailed ? { mailed: before.mailed } : {}) },
    );
  }
  await one.files.remove([`asked/${size}`]);
  return cosigned.length;
}
