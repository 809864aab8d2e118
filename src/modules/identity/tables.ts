import type { Kysely } from 'kysely';
import type { AuditScope } from '../../kernel/engine/outside.ts';
import type { Value } from '../../kernel/engine/types.ts';
import type { Db, Tx } from '../../runtime/module.ts';

/** The tables of migrations/0003_identity.sql. Dates are read as ISO text by `dateText`, moments come back as Date. */
export type IdentityTables = {
  unit: UnitTable;
  person: PersonTable;
  role_grant: RoleGrantTable;
  deputy: DeputyTable;
  account_link: AccountLinkTable;
  invitation: InvitationTable;
  organisation_setting: SettingTable;
};

type Positioned = { organisation: string; pos: string | number };

export type UnitTable = Positioned & {
  id: string;
  name: string;
  under: string | null;
  from_date: string | null;
  until_date: string | null;
  successor: string | null;
};

export type PersonTable = Positioned & {
  id: string;
  name: string;
  unit: string;
  title: string | null;
  email: string | null;
  email_key: string | null;
  from_date: string | null;
  until_date: string | null;
  suspended_at: Date | string | null;
};

export type RoleGrantTable = Positioned & {
  id: string;
  person: string;
  role: string;
  unit: string;
  from_date: string;
  until_date: string | null;
  asked_by: string | null;
  asked_at: Date | string;
  given_by: string[];
  given_at: Date | string | null;
  setup: boolean;
  revoked_at: Date | string | null;
  revoked_by: string | null;
  /** Of auditors from elsewhere. */
  scope: AuditScope | string | null;
  mac: Uint8Array | null;
};

export type DeputyTable = Positioned & {
  id: string;
  principal: string;
  person: string;
  place: number;
  from_date: string;
  until_date: string;
  named_by: string | null;
  ended_at: Date | string | null;
  mac: Uint8Array;
};

export type AccountLinkTable = Positioned & {
  account: string;
  person: string;
  linked_at: Date | string;
  linked_by: string | null;
  ended_at: Date | string | null;
  mac: Uint8Array;
};

export type InvitationTable = Positioned & {
  id: string;
  person: string;
  email: string;
  token_hash: string;
  made_at: Date | string;
  made_by: string | null;
  expires_at: Date | string;
  accepted_at: Date | string | null;
  account: string | null;
  withdrawn_at: Date | string | null;
  mac: Uint8Array;
};

export type SettingTable = Positioned & {
  name: string;
  value: Value | string;
  set_at: Date | string;
  set_by: string | null;
};

/** This module's view of the untyped handle the doors pass. */
export const tables = (db: Db | Tx): Kysely<IdentityTables> => db as Kysely<IdentityTables>;

/**
 * The ISO date of a `date` column: drivers give it as text or, by default, as a Date at the local midnight of the process.
 */
export function dateText(value: string | Date | null | undefined): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'string') return value.slice(0, 10);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${value.getFullYear()}-${two(value.getMonth() + 1)}-${two(value.getDate())}`;
}

/** The ISO moment, milliseconds and UTC, of a `timestamptz` column. */
export function momentText(value: string | Date | null | undefined): string | undefined {
  return value === null || value === undefined ? undefined : new Date(value).toISOString();
}
