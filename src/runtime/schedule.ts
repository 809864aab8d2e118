import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Moment } from '../kernel/engine/types.ts';
import { isRefused } from '../kernel/refusal.ts';
import type { Db, Dispatch } from './module.ts';
import { organisationIds } from './organisations.ts';
import { withOrganisation } from './store/session.ts';

const LONGEST_SLEEP_MILLISECONDS = 60_000;
const MOST_AT_ONCE = 200;

export type Scheduler = { nudge(): void; stop(): Promise<void> };

/**
 * Wakes records at the moments their clock actions and deadlines compare with `now`: sleeps until the next one,
 * hears of nearer ones by `nudge`. Each awakening is one `tick` command through the write door.
 */
export function startScheduler(parts: {
  db: Db;
  dispatch: Dispatch;
  clock: () => Moment;
  /** Further work of a round: loosened parameters whose exception ended, and the like. */
  round?: (organisation: string) => Promise<void>;
  failed: (error: unknown) => void;
}): Scheduler {
  let stopped = false;
  let nudged = false;
  let wake = () => {};
  const sleep = (milliseconds: number) =>
    new Promise<void>((resolve) => {
      if (nudged || stopped) return resolve(); // told while the round was still at work
      const timer = setTimeout(resolve, milliseconds);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const running = (async () => {
    while (!stopped) {
      nudged = false;
      try {
        for (const organisation of await organisationIds(parts.db)) {
          await tickDue(parts, organisation);
          await parts.round?.(organisation);
        }
      } catch (error) {
        parts.failed(error);
      }
      if (!stopped) await sleep(await untilNext(parts).catch(() => LONGEST_SLEEP_MILLISECONDS));
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

/** Ticks everything due in one organisation; returns how many records were woken. Simulations call it with their own `at`. */
export async function tickDue(
  parts: { db: Db; dispatch: Dispatch; clock: () => Moment },
  organisation: string,
  at?: Moment,
): Promise<number> {
  const now = at ?? parts.clock();
  let woken = 0;
  for (;;) {
    const due = await withOrganisation(parts.db, organisation, (tx) =>
      sql<{ id: string }>`select id from record where organisation = ${organisation} and wake_at <= ${now}::timestamptz
        order by wake_at, id limit ${MOST_AT_ONCE}`.execute(tx),
    );
    if (due.rows.length === 0) return woken;
    const answers = await Promise.all(
      due.rows.map(({ id }) =>
        parts.dispatch({
          organisation,
          actor: { kind: 'clock' },
          command: { do: 'tick', id: randomUUID(), record: id },
          ...(at ? { at } : {}),
        }),
      ),
    );
    woken += answers.length;
    // A tick that changed nothing must not be asked again at once: the store moves its wake-up on.
    if (answers.every((answer) => isRefused(answer))) return woken;
    if (due.rows.length < MOST_AT_ONCE) return woken;
  }
}

async function untilNext(parts: { db: Db; clock: () => Moment }): Promise<number> {
  let next = LONGEST_SLEEP_MILLISECONDS;
  for (const organisation of await organisationIds(parts.db)) {
    const found = await withOrganisation(parts.db, organisation, (tx) =>
      sql<{
        at: Date | null;
      }>`select min(wake_at) as at from record where organisation = ${organisation} and wake_at is not null`.execute(
        tx,
      ),
    );
    const at = found.rows[0]?.at;
    if (at) next = Math.min(next, Math.max(250, at.getTime() - Date.parse(parts.clock())));
  }
  return next;
}
