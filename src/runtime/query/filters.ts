import { type RawBuilder, sql } from 'kysely';
import type { Field, RecordType } from '../../kernel/pack/types.ts';
import { type Refused, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import { columnOf } from '../store/fields.ts';
import type { ListQuery } from '../views.ts';

/** Filters of a list on fields its type declares. */

type Filter = NonNullable<ListQuery['filters']>[number];
export type FieldFilter = Omit<Filter, 'field'> & { field: Field };

/** The filters asked for, each with its field; refuses a field the type has not. */
export function filtersOf(query: ListQuery, only: RecordType | undefined): FieldFilter[] | Refused {
  const filters: FieldFilter[] = [];
  for (const { field: name, ...filter } of query.filters ?? []) {
    const field = only?.fields[name];
    if (!field)
      return refused({
        code: 'invalid',
        field: name,
        message: text(`沒有欄位「${name}」。`, `There is no field "${name}".`),
      });
    filters.push({ ...filter, field });
  }
  return filters;
}

/** A field with one value a record, and so with one row. */
export const isSortable = (field: Field) => !['table', 'files', 'refs', 'choices'].includes(field.type.is);

/** On row `s` or `f` of record_field; the field and its record are the caller's to tie. */
export function valueCondition(row: 's' | 'f', { field, op, value }: FieldFilter): RawBuilder<boolean> {
  const column = columnOf(field.type);
  const cast = { t: 'text', n: 'double precision', m: 'timestamptz', d: 'date' }[column];
  const symbol = { is: '=', from: '>=', until: '<=' }[op];
  return sql`${sql.raw(`${row}.${column} ${symbol}`)} ${value}::${sql.raw(cast)}`;
}

/** The same over a past state `c`: its content is JSON, so this reads every record of the type once. */
export function pastCondition({ field, op, value }: FieldFilter): RawBuilder<boolean> {
  const cast = { t: 'text', n: 'double precision', m: 'timestamptz', d: 'date' }[columnOf(field.type)];
  const symbol = { is: '=', from: '>=', until: '<=' }[op];
  return sql`(c.body->'values'->>${field.name})::${sql.raw(cast)} ${sql.raw(symbol)} ${value}::${sql.raw(cast)}`;
}
