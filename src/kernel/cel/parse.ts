import { type ASTNode, ParseError, parse as parseCel } from '@marcbachmann/cel-js';
import { type Text, text } from '../text.ts';
import type { CelProblem } from './types.ts';

/** Characters into the source: from, to (exclusive). */
export type Range = readonly [from: number, to: number];
export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type Arithmetic = '+' | '-' | '*' | '/' | '%';
export type Macro = 'exists' | 'all' | 'exists_one' | 'filter' | 'map';

/** Our own expression tree: what the type checker and the evaluator walk. */
export type Tree =
  | { op: 'value'; value: string | number | boolean; at: Range }
  | { op: 'name'; name: string; at: Range }
  | { op: 'field'; of: Tree; name: string; at: Range }
  | { op: 'index'; of: Tree; key: Tree; at: Range }
  | { op: 'call'; name: string; args: Tree[]; at: Range }
  | { op: 'method'; of: Tree; name: string; args: Tree[]; at: Range }
  | { op: 'macro'; of: Tree; macro: Macro; variable: string; keep?: Tree; body: Tree; at: Range }
  | { op: 'list'; items: Tree[]; at: Range }
  | { op: 'map'; entries: [Tree, Tree][]; at: Range }
  | { op: 'if'; test: Tree; yes: Tree; no: Tree; at: Range }
  | { op: 'or' | 'and'; left: Tree; right: Tree; at: Range }
  | { op: 'not' | 'minus'; of: Tree; at: Range }
  | { op: 'compare'; by: Comparison; left: Tree; right: Tree; at: Range }
  | { op: 'in'; left: Tree; right: Tree; at: Range }
  | { op: 'arithmetic'; by: Arithmetic; left: Tree; right: Tree; at: Range };

/** A source that does not read as CEL. */
export class CelSyntax extends Error {
  readonly problem: CelProblem;
  constructor(problem: CelProblem) {
    super(problem.message.en);
    this.problem = problem;
  }
}

const MOST_CACHED = 20_000;
const cache = new Map<string, Tree>();

/**
 * The tree of an expression; the same source gives the same tree, read once.
 * @throws CelSyntax when it does not read; the pack checker asks {@link readExpression} instead
 */
export function parse(source: string): Tree {
  const known = cache.get(source);
  if (known) return known;
  const read = readExpression(source);
  if ('problem' in read) throw new CelSyntax(read.problem);
  if (cache.size >= MOST_CACHED) cache.clear();
  cache.set(source, read.tree);
  return read.tree;
}

/** The tree, or the one problem with its place in the source. */
export function readExpression(source: string): { tree: Tree } | { problem: CelProblem } {
  try {
    return { tree: treeOf(parseCel(source).ast) };
  } catch (error) {
    if (error instanceof CelSyntax) return { problem: error.problem };
    if (error instanceof ParseError) return { problem: syntaxProblem(error, source) };
    throw error;
  }
}

function syntaxProblem(error: ParseError, source: string): CelProblem {
  const start = error.range?.start ?? 0;
  const end = Math.max(error.range?.end ?? source.length, start + 1);
  const place = { offset: start, length: end - start };
  if (error.code === 'reserved_identifier') {
    const word = source.slice(start, end);
    return {
      ...place,
      code: 'reserved-name',
      message: text(`「${word}」是 CEL 的保留字`, `"${word}" is CEL's own word`),
      remedy: text('改用別的名稱', 'rename'),
    };
  }
  return {
    ...place,
    code: 'syntax',
    message: text(
      `看不懂這個條件，問題在「${source.slice(start, start + 12) || '結尾'}」`,
      `not an expression: ${error.summary}`,
    ),
    remedy: slip(source) ?? text('檢查括號、引號與運算子', 'check brackets, quotes and operators'),
  };
}

/** What people write who know the words of other tools, or type with a Chinese keyboard. */
function slip(source: string): Text | undefined {
  const bare = source.replace(/'[^']*'|"[^"]*"/g, "''");
  if (/[（）＝＞＜，。；：“”‘’！＆｜]/.test(bare)) return text('全形符號改為半形', 'write half-width signs');
  if (/(^|[^=!<>])=([^=]|$)/.test(bare)) return text('比較相等寫 ==', 'compare with ==');
  if (/\b(and|or|not)\b/i.test(bare))
    return text('「且」寫 &&，「或」寫 ||，「非」寫 !', 'write && for and, || for or, ! for not');
  if (/^\s*\d+\s*[\u4e00-\u9fff]/.test(bare))
    return text('期間寫成 3 days、3 workdays、1 month', 'write spans as 3 days, 3 workdays, 1 month');
  return undefined;
}

const COMPARISONS = new Set<string>(['==', '!=', '<', '<=', '>', '>=']);
const ARITHMETIC = new Set<string>(['+', '-', '*', '/', '%']);
const MACROS = new Set<string>(['exists', 'all', 'exists_one', 'filter', 'map']);

function treeOf(node: ASTNode): Tree {
  const at: Range = [node.range.start, node.range.end];
  switch (node.op) {
    case 'value':
      return { op: 'value', value: literal(node.args, at), at };
    case 'id':
      return { op: 'name', name: node.args, at };
    case '.':
      return { op: 'field', of: treeOf(node.args[0]), name: node.args[1], at };
    case '[]':
      return { op: 'index', of: treeOf(node.args[0]), key: treeOf(node.args[1]), at };
    case 'call':
      return { op: 'call', name: node.args[0], args: node.args[1].map(treeOf), at };
    case 'rcall':
      return methodTree(node.args[0], treeOf(node.args[1]), node.args[2], at);
    case 'list':
      return { op: 'list', items: node.args.map(treeOf), at };
    case 'map':
      return { op: 'map', entries: node.args.map(([key, value]) => [treeOf(key), treeOf(value)]), at };
    case '?:':
      return { op: 'if', test: treeOf(node.args[0]), yes: treeOf(node.args[1]), no: treeOf(node.args[2]), at };
    case '||':
    case '&&':
      return { op: node.op === '||' ? 'or' : 'and', left: treeOf(node.args[0]), right: treeOf(node.args[1]), at };
    case '!_':
    case '-_':
      return { op: node.op === '!_' ? 'not' : 'minus', of: treeOf(node.args), at };
    case '.?':
    case '[?]':
      throw unusable(at, node.op);
    default:
      return binaryTree(node.op, treeOf(node.args[0]), treeOf(node.args[1]), at);
  }
}

function binaryTree(op: string, left: Tree, right: Tree, at: Range): Tree {
  if (op === 'in') return { op: 'in', left, right, at };
  if (COMPARISONS.has(op)) return { op: 'compare', by: op as Comparison, left, right, at };
  if (ARITHMETIC.has(op)) return { op: 'arithmetic', by: op as Arithmetic, left, right, at };
  throw unusable(at, op);
}

function methodTree(name: string, of: Tree, args: ASTNode[], at: Range): Tree {
  const [variable, ...bodies] = args;
  if (!MACROS.has(name) || variable?.op !== 'id' || bodies.length === 0) {
    return { op: 'method', of, name, args: args.map(treeOf), at };
  }
  const macro = name as Macro;
  const base = { op: 'macro' as const, of, macro, variable: variable.args, at };
  if (bodies.length === 1) return { ...base, body: treeOf(bodies[0]!) };
  if (macro === 'map' && bodies.length === 2) return { ...base, keep: treeOf(bodies[0]!), body: treeOf(bodies[1]!) };
  throw unusable(at, `${name} with ${args.length} arguments`);
}

function literal(value: unknown, at: Range): string | number | boolean {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return Number(value);
  throw unusable(at, value === null ? 'null' : 'this literal');
}

function unusable(at: Range, what: string): CelSyntax {
  return new CelSyntax({
    code: 'syntax',
    offset: at[0],
    length: at[1] - at[0],
    message: text(`程序書不使用 ${what}`, `packs do not use ${what}`),
    remedy:
      what === 'null'
        ? text('空白請以 given(…) 詢問', 'there is no null: ask given(…)')
        : text('換一種寫法', 'write it another way'),
  });
}

/** Calls `see` for the tree and everything below it. */
export function walk(tree: Tree, see: (tree: Tree) => void): void {
  see(tree);
  for (const child of childrenOf(tree)) walk(child, see);
}

function childrenOf(tree: Tree): Tree[] {
  switch (tree.op) {
    case 'value':
    case 'name':
      return [];
    case 'field':
    case 'not':
    case 'minus':
      return [tree.of];
    case 'index':
      return [tree.of, tree.key];
    case 'call':
      return tree.args;
    case 'method':
      return [tree.of, ...tree.args];
    case 'macro':
      return tree.keep ? [tree.of, tree.keep, tree.body] : [tree.of, tree.body];
    case 'list':
      return tree.items;
    case 'map':
      return tree.entries.flat();
    case 'if':
      return [tree.test, tree.yes, tree.no];
    default:
      return [tree.left, tree.right];
  }
}
