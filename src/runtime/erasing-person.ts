import { sql } from 'kysely';
import type { Db, Tx } from './module.ts';
import { withOrganisation } from './store/session.ts';

/** Accounts that are this person and nobody else, here or in another organisation; with the person they have no more use. */
export async function accountsOnlyOf({ db }: { db: Db }, organisation: string, person: string): Promise<string[]> {
  return withOrganisation(db, organisation, async (tx) => {
    const found = await sql<{ account: string }>`select l.account from account_link l
      where l.organisation = ${organisation} and l.person = ${person}
        and not exists (select 1 from organisations_of_account(l.account) o where o <> ${organisation})`.execute(tx);
    return found.rows.map(({ account }) => account);
  });
}

/** An account with everything that hangs on it: sessions, password and its history, codes, passkeys, resets under way. */
export async function forgetAccount(tx: Tx, account: string): Promise<void> {
  const own = await sql<{ email: string }>`select email from auth.user_account where id = ${account}`.execute(tx);
  const email = own.rows[0]?.email;
  await sql`delete from auth.binding where ref = ${account} or ref in (select credential_id from auth.passkey where user_id = ${account})`.execute(
    tx,
  );
  await sql`delete from auth.verification where identifier = ${account} or value like ${`%${account}%`}
    or identifier = ${email ?? account}`.execute(tx);
  await sql`delete from auth.user_account where id = ${account}`.execute(tx);
}

/**
 * Rows about somebody who left, as far as no events of records make them: the card with name and address, invitations, mail not yet
 * sent, saved lists, names of tokens, and answers kept for repeated commands that quote the address.
 */
export async function scrubPerson(tx: Tx, organisation: string, person: string, mark: string): Promise<void> {
  const card = await sql<{ name: string; email: string | null }>`select name, email from person
    where organisation = ${organisation} and id = ${person}`.execute(tx);
  const { name, email } = card.rows[0] ?? {};
  const quoted = [name, email].filter((word) => word && word !== mark).map((word) => `%${word}%`);
  await sql`update command set response = '{}'::jsonb
    where organisation = ${organisation} and response::text like any(${quoted})`.execute(tx);
  await sql`update person set name = ${mark}, title = null, email = null, email_key = null
    where organisation = ${organisation} and id = ${person}`.execute(tx);
  await sql`update invitation set email = '' where organisation = ${organisation} and person = ${person}`.execute(tx);
  await sql`update mail_outbox set address = null, subject = null, body = null, next_at = null
    where organisation = ${organisation} and person = ${person}`.execute(tx);
  await sql`delete from saved_view where organisation = ${organisation} and account in
    (select account from account_link where organisation = ${organisation} and person = ${person})`.execute(tx);
  await sql`delete from record_look where organisation = ${organisation} and person = ${person}`.execute(tx);
  await sql`delete from digest_preference where organisation = ${organisation} and person = ${person}`.execute(tx);
  await sql`update api_token set name = ${mark}, revoked_at = coalesce(revoked_at, (select ordered_at from erasure
      where organisation = ${organisation} and kind = 'subject' and id = ${person}))
    where organisation = ${organisation} and person = ${person}`.execute(tx);
}
