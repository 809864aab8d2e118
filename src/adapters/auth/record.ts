import type { Credential } from '../../kernel/ledger/credential-mark.ts';

/**
 * What the installation's own ledger hears of sign-in: intent before, outcome after. `name` is the account's address and
 * only ever that of an account that exists; what else was typed is counted, never kept.
 */
export type AuthEvent = {
  type: AuthEventType;
  account?: string;
  name?: string;
  at: string;
  ip?: string;
  outcome: 'intended' | 'done' | 'refused';
  /** `password`, `totp`, `passkey`, `backup_code`, `mailbox`, `two_people`, `setup`, `invitation` … */
  by?: string;
  /** Persons or accounts that took part: who asked for and who approved a reset. */
  persons?: string[];
  /** Of a refused sign-in that compared nothing: the account was locked; or not let in on that day though it proved itself. */
  why?: 'locked' | 'closed';
  /** Why a reset was asked for. */
  reason?: string;
  until?: string;
  count?: number;
  /** What comes into force with it, intended or done; what leaves; what somebody proved themselves with (decision 0190). */
  entered?: Credential[];
  removed?: Credential[];
  used?: Credential[];
};

export type AuthEventType =
  | 'sign_in.attempted'
  | 'sign_in.succeeded'
  | 'sign_in.failed'
  | 'sign_in.second_factor_asked'
  | 'sign_in.unknown_names'
  | 'account.locked'
  | 'account.opened'
  | 'account.disabled'
  | 'account.enabled'
  | 'signed_out'
  | 'session.idle'
  | 'password.changing'
  | 'password.changed'
  | 'factor.confirmed'
  | 'factor.refused'
  | 'factor.adding'
  | 'factor.added'
  | 'factor.removing'
  | 'factor.removed'
  | 'factor.forged'
  | 'reset.requested'
  | 'reset.unsent'
  | 'reset.approved'
  | 'reset.completed';

/** Resolves when the event is durable. A rejection stops what was intended. */
export type Recorder = (event: AuthEvent) => Promise<void>;
