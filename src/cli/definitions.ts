import { join } from 'node:path';
import { sql } from 'kysely';
import { directoryStore } from '../adapters/sealing/store.ts';
import { definitionHash } from '../kernel/pack/hash.ts';
import type { Definition } from '../kernel/pack/types.ts';
import type { Db } from '../runtime/module.ts';
import { withOrganisation } from '../runtime/store/session.ts';

/**
 * Compiled definitions are named by hash in the ledger and stored in the database. A copy of each stands beside the log, so that acts
 * can be judged by them where the database is not, and a database that lost them gets them back.
 */
export async function keepDefinitions(db: Db, folder: string, organisation: string): Promise<void> {
  const store = directoryStore(join(folder, 'definitions'));
  const kept = new Set(await store.list('.'));
  const found = await withOrganisation(db, organisation, (tx) =>
    sql<{ hash: string }>`select hash from definition where organisation = ${organisation}`.execute(tx),
  );
  for (const { hash } of found.rows.filter((row) => !kept.has(`${row.hash}.json`))) {
    const body = await withOrganisation(db, organisation, (tx) =>
      sql<{
        body: Definition;
      }>`select body from definition where organisation = ${organisation} and hash = ${hash}`.execute(tx),
    );
    const content = Buffer.from(JSON.stringify(body.rows[0]?.body));
    await store.write([{ path: `${hash}.json`, bytes: content }]);
  }
}

/** The definition of that hash beside a log; undefined when it is not there or its content does not hash to its name. */
export async function definitionBeside(folder: string, hash: string): Promise<Definition | undefined> {
  if (!/^[0-9a-f]{64}$/.test(hash)) return undefined;
  const bytes = await directoryStore(join(folder, 'definitions')).read(`${hash}.json`);
  if (!bytes) return undefined;
  const definition = JSON.parse(Buffer.from(bytes).toString('utf8')) as Definition;
  return definitionHash(definition) === hash ? definition : undefined;
}
