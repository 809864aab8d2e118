import type { Content, ContentTable, TableCell } from 'pdfmake/interfaces.js';
import { columnShares, formRows, linesOf } from '../layout.ts';
import type { PrintDocument, PrintField, PrintSection } from '../types.ts';
import { word } from '../words.ts';
import type { Pen } from './pen.ts';
import { columnWidths, ruled, SHADE } from './ruled.ts';

/** Half a page at most: a row that must break across pages cannot be centred in its height. */
const isShort = (words: string): boolean => words.length < 800 && words.split('\n').length < 20;
const MIDDLE = { verticalAlignment: 'middle' as const };

const LABEL_SHARE = 0.16;
/** Ems that fit beside a label when two fields share a row. */
const HALF_ROW_EMS = 14;

/** The particulars above the sections: label and value, two to a row. */
export function particulars(doc: PrintDocument, pen: Pen): Content {
  const serial: PrintField = { label: word('serial', doc.language), value: doc.serial };
  return fieldsTable([serial, ...doc.header], undefined, pen);
}

/** One section of the form: its title in a shaded bar, then its fields or its rows. */
export function sectionTable(section: PrintSection, doc: PrintDocument, pen: Pen): ContentTable {
  if ('fields' in section) return fieldsTable(section.fields, section.title, pen);
  const { columns, rows } = section.table;
  const whole = rows.every((row) => row.every(isShort));
  const cells = rows.map((row) =>
    columns.map((column, i) => ({
      ...pen(row[i] ?? '', { size: 10, align: column.align ?? 'left' }),
      ...(whole ? MIDDLE : {}),
    })),
  );
  const empty: TableCell[] = [
    { ...pen(word('none', doc.language), { align: 'center' }), colSpan: columns.length },
    ...blanks(columns.length - 1),
  ];
  return {
    margin: [0, 0, 0, 8],
    layout: ruled,
    table: {
      headerRows: 2,
      keepWithHeaderRows: 1,
      dontBreakRows: whole,
      widths: columnWidths(columnShares(columns, rows)),
      body: [
        titleRow(section.title, columns.length, pen),
        columns.map((column) => ({ ...pen(column.title, { size: 10, align: 'center' }), fillColor: SHADE, ...MIDDLE })),
        ...(cells.length > 0 ? cells : [empty]),
      ],
    },
  };
}

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
  const body = formRows(fields, HALF_ROW_EMS).map((row) => {
    const [first, second] = row;
    const left = [label(first?.label ?? '', pen), value(first, pen)];
    if (second) return [...left, label(second.label, pen), value(second, pen)];
    return [left[0] ?? '', { ...value(first, pen), colSpan: 3 }, '', ''];
  });
  const heading = title === undefined ? [] : [titleRow(title, 4, pen)];
  return {
    margin: [0, 0, 0, 8],
    layout: ruled,
    table: {
      headerRows: heading.length,
      keepWithHeaderRows: heading.length,
      widths: columnWidths([LABEL_SHARE, 0.5 - LABEL_SHARE, LABEL_SHARE, 0.5 - LABEL_SHARE]),
      body: [...heading, ...body],
    },
  };
}

const label = (words: string, pen: Pen): TableCell => ({
  ...pen(words, { size: 10, align: 'center' }),
  fillColor: SHADE,
  ...MIDDLE,
});

const value = (field: PrintField | undefined, pen: Pen) => {
  const lines = field ? linesOf(field) : [''];
  return { ...pen(lines), ...(isShort(lines.join('\n')) ? MIDDLE : {}) };
};

const titleRow = (title: string, columns: number, pen: Pen): TableCell[] => [
  { ...pen(title, { size: 11, bold: true }), colSpan: columns, fillColor: '#dddddd' },
  ...blanks(columns - 1),
];

const blanks = (n: number): TableCell[] => Array.from({ length: n }, () => '');
