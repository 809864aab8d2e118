import { sql } from 'kysely';
import type { Waiting } from '../../kernel/engine/types.ts';
import type { Tx } from '../module.ts';
import type { Touched } from './project-records.ts';

export type TaskOf = Waiting & { record: string; since: string };

/**
 * Replaces the tasks of the records a group touched: one row per person and action waiting for them.
 * Deputies see their principals' tasks when reading, so dates need no rewriting. True when anything was written.
 */
export async function projectTasks(
  tx: Tx,
  organisation: string,
  touched: (Touched & { tasks: TaskOf[] })[],
): Promise<boolean> {
  const last = new Map(touched.map((one) => [one.after.id, one]));
  const rows = [...last.values()].flatMap(({ tasks }) =>
    tasks.flatMap((task) =>
      task.persons.map((person) => ({
        id: `${task.record}:${task.action}:${person}`,
        record: task.record,
        action: task.action,
        person,
        role: task.role,
        owed: task.owed,
        due_at: task.due,
        since: task.since,
      })),
    ),
  );
  await sql`delete from task where organisation = ${organisation} and record = any(${[...last.keys()]})`.execute(tx);
  if (rows.length === 0) return true;
  await sql`insert into task (organisation, id, record, action, person, role, owed, due_at, since)
    select ${organisation}, x.* from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as x(id text, record text, action text, person text, role text, owed boolean, due_at timestamptz, since timestamptz)
    on conflict do nothing`.execute(tx);
  return true;
}
