import { sql } from 'kysely';
import type { Look } from '../../runtime/query/look.ts';
import { readable } from '../../runtime/query/reading.ts';

export type Period = { from?: string | undefined; until?: string | undefined };

/** By clause of ours: the records that show it, or that it is late for, oldest first; and how many the reader may not see. */
export async function evidenceBy(
  look: Look,
  clauses: string[],
  { from, until }: Period,
): Promise<{ byClause: Map<string, string[]>; hidden: number }> {
  const upTo = look.asOf?.pos ?? Number.MAX_SAFE_INTEGER;
  const found = await sql<{ clause: string; record: string; seen: boolean }>`
    with shown as (
      select clause, record, min(at) as at from clause_evidence
        where organisation = ${look.organisation} and clause = any(${clauses}) and pos < ${upTo}
          and at >= ${dayStart(from ?? '0001-01-01')} and at < ${dayEnd(until ?? '9998-12-31')} group by clause, record
      union
      select clause, record, min(from_at) from clause_breach
        where organisation = ${look.organisation} and clause = any(${clauses})
          and from_at < ${dayEnd(until ?? look.asOf?.date ?? '9998-12-31')}
          and (until_at is null or until_at >= ${dayStart(from ?? '0001-01-01')}) group by clause, record
    )
    select s.clause, s.record, bool_or(${readable(look)}) as seen
      from shown s join record c on c.organisation = ${look.organisation} and c.id = s.record
      group by s.clause, s.record order by min(s.at), s.record`.execute(look.tx);
  const byClause = new Map<string, string[]>();
  const hidden = new Set<string>();
  for (const { clause, record, seen } of found.rows) {
    if (!seen) hidden.add(record);
    else byClause.set(clause, [...(byClause.get(clause) ?? []), record]);
  }
  return { byClause, hidden: hidden.size };
}

const dayStart = (day: string) => sql`(${day}::date::timestamp at time zone 'Asia/Taipei')`;
const dayEnd = (day: string) => sql`((${day}::date + 1)::timestamp at time zone 'Asia/Taipei')`;
