import type { Refusal } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';

/** No connection to the database could be had. */
export class NoConnection extends Error {}

/** SQLSTATE class 08 (connection exceptions), and a server that is shutting down or not yet there. */
const CODES = /^(08\w{3}|57P0[1-3])$/;
/** What the driver says of a connection that is gone, or that it waited for in vain: no code comes with it. */
const WORDS =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;
const NETWORK = /^(E[A-Z]+)$/;

/** The error of a connection that could not be had, told apart from those of other servers; a password that is wrong stays what it is. */
export function connecting(error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (!NETWORK.test(String(code)) && !isAway(error)) return error;
  return new NoConnection(message || String(code), { cause: error });
}

/**
 * Whether an error says that the database cannot be reached for now: it is restarted, the network to it is down, or no connection came
 * free in time. What was under way was rolled back, or its answer was lost; the same command sent again does not happen twice.
 */
export function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  return error instanceof NoConnection || CODES.test(String(code)) || WORDS.test(error.message) || isAway(error.cause);
}

export const databaseAway: Refusal = {
  code: 'unready',
  message: text('資料庫暫時無法連線。', 'The database cannot be reached for now.'),
  fix: {
    text: text(
      '請稍候再試，畫面上的內容還在；持續無法連線請告知系統管理者。',
      'Try again in a moment, what you typed is still there; if it lasts, tell the system administrator.',
    ),
  },
};

const QUIET_MS = 60_000;

/** Tells once that the database is away, and anew when it was there for a minute in between. */
export function tellAway(log: (line: string) => void, now: () => number = () => performance.now()) {
  let last = Number.NEGATIVE_INFINITY;
  return ({ message }: Error): void => {
    if (now() - last > QUIET_MS)
      log(
        `資料庫暫時無法連線，恢復後自動繼續 · the database cannot be reached for now; work goes on when it is back: ${message}`,
      );
    last = now();
  };
}
