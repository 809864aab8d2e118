import { type DigestParts, digestRound } from '../http/digest.ts';
import type { DemoParts, Story } from './story.ts';

/** The last weeks' morning digests; no mail leaves a demo. */
export function digests(story: Story): void {
  for (let n = -DAYS; n < 0; n++) story.on(n, '08:30', () => story.digest());
}

const DAYS = 10;

/** What the demo gives digests with, over an open platform, at the story's own moments. */
export const digestOver =
  (
    { parts, cache, dispatch }: Pick<DigestParts, 'parts' | 'cache' | 'dispatch'>,
    organisation: string,
  ): DemoParts['digest'] =>
  (now, commandId) =>
    digestRound(
      { parts: { ...parts, clock: () => now }, cache, dispatch, hasMail: () => false, commandId },
      organisation,
    );
