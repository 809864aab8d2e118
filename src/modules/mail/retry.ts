import type { Moment } from '../../kernel/engine/types.ts';

const MINUTES = [1, 5, 15, 60, 240, 720];

/** When a mail that did not leave is tried again, after its n-th attempt (from 1); undefined after the last, some 17 hours on. */
export function nextTry(attempt: number, now: Moment): Moment | undefined {
  const minutes = MINUTES[attempt - 1];
  return minutes === undefined ? undefined : new Date(Date.parse(now) + minutes * 60_000).toISOString();
}
