import { sql } from 'kysely';
import type { Db } from './module.ts';
import { organisationIds } from './organisations.ts';
import { withOrganisation } from './store/session.ts';

/** Where attachments lie. */
export type Stored = { remove(sha256: string): Promise<void> };

/** Deletes attachments from the disk, and from the list the next backup is made by, unless something else still holds the content. */
export async function removeFiles(
  parts: { db: Db; files: Stored },
  organisation: string,
  files: string[],
): Promise<void> {
  for (const sha256 of files) {
    const needed = await withOrganisation(parts.db, organisation, async (tx) => {
      // What was erased or destroyed itself holds nothing back; a past state of another record does.
      const found = await sql`
        select 1 from record_file f where f.organisation = ${organisation} and f.sha256 = ${sha256}
          and not exists (select 1 from erasure e where e.organisation = f.organisation and e.kind = 'record' and e.id = f.record)
        union all select 1 from scan where organisation = ${organisation} and sha256 = ${sha256}
        union all select 1 from procedure_text where organisation = ${organisation} and file->>'sha256' = ${sha256}
        limit 1`.execute(tx);
      if (found.rows.length > 0) return true;
      await sql`delete from blob where organisation = ${organisation} and sha256 = ${sha256}`.execute(tx);
      await sql`delete from blob_upload where organisation = ${organisation} and sha256 = ${sha256}`.execute(tx);
      return false;
    });
    if (!needed && !(await elsewhere(parts.db, sha256))) await parts.files.remove(sha256);
  }
}

async function elsewhere(db: Db, sha256: string): Promise<boolean> {
  for (const organisation of await organisationIds(db)) {
    const found = await withOrganisation(db, organisation, (tx) =>
      sql`select 1 from blob where organisation = ${organisation} and sha256 = ${sha256}`.execute(tx),
    );
    if (found.rows.length > 0) return true;
  }
  return false;
}
