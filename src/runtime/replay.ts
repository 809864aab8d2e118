import { sql } from 'kysely';
import { FIRST_MAC } from '../kernel/ledger/mac.ts';
import { contexts } from './context.ts';
import { type Erasure, scrub } from './erasing.ts';
import { nothingReread, type Reread, reread } from './ledger-read.ts';
import { logState } from './ledger-rows.ts';
import type { Db, Tx } from './module.ts';
import type { Parts } from './parts.ts';
import { refill } from './refill.ts';

/** A table whose rows are not those its events make: how many it should not have, and how many it lacks. */
export type Differing = { table: string; extra: number; missing: number };

/**
 * Tables with rows of an organisation that do not follow from its events, and what stands in for a replay. Every other one is made by
 * replaying them, so that a table added tomorrow is compared without anybody remembering it.
 */
export const NOT_DERIVED: Readonly<Record<string, string>> = {
  event: 'the ledger itself: L2 and L3 compare it with the sealed entries',
  head: 'the sequencer: it continues the newest event, or the sealer halts',
  log_state: 'the sealer compares it with its tiles before every seal',
  log_checkpoint: 'a list of what was signed: L2 compares it with the signed tree',
  command:
    'answers to repeated requests: a forged one is handed back to whoever repeats a request, and changes nothing',
  definition: 'rules by hash: L3 hashes them again, and compares them with those adopted',
  blob: 'uploads, used or not: L4 hashes the files that entries speak of',
  blob_upload: 'whose an upload is until it is attached: a forged row opens one content to one person',
  saved_view: 'filters people keep for themselves',
  record_look: 'which version somebody last had open: what has changed since is told by it',
};

/** Columns that follow a clock or set-up, not events. */
const NOT_EVENTS: Readonly<Record<string, readonly string[]>> = {
  record: ['wake_at'], // when the clock looks next
  api_token: ['last_used_at'],
  organisation: ['setup_done'],
};

const SCHEMA = 'replayed';

/** What a replay shows: tables that differ, and decisions that stood on what no event made. */
export type Replayed = { tables: Differing[]; decisions: Reread };

/**
 * Replays every event of an organisation into tables of their own and tells which of the real ones differ. On the way, what each decision
 * read is asked of them again. It works in one snapshot, keeps nobody waiting, and leaves nothing behind.
 * @param owner a handle of the tables' owner, who may make a schema.
 */
export async function replayFaults(parts: Parts, owner: Db, organisation: string): Promise<Replayed> {
  const found: Replayed = { tables: [], decisions: nothingReread() };
  await owner
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (tx) => {
      found.tables = await differing(tx, organisation, await replay(parts, tx, organisation, found.decisions));
      throw UNDONE;
    })
    .catch((error: unknown) => {
      if (error !== UNDONE) throw error;
    });
  return found;
}

const UNDONE = new Error('a replay is undone, always');

/**
 * Puts the rows that events make in the place of those that differ; what is no projection is left alone. The organisation's writer
 * waits meanwhile. @returns what was replaced.
 */
export async function rebuild(parts: Parts, owner: Db, organisation: string): Promise<Differing[]> {
  return owner.transaction().execute(async (tx) => {
    await sql`select 1 from head where organisation = ${organisation} for update`.execute(tx);
    const found = await differing(tx, organisation, await replay(parts, tx, organisation));
    for (const { table } of found) {
      const real = sql.id('public', table);
      await sql`delete from ${real} where organisation = ${organisation}`.execute(tx);
      await sql`insert into ${real} select * from ${sql.id(SCHEMA, table)}`.execute(tx);
    }
    // Records are looked at afresh: what the clock would have done meanwhile it does now.
    await sql`update public.record set wake_at = ${parts.clock()} where organisation = ${organisation} and open`.execute(
      tx,
    );
    await sql`drop schema ${sql.id(SCHEMA)} cascade`.execute(tx);
    return found;
  });
}

/** Our tables with rows of organisations, by name, read off the catalogue. */
async function tablesOf(db: Db): Promise<string[]> {
  const found = await sql<{
    name: string;
  }>`select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and pg_has_role(c.relowner, 'usage') and a.attname = 'organisation' and not a.attisdropped
    order by 1`.execute(db);
  return found.rows.map(({ name }) => name);
}

/** Makes every table anew in a schema of its own. @returns those that events fill. */
async function replay(parts: Parts, tx: Tx, organisation: string, decisions?: Reread): Promise<string[]> {
  const tables = await tablesOf(tx);
  await sql`select set_config('ancheng.organisation', ${organisation}, true)`.execute(tx);
  await sql`create schema ${sql.id(SCHEMA)}`.execute(tx);
  for (const table of tables)
    await sql`create table ${sql.id(SCHEMA, table)} (like ${sql.id('public', table)} including all)`.execute(tx);
  await sql`select set_config('search_path', ${`${SCHEMA}, public`}, true)`.execute(tx);
  await sql`insert into organisation select organisation, name, demo, created_at from public.organisation
    where organisation = ${organisation}`.execute(tx);
  await sql`insert into definition select * from public.definition where organisation = ${organisation}`.execute(tx);
  await sql`insert into head (organisation, last_mac) values (${organisation}, ${Buffer.from(FIRST_MAC)})`.execute(tx);
  await sql`insert into log_state select * from public.log_state where organisation = ${organisation}`.execute(tx);
  const apart: Parts = { ...parts, db: tx };
  await refill(apart, contexts(apart), {
    organisation,
    entries: entriesOf(tx, organisation),
    sealed: await logState(tx, organisation),
    definition: async () => undefined,
    planned: 'then',
    ...(decisions
      ? { before: (work, position, first) => reread(work.asking, work.context, position, first, decisions) }
      : {}),
  });
  await eraseAgain(apart, organisation);
  return tables.filter((name) => !Object.hasOwn(NOT_DERIVED, name));
}

const CHUNK = 1000;

async function* entriesOf(tx: Tx, organisation: string): AsyncGenerator<{ position: number; entry: Uint8Array }> {
  for (let from = 0; ; from += CHUNK) {
    const found = await sql<{
      pos: string;
      entry: Buffer;
    }>`select pos, entry from public.event where organisation = ${organisation}
      and pos >= ${from} and pos < ${from + CHUNK} order by pos`.execute(tx);
    yield* found.rows.map(({ pos, entry }) => ({ position: Number(pos), entry }));
    if (found.rows.length < CHUNK) return;
  }
}

/** Carried-out erasures rewrote what the tables showed until then. */
async function eraseAgain(parts: Parts, organisation: string): Promise<void> {
  const done =
    await sql<Erasure>`select kind, id from erasure where organisation = ${organisation} and done_at is not null
    order by pos`.execute(parts.db);
  for (const erasure of done.rows) await scrub(parts, organisation, erasure);
}

async function differing(tx: Tx, organisation: string, tables: string[]): Promise<Differing[]> {
  const found: Differing[] = [];
  for (const table of tables) {
    const real = rowsOf('public', table);
    const made = rowsOf(SCHEMA, table);
    const counted = await sql<{
      extra: number;
      missing: number;
    }>`with real as (${real} where organisation = ${organisation}),
      made as (${made}) select (select count(*) from (table real except all table made) x) as extra,
        (select count(*) from (table made except all table real) y) as missing`.execute(tx);
    const { extra, missing } = counted.rows[0] ?? { extra: 0, missing: 0 };
    if (Number(extra) + Number(missing) > 0) found.push({ table, extra: Number(extra), missing: Number(missing) });
  }
  return found;
}

/** Rows as text: every type compares so, json too. */
const rowsOf = (schema: string, table: string) =>
  sql`select (to_jsonb(whole) - ${NOT_EVENTS[table] ?? []}::text[])::text as line from ${sql.id(schema, table)} as whole`;
