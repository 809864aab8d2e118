import { sql } from 'kysely';
import type { LedgerRow } from '../kernel/ledger/chain.ts';
import { logOrigin } from '../kernel/ledger/checkpoint.ts';
import { type LogStateRow, ledgerRows, logState, swapLogState, versionsBefore } from './ledger-rows.ts';
import type { Db } from './module.ts';
import { withOrganisation } from './store/session.ts';

/** The PostgreSQL side of sealing one organisation (kernel/ledger, adapters/sealing). `origin` names its log in this epoch. */
export function sealingSide(db: Db, organisation: string, origin: string) {
  return {
    organisation,
    origin,
    state: (): Promise<LogStateRow> => withOrganisation(db, organisation, (tx) => logState(tx, organisation)),
    readEntries: (from: number, to: number): Promise<LedgerRow[]> =>
      withOrganisation(db, organisation, (tx) => ledgerRows(tx, organisation, from, to)),
    versionsBefore: (position: number, streams: string[]) =>
      withOrganisation(db, organisation, (tx) => versionsBefore(tx, organisation, position, streams)),
    compareAndSwap: (previous: LogStateRow, next: LogStateRow) =>
      withOrganisation(db, organisation, (tx) => swapLogState(tx, organisation, previous, next)),
  };
}

/** The epoch of an organisation's log: it grows only when a log had to be begun anew. */
export const logEpoch = (db: Db, organisation: string): Promise<number> =>
  withOrganisation(db, organisation, async (tx) => (await logState(tx, organisation)).epoch);

/** The name of an organisation's log in its present epoch. `host` names this installation. */
export const originOf = async (db: Db, host: string, organisation: string): Promise<string> =>
  logOrigin(host, organisation, await logEpoch(db, organisation));

/** Organisations with unsealed events, but for those resting: half the busiest, half the longest waiting; at most so many. */
export async function dueForSealing(db: Db, most: number, resting: readonly string[]): Promise<string[]> {
  const found = await sql<{
    organisation: string;
  }>`select organisations_to_seal(${most}, ${[...resting]}) as organisation`.execute(db);
  return found.rows.map(({ organisation }) => organisation);
}

/**
 * Swaps the states of several organisations in one transaction, durable before it returns, provided that the term is still
 * ours: the row of the leader is held until commit, so that a successor begins only behind it.
 */
export function swapMany(
  db: Db,
  term: number,
  swaps: readonly { organisation: string; previous: LogStateRow; next: LogStateRow }[],
): Promise<Set<string>> {
  return db.transaction().execute(async (tx) => {
    const leader = await sql<{ term: number }>`select term from sealing_leader for share`.execute(tx);
    if (Number(leader.rows[0]?.term) !== term) return new Set<string>();
    const swapped = new Set<string>();
    for (const { organisation, previous, next } of swaps) {
      await sql`select set_config('ancheng.organisation', ${organisation}, true)`.execute(tx);
      if (await swapLogState(tx, organisation, previous, next)) swapped.add(organisation);
    }
    return swapped;
  });
}
