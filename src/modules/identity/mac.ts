import { createHmac, timingSafeEqual } from 'node:crypto';
import canonicalize from 'canonicalize';
import { scopeIn } from './scope.ts';
import {
  type AccountLinkTable,
  type DeputyTable,
  dateText,
  type InvitationTable,
  momentText,
  type RoleGrantTable,
} from './tables.ts';

/**
 * Authority is evidence (design/ledger.md, settled point 4): a row that lets somebody act carries
 * HMAC-SHA256(node key, canonical row ‖ position of the event that wrote it). The key never enters PostgreSQL, so a row
 * inserted or changed there does not hold.
 */

/** The MAC of a role grant, 32 bytes; covers every column except the MAC. */
export const sealGrant = (row: Omit<RoleGrantTable, 'mac'>, key: Uint8Array): Uint8Array =>
  mac('role_grant', grantContent(row), row.pos, key);

/** True when the grant's MAC is of this key and row. */
export const grantHolds = (row: RoleGrantTable, key: Uint8Array): boolean => holds(row.mac, sealGrant(row, key));

export const sealDeputy = (row: Omit<DeputyTable, 'mac'>, key: Uint8Array): Uint8Array =>
  mac('deputy', deputyContent(row), row.pos, key);

export const deputyHolds = (row: DeputyTable, key: Uint8Array): boolean => holds(row.mac, sealDeputy(row, key));

export const sealLink = (row: Omit<AccountLinkTable, 'mac'>, key: Uint8Array): Uint8Array =>
  mac('account_link', linkContent(row), row.pos, key);

export const linkHolds = (row: AccountLinkTable, key: Uint8Array): boolean => holds(row.mac, sealLink(row, key));

/** An invitation makes an account somebody: it is authority as well. */
export const sealInvitation = (row: Omit<InvitationTable, 'mac'>, key: Uint8Array): Uint8Array =>
  mac('invitation', invitationContent(row), row.pos, key);

export const invitationHolds = (row: InvitationTable, key: Uint8Array): boolean =>
  holds(row.mac, sealInvitation(row, key));

function mac(table: string, content: { [column: string]: unknown }, pos: string | number, key: Uint8Array): Uint8Array {
  const bytes = canonicalize(content);
  if (bytes === undefined) throw new Error(`a row of ${table} has no canonical form`);
  return createHmac('sha256', key).update(`ancheng authority v1\n${table}\n${pos}\n${bytes}`).digest();
}

function holds(claimed: Uint8Array | null, right: Uint8Array): boolean {
  return claimed !== null && claimed.length === right.length && timingSafeEqual(claimed, right);
}

function grantContent(row: Omit<RoleGrantTable, 'mac'>) {
  return {
    organisation: row.organisation,
    id: row.id,
    person: row.person,
    role: row.role,
    unit: row.unit,
    from: dateText(row.from_date),
    until: dateText(row.until_date) ?? null,
    askedBy: row.asked_by,
    askedAt: momentText(row.asked_at),
    givenBy: row.given_by,
    givenAt: momentText(row.given_at) ?? null,
    setup: row.setup,
    revokedAt: momentText(row.revoked_at) ?? null,
    revokedBy: row.revoked_by,
    // Rows of before there were outside auditors keep their marks.
    ...(row.scope ? { scope: scopeIn(row.scope) } : {}),
  };
}

function deputyContent(row: Omit<DeputyTable, 'mac'>) {
  return {
    organisation: row.organisation,
    id: row.id,
    principal: row.principal,
    person: row.person,
    place: row.place,
    from: dateText(row.from_date),
    until: dateText(row.until_date),
    namedBy: row.named_by,
    endedAt: momentText(row.ended_at) ?? null,
  };
}

function linkContent(row: Omit<AccountLinkTable, 'mac'>) {
  return {
    organisation: row.organisation,
    account: row.account,
    person: row.person,
    linkedAt: momentText(row.linked_at),
    linkedBy: row.linked_by,
    endedAt: momentText(row.ended_at) ?? null,
  };
}

function invitationContent(row: Omit<InvitationTable, 'mac'>) {
  return {
    organisation: row.organisation,
    id: row.id,
    person: row.person,
    email: row.email,
    tokenHash: row.token_hash,
    madeAt: momentText(row.made_at),
    madeBy: row.made_by,
    expiresAt: momentText(row.expires_at),
    acceptedAt: momentText(row.accepted_at) ?? null,
    account: row.account,
    withdrawnAt: momentText(row.withdrawn_at) ?? null,
  };
}
