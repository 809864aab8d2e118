import type { Line } from '../../kernel/clauses/outline.ts';
import { isRefused, type Refused } from '../../kernel/refusal.ts';
import type { Bytes } from '../decode.ts';
import { type Attributes, brokenArchive, type Listener, readParts } from '../parts.ts';
import { type Block, blocks, type Paragraph } from './blocks.ts';
import { counter, emptyNumbering, levelOfStyle, type Numbering, numberingListener } from './word-numbering.ts';

/** Word's .docx: paragraphs with the numbers Word would show before them. */
export async function readWord(bytes: Bytes): Promise<Line[] | Refused> {
  const numbering = emptyNumbering();
  const styles: Styles = { byId: new Map() };
  const body: Block<WordParagraph>[] = [];
  const read = await readParts(bytes, {
    'word/document.xml': documentListener(body),
    'word/styles.xml': stylesListener(styles),
    'word/numbering.xml': numberingListener(numbering),
  });
  if (isRefused(read)) return read;
  if (!read.has('word/document.xml')) return brokenArchive;
  const label = labels(numbering, styles);
  return blocks(
    body.filter((block) => !isContents(block, styles)),
    (paragraph) => ({ text: paragraph.text, ...label(paragraph) }),
  );
}

type WordParagraph = Paragraph & { style?: string; numId?: string; level?: number; outline?: number };
type Style = { name: string; basedOn?: string; numId?: string; level?: number; outline?: number };
type Styles = { byId: Map<string, Style>; normal?: string };

/** Entries of a table of contents carry its styles, wherever they stand. */
const isContents = (block: Block<WordParagraph>, styles: Styles): boolean =>
  block.cells.every(
    (cell) =>
      cell.length > 0 &&
      cell.every(({ style }) => /^toc \d|^toc heading/i.test(styles.byId.get(style ?? '')?.name ?? '')),
  );

function labels(
  numbering: Numbering,
  styles: Styles,
): (paragraph: WordParagraph) => { label?: string; heading: boolean } {
  const count = counter(numbering);
  return (paragraph) => {
    const style = inherited(styles, paragraph.style ?? styles.normal);
    const outline = paragraph.outline ?? style.outline;
    const numId = paragraph.numId ?? style.numId;
    const heading = outline !== undefined && outline < 9;
    if (numId === undefined || numId === '0') return { heading };
    const level = paragraph.level ?? levelOfStyle(numbering, numId, paragraph.style ?? '') ?? style.level ?? 0;
    const label = count(numId, level)?.trim();
    return label ? { label, heading } : { heading };
  };
}

/** A style with what it takes from those it is based on. */
function inherited(styles: Styles, id: string | undefined): Partial<Style> {
  const chain: Style[] = [];
  for (let at = id; at !== undefined && chain.length < 20; ) {
    const style: Style | undefined = styles.byId.get(at);
    if (!style) break;
    chain.push(style);
    at = style.basedOn;
  }
  return Object.assign({}, ...chain.reverse());
}

function stylesListener(styles: Styles): Listener {
  let style: Style | undefined;
  let inNumbering = false;
  return {
    open(name, attributes) {
      const value = attributes['w:val'] ?? '';
      if (name === 'w:style' && attributes['w:type'] === 'paragraph') {
        style = { name: '' };
        const id = attributes['w:styleId'] ?? '';
        styles.byId.set(id, style);
        if (attributes['w:default'] === '1' || attributes['w:default'] === 'true') styles.normal = id;
      }
      if (!style) return;
      if (name === 'w:name') style.name = value;
      else if (name === 'w:basedOn') style.basedOn = value;
      else if (name === 'w:outlineLvl') style.outline = Number(value);
      else if (name === 'w:numPr') inNumbering = true;
      else if (inNumbering && name === 'w:numId') style.numId = value;
      else if (inNumbering && name === 'w:ilvl') style.level = Number(value);
    },
    text() {},
    close(name) {
      if (name === 'w:style') style = undefined;
      else if (name === 'w:numPr') inNumbering = false;
    },
  };
}

/** Deleted and moved text, the older drawing of what is drawn twice, and the table of contents are no text of the document. */
const SKIPPED = new Set(['w:del', 'w:moveFrom', 'mc:Fallback', 'w:footnote', 'w:commentReference']);

function documentListener(body: Block<WordParagraph>[]): Listener {
  const open: WordParagraph[] = [];
  const rows: WordParagraph[][][] = [];
  let skipping = 0;
  let properties = 0;
  let words = false;
  let contents = 0;
  let blocksOpen = 0;
  const finish = (paragraph: WordParagraph) => {
    const cell = rows.at(-1)?.at(-1);
    if (cell) cell.push(paragraph);
    else body.push({ cells: [[paragraph]] });
  };
  return {
    open(name, attributes) {
      if (name === 'w:sdt') blocksOpen += 1;
      if (name === 'w:docPartGallery' && /contents/i.test(attributes['w:val'] ?? '')) contents = blocksOpen;
      if (SKIPPED.has(name)) skipping += 1;
      if (skipping > 0 || contents > 0) return;
      if (name === 'w:tr') rows.push([]);
      else if (name === 'w:tc') rows.at(-1)?.push([]);
      else if (name === 'w:p') open.push({ text: '' });
      else if (name === 'w:pPr') properties += 1;
      else if (name === 'w:t') words = true;
      const paragraph = open.at(-1);
      if (!paragraph) return;
      if (properties > 0) setProperty(paragraph, name, attributes);
      else paragraph.text += spacing(name, attributes);
    },
    text(piece) {
      if (words && skipping === 0 && contents === 0) open.at(-1)!.text += piece;
    },
    close(name) {
      if (name === 'w:sdt') {
        if (contents === blocksOpen) contents = 0;
        blocksOpen -= 1;
      }
      if (SKIPPED.has(name)) {
        skipping -= 1;
        return;
      }
      if (skipping > 0 || contents > 0) return;
      if (name === 'w:t') words = false;
      else if (name === 'w:pPr') properties -= 1;
      else if (name === 'w:p') finish(open.pop()!);
      else if (name === 'w:tr') {
        const cells = rows.pop()!;
        const around = rows.at(-1)?.at(-1);
        if (around) around.push(...cells.flat());
        else body.push({ cells });
      }
    },
  };
}

function setProperty(paragraph: WordParagraph, name: string, attributes: Attributes): void {
  const value = attributes['w:val'] ?? '';
  if (name === 'w:pStyle') paragraph.style = value;
  else if (name === 'w:numId') paragraph.numId = value;
  else if (name === 'w:ilvl') paragraph.level = Number(value);
  else if (name === 'w:outlineLvl') paragraph.outline = Number(value);
}

function spacing(name: string, attributes: Attributes): string {
  if (name === 'w:tab') return '\t';
  if (name === 'w:cr' || (name === 'w:br' && attributes['w:type'] === undefined)) return '\n';
  return name === 'w:noBreakHyphen' ? '-' : '';
}
