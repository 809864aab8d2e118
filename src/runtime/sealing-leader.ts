import { hostname } from 'node:os';
import { sql } from 'kysely';
import type { Db } from './module.ts';

/** Whether this process seals. Several may run over one database; one of them leads. */
export type Leadership = {
  /** The term in which this process leads, or undefined while another one does. Asked before every round. */
  term(): Promise<number | undefined>;
  release(): Promise<void>;
};

/** Any number that nobody else in the database takes: "ancheng sealing" in spirit. */
const LOCK = 4_112_027;

/**
 * Leads while a connection of its own holds a session advisory lock, under a term that grows with each leader. The lock says
 * who should; the term, compared in every swap, says who may: a leader that slept through its successor swaps nothing.
 * Needs a direct connection: behind a pooler in transaction mode a session lock belongs to nobody.
 */
export function leadership(db: Db, now: () => string): Leadership {
  let held: Held | undefined;
  return {
    async term() {
      if (held && !(await held.alive())) {
        await held.end(); // gives the broken connection back: the pool waits for each of its own when it closes
        held = undefined;
      }
      held ??= await stand(db, now);
      return held?.term;
    },
    async release() {
      await held?.end();
      held = undefined;
    },
  };
}

type Held = { term: number; alive(): Promise<boolean>; end(): Promise<void> };

/** Keeps a connection for as long as it leads. */
function stand(db: Db, now: () => string): Promise<Held | undefined> {
  let end = () => {};
  const until = new Promise<void>((resolve) => {
    end = resolve;
  });
  return new Promise((resolve, reject) => {
    const connected = db.connection().execute(async (connection) => {
      const asked = await sql<{ won: boolean }>`select pg_try_advisory_lock(${LOCK}) as won`.execute(connection);
      if (!asked.rows[0]?.won) return resolve(undefined);
      const begun = await sql<{ term: number }>`update sealing_leader set term = term + 1,
        holder = ${`${hostname()} ${process.pid}`}, since = ${now()} returning term`.execute(connection);
      resolve({
        term: Number(begun.rows[0]?.term),
        alive: () =>
          sql`select 1`.execute(connection).then(
            () => true,
            () => false, // the connection broke, and the lock with it
          ),
        async end() {
          end();
          await connected;
        },
      });
      await until;
      await sql`select pg_advisory_unlock(${LOCK})`.execute(connection).catch(() => undefined); // gone with its connection
    });
    connected.catch(reject);
  });
}
