import { isRefused, type Refused } from '../../kernel/refusal.ts';
import { type Attributes, type Listener, readParts } from '../parts.ts';
import { cellsInto, trimmed } from './grid.ts';
import { type Again, SAVE_TABLE } from './remedy.ts';
import { plainNumber } from './serial.ts';
import { MOST_COLUMNS, READ_ROWS, type Sheet } from './types.ts';

/** Reads every sheet of an OpenDocument spreadsheet (ODF 1.3, part 3, section 9), streaming. */
export async function readOds(bytes: Again): Promise<Sheet[] | Refused> {
  const sheets: Sheet[] = [];
  const done = await readParts(bytes(), { 'content.xml': contentListener(sheets) }, SAVE_TABLE);
  return isRefused(done) ? done : sheets.map(trimmed);
}

type Cell = { at: Attributes; words: string[]; covered: boolean };

function contentListener(sheets: Sheet[]): Listener {
  const hiddenStyles = new Set<string>();
  let style = '';
  let sheet: Sheet | undefined;
  let line = 0;
  let row: { cells: string[]; at: Attributes } | undefined;
  let cell: Cell | undefined;
  let noted = 0;
  return {
    open(name, at) {
      if (name === 'style:style') style = at['style:name'] ?? '';
      if (name === 'style:table-properties' && at['table:display'] === 'false') hiddenStyles.add(style);
      if (name === 'table:table') {
        sheet = {
          name: at['table:name'] ?? '',
          hidden: hiddenStyles.has(at['table:style-name'] ?? ''),
          rows: [],
          joined: [],
          errors: 0,
        };
        sheets.push(sheet);
        line = 0;
      }
      if (name === 'table:table-row') row = { cells: [], at };
      if (name === 'table:table-cell' || name === 'table:covered-table-cell')
        cell = { at, words: [], covered: name !== 'table:table-cell' };
      if (name === 'office:annotation') noted += 1;
      if (!cell || noted > 0) return;
      if (name === 'text:p') cell.words.push('');
      if (name === 'text:s') add(cell, ' '.repeat(Math.min(Number(at['text:c'] ?? 1), 100)));
      if (name === 'text:tab') add(cell, '\t');
      if (name === 'text:line-break') add(cell, '\n');
    },
    text(words) {
      if (cell && noted === 0) add(cell, words);
    },
    close(name) {
      if (name === 'office:annotation') noted -= 1;
      if (name === 'table:table') sheet = undefined;
      if (cell && sheet && row && (name === 'table:table-cell' || name === 'table:covered-table-cell')) {
        putCell(sheet, row.cells, line, cell);
        cell = undefined;
      }
      if (name === 'table:table-row' && sheet && row) {
        line = putRow(sheet, row, line);
        row = undefined;
      }
    },
  };
}

function add(cell: Cell, words: string): void {
  if (cell.words.length > 0) cell.words[cell.words.length - 1] += words;
}

function putCell(sheet: Sheet, cells: string[], line: number, cell: Cell): void {
  const value = cell.covered ? '' : shownValue(cell);
  if (/^(#[A-Z/0!?]+|Err:\d+)$/.test(value)) sheet.errors += 1;
  const span = (name: string) => Number(cell.at[name] ?? 1);
  const [wide, high] = [span('table:number-columns-spanned'), span('table:number-rows-spanned')];
  if (wide > 1 || high > 1)
    sheet.joined.push({ top: line, left: cells.length, bottom: line + high - 1, right: cells.length + wide - 1 });
  const times = Math.min(Number(cell.at['table:number-columns-repeated'] ?? 1), MOST_COLUMNS - cells.length);
  for (let n = 0; n < times; n++) cellsInto(cells, cells.length, value);
}

/** A row that stands several times; long empty stretches only move the line. */
function putRow(sheet: Sheet, { cells, at }: { cells: string[]; at: Attributes }, line: number): number {
  const times = Number(at['table:number-rows-repeated'] ?? 1);
  const hidden = ['collapse', 'filter'].includes(at['table:visibility'] ?? '');
  if (cells.some((each) => each !== ''))
    for (let n = 0; n < times && sheet.rows.length < READ_ROWS; n++)
      sheet.rows.push({ line: line + n + 1, cells: [...cells], hidden });
  return line + times;
}

function shownValue({ at, words }: Cell): string {
  const shown = words.join('\n');
  switch (at['office:value-type']) {
    case 'date':
      return (at['office:date-value'] ?? shown)
        .replace('T', ' ')
        .replace(/ 00:00(:00)?(\.0+)?$/, '')
        .replace(/( \d\d:\d\d):\d\d.*$/, '$1');
    case 'time':
      return (at['office:time-value'] ?? '').replace(/^PT(\d+)H(\d+)M.*$/, '$1:$2') || shown;
    case 'float':
    case 'percentage':
    case 'currency':
      return plainNumber(at['office:value'] ?? shown);
    case 'boolean':
      return at['office:boolean-value'] === 'true' ? '是' : '否';
    default:
      return shown || (at['office:string-value'] ?? '');
  }
}
