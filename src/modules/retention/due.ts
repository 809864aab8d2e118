import { sql } from 'kysely';
import type { Calendar } from '../../kernel/calendar/calendar.ts';
import type { Moment, RecordState } from '../../kernel/engine/types.ts';
import type { Tx } from '../../runtime/module.ts';
import { retentionEnds } from './ends.ts';
import { definitionsOf, onHold } from './tables.ts';

export type DueRecord = {
  id: string;
  number: string;
  title: string;
  type: string;
  closedAt: Moment;
  ends: Moment;
  held: boolean;
};

const MOST = 500;
/** No retention here is shorter: younger records are not looked at. */
const SHORTEST_DAYS = 28;

/** Closed records whose retention is over, the longest overdue first, at most 500; destroyed ones are gone from here. */
export async function dueRecords(tx: Tx, organisation: string, calendar: Calendar, now: Moment): Promise<DueRecord[]> {
  const before = new Date(Date.parse(now) - SHORTEST_DAYS * 86_400_000).toISOString();
  const { current, byHash } = await definitionsOf(tx, organisation);
  const found = await sql<{ id: string; title: string; body: RecordState }>`select r.id, r.title, r.body from record r
    left join destroyed_record d on d.organisation = r.organisation and d.record = r.id
    where r.organisation = ${organisation} and not r.open and d.record is null and r.type <> 'disposal'
      and r.closed_at < ${before}::timestamptz order by r.closed_at limit ${MOST * 4}`.execute(tx);
  const due = found.rows.flatMap(({ id, title, body }) => {
    const type = current?.records[body.type] ?? byHash.get(body.definition)?.records[body.type];
    const ends = type && current ? retentionEnds(body, type, current, calendar) : undefined;
    if (!ends || !body.closedAt || Date.parse(ends) > Date.parse(now)) return [];
    return [{ id, title, number: body.number, type: body.type, closedAt: body.closedAt, ends }];
  });
  const held = await onHold(
    tx,
    organisation,
    due.map(({ id }) => id),
  );
  return due
    .map((one) => ({ ...one, held: held.has(one.id) }))
    .sort((a, b) => a.ends.localeCompare(b.ends))
    .slice(0, MOST);
}
