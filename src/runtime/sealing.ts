import type { LedgerRow } from '../kernel/ledger/chain.ts';
import { logOrigin } from '../kernel/ledger/checkpoint.ts';
import { type LogStateRow, ledgerRows, logState, swapLogState, versionsBefore } from './ledger-rows.ts';
import type { Db } from './module.ts';
import { withOrganisation } from './store/session.ts';

/** The PostgreSQL side of sealing one organisation (kernel/ledger, adapters/sealing). `host` names this installation in origins. */
export function sealingSide(db: Db, host: string, organisation: string) {
  return {
    organisation,
    origin: logOrigin(host, organisation, 1),
    state: (): Promise<LogStateRow> => withOrganisation(db, organisation, (tx) => logState(tx, organisation)),
    readEntries: (from: number, to: number): Promise<LedgerRow[]> =>
      withOrganisation(db, organisation, (tx) => ledgerRows(tx, organisation, from, to)),
    versionsBefore: (position: number, streams: string[]) =>
      withOrganisation(db, organisation, (tx) => versionsBefore(tx, organisation, position, streams)),
    compareAndSwap: (previous: LogStateRow, next: LogStateRow) =>
      withOrganisation(db, organisation, (tx) => swapLogState(tx, organisation, previous, next)),
  };
}
