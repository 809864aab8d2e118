import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { Generation } from './generation.ts';

type Database = Generation['database'];
export type TableShape = { schema: string; name: string; columns: string[]; order: string[] };

/** Sessions and half-finished sign-ins are not carried over: after a restore everybody signs in again. */
const LEFT_OUT = new Set(['public.schema_migration', 'auth.session', 'auth.verification', 'auth.seal_challenge']);

/** Everything that can be asked of the database at one moment; the program goes on writing meanwhile. */
export type Snapshot = {
  version: string;
  migrations: Database['migrations'];
  partitions: Database['partitions'];
  tables: TableShape[];
  sequences: Database['sequences'];
  ledgers: Generation['ledgers'];
  /** SHA-256 of every attachment it speaks of. */
  attachments: string[];
  rows(table: TableShape): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
};

/** Opens one REPEATABLE READ snapshot as the owner of the tables, whom row-level security does not bind. */
export async function openSnapshot(ownerUrl: string): Promise<Snapshot> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'ancheng backup' });
  client.on('error', () => {}); // told by the query that waits
  await client.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    return await lookAround(client);
  } catch (error) {
    await client.end();
    throw error;
  }
}

async function lookAround(client: pg.Client): Promise<Snapshot> {
  const rows = async <Row extends object>(statement: string): Promise<Row[]> =>
    (await client.query<Row>(statement)).rows;
  const [first] = await rows<{ version: string }>(`select current_setting('server_version') as version`);
  const tables = await rows<TableShape>(TABLES);
  const sequences = await rows<{ name: string }>(SEQUENCES);
  return {
    version: first!.version,
    migrations: await rows(`select number, name, sha256 from schema_migration order by number`),
    partitions: await rows(PARTITIONS),
    tables: inOrder(
      tables.filter(({ schema, name }) => !LEFT_OUT.has(`${schema}.${name}`)),
      await rows(REFERENCES),
    ),
    sequences: await statesOf(client, sequences),
    ledgers: await rows(`select organisation, next_pos::int as events from head order by organisation`),
    attachments: (await rows<{ sha256: string }>(`select distinct sha256 from blob order by sha256`)).map(
      ({ sha256 }) => sha256,
    ),
    rows: (table) => client.query(copyTo(`copy (${selectOf(client, table)}) to stdout`)),
    async close() {
      await client.query('rollback');
      await client.end();
    },
  };
}

async function statesOf(client: pg.Client, sequences: { name: string }[]): Promise<Database['sequences']> {
  const states: Database['sequences'] = [];
  for (const { name } of sequences) {
    const { rows } = await client.query<{ value: string; called: boolean }>(
      `select last_value::text as value, is_called as called from ${name}`,
    );
    states.push({ name, ...rows[0]! });
  }
  return states;
}

function selectOf(client: pg.Client, { schema, name, columns, order }: TableShape): string {
  const quoted = columns.map((column) => client.escapeIdentifier(column)).join(', ');
  return `select ${quoted} from ${client.escapeIdentifier(schema)}.${client.escapeIdentifier(name)} order by ${order.join(', ')}`;
}

const OURS = `n.nspname in ('public', 'auth')`;

/** Rows in the order of the primary key; tables without one by all columns that have an order. */
const TABLES = `
  select n.nspname as schema, c.relname as name,
    (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
    coalesce(
      (select array_agg(quote_ident(a.attname) order by k.place) from pg_index i
        cross join lateral unnest(i.indkey::int[]) with ordinality as k(attnum, place)
        join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
        where i.indrelid = c.oid and i.indisprimary),
      (select array_agg(quote_ident(a.attname) || case when a.atttypid = 'text'::regtype then ' collate "C"' else '' end order by a.attnum)
        from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
          and a.atttypid not in ('json'::regtype, 'point'::regtype, 'xml'::regtype))) as "order"
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where ${OURS} and c.relkind in ('r', 'p') and not c.relispartition
  order by 1, 2`;

const PARTITIONS = `
  select n.nspname as schema, c.relname as name, p.oid::regclass::text as parent, pg_get_expr(c.relpartbound, c.oid) as bound
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  join pg_inherits i on i.inhrelid = c.oid join pg_class p on p.oid = i.inhparent
  where ${OURS} and c.relispartition and c.relkind = 'r' order by 1, 2`;

const SEQUENCES = `
  select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where ${OURS} and c.relkind = 'S' order by 1`;

const REFERENCES = `
  select f.conrelid::regclass::text as here, f.confrelid::regclass::text as there
  from pg_constraint f join pg_namespace n on n.oid = f.connamespace
  where ${OURS} and f.contype = 'f' and f.conrelid <> f.confrelid`;

/** Tables after those they refer to. */
function inOrder(tables: TableShape[], references: { here: string; there: string }[]): TableShape[] {
  const nameOf = ({ schema, name }: TableShape) => (schema === 'public' ? name : `${schema}.${name}`);
  const ordered: TableShape[] = [];
  const placed = new Set<string>();
  const place = (table: TableShape, way: string[]): void => {
    const name = nameOf(table);
    if (placed.has(name)) return;
    if (way.includes(name)) throw new Error(`tables refer to each other in a circle: ${[...way, name].join(', ')}`);
    for (const { here, there } of references) {
      const other = here === name && tables.find((one) => nameOf(one) === there);
      if (other) place(other, [...way, name]);
    }
    placed.add(name);
    ordered.push(table);
  };
  for (const table of tables) place(table, []);
  return ordered;
}

/** Fills a migrated and still empty database, all or nothing. `rows` gives a table's copy as it was taken. */
export async function fillDatabase(
  ownerUrl: string,
  database: Database,
  rows: (table: Database['tables'][number]) => AsyncIterable<Uint8Array>,
  onTable: (name: string) => void,
): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'ancheng restore' });
  client.on('error', () => {}); // told by the query that waits
  await client.connect();
  try {
    await client.query('begin');
    for (const { schema, name, parent, bound } of database.partitions) {
      const table = `${client.escapeIdentifier(schema)}.${client.escapeIdentifier(name)}`;
      await client.query(`create table if not exists ${table} partition of ${parent} ${bound}`);
    }
    // Some migrations put first rows into their tables.
    for (const { schema, name } of database.tables.toReversed())
      await client.query(`delete from ${client.escapeIdentifier(schema)}.${client.escapeIdentifier(name)}`);
    for (const table of database.tables) {
      onTable(`${table.schema}.${table.name}`);
      const columns = table.columns.map((column) => client.escapeIdentifier(column)).join(', ');
      const name = `${client.escapeIdentifier(table.schema)}.${client.escapeIdentifier(table.name)}`;
      const into = client.query(copyFrom(`copy ${name} (${columns}) from stdin`));
      await pipeline(Readable.from(rows(table)), into);
      if (into.rowCount !== table.rows)
        throw new Error(`${name}: ${into.rowCount} rows were restored, the backup has ${table.rows}`);
    }
    for (const { name, value, called } of database.sequences)
      await client.query('select setval($1::regclass, $2, $3)', [name, value, called]);
    await client.query('commit');
  } finally {
    await client.end(); // what was not committed is rolled back
  }
}

/** Whether the database has anything in it: tables of somebody else, or ours with an organisation. */
export async function isInUse(ownerUrl: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'ancheng restore' });
  client.on('error', () => {});
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where ${OURS} and c.relkind in ('r', 'p')`,
    );
    if (!rows.some(({ name }) => name === 'schema_migration')) return rows.length > 0;
    if (!rows.some(({ name }) => name === 'organisation')) return false;
    return (await client.query('select 1 from organisation limit 1')).rows.length > 0;
  } finally {
    await client.end();
  }
}
