import { type QueryResult, type RawBuilder, sql } from 'kysely';
import type { Db, Tx } from '../module.ts';

/** What is to be written, not yet sent. */
export type Statement = RawBuilder<unknown>;

/** From here on the transaction sees only this organisation. */
export const onlyOf = (organisation: string): Statement =>
  sql`select set_config('ancheng.organisation', ${organisation}, true)`;

/**
 * Runs `work` in one transaction that sees only this organisation: row-level security reads the setting.
 * The program's role owns nothing and has no BYPASSRLS, so forgetting a `where` shows nothing of others. Given a transaction (of this
 * organisation, as a replay is), it works within that one.
 */
export function withOrganisation<T>(db: Db, organisation: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  if (db.isTransaction) return work(db as Tx);
  return db.transaction().execute(async (tx) => {
    await onlyOf(organisation).execute(tx);
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

/**
 * Several writes as one statement, which costs the database and the program little more than one alone. None sees what another does, so
 * no two of them may touch the same row or key.
 */
export function asOne(statements: Statement[]): Statement[] {
  const [last, ...before] = statements.toReversed();
  if (!last || before.length === 0) return statements;
  const parts = before.reverse().map((statement, n) => sql`${sql.raw(`part_${n}`)} as (${statement})`);
  return [sql`with ${sql.join(parts)} ${last}`];
}

/**
 * Sends statements in one go; their results come in the same order. The database carries them out one after another, each seeing
 * the one before, but nobody waits between them. The first that fails is thrown once all are answered; the transaction is lost then.
 */
export function together<Results extends unknown[] = unknown[]>(
  tx: Tx,
  statements: { [K in keyof Results]: RawBuilder<Results[K]> },
): Promise<{ [K in keyof Results]: QueryResult<Results[K]> }> {
  const queries = statements.map((statement) => statement.compile(tx));
  return tx.getExecutor().provideConnection(async (connection) => {
    const outcomes = await Promise.allSettled(queries.map((query) => connection.executeQuery(query)));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
    return outcomes.map((outcome) => (outcome as PromiseFulfilledResult<QueryResult<unknown>>).value) as never;
  });
}
