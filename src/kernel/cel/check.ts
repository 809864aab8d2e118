import type { ValueType } from '../pack/types.ts';
import { type Text, text } from '../text.ts';
import { ANY, comparable, elementOf, familyOf, fits, NUMBER, nameOf, SPAN, TEXT, YES_NO } from './families.ts';
import { nearest } from './nearest.ts';
import { readExpression, type Tree } from './parse.ts';
import type { CelCheck, CelProblem, FunctionType, TypeScope } from './types.ts';

/**
 * Types an expression without running it: its type and the facts and bare names it uses, or every problem with its place.
 * Dates and moments meet (a date is the start of its local day), spans move them, choice literals must be rows of their list
 * (when the scope knows the rows), a member call on a fact's list (`last_scan(s).covers(x)`) asks membership.
 */
export function checkExpression(source: string, scope: TypeScope): CelCheck {
  const read = readExpression(source);
  if ('problem' in read) return { problems: [read.problem] };
  const check: Check = { scope, locals: new Map(), problems: [], facts: new Set(), names: new Set() };
  const type = typeOf(read.tree, check);
  if (check.problems.length > 0) return { problems: check.problems };
  return { type, uses: { facts: [...check.facts], names: [...check.names] } };
}

type Check = {
  scope: TypeScope;
  locals: Map<string, ValueType>;
  problems: CelProblem[];
  facts: Set<string>;
  names: Set<string>;
};

function typeOf(tree: Tree, check: Check): ValueType {
  switch (tree.op) {
    case 'value':
      return { is: typeof tree.value === 'string' ? 'text' : typeof tree.value === 'number' ? 'number' : 'yes_no' };
    case 'name':
      return nameType(tree, check);
    case 'field':
      return fieldType(tree, check);
    case 'index':
      return indexType(tree, check);
    case 'call':
      return callType(tree, check);
    case 'method':
      return methodType(tree, check);
    case 'macro':
      return macroType(tree, check);
    case 'list':
      return listType(tree.items, check);
    case 'map':
      return mapType(tree, check);
    case 'if':
      return ifType(tree, check);
    case 'or':
    case 'and':
      expect(tree.left, YES_NO, check);
      expect(tree.right, YES_NO, check);
      return YES_NO;
    case 'not':
      expect(tree.of, YES_NO, check);
      return YES_NO;
    case 'minus':
      return minusType(tree, check);
    case 'compare':
      return compareType(tree, check);
    case 'in':
      return inType(tree, check);
    case 'arithmetic':
      return arithmeticType(tree, check);
    default:
      return tree satisfies never;
  }
}

function nameType(tree: Tree & { op: 'name' }, check: Check): ValueType {
  const local = check.locals.get(tree.name);
  if (local) return local;
  const known = Object.hasOwn(check.scope.names, tree.name) ? check.scope.names[tree.name] : undefined;
  if (known) {
    check.names.add(tree.name);
    return known;
  }
  unknownName(tree, tree.name, [...check.locals.keys(), ...Object.keys(check.scope.names)], check);
  return ANY;
}

function unknownName(tree: Tree, name: string, candidates: Iterable<string>, check: Check, call = false): void {
  const like = call ? nearest(name, candidates) : (parameterNamed(name, check) ?? nearest(name, candidates));
  const shown = call ? `${name}()` : name;
  report(check, tree, 'unknown-name', {
    message: text(`「${shown}」不是欄位、集合或事實`, `"${shown}" is no field, set or fact`),
    remedy: like
      ? text(`是 ${like}${call ? '(…)' : ''} 嗎？`, `${like}${call ? '(…)' : ''}?`)
      : text('宣告它或改用已有的名稱', 'declare it, or use a name that exists'),
  });
}

/** A parameter named without `param.`. */
function parameterNamed(name: string, check: Check): string | undefined {
  const of = check.scope.names.param;
  return of?.is === 'object' && Object.hasOwn(of.fields, name) ? `param.${name}` : undefined;
}

function fieldType(tree: Tree & { op: 'field' }, check: Check): ValueType {
  const of = typeOf(tree.of, check);
  if (of.is === 'any') return ANY;
  const found = memberOf(of, tree.name, check);
  if (found) return found;
  const candidates = of.is === 'object' ? Object.keys(of.fields) : [];
  const like = nearest(tree.name, candidates);
  report(check, tree, 'unknown-name', {
    message: text(`${nameOf(of).zh}沒有「${tree.name}」`, `${nameOf(of).en} has no "${tree.name}"`),
    remedy: like ? text(`是 ${like} 嗎？`, `${like}?`) : text('改用它有的欄位', 'use a field it has'),
  });
  return ANY;
}

/** A field of the thing itself; of each file, when there are several. */
function memberOf(of: ValueType, name: string, check: Check): ValueType | undefined {
  if (of.is === 'object' && Object.hasOwn(of.fields, name)) return of.fields[name];
  if (of.is === 'period' && (name === 'start' || name === 'end')) return { is: 'moment' };
  const told = check.scope.fieldOf(of, name);
  if (told) return told;
  if (of.is !== 'files') return undefined;
  const file = elementOf(of);
  return file?.is === 'object' && Object.hasOwn(file.fields, name) ? file.fields[name] : undefined;
}

function indexType(tree: Tree & { op: 'index' }, check: Check): ValueType {
  const of = typeOf(tree.of, check);
  const key = typeOf(tree.key, check);
  if (isConstantTable(tree.of)) return elementOf(of) ?? ANY;
  if (of.is === 'object') return ANY;
  const element = elementOf(of);
  if (!element)
    return wrong(check, tree, text(`${nameOf(of).zh}不能用 [ ] 取值`, `${nameOf(of).en} cannot be indexed`));
  if (familyOf(key) !== 'number' && familyOf(key) !== 'any') {
    wrong(check, tree.key, text('序號須為數字', 'an index is a number'));
  }
  return element;
}

/** `lists.X`: looked up by the name of a row, and walked by its names. */
const isConstantTable = (tree: Tree): tree is Tree & { op: 'field' } =>
  tree.op === 'field' && tree.of.op === 'name' && tree.of.name === 'lists';

function callType(tree: Tree & { op: 'call' }, check: Check): ValueType {
  if (tree.name === 'has' && tree.args.length === 1) {
    typeOf(tree.args[0]!, check);
    return YES_NO;
  }
  if (tree.name === 'size' && tree.args.length === 1) return sizeType(tree.args[0]!, check);
  const known = Object.hasOwn(check.scope.functions, tree.name) ? check.scope.functions[tree.name] : undefined;
  if (!known) {
    unknownName(tree, tree.name, Object.keys(check.scope.functions), check, true);
    for (const arg of tree.args) typeOf(arg, check);
    return ANY;
  }
  if (known.effect) wrong(check, tree, text(`${tree.name}() 只能用在 does`, `${tree.name}() belongs in does`));
  if (!known.pure) check.facts.add(tree.name);
  return argumentsOf(tree, tree.name, known, check);
}

function argumentsOf(tree: Tree & { args: Tree[] }, name: string, known: FunctionType, check: Check): ValueType {
  const least = known.optionalFrom ?? known.args.length;
  if (tree.args.length < least || tree.args.length > known.args.length) {
    const wanted = least === known.args.length ? `${least}` : `${least}–${known.args.length}`;
    wrong(
      check,
      tree,
      text(
        `${name}() 需要 ${wanted} 個引數，寫了 ${tree.args.length} 個`,
        `${name}() takes ${wanted} arguments, not ${tree.args.length}`,
      ),
    );
  }
  tree.args.forEach((arg, i) => {
    const type = typeOf(arg, check);
    const wanted = known.args[i];
    if (wanted && !fits(type, wanted)) mismatch(check, arg, type, wanted);
  });
  return known.returns;
}

const TEXT_TESTS = new Set(['startsWith', 'endsWith', 'contains', 'matches']);

function methodType(tree: Tree & { op: 'method' }, check: Check): ValueType {
  if (tree.name === 'size' && tree.args.length === 0) return sizeType(tree.of, check);
  const of = typeOf(tree.of, check);
  const told = check.scope.methodOf?.(of, tree.name);
  if (told) return argumentsOf(tree, tree.name, told, check);
  const args = tree.args.map((arg) => typeOf(arg, check));
  if (of.is === 'any') return ANY;
  if (TEXT_TESTS.has(tree.name) && familyOf(of) === 'text' && args.length === 1) {
    if (!fits(args[0]!, TEXT)) mismatch(check, tree.args[0]!, args[0]!, TEXT);
    return YES_NO;
  }
  const member = memberOf(of, tree.name, check);
  const element = member && elementOf(member);
  if (element && args.length === 1) {
    if (!comparable(args[0]!, element)) mismatch(check, tree.args[0]!, args[0]!, element);
    return YES_NO;
  }
  report(check, tree, 'unknown-name', {
    message: text(`${nameOf(of).zh}沒有 ${tree.name}()`, `${nameOf(of).en} has no ${tree.name}()`),
    remedy: text(
      '可用 size、exists、all、exists_one、filter、map',
      'size, exists, all, exists_one, filter, map are there',
    ),
  });
  return ANY;
}

function sizeType(of: Tree, check: Check): ValueType {
  const type = typeOf(of, check);
  const family = familyOf(type);
  if (!['many', 'text', 'any', 'object'].includes(family)) {
    wrong(check, of, text(`${nameOf(type).zh}沒有個數`, `${nameOf(type).en} has no size`));
  }
  return NUMBER;
}

function macroType(tree: Tree & { op: 'macro' }, check: Check): ValueType {
  const of = typeOf(tree.of, check);
  const element = isConstantTable(tree.of) ? ({ is: 'choice', of: tree.of.name } as const) : elementOf(of);
  if (!element) {
    wrong(check, tree.of, text(`${nameOf(of).zh}不是多筆資料`, `${nameOf(of).en} is not many`));
  }
  const before = check.locals.get(tree.variable);
  check.locals.set(tree.variable, element ?? ANY);
  if (tree.keep) expect(tree.keep, YES_NO, check);
  const body = typeOf(tree.body, check);
  if (tree.macro !== 'map' && !comparable(body, YES_NO)) mismatch(check, tree.body, body, YES_NO);
  if (before) check.locals.set(tree.variable, before);
  else check.locals.delete(tree.variable);
  if (tree.macro === 'map') return { is: 'list', of: body };
  return tree.macro === 'filter' ? { is: 'rows', of: element ?? ANY } : YES_NO;
}

function listType(items: Tree[], check: Check): ValueType {
  const types = items.map((item) => typeOf(item, check));
  const first = types[0] ?? ANY;
  types.forEach((type, i) => {
    if (!comparable(type, first)) mismatch(check, items[i]!, type, first);
  });
  return { is: 'list', of: first };
}

function mapType(tree: Tree & { op: 'map' }, check: Check): ValueType {
  const fields: Record<string, ValueType> = {};
  for (const [key, value] of tree.entries) {
    if (key.op === 'value' && typeof key.value === 'string') fields[key.value] = typeOf(value, check);
    else wrong(check, key, text('鍵須為文字', 'keys are texts'));
  }
  return { is: 'object', fields };
}

function ifType(tree: Tree & { op: 'if' }, check: Check): ValueType {
  expect(tree.test, YES_NO, check);
  const yes = typeOf(tree.yes, check);
  const no = typeOf(tree.no, check);
  if (!comparable(yes, no)) mismatch(check, tree.no, no, yes);
  return yes.is === 'any' ? no : yes;
}

function minusType(tree: Tree & { of: Tree }, check: Check): ValueType {
  const type = typeOf(tree.of, check);
  if (!['number', 'span', 'any'].includes(familyOf(type))) mismatch(check, tree.of, type, NUMBER);
  return type;
}

const ORDERED = new Set(['number', 'time', 'span', 'clock', 'text', 'any']);

function compareType(tree: Tree & { op: 'compare' }, check: Check): ValueType {
  const left = typeOf(tree.left, check);
  const right = typeOf(tree.right, check);
  const idAsText = familyOf(left) === 'one' && tree.right.op === 'value' && familyOf(right) === 'text';
  if (!comparable(left, right) && !idAsText) return unlike(check, tree, left, right);
  if (tree.by !== '==' && tree.by !== '!=' && !ORDERED.has(familyOf(left))) {
    wrong(check, tree, text(`${nameOf(left).zh}沒有大小先後`, `${nameOf(left).en} has no order`));
  }
  choiceLiteral(left, tree.right, check);
  choiceLiteral(right, tree.left, check);
  return YES_NO;
}

function inType(tree: Tree & { op: 'in' }, check: Check): ValueType {
  const left = typeOf(tree.left, check);
  const right = typeOf(tree.right, check);
  if (isConstantTable(tree.right) || right.is === 'object') return YES_NO;
  const element = right.is === 'files' ? TEXT : elementOf(right);
  if (!element) {
    wrong(check, tree.right, text(`in 右邊須為多個值`, `the right of "in" must be many`));
  } else if (!comparable(left, element) && left.is !== 'object') {
    unlike(check, tree, left, element);
  }
  if (tree.right.op === 'list') for (const item of tree.right.items) choiceLiteral(left, item, check);
  if (element) choiceLiteral(element, tree.left, check);
  return YES_NO;
}

/** A literal beside a choice must be one of its rows. */
function choiceLiteral(type: ValueType, literal: Tree, check: Check): void {
  if (type.is !== 'choice' || literal.op !== 'value' || typeof literal.value !== 'string') return;
  const rows = check.scope.rowsOf?.(type.of);
  if (!rows || rows.includes(literal.value)) return;
  const like = nearest(literal.value, rows);
  report(check, literal, 'unknown-name', {
    message: text(`清單 ${type.of} 沒有「${literal.value}」`, `list ${type.of} has no "${literal.value}"`),
    remedy: like ? text(`是 ${like} 嗎？`, `${like}?`) : text(`可用：${rows.join('、')}`, `one of ${rows.join(', ')}`),
  });
}

function arithmeticType(tree: Tree & { op: 'arithmetic' }, check: Check): ValueType {
  const left = typeOf(tree.left, check);
  const right = typeOf(tree.right, check);
  const pair = `${familyOf(left)} ${tree.by} ${familyOf(right)}`;
  if (familyOf(left) === 'any' || familyOf(right) === 'any') return familyOf(left) === 'any' ? right : left;
  if (/^number [-+*/%] number$/.test(pair)) return NUMBER;
  if (/^time [-+] span$/.test(pair)) return left;
  if (pair === 'span + time') return right;
  if (pair === 'time - time' || /^span [-+] span$/.test(pair) || /^span [*/] number$/.test(pair)) return SPAN;
  if (pair === 'number * span') return SPAN;
  if (pair === 'text + text') return TEXT;
  if (pair === 'many + many') return left;
  return unlike(check, tree, left, right);
}

function expect(tree: Tree, wanted: ValueType, check: Check): void {
  const type = typeOf(tree, check);
  if (!comparable(type, wanted)) mismatch(check, tree, type, wanted);
}

function unlike(check: Check, tree: Tree, left: ValueType, right: ValueType): ValueType {
  const [a, b] = [nameOf(left), nameOf(right)];
  const families = [familyOf(left), familyOf(right)];
  const counts = families.includes('number') && (families.includes('time') || families.includes('span'));
  report(check, tree, 'wrong-type', {
    message: text(`${a.zh}與${b.zh}不能相比或運算`, `${a.en} meets ${b.en}`),
    remedy: counts
      ? text('例如 now - days(30)', 'now - days(30)')
      : text('兩邊改為同類的值', 'make both sides of one kind'),
  });
  return YES_NO;
}

function mismatch(check: Check, tree: Tree, actual: ValueType, wanted: ValueType): void {
  const [a, b] = [nameOf(actual), nameOf(wanted)];
  report(check, tree, 'wrong-type', {
    message: text(`應為${b.zh}，得到${a.zh}`, `${b.en} wanted, ${a.en} found`),
    remedy: text(`改為${b.zh}`, `give ${b.en}`),
  });
}

function wrong(check: Check, tree: Tree, message: Text): ValueType {
  report(check, tree, 'wrong-type', { message, remedy: text('換一種寫法', 'write it another way') });
  return ANY;
}

function report(check: Check, tree: Tree, code: CelProblem['code'], words: { message: Text; remedy: Text }): void {
  check.problems.push({ code, offset: tree.at[0], length: tree.at[1] - tree.at[0], ...words });
}
