import { sql } from 'kysely';
import type { RecordState } from '../../kernel/engine/types.ts';
import type { Tx } from '../module.ts';
import type { Statement } from './session.ts';

/** Digests of attachments, wherever they stand: in fields, in what was asked at an act, with an entry made afterwards. */
export function filesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { sha256, name } = value as { sha256?: unknown; name?: unknown };
  const own = typeof sha256 === 'string' && typeof name === 'string' ? [sha256] : [];
  return [...own, ...Object.values(value).flatMap(filesIn)];
}

/** Which records hold which contents, as the group's states say. A record that was erased holds none any more. */
export function fileRows(organisation: string, touched: { before?: RecordState; after: RecordState }[]): Statement[] {
  const rows = [...Map.groupBy(touched, ({ after }) => after.id)].flatMap(([record, states]) =>
    changes(record, states),
  );
  if (rows.length === 0) return [];
  return [
    sql`insert into record_file (organisation, sha256, record, held)
      select ${organisation}, x.* from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x(sha256 text, record text, held boolean)
      where not exists (select 1 from erasure e
        where e.organisation = ${organisation} and e.kind = 'record' and e.id = x.record and e.done_at is not null)
      on conflict (organisation, sha256, record) do update set held = excluded.held`,
  ];
}

function changes(record: string, states: { before?: RecordState; after: RecordState }[]) {
  const before = new Set(filesIn(states[0]?.before));
  const held = new Set(filesIn(states.at(-1)?.after));
  const all = new Set([...before, ...states.flatMap(({ after }) => filesIn(after))]);
  return [...all]
    .filter((sha256) => !before.has(sha256) || !held.has(sha256))
    .map((sha256) => ({ sha256, record, held: held.has(sha256) }));
}

export type Upload = {
  sha256: string;
  size: number;
  name: string;
  media: string;
  scan: string;
  by: string;
  at: string;
};

/** Notes a stored content, and whose upload it is until they attach it; what the newest scan of the content says counts for all. */
export async function noteUpload(
  tx: Tx,
  organisation: string,
  { sha256, size, name, media, scan, by, at }: Upload,
): Promise<void> {
  await sql`insert into blob (organisation, sha256, size, media, name, by, at, scan)
    values (${organisation}, ${sha256}, ${size}, ${media}, ${name}, ${by}, ${at}, ${scan})
    on conflict (organisation, sha256) do update set scan = case excluded.scan when 'none' then blob.scan else excluded.scan end`.execute(
    tx,
  );
  await sql`insert into blob_upload (organisation, sha256, by, name, at) values (${organisation}, ${sha256}, ${by}, ${name}, ${at})
    on conflict (organisation, sha256, by) do update set name = excluded.name, at = excluded.at, used_at = null`.execute(
    tx,
  );
}

/** Somebody attached these: from now on they are had through what holds them. */
export async function noteAttached(
  tx: Tx,
  organisation: string,
  by: string,
  files: string[],
  at: string,
): Promise<void> {
  await sql`update blob_upload set used_at = ${at}
    where organisation = ${organisation} and by = ${by} and sha256 = any(${files}) and used_at is null`.execute(tx);
}
