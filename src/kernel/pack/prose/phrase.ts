import { readExpression, type Tree } from '../../cel/parse.ts';
import { type Text, text } from '../../text.ts';
import { own } from '../own.ts';
import { elementOf } from '../scope.ts';
import type { Expression, ValueType } from '../types.ts';
import { bare, join, orList, type Place, plural, quoted, type Thing, withLocal } from './context.ts';
import { WORDS } from './facts.ts';
import { actLabel, call, fill, headed, thing } from './noun.ts';

/** A condition as a clause of a sentence: "期限不晚於現在起 12 個月", "the finding is fixed". */
export function condition(expression: Expression, place: Place): Text {
  const read = readExpression(expression.cel);
  return 'problem' in read ? text(expression.cel, expression.cel) : claim(read.tree, place);
}

/** A value as a noun: "最近一次掃描的完成時間", "30 days from now". */
export function value(expression: Expression, place: Place): Text {
  const read = readExpression(expression.cel);
  return 'problem' in read ? text(expression.cel, expression.cel) : thing(read.tree, place).words;
}

// ── claims ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export function claim(tree: Tree, place: Place): Text {
  switch (tree.op) {
    case 'and':
      return connect(tree, 'and', place);
    case 'or':
      return connect(tree, 'or', place);
    case 'not':
      return denial(tree.of, place);
    case 'compare':
      return comparison(tree, tree.by, place);
    case 'in':
      return membership(tree, false, place);
    case 'macro':
      return tree.macro === 'filter' || tree.macro === 'map' ? thing(tree, place).words : quantified(tree, place);
    case 'method':
      return methodClaim(tree, false, place);
    case 'if':
      return alternative(tree, place);
    case 'value':
      return tree.value === true ? text('一律成立', 'always') : text('永不成立', 'never');
    case 'call':
      return tree.name === 'given' && tree.args[0] ? isGiven(tree.args[0], true, place) : call(tree, place).words;
    default:
      return isYes(tree, true, place);
  }
}

function alternative(tree: Tree & { op: 'if' }, place: Place): Text {
  const [test, yes, no] = [claim(tree.test, place), claim(tree.yes, place), claim(tree.no, place)];
  return text(`若${test.zh}，則${yes.zh}；否則${no.zh}`, `if ${test.en}, then ${yes.en}; otherwise ${no.en}`);
}

function connect(tree: Tree & { op: 'and' | 'or' }, op: 'and' | 'or', place: Place): Text {
  const other = op === 'and' ? 'or' : 'and';
  const all = flatten(tree, op);
  const parts = (op === 'and' ? all.filter((part) => !saysLess(part, all)) : all).map((part) => {
    const said = claim(part, place);
    const mixed = (part.op === other && several(part, other)) || (part.op === 'not' && part.of.op === op);
    return mixed ? text(`（${said.zh}）`, `(${said.en})`) : said;
  });
  return op === 'and' ? join(parts, '，且', ', and ') : join(parts, '，或', ', or ');
}

const flatten = (tree: Tree, op: 'and' | 'or'): Tree[] =>
  tree.op === op ? [...flatten(tree.left, op), ...flatten(tree.right, op)] : [tree];

/** Whether more than one thing is left to say. */
function several(tree: Tree, op: 'and' | 'or'): boolean {
  const parts = flatten(tree, op);
  return op === 'or' || parts.filter((part) => !saysLess(part, parts)).length > 1;
}

/** `given(x)` beside `x`, `x == …` or `x in …`: what the others say already tells that it is filled in. */
export function saysLess(part: Tree, all: Tree[]): boolean {
  if (part.op !== 'call' || part.name !== 'given' || !part.args[0]) return false;
  const of = spelled(part.args[0]);
  return all.some((other) => {
    const about = (other.op === 'compare' && other.by === '==') || other.op === 'in' ? other.left : other;
    return spelled(about) === of;
  });
}

/** A tree without its places in the source. */
const spelled = (tree: Tree): string => JSON.stringify(tree, (key, part) => (key === 'at' ? undefined : part));

const OPPOSITE = { '==': '!=', '!=': '==', '<': '>=', '<=': '>', '>': '<=', '>=': '<' } as const;

function denial(tree: Tree, place: Place): Text {
  switch (tree.op) {
    case 'not':
      return claim(tree.of, place);
    case 'compare':
      return comparison(tree, OPPOSITE[tree.by], place);
    case 'in':
      return membership(tree, true, place);
    case 'method':
      return methodClaim(tree, true, place);
    case 'macro':
      return quantified(tree, place, true);
    case 'name':
    case 'field':
      return isYes(tree, false, place);
    case 'and':
    case 'or':
      return deMorgan(tree, place);
    case 'call':
      return deniedCall(tree, place);
    default: {
      const said = claim(tree, place);
      return text(`並非${said.zh}`, `not: ${said.en}`);
    }
  }
}

function deMorgan(tree: Tree & { op: 'and' | 'or' }, place: Place): Text {
  const parts = flatten(tree, tree.op).map((part) => denial(part, place));
  return tree.op === 'and' ? join(parts, '，或', ', or ') : join(parts, '，且', ', and ');
}

/** What is not so, said as people deny it. */
const DENIALS: Record<string, Text> = {
  administered: text('{0}自{1}起未曾為系統管理者', '{0} was no administrator since {1}'),
  is_ip: text('{0}不是 IP 位址', '{0} is not a bare IP address'),
  on_hold: text('{0}不在保全中', '{0} is not on hold'),
  public_body: text('機關不適用檔案法', 'the organisation is not subject to the Archives Act'),
  outside: text('{0}不是外部位址', '{0} is not an outside address'),
  shares: text('{0}與{1}沒有共同項目', '{0} and {1} have nothing in common'),
  covers: text('{0}不涵蓋{1}', '{0} does not cover {1}'),
  touches: text('{0}不含{1}的埠', '{0} includes no port of {1}'),
};

function isGiven(tree: Tree, given: boolean, place: Place): Text {
  const act = tree.op === 'field' && tree.name === 'at' ? actLabel(tree, place) : undefined;
  if (act)
    return given ? text(`已完成${act.zh}`, `${act.en} was done`) : text(`未完成${act.zh}`, `${act.en} was not done`);
  const said = headed(tree, place);
  return given ? text(`${said.zh}已填`, `${said.en} is filled in`) : text(`${said.zh}未填`, `${said.en} is empty`);
}

function deniedCall(tree: Tree & { op: 'call' }, place: Place): Text {
  const given = tree.name === 'given' ? tree.args[0] : undefined;
  if (given) return isGiven(given, false, place);
  const pattern = own(DENIALS, tree.name);
  if (pattern)
    return fill(
      pattern,
      tree.args.map((arg) => thing(arg, place).words),
    );
  const said = call(tree, place).words;
  return text(`並非${said.zh}`, `it is not so that ${said.en}`);
}

function isYes(tree: Tree, yes: boolean, place: Place): Text {
  const said = headed(tree, place);
  return yes ? text(`${said.zh}為是`, `${said.en} is yes`) : text(`${said.zh}為否`, `${said.en} is no`);
}

type Operator = keyof typeof OPPOSITE;

const OF_TIME: Record<Operator, Text> = {
  '==': text('等於', 'is'),
  '!=': text('不等於', 'is not'),
  '<': text('早於', 'is before'),
  '<=': text('不晚於', 'is no later than'),
  '>': text('晚於', 'is after'),
  '>=': text('不早於', 'is no earlier than'),
};
const OF_SIZE: Record<Operator, Text> = {
  '==': text('為', 'is'),
  '!=': text('不是', 'is not'),
  '<': text('小於', 'is less than'),
  '<=': text('不超過', 'is at most'),
  '>': text('大於', 'is more than'),
  '>=': text('不低於', 'is at least'),
};
const TIMES = ['moment', 'date'];

function comparison(tree: Tree & { op: 'compare' }, by: Operator, place: Place): Text {
  const counted = countOf(tree.left, tree.right, by, place);
  if (counted) return counted;
  const [left, right] = [thing(tree.left, place), thing(tree.right, place)];
  if (tree.right.op === 'value' && typeof tree.right.value === 'boolean')
    return isYes(tree.left, (by === '==') === tree.right.value, place);
  const same = sameness(tree, by, place);
  if (same) return same;
  const words = TIMES.includes(left.type.is) || TIMES.includes(right.type.is) ? OF_TIME[by] : OF_SIZE[by];
  const to = literal(tree.right, left.type, place) ?? right.words;
  const from = literal(tree.left, right.type, place) ?? left.words;
  return text(`${from.zh}${words.zh}${spaced(to.zh)}`, `${from.en} ${words.en} ${to.en}`);
}

/** Two things compared with one another, neither a literal nor a figure. */
function sameness(tree: Tree & { op: 'compare' }, by: Operator, place: Place): Text | undefined {
  const fixed = (side: Tree): boolean =>
    side.op === 'value' || (side.op === 'field' && side.of.op === 'name' && side.of.name === 'param');
  if ((by !== '==' && by !== '!=') || fixed(tree.left) || fixed(tree.right)) return undefined;
  const left = identified(tree.left, thing(tree.left, place), place);
  const right = identified(tree.right, thing(tree.right, place), place);
  if (by === '==') return text(`${left.zh}與${right.zh}相同`, `${left.en} is the same as ${right.en}`);
  return text(`${left.zh}不同於${right.zh}`, `${left.en} is not the same as ${right.en}`);
}

/** Figures and Latin letters stand apart from Chinese characters. */
const spaced = (words: string): string => (/^[\dA-Za-z]/.test(words) ? ` ${words}` : words);

/** `x.size() > 0`: there is one; `x.size() == 0`: there is none. */
function countOf(left: Tree, right: Tree, by: Operator, place: Place): Text | undefined {
  if (left.op !== 'method' || left.name !== 'size') return undefined;
  const of = thing(left.of, place).words;
  const zero = right.op === 'value' && right.value === 0;
  const many = of.en.startsWith('the ');
  if (zero && (by === '==' || by === '<='))
    return text(`沒有${of.zh}`, many ? `there are no ${bare(of.en)}` : `there is no ${of.en}`);
  if (zero && (by === '>' || by === '!='))
    return text(`至少有一筆${of.zh}`, `there is at least one ${many ? 'of ' : ''}${of.en}`);
  const to = thing(right, place).words;
  return text(
    `${of.zh}的數量${by === '>=' ? '不少於' : OF_SIZE[by].zh}${spaced(to.zh)}`,
    `the number of ${plural(of.en)} ${OF_SIZE[by].en} ${to.en}`,
  );
}

/** A choice is said by its label, beside a field that chooses from the list. */
function literal(tree: Tree, beside: ValueType, place: Place): Text | undefined {
  if (tree.op !== 'value' || typeof tree.value !== 'string') return undefined;
  const slots = beside.is === 'files' ? beside.slots?.from : undefined;
  const type: ValueType = slots?.kind === 'list' ? { is: 'choice', of: slots.list } : elementOf(beside);
  return choiceLabel(tree.value, type, place) ?? own(WORDS, tree.value);
}

function choiceLabel(name: string, type: ValueType, place: Place): Text | undefined {
  if (type.is !== 'choice') return undefined;
  const row = own(own(place.definition.lists, type.of)?.rows, name);
  if (row) return quoted(row.label);
  const [record] = type.of.split('.');
  const states = Object.values(place.definition.records).filter(
    (each) => each.name === record || each.kinds.includes(record!),
  );
  const state = states.map((each) => own(each.flow, name)).find((each) => each !== undefined);
  return state && quoted(state.label);
}

function membership(tree: Tree & { op: 'in' }, denied: boolean, place: Place): Text {
  const left = thing(tree.left, place);
  if (tree.right.op === 'list') {
    const choices = tree.right.items.map((item) => literal(item, left.type, place) ?? thing(item, place).words);
    const one = orList(choices);
    if (choices.length === 1)
      return text(
        `${left.words.zh}${denied ? '不是' : '為'}${one.zh}`,
        `${left.words.en} is ${denied ? 'not ' : ''}${one.en}`,
      );
    return text(
      `${left.words.zh}${denied ? '不是' : '為'}${one.zh}${denied ? '' : '之一'}`,
      `${left.words.en} is ${denied ? 'neither ' : ''}${denied ? join(choices, '、', ', ', ' nor ').en : one.en}`,
    );
  }
  const list = listOf(tree.right, place);
  if (list) {
    const said = quoted(list);
    return text(
      `${left.words.zh}${denied ? '不屬於' : '屬於'}${said.zh}`,
      `${left.words.en} is ${denied ? 'not ' : ''}one of ${said.en}`,
    );
  }
  const right = thing(tree.right, place);
  const member = literal(tree.left, right.type, place) ?? identified(tree.left, left, place);
  return text(
    `${right.words.zh}${denied ? '不含' : '包含'}${member.zh}`,
    `${right.words.en} ${denied ? 'does not include' : 'includes'} ${member.en}`,
  );
}

/** `lists.x`: what the list is called. */
function listOf(tree: Tree, place: Place): Text | undefined {
  if (tree.op !== 'field' || tree.of.op !== 'name' || tree.of.name !== 'lists') return undefined;
  return own(place.definition.lists, tree.name)?.label;
}

/** `item.id` stands for the item. */
function identified(tree: Tree, of: Thing, place: Place): Text {
  return tree.op === 'field' && tree.name === 'id' ? thing(tree.of, place).words : of.words;
}

/** What a macro's variable is called: its own fields are `its`. */
export const ITS = text('其', 'it');

export function quantified(tree: Tree & { op: 'macro' }, place: Place, denied = false): Text {
  const many = thing(tree.of, place);
  const one: Thing = { words: text('其', 'its'), type: elementOf(many.type), columns: many.columns };
  const inner = withLocal(place, tree.variable, { ...one, words: ITS });
  const body = claim(tree.body, inner);
  const exists = tree.macro === 'exists' || tree.macro === 'exists_one';
  const [zh, en] = [many.words.zh, many.words.en];
  const of = en.startsWith('the ') ? `of ${en}` : en;
  const only = tree.macro === 'exists_one';
  if (exists && denied) return text(`沒有任何${zh}符合：${body.zh}`, `no ${bare(en)} is such that ${body.en}`);
  if (exists)
    return text(
      `${only ? '恰' : ''}有一筆${zh}，${body.zh}`,
      `${only ? 'exactly' : 'at least'} one ${of} is such that ${body.en}`,
    );
  if (denied) return text(`並非每一筆${zh}都符合：${body.zh}`, `not every one ${of} is such that ${body.en}`);
  return text(`每一筆${zh}都符合：${body.zh}`, `for each ${of}, ${body.en}`);
}

/** `last_scan(s).covers(x)`: a question about a member. */
export function methodClaim(tree: Tree & { op: 'method' }, denied: boolean, place: Place): Text {
  const args = tree.args.map((arg) => thing(arg, place).words);
  const of = thing(tree.of, place).words;
  if (tree.name === 'covers' && args[0])
    return text(
      `${of.zh}${denied ? '未' : ''}涵蓋${args[0].zh}`,
      `${of.en} ${denied ? 'does not cover' : 'covers'} ${args[0].en}`,
    );
  const first = args[0] ?? text('', '');
  return text(
    `${of.zh}${denied ? '不符' : '符合'} ${tree.name} ${first.zh}`.trim(),
    `${of.en} ${denied ? 'does not satisfy' : 'satisfies'} ${tree.name} ${first.en}`.trim(),
  );
}
