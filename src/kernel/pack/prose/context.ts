import { type Text, text } from '../../text.ts';
import { own } from '../own.ts';
import { type Known, memberOf, namesOf, openersOf } from '../scope.ts';
import type { Definition, Field, RecordType, ValueType } from '../types.ts';
import { MEMBERS, MODULE_THINGS } from './facts.ts';

/** Where a sentence is said: on a record or a subject, perhaps about an `item`. */
export type Place = {
  definition: Definition;
  known: Known;
  type?: RecordType | undefined;
  self?: ValueType | undefined;
  /** Local names: macro variables, `item`, `value`, the candidate's fields in a `where`. */
  locals: Record<string, Thing>;
};

/** Something spoken of: its words, its type, and the columns when it is a row or a table. */
export type Thing = {
  words: Text;
  type: ValueType;
  columns?: Record<string, Field> | undefined;
  /** A cell as its column is headed. */
  heading?: Text;
};

export const any: ValueType = { is: 'any' };

export function placeIn(definition: Definition, type?: RecordType): Place {
  const known: Known = { ...definition, openers: openersIn(definition), cache: new Map() };
  return { definition, known, locals: {}, ...(type ? { type, self: { is: 'ref', to: type.name } } : {}) };
}

const openers = new WeakMap<Definition, Known['openers']>();
function openersIn(definition: Definition): Known['openers'] {
  const found = openers.get(definition) ?? openersOf(definition);
  openers.set(definition, found);
  return found;
}

export const withLocal = (place: Place, name: string, thing: Thing): Place => ({
  ...place,
  locals: { ...place.locals, [name]: thing },
});

export const both = (make: (language: 'zh' | 'en') => string): Text => ({ zh: make('zh'), en: make('en') });

export function join(texts: Text[], zh: string, en: string, last = en): Text {
  if (texts.length === 0) return text('', '');
  const english = texts.map((each) => each.en);
  const end = english.pop()!;
  return text(texts.map((each) => each.zh).join(zh), english.length > 0 ? `${english.join(en)}${last}${end}` : end);
}

export const orList = (texts: Text[]): Text => join(texts, '、', ', ', ' or ');
export const andList = (texts: Text[]): Text => join(texts, '、', ', ', ' and ');

/** A label inside an English sentence, without shouting: only acronyms and names keep capitals. */
export function lower(words: string): string {
  return /^[A-Z][a-z]/.test(words) ? words.charAt(0).toLowerCase() + words.slice(1) : words;
}

export const spoken = (label: Text): Text => text(label.zh, lower(label.en));

export const quoted = (label: Text): Text => text(`「${label.zh}」`, `“${label.en}”`);

/** What a record of a type, a person, a row … is called. */
export function nounOf(type: ValueType, definition: Definition): Text {
  if (type.is === 'ref' || type.is === 'refs') {
    const [record, table] = type.to.split('.');
    const of = own(definition.records, record!);
    const field = of && table ? own(of.fields, table) : undefined;
    if (field) return text(`${field.label.zh}的一列`, `row of ${lower(field.label.en)}`);
    return of ? spoken(of.label) : (own(MODULE_THINGS, type.to) ?? text(type.to, type.to));
  }
  return own(MODULE_THINGS, type.is) ?? text('項目', 'item');
}

/** A bare name: a local, a field, a set, or a system field. */
export function named(name: string, place: Place): Thing {
  const local = own(place.locals, name);
  if (local) return local;
  if (name === 'now') return { words: text('現在', 'now'), type: { is: 'moment' } };
  if (name === 'this' && place.self) return { words: thisWords(place), type: place.self };
  if (name === 'actor') return { words: text('執行者', 'whoever acts'), type: { is: 'person' } };
  const type = place.type && own(namesOf(place.type, place.known), name);
  const field = place.type && own(place.type.fields, name);
  if (field) return { words: the(fieldNoun(field.label)), type: type ?? field.type, columns: columnsOf(field) };
  const words = own(MEMBERS, name) ?? text(name, name.replaceAll('_', ' '));
  return { words: text(words.zh, `the ${words.en}`), type: type ?? any };
}

export const the = (label: Text): Text => text(label.zh, label.en.startsWith('“') ? label.en : `the ${label.en}`);

/** A label as a noun; one that is none in English (“Until”, “Handled by”) stands as it is written. */
export const fieldNoun = (label: Text): Text =>
  /(^| )(by|of|at|on|until|since|valid|from)$/i.test(label.en) ? text(label.zh, `“${label.en}”`) : spoken(label);

/** Several of a noun: `finding of the system` → `findings of the system`. */
export function plural(words: string): string {
  if (words.startsWith('the ')) return words;
  const [, head = words, rest = ''] = /^(.*?)( (?:of|from|on|for) .*| \(.*)?$/.exec(words) ?? [];
  if (head.endsWith('software')) return words;
  if (/s$/.test(head)) return `${head.replace(/sis$/, 'ses')}${rest}`;
  return `${/[^aeiou]y$/.test(head) ? `${head.slice(0, -1)}ies` : `${head}s`}${rest}`;
}

/** `本件` for a form that runs its course, `本主機` for a thing in a register. */
export function thisWords(place: Place): Text {
  if (place.type && place.type.role !== 'register') return text('本件', 'this case');
  const noun = place.type ? spoken(place.type.label) : text('對象', 'subject');
  return text(`本${noun.zh}`, `this ${noun.en}`);
}

/** Without its article, to stand after a number or `no`. */
export const bare = (words: string): string => words.replace(/^the /, '');

export const article = (noun: string): string => `${/^[aeiou]/i.test(noun) ? 'an' : 'a'} ${noun}`;

const columnsOf = (field: Field): Record<string, Field> | undefined =>
  field.type.is === 'table' ? field.type.columns : undefined;

/** `of.name`, said as people say it. */
export function member(of: Thing, name: string, place: Place): Thing {
  const type = memberOf(of.type, name, place.known) ?? any;
  const field = columnOrField(of, name, place);
  const label = labelOfMember(of, name, place);
  const words =
    of.type.is === 'refs'
      ? text(`各${of.words.zh}的${label.zh}`, `the ${label.en} of each of ${of.words.en}`)
      : belonging(of.words, label);
  return { words, type, columns: field && columnsOf(field) };
}

const columnOrField = (of: Thing, name: string, place: Place): Field | undefined =>
  of.columns ? own(of.columns, name) : fieldIn(of.type, name, place.definition);

function labelOfMember(of: Thing, name: string, place: Place): Text {
  const field = columnOrField(of, name, place);
  return field ? fieldNoun(field.label) : (own(MEMBERS, name) ?? text(name, name.replaceAll('_', ' ')));
}

/** `its hash`, `the requester's unit`, `the hash of the file`: short owners take the apostrophe. */
function belonging(owner: Text, label: Text): Text {
  if (owner.en === 'it') return text(`${owner.zh === '其' ? '其' : `${owner.zh}的`}${label.zh}`, `its ${label.en}`);
  const short = owner.en.split(' ').length <= 3 && !/[s”]$/.test(owner.en) && !label.en.startsWith('“');
  return text(`${owner.zh}的${label.zh}`, short ? `${owner.en}'s ${label.en}` : `${the(label).en} of ${owner.en}`);
}

/** A field named as a form names it: 「說明」 / “Remark”, its “Remark”, “Important” of the system. */
export function heading(of: Thing | undefined, name: string, place: Place): Text {
  const field = of ? columnOrField(of, name, place) : place.type && own(place.type.fields, name);
  const words = own(MEMBERS, name) ?? text(name, name.replaceAll('_', ' '));
  const label = quoted(field?.label ?? words);
  if (!of) return label;
  if (of.words.en === 'it')
    return text(`${of.words.zh === '其' ? '其' : `${of.words.zh}的`}${label.zh}`, `its ${label.en}`);
  return text(`${of.words.zh}的${label.zh}`, `${label.en} of ${of.words.en}`);
}

function fieldIn(type: ValueType, name: string, definition: Definition): Field | undefined {
  if (type.is !== 'ref' && type.is !== 'refs') return undefined;
  const [record, table] = type.to.split('.');
  const of = own(definition.records, record!);
  if (!of) return undefined;
  const found = table ? own(of.fields, table) : own(of.fields, name);
  if (table) return found?.type.is === 'table' ? own(found.type.columns, name) : undefined;
  if (found) return found;
  const kind = Object.values(definition.records).find((each) => each.kinds.includes(of.name) && own(each.fields, name));
  return kind && own(kind.fields, name);
}

/** A whole sentence in each language. */
export const stop = (said: Text): Text =>
  text(`${said.zh}。`, `${said.en.charAt(0).toUpperCase()}${said.en.slice(1)}.`);
/** Parts that are there, as one sentence. */
export const clauses = (parts: (Text | undefined)[], zh = '；', en = '; '): Text =>
  join(
    parts.filter((part) => part !== undefined),
    zh,
    en,
  );
