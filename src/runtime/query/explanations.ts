import { sql } from 'kysely';
import { answerable } from '../../kernel/pack/answerable.ts';
import type { Clause, Definition } from '../../kernel/pack/types.ts';
import type { ClauseEvidence } from '../evidence-views.ts';
import { actsAs, type Look } from './look.ts';
import { personNamed } from './names.ts';

type Row = { pos: string; at: Date; by: string; cause: string; measure: string; due: string | null; breaches: number };

/** What was said beside a light, newest first; the older ones stay. */
export async function explanationsOf(look: Look, clause: string): Promise<ClauseEvidence['explanations']> {
  const found = await sql<Row>`select pos, at, by, cause, measure, due::text as due, breaches from clause_explanation
    where organisation = ${look.organisation} and clause = ${clause} ${look.asOf ? sql`and pos < ${look.asOf.pos}` : sql``}
    order by pos desc limit 100`.execute(look.tx);
  return found.rows.map(({ pos, at, by, cause, measure, due, breaches }) => ({
    pos: Number(pos),
    at: at.toISOString(),
    by: personNamed(look, by),
    cause,
    measure,
    ...(due ? { due } : {}),
    breaches,
  }));
}

const KEEPERS = ['isms_coordinator', 'security_officer', 'ciso'];

/** Whether the viewer answers for a clause; the write door judges again, and also lets in whoever has a late case of it. */
export async function mayExplain(look: Look, definition: Definition, clause: Clause): Promise<boolean> {
  const { person } = look.viewer;
  if (!person) return false;
  if (actsAs(look, [...KEEPERS, ...answerable(definition, clause)])) return true;
  const late = await sql`select 1 from clause_breach b
    left join record r on r.organisation = b.organisation and r.id = b.record
    left join task t on t.organisation = b.organisation and t.record = b.record and t.person = ${person}
    where b.organisation = ${look.organisation} and b.clause = ${clause.id} and b.until_at is null
      and (r.requester = ${person} or t.person is not null) limit 1`.execute(look.tx);
  return late.rows.length > 0;
}
