import type pg from 'pg';

/** What a database's superuser can do to any table, whatever its columns: for the matrix of test/db/superuser.test.ts. */

/** `key`: columns of any unique index. */
export type Table = { name: string; columns: Column[]; key: string[] };
type Column = { name: string; type: string; identity: boolean };

/** Tables of a schema as the catalogue has them. */
export async function tablesOf(superuser: pg.Client, schema: string): Promise<Table[]> {
  const { rows } = await superuser.query<Table>(
    `select c.relname as name,
       jsonb_agg(jsonb_build_object('name', a.attname, 'type', a.atttypid::regtype::text, 'identity', a.attidentity <> '') order by a.attnum) as columns,
       coalesce((select array_agg(distinct k.attname::text) from pg_index i join pg_attribute k on k.attrelid = c.oid and k.attnum = any(i.indkey)
         where i.indrelid = c.oid and i.indisunique), '{}') as key
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relnamespace = $1::regnamespace and c.relkind in ('r', 'p') group by c.oid, c.relname order by 1`,
    [schema],
  );
  return rows;
}

/** Columns with a check of their own take nothing invented. */
const CHECKED: Record<string, Record<string, string>> = {
  deputy: { place: '1' },
  erasure: { kind: `'record'` },
  watched_act: { kind: `'concurrent'` },
};

const INVENTED: Record<string, string> = {
  text: `'forged'`,
  boolean: 'true',
  date: `'2026-01-01'`,
  'timestamp with time zone': `'2026-01-01'`,
  json: `'{}'`,
  jsonb: `'{}'`,
  bytea: `'\\x00'`,
  'text[]': `'{}'`,
  'integer[]': `'{}'`,
};

const OTHER: Record<string, (column: string) => string> = {
  text: (column) => `coalesce(${column}, '') || '~'`,
  boolean: (column) => `not coalesce(${column}, false)`,
  date: (column) => `coalesce(${column}, '2026-01-01') + 1`,
  'timestamp with time zone': (column) => `coalesce(${column}, '2026-01-01') + interval '1 day'`,
  jsonb: () => `'{"forged": true}'`,
  bytea: () => `'\\xff'`,
  'text[]': () => `'{forged}'`,
};

/** A row nobody wrote. */
export const forged = ({ name, columns }: Table, organisation: string): string => {
  const values = columns.map((column) =>
    column.name === 'organisation'
      ? `'${organisation}'`
      : (CHECKED[name]?.[column.name] ?? INVENTED[column.type] ?? '900001'),
  );
  return `insert into ${name} (${columns.map((one) => one.name).join(', ')}) values (${values.join(', ')})`;
};

/** One row says something else: in a column that is no key, where there is one. */
export const altered = (table: Table, organisation: string): string => {
  const column = plainColumns(table).at(-1) ?? table.columns.at(-1)!;
  const other = OTHER[column.type]?.(column.name) ?? `coalesce(${column.name}, 0) + 1`;
  return `update ${table.name} set ${column.name} = ${other} where ctid = ${firstRow(table, organisation)}`;
};

export const deleted = (table: Table, organisation: string): string =>
  `delete from ${table.name} where ctid = ${firstRow(table, organisation)}`;

/** Two rows change places: each says of the other's key what its own said. */
export const swapped = (table: Table, organisation: string): string | undefined => {
  // Without a key, rows are what all their columns say: one of them has to change.
  const rest = plainColumns(table).slice(table.key.length > 0 ? 0 : -1);
  if (rest.length === 0) return undefined;
  const names = rest.map(({ name }) => name);
  return `with two as (select min(ctid) as a, max(ctid) as b from ${table.name} where organisation = '${organisation}')
    update ${table.name} t set (${names.join(', ')}) = (select ${names.map((name) => `o.${name}`).join(', ')} from ${table.name} o, two
      where o.ctid = case when t.ctid = two.a then two.b else two.a end) from two
    where t.ctid in (two.a, two.b) and two.a <> two.b`;
};

const plainColumns = ({ columns, key }: Table) =>
  columns.filter(({ name, identity }) => !key.includes(name) && name !== 'organisation' && !identity);

const firstRow = ({ name }: Table, organisation: string) =>
  `(select min(ctid) from ${name} where organisation = '${organisation}')`;

/** Lists another record in the row of a disposal for the moment in which it is carried out. @returns the records destroyed by then. */
export async function destroyedWhileListing(
  superuser: pg.Client,
  disposal: string,
  record: string,
  carryOut: () => Promise<unknown>,
): Promise<string[]> {
  const before = await superuser.query('select body from record where id = $1', [disposal]);
  const item = JSON.stringify([{ id: 'r9', record }]);
  await superuser.query(
    `update record set body = jsonb_set(body, '{values,items}', body#>'{values,items}' || $2::jsonb) where id = $1`,
    [disposal, item],
  );
  await carryOut();
  await superuser.query('update record set body = $2 where id = $1', [disposal, before.rows[0].body]);
  return (await superuser.query('select record from destroyed_record')).rows.map((row) => row.record);
}
