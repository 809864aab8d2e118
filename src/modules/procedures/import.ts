import { sql } from 'kysely';
import { z } from 'zod';
import { type Change, changesBetween } from '../../kernel/clauses/changes.ts';
import { cited } from '../../kernel/clauses/outline.ts';
import type { Value } from '../../kernel/engine/types.ts';
import { type Refusal, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { ModuleCommand, NewEvent, Tx } from '../../runtime/module.ts';
import { chunks } from './chunks.ts';
import { keeping, notAKeeper } from './keepers.ts';

const DEEPEST = 9;
const clause = z.object({
  level: z.number().int().min(0).max(DEEPEST),
  /** As the document shows it; empty for text before the first number. */
  number: z.string().max(60),
  text: z.string().max(20_000),
  heading: z.boolean(),
});
const file = z.object({ name: z.string().max(300), sha256: z.string().length(64), size: z.number().int().min(0) });
const input = z.object({
  text: z.string().min(1).max(100),
  title: z.string().trim().min(1).max(200),
  number: z.string().trim().max(60).optional(),
  version: z.string().trim().min(1).max(30),
  classification: z.string().trim().min(1).max(30),
  issued: z.iso.date(),
  file: file.optional(),
  clauses: z.array(clause).min(1).max(5_000),
});
type Input = z.infer<typeof input>;

type Before = {
  edition: number;
  versions: string[];
  clauses: { key: string; cite: string; text: string }[];
  links: Link[];
};
export type Link = { clause: string; ours: string[]; why?: string };
type Loaded = { before?: Before; withdrawn: boolean; stored: boolean; twin?: string };

/**
 * The organisation's own procedure, word for word as approved, as a person confirmed it on screen. The same `text` again is its
 * next edition: what is mapped already goes along wherever a clause kept its words.
 */
export const importText: ModuleCommand<Input, Loaded> = {
  input,
  load,
  decide({ before, withdrawn, stored, twin }, given, context) {
    const as = keeping(context);
    if (!as) return notAKeeper;
    const faults = [...faultsOf(given), ...(stored ? [] : [fileGone]), ...(twin ? [already(twin)] : [])];
    if (withdrawn) faults.push({ code: 'state', message: text('這份程序書已撤下。', 'This procedure was withdrawn.') });
    if (before?.versions.includes(given.version)) faults.push(versionTaken(given.version));
    if (faults.length > 0) return refused(...faults);
    const clauses = cited(given.clauses).map((each, at) => ({ ...each, key: `c${at + 1}` }));
    const changes = before ? changesBetween(before.clauses, clauses) : [];
    const edition = (before?.edition ?? 0) + 1;
    return {
      events: eventsOf(given, edition, clauses, carriedLinks(before, changes)),
      response: { text: given.text, edition },
      as,
    };
  },
};

async function load(tx: Tx, given: Input, { organisation }: { organisation: string }): Promise<Loaded> {
  const stored = given.file ? await isStored(tx, organisation, given.file.sha256) : true;
  const editions = await sql<{ edition: number; version: string; withdrawn: boolean }>`
    select edition, version, withdrawn from procedure_text where organisation = ${organisation} and id = ${given.text} order by edition`.execute(
    tx,
  );
  const last = editions.rows.at(-1);
  if (!last) {
    const twin = await sql<{ title: string }>`select title from procedure_text where organisation = ${organisation}
      and title = ${given.title} and ended_pos is null`.execute(tx);
    return { withdrawn: false, stored, ...(twin.rows[0] ? { twin: twin.rows[0].title } : {}) };
  }
  const clauses = await sql<{ key: string; cite: string; text: string }>`select key, cite, body as text from text_clause
    where organisation = ${organisation} and text = ${given.text} and edition = ${last.edition} order by seq`.execute(
    tx,
  );
  return {
    before: {
      edition: last.edition,
      versions: editions.rows.map(({ version }) => version),
      clauses: clauses.rows,
      links: await linksOf(tx, organisation, given.text, last.edition),
    },
    withdrawn: last.withdrawn,
    stored,
  };
}

async function isStored(tx: Tx, organisation: string, sha256: string): Promise<boolean> {
  const found = await sql`select 1 from blob where organisation = ${organisation} and sha256 = ${sha256}`.execute(tx);
  return found.rows.length > 0;
}

/** What every clause of an edition is mapped to now. */
export async function linksOf(tx: Tx, organisation: string, id: string, edition: number): Promise<Link[]> {
  const found = await sql<{ clause: string; ours: string; why: string | null }>`select clause, ours, why from text_link
    where organisation = ${organisation} and text = ${id} and edition = ${edition} and pos_to is null order by clause, ours`.execute(
    tx,
  );
  return [...Map.groupBy(found.rows, (row) => row.clause)].map(([clause, rows]) => ({
    clause,
    ours: rows.map(({ ours }) => ours).filter((ours) => ours !== ''),
    ...(rows[0]?.why ? { why: rows[0].why } : {}),
  }));
}

function carriedLinks(before: Before | undefined, changes: Change[]): Link[] {
  const links = new Map((before?.links ?? []).map((link) => [link.clause, link]));
  return changes.flatMap(({ key, before: old, kind }) => {
    const link = old && (kind === 'same' || kind === 'moved') ? links.get(old) : undefined;
    return link && key ? [{ ...link, clause: key }] : [];
  });
}

type Keyed = ReturnType<typeof cited<Input['clauses'][number]>>[number] & { key: string };

function eventsOf(given: Input, edition: number, clauses: Keyed[], carried: Link[]): NewEvent[] {
  const stream = `procedure_text:${given.text}`;
  const { text: id, clauses: _all, ...card } = given;
  const data = { text: id, edition, ...card, clauses: clauses.length };
  return [
    { stream, type: 'text.imported', data: defined(data) },
    ...chunks(clauses).map(
      (part): NewEvent => ({
        stream,
        type: 'text.written',
        data: { text: id, edition, clauses: part as unknown as Value },
      }),
    ),
    ...chunks(carried).map(
      (part): NewEvent => ({
        stream,
        type: 'text.linked',
        data: { text: id, edition, links: part as unknown as Value, carried: true },
      }),
    ),
  ];
}

const defined = (data: Record<string, unknown>): { [key: string]: Value } =>
  Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined && value !== '')) as {
    [key: string]: Value;
  };

/** Levels step down one at a time, a number stands once, and something is asked somewhere. */
function faultsOf({ clauses }: Input): Refusal[] {
  const faults: Refusal[] = [];
  const seen = new Map<string, number>();
  for (const [at, clause] of cited(clauses).entries()) {
    const line = at + 1;
    const above = clauses[at - 1]?.level ?? -1;
    if (clause.level > above + 1) faults.push(tooDeep(line, clause.number));
    const twin = clause.cite === '' ? undefined : seen.get(clause.cite);
    if (twin !== undefined) faults.push(twice(line, clause.cite, twin));
    seen.set(clause.cite, line);
    if (clause.number === '' && clause.text.trim() === '') faults.push(nothing(line));
  }
  return faults.slice(0, 20);
}

const tooDeep = (line: number, number: string): Refusal => ({
  code: 'invalid',
  line,
  field: 'clauses',
  message: text(
    `第 ${line} 列「${number}」的層次比上一條深兩層以上。`,
    `Row ${line}, "${number}", is more than one level below the one before.`,
  ),
  fix: { text: text('請調整該條的層次', 'Change its level') },
});
const twice = (line: number, cite: string, twin: number): Refusal => ({
  code: 'duplicate',
  line,
  field: 'clauses',
  message: text(
    `第 ${line} 列的條號「${cite}」與第 ${twin} 列相同。`,
    `Row ${line} has the number "${cite}" of row ${twin}.`,
  ),
  fix: { text: text('請更正條號或層次，或併入上一條', 'Correct its number or level, or join it to the one before') },
});
const nothing = (line: number): Refusal => ({
  code: 'required',
  line,
  field: 'clauses',
  message: text(`第 ${line} 列沒有條號也沒有文字。`, `Row ${line} has neither number nor text.`),
});
const fileGone: Refusal = {
  code: 'missing',
  field: 'file',
  message: text('找不到上傳的原始檔，請重新上傳。', 'The uploaded document is not there; upload it again.'),
};
const already = (title: string): Refusal => ({
  code: 'duplicate',
  field: 'title',
  message: text(`「${title}」已匯入。`, `"${title}" is imported already.`),
  fix: { text: text('請到該程序書匯入新版', 'Import a new version on its own page') },
});
const versionTaken = (version: string): Refusal => ({
  code: 'duplicate',
  field: 'version',
  message: text(`版次「${version}」已匯入過。`, `Version "${version}" was imported already.`),
  fix: { text: text('請填新的版次', 'Give the new version') },
});
