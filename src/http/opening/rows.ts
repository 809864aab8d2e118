import { sql } from 'kysely';
import { decide } from '../../kernel/engine/decide.ts';
import type { Actor, Command, Decision, Need, RecordState, Values } from '../../kernel/engine/types.ts';
import { isDuring } from '../../kernel/engine/who.ts';
import type { RecordType } from '../../kernel/pack/types.ts';
import { isRefused, type Refusal, type Refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import { OPENING_LIST } from '../../modules/opening/list.ts';
import { answer, kindsOf, needsMore } from '../../runtime/gather.ts';
import { actorOf, inputFor, type Look, settleLook } from '../../runtime/query/look.ts';
import { readable } from '../../runtime/query/reading.ts';
import { type CellReading, partsOf, readCell, type Unknown } from '../cells.ts';

/** A row as it came or was corrected on screen; those created for a reference carry their own type and stand first. */
export type GivenRow = {
  id: string;
  line: number;
  type: string;
  cells: Record<string, string>;
  /** What a person decided: leave it out, or enter it although one like it is there already. */
  decided?: 'out' | 'anyway' | undefined;
};
export type Resolved = { field: string; written: string; id: string };
export type JudgedRow = {
  id: string;
  line: number;
  type: string;
  outcome: 'new' | 'refused' | 'left';
  title: string;
  values: Values;
  refused: Refusal[];
  /** Texts that name nothing, or several: settled by choosing, creating or leaving out. */
  unknown: Unknown[];
  /** One like it that is in the register, or further up in the list. */
  twin?: { id?: string; line?: number; name: string };
};
/** Who must confirm the list because whoever prepares it may not enter it alone; nobody where the office has nobody who may. */
export type Second = { type: string; persons: string[] };

/**
 * Judges rows one after another, each as if those before it were entered: cells read, references resolved, the register's own gates
 * asked, twins told. Nothing is written. What the rows need to know is asked for all of them together.
 */
export async function judgeRows(
  look: Look,
  rows: GivenRow[],
  mapping: Record<string, string>,
  resolved: Resolved[],
): Promise<{ rows: JudgedRow[]; second: Second[] }> {
  const reading = await readingOf(look, rows, mapping, resolved);
  const read = rows.map((row) => readRow(look, row, mapping, reading));
  const twins = await twinsOf(look, read);
  const tried = read.filter(({ outcome }) => outcome !== 'left');
  await askTogether(look, tried);
  const seconds = secondsOver(look);
  const judged: JudgedRow[] = [];
  for (const row of read) judged.push(await judged1(look, row, twins, rows, seconds));
  return { rows: judged, second: seconds.needed() };
}

async function judged1(
  look: Look,
  row: JudgedRow,
  twins: Twins,
  rows: GivenRow[],
  seconds: Seconds,
): Promise<JudgedRow> {
  if (row.outcome === 'left') return row;
  if (row.outcome === 'refused') {
    const missing = (await tryRow(look, row, seconds, false)).filter((one) => isEmptyField(row, one));
    return { ...row, refused: [...row.refused, ...missing.map((one) => ({ ...one, line: row.line }))] };
  }
  const type = look.context.definition.records[row.type]!;
  const twin = twins.of(row);
  const anyway = rows.find(({ id }) => id === row.id)?.decided === 'anyway';
  const same = twin && !anyway ? [twinRefusal(type, twin)] : [];
  const refusals = [...same, ...(await tryRow(look, row, seconds, same.length === 0))].map((one) => ({
    ...one,
    line: row.line,
  }));
  if (refusals.length === 0) twins.note(row);
  return {
    ...row,
    outcome: refusals.length > 0 ? 'refused' : 'new',
    refused: refusals,
    ...(twin ? { twin } : {}),
  };
}

function readRow(look: Look, row: GivenRow, mapping: Record<string, string>, reading: CellReading): JudgedRow {
  const type = look.context.definition.records[row.type];
  const values: Values = {};
  const refusals: Refusal[] = [];
  const unknown: Unknown[] = [];
  for (const [name, written] of fieldsOf(row, mapping)) {
    const field = type?.fields[name];
    if (!field || written.trim() === '') continue;
    const cell = readCell(reading, field, written);
    if ('value' in cell) values[name] = cell.value;
    else {
      refusals.push({ ...cell.fault, line: row.line });
      if (cell.unknown) unknown.push(cell.unknown);
    }
  }
  const written = fieldsOf(row, mapping).map(([, cell]) => cell);
  const title = String(values.name ?? values.title ?? written.find((cell) => cell.trim() !== '') ?? '');
  const outcome = row.decided === 'out' ? 'left' : refusals.length > 0 ? 'refused' : 'new';
  return {
    id: row.id,
    line: row.line,
    type: row.type,
    outcome,
    title,
    values,
    refused: outcome === 'left' ? [] : refusals,
    unknown: outcome === 'left' ? [] : unknown,
  };
}

/** Cells by field; rows created on screen have their fields as headings. */
const fieldsOf = ({ cells, line }: GivenRow, mapping: Record<string, string>): [string, string][] =>
  line < 0
    ? Object.entries(cells)
    : Object.entries(mapping).map(([heading, field]) => [field, cells[heading] ?? ''] as [string, string]);

const commandOf = ({ id, type, values }: JudgedRow): Command => ({
  do: 'open',
  id: `trial:${id}`,
  record: id,
  type,
  values,
});

/** Of a row with an unreadable cell only what is empty is told beside it: whatever rests on that cell is not known yet. */
function isEmptyField({ values, refused }: JudgedRow, told: Refusal): boolean {
  const field = told.field ?? told.fix?.go?.replace('field.', '');
  const empty = field !== undefined && values[field] === undefined && !refused.some((one) => one.field === field);
  return empty && (told.code === 'required' || told.gate !== undefined);
}

/** What opening such a record would be told now, those before it being there; a good one is there for those behind it. */
async function tryRow(look: Look, row: JudgedRow, seconds: Seconds, keeps: boolean): Promise<Refusal[]> {
  const outcome = await seconds.decide(row);
  if (isRefused(outcome)) return outcome.refused;
  if (!keeps) return [];
  for (const [id, state] of outcome.states) look.known.records.set(id, state);
  const { taken } = look.known;
  for (const key of uniqueAsked.get(look)?.get(row.id) ?? []) if (taken.get(key) === undefined) taken.set(key, row.id);
  return [];
}

type Seconds = { decide(row: JudgedRow): Promise<Decision | Refused>; needed(): Second[] };
const NOT_ALONE = ['by', 'never'];

/**
 * Decides a row as whoever prepares the list, and where that is not theirs to do alone, as somebody who confirms it: the first
 * person with whom it goes answers for every row of its type.
 */
function secondsOver(look: Look): Seconds {
  const viewer = look.viewer.person;
  const found = new Map<string, string[]>();
  const run = (row: JudgedRow, person?: string) => {
    const actor: Actor = person === undefined ? actorOf(look.viewer) : { kind: 'person', person, factor: 'password' };
    const input = inputFor(look, actor);
    const together = person === undefined || viewer === undefined ? {} : { prepared: viewer };
    const asked = () => decide(input, { ...commandOf(row), ...together }) as never;
    return settleLook(look, asked) as Promise<Decision | Refused>;
  };
  const notAlone = (outcome: Decision | Refused): boolean =>
    isRefused(outcome) && outcome.refused.every(({ code }) => NOT_ALONE.includes(code));
  const whoCould = async (row: JudgedRow): Promise<string[]> => {
    const able: string[] = [];
    for (const person of confirmersOf(look)) if (!notAlone(await run(row, person))) able.push(person);
    return able;
  };
  return {
    async decide(row) {
      const alone = await run(row);
      if (!notAlone(alone)) return alone;
      const known = found.get(row.type) ?? (await whoCould(row));
      found.set(row.type, known);
      return known[0] === undefined ? alone : run(row, known[0]);
    },
    needed: () => [...found].map(([type, persons]) => ({ type, persons })),
  };
}

/** Everybody else with a role that may confirm an opening list. */
function confirmersOf(look: Look): Set<string> {
  const { definition, directory } = look.context;
  const allowed = (definition.records[OPENING_LIST]?.actions.confirm?.by ?? []).flatMap((group) => group.any);
  const roles = new Set(allowed.flatMap(({ who }) => (who.kind === 'role' ? [who.role] : [])));
  const grants = directory.grants.filter(
    (grant) => grant.person !== look.viewer.person && roles.has(grant.role) && isDuring(grant, look.now),
  );
  return new Set(grants.map(({ person }) => person));
}

/** Which unique keys each row asked for, so that a row behind with the same key is told. */
const uniqueAsked = new WeakMap<Look, Map<string, Set<string>>>();

/** Rows by the hundred ask the same kinds of things: one question for all. */
async function askTogether(look: Look, rows: JudgedRow[]): Promise<void> {
  const input = inputFor(look, actorOf(look.viewer));
  const unique = new Map<string, Set<string>>();
  uniqueAsked.set(look, unique);
  for (let waiting = rows, pass = 0; waiting.length > 0 && pass < 5; pass++) {
    const needs = new Map<string, Need>();
    const still: JudgedRow[] = [];
    for (const row of waiting) {
      const outcome = decide(input, commandOf(row));
      if (!needsMore(outcome)) continue;
      still.push(row);
      for (const need of outcome.needs) {
        needs.set(need.key, need);
        if (need.need === 'unique') unique.set(row.id, (unique.get(row.id) ?? new Set()).add(need.key));
      }
    }
    const absent = new Set(rows.map(({ id }) => id));
    for (const [key, need] of needs)
      if (need.need === 'record' && absent.has(need.id)) {
        look.known.records.set(need.id, undefined);
        needs.delete(key);
      }
    await answer(look.asking, look.known, [...needs.values()]);
    waiting = still;
  }
}

// ── references ─────────────────────────────────────────────────────────────────────────────────────────────────────

type Target = { id: string; name: string; hint: string };

/** Every text that names a record, looked up together: in the registers, and among the rows created on screen. */
async function readingOf(
  look: Look,
  rows: GivenRow[],
  mapping: Record<string, string>,
  resolved: Resolved[],
): Promise<CellReading> {
  const { definition, directory } = look.context;
  const wanted = new Map<string, Set<string>>();
  for (const row of rows)
    for (const [name, written] of fieldsOf(row, mapping)) {
      const type = definition.records[row.type]?.fields[name]?.type;
      if (type?.is !== 'ref' && type?.is !== 'refs') continue;
      const texts = wanted.get(type.to) ?? new Set();
      for (const part of partsOf(type, written)) if (part !== '') texts.add(part);
      wanted.set(type.to, texts);
    }
  const found = new Map<string, Target[]>();
  for (const [to, texts] of wanted) await lookUp(look, to, [...texts], found);
  const chosen = new Map(resolved.map(({ field, written, id }) => [`${field}|${written}`, id]));
  return {
    definition,
    directory,
    records: (to, written) => found.get(`${to}|${written}`) ?? [],
    chosen: (field, written) => chosen.get(`${field}|${written}`),
  };
}

async function lookUp(look: Look, to: string, texts: string[], found: Map<string, Target[]>): Promise<void> {
  if (texts.length === 0) return;
  const types = to === 'any' ? Object.keys(look.context.definition.records) : kindsOf(look.context.definition, to);
  const rows = await sql<{ id: string; number: string; title: string }>`select c.id, c.number, c.title from record c
    where c.organisation = ${look.organisation} and c.type = any(${types})
    and (c.number = any(${texts}) or c.title = any(${texts}) or c.id = any(${texts})) and ${readable(look)} limit 10000`.execute(
    look.tx,
  );
  for (const { id, number, title } of rows.rows)
    for (const name of new Set([id, number, title])) {
      const key = `${to}|${name}`;
      found.set(key, [...(found.get(key) ?? []), { id, name: title, hint: number }]);
    }
}

// ── twins ──────────────────────────────────────────────────────────────────────────────────────────────────────────

type Twin = NonNullable<JudgedRow['twin']>;
type Twins = { of(row: JudgedRow): Twin | undefined; note(row: JudgedRow): void };

/** A row with the name, address or MAC of a record in the register, or of a row above, is probably the same thing twice. */
async function twinsOf(look: Look, rows: JudgedRow[]): Promise<Twins> {
  const known = new Map<string, Twin>();
  for (const [type, ofType] of Map.groupBy(rows, (row) => row.type)) await knownTwins(look, type, ofType, known);
  return {
    of: (row) =>
      marksOf(look, row)
        .map((mark) => known.get(mark))
        .find((twin) => twin !== undefined),
    note: (row) => {
      for (const mark of marksOf(look, row)) known.set(mark, { line: row.line, name: row.title });
    },
  };
}

/** What tells one record of a register from another. */
function marksOf(look: Look, { type, values }: Pick<JudgedRow, 'type' | 'values'>): string[] {
  return identifying(look.context.definition.records[type]).flatMap((name) => {
    const value = values[name];
    return typeof value === 'string' ? [`${type}|${name}|${value.toLowerCase()}`] : [];
  });
}

const identifying = (type: RecordType | undefined): string[] =>
  Object.values(type?.fields ?? {})
    .filter(({ name, type: { is } }) => name === 'name' || name === 'title' || is === 'address' || is === 'mac')
    .map(({ name }) => name);

async function knownTwins(look: Look, type: string, rows: JudgedRow[], known: Map<string, Twin>): Promise<void> {
  const names = identifying(look.context.definition.records[type]);
  const texts = [
    ...new Set(
      rows.flatMap(({ values }) =>
        names.flatMap((name) => (typeof values[name] === 'string' ? [String(values[name])] : [])),
      ),
    ),
  ];
  if (texts.length === 0) return;
  const found = await sql<{ id: string; title: string; number: string; body: RecordState }>`
    select c.id, c.title, c.number, c.body from record c where c.organisation = ${look.organisation} and c.type = ${type} and c.open
    and c.id in (select f.record from record_field f where f.organisation = ${look.organisation} and f.type = ${type}
      and f.field = any(${names}) and f.t = any(${texts}) union
      select r.id from record r where r.organisation = ${look.organisation} and r.type = ${type} and r.title = any(${texts}))`.execute(
    look.tx,
  );
  for (const { id, title, number, body } of found.rows)
    for (const mark of marksOf(look, { type, values: body.values }))
      known.set(mark, { id, name: `${number} ${title}` });
}

const twinRefusal = (type: RecordType, { line, name }: Twin): Refusal => ({
  code: 'duplicate',
  message:
    line === undefined
      ? text(
          `${type.label.zh}已有同名或同位址的「${name}」。`,
          `The register has "${name}" with the same name or address.`,
        )
      : text(`與第 ${line} 列「${name}」同名或同位址。`, `The same name or address as line ${line}, "${name}".`),
  fix: { text: text('不登錄此列，或確認是另一筆', 'Leave it out, or say that it is another one') },
});
