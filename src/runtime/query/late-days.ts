import { sql } from 'kysely';
import { isWorkday } from '../../kernel/calendar/calendar.ts';
import { addDays, localDate } from '../../kernel/calendar/date.ts';
import type { LateDay } from '../digest-views.ts';
import type { Look } from './look.ts';

const WEEKS = 26;

/**
 * Each day of the past half year, oldest first, from a Monday on: how many clauses were late at some time of it, and how many of them
 * became late that day. Days before anything was adopted, and clauses before their start, do not count.
 */
export async function lateDays(look: Look): Promise<LateDay[]> {
  const today = localDate(look.now);
  const { rows } = await sql<{ day: string; late: number; began: number; adopted: boolean }>`
    select d.day::date::text as day, count(distinct b.clause)::int as late,
      count(distinct b.clause) filter (where b.from_at >= d.day at time zone 'Asia/Taipei')::int as began,
      coalesce(d.day + interval '1 day' > a.first, false) as adopted
    from generate_series(${mondayBefore(today)}::date::timestamp, ${today}::date::timestamp, interval '1 day') as d(day)
    cross join (select min(at) at time zone 'Asia/Taipei' as first from adoption where organisation = ${look.organisation}) a
    left join (select b.clause, b.from_at, b.until_at, s.starts_on from clause_breach b
        left join clause_start s on s.organisation = b.organisation and s.clause = b.clause and s.pos_to is null
        where b.organisation = ${look.organisation} and b.clause = any(${Object.keys(look.context.definition.clauses)})) b
      on b.from_at < (d.day + interval '1 day') at time zone 'Asia/Taipei'
        and (b.until_at is null or b.until_at >= d.day at time zone 'Asia/Taipei')
        and (b.starts_on is null or b.starts_on <= d.day::date)
    group by d.day, a.first order by d.day`.execute(look.tx);
  const calendar = look.parts.calendar();
  return rows.map(({ day, late, began, adopted }) => ({
    day,
    workday: isWorkday(calendar, day) !== false,
    ...(adopted ? { late, began } : {}),
  }));
}

/** The Monday 26 weeks back, so that weeks are whole columns. */
function mondayBefore(today: string): string {
  const weekday = (new Date(`${today}T00:00:00Z`).getUTCDay() + 6) % 7;
  return addDays(today, -weekday - (WEEKS - 1) * 7);
}
