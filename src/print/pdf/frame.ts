import type { CanvasRect, Content, ContentCanvas, TableCell } from 'pdfmake/interfaces.js';
import { qrModules } from '../code.ts';
import { CONTENT_WIDTH, ems, PAGE } from '../layout.ts';
import type { PrintDocument } from '../types.ts';
import { word } from '../words.ts';
import { GREY, type Pen } from './pen.ts';
import { columnWidths, LINE, ruled, SHADE } from './ruled.ts';

export const QR_SIZE = 62;
/** Room kept for the foot of every page. */
export const FOOT_HEIGHT = 100;
const HEAD_TOP = 36;

type Mark = 'documentNumber' | 'classification' | 'version' | 'page';
/** Shares of the width: of the label, of what stands beside it. */
const MARKS: Record<PrintDocument['language'], [Mark, number, number][]> = {
  zh: [
    ['documentNumber', 0.1, 0.24],
    ['classification', 0.1, 0.14],
    ['version', 0.08, 0.12],
    ['page', 0.08, 0.14],
  ],
  en: [
    ['documentNumber', 0.15, 0.19],
    ['classification', 0.15, 0.11],
    ['version', 0.1, 0.1],
    ['page', 0.07, 0.13],
  ],
};

/**
 * Organisation and title over 文件編號／機密等級／版次／頁次, the same on every page; what the organisation has not given, as a number
 * without a procedure of its own, has no cell.
 */
export function headerOf(doc: PrintDocument, pen: Pen, page: number, pages: number): Content {
  const { language } = doc;
  const marks = MARKS[language].flatMap(([name, label, value]) => {
    const says = name === 'page' ? `${page} / ${pages}` : doc[name];
    return says === undefined ? [] : [{ name, says, widths: [label, value] as const }];
  });
  const whole = marks.reduce((sum, { widths: [label, value] }) => sum + label + value, 0);
  const shares = marks.flatMap(({ widths }) => widths.map((width) => width / whole));
  const small = marks.flatMap(({ name, says }): TableCell[] => [
    { ...pen(word(name, language), { size: language === 'zh' ? 9 : 8, align: 'center' }), fillColor: SHADE },
    pen(says, { size: shrunk(says), align: 'center' }),
  ]);
  const heading: TableCell = {
    colSpan: shares.length,
    stack: [
      pen(doc.organisation, { size: 12, align: 'center', spacing: 1 }),
      pen(doc.title, { size: titleSize(doc.title), bold: true, align: 'center', spacing: 1.5 }),
    ],
  };
  return {
    margin: [PAGE.side, HEAD_TOP, PAGE.side, 0],
    layout: ruled,
    table: { widths: columnWidths(shares), body: [[heading, ...shares.slice(1).map(() => '')], small] },
  };
}

/** Height of the header with some air below, from the lines its heading needs. */
export function headHeight(doc: PrintDocument): number {
  const size = titleSize(doc.title);
  const organisationLines = Math.ceil((ems(doc.organisation) * 13) / (CONTENT_WIDTH - 10));
  const titleLines = Math.ceil((ems(doc.title) * (size + 1.5)) / (CONTENT_WIDTH - 10));
  const marks = Math.max(1, Math.ceil(ems(doc.documentNumber ?? '') / 12)) * 14 + 8;
  return HEAD_TOP + organisationLines * 19 + titleLines * size * 1.6 + 6 + marks + 4 * LINE + 8;
}

const titleSize = (title: string): number => (ems(title) <= 22 ? 18 : 14);
const shrunk = (value: string): number => (ems(value) <= 11 ? 9 : 7.5);

/** A footnote of one line stands in the foot of every page; a longer one ends the paper. */
export const hasShortFootnote = (doc: PrintDocument): boolean => ems(doc.footnote ?? '') <= 48;

/** Note, number and time of this copy at the left; the code that leads to the proof at the right. */
export function footerOf(doc: PrintDocument, pen: Pen): Content {
  const lines = [
    ...(hasShortFootnote(doc) ? [pen(doc.footnote ?? '', { size: 8 })] : []),
    pen(
      `${doc.serialLabel ?? word('serial', doc.language)} ${doc.serial}　　${word('printedAt', doc.language)} ${doc.printedAt}`,
      {
        size: 8,
        color: GREY,
      },
    ),
    ...(doc.code ? [pen(`${word('code', doc.language)} ${doc.code}`, { size: 9 })] : []),
    ...(doc.proofUrl
      ? [pen(`${doc.codeLabel ?? word('verify', doc.language)} ${doc.proofUrl}`, { size: 7, color: GREY })]
      : []),
  ];
  const code = doc.proofUrl ? [{ width: QR_SIZE, ...codeOf(doc.proofUrl, QR_SIZE) }] : [];
  return {
    margin: [PAGE.side, 10, PAGE.side, 0],
    columnGap: 12,
    columns: [{ width: '*', stack: lines }, ...code],
  };
}

/** A QR code so many points wide, as strips of dark modules: pdfmake's own only comes in whole points per module. */
export function codeOf(words: string, width: number): ContentCanvas {
  const code = qrModules(words);
  const side = width / code.size;
  const strips: CanvasRect[] = [];
  for (let row = 0; row < code.size; row++) {
    for (let from = 0; from < code.size; from++) {
      if (!code.dark(row, from)) continue;
      let to = from + 1;
      while (to < code.size && code.dark(row, to)) to++;
      strips.push({
        type: 'rect',
        x: from * side,
        y: row * side,
        w: (to - from) * side,
        h: side,
        color: '#000000',
        lineWidth: 0,
      });
      from = to;
    }
  }
  return { canvas: strips };
}
