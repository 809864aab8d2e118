import { sql } from 'kysely';
import type { StoredEvent } from '../module.ts';
import type { Statement } from './session.ts';

/**
 * Rows for everybody an event tells something. `record.told` data: `{ notice, to: person ids, message: {zh, en}, until?, else?, again? }`;
 * `notice.sent` data: `{ notice, to, message, until? }`; `notice.settled` data: `{ notice }`; `notice.escalated` data: `{ notice, person, to, message, record?, next? }`; `notice.read` and `notice.acknowledged` data:
 * `{ notice, person }`. `told`: the persons told.
 */
export function noticeRows(organisation: string, events: StoredEvent[]): { statements: Statement[]; told: string[] } {
  const rows = events.flatMap(rowsOf);
  const statements: Statement[] = [];
  if (rows.length > 0)
    statements.push(sql`insert into notice (organisation, id, person, record, message, at, ack_until, otherwise, again, next_at, go)
      select ${organisation}, x.* from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x(id text, person text, record text,
        message jsonb, at timestamptz, ack_until timestamptz, otherwise text[], again jsonb, next_at timestamptz, go text)
      on conflict do nothing`);
  const reminded: string[] = [];
  for (const event of events) {
    if (event.type === 'notice.read') statements.push(markRead(organisation, event));
    else if (event.type === 'notice.acknowledged') statements.push(markAcknowledged(organisation, event));
    else if (event.type === 'notice.settled') statements.push(markSettled(organisation, event));
    else if (event.type === 'notice.escalated') {
      statements.push(moveOn(organisation, event));
      if (event.data.next) reminded.push(String(event.data.person));
    }
  }
  return { statements, told: [...new Set([...rows.map((row) => row.person), ...reminded])] };
}

type Row = { id: string; person: string; at: string; [column: string]: unknown };

function rowsOf(event: StoredEvent): Row[] {
  const { data, at } = event;
  const to = (data.to as string[] | undefined) ?? [];
  if (event.type === 'record.told') {
    const otherwise = data.else as string[] | undefined;
    const next = data.until && (otherwise?.length || data.again) ? data.until : undefined;
    const id = String(data.notice ?? event.pos);
    const more = { ack_until: data.until, otherwise, again: data.again, next_at: next };
    return to.map((person) => ({ id, person, record: event.stream, message: data.message, at, ...more }));
  }
  if (event.type === 'notice.sent')
    return to.map((person) => ({
      id: String(data.notice),
      person,
      message: data.message,
      at,
      ack_until: data.until,
      go: data.go,
    }));
  // Told once in the stead of however many did not acknowledge.
  if (event.type !== 'notice.escalated') return [];
  return to.map((person) => ({ id: `${data.notice}.else`, person, record: data.record, message: data.message, at }));
}

const markRead = (organisation: string, { at, data }: StoredEvent): Statement =>
  sql`update notice set read_at = coalesce(read_at, ${at}) where organisation = ${organisation}
    and person = ${data.person} and id = any(${data.notices ?? [data.notice]})`;

const markAcknowledged = (organisation: string, { at, data }: StoredEvent): Statement =>
  sql`update notice set ack_at = coalesce(ack_at, ${at}), read_at = coalesce(read_at, ${at})
    where organisation = ${organisation} and person = ${data.person} and id = ${data.notice}`;

/** What it told is over: nobody is asked to read it any more. */
const markSettled = (organisation: string, { at, data }: StoredEvent): Statement =>
  sql`update notice set settled_at = ${at}, read_at = coalesce(read_at, ${at})
    where organisation = ${organisation} and id = ${data.notice}`;

/** Asked again, it is unread again; the ledger keeps when it was read before. */
const moveOn = (organisation: string, { at, data }: StoredEvent): Statement =>
  sql`update notice set escalated_at = coalesce(escalated_at, ${at}), next_at = ${data.next ?? null},
      read_at = case when ${data.next !== undefined} then null else read_at end
    where organisation = ${organisation} and person = ${data.person} and id = ${data.notice} and ack_at is null`;
