import { sql } from 'kysely';
import { type Change, changesBetween } from '../../kernel/clauses/changes.ts';
import { STRONG, suggestions } from '../../kernel/clauses/suggest.ts';
import type { Clause, Definition } from '../../kernel/pack/types.ts';
import type { Refused } from '../../kernel/refusal.ts';
import type { MappingView, TextCard, TextChange, TextClause, TextView } from '../text-views.ts';
import type { ClauseView } from '../views.ts';
import { standing, standingText } from './citations.ts';
import { type Counts, countsPerClause, dayOf, definitionThen, lightOf, tally, together } from './lights.ts';
import { actsAs, type Look, noSuch } from './look.ts';
import { personNamed } from './names.ts';
import { confinedTo, seesClause } from './outside.ts';
import { clauseView } from './procedure.ts';

type TextRow = {
  id: string;
  edition: number;
  title: string;
  number: string | null;
  version: string;
  classification: string;
  issued: string;
  file: TextCard['file'] | null;
  at: Date;
  by: string | null;
};
type ClauseRow = {
  text: string;
  key: string;
  level: number;
  number: string;
  cite: string;
  path: number[];
  heading: boolean;
  body: string;
};
type LinkRow = { text: string; clause: string; ours: string; why: string | null; carried: boolean };

/** The organisation's own procedures as they stood at the date looked at, each with its lights. */
export async function texts(look: Look): Promise<TextCard[]> {
  const shared = await sharedOf(look);
  const rows = await textRows(look);
  const cards = await Promise.all(rows.map(async (row) => cardOf(look, row, await clausesOf(look, row, shared))));
  return confinedTo(look) ? cards.filter(({ asking }) => asking > 0) : cards;
}

/** One of them, whole: every clause with what it is mapped to and its light. */
export async function textView(look: Look, id: string): Promise<TextView | Refused> {
  const [row] = await textRows(look, id);
  if (!row) return noSuch('這份程序書', 'procedure');
  const shared = await sharedOf(look);
  const clauses = await clausesOf(look, row, shared);
  if (confinedTo(look) && clauses.length === 0) return noSuch('這份程序書', 'procedure');
  return {
    ...cardOf(look, row, clauses),
    asOf: dayOf(look),
    clauses,
    ours: oursIn(
      look,
      shared,
      clauses.flatMap(({ ours }) => ours),
    ),
    editions: await editionsOf(look, id),
    mayKeep: !look.asOf && mayKeep(look),
  };
}

export const mayKeep = (look: Look): boolean => actsAs(look, ['isms_coordinator', 'security_officer', 'ciso']);

export type Shared = { definition: Definition; counts: Map<string, Counts> };
export const sharedOf = async (look: Look): Promise<Shared> => ({
  definition: await definitionThen(look),
  counts: await countsPerClause(look),
});

/** Views of the clauses of ours that are named, each once; what no adopted pack has any more is left out. */
export function oursIn(_look: Look, { definition, counts }: Shared, ids: string[]): Record<string, ClauseView> {
  const known = [...new Set(ids)].flatMap((id) => (definition.clauses[id] ? [definition.clauses[id]] : []));
  return Object.fromEntries(known.map((clause) => [clause.id, clauseView(definition, clause, counts.get(clause.id))]));
}

/** The light of something that rests on clauses of ours; grey until the last of them begins. */
export function lightOver(
  { definition, counts }: Shared,
  ours: string[],
): { light: ClauseView['light']; starts?: string } {
  const known = ours.flatMap((id) => (definition.clauses[id] ? [definition.clauses[id]] : []));
  const light = together(known.map((clause) => lightOf(clause, counts.get(clause.id))));
  const starts = known.map((clause) => counts.get(clause.id)?.starts).filter((on) => on !== undefined);
  return { light, ...(light === 'off' && starts.length > 0 ? { starts: starts.sort()[0]! } : {}) };
}

async function textRows(look: Look, id?: string): Promise<TextRow[]> {
  const found =
    await sql<TextRow>`select id, edition, title, number, version, classification, issued_on::text as issued, file, at, by
    from procedure_text t where t.organisation = ${look.organisation} ${id === undefined ? sql`` : sql`and t.id = ${id}`} and ${standingText(look)}
    order by t.title, t.id`.execute(look.tx);
  return found.rows;
}

function cardOf(look: Look, row: TextRow, clauses: TextClause[]): TextCard {
  const asking = clauses.filter(({ heading, number }) => !heading && number !== '');
  return {
    text: row.id,
    edition: row.edition,
    title: row.title,
    ...(row.number ? { number: row.number } : {}),
    version: row.version,
    classification: row.classification,
    issued: row.issued,
    ...(row.file ? { file: row.file } : {}),
    at: row.at.toISOString(),
    ...(row.by ? { by: personNamed(look, row.by) } : {}),
    asking: asking.length,
    settled: asking.filter(({ ours, why }) => ours.length > 0 || why !== undefined).length,
    counts: tally(asking.map(({ light }) => light)),
  };
}

async function clausesOf(look: Look, { id, edition }: TextRow, shared: Shared): Promise<TextClause[]> {
  const found = await sql<ClauseRow>`select text, key, level, number, cite, path, heading, body from text_clause
    where organisation = ${look.organisation} and text = ${id} and edition = ${edition} order by seq`.execute(look.tx);
  const links = await sql<LinkRow>`select l.text, l.clause, l.ours, l.why, l.carried from text_link l
    where l.organisation = ${look.organisation} and l.text = ${id} and l.edition = ${edition} and ${standing(look, 'l')} order by l.ours`.execute(
    look.tx,
  );
  const byClause = Map.groupBy(links.rows, (row) => row.clause);
  const all = found.rows.map(({ key, level, number, cite, heading, body }) => {
    const own = byClause.get(key) ?? [];
    const ours = own.map((row) => row.ours).filter((one) => one !== '' && seesClause(look, one));
    const why = own.find((row) => row.why)?.why;
    return {
      key,
      level,
      number,
      cite,
      heading,
      text: body,
      ours,
      ...(why ? { why } : {}),
      carried: own.some(({ carried }) => carried),
      ...lightOver(shared, ours),
    };
  });
  return confinedTo(look) ? all.filter(({ ours }) => ours.length > 0) : all;
}

async function editionsOf(look: Look, id: string): Promise<TextView['editions']> {
  const found = await sql<{
    edition: number;
    version: string;
    issued: string;
    at: Date;
  }>`select edition, version, issued_on::text as issued, at
    from procedure_text where organisation = ${look.organisation} and id = ${id} ${look.asOf ? sql`and pos < ${look.asOf.pos}` : sql``}
    order by edition desc`.execute(look.tx);
  return found.rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}

// ── 條文對照 ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** Everything the mapping page needs: theirs, ours, what is suggested for each of theirs, gaps on both sides. */
export async function mapping(look: Look, id: string): Promise<MappingView | Refused> {
  const view = await textView(look, id);
  if ('refused' in view) return view;
  const definition = await definitionThen(look);
  const rows =
    await sql<ClauseRow>`select key, path from text_clause where organisation = ${look.organisation} and text = ${id}
    and edition = ${view.edition}`.execute(look.tx);
  const paths = new Map(rows.rows.map(({ key, path }) => [key, path]));
  const theirs = view.clauses
    .filter(({ heading, number }) => !heading && number !== '')
    .map(({ key, text }) => ({ id: key, text, path: paths.get(key) ?? [] }));
  const found = suggestions(theirs, comparable(definition));
  return {
    text: view,
    ours: await oursForMapping(look, definition),
    suggestions: Object.fromEntries(found),
    strong: STRONG,
  };
}

const byOrder = (definition: Definition): Clause[] => {
  const place = new Map(definition.packs.map(({ name }, at) => [name, at]));
  return Object.values(definition.clauses).sort(
    (a, b) => (place.get(a.pack) ?? 0) - (place.get(b.pack) ?? 0) || a.order - b.order,
  );
};

/** Clauses of ours as they are compared: their numbers are in their names, `xiluo.5.2.2.3.3`. */
export const comparable = (definition: Definition) =>
  byOrder(definition).map(({ id, zh }) => ({
    id,
    text: zh,
    path: id
      .split('.')
      .slice(1)
      .filter((part) => /^\d+$/.test(part))
      .map(Number),
  }));

async function oursForMapping(look: Look, definition: Definition): Promise<MappingView['ours']> {
  const cited = await sql<{ ours: string; n: string }>`select l.ours, count(*) as n from text_link l
    join procedure_text t on t.organisation = l.organisation and t.id = l.text and t.edition = l.edition
    where l.organisation = ${look.organisation} and ${standing(look, 'l')} and ${standingText(look)} group by l.ours`.execute(
    look.tx,
  );
  const counts = new Map(cited.rows.map(({ ours, n }) => [ours, Number(n)]));
  const titles = new Map(definition.packs.map(({ name, title }) => [name, title]));
  return byOrder(definition).map(({ id, ref, pack, zh, en }) => ({
    id,
    ...(ref ? { ref } : {}),
    pack,
    text: { zh, en },
    packTitle: titles.get(pack) ?? { zh: pack, en: pack },
    citedBy: counts.get(id) ?? 0,
  }));
}

// ── versions ───────────────────────────────────────────────────────────────────────────────────────────────────────

type Versioned = { key: string; cite: string; text: string };

/** What the edition in force changed against the one before; empty for the first. */
export async function textChanges(look: Look, id: string): Promise<TextChange[] | Refused> {
  const [row] = await textRows(look, id);
  if (!row) return noSuch('這份程序書', 'procedure');
  if (row.edition === 1) return [];
  const [before, after] = await Promise.all([versioned(look, id, row.edition - 1), versioned(look, id, row.edition)]);
  return describedChanges(before, after, changesBetween(before, after));
}

/** What a document about to be imported would change against the edition in force. */
export async function changesAgainst(look: Look, id: string, after: Versioned[]): Promise<TextChange[]> {
  const [row] = await textRows(look, id);
  if (!row) return [];
  const before = await versioned(look, id, row.edition);
  return describedChanges(before, after, changesBetween(before, after));
}

async function versioned(look: Look, id: string, edition: number): Promise<Versioned[]> {
  const found = await sql<Versioned>`select key, cite, body as text from text_clause
    where organisation = ${look.organisation} and text = ${id} and edition = ${edition} order by seq`.execute(look.tx);
  return found.rows;
}

function describedChanges(before: Versioned[], after: Versioned[], changes: Change[]): TextChange[] {
  const old = new Map(before.map((clause) => [clause.key, clause]));
  const now = new Map(after.map((clause) => [clause.key, clause]));
  return changes.map(({ kind, key, before: was }) => {
    const present = key ? now.get(key) : undefined;
    const past = was ? old.get(was) : undefined;
    return {
      kind,
      cite: present?.cite ?? past?.cite ?? '',
      text: present?.text ?? past?.text ?? '',
      ...(past && present && past.cite !== present.cite ? { before: past.cite } : {}),
      ...(kind === 'changed' && past ? { was: past.text } : {}),
      ...(key ? { key } : {}),
    };
  });
}
