import { sql } from 'kysely';
import { localDate } from '../../kernel/calendar/date.ts';
import type { Clause, Definition } from '../../kernel/pack/types.ts';
import { everyState } from '../store/states.ts';
import type { ClauseView } from '../views.ts';
import { standing } from './citations.ts';
import type { Look } from './look.ts';

export type Counts = {
  evidence: number;
  refusals: number;
  breaches: number;
  /** Papers and the like that are still to come, in time so far. */
  gaps: number;
  opened: number;
  starts?: string;
};
export type Light = ClauseView['light'];

/** The definition in force at the date looked at. */
export async function definitionThen(look: Look): Promise<Definition> {
  if (!look.asOf) return look.context.definition;
  const found = await sql<{
    hash: string;
  }>`select hash from adoption where organisation = ${look.organisation} and pos < ${look.asOf.pos}
    order by pos desc limit 1`.execute(look.tx);
  const hash = found.rows[0]?.hash;
  return (hash && look.context.definitions.get(hash)) || look.context.definition;
}

/**
 * Late when something it demands is overdue; grey while nothing runs behind it, nothing has called for it yet, or the adoption
 * plan lets it start later; amber while something is still to come, whatever else there is; green with dated evidence; amber when it
 * was called for and evidence is still missing.
 */
export function lightOf(clause: Clause, counts: Counts | undefined): Light {
  if (clause.pending || !counts || counts.starts) return 'off';
  if (counts.breaches > 0) return 'late';
  if (counts.gaps > 0) return 'partial';
  if (counts.evidence > 0) return 'ok';
  return counts.opened > 0 || counts.refusals > 0 ? 'partial' : 'off';
}

const WORST: Light[] = ['late', 'partial', 'ok', 'off'];

/** One light for what rests on several clauses: the one that asks most for attention. */
export const together = (lights: Light[]): Light => WORST.find((light) => lights.includes(light)) ?? 'off';

export const tally = (lights: Light[]): Record<Light, number> => {
  const counts = { ok: 0, partial: 0, late: 0, off: 0 };
  for (const light of lights) counts[light] += 1;
  return counts;
};

/** The day lights are asked for, in Taipei. */
export const dayOf = (look: Look): string => look.asOf?.date ?? localDate(look.now);

/** What speaks for and against each clause up to the day looked at; `starts` where the plan lets it begin later than that day. */
export async function countsPerClause(look: Look): Promise<Map<string, Counts>> {
  const until = dayOf(look);
  const days = await sql<{
    clause: string;
    evidence: string;
    refusals: string;
  }>`select clause, sum(evidence) as evidence, sum(refusals) as refusals
    from clause_day where organisation = ${look.organisation} and day <= ${until}::date group by clause`.execute(
    look.tx,
  );
  const breaches = await sql<{ clause: string; n: string }>`select clause, count(*) as n from clause_breach
    where organisation = ${look.organisation} and from_at < ${endOf(until)} and (until_at is null or until_at >= ${endOf(until)}) group by clause`.execute(
    look.tx,
  );
  const gaps = await sql<{ clause: string; n: string }>`select clause, count(*) as n from clause_gap
    where organisation = ${look.organisation} and from_at < ${endOf(until)} and (until_at is null or until_at >= ${endOf(until)}) group by clause`.execute(
    look.tx,
  );
  const counts = new Map<string, Counts>();
  const at = (clause: string) => {
    const known = counts.get(clause) ?? { evidence: 0, refusals: 0, breaches: 0, gaps: 0, opened: 0 };
    counts.set(clause, known);
    return known;
  };
  for (const row of days.rows)
    Object.assign(at(row.clause), { evidence: Number(row.evidence), refusals: Number(row.refusals) });
  for (const row of breaches.rows) at(row.clause).breaches = Number(row.n);
  for (const row of gaps.rows) at(row.clause).gaps = Number(row.n);
  for (const [clause, starts] of await startsOf(look)) if (starts > until) at(clause).starts = starts;
  await countCalledFor(look, at);
  return counts;
}

/** The approved start of every clause that has one, as of the date looked at. */
export async function startsOf(look: Look): Promise<Map<string, string>> {
  const found = await sql<{ clause: string; on: string }>`select s.clause, s.starts_on::text as on from clause_start s
    where s.organisation = ${look.organisation} and ${standing(look, 's')}`.execute(look.tx);
  return new Map(found.rows.map(({ clause, on }) => [clause, on]));
}

/** A clause is called for when records of the type it works on are open: then missing evidence is a gap, not silence. */
async function countCalledFor(look: Look, at: (clause: string) => Counts): Promise<void> {
  const open = look.asOf
    ? await sql<{
        type: string;
        n: string;
      }>`select type, count(*) as n from ${everyState(look.organisation)} v where open
        and pos_from < ${look.asOf.pos} and (pos_to is null or pos_to >= ${look.asOf.pos}) group by type`.execute(
        look.tx,
      )
    : await sql<{
        type: string;
        n: string;
      }>`select type, count(*) as n from record where organisation = ${look.organisation} and open group by type`.execute(
        look.tx,
      );
  const byType = new Map(open.rows.map((row) => [row.type, Number(row.n)]));
  for (const clause of Object.values(look.context.definition.clauses)) {
    for (const by of clause.by) {
      const type = by.split('.')[1];
      const n = type ? byType.get(type) : undefined;
      if (n) at(clause.id).opened += n;
    }
  }
}

const endOf = (day: string) => sql`((${day}::date + 1)::timestamp at time zone 'Asia/Taipei')`;
