import { checkExpression } from '../cel/check.ts';
import { readExpression, type Tree, walk } from '../cel/parse.ts';
import type { CelProblem, TypeScope } from '../cel/types.ts';
import type { Text } from '../text.ts';
import { own } from './own.ts';
import type { Operand, ValueType, Where } from './types.ts';

/**
 * The grammar of `where`: `== != < <= > >= in && || ! given shares` over fields of the candidate (at most one reference
 * step), `table.exists(row, row.column == …)` over its tables, and things known before asking. It has the same, two-valued meaning in SQL and in memory: a comparison with an
 * absent field is false. Where that would surprise — under `!` and `!=` — the field must be always there (required, a
 * system field) or guarded by `given`.
 */
export type WhereProblem = { code: CelProblem['code'] | 'not-sql'; offset: number; message: Text; remedy: Text };

export type WhereScope = {
  /** Bare names of the candidate and those known before asking (`this`, `now`, `param`, …), functions, fields of types. */
  types: TypeScope;
  /** Names that are known before asking; everything else is the candidate's. */
  outer: Set<string>;
  /** Whether a candidate always has this field. */
  always(path: string[]): boolean;
};

export function parseWhere(source: string, scope: WhereScope): { where?: Where; problems: WhereProblem[] } {
  const read = readExpression(source);
  if ('problem' in read) return { problems: [read.problem] };
  const typed = checkExpression(source, scope.types);
  if ('problems' in typed) return { problems: typed.problems };
  const reading: Reading = { source, scope, problems: [], guarded: [] };
  const where = whereOf(read.tree, reading, true);
  return reading.problems.length > 0 || !where ? { problems: reading.problems } : { where, problems: [] };
}

type Reading = { source: string; scope: WhereScope; problems: WhereProblem[]; guarded: string[] };

/** `positive` turns false under `!`, where an absent field would make the whole true. */
function whereOf(tree: Tree, reading: Reading, positive: boolean): Where | undefined {
  switch (tree.op) {
    case 'and':
    case 'or':
      return connected(tree, reading, positive);
    case 'not': {
      const arg = whereOf(tree.of, reading, !positive);
      return arg && { op: 'not', arg };
    }
    case 'compare': {
      const left = operand(tree.left, reading, positive && tree.by !== '!=');
      const right = operand(tree.right, reading, positive && tree.by !== '!=');
      return left && right && { op: tree.by, left, right };
    }
    case 'in': {
      const left = operand(tree.left, reading, positive);
      const right = operand(tree.right, reading, positive);
      return left && right && { op: 'in', left, right };
    }
    case 'call':
      return called(tree, reading, positive);
    case 'macro':
      return someRow(tree, reading, positive) ?? tooClever(tree, reading);
    default: {
      const of = operand(tree, reading, positive);
      return of && { op: 'true', operand: of };
    }
  }
}

/** In `given(x) && …` and `!given(x) || …` the right side may rely on x. */
function connected(tree: Tree & { op: 'and' | 'or' }, reading: Reading, positive: boolean): Where | undefined {
  const left = whereOf(tree.left, reading, positive);
  const before = reading.guarded;
  reading.guarded = [...before, ...guards(tree.left, tree.op)];
  const right = whereOf(tree.right, reading, positive);
  reading.guarded = before;
  if (!left || !right) return undefined;
  const args = [left, right].flatMap((each) => (each.op === tree.op ? each.args : [each]));
  return { op: tree.op, args };
}

function guards(tree: Tree, under: 'and' | 'or'): string[] {
  if (tree.op === under) return [...guards(tree.left, under), ...guards(tree.right, under)];
  const given = under === 'and' ? tree : tree.op === 'not' ? tree.of : undefined;
  if (given?.op !== 'call' || given.name !== 'given') return [];
  const path = pathOf(given.args[0]);
  return path ? [path.join('.')] : [];
}

function called(tree: Tree & { op: 'call' }, reading: Reading, positive: boolean): Where | undefined {
  const [first, second] = tree.args;
  if (tree.name === 'given' && first) {
    const path = candidatePath(first, reading);
    if (path) return { op: 'given', path };
  }
  if (tree.name === 'shares' && first && second) {
    const left = operand(first, reading, positive);
    const right = operand(second, reading, positive);
    return left && right && { op: 'shares', left, right };
  }
  const of = operand(tree, reading, positive);
  return of && { op: 'true', operand: of };
}

/** `measures.exists(m, m.owner == this.leaver)`: some row of a table has it; one comparison of a column that is not free text. */
function someRow(
  { of, macro, variable, body }: Tree & { op: 'macro' },
  reading: Reading,
  positive: boolean,
): Where | undefined {
  const path = candidatePath(of, reading);
  if (macro !== 'exists' || path?.length !== 1 || body.op !== 'compare') return undefined;
  if (!positive) needsPresence(of, path, reading);
  const side = (tree: Tree): Operand | undefined => {
    const [local, column, ...more] = pathOf(tree) ?? [];
    if (local !== variable) return mentionsCandidate(tree, reading) ? undefined : outerOperand(tree, reading);
    const type = column === undefined || more.length > 0 ? undefined : columnType(of, column, reading);
    return type && type.is !== 'text' ? { candidate: [path[0]!, column!], type, rows: true } : undefined;
  };
  const [left, right] = [side(body.left), side(body.right)];
  return left && right && { op: body.by, left, right };
}

function columnType(table: Tree, column: string, reading: Reading): ValueType | undefined {
  const rows = typeOf(table, reading);
  return rows.is === 'rows' && rows.of.is === 'object' ? own(rows.of.fields, column) : undefined;
}

/** A candidate's field, or something known before asking; anything mixed cannot become SQL. */
function operand(tree: Tree, reading: Reading, positive: boolean): Operand | undefined {
  if (!mentionsCandidate(tree, reading)) return outerOperand(tree, reading);
  const path = candidatePath(tree, reading);
  if (!path) return tooClever(tree, reading);
  if (path.length > 2) return tooFar(tree, path, reading);
  if (!positive) needsPresence(tree, path, reading);
  return { candidate: path, type: typeOf(tree, reading) };
}

function outerOperand(tree: Tree, reading: Reading): Operand {
  const cel = reading.source.slice(...tree.at);
  return { outer: { cel }, type: typeOf(tree, reading) };
}

function typeOf(tree: Tree, reading: Reading): ValueType {
  const typed = checkExpression(reading.source.slice(...tree.at), reading.scope.types);
  return 'problems' in typed ? { is: 'any' } : typed.type;
}

function mentionsCandidate(tree: Tree, reading: Reading): boolean {
  const bound = new Set<string>();
  let found = false;
  walk(tree, (each) => {
    if (each.op === 'macro') bound.add(each.variable);
    if (each.op === 'name' && !bound.has(each.name) && !reading.scope.outer.has(each.name)) found = true;
  });
  return found;
}

/** `a.b` as a path; `item` alone is the candidate itself, `item.a` its field. */
function pathOf(tree: Tree | undefined): string[] | undefined {
  if (tree?.op === 'name') return [tree.name];
  if (tree?.op !== 'field') return undefined;
  const before = pathOf(tree.of);
  return before && [...before, tree.name];
}

function candidatePath(tree: Tree, reading: Reading): string[] | undefined {
  const path = pathOf(tree);
  if (!path || reading.scope.outer.has(path[0]!)) return undefined;
  return path[0] === 'item' && path.length > 1 ? path.slice(1) : path;
}

function needsPresence(tree: Tree, path: string[], reading: Reading): void {
  const steps = path.map((_, n) => path.slice(0, n + 1));
  const missing = steps.find((step) => !reading.scope.always(step) && !reading.guarded.includes(step.join('.')));
  if (!missing) return;
  const name = missing.join('.');
  problem(reading, tree, {
    message: {
      zh: `${name} 可能空白，否定時答案不明`,
      en: `${name} may be empty, so its denial says nothing certain`,
    },
    remedy: { zh: `given(${name}) && …，或設為 required: true`, en: `given(${name}) && …, or required: true` },
  });
}

function tooClever(tree: Tree, reading: Reading): undefined {
  const calls: string[] = [];
  walk(tree, (each) => {
    if (each.op === 'call') calls.push(each.name);
  });
  const fact = calls.find((name) => own(reading.scope.types.functions, name)?.pure === false) ?? calls[0];
  problem(reading, tree, {
    message: fact
      ? { zh: `${fact}() 沒有對應的欄位`, en: `${fact}() has no column` }
      : { zh: 'where 只能比較欄位', en: 'where only compares fields' },
    remedy: { zh: '移到 holds 判斷', en: 'test it in holds' },
  });
  return undefined;
}

function tooFar(tree: Tree, path: string[], reading: Reading): undefined {
  problem(reading, tree, {
    message: { zh: `${path.join('.')} 走了不只一步`, en: `${path.join('.')} takes more than one reference step` },
    remedy: { zh: '移到 holds 判斷', en: 'test it in holds' },
  });
  return undefined;
}

function problem(reading: Reading, tree: Tree, words: { message: Text; remedy: Text }): void {
  reading.problems.push({ code: 'not-sql', offset: tree.at[0], ...words });
}
