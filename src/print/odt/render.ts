import { type CellOptions, OdtDocument, type TableBuilder } from 'odf-kit/odt';
import { qrPng } from '../code.ts';
import { printable } from '../glyphs.ts';
import { columnShares, formRows, linesOf } from '../layout.ts';
import type { PrintDocument, PrintField, PrintSeal, PrintSection } from '../types.ts';
import { word } from '../words.ts';
import { tidied } from './tidy.ts';

/** 標楷體 where the reader's machine has it, which is every Windows here; LibreOffice substitutes elsewhere. */
const FONT = '標楷體';
const WIDTH_CM = 17;
const BORDER = '0.5pt solid #000000';
const TEXT: CellOptions = { fontFamily: FONT, fontSize: '11pt', verticalAlign: 'middle', padding: '0.1cm' };
const LABEL: CellOptions = { ...TEXT, backgroundColor: '#efefef' };
const BAR: CellOptions = { ...TEXT, bold: true, backgroundColor: '#dddddd' };

/**
 * The paper as an OpenDocument text that an office can go on editing: the same tables, A4, running head with page
 * number, the QR code to its ledger proof at the end.
 */
export async function renderOdt(doc: PrintDocument): Promise<Uint8Array> {
  const odt = new OdtDocument();
  const line = (words: string, size: string, bold = false) =>
    odt.addParagraph((p) => p.addText(printable(words), { fontFamily: FONT, fontSize: size, bold }), {
      align: 'center',
    });
  odt.setMetadata({ title: `${doc.title} ${doc.serial}`, creator: doc.organisation });
  odt.setPageLayout({
    width: '21cm',
    height: '29.7cm',
    marginTop: '1.8cm',
    marginBottom: '1.8cm',
    marginLeft: '2cm',
    marginRight: '2cm',
  });
  odt.setHeader((head) => {
    const style = { fontFamily: FONT, fontSize: '9pt' };
    head.addText(printable(`${doc.title}　${doc.serial}　${word('page', doc.language)} `), style).addPageNumber(style);
  });
  line(doc.organisation, '14pt');
  line(doc.title, '20pt', true);
  marksTable(odt, doc);
  gap(odt);
  fieldsTable(odt, undefined, [
    { label: doc.serialLabel ?? word('serial', doc.language), value: doc.serial },
    ...doc.header,
  ]);
  for (const section of doc.sections) await addSection(odt, section, doc);
  if (doc.seals.length > 0) sealsTable(odt, doc);
  if (doc.history?.length) await addSection(odt, historyOf(doc, doc.history), doc);
  await foot(odt, doc);
  return tidied(await odt.save());
}

/** Shares of the width: of the label, of what stands beside it. */
const MARKS = [
  { key: 'documentNumber', widths: [0.12, 0.28] },
  { key: 'classification', widths: [0.12, 0.18] },
  { key: 'version', widths: [0.1, 0.2] },
] as const;

/** What the organisation has not given has no cell. */
function marksTable(odt: OdtDocument, doc: PrintDocument): void {
  const marks = MARKS.filter(({ key }) => doc[key] !== undefined);
  if (marks.length === 0) return;
  const shares: number[] = marks.flatMap(({ widths }) => [...widths]);
  const whole = shares.reduce((sum, share) => sum + share, 0);
  table(
    odt,
    shares.map((share) => share / whole),
    (t) =>
      t.addRow((row) => {
        for (const { key } of marks)
          row.addCell(word(key, doc.language), LABEL).addCell(printable(doc[key] ?? ''), TEXT);
      }),
  );
}

async function addSection(odt: OdtDocument, section: PrintSection, doc: PrintDocument): Promise<void> {
  if ('fields' in section) fieldsTable(odt, section.title, section.fields);
  else if ('code' in section) await codeParagraphs(odt, section);
  else rowsTable(odt, section.title, section.table, doc);
}

async function codeParagraphs(odt: OdtDocument, section: Extract<PrintSection, { code: string }>): Promise<void> {
  const image = { width: '7cm', height: '7cm', mimeType: 'image/png', alt: section.title, name: 'QR' };
  const code = await qrPng(section.code);
  table(odt, [1], (t) => t.addRow((row) => void row.addCell(printable(section.title), BAR)));
  odt.addParagraph((p) => p.addImage(code, image));
  for (const line of section.beside)
    odt.addParagraph((p) => p.addText(printable(line), { fontFamily: FONT, fontSize: '9pt' }));
  gap(odt);
}

type Rows = Extract<PrintSection, { table: unknown }>['table'];

function rowsTable(odt: OdtDocument, title: string, { columns, rows }: Rows, doc: PrintDocument): void {
  table(odt, columnShares(columns, rows), (t) => {
    t.addRow((row) => void row.addCell(printable(title), { ...BAR, colSpan: columns.length }));
    t.addRow((row) => {
      for (const column of columns) row.addCell(printable(column.title), LABEL);
    });
    for (const cells of rows) {
      t.addRow((row) => {
        for (const [i] of columns.entries()) addLines(row, (cells[i] ?? '').split('\n'), TEXT);
      });
    }
    if (rows.length === 0)
      t.addRow((row) => void row.addCell(word('none', doc.language), { ...TEXT, colSpan: columns.length }));
  });
  gap(odt);
}

function fieldsTable(odt: OdtDocument, title: string | undefined, fields: PrintField[]): void {
  table(odt, [0.16, 0.34, 0.16, 0.34], (t) => {
    if (title !== undefined) t.addRow((row) => void row.addCell(printable(title), { ...BAR, colSpan: 4 }));
    for (const [first, second] of formRows(fields, 14)) {
      if (!first) continue;
      t.addRow((row) => {
        row.addCell(printable(first.label), LABEL);
        addLines(row, linesOf(first), second ? TEXT : { ...TEXT, colSpan: 3 });
        if (second) addLines(row.addCell(printable(second.label), LABEL), linesOf(second), TEXT);
      });
    }
  });
  gap(odt);
}

function sealsTable(odt: OdtDocument, doc: PrintDocument): void {
  for (let at = 0; at < doc.seals.length; at += 4) {
    const seals = doc.seals.slice(at, at + 4);
    table(
      odt,
      seals.map(() => 1 / seals.length),
      (t) => {
        t.addRow((row) => {
          for (const seal of seals) row.addCell(printable(seal.label), LABEL);
        });
        t.addRow((row) => {
          for (const seal of seals) addSeal(row, seal, doc);
        });
      },
    );
    gap(odt);
  }
}

type Row = Parameters<Parameters<TableBuilder['addRow']>[0]>[0];

/** Role small, name large and red, then when and in which capacity; a void seal is grey and struck out. */
function addSeal(row: Row, seal: PrintSeal, doc: PrintDocument): void {
  const { name } = seal;
  if (!name && seal.byHand) return void row.addCell(' ', { ...TEXT, padding: '0.5cm' });
  if (!name) return void row.addCell(word('waiting', doc.language), { ...TEXT, color: '#666666', padding: '0.5cm' });
  const color = seal.void ? '#666666' : '#b5121b';
  const small = { fontFamily: FONT, fontSize: '8pt' };
  row.addCell((cell) => {
    if (seal.role) cell.addText(printable(seal.role), { ...small, color }).addLineBreak();
    cell.addText(printable(name), {
      fontFamily: FONT,
      fontSize: '16pt',
      bold: true,
      color,
      strikethrough: seal.void === true,
    });
    for (const words of [
      seal.at,
      seal.note && `（${seal.note}）`,
      seal.void ? `【${word('void', doc.language)}】` : undefined,
    ]) {
      if (words) cell.addLineBreak().addText(printable(words), small);
    }
  }, TEXT);
}

function historyOf(doc: PrintDocument, history: NonNullable<PrintDocument['history']>): PrintSection {
  return {
    title: word('history', doc.language),
    table: {
      columns: [
        { title: word('at', doc.language), width: 26 },
        { title: word('who', doc.language), width: 22 },
        { title: word('what', doc.language), width: 52 },
      ],
      rows: history.map((entry) => [entry.at, entry.who, entry.what]),
    },
  };
}

async function foot(odt: OdtDocument, doc: PrintDocument): Promise<void> {
  const small = { fontFamily: FONT, fontSize: '9pt' };
  if (doc.footnote) odt.addParagraph((p) => p.addText(printable(doc.footnote ?? ''), small));
  odt.addParagraph((p) => p.addText(printable(`${word('printedAt', doc.language)} ${doc.printedAt}`), small));
  if (doc.code) odt.addParagraph((p) => p.addText(`${word('code', doc.language)} ${doc.code}`, small));
  if (!doc.proofUrl) return;
  const { proofUrl } = doc;
  const code = await qrPng(proofUrl);
  odt.addParagraph((p) => p.addText(`${word('verify', doc.language)} ${proofUrl}`, { ...small, fontSize: '8pt' }));
  odt.addParagraph((p) =>
    p.addImage(code, { width: '2.4cm', height: '2.4cm', mimeType: 'image/png', alt: proofUrl, name: 'QR' }),
  );
}

function table(odt: OdtDocument, shares: number[], build: (t: TableBuilder) => void): void {
  odt.addTable(build, { columnWidths: shares.map((share) => `${(share * WIDTH_CM).toFixed(2)}cm`), border: BORDER });
}

function addLines(row: Row, lines: string[], options: CellOptions): void {
  row.addCell((cell) => {
    for (const [i, line] of lines.entries()) {
      if (i > 0) cell.addLineBreak();
      cell.addText(printable(line), options);
    }
  }, options);
}

const gap = (odt: OdtDocument): void => void odt.addParagraph((p) => p.addText(' ', { fontSize: '5pt' }));
