import { sql } from 'kysely';
import { addMonths, localDate } from '../../kernel/calendar/date.ts';
import { capacityIn } from '../../kernel/engine/capacity.ts';
import type { PlanView } from '../text-views.ts';
import { standing, standingText } from './citations.ts';
import { countsPerClause, dayOf, definitionThen, lightOf, startsOf } from './lights.ts';
import { actingOf, actsAs, type Look } from './look.ts';
import { personNamed } from './names.ts';

type Row = {
  id: string;
  reason: string;
  starts: { clause: string; on: string }[];
  at: Date;
  by: string | null;
  by_for: string | null;
  outcome: 'approved' | 'returned' | null;
  note: string | null;
  decided_at: Date | null;
  decided_by: string | null;
  decided_for: string | null;
  decided_pos: string | null;
};
const FURTHEST_MONTHS = 24;

/** The adoption plan as of the date looked at: what begins when, what is proposed, what was decided before. */
export async function planView(look: Look): Promise<PlanView> {
  const definition = await definitionThen(look);
  const [counts, starts, rows] = [await countsPerClause(look), await startsOf(look), await plansOf(look)];
  const waiting = rows.find(({ outcome }) => outcome === null);
  const proposed = new Map(waiting?.starts.map(({ clause, on }) => [clause, on]));
  const deciding = capacityIn(actingOf(look), ['ciso'], [waiting?.by, waiting?.by_for]);
  return {
    asOf: dayOf(look),
    clauses: Object.values(definition.clauses)
      .sort((a, b) => a.pack.localeCompare(b.pack) || a.order - b.order)
      .map((clause) => ({
        id: clause.id,
        ...(clause.ref ? { ref: clause.ref } : {}),
        pack: clause.pack,
        text: { zh: clause.zh, en: clause.en },
        light: lightOf(clause, counts.get(clause.id)),
        late: (counts.get(clause.id)?.breaches ?? 0) > 0,
        ...(starts.has(clause.id) ? { on: starts.get(clause.id)! } : {}),
        ...(proposed.has(clause.id) ? { proposed: proposed.get(clause.id)! } : {}),
      })),
    packs: definition.packs.map(({ name, title, chapters }) => ({
      pack: name,
      title,
      ...(chapters ? { chapters } : {}),
    })),
    own: await ownOutlines(look),
    ...(waiting ? { waiting: described(look, waiting) } : {}),
    past: rows.flatMap((row) =>
      row.outcome === null
        ? []
        : [
            {
              ...described(look, row),
              outcome: row.outcome,
              ...(row.note ? { note: row.note } : {}),
              decidedAt: row.decided_at!.toISOString(),
              ...(row.decided_by ? { decidedBy: personNamed(look, row.decided_by) } : {}),
              ...(row.decided_for ? { decidedFor: personNamed(look, row.decided_for) } : {}),
            },
          ],
    ),
    mayPropose: !look.asOf && !waiting && actsAs(look, ['isms_coordinator', 'security_officer']),
    mayDecide: !look.asOf && waiting !== undefined && deciding !== undefined && deciding !== 'barred',
    ...(deciding !== undefined && deciding !== 'barred' && deciding.for
      ? { decidesFor: personNamed(look, deciding.for) }
      : {}),
    furthest: addMonths(localDate(look.now), FURTHEST_MONTHS),
  };
}

type Outlined = PlanView['own'][number]['parts'][number] & { text: string; title: string };

/** Headings, and clauses that are mapped, of the organisation's own procedures, in their order. */
async function ownOutlines(look: Look): Promise<PlanView['own']> {
  const found = await sql<Outlined>`select t.id as text, t.title, c.level, c.cite as number, c.heading,
      case when c.heading then left(c.body, 60) else '' end as words, array_remove(array_agg(l.ours order by l.ours), null) as ours
    from procedure_text t join text_clause c on c.organisation = t.organisation and c.text = t.id and c.edition = t.edition
    left join text_link l on l.organisation = c.organisation and l.text = c.text and l.edition = c.edition and l.clause = c.key
      and l.ours <> '' and ${standing(look, 'l')}
    where t.organisation = ${look.organisation} and c.number <> '' and ${standingText(look)}
    group by t.id, t.title, t.pos, c.seq, c.level, c.cite, c.heading, c.body
    having c.heading or count(l.ours) > 0 order by t.pos desc, c.seq`.execute(look.tx);
  return [...Map.groupBy(found.rows, ({ text }) => text)].map(([text, rows]) => ({
    text,
    title: rows[0]!.title,
    parts: rows.map(({ level, number, heading, words, ours }) => ({ level, number, heading, words, ours })),
  }));
}

/** A decision made after the date looked at is not known then. */
async function plansOf(look: Look): Promise<Row[]> {
  const found =
    await sql<Row>`select id, reason, starts, at, by, by_for, outcome, note, decided_at, decided_by, decided_for, decided_pos from adoption_plan
    where organisation = ${look.organisation} ${look.asOf ? sql`and pos < ${look.asOf.pos}` : sql``} order by pos desc`.execute(
      look.tx,
    );
  return found.rows.map((row) =>
    look.asOf && Number(row.decided_pos ?? 0) >= look.asOf.pos ? { ...row, outcome: null } : row,
  );
}

const described = (look: Look, row: Row) => ({
  plan: row.id,
  reason: row.reason,
  at: row.at.toISOString(),
  ...(row.by ? { by: personNamed(look, row.by) } : {}),
  ...(row.by_for ? { byFor: personNamed(look, row.by_for) } : {}),
  starts: row.starts.length,
});
