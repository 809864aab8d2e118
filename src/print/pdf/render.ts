import pdfmake from 'pdfmake';
import type { Content, TDocumentDefinitions, TFontDictionary } from 'pdfmake/interfaces.js';
import type { Refused } from '../../kernel/refusal.ts';
import type { FontFile, PrintFonts } from '../fonts.ts';
import { checkGlyphs, textsOf } from '../glyphs.ts';
import { PAGE } from '../layout.ts';
import type { PrintDocument } from '../types.ts';
import { FOOT_HEIGHT, footerOf, hasShortFootnote, headerOf, headHeight } from './frame.ts';
import { type Pen, penOf } from './pen.ts';
import { sealTables } from './seals.ts';
import { historySection, particulars, sectionTable } from './sections.ts';

/**
 * The paper as PDF: A4, ruled tables, on every page the header with number, classification, version and page and the QR
 * code to its ledger proof; name stamps. Refuses when no font of the set has a glyph for some character.
 */
export async function renderPdf(doc: PrintDocument, { fonts }: { fonts: PrintFonts }): Promise<Uint8Array | Refused> {
  const missing = checkGlyphs(textsOf(doc), fonts);
  if (missing) return missing;
  return new Uint8Array(await started(definitionOf(doc, penOf(fonts)), fonts).getBuffer());
}

/** pdfmake keeps fonts and policies in one place for all: they are set and taken in the same turn. */
function started(definition: TDocumentDefinitions, fonts: PrintFonts) {
  const files = [fonts.regular, fonts.bold, ...fonts.fallbacks];
  const paths = new Set(files.map((file) => file.path));
  pdfmake.setFonts(dictionaryOf(files));
  pdfmake.setUrlAccessPolicy(() => false);
  pdfmake.setLocalAccessPolicy((path) => paths.has(path));
  return pdfmake.createPdf(definition);
}

function dictionaryOf(files: FontFile[]): TFontDictionary {
  return Object.fromEntries(
    files.map((file) => {
      const source = file.postscriptName ? [file.path, file.postscriptName] : file.path;
      return [file.family, { normal: source, bold: source, italics: source, bolditalics: source }];
    }),
  ) as TFontDictionary;
}

function definitionOf(doc: PrintDocument, pen: Pen): TDocumentDefinitions {
  return {
    pageSize: 'A4',
    pageMargins: [PAGE.side, headHeight(doc), PAGE.side, FOOT_HEIGHT],
    language: doc.language === 'zh' ? 'zh-TW' : 'en',
    info: { title: `${doc.title} ${doc.serial}`, author: doc.organisation, creator: 'Ancheng', producer: 'Ancheng' },
    displayTitle: true,
    header: (page: number, pages: number) => headerOf(doc, pen, page, pages),
    footer: () => footerOf(doc, pen),
    content: contentOf(doc, pen),
    defaultStyle: { fontSize: 10.5, font: pen('').font ?? '' },
  };
}

function contentOf(doc: PrintDocument, pen: Pen): Content[] {
  const history = historySection(doc);
  return [
    particulars(doc, pen),
    ...doc.sections.map((section) => sectionTable(section, doc, pen)),
    ...sealTables(doc, pen),
    ...(history ? [sectionTable(history, doc, pen)] : []),
    ...(doc.footnote && !hasShortFootnote(doc) ? [pen(doc.footnote, { size: 9 })] : []),
  ];
}
