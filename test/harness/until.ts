import { vi } from 'vitest';
import { PATIENCE_MS } from './patience.ts';

/** Waits until `look` answers without throwing, and returns what it answers; what it throws last says why it never did. */
export const until = <Answer>(look: () => Answer | Promise<Answer>): Promise<Answer> =>
  vi.waitFor(look, { timeout: PATIENCE_MS, interval: 50 });
