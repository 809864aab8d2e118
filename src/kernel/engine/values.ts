import { isDate } from '../calendar/date.ts';
import { readSpan } from '../cel/things.ts';
import { canonicalProblem } from '../ledger/canonical.ts';
import type { Definition, Field, ValueType } from '../pack/types.ts';
import type { Refusal } from '../refusal.ts';
import { type Text, text } from '../text.ts';
import { readTable } from './tables.ts';
import type { Directory, Value, Values } from './types.ts';

/** Values as given, read into the form they are kept in; what cannot be read is a refusal naming the field (and line). */
export type Read = { values: Values; cleared: string[]; refusals: Refusal[] };

/** What reading a value may look at. */
export type Reading = { definition: Definition; directory: Directory; before: Values };

const LONGEST_TEXT = 20_000;

/**
 * Reads given values by the declared types: moments become UTC, choices must be rows of their list, tables keep what people may
 * not write. An empty text, or null, clears the field. Computed and unknown fields are left out of the caller's hands before.
 */
export function readValues(fields: Record<string, Field>, given: Values, reading: Reading): Read {
  const read: Read = { values: {}, cleared: [], refusals: [] };
  for (const [name, value] of Object.entries(given)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (!field) {
      read.refusals.push(unreadable(name, text(`沒有「${name}」這個欄位`, `There is no field "${name}"`)));
    } else if (isEmptied(value)) {
      if (reading.before[name] !== undefined) read.cleared.push(name);
    } else if (field.type.is === 'table') {
      readTable(field, field.type.columns, value, reading, read);
    } else {
      const known = readOne(field.type, value, reading);
      if (isProblem(known)) read.refusals.push(unreadable(name, about(field, known.problem)));
      else read.values[name] = known.value;
    }
  }
  return read;
}

export const isEmptied = (value: Value | null): boolean => value === null || value === '';

export type One = { value: Value } | { problem: Text };
export const isProblem = (one: One): one is { problem: Text } => 'problem' in one;
export const about = (field: Field, problem: Text): Text =>
  text(`「${field.label.zh}」${problem.zh}`, `${field.label.en}: ${problem.en}`);

export const unreadable = (field: string, message: Text, line?: number): Refusal => ({
  code: 'invalid',
  message,
  field,
  fix: { text: text('請更正', 'Correct it'), go: `field.${field}` },
  ...(line === undefined ? {} : { line }),
});

/** One value of a plain type. */
export function readOne(type: ValueType, value: Value, reading: Reading): One {
  switch (type.is) {
    case 'text':
    case 'address':
    case 'ports':
    case 'mac':
    case 'url':
    case 'email':
      return textual(value);
    case 'number':
      return typeof value === 'number' && Number.isFinite(value)
        ? { value }
        : problem('應為數字', 'a number is wanted');
    case 'yes_no':
      return typeof value === 'boolean' ? { value } : problem('應為是或否', 'yes or no is wanted');
    case 'date':
      return typeof value === 'string' && isDate(value)
        ? { value }
        : problem('應為日期，如 2026-11-20', 'a date is wanted, like 2026-11-20');
    case 'moment':
      return momentValue(value);
    case 'time_of_day':
      return typeof value === 'string' && /^([01]\d|2[0-3]):[0-5]\d$/.test(value)
        ? { value }
        : problem('應為時刻，如 09:30', 'a time is wanted, like 09:30');
    case 'period':
      return periodValue(value);
    case 'span':
    case 'duration': {
      const span = readSpan(value);
      return span
        ? { value: { n: span.n, unit: span.unit } }
        : problem('應為時間長度，如 3 days', 'a span is wanted, like 3 days');
    }
    case 'choice':
      return choiceValue(type.of, value, reading);
    case 'choices':
      return eachOf(value, (item) => choiceValue(type.of, item, reading));
    case 'person':
      return known(value, reading.directory.persons, '沒有這位人員', 'there is no such person');
    case 'unit':
      return known(value, reading.directory.units, '沒有這個單位', 'there is no such unit');
    case 'ref':
      return idValue(value);
    case 'refs':
      return eachOf(value, idValue);
    case 'files':
      return filesValue(value);
    case 'contact':
    case 'any':
    case 'object':
    case 'rows':
    case 'list':
      return canonicalProblem(value) ? problem('無法讀取', 'it cannot be read') : { value };
    case 'table':
      return problem('表格不能放在表格裡', 'a table cannot stand inside a table');
    default:
      return type satisfies never;
  }
}

const problem = (zh: string, en: string): { problem: Text } => ({ problem: text(zh, en) });

/** The id of a record, or of a row of one: `record#field/row`. */
function idValue(value: Value): One {
  const right = typeof value === 'string' && value !== '' && value.length <= 300 && value.isWellFormed();
  return right ? { value } : problem('應為關聯的編號', 'the id of a record is wanted');
}

function textual(value: Value): One {
  const written = typeof value === 'number' ? String(value) : value;
  if (typeof written !== 'string') return problem('應為文字', 'text is wanted');
  if (!written.isWellFormed()) return problem('含有不成字的字元', 'it has broken characters');
  return written.length <= LONGEST_TEXT
    ? { value: written }
    : problem(`最多 ${LONGEST_TEXT} 字`, `at most ${LONGEST_TEXT} characters`);
}

/** With a zone, or local Taipei time without one. */
function momentValue(value: Value): One {
  const written = typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value) ? value : undefined;
  const zoned = written && /(Z|[+-]\d\d:?\d\d)$/.test(written) ? written : `${written}+08:00`;
  const instant = written === undefined ? Number.NaN : Date.parse(zoned);
  if (Number.isNaN(instant))
    return problem('應為時間，如 2026-11-20T10:00', 'a moment is wanted, like 2026-11-20T10:00');
  return { value: new Date(instant).toISOString() };
}

function periodValue(value: Value): One {
  if (!isObject(value)) return problem('應有起訖', 'a start and an end are wanted');
  const [start, end] = [edge(value.start), edge(value.end)];
  if (start === undefined || end === undefined) return problem('應有起訖', 'a start and an end are wanted');
  return start <= end ? { value: { start, end } } : problem('訖早於起', 'it ends before it starts');
}

function edge(value: Value | undefined): string | undefined {
  if (typeof value === 'string' && isDate(value)) return value;
  const read = value === undefined ? undefined : momentValue(value);
  return read && 'value' in read ? (read.value as string) : undefined;
}

/** `lists.X` or `X`: both name the list. */
export const listName = (of: string): string => (of.startsWith('lists.') ? of.slice(6) : of);

function choiceValue(of: string, value: Value, { definition }: Reading): One {
  const list = definition.lists[listName(of)];
  const written = typeof value === 'boolean' ? (value ? 'yes' : 'no') : value;
  if (typeof written !== 'string') return problem('應為選項', 'a choice is wanted');
  if (!list || Object.hasOwn(list.rows, written)) return { value: written };
  return problem(`沒有「${written}」這個選項`, `"${written}" is no choice`);
}

function eachOf(value: Value, read: (item: Value) => One): One {
  if (!Array.isArray(value)) return problem('應為多個值', 'several values are wanted');
  const all = value.map(read);
  return all.find(isProblem) ?? { value: all.map((one) => (one as { value: Value }).value) };
}

function known(value: Value, among: Record<string, unknown>, zh: string, en: string): One {
  return typeof value === 'string' && Object.hasOwn(among, value) ? { value } : problem(zh, en);
}

function filesValue(value: Value): One {
  const files = Array.isArray(value) ? value : [value];
  return files.every(isFile) ? { value: files } : problem('應為檔案', 'files are wanted');
}

/** Stored already: known by id, with its name and hash. */
const isFile = (file: Value): boolean =>
  isObject(file) &&
  [file.id, file.name, file.sha256].every((part) => typeof part === 'string') &&
  !canonicalProblem(file);

/** An object as JSON has it; arrays and null are none. */
export const isObject = (value: unknown): value is { [key: string]: Value } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
