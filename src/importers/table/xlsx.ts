import { isRefused, type Refused } from '../../kernel/refusal.ts';
import { type Listener, readParts } from '../parts.ts';
import { cellsInto, trimmed } from './grid.ts';
import { type Again, SAVE_TABLE } from './remedy.ts';
import { isBuiltInDate, plainNumber, serialDate, showsDate } from './serial.ts';
import { type Area, READ_ROWS, type Sheet } from './types.ts';

type Book = {
  sheets: { name: string; hidden: boolean; part: string }[];
  strings: string[];
  dated: boolean[];
  epoch: 1900 | 1904;
};

/** Reads every sheet of an Excel workbook (ECMA-376), streaming; twice, since the texts may stand behind the cells that use them. */
export async function readXlsx(bytes: Again): Promise<Sheet[] | Refused> {
  const book = await readBook(bytes);
  if (isRefused(book)) return book;
  const read = book.sheets.map((sheet) => ({ ...sheet, rows: [], joined: [], errors: 0 }) as Sheet & { part: string });
  const done = await readParts(
    bytes(),
    Object.fromEntries(read.map((sheet) => [sheet.part, sheetListener(sheet, book)])),
    SAVE_TABLE,
  );
  return isRefused(done) ? done : read.map(({ part: _, ...sheet }) => trimmed(sheet));
}

async function readBook(bytes: Again): Promise<Book | Refused> {
  const targets = new Map<string, string>();
  const named: { name: string; hidden: boolean; id: string }[] = [];
  const book: Book = { sheets: [], strings: [], dated: [], epoch: 1900 };
  const done = await readParts(
    bytes(),
    {
      'xl/workbook.xml': listening((name, at) => {
        if (name === 'sheet')
          named.push({ name: at.name ?? '', hidden: (at.state ?? 'visible') !== 'visible', id: at['r:id'] ?? '' });
        if (name === 'workbookPr' && isTrue(at.date1904)) book.epoch = 1904;
      }),
      'xl/_rels/workbook.xml.rels': listening((name, at) => {
        if (name === 'Relationship') targets.set(at.Id ?? '', partName(at.Target ?? ''));
      }),
      'xl/styles.xml': stylesListener(book.dated),
      'xl/sharedStrings.xml': stringsListener(book.strings),
    },
    SAVE_TABLE,
  );
  if (isRefused(done)) return done;
  book.sheets = named.map(({ id, ...sheet }) => ({ ...sheet, part: targets.get(id) ?? '' }));
  return book;
}

const listening = (open: Listener['open']): Listener => ({
  open: (name, at) => open(local(name), at),
  text() {},
  close() {},
});
/** Some writers prefix every element of the main namespace (`x:row`). */
const local = (name: string): string => name.slice(name.indexOf(':') + 1);
const isTrue = (value: string | undefined): boolean => value === '1' || value === 'true';
const partName = (target: string): string =>
  target.startsWith('/') ? target.slice(1) : `xl/${target}`.replace(/[^/]+\/\.\.\//g, '');

/** For every cell format in order: whether it shows a date. */
function stylesListener(dated: boolean[]): Listener {
  const formats = new Map<number, string>();
  let inside = false;
  return {
    open(raw, at) {
      const name = local(raw);
      if (name === 'numFmt') formats.set(Number(at.numFmtId), at.formatCode ?? '');
      if (name === 'cellXfs') inside = true;
      if (name !== 'xf' || !inside) return;
      const id = Number(at.numFmtId ?? 0);
      const own = formats.get(id);
      dated.push(own === undefined ? isBuiltInDate(id) : showsDate(own));
    },
    text() {},
    close(raw) {
      if (local(raw) === 'cellXfs') inside = false;
    },
  };
}

/** Texts in order; readings (furigana) beside them are left out. */
function stringsListener(strings: string[]): Listener {
  let words = '';
  const open: string[] = [];
  return {
    open(raw) {
      open.push(local(raw));
      if (open.at(-1) === 'si') words = '';
    },
    text(part) {
      if (open.at(-1) === 't' && !open.includes('rPh')) words += part;
    },
    close(raw) {
      open.pop();
      if (local(raw) === 'si') strings.push(escaped(words));
    },
  };
}

/** Excel writes control characters as `_x000D_`. */
const escaped = (words: string): string =>
  words.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

function sheetListener(sheet: Sheet, book: Book): Listener {
  let row = { line: 0, cells: [] as string[], hidden: false };
  let cell = { column: 0, type: '', style: 0 };
  let words = '';
  const open: string[] = [];
  return {
    open(raw, at) {
      const name = local(raw);
      open.push(name);
      if (name === 'row') {
        row = { line: Number(at.r ?? row.line + 1), cells: [], hidden: isTrue(at.hidden) };
        cell = { column: -1, type: '', style: 0 };
      }
      if (name === 'c') {
        cell = { column: at.r ? columnOf(at.r) : cell.column + 1, type: at.t ?? 'n', style: Number(at.s ?? 0) };
        words = '';
      }
      if (name === 'mergeCell') sheet.joined.push(areaOf(at.ref ?? ''));
    },
    text(part) {
      const inside = open.at(-1);
      if ((inside === 'v' || (inside === 't' && !open.includes('rPh'))) && open.includes('c')) words += part;
    },
    close(raw) {
      const name = local(raw);
      open.pop();
      if (name === 'c' && words !== '') {
        if (cell.type === 'e') sheet.errors += 1;
        cellsInto(row.cells, cell.column, shownValue(words, cell, book));
      }
      if (name === 'row' && sheet.rows.length < READ_ROWS) sheet.rows.push(row);
    },
  };
}

function shownValue(words: string, { type, style }: { type: string; style: number }, book: Book): string {
  switch (type) {
    case 's':
      return book.strings[Number(words)] ?? '';
    case 'str':
    case 'inlineStr':
      return escaped(words);
    case 'b':
      return isTrue(words) ? '是' : '否';
    case 'd':
      return words.replace('T', ' ').replace(/ 00:00(:00)?(\.0+)?Z?$/, '');
    case 'e':
      return words;
    default:
      return book.dated[style] && Number.isFinite(Number(words))
        ? serialDate(Number(words), book.epoch)
        : plainNumber(words);
  }
}

/** `AB12` → 27. */
function columnOf(reference: string): number {
  const letters = reference.replace(/[^A-Z]/gi, '').toUpperCase();
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

function areaOf(reference: string): Area {
  const [from = 'A1', to = from] = reference.split(':');
  const line = (part: string) => Number(part.replace(/\D/g, '')) - 1;
  return { top: line(from), left: columnOf(from), bottom: line(to), right: columnOf(to) };
}
