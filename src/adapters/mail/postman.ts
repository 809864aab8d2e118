import { type Outcome, type Outgoing, sendMail } from './send.ts';
import type { MailSettings } from './settings.ts';

type Waiting = Outgoing & { organisation: string; queuedAt: string };

export type Postman = { nudge(): void; stop(): Promise<void> };

const ROUND_MS = 30_000;
/** What could not be told within two days is not news any more. */
const TOO_LATE_MS = 48 * 3_600_000;

export type PostParts = {
  settings(): MailSettings | undefined;
  due(): Promise<Waiting[]>;
  note(letter: Waiting, outcome: Outcome): Promise<void>;
  failed(error: unknown): void;
  now(): number;
};

/** A round every half minute, sooner when nudged. */
export function startPostman(parts: PostParts): Postman {
  let stopped = false;
  let nudged = false;
  let wake = () => {};
  const sleep = () =>
    new Promise<void>((done) => {
      if (nudged || stopped) return done(); // told while the round was still at work
      const timer = setTimeout(done, ROUND_MS);
      wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  const running = (async () => {
    while (!stopped) {
      nudged = false;
      await deliver(parts, () => stopped).catch(parts.failed);
      if (!stopped) await sleep();
    }
  })();
  return {
    nudge() {
      nudged = true;
      wake();
    },
    async stop() {
      stopped = true;
      wake();
      await running;
    },
  };
}

/**
 * One round: takes what is due, one after the other, and notes what became of it. Without settings nothing leaves, and what
 * waited two days is given up, so that a server set up later does not send old news.
 */
export async function deliver(parts: PostParts, stopped: () => boolean = () => false): Promise<void> {
  for (const letter of await parts.due()) {
    if (stopped()) return;
    const settings = parts.settings();
    if (parts.now() - Date.parse(letter.queuedAt) > TOO_LATE_MS)
      await parts.note(letter, { sent: false, final: true, answer: 'too late' });
    else if (settings) await parts.note(letter, await sendMail(settings, letter));
  }
}
