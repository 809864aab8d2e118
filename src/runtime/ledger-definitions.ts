import { sql } from 'kysely';
import { definitionHash } from '../kernel/pack/hash.ts';
import type { Definition } from '../kernel/pack/types.ts';
import { type Text, text } from '../kernel/text.ts';
import type { Db } from './module.ts';
import { withOrganisation } from './store/session.ts';

/**
 * The compiled definitions of an organisation by their hash, which entries name. One whose content does not hash to its name was
 * altered in the database: it is left out, so that nothing is judged by it, and told.
 */
export async function definitionsOf(
  db: Db,
  organisation: string,
): Promise<{ definitions: Map<string, Definition>; faults: Text[] }> {
  const found = await withOrganisation(db, organisation, (tx) =>
    sql<{
      hash: string;
      body: Definition;
    }>`select hash, body from definition where organisation = ${organisation}`.execute(tx),
  );
  const definitions = new Map<string, Definition>();
  const faults: Text[] = [];
  for (const { hash, body } of found.rows) {
    if (definitionHash(body) === hash) definitions.set(hash, body);
    else faults.push(text(`定義 ${hash} 的內容已變`, `definition ${hash} was altered`));
  }
  return { definitions, faults };
}
