import type { Content, CustomTableLayout, TableCell } from 'pdfmake/interfaces.js';
import { ems } from '../layout.ts';
import type { PrintDocument, PrintSeal } from '../types.ts';
import { word } from '../words.ts';
import { GREY, type Pen, STAMP_RED } from './pen.ts';
import { columnWidths, ruled, SHADE } from './ruled.ts';

const PER_ROW = 4;
const BOX_HEIGHT = 62;

/** The stamp row: what is sealed, the name stamp, when and in which capacity; four boxes to a row. */
export function sealTables(doc: PrintDocument, pen: Pen): Content[] {
  const rows: PrintSeal[][] = [];
  for (let at = 0; at < doc.seals.length; at += PER_ROW) rows.push(doc.seals.slice(at, at + PER_ROW));
  return rows.map((row) => ({
    margin: [0, 0, 0, 8],
    unbreakable: row.every(isSmall),
    layout: ruled,
    table: {
      widths: columnWidths(row.map(() => 1 / row.length)),
      heights: (index: number) => (index === 1 ? BOX_HEIGHT : 'auto'),
      body: [
        row.map((seal) => ({ ...pen(seal.label, { size: 10, align: 'center' }), fillColor: SHADE })),
        row.map((seal) => box(seal, doc, pen)),
      ],
    },
  }));
}

/** What is kept together must fit: pdfmake drops the rest. */
const isSmall = (seal: PrintSeal): boolean => ems(Object.values(seal).join('')) < 120;

function box(seal: PrintSeal, doc: PrintDocument, pen: Pen): TableCell {
  if (!seal.name && seal.byHand) return '';
  if (!seal.name)
    return { ...pen(word('waiting', doc.language), { size: 9, color: GREY, align: 'center' }), margin: [0, 22, 0, 0] };
  const note = [seal.note ? `（${seal.note}）` : '', seal.void ? `【${word('void', doc.language)}】` : ''].join('');
  return {
    stack: [
      stamp(seal, seal.name, pen),
      ...(seal.at ? [pen(seal.at, { size: 8, align: 'center' })] : []),
      ...(note ? [pen(note, { size: 8, align: 'center', color: seal.void ? GREY : STAMP_RED })] : []),
    ],
  };
}

/** A name stamp as people here carry it: red frame, office small above, name large with space between its characters. */
function stamp(seal: PrintSeal, name: string, pen: Pen): Content {
  const color = seal.void ? GREY : STAMP_RED;
  const spaced = ems(name) <= 4 ? 3 : 0;
  const size = ems(name) <= 5 ? 15 : 10;
  const width = Math.min(104, Math.max(64, ems(name) * (size + spaced) + 14, ems(seal.role ?? '') * 8 + 12));
  const inside: Content[] = [
    ...(seal.role ? [pen(seal.role, { size: 7, color, align: 'center', lineHeight: 1 })] : []),
    pen(name, { size, color, bold: true, align: 'center', spacing: spaced, strike: seal.void === true, lineHeight: 1 }),
  ];
  return {
    margin: [0, 2, 0, 3],
    columns: [
      { width: '*', text: '' },
      { width: 'auto', layout: frame(color), table: { widths: [width - 10], body: [[{ stack: inside }]] } },
      { width: '*', text: '' },
    ],
  };
}

const frame = (color: string): CustomTableLayout => ({
  hLineWidth: () => 1.4,
  vLineWidth: () => 1.4,
  hLineColor: () => color,
  vLineColor: () => color,
  paddingLeft: () => 4,
  paddingRight: () => 4,
  paddingTop: () => 2,
  paddingBottom: () => 2,
});
