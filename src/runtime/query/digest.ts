import { sql } from 'kysely';
import type { Text } from '../../kernel/text.ts';
import type { Weekly } from '../../modules/digest/content.ts';
import type { DigestPreferences, DigestView } from '../digest-views.ts';
import type { Named } from '../views.ts';
import { lightChanges } from './light-changes.ts';
import { countsPerClause, lightOf, tally } from './lights.ts';
import { type Look, rolesOf } from './look.ts';
import { personNamed, refsOf, unitNamed } from './names.ts';

/** What the morning digest is made of, for everybody at once, and what was told, as pages show it. */

export type Unheard = { notice: string; record?: string; number?: string; message: Text };

/** A notice older than this is no news any more. */
const NEWS_DAYS = 14;

/** Unread notices by person, oldest first, except those a mail has told already. */
export async function unheardByPerson(look: Look): Promise<Map<string, Unheard[]>> {
  const found = await sql<{
    id: string;
    person: string;
    record: string | null;
    number: string | null;
    message: Text;
  }>`select n.id, n.person, n.record, r.number, n.message from notice n
    left join record r on r.organisation = n.organisation and r.id = n.record
    where n.organisation = ${look.organisation} and n.read_at is null
      and n.at > ${look.now}::timestamptz - make_interval(days => ${NEWS_DAYS}) and n.at <= ${look.now}::timestamptz
      and not exists (select 1 from digest_item i
        left join mail_outbox m on m.organisation = i.organisation and m.id = 'notice.' || i.subject || '.' || i.person
        where i.organisation = n.organisation and i.person = n.person and i.kind = 'notice' and i.subject = n.id
          and not (i.stage = 'at_once' and m.failed_at is not null))
    order by n.at, n.id`.execute(look.tx);
  const byPerson = Map.groupBy(found.rows, ({ person }) => person);
  return new Map(
    [...byPerson].map(([person, rows]) => [
      person,
      rows.map(({ id, record, number, message }) => ({
        notice: id,
        message,
        ...(record ? { record } : {}),
        ...(number ? { number } : {}),
      })),
    ]),
  );
}

/** What cannot wait for the morning: incidents, and what asks to be acknowledged; unread, of the last day, not mailed yet. */
export async function urgentNotices(look: Look): Promise<{ notice: string; person: string; message: Text }[]> {
  const found = await sql<{ id: string; person: string; message: Text }>`select n.id, n.person, n.message from notice n
    left join record r on r.organisation = n.organisation and r.id = n.record
    where n.organisation = ${look.organisation} and n.read_at is null and n.ack_at is null
      and n.at > ${look.now}::timestamptz - interval '1 day' and n.at <= ${look.now}::timestamptz
      and (n.ack_until is not null or r.type = 'incident')
      and not exists (select 1 from digest_item i where i.organisation = n.organisation and i.person = n.person
        and i.kind = 'notice' and i.subject = n.id)
    order by n.at, n.id, n.person limit 100`.execute(look.tx);
  return found.rows.map(({ id, person, message }) => ({ notice: id, person, message }));
}

/** Everything ever told of tasks, as `kind subject stage`, by person. */
export async function toldByPerson(look: Look): Promise<Map<string, Set<string>>> {
  const found = await sql<{ person: string; keys: string[] }>`
    select person, array_agg(kind || ' ' || subject || ' ' || stage) as keys from digest_item i
    where organisation = ${look.organisation} and (kind = 'notice' or exists (select 1 from task t
      where t.organisation = i.organisation and t.record = i.record)) group by person`.execute(look.tx);
  return new Map(found.rows.map(({ person, keys }) => [person, new Set(keys)]));
}

/** Whether the day's digests are all given. */
export async function isTold(look: Look, day: string): Promise<boolean> {
  const found =
    await sql`select 1 from digest_day where organisation = ${look.organisation} and day = ${day}::date`.execute(
      look.tx,
    );
  return found.rows.length > 0;
}

/** Figures of every unit with a head, and of the lights, by head. */
export async function weeklyByHead(look: Look): Promise<Map<string, Weekly>> {
  const { directory, definition } = look.context;
  const found = await sql<{ unit: string; open: string; late: string }>`select r.unit, count(*) as open,
      count(*) filter (where exists (select 1 from task t where t.organisation = r.organisation and t.record = r.id
        and t.due_at < ${look.now}::timestamptz)) as late
    from record r where r.organisation = ${look.organisation} and r.open and r.unit is not null
      and r.type = any(${Object.values(definition.records)
        .filter(({ role }) => role === 'form')
        .map(({ name }) => name)})
    group by r.unit`.execute(look.tx);
  const counts = await countsPerClause(look);
  const { ok, partial, late } = tally(
    Object.values(definition.clauses).map((clause) => lightOf(clause, counts.get(clause.id))),
  );
  const changed = (await lightChanges(look)).changes.length;
  const heads = new Set(directory.grants.filter(({ role }) => role === 'unit_head').map(({ person }) => person));
  return new Map(
    [...heads]
      .filter((head) => rolesOf(directory, head, look.now).includes('unit_head'))
      .map((head) => [head, { units: figuresOf(look, head, found.rows), lights: { ok, partial, late }, changed }]),
  );
}

function figuresOf(look: Look, head: string, rows: { unit: string; open: string; late: string }[]): Weekly['units'] {
  const { grants } = look.context.directory;
  const units = grants.filter(({ person, role }) => person === head && role === 'unit_head').map(({ unit }) => unit);
  return [...new Set(units)].map((unit) => {
    const row = rows.find((one) => one.unit === unit);
    return { unit, open: Number(row?.open ?? 0), late: Number(row?.late ?? 0) };
  });
}

/** How people want to hear of it; who never said gets mail in Chinese, heads the week. */
export const USUAL: DigestPreferences = { language: 'zh', mail: true, weekly: true };

export async function preferencesByPerson(look: Look): Promise<Map<string, DigestPreferences>> {
  const found = await sql<DigestPreferences & { person: string }>`select person, language, mail, weekly
    from digest_preference where organisation = ${look.organisation}`.execute(look.tx);
  return new Map(found.rows.map(({ person, language, mail, weekly }) => [person, { language, mail, weekly }]));
}

/** Days with a digest for this person, or for anybody, newest first. */
export async function digestDays(look: Look, person?: string): Promise<string[]> {
  const found = await sql<{ day: string }>`select distinct day::text as day from digest
    where organisation = ${look.organisation} ${person ? sql`and person = ${person}` : sql``} order by day desc limit 20`.execute(
    look.tx,
  );
  return found.rows.map(({ day }) => day);
}

/** What was told on a day, to one person or everybody, by unit and name. */
export async function digestsOf(look: Look, day: string, person?: string): Promise<DigestView[]> {
  const only = person ? sql`and d.person = ${person}` : sql``;
  const given = await sql<{
    person: string;
    at: Date;
    weekly: Weekly | null;
    more: number;
  }>`select d.person, d.at, d.weekly, d.more from digest d
    where d.organisation = ${look.organisation} and d.day = ${day}::date ${only}`.execute(look.tx);
  const items = await sql<ItemRow>`select d.person, d.kind, d.stage, d.record, d.action, n.message from digest_item d
    left join notice n on n.organisation = d.organisation and n.person = d.person and n.id = d.notice
    where d.organisation = ${look.organisation} and d.day = ${day}::date and d.place >= 0 ${only}
    order by d.person, d.place`.execute(look.tx);
  const refs = await refsOf(
    look,
    items.rows.flatMap(({ record }) => record ?? []),
  );
  const lines = Map.groupBy(items.rows, (row) => row.person);
  return given.rows
    .map(({ person: id, at, weekly, more }): DigestView => {
      const unit = unitNamed(look, look.context.directory.persons[id]?.unit ?? '');
      return {
        person: { ...personNamed(look, id), unit },
        day,
        at: at.toISOString(),
        lines: (lines.get(id) ?? []).flatMap((row) => lineOf(look, row, refs)),
        ...(more > 0 ? { more } : {}),
        ...(weekly ? { week: weekOf(look, weekly) } : {}),
      };
    })
    .toSorted((a, b) => a.person.unit.id.localeCompare(b.person.unit.id) || a.person.id.localeCompare(b.person.id));
}

type ItemRow = {
  person: string;
  kind: 'task' | 'notice';
  stage: 'new' | 'due' | 'late';
  record: string | null;
  action: string | null;
  message: Text | null;
};

function lineOf(look: Look, row: ItemRow, refs: Awaited<ReturnType<typeof refsOf>>): DigestView['lines'] {
  const record = row.record ? refs.get(row.record) : undefined;
  const action = record && row.action ? look.context.definition.records[record.type]?.actions[row.action] : undefined;
  const label = row.kind === 'notice' ? row.message : (action?.label ?? record?.stateLabel);
  if (!label) return [];
  const { kind, stage } = row;
  const told = kind === 'task' && row.message ? { told: row.message } : {};
  return [{ kind, stage, label, ...told, ...(record ? { record } : {}) }];
}

function weekOf(look: Look, { units, lights, changed }: Weekly): NonNullable<DigestView['week']> {
  const named: { unit: Named; open: number; late: number }[] = units.map(({ unit, open, late }) => ({
    unit: unitNamed(look, unit),
    open,
    late,
  }));
  return { units: named, lights, changed };
}
