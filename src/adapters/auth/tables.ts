import type { Generated, Kysely } from 'kysely';
import type { Db } from '../../runtime/module.ts';

/** Those tables of migrations/0004_auth.sql that we read or write ourselves. */
export type AuthTables = {
  'auth.user_account': {
    id: string;
    name: string;
    email: string;
    two_factor_enabled: boolean | null;
    installer: boolean;
    disabled_at: Date | null;
    password_set_at: Date | null;
    reset_at: Date | null;
    last_sign_in_at: Date | null;
  };
  'auth.session': {
    id: string;
    token: string;
    user_id: string;
    factor: string;
    active_at: Date;
    created_at: Date;
    mac: string;
  };
  'auth.credential': { id: string; user_id: string; provider_id: string; password: string | null };
  'auth.two_factor': { id: string; user_id: string; secret: string; backup_codes: string; verified: boolean | null };
  'auth.passkey': {
    id: string;
    user_id: string;
    credential_id: string;
    public_key: string;
    counter: number;
    transports: string | null;
  };
  'auth.attempt': { name_hash: string; failures: number; locked_until: Date | null; last_at: Date };
  'auth.unknown_minute': { minute: Date; count: number };
  'auth.password_history': { id: Generated<string>; account: string; hash: string; set_at: Date };
  'auth.reset': {
    id: string;
    account: string;
    way: 'mailbox' | 'two_people';
    factors: boolean;
    reason: string | null;
    asked_at: Date;
    asked_by: string | null;
    approved_by: string | null;
    token_hash: string | null;
    expires_at: Date;
    used_at: Date | null;
    mac: Uint8Array;
  };
  'auth.used_code': { account: string; step: string | number };
  'auth.seal_challenge': { challenge: string; account: string; expires_at: Date };
  'auth.binding': { kind: 'password' | 'totp' | 'backup_codes' | 'passkey'; ref: string; mac: Uint8Array };
};

export const authTables = (db: Db): Kysely<AuthTables> => db as Kysely<AuthTables>;
