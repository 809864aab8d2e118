import { isRefused, type Refused, refused } from '../refusal.ts';
import { text } from '../text.ts';
import { type CheckpointPolicy, parseCheckpoint, type VerifiedCheckpoint, verifyCheckpoint } from './checkpoint.ts';
import { decodeEntry, type Envelope, LARGEST_ENTRY_BYTES } from './envelope.ts';
import { type Hash, inclusionProof, leafHash, type NodeReader, verifyInclusion } from './merkle.ts';
import { parseVerifierKey } from './note.ts';

/** One event with all that is needed to check offline that the log holds it. File extension `.tlog-proof`. */
export type Proof = { entry: Uint8Array; position: number; path: Hash[]; checkpoint: string };

const HEAD = 'c2sp.org/tlog-proof@v1';

/** C2SP tlog-proof text; the entry itself travels in `extra`, whose truth the proof then shows. */
export function formatProof({ entry, position, path, checkpoint }: Proof): string {
  const lines = [HEAD, `extra ${base64(entry)}`, `index ${position}`, ...path.map(base64), ''];
  return `${lines.join('\n')}\n${checkpoint}`;
}

/** Proof of the entry at `position` under a published checkpoint that covers it. Refuses a position not sealed yet. */
export async function proveEntry(
  entry: Uint8Array,
  position: number,
  checkpoint: string,
  node: NodeReader,
): Promise<Proof | Refused> {
  const head = parseCheckpoint(checkpoint);
  if (isRefused(head)) return head;
  if (position >= head.size) {
    return refused({
      code: 'unready',
      message: text('這一筆尚未封存，請稍候再取證明。', 'This event is not sealed yet; ask again in a moment.'),
    });
  }
  return { entry, position, path: await inclusionProof(position, head.size, node), checkpoint };
}

/** Reads the text of a proof without trusting it. */
export function parseProof(proof: string): Proof | Refused {
  const split = proof.indexOf('\n\n');
  const [head, extra, index, ...path] = proof.slice(0, Math.max(split, 0)).split('\n');
  const entry = /^extra ([A-Za-z0-9+/]+={0,2})$/.exec(extra ?? '')?.[1];
  const position = /^index (0|[1-9]\d{0,15})$/.exec(index ?? '')?.[1];
  const hashes = path.map((line) => Buffer.from(line, 'base64'));
  if (head === HEAD && extra?.startsWith('index ') === true)
    return unproven('證明未附事項內容（extra）', 'it does not carry the entry it proves (extra)');
  if (head !== HEAD || entry === undefined || position === undefined)
    return unproven('格式不是 tlog-proof', 'it is not a tlog-proof');
  if (hashes.length > 63 || hashes.some((bytes, at) => bytes.length !== 32 || base64(bytes) !== path[at])) {
    return unproven('路徑雜湊損毀', 'its path is broken');
  }
  const bytes = Buffer.from(entry, 'base64');
  if (base64(bytes) !== entry || bytes.length > LARGEST_ENTRY_BYTES)
    return unproven('事項過大或損毀', 'its entry is too large or broken');
  return { entry: bytes, position: Number(position), path: hashes, checkpoint: proof.slice(split + 2) };
}

/** What a proof shows once checked. */
export type Proven = { envelope: Envelope; entry: Uint8Array; position: number; checkpoint: VerifiedCheckpoint };

/**
 * Checks a proof offline: signature of the checkpoint, path from the entry to its root.
 * @param trusted a verifier key (`name+id+key`) or a policy with several keys and witnesses.
 */
export function verifyProof(proof: string, trusted: string | CheckpointPolicy): Proven | Refused {
  const policy = policyOf(trusted);
  if (isRefused(policy)) return policy;
  const parsed = parseProof(proof);
  if (isRefused(parsed)) return parsed;
  const checkpoint = verifyCheckpoint(parsed.checkpoint, policy);
  if (isRefused(checkpoint)) return checkpoint;
  const { entry, position, path } = parsed;
  if (!verifyInclusion(leafHash(entry), position, checkpoint.size, path, checkpoint.root)) {
    return unproven('這一筆不在封存點所封的軌跡內', 'the entry is not in the tree its checkpoint seals');
  }
  const envelope = decodeEntry(entry);
  return isRefused(envelope) ? envelope : { envelope, entry, position, checkpoint };
}

function policyOf(trusted: string | CheckpointPolicy): CheckpointPolicy | Refused {
  if (typeof trusted !== 'string') return trusted;
  const verifier = parseVerifierKey(trusted);
  return isRefused(verifier) ? verifier : { log: [verifier] };
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

const unproven = (zh: string, en: string): Refused =>
  refused({ code: 'invalid', message: text(`證明不成立：${zh}。`, `The proof does not hold: ${en}.`) });
