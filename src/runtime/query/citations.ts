import { sql } from 'kysely';
import type { Citation } from '../text-views.ts';
import type { Look } from './look.ts';
import { seesClause } from './outside.ts';

/**
 * How the organisation's own procedures number what a clause of ours says, as of the date looked at: by clause of ours, the newest
 * procedure first. What is mapped nowhere is left out; whoever cites falls back to our own number.
 */
export async function citations(look: Look): Promise<Record<string, Citation[]>> {
  const found = await sql<{ ours: string; text: string; title: string; cite: string; clause: string }>`
    select l.ours, t.id as text, t.title, c.cite, c.key as clause from text_link l
    join procedure_text t on t.organisation = l.organisation and t.id = l.text and t.edition = l.edition
    join text_clause c on c.organisation = l.organisation and c.text = l.text and c.edition = l.edition and c.key = l.clause
    where l.organisation = ${look.organisation} and l.ours <> '' and ${standing(look, 'l')} and ${standingText(look)}
    order by t.pos desc, c.seq`.execute(look.tx);
  const map: Record<string, Citation[]> = {};
  for (const { ours, ...citation } of found.rows) {
    if (!seesClause(look, ours)) continue;
    map[ours] ??= [];
    map[ours].push(citation);
  }
  return map;
}

/** Rows over ledger positions that stand at the date looked at. */
export function standing(look: Look, alias: string) {
  const from = sql.ref(`${alias}.pos_from`);
  const to = sql.ref(`${alias}.pos_to`);
  return look.asOf
    ? sql`${from} < ${look.asOf.pos} and (${to} is null or ${to} >= ${look.asOf.pos})`
    : sql`${to} is null`;
}

/** The edition of each procedure in force at the date looked at. */
export function standingText(look: Look, alias = 't') {
  const from = sql.ref(`${alias}.pos`);
  const to = sql.ref(`${alias}.ended_pos`);
  return look.asOf
    ? sql`${from} < ${look.asOf.pos} and (${to} is null or ${to} >= ${look.asOf.pos})`
    : sql`${to} is null`;
}
