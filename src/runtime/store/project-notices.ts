import { sql } from 'kysely';
import type { StoredEvent, Tx } from '../module.ts';

/**
 * Rows for everybody an event tells something. `record.told` data: `{ notice, to: person ids, message: {zh, en}, until? }`;
 * `notice.read` and `notice.acknowledged` data: `{ notice, person }`. Returns the persons told.
 */
export async function projectNotices(tx: Tx, organisation: string, events: StoredEvent[]): Promise<string[]> {
  const told = events.filter((event) => event.type === 'record.told');
  const rows = told.flatMap((event) =>
    ((event.data.to as string[] | undefined) ?? []).map((person) => ({
      id: String(event.data.notice ?? event.pos),
      person,
      record: event.stream,
      message: event.data.message,
      at: event.at,
      ack_until: event.data.until,
    })),
  );
  if (rows.length > 0) {
    await sql`insert into notice (organisation, id, person, record, message, at, ack_until)
      select ${organisation}, x.* from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as x(id text, person text, record text, message jsonb, at timestamptz, ack_until timestamptz) on conflict do nothing`.execute(
      tx,
    );
  }
  for (const event of events) {
    if (event.type === 'notice.read') {
      await sql`update notice set read_at = coalesce(read_at, ${event.at}) where organisation = ${organisation}
        and person = ${event.data.person} and id = any(${event.data.notices ?? [event.data.notice]})`.execute(tx);
    } else if (event.type === 'notice.acknowledged') {
      await sql`update notice set ack_at = coalesce(ack_at, ${event.at}), read_at = coalesce(read_at, ${event.at})
        where organisation = ${organisation} and person = ${event.data.person} and id = ${event.data.notice}`.execute(
        tx,
      );
    }
  }
  return [...new Set(rows.map((row) => row.person))];
}
