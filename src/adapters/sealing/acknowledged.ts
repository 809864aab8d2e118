import { hash } from 'node:crypto';
import type { Store } from './store.ts';

/** An event a command server has answered for: its position and mark. */
export type Acknowledged = { pos: number; mac: Uint8Array };

/**
 * What was acknowledged and is not sealed yet, kept outside PostgreSQL: whoever deletes an unsealed tail and rewinds the
 * sequencer needs no key to do so, but cannot make this forget. The first report of a position stands.
 */
export type Acknowledgements = {
  report(organisation: string, events: readonly Acknowledged[]): void;
  of(organisation: string): Promise<Acknowledged[]>;
  /** Forgets what is sealed below `size`. */
  sealed(organisation: string, size: number): void;
  /** Writes what is still only in memory. */
  flush(): Promise<void>;
};

const WRITE_AFTER_MS = 100;

/**
 * Keeps them in memory and, a moment later, in a file per organisation: they survive this process and the program it serves,
 * though not the last tenth of a second before a power cut.
 */
export function acknowledgements(store: Store, failed: (error: unknown) => void): Acknowledgements {
  const known = new Map<string, Promise<Map<number, Uint8Array>>>();
  const changed = new Set<string>();
  const changing = new Set<Promise<void>>();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  const path = (organisation: string) => `acknowledged/${hash('sha256', organisation, 'hex')}.json`;
  const load = (organisation: string) => {
    const loaded = known.get(organisation) ?? readKept(store, path(organisation));
    known.set(organisation, loaded);
    loaded.catch(() => known.delete(organisation));
    return loaded;
  };
  const writeOne = async (organisation: string) => {
    changed.delete(organisation);
    try {
      const events = [...(await load(organisation))].map(([pos, mac]) => ({
        pos,
        mac: Buffer.from(mac).toString('base64'),
      }));
      const content = Buffer.from(JSON.stringify({ organisation, events }));
      await store.write([{ path: path(organisation), bytes: content }]);
    } catch (error) {
      changed.add(organisation); // as when a disk is full for a while
      throw error;
    }
  };
  const write = async () => {
    await Promise.all(changing); // reported, and still waiting for what the file holds
    for (const organisation of [...changed]) await writeOne(organisation);
  };
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.catch(() => {}).then(write);
    return writing;
  };
  const change = (organisation: string, how: (events: Map<number, Uint8Array>) => void) => {
    const work = load(organisation)
      .then((events) => {
        how(events);
        changed.add(organisation);
        timer ??= setTimeout(() => void flush().catch(failed), WRITE_AFTER_MS);
      })
      .catch(failed)
      .finally(() => changing.delete(work));
    changing.add(work);
  };
  return {
    report: (organisation, events) =>
      change(organisation, (kept) => {
        for (const { pos, mac } of events) if (!kept.has(pos)) kept.set(pos, mac);
      }),
    of: async (organisation) => [...(await load(organisation))].map(([pos, mac]) => ({ pos, mac })),
    sealed: (organisation, size) =>
      change(organisation, (kept) => {
        for (const pos of [...kept.keys()]) if (pos < size) kept.delete(pos);
      }),
    flush,
  };
}

async function readKept(store: Store, path: string): Promise<Map<number, Uint8Array>> {
  const bytes = await store.read(path);
  if (!bytes) return new Map();
  const { events } = JSON.parse(Buffer.from(bytes).toString('utf8')) as { events: { pos: number; mac: string }[] };
  return new Map(events.map(({ pos, mac }) => [pos, Buffer.from(mac, 'base64')]));
}
