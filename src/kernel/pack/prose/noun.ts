import type { Tree } from '../../cel/parse.ts';
import { type Text, text } from '../../text.ts';
import { FUNCTIONS } from '../functions.ts';
import { own } from '../own.ts';
import { elementOf } from '../scope.ts';
import type { ValueType } from '../types.ts';
import { isTimeUnit, quantity } from '../units.ts';
import {
  andList,
  any,
  both,
  heading,
  member,
  named,
  type Place,
  plural,
  quoted,
  spoken,
  type Thing,
  withLocal,
} from './context.ts';
import { CALLS, WORDS } from './facts.ts';
import { claim, ITS, methodClaim, quantified } from './phrase.ts';
import { asked, listWords } from './query.ts';

/** Values as nouns. */

export function thing(tree: Tree, place: Place): Thing {
  switch (tree.op) {
    case 'name':
      return setNamed(tree.name, place) ?? named(tree.name, place);
    case 'field':
      return fieldThing(tree, place);
    case 'value':
      return literalThing(tree.value);
    case 'call':
      return call(tree, place);
    case 'arithmetic':
      return arithmetic(tree, place);
    case 'method':
      return methodThing(tree, place);
    case 'index':
      return indexThing(tree, place);
    case 'list':
      return { words: andList(tree.items.map((item) => thing(item, place).words)), type: any };
    case 'macro':
      return macroThing(tree, place);
    case 'if': {
      const [test, yes, no] = [claim(tree.test, place), thing(tree.yes, place), thing(tree.no, place)];
      return {
        words: text(
          `${yes.words.zh}（若${test.zh}；否則${no.words.zh}）`,
          `${yes.words.en} (if ${test.en}; otherwise ${no.words.en})`,
        ),
        type: yes.type,
      };
    }
    case 'minus': {
      const of = thing(tree.of, place);
      return { words: both((language) => `-${of.words[language]}`), type: of.type };
    }
    case 'map':
      return { words: text('一組內容', 'a set of values'), type: any };
    default:
      return { words: claim(tree, place), type: { is: 'yes_no' } };
  }
}

/** A set has no name of its own: it is what it asks for. */
function setNamed(name: string, place: Place): Thing | undefined {
  const set = own(place.locals, name) ? undefined : place.type && own(place.type.sets, name);
  return set && asked(set, place);
}

function literalThing(of: string | number | boolean): Thing {
  if (typeof of === 'boolean') return { words: of ? text('是', 'yes') : text('否', 'no'), type: { is: 'yes_no' } };
  if (typeof of === 'number') return { words: text(String(of), String(of)), type: { is: 'number' } };
  return { words: text(`「${of}」`, `“${of}”`), type: { is: 'text' } };
}

function fieldThing(tree: Tree & { op: 'field' }, place: Place): Thing {
  if (tree.of.op === 'name' && tree.of.name === 'param') return parameter(tree.name, place);
  if (tree.of.op === 'name' && tree.of.name === 'lists') return listThing(tree.name, place);
  const act = actOf(tree, place);
  return act ?? member(thing(tree.of, place), tree.name, place);
}

/** The value with its unit, and what the parameter is called. */
function parameter(name: string, place: Place): Thing {
  const of = own(place.definition.parameters, name);
  if (!of) return { words: text(name, name), type: any };
  const amount = typeof of.value === 'number' ? quantity(of.value, of.unit) : text(String(of.value), String(of.value));
  const type: ValueType = { is: isTimeUnit(of.unit) ? 'span' : typeof of.value === 'number' ? 'number' : 'text' };
  return { words: text(`${amount.zh}（${of.label.zh}）`, `${amount.en} (${spoken(of.label).en})`), type };
}

function listThing(name: string, place: Place): Thing {
  const list = own(place.definition.lists, name);
  return {
    words: listWords(name, place),
    type: { is: 'rows', of: { is: 'object', fields: { id: { is: 'choice', of: name }, ...list?.columns } } },
  };
}

/** `acts.x.at`: when x was done; `acts.x.by`: whoever did it; `acts.x.count`: how often. */
export function actOf(tree: Tree & { op: 'field' }, place: Place): Thing | undefined {
  const label = actLabel(tree, place);
  if (!label) return undefined;
  if (tree.name === 'at')
    return { words: text(`${label.zh}的時間`, `the time of ${label.en}`), type: { is: 'moment' } };
  if (tree.name === 'by')
    return { words: text(`辦理${label.zh}者`, `whoever did ${label.en}`), type: { is: 'person' } };
  if (tree.name !== 'count') return undefined;
  return { words: text(`${label.zh}的次數`, `the number of times ${label.en} was done`), type: { is: 'number' } };
}

export function actLabel(tree: Tree & { op: 'field' }, place: Place): Text | undefined {
  const { of } = tree;
  if (of.op !== 'field' || of.of.op !== 'name' || of.of.name !== 'acts') return undefined;
  const action = place.type && own(place.type.actions, of.name);
  return quoted(action?.label ?? text(of.name, of.name));
}

const SPANS = ['minutes', 'hours', 'days', 'workdays', 'weeks', 'months', 'years'];

export function call(tree: Tree & { op: 'call' }, place: Place): Thing {
  const type = own(FUNCTIONS, tree.name)?.returns ?? any;
  const first = tree.args[0];
  if (SPANS.includes(tree.name) && first?.op === 'value')
    return { words: quantity(Number(first.value), tree.name.slice(0, -1)), type };
  if (tree.name === 'size' && first) {
    const of = thing(first, place).words;
    return { words: text(`${of.zh}的數量`, `the number of ${plural(of.en)}`), type: { is: 'number' } };
  }
  if (tree.name === 'open_findings' && first) return { words: findings(tree, first, place), type };
  const pattern = own(CALLS, tree.name) ?? text(`${tree.name}({0})`, `${tree.name}({0})`);
  const args = tree.args.map((arg) => argument(arg, place));
  return { words: fill(pattern, args), type };
}

function argument(tree: Tree, place: Place): Text {
  if (tree.op !== 'value' || typeof tree.value !== 'string') return thing(tree, place).words;
  const action = place.type && own(place.type.actions, tree.value);
  const label =
    action?.label ?? own(place.definition.duties, tree.value)?.label ?? own(place.definition.lists, tree.value)?.label;
  return label ? quoted(label) : (own(WORDS, tree.value) ?? text(tree.value, tree.value));
}

function findings(tree: Tree & { op: 'call' }, target: Tree, place: Place): Text {
  const of = thing(target, place).words;
  const level = tree.args[1]?.op === 'value' ? own(WORDS, String(tree.args[1].value)) : undefined;
  const worse = level && level.en !== 'critical';
  return text(
    `${of.zh}未結的${level?.zh ?? ''}${worse ? '以上' : ''}弱點`,
    `open finding of ${of.en}${level ? ` (${level.en}${worse ? ' or worse' : ''})` : ''}`,
  );
}

export const fill = (pattern: Text, args: Text[]): Text =>
  both((language) => pattern[language].replace(/\{(\d)\}/g, (_, n: string) => args[Number(n)]?.[language] ?? ''));

function arithmetic(tree: Tree & { op: 'arithmetic' }, place: Place): Thing {
  const [left, right] = [thing(tree.left, place), thing(tree.right, place)];
  if (tree.by === '+' && right.type.is === 'span')
    return { words: later(tree.left, left.words, right.words), type: left.type };
  if (tree.by === '-' && right.type.is === 'span')
    return { words: earlier(tree.left, left.words, right.words), type: left.type };
  return { words: both((language) => `${left.words[language]} ${tree.by} ${right.words[language]}`), type: left.type };
}

const isNow = (tree: Tree): boolean => tree.op === 'name' && tree.name === 'now';

const later = (tree: Tree, of: Text, span: Text): Text =>
  isNow(tree)
    ? text(`現在起 ${span.zh}後`, `${span.en} from now`)
    : text(`${of.zh}後 ${span.zh}`, `${span.en} after ${of.en}`);

const earlier = (tree: Tree, of: Text, span: Text): Text =>
  isNow(tree) ? text(` ${span.zh}前`, `${span.en} ago`) : text(`${of.zh}前 ${span.zh}`, `${span.en} before ${of.en}`);

function methodThing(tree: Tree & { op: 'method' }, place: Place): Thing {
  const of = thing(tree.of, place);
  if (tree.name === 'size')
    return { words: text(`${of.words.zh}的數量`, `the number of ${plural(of.words.en)}`), type: { is: 'number' } };
  return { words: methodClaim(tree, false, place), type: { is: 'yes_no' } };
}

/** `lists.grade[level]`: the row of a list. */
function indexThing(tree: Tree & { op: 'index' }, place: Place): Thing {
  const [of, key] = [thing(tree.of, place), thing(tree.key, place)];
  return { words: text(`${key.words.zh}`, `${key.words.en}`), type: elementOf(of.type), columns: of.columns };
}

function macroThing(tree: Tree & { op: 'macro' }, place: Place): Thing {
  const many = thing(tree.of, place);
  const inner = withLocal(place, tree.variable, { words: ITS, type: elementOf(many.type), columns: many.columns });
  if (tree.macro === 'filter') {
    const body = claim(tree.body, inner);
    return {
      words: text(`${many.words.zh}（${body.zh}）`, `${many.words.en} (${body.en})`),
      type: many.type,
      columns: many.columns,
    };
  }
  if (tree.macro === 'map') {
    const each = thing(tree.body, inner).words;
    return {
      words: text(
        `${many.words.zh}各筆之${each.zh.replace(/^其/, '')}`,
        `${each.en.replace(/^its /, '')} of each ${many.words.en}`,
      ),
      type: any,
    };
  }
  return { words: quantified(tree, place), type: { is: 'yes_no' } };
}

/** A field by its heading; anything else in quotes. */
export function headed(tree: Tree, place: Place): Text {
  const cell = tree.op === 'name' ? own(place.locals, tree.name)?.heading : undefined;
  if (cell) return cell;
  if (tree.op === 'name' && !own(place.locals, tree.name) && place.type && own(place.type.fields, tree.name))
    return heading(undefined, tree.name, place);
  if (tree.op === 'field' && !actOf(tree, place)) return heading(thing(tree.of, place), tree.name, place);
  return thing(tree, place).words;
}
