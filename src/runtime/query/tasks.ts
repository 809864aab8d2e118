import { sql } from 'kysely';
import { addWorkdays } from '../../kernel/calendar/calendar.ts';
import { addDays, localDate, momentOf } from '../../kernel/calendar/date.ts';
import { remaining } from '../../kernel/calendar/remaining.ts';
import { principalsOf } from '../../kernel/engine/who.ts';
import { BUILT_IN } from '../../kernel/engine/words.ts';
import type { Notice, Task } from '../views.ts';
import { type Look, label } from './look.ts';
import { personNamed, refOf, unitNamed } from './names.ts';
import { readable } from './reading.ts';
import { readTasks } from './task-reading.ts';

type Row = {
  id: string;
  record: string;
  action: string;
  person: string;
  role: string | null;
  owed: boolean;
  due_at: Date | null;
  since: Date;
  type: string;
  number: string;
  title: string;
  state: string;
  definition: string;
  requester: string | null;
  unit: string | null;
};

/** The same with what one wants to know before opening: reason, gates, what has changed. */
export const myTasksRead = async (look: Look): Promise<Task[]> => readTasks(look, await myTasks(look));

/** What waits for this viewer, or for somebody this viewer is the deputy of today; soonest first. */
export async function myTasks(look: Look): Promise<Task[]> {
  const { person } = look.viewer;
  if (!person) return [];
  const principals = principalsOf(look.context.directory, person, look.now);
  return ownTasks(look, person, await tasksOf(look, [person, ...principals]));
}

/** Everybody's own list at once, by person, for the morning digest; people with nothing to do are left out. */
export async function tasksByPerson(look: Look): Promise<Map<string, Task[]>> {
  const byPerson = Map.groupBy(await tasksOf(look, undefined, 'all', MOST_OF_ALL), (row) => row.person);
  const { directory } = look.context;
  const here = [...new Set([...byPerson.keys(), ...directory.deputies.map((one) => one.person)])];
  const lists = here.toSorted().map((person): [string, Task[]] => {
    const rows = [person, ...principalsOf(directory, person, look.now)].flatMap((one) => byPerson.get(one) ?? []);
    return [person, ownTasks(look, person, rows)];
  });
  return new Map(lists.filter(([, tasks]) => tasks.length > 0));
}

function ownTasks(look: Look, person: string, rows: Row[]): Task[] {
  const own = rows.filter((row) => row.person === person || isForDeputies(look, row));
  return mergeSame(own, person).map((row) => taskView(look, row, row.person === person ? undefined : row.person));
}

/** Neither the role waited for nor the act keeps deputies out. */
function isForDeputies({ context }: Look, { role, definition, type, action }: Row): boolean {
  if (role !== null && context.definition.roles[role]?.deputy === 'no') return false;
  return context.definitions.get(definition)?.records[type]?.actions[action]?.deputy ?? true;
}

/** Which of everybody's tasks: all of them, those late, or those due from now to the end of the fifth working day. */
export type Span = 'all' | 'late' | 'week';
const WEEK_WORKDAYS = 5;
const MOST = 500;
const MOST_OF_ALL = 20_000;

/** Everybody's tasks, for the coordinator: what is late and with whom, what comes next, of records the viewer may read. */
export async function allTasks(look: Look, span: Span): Promise<(Task & { with: { id: string; name: string }[] })[]> {
  const rows = await tasksOf(look, undefined, span, MOST, readable(look));
  const together = Map.groupBy(rows, (row) => `${row.record}:${row.action}`);
  return [...together.values()].map((same) => ({
    ...taskView(look, same[0]!, undefined),
    with: same.map((row) => personNamed(look, row.person)),
  }));
}

async function tasksOf(
  look: Look,
  persons: string[] | undefined,
  span: Span = 'all',
  most = MOST,
  condition = sql<boolean>`true`,
): Promise<Row[]> {
  const last = addWorkdays(look.parts.calendar(), localDate(look.now), WEEK_WORKDAYS).value;
  const found =
    await sql<Row>`select t.id, t.record, t.action, t.person, t.role, t.owed, t.due_at, t.since, c.type, c.number, c.title, c.state, c.definition,
      c.requester, c.unit
    from task t join record c on c.organisation = t.organisation and c.id = t.record
    where t.organisation = ${look.organisation} and ${condition} ${persons ? sql`and t.person = any(${persons})` : sql``}
      ${span === 'late' ? sql`and t.due_at < ${look.now}::timestamptz` : sql``}
      ${span === 'week' ? sql`and t.due_at >= ${look.now}::timestamptz and t.due_at < ${momentOf(addDays(last, 1))}::timestamptz` : sql``}
    order by t.due_at nulls last, t.since, t.id limit ${most}`.execute(look.tx);
  return found.rows;
}

/** My own task hides the same one seen as somebody's deputy; several actions on one record in one state are one task, the first forward one. */
function mergeSame(rows: Row[], me: string): Row[] {
  const byRecord = new Map<string, Row>();
  for (const row of rows) {
    const key = `${row.record}:${row.owed}`;
    const kept = byRecord.get(key);
    if (!kept || (kept.person !== me && row.person === me)) byRecord.set(key, row);
  }
  return [...byRecord.values()];
}

function taskView(look: Look, row: Row, principal: string | undefined): Task {
  const type = look.context.definitions.get(row.definition)?.records[row.type];
  const due = row.due_at?.toISOString();
  return {
    id: row.id,
    record: refOf(look, { ...row, id: row.record }),
    typeLabel: label(look.context.definition, row.type),
    action: row.action,
    label: type?.actions[row.action]?.label ?? BUILT_IN[row.action] ?? { zh: row.action, en: row.action },
    owed: row.owed,
    ...(due ? { due, remaining: remaining(look.parts.calendar(), look.now, due).text } : {}),
    urgency: urgency(look, due),
    ...(principal ? { asDeputyFor: personNamed(look, principal) } : {}),
    ...(row.requester
      ? {
          requester: {
            ...personNamed(look, row.requester),
            ...(row.unit ? { unit: unitNamed(look, row.unit).name } : {}),
          },
        }
      : {}),
    since: row.since.toISOString(),
  };
}

function urgency(look: Look, due: string | undefined): Task['urgency'] {
  if (!due) return 'none';
  if (due < look.now) return 'overdue';
  if (localDate(due) === localDate(look.now)) return 'today';
  return Date.parse(due) - Date.parse(look.now) < 4 * 86_400_000 ? 'soon' : 'later';
}

/** Notices to this viewer, newest first, each with its record as far as the viewer may read it; `next` continues. */
export async function myNotices(
  look: Look,
  page: { after?: string; limit?: number; unread?: boolean },
): Promise<{ items: Notice[]; next?: string }> {
  const limit = page.limit ?? 30;
  const found = await sql<{
    id: string;
    record: string | null;
    go: string | null;
    message: Notice['message'];
    at: Date;
    read_at: Date | null;
    ack_until: Date | null;
    ack_at: Date | null;
    settled_at: Date | null;
    type: string | null;
    number: string;
    title: string;
    state: string;
    definition: string;
  }>`
    select n.id, n.record, n.go, n.message, n.at, n.read_at, n.ack_until, n.ack_at, n.settled_at, c.type, c.number, c.title, c.state, c.definition
    from notice n left join record c on c.organisation = n.organisation and c.id = n.record and ${readable(look)}
    where n.organisation = ${look.organisation} and n.person = ${look.viewer.person ?? ''}
      ${page.unread ? sql`and n.read_at is null` : sql``}
      ${page.after ? sql`and n.at < ${page.after}::timestamptz` : sql``}
    order by n.at desc, n.id limit ${limit + 1}`.execute(look.tx);
  const items = found.rows.slice(0, limit).map((row) => ({
    id: row.id,
    at: row.at.toISOString(),
    ...(row.record && row.type ? { record: refOf(look, { ...row, id: row.record, type: row.type }) } : {}),
    ...(row.go ? { go: row.go } : {}),
    message: row.message,
    read: row.read_at !== null,
    ...(row.settled_at ? { settled: row.settled_at.toISOString() } : {}),
    ...(row.ack_until
      ? { ack: { until: row.ack_until.toISOString(), ...(row.ack_at ? { done: row.ack_at.toISOString() } : {}) } }
      : {}),
  }));
  const last = items.at(-1);
  return { items, ...(found.rows.length > limit && last ? { next: last.at } : {}) };
}

/** Numbers beside the navigation. */
export async function counts(look: Look): Promise<{ tasks: number; notices: number }> {
  const tasks = await myTasks(look);
  const found = await sql<{ n: string }>`select count(*) as n from notice
    where organisation = ${look.organisation} and person = ${look.viewer.person ?? ''} and read_at is null`.execute(
    look.tx,
  );
  return { tasks: tasks.length, notices: Number(found.rows[0]?.n ?? 0) };
}
