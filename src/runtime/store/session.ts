import { sql } from 'kysely';
import type { Db, Tx } from '../module.ts';

/**
 * Runs `work` in one transaction that sees only this organisation: row-level security reads the setting.
 * The program's role owns nothing and has no BYPASSRLS, so forgetting a `where` shows nothing of others.
 */
export function withOrganisation<T>(db: Db, organisation: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  return db.transaction().execute(async (tx) => {
    await sql`select set_config('ancheng.organisation', ${organisation}, true)`.execute(tx);
    return work(tx);
  });
}

/**
 * The same for reading: one snapshot, so that a page never mixes two moments. What a list asks differs too much from call to call
 * for one plan to serve all, so each is planned for its own values.
 */
export function reading<T>(db: Db, organisation: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (tx) => {
      await sql`select set_config('ancheng.organisation', ${organisation}, true),
        set_config('plan_cache_mode', 'force_custom_plan', true)`.execute(tx);
      return work(tx);
    });
}
