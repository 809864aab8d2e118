import { parse } from '@marcbachmann/cel-js';
import type { Query } from '../types.ts';
import { type Item, inside, written } from '../yaml.ts';
import { type Build, mark, optional } from './build.ts';

/** The parts of a `which` that wait for the merged types: what it is drawn from, and its `where`, with offsets. */
export type Drawn = { from: string; where?: { source: string; offset: number } };
export type Draws = WeakMap<object, Drawn>;

type Clause = { word: 'where' | 'newest by' | 'sample' | 'group by'; text: string; offset: number };
const WORDS = ['where', 'newest by', 'sample', 'group by'] as const;

/**
 * `source where … newest by x | sample 10 % | group by a, b`. The source and its `where` are resolved once all packs
 * are merged; until then the query is drawn `from` an expression.
 */
export function queryOf(build: Build & { draws: Draws }, item: Item | undefined): Query | undefined {
  const source = written(item);
  if (source === undefined || !item) return undefined;
  const { head, clauses } = split(source);
  const query: Query = mark(
    build,
    { from: { kind: 'cel', of: mark(build, { cel: head.trim() }, item) }, source: source.trim() },
    item,
  );
  const drawn: Drawn = { from: head.trim() };
  for (const clause of clauses) take(build, item, query, drawn, clause);
  build.draws.set(query, drawn);
  return query;
}

function take(build: Build, item: Item, query: Query, drawn: Drawn, clause: Clause): void {
  const text = clause.text.trim();
  const offset = clause.offset + (clause.text.length - clause.text.trimStart().length);
  switch (clause.word) {
    case 'where':
      drawn.where = { source: text, offset };
      return;
    case 'newest by':
      query.newest = text;
      return;
    case 'group by':
      query.groupBy = text.split(',').map((path) => path.trim());
      return;
    case 'sample':
      Object.assign(query, optional('sample', sampleOf(build, item, text, offset)));
  }
}

function sampleOf(build: Build, item: Item, text: string, offset: number): Query['sample'] {
  const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(text);
  if (percent) return { percent: Number(percent[1]) };
  if (text) return { n: mark(build, { cel: text }, item) };
  const message = { zh: '抽樣沒有數量', en: 'sample says no number' };
  build.report('not-sql', inside(item, offset), message, { zh: '寫 sample 10 %', en: 'write sample 10 %' });
  return undefined;
}

/** Finds the words outside quotes and brackets. */
function split(source: string): { head: string; clauses: Clause[] } {
  const marks: { word: Clause['word']; start: number; end: number }[] = [];
  let depth = 0;
  let quote = '';
  for (let i = 0; i < source.length; i++) {
    const c = source[i]!;
    if (quote) {
      if (c === quote) quote = '';
      continue;
    }
    if (c === "'" || c === '"') quote = c;
    else if ('([{'.includes(c)) depth++;
    else if (')]}'.includes(c)) depth--;
    else if (depth === 0 && c === ' ') {
      const word = WORDS.find((each) => source.startsWith(`${each} `, i + 1));
      if (word) marks.push({ word, start: i, end: i + 1 + word.length });
    }
  }
  const clauses = marks.map((at, n) => ({
    word: at.word,
    text: source.slice(at.end, marks[n + 1]?.start),
    offset: at.end,
  }));
  return { head: source.slice(0, marks[0]?.start), clauses };
}

/** `module.name(a, b)` taken apart; nothing when it is not a call on a name. */
export function callOf(source: string): { module: string; name: string; args: string[] } | undefined {
  try {
    const ast = parse(source).ast;
    if (ast.op !== 'rcall') return undefined;
    const [name, receiver, args] = ast.args;
    if (receiver.op !== 'id') return undefined;
    return { module: receiver.args, name, args: args.map((arg) => source.slice(arg.start, arg.end)) };
  } catch {
    return undefined; // not CEL: the caller says so, with the place
  }
}
