import { sql } from 'kysely';
import type { RedLight } from '../digest-views.ts';
import { countsPerClause, lightOf } from './lights.ts';
import type { Look } from './look.ts';
import { personNamed, refsAmong } from './names.ts';

/** Every clause that is late today: since when, over which records, and what its owner last said about it. */
export async function redLights(look: Look): Promise<RedLight[]> {
  const counts = await countsPerClause(look);
  const red = Object.values(look.context.definition.clauses)
    .filter((clause) => lightOf(clause, counts.get(clause.id)) === 'late')
    .toSorted((a, b) => a.order - b.order);
  const ids = red.map(({ id }) => id);
  const breaches = await sql<{ clause: string; since: Date; records: string[] }>`
    select clause, min(from_at) as since, array_agg(distinct record order by record) as records from clause_breach
    where organisation = ${look.organisation} and clause = any(${ids}) and until_at is null group by clause`.execute(
    look.tx,
  );
  const said = await sql<{ clause: string; at: Date; by: string; cause: string; measure: string; due: string | null }>`
    select distinct on (clause) clause, at, by, cause, measure, due::text as due from clause_explanation
    where organisation = ${look.organisation} and clause = any(${ids}) order by clause, pos desc`.execute(look.tx);
  const { refs, hidden } = await refsAmong(
    look,
    breaches.rows.flatMap(({ records }) => records),
  );
  return red.flatMap(({ id, pack, ref, zh, en }): RedLight[] => {
    const breach = breaches.rows.find(({ clause }) => clause === id);
    if (!breach) return [];
    const explained = said.rows.find(({ clause }) => clause === id);
    return [
      {
        clause: { id, pack, ...(ref ? { ref } : {}), text: { zh, en } },
        since: breach.since.toISOString(),
        records: breach.records.flatMap((record) => refs.get(record) ?? []),
        withheld: breach.records.filter((record) => hidden.has(record)).length,
        ...(explained
          ? {
              explained: {
                at: explained.at.toISOString(),
                by: personNamed(look, explained.by),
                cause: explained.cause,
                measure: explained.measure,
                ...(explained.due ? { due: explained.due } : {}),
              },
            }
          : {}),
      },
    ];
  });
}
