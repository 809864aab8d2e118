import { formatRoc } from '../kernel/calendar/roc.ts';
import type { Directory } from '../kernel/engine/types.ts';
import { isDuring, upwards } from '../kernel/engine/who.ts';
import type { Refusal } from '../kernel/refusal.ts';
import { text } from '../kernel/text.ts';
import { admissionOf, grantsOfPerson, personOfAccount } from '../modules/identity/index.ts';
import { organisationIds } from '../runtime/organisations.ts';
import type { Parts } from '../runtime/parts.ts';
import { withOrganisation } from '../runtime/store/session.ts';

/** What sign-in asks about people: it knows accounts, organisations know persons. Roles are read through their marks, never from the table alone. */

type Known = Pick<Parts, 'db' | 'nodeKey' | 'clock' | 'loadDirectory'>;

/** Who takes part in anybody's reset; besides them the heads above the person. */
const MAY_RESET = ['administrator', 'security_officer', 'isms_coordinator'];
const HEAD = 'unit_head';

/**
 * Whether this person takes part in resets (two people, never alone): by role in an organisation the account belongs to, or as head
 * of its unit or one above; without an account, of anybody.
 */
export async function mayApproveReset(known: Known, person: string, account?: string): Promise<boolean> {
  const { db, nodeKey, clock } = known;
  for (const organisation of await organisationIds(db)) {
    const may = await withOrganisation(db, organisation, async (tx) => {
      const grants = await grantsOfPerson(tx, organisation, person, nodeKey, clock());
      const roles = grants.map(({ role }) => role);
      if (![...MAY_RESET, HEAD].some((role) => roles.includes(role))) return false;
      if (!account) return true;
      const owner = await personOfAccount(tx, organisation, account, nodeKey, clock());
      if (!owner) return false;
      return approversOf(await known.loadDirectory(tx, organisation, clock()), owner.person, clock()).includes(person);
    });
    if (may) return true;
  }
  return false;
}

/** Who may take part in resetting a person's password: holders of the roles above, and heads over the person; never the person. */
export function approversOf(directory: Directory, person: string, now: string): string[] {
  const above = upwards(directory, directory.persons[person]?.unit ?? '');
  const found = directory.grants.filter(
    (grant) =>
      isDuring(grant, now) && (MAY_RESET.includes(grant.role) || (grant.role === HEAD && above.includes(grant.unit))),
  );
  return [...new Set(found.map((grant) => grant.person))].filter((one) => one !== person);
}

/** Persons an account is linked to, in any organisation. */
export async function personsOfAccount(
  { db, nodeKey, clock }: Pick<Known, 'db' | 'nodeKey' | 'clock'>,
  account: string,
): Promise<string[]> {
  const persons: string[] = [];
  for (const organisation of await organisationIds(db)) {
    const found = await withOrganisation(db, organisation, (tx) =>
      personOfAccount(tx, organisation, account, nodeKey, clock()),
    );
    if (found) persons.push(found.person);
  }
  return persons;
}

/**
 * Why an account may not sign in today, though it exists: everywhere it belongs it is an auditor from elsewhere, and its days there are
 * over or not yet.
 */
export async function closedToday(
  { db, nodeKey, clock }: Omit<Known, 'loadDirectory'>,
  account: string,
): Promise<Refusal | undefined> {
  let told: Refusal | undefined;
  for (const organisation of await organisationIds(db)) {
    const found = await withOrganisation(db, organisation, async (tx) => {
      const owner = await personOfAccount(tx, organisation, account, nodeKey, clock());
      return owner && { admission: await admissionOf(tx, organisation, owner.person, nodeKey, clock()) };
    });
    if (!found) continue;
    const { admission } = found;
    if (!admission || admission.open) return undefined;
    told = notTheseDays(admission);
  }
  return told;
}

const notTheseDays = ({ from, until }: { from: string; until: string }): Refusal => ({
  code: 'forbidden',
  message: text(
    `您的外部稽核帳號可使用的期間為 ${formatRoc(from, 'slash')} 至 ${formatRoc(until, 'slash')}，今日不能登入`,
    `Your auditor account may be used from ${from} to ${until}; today there is no sign-in`,
  ),
  fix: { text: text('需要延長時，請洽該機關資安承辦人', 'Ask the organisation’s coordinator if you need longer') },
});

/** Whether a person administers the organisation today. */
export async function administers(
  { db, nodeKey, clock }: Pick<Known, 'db' | 'nodeKey' | 'clock'>,
  organisation: string,
  person: string,
): Promise<boolean> {
  const grants = await withOrganisation(db, organisation, (tx) =>
    grantsOfPerson(tx, organisation, person, nodeKey, clock()),
  );
  return grants.some((grant) => grant.role === 'administrator');
}
