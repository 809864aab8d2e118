import { sql } from 'kysely';
import type { Waiting } from '../kernel/engine/types.ts';
import { waiting } from '../kernel/engine/waiting.ts';
import { type Wakes, wakes } from '../kernel/engine/wakes.ts';
import { taskRows } from './store/project-tasks.ts';
import { asOne, type Statement } from './store/session.ts';
import { inputOf, settled, type Work } from './work.ts';

/** What is ahead of a record: who must act, and when the clock must look again. */
export type Plan = { record: string; since: string; tasks: Waiting[]; wakes: Wakes };

/**
 * At a group's end, for every record it touched: who must act next, until when, and when the clock must look again.
 * What the clock conditions of others read is watched: a change here wakes them, in the same transaction.
 */
export async function planAhead(work: Work): Promise<void> {
  const ids = [...work.unplanned];
  work.unplanned.clear();
  if (ids.length === 0) return;
  const plans: Plan[] = [];
  for (const id of ids) {
    const state = work.known.records.get(id);
    if (!state) continue;
    const input = inputOf(work, { actor: { kind: 'clock' }, at: work.asking.now });
    const tasks = await settled(work, () => waiting(input, state));
    const wake = await settled(work, () => wakes(input, state));
    plans.push({ record: id, since: state.since, tasks, wakes: wake });
  }
  work.waking.push(...wakeWatchers(work, plans));
  for (const plan of plans) work.plans.set(plan.record, plan);
  work.news.tasks = true;
}

/** Rows of what is ahead; records whose own rows are `fresh` have their moments already. */
export function planRows(organisation: string, plans: Plan[], fresh: Set<string>): Statement[] {
  if (plans.length === 0) return [];
  const records = plans.map(({ record }) => record);
  return [
    ...asOne([
      sql`delete from task where organisation = ${organisation} and record = any(${records})`,
      sql`delete from record_watch where organisation = ${organisation} and record = any(${records})`,
    ]),
    ...taskRows(
      organisation,
      plans.flatMap(({ record, since, tasks }) => tasks.map((task) => ({ ...task, record, since }))),
    ),
    ...momentRows(
      organisation,
      plans.filter(({ record }) => !fresh.has(record)),
    ),
    ...watchRows(organisation, plans),
  ];
}

function momentRows(organisation: string, plans: Plan[]): Statement[] {
  if (plans.length === 0) return [];
  const moments = plans.map(({ record, wakes: { at, due } }) => ({ id: record, wake_at: at, due_at: due }));
  return [
    sql`update record r set wake_at = x.wake_at, due_at = x.due_at
    from jsonb_to_recordset(${JSON.stringify(moments)}::jsonb) as x(id text, wake_at timestamptz, due_at timestamptz)
    where r.organisation = ${organisation} and r.id = x.id and r.id = any(${moments.map(({ id }) => id)})
      and (r.wake_at is distinct from x.wake_at or r.due_at is distinct from x.due_at)`,
  ];
}

function watchRows(organisation: string, plans: Plan[]): Statement[] {
  const watches = plans.flatMap(({ record, wakes: { reads } }) =>
    [
      ...reads.records.map((id) => `record ${id}`),
      ...reads.types.map((type) => `type ${type}`),
      ...reads.facts.map((fact) => `fact ${fact}`),
    ].map((what) => ({ record, what })),
  );
  if (watches.length === 0) return [];
  return [
    sql`insert into record_watch select ${organisation} as organisation, x.what, x.record from jsonb_to_recordset(${JSON.stringify(watches)}::jsonb)
    as x(what text, record text) on conflict do nothing`,
  ];
}

/** Whoever watches what changed is due now: the scheduler ticks it after the commit. */
function wakeWatchers(work: Work, plans: Plan[]): Statement[] {
  const changed = plans.flatMap(({ record }) => {
    const type = work.known.records.get(record)?.type;
    return [`record ${record}`, ...(type ? [`type ${type}`] : [])];
  });
  return wakeOn(
    work,
    [...new Set(changed)],
    plans.map(({ record }) => record),
  );
}

/** Wakes the watchers of `what`, except these records themselves. */
export function wakeOn({ organisation, asking }: Work, what: string[], except: string[] = []): Statement[] {
  if (what.length === 0) return [];
  return [
    sql`update record r set wake_at = ${asking.now}::timestamptz where r.organisation = ${organisation} and r.open and not (r.id = any(${except}))
    and (r.wake_at is null or r.wake_at > ${asking.now}::timestamptz)
    and exists (select 1 from record_watch w where w.organisation = r.organisation and w.record = r.id and w.what = any(${what}))`,
  ];
}

/** Who holds which role changed: whose turn it is is worked out anew for everything open, after the commit, record by record. */
export async function wakeAll({ tx, organisation, asking }: Work): Promise<void> {
  await sql`update record set wake_at = ${asking.now}::timestamptz where organisation = ${organisation} and open
    and (wake_at is null or wake_at > ${asking.now}::timestamptz)`.execute(tx);
}
