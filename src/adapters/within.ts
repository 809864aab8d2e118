import { setTimeout as wait } from 'node:timers/promises';

/** Waits until all of it has settled, though no longer than so many milliseconds; its errors belong to whoever began it. */
export async function within(milliseconds: number, all: Iterable<Promise<unknown>>): Promise<void> {
  const enough = new AbortController();
  const late = wait(milliseconds, undefined, { signal: enough.signal }).catch(() => {}); // not late after all
  await Promise.race([Promise.allSettled(all), late]);
  enough.abort();
}
