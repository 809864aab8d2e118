import { sql } from 'kysely';
import type { Value } from '../../kernel/engine/types.ts';
import { gateName } from '../../kernel/pack/prose/gate-name.ts';
import { type Text, text } from '../../kernel/text.ts';
import type { Named, RecordRef } from '../views.ts';
import { type Look, label } from './look.ts';
import { confinedTo } from './outside.ts';
import { readable, readsAll } from './reading.ts';

export const personNamed = (look: Look, id: string): Named => ({
  id,
  name: look.context.directory.persons[id]?.name ?? id,
});
export const unitNamed = (look: Look, id: string): Named => ({
  id,
  name: look.context.directory.units[id]?.name ?? id,
});

type Row = { id: string; type: string; number: string; title: string; state: string; definition?: string };

/** How a record is referred to everywhere: number, title, state in words. */
export function refOf(look: Look, row: Row): RecordRef {
  const titleEn = titleInEnglish(look, row);
  return {
    id: row.id,
    type: row.type,
    number: row.number,
    title: row.title,
    ...(titleEn === undefined ? {} : { titleEn }),
    state: row.state,
    stateLabel: stateLabel(look, row),
  };
}

/**
 * A title nobody types, made of what something is called and a row of a list (`繳費系統：備份計畫`), with the row's own English. What people
 * write has one language.
 */
function titleInEnglish(look: Look, { type: name, title, definition }: Row): string | undefined {
  const under = (definition && look.context.definitions.get(definition)) || look.context.definition;
  const type = under.records[name];
  const own = type?.fields.title;
  if (!type || !own || type.sections[own.section]?.filled !== 'none') return undefined;
  for (const { type: of } of Object.values(type.fields)) {
    const rows = of.is === 'choice' ? Object.values(under.lists[of.of]?.rows ?? {}) : [];
    const row = rows.find(({ label: words }) => words && title.endsWith(words.zh));
    if (row?.label) return `${title.slice(0, -row.label.zh.length).replace(/：$/, ': ')}${row.label.en}`;
  }
  return undefined;
}

export function stateLabel(look: Look, row: { type: string; state: string; definition?: string }): Text {
  const under = (row.definition && look.context.definitions.get(row.definition)) || look.context.definition;
  return under.records[row.type]?.flow[row.state]?.label ?? { zh: row.state, en: row.state };
}

/** References of many records by id; absent ones and those the viewer may not read are left out. */
export const refsOf = async (look: Look, ids: string[]): Promise<Map<string, RecordRef>> =>
  (await refsAmong(look, ids)).refs;

/**
 * The same, and how many of them are there but not for this viewer: that they exist is told, nothing else. Auditors from elsewhere
 * are not told of what lies outside their scope.
 */
export async function refsAmong(
  look: Look,
  ids: string[],
): Promise<{ refs: Map<string, RecordRef>; hidden: Set<string> }> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return { refs: new Map(), hidden: new Set() };
  const found = await sql<Row>`select c.id, c.type, c.number, c.title, c.state, c.definition from record c
    where c.organisation = ${look.organisation} and c.id = any(${wanted})`.execute(look.tx);
  const allowed = await allowedOf(look, found.rows);
  const seen = found.rows.filter(({ id }) => allowed.has(id));
  const hidden = confinedTo(look) ? [] : found.rows.filter(({ id }) => !allowed.has(id));
  return { refs: new Map(seen.map((row) => [row.id, refOf(look, row)])), hidden: new Set(hidden.map(({ id }) => id)) };
}

/** Most are of kinds the viewer reads all of; only about the others there is something to ask. */
async function allowedOf(look: Look, rows: Row[]): Promise<Set<string>> {
  const { records } = look.context.definition;
  const isWhole = ({ type }: Row) => records[type] !== undefined && readsAll(look, records[type]);
  const asked = rows.filter((row) => !isWhole(row)).map(({ id }) => id);
  const found =
    asked.length === 0
      ? []
      : (
          await sql<{ id: string }>`select c.id from record c where c.organisation = ${look.organisation}
            and c.id = any(${asked}) and ${readable(look)}`.execute(look.tx)
        ).rows;
  return new Set([...rows.filter(isWhole), ...found].map(({ id }) => id));
}

/**
 * Display names for every id that occurs in values: persons, units, records (`number title`), table rows; empty for a record that is
 * there but not for this viewer. Texts that merely look like ids cost nothing but a look-up.
 */
export async function namesIn(look: Look, values: Value | undefined): Promise<Record<string, string>> {
  const ids = new Set<string>();
  collect(values, ids);
  const names: Record<string, string> = {};
  const records: string[] = [];
  const { persons, units } = look.context.directory;
  for (const id of ids) {
    const known = persons[id]?.name ?? units[id]?.name;
    if (known) names[id] = known;
    else records.push(id);
  }
  const { refs, hidden } = await refsAmong(
    look,
    records.map((id) => id.split('#')[0]!),
  );
  for (const id of records) {
    const [record = ''] = id.split('#');
    const ref = refs.get(record);
    if (ref) names[id] = nameOf(ref);
    else if (hidden.has(record)) names[id] = '';
    else if (id.includes('.')) Object.assign(names, declaredNamed(look, id));
    else if (look.context.definition.roles[id]) names[id] = look.context.definition.roles[id].label.zh;
  }
  return names;
}

/** Stands for a record that is there but not for this viewer. */
export const WITHHELD: Text = text('（不供您檢視）', '(not for you)');

export const nameOf = (ref: { number: string; title: string }) =>
  ref.title && ref.title !== ref.number ? `${ref.number} ${ref.title}` : ref.number;

/** A gate `go_live.scan_recent` or an act `go_live.accept` as people read it. */
function declaredNamed(look: Look, id: string): Record<string, string> {
  const { definition } = look.context;
  const [type, name] = id.split('.');
  const gate = definition.records[type!]?.gates[name!];
  if (gate) return { [id]: `${label(definition, type!).zh} · ${gateName(definition, gate).zh}` };
  const action = definition.records[type!]?.actions[name!];
  return action ? { [id]: `${label(definition, type!).zh}「${action.label.zh}」` } : {};
}

function collect(value: Value | undefined, ids: Set<string>): void {
  if (typeof value === 'string') {
    if (value.length <= 100 && !/\s/.test(value)) ids.add(value);
  } else if (Array.isArray(value)) {
    for (const item of value) collect(item, ids);
  } else if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) collect(item, ids);
  }
}
