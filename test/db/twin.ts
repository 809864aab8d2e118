import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { rawPublicKey } from '../../src/adapters/sealing/keys.ts';
import { openLog } from '../../src/adapters/sealing/log.ts';
import { localSigner } from '../../src/adapters/sealing/signer.ts';
import { directoryStore } from '../../src/adapters/sealing/store.ts';
import type { KnownLogs } from '../../src/adapters/witness/logs.ts';
import { treeMemory } from '../../src/adapters/witness/memory.ts';
import { openWitness } from '../../src/adapters/witness/witness.ts';
import { keepCheckpoint } from '../../src/adapters/witness/witnessing.ts';
import type { CheckpointPolicy } from '../../src/kernel/ledger/checkpoint.ts';
import { consistencyProof, leafHash } from '../../src/kernel/ledger/merkle.ts';
import { parseVerifierKey, type Verifier } from '../../src/kernel/ledger/note.ts';
import { appendLeaves, EMPTY_TREE, rootOfTree } from '../../src/kernel/ledger/tree.ts';
import { formatAddCheckpoint, readCosignatures } from '../../src/kernel/ledger/witness.ts';
import { isRefused } from '../../src/kernel/refusal.ts';

/**
 * The entries of a ledger in a log of their own, as it would have grown: sealed each evening at ten (Taipei) and cosigned then by a
 * witness, except on days when that one is away.
 */
export async function witnessedDaily(
  folder: string,
  entries: { entry: Uint8Array; at: string }[],
  days: string[],
  away: (day: string) => boolean,
): Promise<{ folder: string; policy: CheckpointPolicy }> {
  const origin = 'demo.example/log/demo/1';
  const [key, witnessKey] = [generateKeyPairSync('ed25519').privateKey, generateKeyPairSync('ed25519').privateKey];
  const log = await openLog(join(folder, 'log'));
  const files = directoryStore(join(folder, 'log'));
  const signer = localSigner([key], directoryStore(join(folder, 'signer')));
  const logKey = parseVerifierKey(signer.verifierKey(origin)) as Verifier;
  const clock = { now: new Date() };
  const known: KnownLogs = { keysOf: () => [logKey], count: 1 };
  const witness = openWitness({
    ...{ name: 'agency.example', key: witnessKey, rawPublicKey: rawPublicKey(witnessKey), keysOf: known.keysOf },
    memory: treeMemory(directoryStore(join(folder, 'witness'))),
    now: () => clock.now,
  });
  const verifier = parseVerifierKey(witness.verifierKey) as Verifier;
  const policyWitness = { name: 'agency', verifier, verifierKey: witness.verifierKey };
  let tree = EMPTY_TREE;
  let note = '';
  let seen = 0;
  for (const day of days) {
    clock.now = new Date(`${day}T22:00:00+08:00`);
    const fresh = entries.slice(tree.size).filter(({ at }) => Date.parse(at) < clock.now.getTime());
    if (fresh.length > 0) {
      const grown = appendLeaves(
        tree,
        fresh.map(({ entry }) => leafHash(entry)),
      );
      await log.write(
        tree.size,
        fresh.map(({ entry }) => entry),
        grown.tiles,
      );
      const root = rootOfTree(grown.state);
      const proof = await consistencyProof(tree.size, grown.state.size, log.nodes(grown.state.size));
      const signed = await signer.sign({ origin, size: grown.state.size, root }, proof);
      if (isRefused(signed)) throw new Error(signed.refused[0]?.message.en);
      await log.publish(signed);
      await log.prune(tree.size, grown.state.size);
      [tree, note] = [grown.state, signed];
    }
    if (away(day) || seen === tree.size) continue;
    const since = await consistencyProof(seen, tree.size, log.nodes(tree.size));
    const answer = await witness.addCheckpoint(formatAddCheckpoint(seen, since, note));
    const cosigned = readCosignatures(note, answer.body, [verifier]);
    if (isRefused(cosigned)) throw new Error(answer.body);
    await keepCheckpoint({ log, files }, note, cosigned, [policyWitness], clock.now);
    seen = tree.size;
  }
  return { folder: join(folder, 'log'), policy: { log: [logKey], witnesses: [verifier], quorum: 1 } };
}
