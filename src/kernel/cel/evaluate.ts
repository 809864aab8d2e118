import type { Value } from '../engine/types.ts';
import type { Expression } from '../pack/types.ts';
import { fieldOf, recordField } from './fields.ts';
import { kernelFunction } from './functions.ts';
import { parse, type Tree } from './parse.ts';
import { print } from './print.ts';
import { calculate, compare, minus } from './reckon.ts';
import {
  type Asked,
  idOf,
  isKnown,
  isPending,
  isUnknown,
  joinUnknown,
  PENDING,
  type Pending,
  same,
  storedValue,
  type Thing,
  type Unknown,
  unknown,
} from './things.ts';
import { type Scope, withLocal } from './world.ts';

export type Truth = true | false | Unknown | Pending;

/**
 * Runs a type-checked expression. Three-valued: a value; `Unknown` with the names of what nobody knows (an empty field, an
 * absent fact), decided without where that is possible (`true || unknown` is true, `false && unknown` false, `exists` and
 * `all` likewise); or `PENDING` when the world noted that it must be asked first. Both sides are visited while something is
 * pending, so that one pass collects as many needs as possible. Deterministic: `now` comes from the world.
 */
export function evaluate(expression: Expression | Tree | string, scope: Scope): Asked {
  if (typeof expression !== 'string' && 'op' in expression) return run(expression, scope);
  return run(parse(typeof expression === 'string' ? expression : expression.cel), scope);
}

/** The same for a yes-or-no condition. A value of another kind is unknown. */
export function holds(expression: Expression | string, scope: Scope): Truth {
  const asked = evaluate(expression, scope);
  if (typeof asked === 'boolean') return asked;
  return isKnown(asked) ? unknown(typeof expression === 'string' ? expression : expression.cel) : asked;
}

function run(tree: Tree, scope: Scope): Asked {
  switch (tree.op) {
    case 'value':
      return tree.value;
    case 'name':
    case 'field':
    case 'index':
      return traced(tree, scope);
    case 'call':
      return call(tree, scope);
    case 'method':
      return method(tree, scope);
    case 'macro':
      return macro(tree, scope);
    case 'list':
      return all(tree.items.map((item) => run(item, scope))) ?? [];
    case 'map':
      return mapOf(tree, scope);
    case 'if':
      return choose(tree, scope);
    case 'or':
      return either(run(tree.left, scope), () => run(tree.right, scope), true);
    case 'and':
      return either(run(tree.left, scope), () => run(tree.right, scope), false);
    case 'not':
      return negated(run(tree.of, scope));
    case 'minus':
      return known(run(tree.of, scope), (of) => minus(of, tree));
    case 'compare':
      return both(run(tree.left, scope), run(tree.right, scope), (left, right) => compare(tree.by, left, right, tree));
    case 'in':
      return both(run(tree.left, scope), run(tree.right, scope), isIn);
    case 'arithmetic':
      return both(run(tree.left, scope), run(tree.right, scope), (left, right) => calculate(tree, left, right, scope));
    default:
      return tree satisfies never;
  }
}

// ── knowing and not knowing ────────────────────────────────────────────────────────────────────────────────────────

function known(asked: Asked, then: (thing: Thing) => Asked): Asked {
  return isKnown(asked) ? then(asked) : asked;
}

function both(left: Asked, right: Asked, then: (left: Thing, right: Thing) => Asked): Asked {
  if (isPending(left) || isPending(right)) return PENDING;
  if (isUnknown(left)) return isUnknown(right) ? joinUnknown(left, right) : left;
  return isUnknown(right) ? right : then(left, right);
}

/** The things, or what stands in the way; undefined when there are none. */
function all(asked: Asked[]): Asked | undefined {
  if (asked.some(isPending)) return PENDING;
  const missing = asked.filter(isUnknown);
  return missing.length > 0 ? missing.reduce(joinUnknown) : (asked as Thing[]);
}

/** `||` (decisive true) or `&&` (decisive false): the decisive side wins over everything not known. */
function either(left: Asked, right: () => Asked, decisive: boolean): Asked {
  if (left === decisive) return decisive;
  const other = right();
  if (other === decisive) return decisive;
  return both(left, other, () => !decisive);
}

const negated = (asked: Asked): Asked => known(asked, (of) => (typeof of === 'boolean' ? !of : unknown('!')));

function choose(tree: Tree & { op: 'if' }, scope: Scope): Asked {
  const test = run(tree.test, scope);
  if (test === true) return run(tree.yes, scope);
  if (test === false) return run(tree.no, scope);
  return test;
}

// ── names and paths ────────────────────────────────────────────────────────────────────────────────────────────────

/** Notes the value of a whole path; of a path that begins with a call, the call notes what it was asked and answered. */
function traced(tree: Tree & { op: 'name' | 'field' | 'index' }, scope: Scope): Asked {
  const asked = path(tree, scope);
  if (scope.trace && startsWithName(tree)) scope.trace(print(tree), asked);
  return asked;
}

function startsWithName(tree: Tree): boolean {
  return tree.op === 'field' || tree.op === 'index' ? startsWithName(tree.of) : tree.op === 'name';
}

function path(tree: Tree, scope: Scope): Asked {
  switch (tree.op) {
    case 'name':
      return named(tree.name, scope);
    case 'field':
      return known(path(tree.of, scope), (of) => fieldOf(of, tree.name, scope, () => print(tree)));
    case 'index':
      return both(path(tree.of, scope), run(tree.key, scope), (of, key) => indexed(of, key, tree, scope));
    default:
      return run(tree, scope);
  }
}

function named(name: string, scope: Scope): Asked {
  for (let local = scope.locals; local; local = local.up) if (local.name === name) return local.value;
  const { self, world } = scope;
  switch (name) {
    case 'now':
      return world.now;
    case 'param':
      return { thing: 'param' };
    case 'lists':
      return { thing: 'lists' };
    case 'actor':
      return world.actor ?? unknown('actor');
    default:
  }
  if (!self) return unknown(name);
  if (name === 'this') return { thing: 'record', state: self };
  const field = recordField(self, name, world);
  if (field !== undefined) return field;
  const query = world.typeOf(self)?.sets[name];
  return query ? world.select(query, scope) : unknown(name);
}

function indexed(of: Thing, key: Thing, tree: Tree, scope: Scope): Asked {
  if (Array.isArray(of)) return (typeof key === 'number' ? of[key] : undefined) ?? unknown(print(tree));
  const name = idOf(key);
  return name === undefined ? unknown(print(tree)) : fieldOf(of, name, scope, () => print(tree));
}

// ── calls ──────────────────────────────────────────────────────────────────────────────────────────────────────────

function call(tree: Tree & { op: 'call' }, scope: Scope): Asked {
  if (tree.name === 'given' || tree.name === 'has') return given(run(tree.args[0]!, scope));
  const args = all(tree.args.map((arg) => run(arg, scope)));
  if (args !== undefined && !Array.isArray(args)) return args;
  const things = (args ?? []) as Thing[];
  if (tree.name === 'size') return sizeOf(things[0]!);
  const answer = kernelFunction(tree.name, things, scope);
  if (answer !== undefined) return answer === 'unknown' ? unknown(print(tree)) : answer;
  return fact(tree, things, scope);
}

function fact(tree: Tree & { op: 'call' }, args: Thing[], scope: Scope): Asked {
  const values: Value[] = args.map((arg) => storedValue(arg) ?? '');
  const answer = scope.world.fact(tree.name, values);
  const asked = answer === undefined ? unknown(print(tree)) : (answer as Asked);
  scope.trace?.(
    `${tree.name}(${values.map((value) => (typeof value === 'object' ? JSON.stringify(value) : value)).join(', ')})`,
    asked,
  );
  return asked;
}

/** An empty text and an empty list are as good as nothing. */
function given(asked: Asked): Asked {
  if (isPending(asked)) return PENDING;
  if (isUnknown(asked)) return false;
  return asked !== '' && !(Array.isArray(asked) && asked.length === 0);
}

function method(tree: Tree & { op: 'method' }, scope: Scope): Asked {
  const of = run(tree.of, scope);
  const args = all(tree.args.map((arg) => run(arg, scope)));
  if (isPending(of) || args === PENDING) return PENDING;
  if (tree.name === 'size' && isKnown(of)) return sizeOf(of);
  const first: Asked = Array.isArray(args) ? args[0]! : (args ?? unknown(print(tree)));
  return both(of, first, (thing, arg) => {
    if (typeof thing === 'string' && typeof arg === 'string' && TEXT_TESTS[tree.name])
      return TEXT_TESTS[tree.name]!(thing, arg);
    return known(
      fieldOf(thing, tree.name, scope, () => `${print(tree.of)}.${tree.name}`),
      (list) => isIn(arg, list),
    );
  });
}

const TEXT_TESTS: Record<string, (text: string, part: string) => boolean> = {
  startsWith: (text, part) => text.startsWith(part),
  endsWith: (text, part) => text.endsWith(part),
  contains: (text, part) => text.includes(part),
  matches: (text, part) => new RegExp(part, 'u').test(text),
};

function sizeOf(of: Thing): Asked {
  if (typeof of === 'string') return [...of].length;
  if (Array.isArray(of)) return of.length;
  if (typeof of === 'object' && of.thing === 'list') return Object.keys(of.list.rows).length;
  return typeof of === 'object' && of.thing === undefined ? Object.keys(of).length : unknown('size()');
}

// ── many ───────────────────────────────────────────────────────────────────────────────────────────────────────────

function macro(tree: Tree & { op: 'macro' }, scope: Scope): Asked {
  return known(run(tree.of, scope), (of) => {
    const items = itemsOf(of);
    if (!items) return unknown(print(tree.of));
    const each = (body: Tree) => items.map((item) => run(body, withLocal(scope, tree.variable, item)));
    switch (tree.macro) {
      case 'exists':
        return each(tree.body).reduce((sofar, asked) => either(sofar, () => asked, true), false as Asked);
      case 'all':
        return each(tree.body).reduce((sofar, asked) => either(sofar, () => asked, false), true as Asked);
      case 'exists_one':
        return known(
          all(each(tree.body)) ?? [],
          (found) => (found as Thing[]).filter((one) => one === true).length === 1,
        );
      case 'filter':
        return kept(items, each(tree.body));
      case 'map':
        return mapped(tree, items, scope);
      default:
        return tree.macro satisfies never;
    }
  });
}

function kept(items: Thing[], tests: Asked[]): Asked {
  return known(all(tests) ?? [], () => items.filter((_, i) => tests[i] === true));
}

function mapped(tree: Tree & { op: 'macro' }, items: Thing[], scope: Scope): Asked {
  const wanted = tree.keep
    ? kept(
        items,
        items.map((item) => run(tree.keep!, withLocal(scope, tree.variable, item))),
      )
    : items;
  return known(
    wanted,
    (some) => all((some as Thing[]).map((item) => run(tree.body, withLocal(scope, tree.variable, item)))) ?? [],
  );
}

/** The elements of a many; a constant table gives its rows. */
export function itemsOf(of: Thing): Thing[] | undefined {
  if (Array.isArray(of)) return of;
  if (typeof of !== 'object' || of.thing !== 'list') return undefined;
  const { list } = of;
  return Object.keys(list.rows).map((id) => ({ thing: 'entry', list, id }));
}

/** Membership; in files, a slot that is filled (or a file by its id). */
function isIn(item: Thing, many: Thing): Asked {
  if (typeof many === 'object' && !Array.isArray(many)) {
    const id = idOf(item);
    if (many.thing === 'list') return id !== undefined && Object.hasOwn(many.list.rows, id);
    return many.thing === undefined ? id !== undefined && Object.hasOwn(many, id) : unknown('in');
  }
  if (!Array.isArray(many)) return unknown('in');
  return many.some((one) => same(item, one) || fillsSlot(one, item));
}

function fillsSlot(file: Thing, slot: Thing): boolean {
  if (typeof file !== 'object' || Array.isArray(file) || file.thing !== undefined || file.slot === undefined)
    return false;
  return file.slot === idOf(slot);
}

function mapOf(tree: Tree & { op: 'map' }, scope: Scope): Asked {
  const values = all(tree.entries.map(([, value]) => run(value, scope))) ?? [];
  return known(values, (things) =>
    Object.fromEntries(
      tree.entries.map(([key], i) => [key.op === 'value' ? String(key.value) : print(key), (things as Thing[])[i]!]),
    ),
  );
}
