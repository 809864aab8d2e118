import { readExpression, type Tree } from '../../cel/parse.ts';
import { type Text, text } from '../../text.ts';
import { own } from '../own.ts';
import { elementOf, itemOf, namesOf } from '../scope.ts';
import type { Field, Query, ValueType } from '../types.ts';
import {
  andList,
  any,
  fieldNoun,
  join,
  nounOf,
  type Place,
  quoted,
  spoken,
  type Thing,
  the,
  thisWords,
} from './context.ts';
import { MODULE_THINGS } from './facts.ts';
import { claim, saysLess, value } from './phrase.ts';

/** A query as a noun in the singular: "本件的維護公告（狀態為「已發布」）", "maintenance notice of this case (…)". */
export function asked(query: Query, place: Place): Thing {
  const source = sourceOf(query, place);
  const conditions = query.where || / where /.test(query.source) ? whereOf(query, source, place) : NO_CONDITIONS;
  const self = thisWords(place);
  const owner = conditions.linked
    ? text(`${self.zh}的${source.words.zh}`, `${source.words.en} of ${self.en}`)
    : source.words;
  const same = conditions.same;
  const shared = same.length > 0 ? join(same, '、', ', ', ' and ') : undefined;
  const noun = shared ? text(`同一${shared.zh}的${owner.zh}`, `${owner.en} of the same ${shared.en}`) : owner;
  const rest = andList(conditions.rest);
  const whole = conditions.rest.length > 0 ? text(`${noun.zh}（${rest.zh}）`, `${noun.en} (${rest.en})`) : noun;
  return { ...source, words: chosen(whole, query) };
}

function chosen(noun: Text, query: Query): Text {
  const group = query.groupBy?.map((path) => path.split('.').at(-1)!.replaceAll('_', ' ')).join(', ');
  if (group) return text(`${noun.zh}，依 ${group} 分組`, `group of ${noun.en} by ${group}`);
  if (query.newest) return text(`最新的${noun.zh}`, `newest ${noun.en}`);
  if (query.sample?.percent)
    return text(`抽樣 ${query.sample.percent} % 的${noun.zh}`, `sampled (${query.sample.percent} %) ${noun.en}`);
  return query.sample ? text(`抽樣的${noun.zh}`, `sampled ${noun.en}`) : noun;
}

function sourceOf(query: Query, place: Place): Thing {
  const { from } = query;
  const type = itemOf(query, place.type, place.known);
  switch (from.kind) {
    case 'record':
      return { words: nounOf(type, place.definition), type: { is: 'rows', of: type } };
    case 'module':
      return {
        words: own(MODULE_THINGS, from.source) ?? text(from.source, from.source),
        type: { is: 'rows', of: type },
      };
    case 'list':
      return { words: listWords(from.list, place), type: { is: 'rows', of: type } };
    case 'table': {
      const field = place.type && own(place.type.fields, from.field);
      const words = field
        ? text(`「${field.label.zh}」的項目`, `line of “${field.label.en}”`)
        : text(from.field, from.field);
      const columns = field?.type.is === 'table' ? field.type.columns : undefined;
      return { words, type: { is: 'rows', of: type }, columns };
    }
    case 'set': {
      const set = place.type && own(place.type.sets, from.set);
      return set ? asked(set, place) : { words: text(from.set, from.set), type: any };
    }
    case 'cel':
      return { words: oneOf(from.of.cel, value(from.of, place)), type: place.type ? celItem(from.of.cel, place) : any };
    default:
      return from satisfies never;
  }
}

/** `each of the hosts`, `at least one of the hosts`; what a fact answers is already said in the singular. */
const oneOf = (cel: string, words: Text): Text =>
  /^[a-z_.]+$/.test(cel) ? text(words.zh, `of ${words.en.startsWith('the ') ? words.en : `the ${words.en}`}`) : words;

/** A field that holds several: what one of them is. */
function celItem(name: string, place: Place): ValueType {
  const type = place.type && own(namesOf(place.type, place.known), name);
  return type ?? any;
}

/** A list without a label goes by the field people know it from. */
export function listWords(name: string, place: Place): Text {
  const list = own(place.definition.lists, name);
  if (list?.label) return text(list.label.zh, `entry of “${list.label.en}”`);
  const types = place.type
    ? [place.type, ...Object.values(place.definition.records)]
    : Object.values(place.definition.records);
  for (const type of types)
    for (const field of Object.values(type.fields))
      if (isFrom(field, name))
        return text(`「${field.label.zh}」應有的項目`, `item that “${field.label.en}” calls for`);
  for (const type of types)
    for (const field of Object.values(type.fields))
      if ((field.type.is === 'choice' || field.type.is === 'choices') && field.type.of === name)
        return text(`「${field.label.zh}」的每種選項`, `choice of “${field.label.en}”`);
  return text(`清單 ${name} 的項目`, `item of list ${name.replaceAll('_', ' ')}`);
}

const isFrom = (field: Field, list: string): boolean => {
  const query = field.type.is === 'files' ? field.type.slots : field.from;
  return query?.from.kind === 'list' && query.from.list === list;
};

type Conditions = { linked: boolean; same: Text[]; rest: Text[] };
const NO_CONDITIONS: Conditions = { linked: false, same: [], rest: [] };

/** `case == this` makes it "of this case", `system == this.system` "of the same system"; the rest is said. */
function whereOf(query: Query, source: Thing, place: Place): Conditions {
  const start = query.source.indexOf(' where ');
  if (start < 0) return NO_CONDITIONS;
  const end = query.source.search(/ (newest by|sample|group by) /);
  const read = readExpression(query.source.slice(start + 7, end < 0 ? undefined : end));
  if ('problem' in read) return NO_CONDITIONS;
  const candidate = candidatePlace(source, place);
  const found: Conditions = { linked: false, same: [], rest: [] };
  const parts = conjuncts(read.tree);
  for (const part of parts) {
    if (saysLess(part, parts)) continue;
    const name = sameAs(part);
    if (isThis(part)) found.linked = true;
    else if (name)
      found.same.push(
        own(candidateFields(candidate), name)?.label
          ? spoken(candidateFields(candidate)[name]!.label)
          : text(name, name),
      );
    else if (!isNotItself(part)) found.rest.push(claim(part, candidate));
  }
  return found;
}

const conjuncts = (tree: Tree): Tree[] =>
  tree.op === 'and' ? [...conjuncts(tree.left), ...conjuncts(tree.right)] : [tree];

const isThis = (tree: Tree): boolean =>
  tree.op === 'compare' &&
  tree.by === '==' &&
  tree.left.op === 'name' &&
  tree.left.name !== 'item' &&
  tree.right.op === 'name' &&
  tree.right.name === 'this';

/** `item == this`, `item != this`: itself, or the others; the noun says enough. */
const isNotItself = (tree: Tree): boolean =>
  tree.op === 'compare' && tree.left.op === 'name' && tree.left.name === 'item';

function sameAs(tree: Tree): string | undefined {
  if (tree.op !== 'compare' || tree.by !== '==' || tree.left.op !== 'name' || tree.right.op !== 'field')
    return undefined;
  const { of, name } = tree.right;
  return of.op === 'name' && of.name === 'this' && name === tree.left.name ? name : undefined;
}

const candidateFields = (place: Place): Record<string, Field> => place.type?.fields ?? {};

/** Bare names are the candidate's; `this` is the case that asks. */
function candidatePlace(source: Thing, place: Place): Place {
  const item = source.type.is === 'rows' || source.type.is === 'refs' ? elementOf(source.type) : any;
  const type = item.is === 'ref' ? own(place.definition.records, item.to) : undefined;
  const columns = Object.entries(source.columns ?? {}).map(([name, column]): [string, Thing] => [
    name,
    { words: the(fieldNoun(column.label)), type: column.type, heading: quoted(column.label) },
  ]);
  const cells =
    item.is === 'object'
      ? Object.entries(item.fields).map(([name, each]): [string, Thing] => [name, cell(name, each)])
      : [];
  const self: Thing = { words: thisWords(place), type: place.self ?? any };
  const locals = {
    ...Object.fromEntries([...cells, ...columns]),
    this: self,
    item: { words: text('其', 'it'), type: item },
  };
  return { definition: place.definition, known: place.known, locals, ...(type ? { type, self: item } : {}) };
}

const cell = (name: string, type: ValueType): Thing => ({
  words: name === 'kinds' ? text('適用種類', 'its kinds') : text(name, name.replaceAll('_', ' ')),
  type,
});
