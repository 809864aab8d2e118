import { sql } from 'kysely';
import type { Waiting } from '../../kernel/engine/types.ts';
import type { Statement } from './session.ts';

export type TaskOf = Waiting & { record: string; since: string };

/**
 * Tasks of records that have none now: one row per person and action waiting for them.
 * Deputies see their principals' tasks when reading, so dates need no rewriting.
 */
export function taskRows(organisation: string, tasks: TaskOf[]): Statement[] {
  const rows = tasks.flatMap((task) =>
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
  );
  if (rows.length === 0) return [];
  return [
    sql`insert into task (organisation, id, record, action, person, role, owed, due_at, since)
    select ${organisation}, x.* from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as x(id text, record text, action text, person text, role text, owed boolean, due_at timestamptz, since timestamptz)
    on conflict do nothing`,
  ];
}
