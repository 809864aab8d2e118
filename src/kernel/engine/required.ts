import { holds } from '../cel/evaluate.ts';
import { type Asked, isPending } from '../cel/things.ts';
import { type Scope, withLocal } from '../cel/world.ts';
import type { Expression, Field, RecordType } from '../pack/types.ts';
import type { Refusal } from '../refusal.ts';
import { text } from '../text.ts';
import { isEmpty, rowThing } from './compute.ts';
import type { RecordState, Row } from './types.ts';

/** Which fields' `required: true` count this time: all of them, those of some sections, those named, or none. */
export type Always = { all: true } | { sections: Set<string> } | { fields: Set<string> } | { none: true };

/**
 * Fields an action needs that are empty, each as a refusal `required.<field>` citing the field's clause. Hidden fields are not
 * needed. Of a table, rows must reach its `min`, and every row's needed columns be filled. `asked` fields must be given now.
 */
export function missingFields(
  type: RecordType,
  state: RecordState,
  action: string,
  always: Always,
  scope: Scope,
): Refusal[] {
  return Object.values(type.fields).flatMap((field) => {
    const counts = countsAlways(field, always);
    const needed = field.required.includes(action) || (counts && field.required.includes('*'));
    const columns = field.type.is === 'table' ? neededColumns(field.type.columns, action, counts) : [];
    if ((!needed && columns.length === 0) || !isShown(type, field, scope)) return [];
    const value = state.values[field.name];
    if (needed && isMissing(field, value)) return [refusal(field, field.clauses)];
    return Array.isArray(value) ? missingCells(field, columns, value as Row[], state, scope) : [];
  });
}

function countsAlways(field: Field, always: Always): boolean {
  if ('all' in always) return true;
  if ('sections' in always) return always.sections.has(field.section);
  return 'fields' in always && always.fields.has(field.name);
}

const neededColumns = (columns: Record<string, Field>, action: string, always: boolean): Field[] =>
  Object.values(columns).filter(
    (column) => column.required.includes(action) || (always && column.required.includes('*')),
  );

function isMissing(field: Field, value: unknown): boolean {
  if (field.type.is !== 'table') return isEmpty(value as never);
  if (value === undefined) return true;
  const least = field.min ?? (field.from ? 0 : 1);
  return (value as Row[]).length < least;
}

/** A field is there unless its `when`, or its section's, is false or unknown. */
export function isShown(type: RecordType, field: Field, scope: Scope): boolean {
  const section = type.sections[field.section];
  return isTrue(section?.when, scope) && isTrue(field.when, scope);
}

function isTrue(when: Expression | undefined, scope: Scope): boolean {
  if (!when) return true;
  const truth = holds(when, scope);
  return truth === true || isPending(truth as Asked);
}

function missingCells(field: Field, columns: Field[], rows: Row[], state: RecordState, scope: Scope): Refusal[] {
  if (columns.length === 0) return [];
  const found: Refusal[] = [];
  rows.forEach((row, i) => {
    const inner = withLocal(scope, 'item', rowThing(state.id, field, row));
    for (const column of columns) {
      if (isEmpty(row[column.name]) && isTrue(column.when, inner)) {
        found.push(refusal(field, [...column.clauses, ...field.clauses], column, i + 1));
      }
    }
  });
  return found;
}

function refusal(field: Field, clauses: string[], column?: Field, line?: number): Refusal {
  const where = column
    ? text(
        `「${field.label.zh}」第 ${line} 列「${column.label.zh}」`,
        `${field.label.en}, line ${line}, ${column.label.en}`,
      )
    : text(`「${field.label.zh}」`, field.label.en);
  return {
    code: 'required',
    message: text(`${where.zh}未填`, `${where.en} is not filled`),
    fix: { text: text('請填寫', 'Fill it in'), go: `field.${field.name}` },
    clauses: [...new Set(clauses)],
    gate: `required.${field.name}`,
    field: field.name,
    because: 'unknown',
    ...(line === undefined ? {} : { line }),
  };
}

/** An asked field that must come with the act: `reason`, and fields only acts write. */
export function missingAsked(type: RecordType, asks: string[], given: (name: string) => boolean): Refusal[] {
  return asks.flatMap((name) => {
    const field = type.fields[name];
    if (!field || given(name)) return [];
    const byActsOnly = type.sections[field.section]?.filled === 'none' && field.section !== '_base';
    return name === 'reason' || byActsOnly ? [refusal(field, field.clauses)] : [];
  });
}
