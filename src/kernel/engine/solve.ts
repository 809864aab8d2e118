import type { Refused } from '../refusal.ts';
import { decide } from './decide.ts';
import type { Command, Decision, Input, Known, Need } from './types.ts';

/** More passes than this is a circle, a defect. */
const MOST_PASSES = 50;

/** Nothing known yet. */
export const nothingKnown = (): Known => ({
  records: new Map(),
  sets: new Map(),
  facts: new Map(),
  taken: new Map(),
  sequences: new Map(),
});

/**
 * Asks again and again until nothing is needed: `answer` puts what it is asked into `input.known`, at once. For tests and for
 * worlds in memory; a server answers many needs per pass from its database.
 */
export function settled<Answer>(
  input: Input,
  run: (input: Input) => Answer | { needs: Need[] },
  answer: (needs: Need[], known: Known) => void,
): Answer {
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const outcome = run(input);
    if (typeof outcome !== 'object' || outcome === null || !('needs' in outcome)) return outcome as Answer;
    answer(outcome.needs, input.known);
  }
  throw new Error(`still asking after ${MOST_PASSES} passes`);
}

/** {@link decide}, settled. */
export const solve = (
  input: Input,
  command: Command,
  answer: (needs: Need[], known: Known) => void,
): Refused | Decision => settled(input, (at) => decide(at, command) as Refused | Decision | { needs: Need[] }, answer);
