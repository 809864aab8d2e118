import type { ValueType } from '../pack/types.ts';
import { type Text, text } from '../text.ts';

/**
 * Types that may be compared with one another share a family. A choice and every written form (url, email …) are text;
 * a date compares with a moment as the start of its local day (Asia/Taipei); durations are spans.
 */
export type Family =
  | 'any'
  | 'text'
  | 'yes_no'
  | 'number'
  | 'time'
  | 'span'
  | 'clock'
  | 'period'
  | 'one'
  | 'many'
  | 'object';

export function familyOf(type: ValueType): Family {
  switch (type.is) {
    case 'any':
    case 'yes_no':
    case 'number':
    case 'period':
    case 'object':
      return type.is;
    case 'text':
    case 'choice':
    case 'address':
    case 'ports':
    case 'mac':
    case 'url':
    case 'email':
      return 'text';
    case 'date':
    case 'moment':
      return 'time';
    case 'span':
    case 'duration':
      return 'span';
    case 'time_of_day':
      return 'clock';
    case 'ref':
    case 'person':
    case 'unit':
    case 'contact':
      return 'one';
    case 'choices':
    case 'refs':
    case 'files':
    case 'table':
    case 'rows':
    case 'list':
      return 'many';
    default:
      return type satisfies never;
  }
}

/** What one element of a many is; undefined when the type is not a many. */
export function elementOf(type: ValueType): ValueType | undefined {
  switch (type.is) {
    case 'choices':
      return { is: 'choice', of: type.of };
    case 'refs':
      return { is: 'ref', to: type.to };
    case 'files':
      return { is: 'object', fields: FILE };
    case 'table':
      return { is: 'object', fields: { ...columnsOf(type.columns), id: TEXT, source: ANY } };
    case 'rows':
    case 'list':
      return type.of;
    case 'any':
      return ANY;
    default:
      return undefined;
  }
}

const columnsOf = (columns: Record<string, { type: ValueType }>): Record<string, ValueType> =>
  Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column.type]));

export const ANY: ValueType = { is: 'any' };
export const TEXT: ValueType = { is: 'text' };
export const NUMBER: ValueType = { is: 'number' };
export const YES_NO: ValueType = { is: 'yes_no' };
export const SPAN: ValueType = { is: 'span' };
const FILE: Record<string, ValueType> = { id: TEXT, name: TEXT, sha256: TEXT, size: NUMBER, media: TEXT, slot: TEXT };

/** Whether values of the two types may meet in `==`, `<`, `in`; a record, a person or a unit may also meet its id as text. */
export function comparable(left: ValueType, right: ValueType): boolean {
  const [a, b] = [familyOf(left), familyOf(right)];
  if (a === 'any' || b === 'any') return true;
  if (a === 'many' && b === 'many') {
    const [one, other] = [elementOf(left), elementOf(right)];
    return one === undefined || other === undefined || comparable(one, other);
  }
  if (a === 'object' && b === 'one') return true;
  if (a === 'one' && b === 'object') return true;
  return a === b;
}

/** Whether a value of type `actual` may stand where `expected` is wanted; an id may be written as text. */
export function fits(actual: ValueType, expected: ValueType): boolean {
  if (comparable(actual, expected)) return true;
  return familyOf(expected) === 'one' && familyOf(actual) === 'text';
}

/** A type in a few words, for a diagnostic. */
export function nameOf(type: ValueType): Text {
  if (type.is === 'choice' || type.is === 'choices') return text(`選項（${type.of}）`, `choice of ${type.of}`);
  if (type.is === 'ref' || type.is === 'refs') return text(`關聯（${type.to}）`, `reference to ${type.to}`);
  return NAMES[type.is] ?? text(type.is, type.is);
}

const NAMES: Record<string, Text> = {
  any: text('任何值', 'anything'),
  text: text('文字', 'text'),
  yes_no: text('是否', 'yes or no'),
  number: text('數字', 'number'),
  date: text('日期', 'date'),
  moment: text('時間', 'moment'),
  period: text('期間', 'period'),
  span: text('時間長度', 'span'),
  duration: text('時間長度', 'span'),
  time_of_day: text('時刻', 'time of day'),
  person: text('人員', 'person'),
  unit: text('單位', 'unit'),
  contact: text('聯絡人', 'contact'),
  files: text('檔案', 'files'),
  table: text('表格', 'table'),
  rows: text('多筆資料', 'rows'),
  list: text('多個值', 'list'),
  object: text('一組值', 'set of values'),
};
