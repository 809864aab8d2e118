import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { within } from '../within.ts';
import { preparing } from './prepared.ts';

export type ConnectOptions = {
  /** Shown in pg_stat_activity. */
  name?: string;
  /** Most connections of this pool; 10 when left out. */
  max?: number;
  /** How long a caller waits for a connection before it is told that there is none; 5,000 ms. */
  acquireTimeoutMs?: number;
  /** PostgreSQL ends a longer statement; 30,000 ms. 0 means never: only for migrations and backup. */
  statementTimeoutMs?: number;
  /** PostgreSQL ends a transaction that does nothing for longer; 60,000 ms. */
  idleInTransactionTimeoutMs?: number;
  /** A pooled connection that broke while nobody used it: not an error of any caller, but the log wants to know. */
  onIdleError: (error: Error) => void;
};

/** Asked for by name at each connection, so that what is set on a role or database changes no meaning. */
const SETTINGS = {
  jit: 'off', // compiling a plan to machine code takes longer than any of our statements
  search_path: 'public', // no schema of somebody else's answers for a table of ours
  timezone: 'UTC',
  datestyle: 'ISO,MDY',
  intervalstyle: 'postgres',
  bytea_output: 'hex',
  extra_float_digits: '1',
  standard_conforming_strings: 'on',
  row_security: 'on',
};
const OPTIONS = Object.entries(SETTINGS)
  .map(([name, value]) => `-c ${name}=${value}`)
  .join(' ');

export type Connection<Tables> = {
  db: Kysely<Tables>;
  pool: pg.Pool;
  /** Resolves when the server has let every connection go: whoever stops the server next breaks none. */
  close(): Promise<void>;
};

/**
 * A pool and kysely over it. Values arrive as: bigint → number (a count beyond 2^53 throws), date → 'YYYY-MM-DD',
 * timestamptz → Date, numeric → text, bytea → Buffer, jsonb → parsed. Nothing connects before the first query.
 */
export function connect<Tables>(url: string, options: ConnectOptions): Connection<Tables> {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: options.name ?? 'ancheng',
    max: options.max ?? 10,
    connectionTimeoutMillis: options.acquireTimeoutMs ?? 5_000,
    idleTimeoutMillis: 60_000,
    statement_timeout: options.statementTimeoutMs ?? 30_000,
    idle_in_transaction_session_timeout: options.idleInTransactionTimeoutMs ?? 60_000,
    keepAlive: true,
    pipeline: true, // what is sent together is answered together (runtime/store/session.ts); what is awaited waits as before
    options: OPTIONS,
    types: { getTypeParser },
  });
  pool.on('error', options.onIdleError);
  const open = new Set<Promise<void>>();
  pool.on('connect', (client) => {
    // One lost between two statements of a transaction: the next statement is told, and the process goes on.
    client.on('error', () => {});
    const ended = new Promise<void>((resolve) => client.once('end', resolve));
    open.add(ended);
    void ended.then(() => open.delete(ended));
  });
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: preparing(pool) }) });
  return {
    db,
    pool,
    async close() {
      await db.destroy(); // ends the pool, unless nobody ever asked anything through it
      if (!pool.ending) await pool.end();
      await within(FAREWELL_MS, open);
    },
  };
}

/** A server that is out of reach says no farewell. */
const FAREWELL_MS = 5_000;

const INT8 = 20;
const DATE = 1082;

/** The driver makes local-time Dates of dates, which moves them a day in some zones, and text of bigints. */
function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: never) => unknown {
  if (oid === INT8 && format !== 'binary') return wholeNumber;
  if (oid === DATE && format !== 'binary') return (value: string) => value;
  return pg.types.getTypeParser(oid, format as 'text') as (value: never) => unknown;
}

function wholeNumber(value: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new RangeError(`bigint ${value} does not fit a number`);
}
