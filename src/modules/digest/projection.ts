import { sql } from 'kysely';
import type { StoredEvent, Tx } from '../../runtime/module.ts';
import type { DigestItem } from './content.ts';

/** Rows of `digest`, `digest_item`, `digest_day` and `digest_preference`. */
export async function project(tx: Tx, event: StoredEvent): Promise<void> {
  const { type } = event;
  if (type === 'digest.given') await given(tx, event);
  else if (type === 'digest.ended') await ended(tx, event);
  else if (type === 'digest.preferred') await preferred(tx, event);
  else if (type === 'notice.mailed') await mailed(tx, event);
}

async function given(tx: Tx, { organisation, at, data }: StoredEvent): Promise<void> {
  const { day, person, weekly, more = 0 } = data;
  await sql`insert into digest (organisation, day, person, at, weekly, more)
    values (${organisation}, ${day}, ${person}, ${at}, ${weekly ? JSON.stringify(weekly) : null}, ${more}) on conflict do nothing`.execute(
    tx,
  );
  const items = data.items as DigestItem[];
  // A notice told together with a task counts as told by itself, too.
  const together = items.flatMap(({ kind, notice }): DigestItem[] =>
    kind === 'task' && notice ? [{ kind: 'notice', subject: notice, stage: 'new' }] : [],
  );
  const rows = [
    ...items.map((item, place) => ({ ...item, place })),
    ...together.map((item) => ({ ...item, place: WITHIN })),
  ];
  await sql`insert into digest_item (organisation, person, kind, subject, stage, day, place, record, action, notice)
    select ${organisation}, ${person}, x.kind, x.subject, x.stage, ${day}::date, x.place, x.record, x.action, x.notice
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as x(kind text, subject text, stage text, place integer, record text, action text, notice text)
    on conflict do nothing`.execute(tx);
}

/** Place of what has no line of its own. */
export const WITHIN = -1;

async function ended(tx: Tx, { organisation, at, data }: StoredEvent): Promise<void> {
  await sql`insert into digest_day (organisation, day, persons, at) values (${organisation}, ${data.day}, ${data.persons}, ${at})
    on conflict do nothing`.execute(tx);
}

async function mailed(tx: Tx, { organisation, at, data }: StoredEvent): Promise<void> {
  await sql`insert into digest_item (organisation, person, kind, subject, stage, day, place)
    values (${organisation}, ${data.person}, 'notice', ${data.notice}, 'at_once',
      (${at}::timestamptz at time zone 'Asia/Taipei')::date, ${WITHIN}) on conflict do nothing`.execute(tx);
}

async function preferred(tx: Tx, { organisation, data }: StoredEvent): Promise<void> {
  await sql`insert into digest_preference (organisation, person, language, mail, weekly)
    values (${organisation}, ${data.person}, ${data.language}, ${data.mail}, ${data.weekly})
    on conflict (organisation, person) do update set language = excluded.language, mail = excluded.mail, weekly = excluded.weekly`.execute(
    tx,
  );
}
