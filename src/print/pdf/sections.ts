import type { Content, ContentTable, TableCell } from 'pdfmake/interfaces.js';
import { CONTENT_WIDTH, columnShares, formRows, KEPT_LINES, linesIn, linesOf } from '../layout.ts';
import type { PrintDocument, PrintField, PrintSection } from '../types.ts';
import { word } from '../words.ts';
import { codeOf } from './frame.ts';
import type { Pen } from './pen.ts';
import { columnWidths, ruled, SHADE } from './ruled.ts';

/**
 * pdfmake drops what it is told to keep together and cannot: only what surely fits is kept. A row that may break across
 * pages cannot be centred in its height either.
 */
const keeps = (words: string, points: number): boolean => linesIn(words, points, SIZE) <= KEPT_LINES;
const SIZE = 10.5;
const MIDDLE = { verticalAlignment: 'middle' as const };

const LABEL_SHARE = 0.16;
/** Ems that fit beside a label when two fields share a row. */
const HALF_ROW_EMS = 14;

/** The particulars above the sections: label and value, two to a row. */
export function particulars(doc: PrintDocument, pen: Pen): Content {
  const serial: PrintField = { label: doc.serialLabel ?? word('serial', doc.language), value: doc.serial };
  return fieldsTable([serial, ...doc.header], undefined, pen);
}

/** One section of the form: its title in a shaded bar, then its fields or its rows. */
export function sectionTable(section: PrintSection, doc: PrintDocument, pen: Pen): ContentTable {
  if ('fields' in section) return fieldsTable(section.fields, section.title, pen);
  if ('code' in section) return codeTable(section, pen);
  const { columns, rows } = section.table;
  const widths = columnWidths(columnShares(columns, rows));
  const keptRow = (row: string[]): boolean => row.every((cell, i) => keeps(cell, widths[i] ?? 0));
  const keptHead = keeps(section.title, CONTENT_WIDTH) && keptRow(columns.map((column) => column.title));
  const whole = rows.every(keptRow);
  const cells = rows.map((row) =>
    columns.map((column, i) => ({
      ...pen(row[i] ?? '', { size: 10, align: column.align ?? 'left' }),
      ...(whole ? MIDDLE : {}),
    })),
  );
  return {
    margin: [0, 0, 0, 8],
    layout: ruled,
    table: {
      headerRows: keptHead ? 2 : 0,
      keepWithHeaderRows: keptHead && whole ? 1 : 0,
      dontBreakRows: keptHead && whole,
      widths,
      body: [
        titleRow(section.title, columns.length, pen),
        columns.map((column) => headCell(column.title, pen)),
        ...(cells.length > 0 ? cells : [noRows(doc, columns.length, pen)]),
      ],
    },
  };
}

/** Points: 7 cm, of which a phone reads a page of text. */
const CODE_SIDE = 198;

/** The code with a quiet zone at the left, its words at the right. */
const codeTable = ({ title, code, beside }: Extract<PrintSection, { code: string }>, pen: Pen): ContentTable => ({
  margin: [0, 0, 0, 8],
  layout: ruled,
  table: {
    widths: columnWidths([(CODE_SIDE + 24) / CONTENT_WIDTH, 1 - (CODE_SIDE + 24) / CONTENT_WIDTH]),
    body: [
      titleRow(title, 2, pen),
      [
        { ...codeOf(code, CODE_SIDE), margin: [6, 6, 6, 6] },
        { stack: beside.map((line) => pen(line || ' ', { size: 9 })), border: [false, true, true, true] },
      ],
    ],
  },
});

const headCell = (title: string, pen: Pen): TableCell => ({
  ...pen(title, { size: 10, align: 'center' }),
  fillColor: SHADE,
  ...MIDDLE,
});

const noRows = (doc: PrintDocument, columns: number, pen: Pen): TableCell[] => [
  { ...pen(word('none', doc.language), { align: 'center' }), colSpan: columns },
  ...blanks(columns - 1),
];

/** What happened to the record, as a last section. */
export function historySection(doc: PrintDocument): PrintSection | undefined {
  if (!doc.history?.length) return undefined;
  const columns = (['at', 'who', 'what'] as const).map((key) => ({ title: word(key, doc.language) }));
  const [at, who, what] = columns;
  if (!at || !who || !what) return undefined;
  return {
    title: word('history', doc.language),
    table: {
      columns: [
        { ...at, width: 26 },
        { ...who, width: 18 },
        { ...what, width: 56 },
      ],
      rows: doc.history.map((entry) => [entry.at, entry.who, entry.what]),
    },
  };
}

function fieldsTable(fields: PrintField[], title: string | undefined, pen: Pen): ContentTable {
  const widths = columnWidths([LABEL_SHARE, 0.5 - LABEL_SHARE, LABEL_SHARE, 0.5 - LABEL_SHARE]);
  const rows = formRows(fields, HALF_ROW_EMS);
  const body = rows.map(([first, second]): TableCell[] => {
    if (!first) return blanks(4);
    if (second) return [label(first.label, pen), value(first, pen), label(second.label, pen), value(second, pen)];
    return [label(first.label, pen), { ...value(first, pen), colSpan: 3 }, '', ''];
  });
  const first = rows[0] ?? [];
  const kept = title !== undefined && keeps(title, CONTENT_WIDTH) && first.every(isKept);
  return {
    margin: [0, 0, 0, 8],
    layout: ruled,
    table: {
      headerRows: kept ? 1 : 0,
      keepWithHeaderRows: kept ? 1 : 0,
      widths,
      body: [...(title === undefined ? [] : [titleRow(title, 4, pen)]), ...body],
    },
  };
}

/** Measured in the narrow half, so that it holds for either. */
const isKept = (field: PrintField): boolean =>
  keeps(field.label, CONTENT_WIDTH * LABEL_SHARE - 8) &&
  keeps(linesOf(field).join('\n'), CONTENT_WIDTH * (0.5 - LABEL_SHARE));

const label = (words: string, pen: Pen): TableCell => ({
  ...pen(words, { size: 10, align: 'center' }),
  fillColor: SHADE,
  ...(keeps(words, CONTENT_WIDTH * LABEL_SHARE - 8) ? MIDDLE : {}),
});

const value = (field: PrintField, pen: Pen) => ({ ...pen(linesOf(field)), ...(isKept(field) ? MIDDLE : {}) });

const titleRow = (title: string, columns: number, pen: Pen): TableCell[] => [
  { ...pen(title, { size: 11, bold: true }), colSpan: columns, fillColor: '#dddddd' },
  ...blanks(columns - 1),
];

const blanks = (n: number): TableCell[] => Array.from({ length: n }, () => '');
