import { sql } from 'kysely';
import type { Tx } from '../../runtime/module.ts';

/** Persons whose last day is within a week, and who have not been told of it; sign-in is refused from the day after. */
export async function endingSoon(
  tx: Tx,
  organisation: string,
  now: string,
): Promise<{ person: string; name: string; until: string; notice: string }[]> {
  const { rows } = await sql<{ id: string; name: string; until: string }>`
    select id, name, until_date::text as until from person p where organisation = ${organisation}
      and until_date >= (${now}::timestamptz at time zone 'Asia/Taipei')::date
      and until_date <= (${now}::timestamptz at time zone 'Asia/Taipei')::date + 7
      and not exists (select 1 from notice n where n.organisation = ${organisation}
        and n.id = 'ending.' || p.id || '.' || p.until_date::text)
    order by until_date, id`.execute(tx);
  return rows.map(({ id, name, until }) => ({ person: id, name, until, notice: `ending.${id}.${until}` }));
}
