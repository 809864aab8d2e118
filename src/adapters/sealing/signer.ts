import { hash, KeyObject } from 'node:crypto';
import { type Checkpoint, checkpointBody, signCheckpoint } from '../../kernel/ledger/checkpoint.ts';
import { type Hash, sameHash, verifyConsistency } from '../../kernel/ledger/merkle.ts';
import { formatVerifierKey } from '../../kernel/ledger/note.ts';
import { type Refused, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import { keyInMemory, type SigningKey } from './signing-key.ts';
import type { Store } from './store.ts';

/** Signs checkpoints and is the first witness: it remembers what it signed and signs nothing that contradicts it. */
export type LogSigner = {
  /** Raw Ed25519 keys, newest first. */
  publicKeys: readonly Uint8Array[];
  /** What verifiers trust: `origin+id+key`, of the newest key. */
  verifierKey(origin: string): string;
  /** The largest tree it promised to sign for this origin. */
  last(origin: string): Promise<{ size: number; root: Hash } | undefined>;
  /** The signed note; refused when smaller than, or not proven to continue, what it signed before. */
  sign(checkpoint: Checkpoint, consistency: readonly Hash[]): Promise<string | Refused>;
};

/**
 * A signer inside this process with its own durable memory, apart from database and log.
 * The promise is written down before the signature leaves: after a crash it may have promised more than it gave, never less.
 * @param given keys, newest first; several sign side by side during a rotation.
 */
export function localSigner(given: readonly (KeyObject | SigningKey)[], memory: Store): LogSigner {
  const keys = given.map((key) => (key instanceof KeyObject ? keyInMemory(key) : key));
  const publicKeys = keys.map(({ publicKey }) => publicKey);
  const busy = new Map<string, Promise<unknown>>();
  return {
    publicKeys,
    verifierKey: (origin) => verifierKeyOf(origin, publicKeys),
    last: (origin) => recall(memory, origin),
    sign(checkpoint, consistency) {
      const turn = (busy.get(checkpoint.origin) ?? Promise.resolve()).then(() =>
        promise(memory, keys, checkpoint, consistency),
      );
      busy.set(
        checkpoint.origin,
        turn.catch(() => undefined),
      ); // whoever asked hears of it; the next one only waits
      return turn;
    },
  };
}

/** What verifiers of a log are given: its newest key under its own name. */
export function verifierKeyOf(origin: string, publicKeys: readonly Uint8Array[]): string {
  const newest = publicKeys[0];
  if (!newest) throw new TypeError('a signer needs a key');
  return formatVerifierKey(origin, newest);
}

async function promise(
  memory: Store,
  keys: readonly SigningKey[],
  checkpoint: Checkpoint,
  consistency: readonly Hash[],
) {
  const { origin, size, root } = checkpoint;
  const last = await recall(memory, origin);
  if (last && !verifyConsistency(last, checkpoint, consistency)) return contradicts(last, checkpoint);
  if (last?.size !== size) {
    const remembered = JSON.stringify({ origin, size, root: Buffer.from(root).toString('base64') });
    await memory.write([{ path: memoryPath(origin), bytes: Buffer.from(`${remembered}\n`) }]);
  }
  const body = Buffer.from(checkpointBody(checkpoint));
  const signatures = await Promise.all(keys.map((key) => key.sign(body)));
  const signers = keys.map(({ publicKey }, at) => ({
    name: origin,
    verifierKey: formatVerifierKey(origin, publicKey),
    sign: () => signatures[at] as Uint8Array,
  }));
  return signCheckpoint(checkpoint, ...signers);
}

/** Origins hold slashes and any organisation's name; files do not. */
const memoryPath = (origin: string) => `${hash('sha256', origin, 'hex')}.json`;

async function recall(memory: Store, origin: string): Promise<{ size: number; root: Hash } | undefined> {
  const bytes = await memory.read(memoryPath(origin));
  if (!bytes) return undefined;
  const remembered = read(bytes);
  if (remembered?.origin !== origin) throw spoilt(origin);
  return { size: remembered.size, root: Buffer.from(remembered.root, 'base64') };
}

function read(bytes: Uint8Array): { origin: string; size: number; root: string } | undefined {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined; // no JSON: spoilt, as when it is about another log
  }
}

/** What the signer remembers of a log is there and cannot be used: it signs nothing rather than forget. */
export const SPOILT = 'SIGNER_MEMORY_SPOILT';
const spoilt = (origin: string) =>
  Object.assign(new Error(`${memoryPath(origin)}, what it remembers of ${origin}, is damaged or of another log`), {
    code: SPOILT,
  });

function contradicts(last: { size: number; root: Hash }, asked: Checkpoint): Refused {
  const same = last.size === asked.size && !sameHash(last.root, asked.root);
  const [zh, en] = same
    ? [`同為 ${asked.size} 筆但根不同`, `another root at the same size ${asked.size}`]
    : [
        `前次簽到 ${last.size} 筆，這次 ${asked.size} 筆且未能證明延續`,
        `signed ${last.size} before; ${asked.size} does not provably continue it`,
      ];
  return refused({
    code: 'conflict',
    message: text(
      `簽章者拒簽：${zh}。軌跡可能被回復或竄改，請保全現場。`,
      `The signer refuses: ${en}. The ledger may have been rolled back or altered; preserve everything.`,
    ),
  });
}
