import type { Field } from '../pack/types.ts';
import { text } from '../text.ts';
import type { Row, Value, Values } from './types.ts';
import { about, isEmptied, isObject, isProblem, type Read, type Reading, readOne, unreadable } from './values.ts';

const MOST_ROWS = 5_000;

/**
 * Reads a table as given. A drawn table keeps its rows, and what is given answers some of them, found by `id` or by what they came from
 * (`source`, `item`). Rows typed in replace the table; a row with a known id keeps what was computed for it.
 */
export function readTable(
  field: Field,
  columns: Record<string, Field>,
  value: Value,
  reading: Reading,
  read: Read,
): void {
  if (!Array.isArray(value) || value.length > MOST_ROWS || !value.every(isObject)) {
    const message = text(
      `「${field.label.zh}」應為多列，至多 ${MOST_ROWS} 列`,
      `${field.label.en}: rows are wanted, at most ${MOST_ROWS}`,
    );
    read.refusals.push(unreadable(field.name, message));
    return;
  }
  const before = (reading.before[field.name] ?? []) as Row[];
  const rows = value.map((row, i) => readRow(field, columns, row as Values, i + 1, reading, read));
  read.values[field.name] = (
    field.from ? answersInto(field, before, rows, read) : withIds(rows, before, columns)
  ) as Value;
}

type RowGiven = { id?: string; source?: string; cells: Values; cleared: string[] };

function readRow(
  field: Field,
  columns: Record<string, Field>,
  given: Values,
  line: number,
  reading: Reading,
  read: Read,
): RowGiven {
  const { id, source, item, ...cells } = given;
  const row: RowGiven = { cells: {}, cleared: [] };
  if (isName(id)) row.id = id;
  if (isName(source ?? item)) row.source = (source ?? item) as string;
  for (const [name, cell] of Object.entries(cells)) {
    const column = Object.hasOwn(columns, name) ? columns[name] : undefined;
    if (!column) {
      const message = text(`「${field.label.zh}」沒有「${name}」這一欄`, `${field.label.en} has no column "${name}"`);
      read.refusals.push(unreadable(field.name, message, line));
    } else if (!column.is) readCell(field, column, cell, line, row, reading, read);
  }
  return row;
}

const isName = (value: Value | undefined): value is string =>
  typeof value === 'string' && value !== '' && value.length <= 300 && value.isWellFormed();

function readCell(
  field: Field,
  column: Field,
  cell: Value,
  line: number,
  row: RowGiven,
  reading: Reading,
  read: Read,
): void {
  if (isEmptied(cell)) {
    row.cleared.push(column.name);
    return;
  }
  const one = readOne(column.type, cell, reading);
  if (isProblem(one)) read.refusals.push(unreadable(field.name, about(column, one.problem), line));
  else row.cells[column.name] = one.value;
}

function answersInto(field: Field, before: Row[], given: RowGiven[], read: Read): Row[] {
  const rows = before.map((row) => ({ ...row }));
  for (const answer of given) {
    const row = rows.find((one) => isAbout(answer, one));
    if (row) {
      for (const name of answer.cleared) delete row[name];
      Object.assign(row, answer.cells);
    } else {
      const message = text(
        `「${field.label.zh}」的列由系統帶入，不能增加`,
        `Rows of ${field.label.en} are drawn, none can be added`,
      );
      read.refusals.push(unreadable(field.name, message));
    }
  }
  return rows;
}

const isAbout = (answer: RowGiven, row: Row): boolean =>
  answer.id !== undefined ? answer.id === row.id : answer.source !== undefined && answer.source === row.source;

function withIds(given: RowGiven[], before: Row[], columns: Record<string, Field>): Row[] {
  const computed = Object.values(columns).filter((column) => column.is);
  const used = new Set([...before.map((row) => row.id), ...given.flatMap((row) => row.id ?? [])]);
  const taken = new Set<string>();
  return given.map(({ id, source, cells }) => {
    const own = id !== undefined && !taken.has(id) ? id : freeId(used);
    taken.add(own);
    used.add(own);
    const old = before.find((row) => row.id === own);
    const kept = old
      ? Object.fromEntries(computed.flatMap(({ name }) => (old[name] === undefined ? [] : [[name, old[name]!]])))
      : {};
    return { id: own, ...((source ?? old?.source) ? { source: source ?? old!.source } : {}), ...kept, ...cells } as Row;
  });
}

function freeId(used: Set<string>): string {
  let n = 1;
  while (used.has(`r${n}`)) n += 1;
  return `r${n}`;
}
