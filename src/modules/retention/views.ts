import { sql } from 'kysely';
import type { RecordState } from '../../kernel/engine/types.ts';
import type { Db, Tx } from '../../runtime/module.ts';
import { filesIn, onHold, recordsBy, requestedBy } from './tables.ts';

/** What the page for keeping shows: holds, erasures, disposals, and what an erasure would take along. */

export type HoldRow = {
  record: string;
  number: string;
  title: string;
  reason: string;
  placed_at: Date;
  placed_by: string | null;
  lifted_at: Date | null;
};
export type ErasureRow = {
  kind: 'subject' | 'record';
  id: string;
  number: string | null;
  reason: string;
  ordered_at: Date;
  ordered_by: string | null;
  done_at: Date | null;
};
export type DisposalRow = { id: string; body: RecordState; title: string; open: boolean; destroyed: number };

const MOST = 200;

/** Holds that stand first, then those lifted, the newest first. */
export async function holds(tx: Tx | Db, organisation: string): Promise<HoldRow[]> {
  const found =
    await sql<HoldRow>`select h.record, c.number, c.title, h.reason, h.placed_at, h.placed_by, h.lifted_at from hold h
    join record c on c.organisation = h.organisation and c.id = h.record where h.organisation = ${organisation}
    order by h.lifted_at is not null, h.placed_at desc limit ${MOST}`.execute(tx);
  return found.rows;
}

/** Erasures people asked for; those of a disposal stand with it. */
export async function erasures(tx: Tx | Db, organisation: string): Promise<ErasureRow[]> {
  const found =
    await sql<ErasureRow>`select e.kind, e.id, c.number, e.reason, e.ordered_at, e.ordered_by, e.done_at from erasure e
    left join record c on c.organisation = e.organisation and c.id = e.id and e.kind = 'record'
    where e.organisation = ${organisation} and e.reason not like 'disposal:%' order by e.ordered_at desc limit ${MOST}`.execute(
      tx,
    );
  return found.rows;
}

/** Disposals, open ones first, with how many records each has destroyed. */
export async function disposals(tx: Tx | Db, organisation: string): Promise<DisposalRow[]> {
  const found = await sql<DisposalRow>`select c.id, c.body, c.title, c.open,
      (select count(*)::int from destroyed_record d where d.organisation = c.organisation and d.disposal = c.id) as destroyed
    from record c where c.organisation = ${organisation} and c.type = 'disposal'
    order by c.open desc, c.opened_at desc limit ${MOST}`.execute(tx);
  return found.rows;
}

export type ErasurePreview = {
  /** Records whose personal values go. */
  records: number;
  /** Numbers of cases that are still open, or on hold: they stand in the way. */
  open: string[];
  held: string[];
  /** Attachments that go, and those that stay because another record holds the same content. */
  attachments: number;
  shared: number;
  accounts: number;
};

/** What an erasure would take along, before anybody orders it. */
export async function erasurePreview(
  tx: Tx | Db,
  organisation: string,
  { kind, id }: { kind: 'subject' | 'record'; id: string },
): Promise<ErasurePreview> {
  const ids = kind === 'record' ? [id] : await requestedBy(tx, organisation, id);
  const records = await recordsBy(tx, organisation, ids);
  const held = await onHold(tx, organisation, ids);
  const files = kind === 'record' ? filesIn([...records.values()].map(({ state }) => state)) : [];
  const shared = new Set<string>();
  for (const sha256 of files) {
    const other = await sql`select 1 from record where organisation = ${organisation} and id <> ${id}
      and body::text like ${`%${sha256}%`} limit 1`.execute(tx);
    if (other.rows.length > 0) shared.add(sha256);
  }
  const accounts = await sql<{ n: number }>`select count(*)::int as n from account_link
    where organisation = ${organisation} and person = ${id} and ended_at is null`.execute(tx);
  const numbers = (which: (one: { state: RecordState; open: boolean }) => boolean) =>
    [...records.values()].filter(which).map(({ state }) => state.number);
  return {
    records: records.size,
    open: numbers(({ open }) => open),
    held: numbers(({ state }) => held.has(state.id)),
    attachments: files.length - shared.size,
    shared: shared.size,
    accounts: accounts.rows[0]?.n ?? 0,
  };
}

/** People who left before `today` and have not been erased, the latest first. */
export async function peopleWhoLeft(
  tx: Tx | Db,
  organisation: string,
  today: string,
): Promise<{ id: string; name: string; until: string; ordered: boolean }[]> {
  const found = await sql<{ id: string; name: string; until: string; ordered: boolean }>`
    select p.id, p.name, p.until_date::text as until, e.id is not null as ordered from person p
    left join erasure e on e.organisation = p.organisation and e.kind = 'subject' and e.id = p.id
    where p.organisation = ${organisation} and p.until_date < ${today}::date and e.done_at is null
    order by p.until_date desc, p.id limit ${MOST}`.execute(tx);
  return found.rows;
}
