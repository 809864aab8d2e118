import { sql } from 'kysely';
import type { RecordState } from '../../kernel/engine/types.ts';
import { definitionHash } from '../../kernel/pack/hash.ts';
import type { Definition } from '../../kernel/pack/types.ts';
import type { Db, StoredEvent, Tx } from '../../runtime/module.ts';

/** Rows of this module: what is on hold, what is to be erased, what was destroyed. */
export async function project(tx: Tx, { organisation, type, data, at, actor, pos }: StoredEvent): Promise<void> {
  const by = actor.person ?? null;
  switch (type) {
    case 'hold.placed':
      await sql`insert into hold (organisation, record, reason, placed_at, placed_by, pos)
        values (${organisation}, ${data.record}, ${data.reason}, ${at}, ${by}, ${pos}) on conflict do nothing`.execute(
        tx,
      );
      return;
    case 'hold.lifted':
      await sql`update hold set lifted_at = ${at}
        where organisation = ${organisation} and record = ${data.record} and lifted_at is null`.execute(tx);
      return;
    case 'erasure.ordered':
      await sql`insert into erasure (organisation, kind, id, ordered_at, ordered_by, reason, pos)
        values (${organisation}, ${data.kind}, ${data.id}, ${at}, ${by}, ${data.reason}, ${pos}) on conflict do nothing`.execute(
        tx,
      );
      return;
    case 'erasure.done':
      await sql`update erasure set done_at = ${at}
        where organisation = ${organisation} and kind = ${data.kind} and id = ${data.id}`.execute(tx);
      return;
    case 'disposal.ordered':
      await sql`insert into disposal_order (organisation, disposal, ordered_at)
        values (${organisation}, ${data.disposal}, ${at}) on conflict do nothing`.execute(tx);
      return;
    case 'disposal.destroyed':
      await sql`insert into destroyed_record (organisation, record, disposal, number, at, pos)
        values (${organisation}, ${data.record}, ${data.disposal}, ${data.number}, ${at}, ${pos}) on conflict do nothing`.execute(
        tx,
      );
      return;
    case 'disposal.finished':
      await sql`update disposal_order set done_at = ${at}
        where organisation = ${organisation} and disposal = ${data.disposal}`.execute(tx);
  }
}

/** On hold by the table or by the ledger's own last word about it: a row taken out of one of them lifts nothing. */
export async function onHold(tx: Tx | Db, organisation: string, records: string[]): Promise<Set<string>> {
  const found = await sql<{ record: string }>`select record from hold
    where organisation = ${organisation} and record = any(${records}) and lifted_at is null
    union select r.record from unnest(${records}::text[]) as r(record) cross join lateral (
      select type from event e where e.organisation = ${organisation} and e.stream = 'hold:' || r.record
      order by stream_version desc limit 1) last where last.type = 'hold.placed'`.execute(tx);
  return new Set(found.rows.map(({ record }) => record));
}

export async function recordsBy(
  tx: Tx | Db,
  organisation: string,
  ids: string[],
): Promise<Map<string, { state: RecordState; open: boolean }>> {
  const found = await sql<{ id: string; body: RecordState; open: boolean }>`select id, body, open from record
    where organisation = ${organisation} and id = any(${ids})`.execute(tx);
  return new Map(found.rows.map(({ id, body, open }) => [id, { state: body, open }]));
}

/** The definition in force, and those that records opened under. */
export async function definitionsOf(
  tx: Tx | Db,
  organisation: string,
): Promise<{ current: Definition | undefined; byHash: Map<string, Definition> }> {
  const found = await sql<{ hash: string; body: Definition; current: boolean }>`
    select d.hash, d.body, d.hash = o.definition as current from definition d
    join organisation o on o.organisation = d.organisation where d.organisation = ${organisation}`.execute(tx);
  // Rules changed in the table keep nothing shorter: they are left out.
  const genuine = found.rows.filter(({ hash, body }) => definitionHash(body) === hash);
  const byHash = new Map(genuine.map(({ hash, body }) => [hash, body]));
  return { current: genuine.find(({ current }) => current)?.body, byHash };
}

export type Erasure = { kind: 'subject' | 'record'; id: string };

export async function isOrdered(tx: Tx | Db, organisation: string, { kind, id }: Erasure): Promise<boolean> {
  const found = await sql`select 1 from erasure
    where organisation = ${organisation} and kind = ${kind} and id = ${id}`.execute(tx);
  return found.rows.length > 0;
}

/** Ordered and not done yet. */
export async function openErasures(tx: Tx | Db, organisation: string): Promise<Erasure[]> {
  const found = await sql<Erasure>`select kind, id from erasure
    where organisation = ${organisation} and done_at is null order by pos`.execute(tx);
  return found.rows;
}

export async function openDisposals(tx: Tx | Db, organisation: string): Promise<string[]> {
  const found = await sql<{ disposal: string }>`select disposal from disposal_order
    where organisation = ${organisation} and done_at is null order by ordered_at`.execute(tx);
  return found.rows.map(({ disposal }) => disposal);
}

/** Digests of the attachments a record holds, wherever they stand in it. */
export function filesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { sha256, name } = value as { sha256?: unknown; name?: unknown };
  const own = typeof sha256 === 'string' && typeof name === 'string' ? [sha256] : [];
  return [...new Set([...own, ...Object.values(value).flatMap(filesIn)])];
}

/** Records somebody asked for: those their personal values stand in. */
export async function requestedBy(tx: Tx | Db, organisation: string, person: string): Promise<string[]> {
  const found = await sql<{ id: string }>`select id from record
    where organisation = ${organisation} and requester = ${person}`.execute(tx);
  return found.rows.map(({ id }) => id);
}
