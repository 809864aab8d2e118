import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, type Scalar } from 'yaml';
import { type Text, text } from '../text.ts';
import type { Report } from './diagnostics.ts';
import { own } from './own.ts';
import type { Position, SourceFile } from './types.ts';

/** YAML with the place of everything: what all later steps read. */
export type Item = ScalarItem | ListItem | MapItem;
export type ScalarItem = {
  kind: 'scalar';
  at: Position;
  value: string | number | boolean | null;
  /** As written, without quotes. */
  raw: string;
  quoted: boolean;
};
export type ListItem = { kind: 'list'; at: Position; items: Item[] };
export type MapItem = { kind: 'map'; at: Position; flow: boolean; entries: Map<string, Entry> };
export type Entry = { key: string; at: Position; value: Item };

type Reading = { file: string; lines: LineCounter; report: Report };

/** Reads one file; what YAML would silently read otherwise than a person does is reported as `yaml-trap`. */
export function readYaml(source: SourceFile, report: Report): Item | undefined {
  const lines = new LineCounter();
  const reading: Reading = { file: source.path, lines, report };
  const document = parseDocument(source.text, {
    lineCounter: lines,
    keepSourceTokens: true,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
    stringKeys: false,
  });
  const [error] = document.errors; // what follows is most often only its consequence
  if (error) {
    const where = openQuote(source, error.message) ?? place(reading, error.pos[0]);
    const line = source.text.split('\n')[where.line - 1] ?? '';
    report('yaml-trap', where, ...unreadable(error.code, error.message, line));
    report.unreadable.push(source.path);
  }
  if (error || !document.contents) return undefined;
  return item(reading, document.contents as Node);
}

const REMEDY = {
  syntax: {
    zh: '檢查縮排、引號與冒號；縮排只用空格',
    en: 'check indentation, quotes and colons; indent with spaces only',
  },
  comma: {
    zh: '含逗號的文字請加引號',
    en: 'quote text with commas; quote yes, no, on',
  },
  word: { zh: '加上引號', en: 'quote text with commas; quote yes, no, on' },
  duplicate: { zh: '保留一個', en: 'keep one of them' },
  anchor: { zh: '直接寫出內容', en: 'write it out' },
};

/** A quote left open is noticed at the end of the file; it is mended where it begins: the first line with one quote too few. */
function openQuote({ path, text: all }: SourceFile, said: string): Position | undefined {
  const quote = /Missing closing (["'])/.exec(said)?.[1];
  if (!quote) return undefined;
  const lines = all.split('\n');
  const at = lines.findIndex((line) => line.split(quote).length % 2 === 0);
  return at < 0 ? undefined : { file: path, line: at + 1, col: lines[at]!.lastIndexOf(quote) + 1 };
}

/** What people did when YAML stumbles so, and how it is mended; by the code of the YAML reader. */
const SLIPS: Record<string, [message: Text, remedy: Text]> = {
  TAB_AS_INDENT: [
    text('縮排用了定位字元（Tab）', 'tabs are used to indent'),
    text('縮排只用空格', 'indent with spaces only'),
  ],
  BAD_INDENT: [
    text('縮排與上下行不一致', 'the indent differs from the lines around it'),
    text('同一層的各行對齊，縮排只用空格', 'align lines of one level; indent with spaces only'),
  ],
  BLOCK_AS_IMPLICIT_KEY: [
    text('一行裡有兩個冒號，或鍵後少了冒號', 'a line has two colons, or a key lacks its colon'),
    text('鍵後寫「: 」；文字裡有「: 」者加引號', 'write ": " after the key; quote text that holds ": "'),
  ],
  MULTILINE_IMPLICIT_KEY: [
    text('這一行沒有冒號', 'this line has no colon'),
    text('鍵後寫半形「: 」', 'write ": " after the key'),
  ],
  BLOCK_IN_FLOW: [
    text('{ } 裡的寫法看不懂', 'what stands inside { } does not read'),
    text('每項寫「鍵: 值」，以半形逗號隔開', 'write key: value, parted by commas'),
  ],
  MISSING_CHAR: [
    text('引號或括號沒有收尾', 'a quote or bracket is not closed'),
    text('補上收尾的引號或括號', 'close the quote or bracket'),
  ],
  DUPLICATE_KEY: [text('同一個鍵出現兩次', 'a key is there twice'), text('保留一個', 'keep one of them')],
};
const FULL_WIDTH = /^\s*[\w-]+\s*：|[{,]\s*[\w-]+\s*：|\{[^}"']*，/;

function unreadable(code: string, said: string, line: string): [Text, Text] {
  const first = said.split('\n')[0] ?? said;
  if (FULL_WIDTH.test(line))
    return [
      text('用了全形的冒號或逗號', 'a full-width colon or comma is used'),
      text('改為半形「: 」與「, 」', 'write ": " and ", " in half width'),
    ];
  const slip = own(SLIPS, /end with a [}\]]/.test(first) ? 'MISSING_CHAR' : code);
  if (slip) return [text(slip[0].zh, `not valid YAML: ${slip[0].en} (${first})`), slip[1]];
  return [text(`不是正確的 YAML：${first}`, `not valid YAML: ${first}`), REMEDY.syntax];
}

function place(reading: Reading, offset: number): Position {
  const { line, col } = reading.lines.linePos(offset);
  return { file: reading.file, line: Math.max(line, 1), col: Math.max(col, 1) };
}

const at = (reading: Reading, node: { range?: [number, number, number] | null }): Position =>
  place(reading, node.range?.[0] ?? 0);

function item(reading: Reading, node: Node | null): Item | undefined {
  if (isAlias(node)) {
    reading.report(
      'yaml-trap',
      at(reading, node),
      { zh: `別名 *${node.source} 看不出說了什麼`, en: `alias *${node.source} hides what is said` },
      REMEDY.anchor,
    );
    return undefined;
  }
  if (isMap(node)) return map(reading, node);
  if (isSeq(node)) {
    const items = node.items.map((each) => item(reading, each as Node)).filter((each) => each !== undefined);
    return { kind: 'list', at: at(reading, node), items };
  }
  if (isScalar(node)) return scalar(reading, node);
  return undefined;
}

type YamlMap = { items: Pair[]; flow?: boolean; range?: [number, number, number] | null };

function map(reading: Reading, node: YamlMap): MapItem {
  const entries = new Map<string, Entry>();
  for (const pair of node.items) {
    const key = keyOf(reading, pair);
    if (!key) continue;
    if (entries.has(key.text)) {
      const text = key.text;
      reading.report(
        'yaml-trap',
        key.at,
        { zh: `鍵 "${text}" 出現兩次`, en: `key "${text}" is there twice` },
        REMEDY.duplicate,
      );
      continue;
    }
    const value = pairValue(reading, pair, key, node.flow === true);
    if (value) entries.set(key.text, { key: key.text, at: key.at, value });
  }
  return { kind: 'map', at: at(reading, node), flow: node.flow === true, entries };
}

function keyOf(reading: Reading, pair: Pair): { text: string; at: Position } | undefined {
  const key = pair.key;
  if (!isScalar(key)) {
    const where = key && typeof key === 'object' && 'range' in key ? at(reading, key as Node) : place(reading, 0);
    reading.report('yaml-trap', where, { zh: '鍵必須是文字', en: 'a key must be text' }, REMEDY.word);
    return undefined;
  }
  const text = key.source ?? String(key.value);
  const where = at(reading, key);
  if (text === '<<') {
    reading.report(
      'yaml-trap',
      where,
      { zh: '合併鍵 << 看不出說了什麼', en: 'merge key << hides what is said' },
      REMEDY.anchor,
    );
    return undefined;
  }
  warnOfWord(reading, key, where);
  return { text, at: where };
}

/** A pair without a value is, in `{ }`, nearly always text cut by a comma. In a block it may withdraw something: later steps judge. */
function pairValue(reading: Reading, pair: Pair, key: { text: string; at: Position }, flow: boolean): Item | undefined {
  const value = pair.value as Node | null;
  const empty = !value || (isScalar(value) && value.value === null && !value.source);
  if (!empty) return item(reading, value);
  if (flow) {
    const message = { zh: `鍵 "${key.text}" 沒有值`, en: `key "${key.text}" has no value` };
    reading.report('yaml-trap', key.at, message, REMEDY.comma);
    return undefined;
  }
  return { kind: 'scalar', at: key.at, value: null, raw: '', quoted: false };
}

/** YAML 1.1 readers, editors and spreadsheets take these for true and false. */
const WORDS = /^(yes|no|on|off|y|n)$/i;

function warnOfWord(reading: Reading, node: Scalar, where: Position): void {
  if (node.type !== 'PLAIN' || !WORDS.test(node.source ?? '')) return;
  const word = node.source;
  reading.report(
    'yaml-trap',
    where,
    { zh: `未加引號的 ${word} 會被讀成是非`, en: `${word} without quotes may be read as true or false` },
    REMEDY.word,
  );
}

function scalar(reading: Reading, node: Scalar): ScalarItem {
  const where = at(reading, node);
  warnOfWord(reading, node, where);
  const value = node.value;
  const known = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return {
    kind: 'scalar',
    at: where,
    value: known ? value : null,
    raw: node.source ?? String(value ?? ''),
    quoted: node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE',
  };
}

// ── reaching into what was read ────────────────────────────────────────────────────────────────────────────────────

export const entry = (from: Item | undefined, key: string): Item | undefined =>
  from?.kind === 'map' ? from.entries.get(key)?.value : undefined;

export const entries = (from: Item | undefined): Entry[] => (from?.kind === 'map' ? [...from.entries.values()] : []);

/** One or a list of them. */
export const several = (from: Item | undefined): Item[] =>
  from === undefined ? [] : from.kind === 'list' ? from.items : [from];

/** Text of a scalar as written; numbers keep their digits. */
export const written = (from: Item | undefined): string | undefined =>
  from?.kind !== 'scalar' || from.value === null ? undefined : typeof from.value === 'string' ? from.value : from.raw;

/** Plain JSON, as examples and cells hold it. Moments and dates stay text. */
export function plain(from: Item | undefined): unknown {
  if (!from) return undefined;
  if (from.kind === 'scalar') return from.value;
  if (from.kind === 'list') return from.items.map(plain);
  return Object.fromEntries([...from.entries.values()].map((each) => [each.key, plain(each.value)]));
}

/** Where something said inside a scalar stands: `offset` characters into its text. */
export function inside(from: Item | undefined, offset: number): Position {
  if (!from) return { file: '', line: 1, col: 1 };
  if (from.kind !== 'scalar' || from.raw.includes('\n')) return from.at;
  return { ...from.at, col: from.at.col + offset + (from.quoted ? 1 : 0) };
}
