import type { Tx } from '../../runtime/module.ts';
import { grantHolds, invitationHolds } from './mac.ts';
import type { DeputyState, GrantState, InvitationState, LinkState, Person, Unit } from './people.ts';
import { emailKey } from './people.ts';
import { scopeIn } from './scope.ts';
import {
  type AccountLinkTable,
  type DeputyTable,
  dateText,
  type InvitationTable,
  momentText,
  type PersonTable,
  type RoleGrantTable,
  tables,
  type UnitTable,
} from './tables.ts';

/** Reads single rows for deciding, inside the transaction that holds the organisation's head. */
export async function loadUnit(tx: Tx, organisation: string, id: string | undefined): Promise<Unit | undefined> {
  if (id === undefined) return undefined;
  const row = await tables(tx)
    .selectFrom('unit')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('id', '=', id)
    .executeTakeFirst();
  return row && unitOf(row);
}

export async function loadUnits(tx: Tx, organisation: string): Promise<Unit[]> {
  const rows = await tables(tx).selectFrom('unit').selectAll().where('organisation', '=', organisation).execute();
  return rows.map(unitOf);
}

export async function loadPerson(tx: Tx, organisation: string, id: string | undefined): Promise<Person | undefined> {
  if (id === undefined) return undefined;
  const row = await tables(tx)
    .selectFrom('person')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('id', '=', id)
    .executeTakeFirst();
  return row && personOf(row);
}

/** Persons with this e-mail address, however it is spelled. */
export async function loadPersonsByEmail(tx: Tx, organisation: string, email: string | undefined): Promise<Person[]> {
  if (email === undefined) return [];
  const rows = await tables(tx)
    .selectFrom('person')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('email_key', '=', emailKey(email))
    .execute();
  return rows.map(personOf);
}

export async function loadPersonsOfUnit(tx: Tx, organisation: string, unit: string): Promise<Person[]> {
  const rows = await tables(tx)
    .selectFrom('person')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('unit', '=', unit)
    .execute();
  return rows.map(personOf);
}

/** All grants of a person, or the one with this id, each checked against the node key. */
export async function loadGrants(
  tx: Tx,
  organisation: string,
  which: { person: string } | { id: string } | { unit: string },
  key: Uint8Array,
): Promise<GrantState[]> {
  const [column, value] = Object.entries(which)[0] as ['person' | 'id' | 'unit', string];
  const rows = await tables(tx)
    .selectFrom('role_grant')
    .selectAll()
    .where('organisation', '=', organisation)
    .where(column, '=', value)
    .execute();
  return rows.map((row) => grantOf(row, key));
}

/** Deputies a person has and principals it stands in for. */
export async function loadDeputies(tx: Tx, organisation: string, person: string): Promise<DeputyState[]> {
  const rows = await tables(tx)
    .selectFrom('deputy')
    .selectAll()
    .where('organisation', '=', organisation)
    .where((eb) => eb.or([eb('principal', '=', person), eb('person', '=', person)]))
    .execute();
  return rows.map(deputyOf);
}

export async function loadDeputy(tx: Tx, organisation: string, id: string): Promise<DeputyState | undefined> {
  const row = await tables(tx)
    .selectFrom('deputy')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('id', '=', id)
    .executeTakeFirst();
  return row && deputyOf(row);
}

export async function loadLinks(
  tx: Tx,
  organisation: string,
  which: { account: string } | { person: string },
): Promise<LinkState[]> {
  const [column, value] = Object.entries(which)[0] as ['account' | 'person', string];
  const rows = await tables(tx)
    .selectFrom('account_link')
    .selectAll()
    .where('organisation', '=', organisation)
    .where(column, '=', value)
    .execute();
  return rows.map(linkOf);
}

/** An invitation written past the program is none. */
export async function loadInvitation(
  tx: Tx,
  organisation: string,
  which: { id: string } | { token_hash: string },
  key: Uint8Array,
): Promise<InvitationState | undefined> {
  const [column, value] = Object.entries(which)[0] as ['id' | 'token_hash', string];
  const row = await tables(tx)
    .selectFrom('invitation')
    .selectAll()
    .where('organisation', '=', organisation)
    .where(column, '=', value)
    .executeTakeFirst();
  return row && invitationHolds(row, key) ? invitationOf(row) : undefined;
}

/** Leaves out members whose value is absent, so that optional members are either there or not. */
export function present<T extends object>(values: { [K in keyof T]: T[K] | undefined | null }): T {
  return Object.fromEntries(Object.entries(values).filter(([, v]) => v !== undefined && v !== null)) as T;
}

export const unitOf = (row: UnitTable): Unit =>
  present<Unit>({
    id: row.id,
    name: row.name,
    under: row.under ?? undefined,
    from: dateText(row.from_date),
    until: dateText(row.until_date),
    successor: row.successor ?? undefined,
  });

export const personOf = (row: PersonTable): Person =>
  present<Person>({
    id: row.id,
    name: row.name,
    unit: row.unit,
    title: row.title ?? undefined,
    email: row.email ?? undefined,
    from: dateText(row.from_date),
    until: dateText(row.until_date),
  });

export const grantOf = (row: RoleGrantTable, key: Uint8Array): GrantState =>
  present<GrantState>({
    id: row.id,
    person: row.person,
    role: row.role,
    unit: row.unit,
    from: dateText(row.from_date),
    until: dateText(row.until_date),
    askedBy: row.asked_by ?? undefined,
    askedAt: momentText(row.asked_at),
    givenBy: row.given_by,
    givenAt: momentText(row.given_at),
    setup: row.setup,
    revokedAt: momentText(row.revoked_at),
    scope: row.scope ? scopeIn(row.scope) : undefined,
    genuine: grantHolds(row, key),
  });

export const deputyOf = (row: DeputyTable): DeputyState =>
  present<DeputyState>({
    id: row.id,
    for: row.principal,
    person: row.person,
    order: row.place,
    from: dateText(row.from_date),
    until: dateText(row.until_date),
    endedAt: momentText(row.ended_at),
  });

export const linkOf = (row: AccountLinkTable): LinkState =>
  present<LinkState>({
    account: row.account,
    person: row.person,
    linkedAt: momentText(row.linked_at),
    endedAt: momentText(row.ended_at),
  });

const invitationOf = (row: InvitationTable): InvitationState =>
  present<InvitationState>({
    id: row.id,
    person: row.person,
    expiresAt: momentText(row.expires_at),
    acceptedAt: momentText(row.accepted_at),
    withdrawnAt: momentText(row.withdrawn_at),
  });
