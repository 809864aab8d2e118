import type { Grant } from '../../kernel/engine/types.ts';
import type { NewEvent } from '../../runtime/module.ts';

/** What deciding knows of one organisation's people; dates are local ISO dates, moments ISO UTC. */
export type Unit = { id: string; name: string; under?: string; from?: string; until?: string; successor?: string };

export type Person = {
  id: string;
  name: string;
  unit: string;
  title?: string;
  email?: string;
  from?: string;
  until?: string;
};

/** A grant from asking to revocation; `given` is absent while a second person's word is missing. */
export type GrantState = Omit<Grant, 'pos'> & {
  askedBy?: string;
  askedAt: string;
  givenBy: string[];
  givenAt?: string;
  setup: boolean;
  revokedAt?: string;
  /** False when the row's MAC is not of the node key: somebody wrote it past the program. */
  genuine: boolean;
};

export type DeputyState = {
  id: string;
  for: string;
  person: string;
  order: number;
  from: string;
  until: string;
  endedAt?: string;
};

export type LinkState = { account: string; person: string; linkedAt: string; endedAt?: string };

export type InvitationState = {
  id: string;
  person: string;
  expiresAt: string;
  acceptedAt?: string;
  withdrawnAt?: string;
};

/** Dated things hold from the first to the last day, both included; an absent end is open. */
export const onDay = (dated: { from?: string; until?: string }, day: string): boolean =>
  (dated.from === undefined || dated.from <= day) && (dated.until === undefined || day <= dated.until);

/** True when two dated things share a day. */
export const overlap = (a: { from?: string; until?: string }, b: { from?: string; until?: string }): boolean =>
  (a.until === undefined || b.from === undefined || b.from <= a.until) &&
  (b.until === undefined || a.from === undefined || a.from <= b.until);

/** Asked or given, not revoked, not yet over on that day. */
export const standing = (grant: GrantState, day: string): boolean =>
  grant.revokedAt === undefined && (grant.until === undefined || day <= grant.until);

/** The form under which two spellings of an e-mail address are one: width, case and white space do not count. */
export function emailKey(email: string): string {
  return email
    .normalize('NFKC')
    .replace(/[\s\p{Cf}\p{Cc}]/gu, '')
    .toLowerCase()
    .normalize('NFKC');
}

/** Leaves out absent values, which events cannot hold. */
export function given<T extends { [key: string]: unknown }>(values: T): NewEvent['data'] {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as NewEvent['data'];
}
