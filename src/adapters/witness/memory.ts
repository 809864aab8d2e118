import { hash } from 'node:crypto';
import type { Hash } from '../../kernel/ledger/merkle.ts';
import type { Store } from '../sealing/store.ts';

/** The newest tree somebody vouched for, per log. Durable before {@link remember} returns. */
export type TreeMemory = {
  recall(origin: string): Promise<{ size: number; root: Hash } | undefined>;
  remember(tree: { origin: string; size: number; root: Hash }): Promise<void>;
};

/** One small file per log; origins hold slashes and any organisation's name, files do not. */
export function treeMemory(store: Store): TreeMemory {
  const path = (origin: string) => `${hash('sha256', origin, 'hex')}.json`;
  return {
    async recall(origin) {
      const bytes = await store.read(path(origin));
      if (!bytes) return undefined;
      const kept = JSON.parse(Buffer.from(bytes).toString('utf8')) as { origin: string; size: number; root: string };
      if (kept.origin !== origin) throw new Error(`the memory of ${origin} belongs to ${kept.origin}`);
      return { size: kept.size, root: Buffer.from(kept.root, 'base64') };
    },
    async remember({ origin, size, root }) {
      const line = JSON.stringify({ origin, size, root: Buffer.from(root).toString('base64') });
      await store.write([{ path: path(origin), bytes: Buffer.from(`${line}\n`) }]);
    },
  };
}
