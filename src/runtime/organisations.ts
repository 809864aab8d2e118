import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Moment } from '../kernel/engine/types.ts';
import { FIRST_MAC } from '../kernel/ledger/mac.ts';
import { EMPTY_ROOT } from '../kernel/ledger/merkle.ts';
import type { Db } from './module.ts';
import { withOrganisation } from './store/session.ts';

/** Ledger of the installation itself: sign-ins, accounts, resets. It has no packs and no persons. */
export const INSTALLATION = '_installation';

/** Makes room for an organisation: its sequencer and its empty log. Its first event is `organisation.founded`. */
export async function createOrganisation(
  db: Db,
  about: { id?: string; name: string; demo: boolean },
  at: Moment,
): Promise<string> {
  const organisation = about.id ?? `org-${randomBytes(5).toString('hex')}`;
  await withOrganisation(db, organisation, async (tx) => {
    await sql`insert into organisation (organisation, name, demo, created_at) values (${organisation}, ${about.name}, ${about.demo}, ${at})
      on conflict do nothing`.execute(tx);
    await sql`insert into head (organisation, last_mac) values (${organisation}, ${Buffer.from(FIRST_MAC)}) on conflict do nothing`.execute(
      tx,
    );
    await sql`insert into log_state (organisation, size, root, epoch) values (${organisation}, 0, ${Buffer.from(EMPTY_ROOT)}, 1) on conflict do nothing`.execute(
      tx,
    );
  });
  return organisation;
}

export async function organisationIds(db: Db): Promise<string[]> {
  const found = await sql<{ organisation: string }>`select organisation from organisation`.execute(db);
  return found.rows.map((row) => row.organisation);
}
