import { localDate } from '../../kernel/calendar/date.ts';
import { OUTSIDE_AUDITOR } from '../../kernel/engine/outside.ts';
import { aboveOf, successors } from '../../kernel/engine/successors.ts';
import type { Directory, Grant, Moment } from '../../kernel/engine/types.ts';
import { type Text, text } from '../../kernel/text.ts';
import type { Db, Tx } from '../../runtime/module.ts';
import { deputyOf, grantOf, linkOf, personOf, present, unitOf } from './load.ts';
import { deputyHolds, linkHolds } from './mac.ts';
import { type GrantState, onDay, type Person, type Unit } from './people.ts';
import { momentText, type RoleGrantTable, tables } from './tables.ts';

/** An authority row that the program did not write; it is left out of every decision and reported. */
export type Suspicious = {
  table: 'role_grant' | 'deputy' | 'account_link';
  id: string;
  person: string;
  pos: number;
  message: Text;
};

/**
 * Everybody of one organisation, as decisions need it: given and unrevoked grants, named and unended deputies. Whatever is
 * not over on the day of `now` is there, what starts later too: who acts is judged by date at the moment of the act.
 * Rows whose MAC does not hold are left out and come back as `suspicious`. Whoever is suspended holds no role and stands in
 * for nobody meanwhile. A unit that ended stands for its successor.
 */
export async function loadDirectory(
  db: Db | Tx,
  organisation: string,
  key: Uint8Array,
  now: Moment,
): Promise<{ directory: Directory; suspicious: Suspicious[] }> {
  const day = localDate(now);
  const units = await unitsOf(db, organisation);
  const { persons, suspended } = await personsOf(db, organisation);
  const grants = await grantsOf(db, organisation, key, day);
  const deputies = await deputiesOf(db, organisation, key, day);
  const links = await forgedLinks(db, organisation, key);
  const heir = successors(units, day);
  return {
    directory: {
      units: byId(units.map((unit) => present({ ...unit, under: aboveOf(unit, heir) }))),
      persons: byId(
        persons.map((person) =>
          present({ ...person, unit: heir(person.unit), outside: grants.outside.has(person.id) || undefined }),
        ),
      ),
      grants: grants.held
        .filter((grant) => !suspended.has(grant.person))
        .map((grant) => ({ ...grant, unit: heir(grant.unit) })),
      deputies: deputies.named.filter((deputy) => !suspended.has(deputy.person)),
    },
    suspicious: [...grants.forged, ...deputies.forged, ...links],
  };
}

/** The person an account is in this organisation today, and since when; absent when unlinked, forged, ended or suspended. */
export async function personOfAccount(
  db: Db | Tx,
  organisation: string,
  account: string,
  key: Uint8Array,
  now: Moment,
): Promise<{ person: string; linkedAt: Moment } | undefined> {
  const row = await tables(db)
    .selectFrom('account_link')
    .selectAll('account_link')
    .where('organisation', '=', organisation)
    .where('account', '=', account)
    .executeTakeFirst();
  if (!row || row.ended_at !== null || !linkHolds(row, key)) return undefined;
  return (await isHere(db, organisation, row.person, now))
    ? { person: row.person, linkedAt: linkOf(row).linkedAt }
    : undefined;
}

/** Whether a person is with the organisation today: has come, has not left, is not suspended. */
export async function isHere(db: Db | Tx, organisation: string, id: string, now: Moment): Promise<boolean> {
  const person = await tables(db)
    .selectFrom('person')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!person || person.suspended_at !== null) return false;
  const { from, until } = personOf(person);
  const day = localDate(now);
  return (from === undefined || from <= day) && (until === undefined || until >= day);
}

/** The roles a person holds today: whatever opens a door by role asks this, or the directory, never the table. */
export async function grantsOfPerson(
  db: Db | Tx,
  organisation: string,
  person: string,
  key: Uint8Array,
  now: Moment,
): Promise<Grant[]> {
  const day = localDate(now);
  const row = await tables(db)
    .selectFrom('person')
    .select('suspended_at')
    .where('organisation', '=', organisation)
    .where('id', '=', person)
    .executeTakeFirst();
  if (!row || row.suspended_at !== null) return [];
  const rows = await tables(db)
    .selectFrom('role_grant')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('person', '=', person)
    .execute();
  return rows.flatMap((each) => {
    const grant = grantOf(each, key);
    return isHeld(grant, day) && onDay(grant, day) ? [heldGrant(each, grant)] : [];
  });
}

/**
 * Whether a person is an auditor from elsewhere, and on which days: the last grant agreed to. Undefined for everybody else.
 */
export async function admissionOf(
  db: Db | Tx,
  organisation: string,
  person: string,
  key: Uint8Array,
  now: Moment,
): Promise<{ from: string; until: string; open: boolean } | undefined> {
  const rows = await tables(db)
    .selectFrom('role_grant')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('person', '=', person)
    .where('role', '=', OUTSIDE_AUDITOR)
    .execute();
  const admissions = rows.map((row) => grantOf(row, key)).filter(isAdmission);
  const day = localDate(now);
  const standing = admissions.filter(({ revokedAt }) => revokedAt === undefined);
  const open = standing.find((grant) => onDay(grant, day));
  const last =
    open ?? (standing.length > 0 ? standing : admissions).toSorted((a, b) => a.from.localeCompare(b.from)).at(-1);
  return last && { from: last.from, until: last.until ?? day, open: open !== undefined };
}

/** The accounts that are this person here; for ending their sessions and for who may approve whose reset. */
export async function accountsOfPerson(
  db: Db | Tx,
  organisation: string,
  person: string,
  key: Uint8Array,
): Promise<string[]> {
  const rows = await tables(db)
    .selectFrom('account_link')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('person', '=', person)
    .where('ended_at', 'is', null)
    .execute();
  return rows.filter((row) => linkHolds(row, key)).map((row) => row.account);
}

async function unitsOf(db: Db | Tx, organisation: string): Promise<Unit[]> {
  const rows = await tables(db).selectFrom('unit').selectAll().where('organisation', '=', organisation).execute();
  return rows.map(unitOf);
}

async function personsOf(db: Db | Tx, organisation: string): Promise<{ persons: Person[]; suspended: Set<string> }> {
  const rows = await tables(db).selectFrom('person').selectAll().where('organisation', '=', organisation).execute();
  const suspended = rows.filter((row) => row.suspended_at !== null).map((row) => row.id);
  return { persons: rows.map(personOf), suspended: new Set(suspended) };
}

async function grantsOf(
  db: Db | Tx,
  organisation: string,
  key: Uint8Array,
  day: string,
): Promise<{ held: Grant[]; forged: Suspicious[]; outside: Set<string> }> {
  const rows = await tables(db).selectFrom('role_grant').selectAll().where('organisation', '=', organisation).execute();
  const held: Grant[] = [];
  const forged: Suspicious[] = [];
  const outside = new Set<string>();
  for (const row of rows) {
    const grant = grantOf(row, key);
    if (isAdmission(grant)) outside.add(grant.person);
    if (!grant.genuine) forged.push(suspect('role_grant', row));
    else if (isHeld(grant, day)) held.push(heldGrant(row, grant));
  }
  return { held, forged, outside };
}

const isHeld = (grant: GrantState, day: string): boolean =>
  grant.genuine && grant.givenAt !== undefined && grant.revokedAt === undefined && (grant.until ?? day) >= day;

/** Let in from elsewhere, now or earlier. */
const isAdmission = ({ genuine, role, givenAt }: GrantState): boolean =>
  genuine && role === OUTSIDE_AUDITOR && givenAt !== undefined;

function heldGrant(row: RoleGrantTable, { id, person, role, unit, from, until, scope }: Grant): Grant {
  return present<Grant>({ id, person, role, unit, from, until, scope, pos: Number(row.pos) });
}

async function deputiesOf(
  db: Db | Tx,
  organisation: string,
  key: Uint8Array,
  day: string,
): Promise<{ named: Directory['deputies']; forged: Suspicious[] }> {
  const rows = await tables(db).selectFrom('deputy').selectAll().where('organisation', '=', organisation).execute();
  const genuine = rows.filter((row) => deputyHolds(row, key)).map(deputyOf);
  return {
    named: genuine
      .filter((deputy) => deputy.endedAt === undefined && deputy.until >= day)
      .map(({ endedAt: _ended, ...deputy }) => deputy)
      .sort((a, b) => a.order - b.order),
    forged: rows.filter((row) => !deputyHolds(row, key)).map((row) => suspect('deputy', row)),
  };
}

async function forgedLinks(db: Db | Tx, organisation: string, key: Uint8Array): Promise<Suspicious[]> {
  const rows = await tables(db)
    .selectFrom('account_link')
    .selectAll()
    .where('organisation', '=', organisation)
    .execute();
  return rows.filter((row) => !linkHolds(row, key)).map((row) => suspect('account_link', { ...row, id: row.account }));
}

function suspect(
  table: Suspicious['table'],
  row: { id: string; person: string; pos: string | number; [column: string]: unknown },
): Suspicious {
  const role = typeof row.role === 'string' ? ` ${row.role}` : '';
  const since = momentText(row.asked_at as Date | undefined) ?? '';
  return {
    table,
    id: row.id,
    person: row.person,
    pos: Number(row.pos),
    message: text(
      `資料表 ${table} 有一列${role}不是系統寫入的（${row.id}），已不採認${since && `，所載時間 ${since}`}`,
      `A row of ${table}${role} was not written by the system (${row.id}) and does not count${since && `; it claims ${since}`}`,
    ),
  };
}

const byId = <T extends { id: string }>(items: T[]): Record<string, T> =>
  Object.fromEntries(items.map((item) => [item.id, item]));
