import type { Acknowledged } from './acknowledged.ts';
import type { Signer } from './signer-door.ts';

const AGAIN_AFTER_MS = 1000;

/**
 * Reports acknowledged events to the signer, outside PostgreSQL, in the order they were answered. Nobody waits for it; what could
 * not be told is kept and told again.
 */
export function reporter(signer: Pick<Signer, 'acknowledge'>, failed: (error: unknown) => void) {
  const waiting = new Map<string, Acknowledged[]>();
  let telling: Promise<void> | undefined;
  const tellOne = async (organisation: string, events: Acknowledged[]) => {
    waiting.delete(organisation);
    try {
      await signer.acknowledge(organisation, events);
    } catch (error) {
      waiting.set(organisation, [...events, ...(waiting.get(organisation) ?? [])]);
      throw error;
    }
  };
  const tell = async () => {
    try {
      for (let next = first(waiting); next; next = first(waiting)) await tellOne(...next);
    } catch (error) {
      failed(error);
      setTimeout(start, AGAIN_AFTER_MS).unref();
    } finally {
      telling = undefined; // in the breath that found nothing waiting: what is reported from here on begins anew
    }
  };
  const start = () => {
    if (waiting.size > 0) telling ??= tell();
    return telling;
  };
  return {
    report(organisation: string, event: Acknowledged) {
      waiting.set(organisation, [...(waiting.get(organisation) ?? []), event]);
      if (!telling) void Promise.resolve().then(start);
    },
    /** Waits until everything was told, or told in vain once. */
    flush: async () => {
      await telling;
      await start();
    },
  };
}

const first = <Key, Value>(map: Map<Key, Value>): [Key, Value] | undefined => map.entries().next().value;
