import type { RecordState, Row, Value } from '../../kernel/engine/types.ts';
import type { Field, RecordType, ValueType } from '../../kernel/pack/types.ts';
import { acted, PARTICIPANTS, participants } from './participants.ts';

/** One typed row: `t` text and ids, `n` number, `m` moment, `d` date. Lists give several; period gives `.start` and `.end`. */
export type FieldRow = { field: string; t?: string; n?: number; m?: string; d?: string };

/** Field under which every reference stands once more: "who refers to this record". */
export const REFERENCES = '@';

/**
 * Typed rows of everything that lists filter, sort, search or follow: fields, table columns as `table.column`, references.
 * @param type the definition the record opened under
 */
export function fieldRows(type: RecordType, state: RecordState): FieldRow[] {
  const rows: FieldRow[] = [];
  const references = new Set<string>();
  for (const field of Object.values(type.fields)) {
    const value = state.values[field.name];
    if (value === undefined) continue;
    if (field.type.is === 'table') tableRows(field.name, field.type.columns, value, rows, references);
    else valueRows(field.name, field.type, value, rows, references);
  }
  if (state.origin) references.add(state.origin);
  for (const id of references) rows.push({ field: REFERENCES, t: id });
  for (const person of participants(type, state)) rows.push({ field: PARTICIPANTS, t: person });
  for (const { field, person } of acted(type, state)) rows.push({ field, t: person });
  return dedupe(rows);
}

/** Which column of record_field holds values of this type. */
export function columnOf(type: ValueType): 't' | 'n' | 'm' | 'd' {
  switch (type.is) {
    case 'number':
      return 'n';
    case 'moment':
    case 'period':
      return 'm';
    case 'date':
      return 'd';
    default:
      return 't';
  }
}

function tableRows(
  name: string,
  columns: Record<string, Field>,
  value: Value,
  rows: FieldRow[],
  references: Set<string>,
) {
  if (!Array.isArray(value)) return;
  for (const row of value as Row[]) {
    if (row.source) references.add(row.source);
    for (const column of Object.values(columns)) {
      const cell = row[column.name];
      if (cell !== undefined && column.type.is !== 'table') {
        valueRows(`${name}.${column.name}`, column.type, cell, rows, references);
      }
    }
  }
}

function valueRows(field: string, type: ValueType, value: Value, rows: FieldRow[], references: Set<string>) {
  switch (type.is) {
    case 'number':
      if (typeof value === 'number') rows.push({ field, n: value });
      return;
    case 'date':
      rows.push({ field, d: String(value) });
      return;
    case 'moment':
      rows.push({ field, m: String(value) });
      return;
    case 'period': {
      const { start, end } = value as { start?: string; end?: string };
      if (start) rows.push({ field: `${field}.start`, m: instant(start) });
      if (end) rows.push({ field: `${field}.end`, m: instant(end) });
      return;
    }
    case 'ref':
    case 'refs':
      for (const id of list(value)) {
        rows.push({ field, t: id });
        references.add(id.split('#')[0]!);
      }
      return;
    case 'choices':
      for (const item of list(value)) rows.push({ field, t: item });
      return;
    case 'files':
      for (const file of value as { id: string; slot?: string }[]) rows.push({ field, t: file.slot ?? file.id });
      return;
    case 'object':
    case 'rows':
    case 'list':
    case 'table':
      return;
    default:
      if (typeof value === 'object') return;
      rows.push({ field, t: kept(String(value)) });
  }
}

/** Characters of a text that are kept for searching and sorting: an index entry has a limit. */
export const LONGEST_TEXT = 500;

const kept = (value: string) => (value.length <= LONGEST_TEXT ? value : [...value].slice(0, LONGEST_TEXT).join(''));

/** A day without an hour begins in Taipei, whatever zone the database is in. */
const instant = (edge: string) => (edge.length === 10 ? `${edge}T00:00:00+08:00` : edge);

const list = (value: Value): string[] => (Array.isArray(value) ? value.map(String) : [String(value)]);

function dedupe(rows: FieldRow[]): FieldRow[] {
  const seen = new Set<string>();
  return rows.filter((row) => {
    const key = `${row.field}\u0000${row.t ?? ''}\u0000${row.n ?? ''}\u0000${row.m ?? ''}\u0000${row.d ?? ''}`;
    return seen.has(key) ? false : seen.add(key);
  });
}

/** Fields whose text makes a good heading, before any other text. */
const TELLING = ['name', 'title', 'subject', 'symptom', 'purpose', 'reason'];

/**
 * What a person calls the record: its most telling text, else the title of what its first reference names. Never a personal value:
 * titles stand in lists, notices, mails, file names and other records' titles, where no erasure would find them.
 * @param titleOf title of a referred record, when known
 */
export function titleOf(type: RecordType, state: RecordState, referred: (id: string) => string | undefined): string {
  const fields = Object.values(type.fields).filter((field) => field.section !== '_base' && !field.personal);
  const telling = TELLING.map((name) => type.fields[name]).filter(
    (field) => field !== undefined && field.type.is === 'text' && !field.personal,
  );
  for (const field of telling) {
    const value = state.values[field!.name];
    if (typeof value === 'string' && field!.section !== '_base') return firstLine(value);
  }
  const parts: string[] = [];
  for (const field of fields) {
    const value = state.values[field.name];
    if (field.type.is === 'text' && typeof value === 'string' && parts.length === 0) return firstLine(value);
    if (field.type.is === 'ref' && typeof value === 'string') {
      const name = referred(value.split('#')[0]!);
      if (name && !parts.includes(name)) parts.push(name);
      if (parts.length === 2) break;
    }
  }
  return parts.join(' ');
}

const firstLine = (value: string) => {
  const line = value.split('\n')[0]!.trim();
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
};

/**
 * Bigrams of everything searchable, lower-cased and width-folded (NFKC). A single character stands for itself,
 * so that searching one character also hits.
 */
export function bigrams(text: string): string[] {
  const grams = new Set<string>();
  for (const word of text
    .normalize('NFKC')
    .toLowerCase()
    .split(/[\s\p{P}\p{S}]+/u)) {
    const letters = [...word];
    if (letters.length === 1) grams.add(letters[0]!);
    for (let i = 0; i + 1 < letters.length; i++) grams.add(letters[i]! + letters[i + 1]!);
  }
  return [...grams];
}

/** The words of a record that search looks at: number, title, short texts. */
export function searchable(type: RecordType, state: RecordState, title: string): string {
  const texts = [state.number, title];
  for (const field of Object.values(type.fields)) {
    const value = state.values[field.name];
    // What some of its readers may not see is found by nobody's search.
    if (type.sections[field.section]?.see) continue;
    if (typeof value === 'string' && ['text', 'address', 'url', 'email', 'mac'].includes(field.type.is))
      texts.push(value.slice(0, 400));
  }
  return texts.join(' ').slice(0, 4000);
}
