import { sql } from 'kysely';
import { closedSections, READ_ALL } from '../../kernel/engine/reading.ts';
import type { RecordState } from '../../kernel/engine/types.ts';
import { closedFields, withoutValues } from './closed-sections.ts';
import { actsAs, type Look } from './look.ts';
import { confinedTo } from './outside.ts';
import { type Reader, readable, readsAll } from './reading.ts';

/** Attachments: had by whoever may read what holds them, and by nobody else. */

export type StoredFile = { sha256: string; name: string; media: string; scan: string; size: number };

/**
 * Of some contents those the viewer may have: held by a record the viewer may read, now, or formerly where the viewer reads everything or
 * brought it; named by a scan or a procedure the viewer may see; or uploaded by the viewer and attached nowhere by them yet. What is
 * unknown and what is not allowed is left out alike.
 */
export async function filesFor(look: Reader, contents: string[]): Promise<string[]> {
  if (contents.length === 0) return [];
  const { organisation, viewer } = look;
  const me = [viewer.person, viewer.account].filter((one) => one !== undefined);
  const ownUpload = sql`select 1 from blob_upload u where u.organisation = b.organisation and u.sha256 = b.sha256 and u.by = any(${me})`;
  const reviews = confinedTo(look) !== undefined || actsAs(look, READ_ALL);
  const found = await sql<{ sha256: string }>`select b.sha256 from blob b
    where b.organisation = ${organisation} and b.sha256 = any(${contents}) and (
      exists (${ownUpload} and u.used_at is null)
      or exists (select 1 from record_file f join record c on c.organisation = f.organisation and c.id = f.record
        where f.organisation = b.organisation and f.sha256 = b.sha256 and (f.held or ${reviews} or exists (${ownUpload})) and ${readable(look)})
      ${ofTheOffice(look)})`.execute(look.tx);
  return openOnes(
    look,
    found.rows.map(({ sha256 }) => sha256),
  );
}

/** Of contents the viewer may have by some record: not those that lie in nothing but sections closed to them. */
async function openOnes(look: Reader, contents: string[]): Promise<string[]> {
  const types = Object.values(look.context.definition.records);
  const closing = types.filter((type) => closedSections(type).length > 0).map(({ name }) => name);
  if (closing.length === 0 || contents.length === 0) return contents;
  const held = await sql<{ sha256: string; body: RecordState }>`select f.sha256, c.body from record_file f
    join record c on c.organisation = f.organisation and c.id = f.record
    where f.organisation = ${look.organisation} and f.sha256 = any(${contents}) and ${readable(look)}`.execute(look.tx);
  const places = Map.groupBy(held.rows, ({ sha256 }) => sha256);
  const open = await Promise.all(
    contents.map(async (sha256) => {
      const own = places.get(sha256) ?? [];
      if (own.length === 0 || own.some(({ body }) => !closing.includes(body.type))) return true;
      for (const { body } of own) {
        const type = look.context.definitions.get(body.definition)?.records[body.type];
        if (!type) continue;
        const closed = await closedFields(look, body, type);
        if (closed.size === 0 || nameIn(withoutValues(body, closed), sha256) !== undefined) return true;
      }
      return false;
    }),
  );
  return contents.filter((_, at) => open[at]);
}

/** Reports of scans for those who read what they found; the documents of procedures and checklists for everybody who belongs here. */
function ofTheOffice(look: Reader) {
  const { viewer, context } = look;
  if (confinedTo(look) || (viewer.person === undefined && !viewer.administrator)) return sql``;
  const { finding } = context.definition.records;
  const all = finding !== undefined && readsAll(look, finding);
  return sql`or exists (select 1 from scan s where s.organisation = b.organisation and s.sha256 = b.sha256
      and (${all} or s.imported_by = ${viewer.person ?? ''}))
    or exists (select 1 from procedure_text t where t.organisation = b.organisation and t.file->>'sha256' = b.sha256)
    or exists (select 1 from checklist k where k.organisation = b.organisation and k.file->>'sha256' = b.sha256)`;
}

/** A content the viewer may have, under the name it goes by where they have it from; undefined for unknown and not allowed alike. */
export async function fileFor(look: Look, sha256: string): Promise<StoredFile | undefined> {
  const [allowed] = await filesFor(look, [sha256]);
  if (allowed === undefined) return undefined;
  const { organisation, viewer } = look;
  const me = [viewer.person, viewer.account].filter((one) => one !== undefined);
  const found = await sql<{
    media: string;
    scan: string;
    size: string;
    own: string | null;
    body: RecordState | null;
    others: string | null;
  }>`
    select b.media, b.scan, b.size,
      (select u.name from blob_upload u where u.organisation = b.organisation and u.sha256 = b.sha256 and u.by = any(${me}) limit 1) as own,
      (select c.body from record_file f join record c on c.organisation = f.organisation and c.id = f.record
        where f.organisation = b.organisation and f.sha256 = b.sha256 and f.held and ${readable(look)} limit 1) as body,
      coalesce((select s.file_name from scan s where s.organisation = b.organisation and s.sha256 = b.sha256 limit 1),
        (select t.file->>'name' from procedure_text t where t.organisation = b.organisation and t.file->>'sha256' = b.sha256 limit 1)) as others
    from blob b where b.organisation = ${organisation} and b.sha256 = ${sha256}`.execute(look.tx);
  const [row] = found.rows;
  if (!row) return undefined;
  const { media, scan, size, own, body, others } = row;
  return {
    sha256,
    name: own ?? nameIn(body, sha256) ?? others ?? sha256.slice(0, 12),
    media,
    scan,
    size: Number(size),
  };
}

/** What a record calls it. */
function nameIn(value: unknown, wanted: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { sha256, name } = value as { sha256?: unknown; name?: unknown };
  if (sha256 === wanted && typeof name === 'string') return name;
  for (const inside of Object.values(value)) {
    const found = nameIn(inside, wanted);
    if (found !== undefined) return found;
  }
  return undefined;
}
