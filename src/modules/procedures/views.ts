import { sql } from 'kysely';
import type { StoredEvent, Tx } from '../../runtime/module.ts';
import type { Link } from './import.ts';

type Event = StoredEvent;

/** Rows of procedure_text, text_clause, text_link and of the checklist tables. */
export async function project(tx: Tx, event: Event): Promise<void> {
  switch (event.type) {
    case 'text.imported':
      return importedText(tx, event);
    case 'text.written':
      return writtenText(tx, event);
    case 'text.linked':
      return linkedText(tx, event);
    case 'text.withdrawn':
      await endLinks(tx, event, sql`text_link`, sql`text = ${event.data.text}`);
      await sql`update procedure_text set withdrawn = true, ended_pos = coalesce(ended_pos, ${event.pos})
        where organisation = ${event.organisation} and id = ${event.data.text}`.execute(tx);
      return;
    case 'checklist.imported':
      return importedChecklist(tx, event);
    case 'checklist.written':
      return writtenChecklist(tx, event);
    case 'checklist.linked':
      return linkedChecklist(tx, event);
    case 'checklist.withdrawn':
      await endLinks(tx, event, sql`checklist_link`, sql`checklist = ${event.data.checklist}`);
      await sql`update checklist set ended_pos = coalesce(ended_pos, ${event.pos})
        where organisation = ${event.organisation} and id = ${event.data.checklist}`.execute(tx);
      return;
  }
}

async function importedText(tx: Tx, { organisation, pos, at, actor, data }: Event): Promise<void> {
  await sql`update procedure_text set ended_pos = coalesce(ended_pos, ${pos})
    where organisation = ${organisation} and id = ${data.text} and edition < ${data.edition}`.execute(tx);
  await sql`update text_link set pos_to = coalesce(pos_to, ${pos})
    where organisation = ${organisation} and text = ${data.text} and edition < ${data.edition}`.execute(tx);
  await sql`insert into procedure_text (organisation, id, edition, title, number, version, classification, issued_on, file, clauses, pos, at, by)
    values (${organisation}, ${data.text}, ${data.edition}, ${data.title}, ${data.number ?? null}, ${data.version}, ${data.classification},
      ${data.issued}, ${data.file ? JSON.stringify(data.file) : null}::jsonb, ${data.clauses}, ${pos}, ${at}, ${actor.person ?? null})
    on conflict do nothing`.execute(tx);
}

async function writtenText(tx: Tx, { organisation, data }: Event): Promise<void> {
  await sql`insert into text_clause (organisation, text, edition, key, seq, level, number, cite, path, heading, body)
    select ${organisation}, ${data.text}, ${data.edition}::int, x.key, substr(x.key, 2)::int, x.level, x.number, x.cite, x.path, x.heading, x.text
    from jsonb_to_recordset(${JSON.stringify(data.clauses)}::jsonb)
      as x(key text, level int, number text, cite text, path int[], heading boolean, text text)
    on conflict do nothing`.execute(tx);
}

async function linkedText(tx: Tx, { organisation, pos, actor, data }: Event): Promise<void> {
  const links = data.links as unknown as Link[];
  await sql`update text_link set pos_to = ${pos} where organisation = ${organisation} and text = ${data.text} and edition = ${data.edition}
    and clause = any(${links.map(({ clause }) => clause)}) and pos_to is null and pos_from < ${pos}`.execute(tx);
  await sql`insert into text_link (organisation, text, edition, clause, ours, why, carried, pos_from, by)
    select ${organisation}, ${data.text}, ${data.edition}::int, x.clause, x.ours, x.why, ${data.carried === true}::boolean, ${pos}::bigint, ${actor.person ?? null}
    from jsonb_to_recordset(${JSON.stringify(rowsOf(links))}::jsonb) as x(clause text, ours text, why text) on conflict do nothing`.execute(
    tx,
  );
}

/** One row for each of ours; an empty one where a reason stands instead; none where nothing is said any more. */
const rowsOf = (links: Link[]) =>
  links.flatMap(({ clause, ours, why }) =>
    ours.length > 0 ? ours.map((one) => ({ clause, ours: one })) : why ? [{ clause, ours: '', why }] : [],
  );

async function endLinks(
  tx: Tx,
  { organisation, pos }: Event,
  table: ReturnType<typeof sql>,
  which: ReturnType<typeof sql>,
): Promise<void> {
  await sql`update ${table} set pos_to = coalesce(pos_to, ${pos}) where organisation = ${organisation} and ${which}`.execute(
    tx,
  );
}

async function importedChecklist(tx: Tx, { organisation, pos, at, actor, data }: Event): Promise<void> {
  await sql`insert into checklist (organisation, id, title, authority, file, questions, pos, at, by)
    values (${organisation}, ${data.checklist}, ${data.title}, ${data.authority}, ${data.file ? JSON.stringify(data.file) : null}::jsonb, ${data.questions},
      ${pos}, ${at}, ${actor.person ?? null}) on conflict do nothing`.execute(tx);
}

async function writtenChecklist(tx: Tx, { organisation, data }: Event): Promise<void> {
  await sql`insert into checklist_question (organisation, checklist, key, seq, number, part, body, hint)
    select ${organisation}, ${data.checklist}, x.key, substr(x.key, 2)::int, x.number, x.part, x.text, x.hint
    from jsonb_to_recordset(${JSON.stringify(data.questions)}::jsonb) as x(key text, number text, part text, text text, hint text)
    on conflict do nothing`.execute(tx);
}

async function linkedChecklist(tx: Tx, { organisation, pos, actor, data }: Event): Promise<void> {
  const links = data.links as unknown as Link[];
  await sql`update checklist_link set pos_to = ${pos} where organisation = ${organisation} and checklist = ${data.checklist}
    and question = any(${links.map(({ clause }) => clause)}) and pos_to is null and pos_from < ${pos}`.execute(tx);
  await sql`insert into checklist_link (organisation, checklist, question, ours, why, pos_from, by)
    select ${organisation}, ${data.checklist}, x.clause, x.ours, x.why, ${pos}::bigint, ${actor.person ?? null}
    from jsonb_to_recordset(${JSON.stringify(rowsOf(links))}::jsonb) as x(clause text, ours text, why text) on conflict do nothing`.execute(
    tx,
  );
}
