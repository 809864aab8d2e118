import { sql } from 'kysely';
import { addMonths, localDate } from '../../kernel/calendar/date.ts';
import type { Seal, Vote } from '../../kernel/engine/types.ts';
import type { StoredEvent, Tx } from '../../runtime/module.ts';
import type { CombinationsOf } from './combining.ts';

/** 兼任 and what follows a reset, as the auditor's monthly list has them. */

export type WatchedAct = {
  id: string;
  kind: 'concurrent' | 'after_reset';
  record: string;
  action: string;
  person: string;
  exception?: string;
  at: string;
  due?: string;
  confirmed?: { by: string; at: string };
  declined?: { by?: string; at: string };
  /** Still held: neither confirmed, declined, nor dropped because the content changed. */
  waits: boolean;
};

/** Rows of votes in concurrent duties, of their confirmation or refusal, and of seals in the week after a reset. */
export async function projectWatched(tx: Tx, event: StoredEvent): Promise<void> {
  switch (event.type) {
    case 'record.voted':
      for (const vote of event.data.votes as unknown as Vote[]) {
        if (vote.mark?.kind !== 'concurrent' || vote.confirmed) continue;
        const { id, exception, due } = vote.mark;
        await add(tx, event, { id, kind: 'concurrent', person: vote.by, at: vote.at, exception, due });
      }
      return;
    case 'record.sealed': {
      const seal = event.data.seal as unknown as Seal;
      if (seal.afterReset) await add(tx, event, { id: seal.id, kind: 'after_reset', person: seal.by, at: seal.at });
      return;
    }
    case 'record.confirmed': {
      const { by, at } = event.data.confirmed as { by: string; at: string };
      await sql`update watched_act set confirmed_by = ${by}, confirmed_at = ${at}
        where organisation = ${event.organisation} and id = ${event.data.mark}`.execute(tx);
      return;
    }
    case 'record.declined':
      await sql`update watched_act set declined_by = ${event.actor.person ?? null}, declined_at = ${event.at}
        where organisation = ${event.organisation} and id = ${event.data.mark}`.execute(tx);
  }
}

type New = { id: string; kind: string; person: string; at: string; exception?: string; due?: string | undefined };

const add = (tx: Tx, { organisation, stream, data }: StoredEvent, one: New) =>
  sql`insert into watched_act (organisation, id, kind, record, action, person, exception, at, due)
    values (${organisation}, ${one.id}, ${one.kind}, ${stream}, ${data.action}, ${one.person}, ${one.exception ?? null},
      ${one.at}, ${one.due ?? null}) on conflict do nothing`.execute(tx);

/** Everything watched in a month `2026-11` of Taipei, oldest first. */
export async function watchedActs(tx: Tx, organisation: string, month: string): Promise<WatchedAct[]> {
  const { rows } = await sql<Row>`select w.*, coalesce(position(w.id in (c.body->'pending')::text), 0) > 0 as held
    from watched_act w left join record c on c.organisation = w.organisation and c.id = w.record
    where w.organisation = ${organisation} and w.at >= (${`${month}-01`}::date)::timestamp at time zone 'Asia/Taipei'
      and w.at < (${`${month}-01`}::date + interval '1 month')::timestamp at time zone 'Asia/Taipei'
    order by w.at, w.id`.execute(tx);
  return rows.map(watched);
}

type Row = {
  id: string;
  kind: WatchedAct['kind'];
  record: string;
  action: string;
  person: string;
  exception: string | null;
  at: Date;
  due: Date | null;
  confirmed_by: string | null;
  confirmed_at: Date | null;
  declined_by: string | null;
  declined_at: Date | null;
  held: boolean;
};

function watched(row: Row): WatchedAct {
  const { id, kind, record, action, person } = row;
  return {
    ...{ id, kind, record, action, person, at: row.at.toISOString() },
    ...(row.exception === null ? {} : { exception: row.exception }),
    ...(row.due === null ? {} : { due: row.due.toISOString() }),
    ...(row.confirmed_by && row.confirmed_at
      ? { confirmed: { by: row.confirmed_by, at: row.confirmed_at.toISOString() } }
      : {}),
    ...(row.declined_at
      ? { declined: { at: row.declined_at.toISOString(), ...(row.declined_by ? { by: row.declined_by } : {}) } }
      : {}),
    waits: kind === 'concurrent' && !row.confirmed_at && !row.declined_at && row.held,
  };
}

/** How much last month's list holds; undefined when there is none, or the auditors have been told of it. */
export async function unlisted(
  tx: Tx,
  organisation: string,
  now: string,
): Promise<{ month: string; notice: string; acts: number } | undefined> {
  const month = monthBefore(now);
  const notice = `watched.${month}`;
  const told = await sql`select 1 from notice where organisation = ${organisation} and id = ${notice} limit 1`.execute(
    tx,
  );
  if (told.rows.length > 0) return undefined;
  const acts = (await watchedActs(tx, organisation, month)).length;
  return acts === 0 ? undefined : { month, notice, acts };
}

/** `2026-10` for any moment of November 2026 in Taipei. */
export function monthBefore(now: string): string {
  return addMonths(localDate(now), -1).slice(0, 7);
}

/** 兼任 exceptions in force that let a person hold other roles beside the one asked for. */
export const combinations: CombinationsOf = async (tx, { organisation, person, role, now }) => {
  const { rows } = await sql<{ id: string; roles: string[] | null; until: string | null }>`
    select id, body->'values'->'roles' as roles, body->'values'->>'until' as until from record
    where organisation = ${organisation} and type = 'concurrent_duty' and state = 'in_force'
      and body->'values'->>'person' = ${person}`.execute(tx);
  const today = localDate(now);
  return rows.flatMap(({ id, roles, until }) =>
    until !== null && until >= today && roles?.includes(role)
      ? roles.filter((other) => other !== role).map((other) => ({ role: other, exception: id, until }))
      : [],
  );
};
