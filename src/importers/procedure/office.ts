import type { Line } from '../../kernel/clauses/outline.ts';
import { isRefused, type Refused } from '../../kernel/refusal.ts';
import type { Bytes } from '../decode.ts';
import { type Attributes, brokenArchive, type Listener, readParts } from '../parts.ts';
import { type Block, blocks, type Paragraph } from './blocks.ts';
import { type Counts, countAt, type ListStyle, levelFrom } from './office-numbering.ts';

/** OpenDocument text (.odt): paragraphs with the numbers LibreOffice would show before them. */
export async function readOffice(bytes: Bytes): Promise<Line[] | Refused> {
  const styles: Styles = { lists: new Map(), paragraphs: new Map(), outline: new Map() };
  const body: Block<OfficeParagraph>[] = [];
  const read = await readParts(bytes, {
    'content.xml': bothListeners(stylesListener(styles), contentListener(body)),
    'styles.xml': stylesListener(styles),
  });
  if (isRefused(read)) return read;
  if (!read.has('content.xml')) return brokenArchive;
  return blocks(body, numbered(styles));
}

type Place = {
  list: number;
  style: string | undefined;
  level: number;
  first: boolean;
  start?: number;
  follows?: number;
};
type OfficeParagraph = Paragraph & {
  style?: string;
  outline?: number;
  unnumbered?: boolean;
  restart?: number;
  place?: Place;
};
type ParagraphStyle = { parent?: string; list?: string; outline?: number };
type Styles = { lists: Map<string, ListStyle>; paragraphs: Map<string, ParagraphStyle>; outline: ListStyle };

function numbered(styles: Styles): (paragraph: OfficeParagraph) => Line {
  const byList = new Map<number, Counts>();
  const byStyle = new Map<string, Counts>();
  const outline: Counts = [];
  return ({ text, style, outline: level, place, unnumbered, restart }) => {
    const heading = level !== undefined;
    const named = place?.style ?? listOf(styles, style);
    const list = named === undefined ? undefined : styles.lists.get(named);
    if (place && named !== undefined && list) {
      const counts =
        byList.get(place.list) ??
        (place.follows === undefined
          ? undefined
          : place.follows < 0
            ? byStyle.get(named)
            : byList.get(place.follows)) ??
        [];
      byList.set(place.list, counts);
      byStyle.set(named, counts);
      const label = place.first ? countAt(list, counts, place.level, place.start)?.trim() : undefined;
      return { text, heading, ...(label ? { label } : {}) };
    }
    if (level === undefined || unnumbered) return { text, heading };
    const label = countAt(styles.outline, outline, level, restart)?.trim();
    return { text, heading, ...(label ? { label } : {}) };
  };
}

/** The list a paragraph style names, its own or a parent's. */
function listOf(styles: Styles, id: string | undefined): string | undefined {
  for (let at = id, hops = 0; at !== undefined && hops < 20; hops += 1) {
    const style: ParagraphStyle | undefined = styles.paragraphs.get(at);
    if (style?.list) return style.list;
    at = style?.parent;
  }
  return undefined;
}

function stylesListener(styles: Styles): Listener {
  let list: ListStyle | undefined;
  return {
    open(name, attributes) {
      if (name === 'text:list-style') {
        list = new Map();
        styles.lists.set(attributes['style:name'] ?? '', list);
      } else if (name === 'text:outline-style') list = styles.outline;
      else if (list && /^text:(list-level-style-(number|bullet)|outline-level-style)$/.test(name))
        list.set(Number(attributes['text:level']), levelFrom(name.endsWith('bullet') ? {} : attributes));
      else if (name === 'style:style' && attributes['style:family'] === 'paragraph')
        styles.paragraphs.set(attributes['style:name'] ?? '', {
          ...(attributes['style:parent-style-name'] ? { parent: attributes['style:parent-style-name'] } : {}),
          ...(attributes['style:list-style-name'] ? { list: attributes['style:list-style-name'] } : {}),
        });
    },
    text() {},
    close(name) {
      if (name === 'text:list-style' || name === 'text:outline-style') list = undefined;
    },
  };
}

const SKIPPED = new Set([
  'text:table-of-content',
  'text:tracked-changes',
  'text:note',
  'office:annotation',
  'text:alphabetical-index',
  'text:number',
  'svg:title',
  'svg:desc',
]);

type OpenList = { id: number; style: string | undefined; item?: { fresh: boolean; start?: number }; follows?: number };

function contentListener(body: Block<OfficeParagraph>[]): Listener {
  const open: OfficeParagraph[] = [];
  const rows: OfficeParagraph[][][] = [];
  const lists: OpenList[] = [];
  const named = new Map<string, number>();
  let skipping = 0;
  let inText = false;
  let count = 0;
  const finish = (paragraph: OfficeParagraph) => {
    paragraph.text = paragraph.text.trim();
    const cell = rows.at(-1)?.at(-1);
    if (cell) cell.push(paragraph);
    else body.push({ cells: [[paragraph]] });
  };
  const begin = (attributes: Attributes, heading: boolean) => {
    const restart =
      attributes['text:restart-numbering'] === 'true' ? Number(attributes['text:start-value'] ?? 1) : undefined;
    const place = placeIn(lists);
    open.push({
      text: '',
      ...(attributes['text:style-name'] ? { style: attributes['text:style-name'] } : {}),
      ...(heading ? { outline: Number(attributes['text:outline-level'] ?? 1) } : {}),
      ...(attributes['text:is-list-header'] === 'true' ? { unnumbered: true } : {}),
      ...(restart === undefined ? {} : { restart }),
      ...(place ? { place } : {}),
    });
  };
  return {
    open(name, attributes) {
      if (name === 'office:text') inText = true;
      if (SKIPPED.has(name)) skipping += 1;
      if (!inText || skipping > 0) return;
      if (name === 'text:list') {
        count += 1;
        lists.push(listFrom(attributes, lists, named, count));
      } else if (name === 'text:list-item') {
        const start = attributes['text:start-value'];
        lists.at(-1)!.item = { fresh: true, ...(start ? { start: Number(start) } : {}) };
      } else if (name === 'text:list-header') lists.at(-1)!.item = { fresh: false };
      else if (name === 'table:table-row') rows.push([]);
      else if (name === 'table:table-cell') rows.at(-1)?.push([]);
      else if (name === 'text:p' || name === 'text:h') begin(attributes, name === 'text:h');
      else if (open.length > 0) open.at(-1)!.text += spacing(name, attributes);
    },
    text(piece) {
      if (inText && skipping === 0 && open.length > 0) open.at(-1)!.text += piece.replace(/\s+/g, ' ');
    },
    close(name) {
      if (SKIPPED.has(name)) {
        skipping -= 1;
        return;
      }
      if (!inText || skipping > 0) return;
      if (name === 'text:list') lists.pop();
      else if (name === 'text:p' || name === 'text:h') finish(open.pop()!);
      else if (name === 'table:table-row') {
        const cells = rows.pop()!;
        const around = rows.at(-1)?.at(-1);
        if (around) around.push(...cells.flat());
        else body.push({ cells });
      } else if (name === 'office:text') inText = false;
    },
  };
}

/** An inner list counts in its outer one; an outer one goes on where it says so. */
function listFrom(attributes: Attributes, lists: OpenList[], named: Map<string, number>, id: number): OpenList {
  const outer = lists.at(-1);
  const style = attributes['text:style-name'] ?? outer?.style;
  if (outer) return { id: outer.id, style };
  if (attributes['xml:id']) named.set(attributes['xml:id'], id);
  const follows = attributes['text:continue-list']
    ? named.get(attributes['text:continue-list'])
    : attributes['text:continue-numbering'] === 'true'
      ? -1
      : undefined;
  return { id, style, ...(follows === undefined ? {} : { follows }) };
}

/** Only the first paragraph of an item carries its number; an item that only holds a list counts nothing. */
function placeIn(lists: OpenList[]): Place | undefined {
  const list = lists.at(-1);
  if (!list) return undefined;
  const { item, follows } = { item: list.item, follows: lists[0]!.follows };
  const place: Place = {
    list: list.id,
    style: list.style,
    level: lists.length,
    first: item?.fresh ?? false,
    ...(item?.fresh && item.start !== undefined ? { start: item.start } : {}),
    ...(follows === undefined ? {} : { follows }),
  };
  if (item) item.fresh = false;
  return place;
}

function spacing(name: string, attributes: Attributes): string {
  if (name === 'text:s') return ' '.repeat(Math.min(40, Number(attributes['text:c'] ?? 1)));
  if (name === 'text:tab') return '\t';
  return name === 'text:line-break' ? '\n' : '';
}

const bothListeners = (a: Listener, b: Listener): Listener => ({
  open(name, attributes) {
    a.open(name, attributes);
    b.open(name, attributes);
  },
  text(words) {
    a.text(words);
    b.text(words);
  },
  close(name) {
    a.close(name);
    b.close(name);
  },
});
