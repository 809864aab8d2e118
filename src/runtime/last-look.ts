import { sql } from 'kysely';
import type { Moment } from '../kernel/engine/types.ts';
import type { Tx } from './module.ts';
import type { Look } from './query/look.ts';

/** Which version of a record somebody last had open, and when. */
export type LastLook = { version: number; at: Moment };

/** Undefined for who never had it open, and for whoever is no person of the organisation. */
export async function lastLook({ tx, organisation, viewer }: Look, record: string): Promise<LastLook | undefined> {
  if (viewer.person === undefined) return undefined;
  const found = await sql<{ version: number; at: Date }>`select version, at from record_look
    where organisation = ${organisation} and person = ${viewer.person} and record = ${record}`.execute(tx);
  const [row] = found.rows;
  return row && { version: row.version, at: row.at.toISOString() };
}

/** Remembers it for next time, in the place of the look before. */
export async function rememberLook(
  tx: Tx,
  { organisation, person, record }: { organisation: string; person: string; record: string },
  { version, at }: LastLook,
): Promise<void> {
  await sql`insert into record_look (organisation, person, record, version, at)
    values (${organisation}, ${person}, ${record}, ${version}, ${at})
    on conflict (organisation, person, record) do update set version = excluded.version, at = excluded.at`.execute(tx);
}
