import { sql } from 'kysely';
import type { Db } from '../../runtime/module.ts';

/** The organisations an account is linked to, before one is chosen; entering one checks the link (`personOfAccount`). */
export async function organisationsOfAccount(db: Db, account: string): Promise<string[]> {
  const { rows } = await sql<{ organisation: string }>`
    select organisations_of_account(${account}) as organisation`.execute(db);
  return rows.map((row) => row.organisation);
}
