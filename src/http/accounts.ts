import { grantsOfPerson, personOfAccount } from '../modules/identity/index.ts';
import { organisationIds } from '../runtime/organisations.ts';
import type { Parts } from '../runtime/parts.ts';
import { withOrganisation } from '../runtime/store/session.ts';

/** What sign-in asks about people: it knows accounts, organisations know persons. Roles are read through their marks, never from the table alone. */

type Known = Pick<Parts, 'db' | 'nodeKey' | 'clock'>;

const MAY_RESET = ['administrator', 'security_officer', 'unit_head', 'isms_coordinator'];

/**
 * Whether this person holds a role that takes part in resets (two people, never alone), in an organisation the account
 * belongs to; without an account, in any.
 */
export async function mayApproveReset(
  { db, nodeKey, clock }: Known,
  person: string,
  account?: string,
): Promise<boolean> {
  for (const organisation of await organisationIds(db)) {
    const may = await withOrganisation(db, organisation, async (tx) => {
      const grants = await grantsOfPerson(tx, organisation, person, nodeKey, clock());
      if (!grants.some((grant) => MAY_RESET.includes(grant.role))) return false;
      return !account || (await personOfAccount(tx, organisation, account, nodeKey, clock())) !== undefined;
    });
    if (may) return true;
  }
  return false;
}

/** Persons an account is linked to, in any organisation. */
export async function personsOfAccount({ db, nodeKey, clock }: Known, account: string): Promise<string[]> {
  const persons: string[] = [];
  for (const organisation of await organisationIds(db)) {
    const found = await withOrganisation(db, organisation, (tx) =>
      personOfAccount(tx, organisation, account, nodeKey, clock()),
    );
    if (found) persons.push(found.person);
  }
  return persons;
}

/** Whether a person administers the organisation today. */
export async function administers(
  { db, nodeKey, clock }: Known,
  organisation: string,
  person: string,
): Promise<boolean> {
  const grants = await withOrganisation(db, organisation, (tx) =>
    grantsOfPerson(tx, organisation, person, nodeKey, clock()),
  );
  return grants.some((grant) => grant.role === 'administrator');
}
