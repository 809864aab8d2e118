import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { emptied, type Placed, statesFrom } from '../kernel/engine/replay.ts';
import type { RecordState } from '../kernel/engine/types.ts';
import { decodeEntry } from '../kernel/ledger/envelope.ts';
import { decryptPersonal, type Personal } from '../kernel/ledger/personal.ts';
import type { Definition } from '../kernel/pack/types.ts';
import { isRefused } from '../kernel/refusal.ts';
import { personalTexts, quotingStreams, scrubEchoes } from './erasing-echoes.ts';
import { removeFiles, type Stored } from './erasing-files.ts';
import { accountsOnlyOf, forgetAccount, scrubPerson } from './erasing-person.ts';
import type { Dispatch, Tx } from './module.ts';
import { INSTALLATION } from './organisations.ts';
import type { Parts } from './parts.ts';
import { ERASED } from './query/history.ts';
import { bigrams, fieldRows, searchable, titleOf } from './store/fields.ts';
import { filesIn } from './store/files.ts';
import { typeUnder, uniqueKeys } from './store/project-records.ts';
import { withOrganisation } from './store/session.ts';
import { everyState } from './store/states.ts';

export type Erasure = { kind: 'subject' | 'record'; id: string };

export type Erasing = Pick<Parts, 'db' | 'personal' | 'clock'>;
/**
 * Carries out one erasure: destroys the key, then rewrites what the tables show of it, then says so in the ledger. May be repeated
 * from any point: the order is durable before, and each step finds its work done. With somebody who left goes their account, where
 * it is nobody else's.
 */
export async function eraseOne(
  parts: Erasing & { dispatch: Dispatch; files: Stored },
  organisation: string,
  erasure: Erasure,
): Promise<void> {
  const accounts = erasure.kind === 'subject' ? await accountsOnlyOf(parts, organisation, erasure.id) : [];
  // First what quotes it: once the rows are rewritten nobody could tell any more.
  for (const id of await quotesOf(parts, organisation, erasure))
    await parts.personal.shred(organisation, { kind: 'record', id }, parts.clock());
  await parts.personal.shred(organisation, erasure, parts.clock());
  await removeFiles(parts, organisation, await scrub(parts, organisation, erasure));
  for (const account of accounts) await eraseAccount(parts, account);
  await done(parts, organisation, 'retention.note_done', erasure);
}

/** Streams of mails, notices and exports that quote what is erased. */
function quotesOf(parts: Erasing, organisation: string, { kind, id }: Erasure): Promise<string[]> {
  return withOrganisation(parts.db, organisation, async (tx) => {
    const ids = kind === 'record' ? [id] : await recordsOf(tx, organisation, id);
    const texts = await textsOf(tx, organisation, ids, kind === 'subject' ? id : undefined);
    return quotingStreams(tx, parts, organisation, texts);
  });
}

/** Personal texts as the tables still show them, of all states of some records; and somebody's name and address. */
async function textsOf(tx: Tx, organisation: string, ids: string[], person: string | undefined): Promise<string[]> {
  const definitions = typeUnder(await definitionsOf(tx, organisation));
  const states = await sql<{ body: RecordState }>`select body from ${everyState(organisation)} v
    where id = any(${ids})`.execute(tx);
  const card = await sql<{ name: string; email: string | null }>`select name, email from person
    where organisation = ${organisation} and id = ${person ?? null}`.execute(tx);
  const own = card.rows.flatMap(({ name, email }) => [name, ...(email ? [email] : [])]);
  const texts = states.rows.flatMap(({ body }) => personalTexts(definitions(body), body));
  return [...new Set([...texts, ...own])].filter((text) => !text.includes(ERASED));
}

/** What the installation's own ledger knows of an account is encrypted for it: addresses, names, network addresses. */
async function eraseAccount(parts: Erasing & { dispatch: Dispatch }, account: string): Promise<void> {
  await done(parts, INSTALLATION, 'installation.note', { type: 'account.erased', account, at: parts.clock() });
  const subject = { kind: 'subject', id: account } as const;
  await parts.personal.shred(INSTALLATION, subject, parts.clock());
  await scrub(parts, INSTALLATION, subject);
}

async function done(
  { dispatch }: { dispatch: Dispatch },
  organisation: string,
  command: string,
  input: unknown,
): Promise<void> {
  const kind = organisation === INSTALLATION ? 'setup' : 'clock';
  const outcome = await dispatch({
    organisation,
    actor: { kind },
    command: { do: command, id: randomUUID(), input },
  });
  if (isRefused(outcome)) throw new Error(`an erasure could not be noted: ${outcome.refused[0]?.message.en}`);
}

/**
 * Rewrites rows as the ledger gives them now that a key is gone: the same fold as ever, with a mark where the value was. What was
 * destroyed altogether keeps its number and dates; returned are the attachments of an erased or destroyed record.
 */
export async function scrub(parts: Erasing, organisation: string, { kind, id }: Erasure): Promise<string[]> {
  return withOrganisation(parts.db, organisation, async (tx) => {
    if (organisation === INSTALLATION) {
      if (kind === 'subject') await forgetAccount(tx, id);
      return [];
    }
    await sql`select 1 from head where organisation = ${organisation} for update`.execute(tx);
    const ids = kind === 'record' ? [id] : await recordsOf(tx, organisation, id);
    const definitions = await definitionsOf(tx, organisation);
    const texts = await textsOf(tx, organisation, ids, kind === 'subject' ? id : undefined);
    const files: string[] = [];
    for (const record of ids) files.push(...(await rewrite(tx, parts, organisation, record, definitions)));
    await sql`delete from record_file where organisation = ${organisation} and ${kind === 'record'} and record = ${id}`.execute(
      tx,
    );
    await scrubNotices(tx, organisation, ids, kind === 'subject' ? id : undefined);
    await scrubEchoes(tx, parts, organisation, texts, MARK);
    if (kind === 'subject') await scrubPerson(tx, organisation, id, ERASED);
    return kind === 'record' ? [...new Set(files)] : [];
  });
}

async function recordsOf(tx: Tx, organisation: string, person: string): Promise<string[]> {
  const found = await sql<{ id: string }>`select id from record
    where organisation = ${organisation} and requester = ${person} order by id`.execute(tx);
  return found.rows.map((row) => row.id);
}

async function rewrite(
  tx: Tx,
  parts: Erasing,
  organisation: string,
  record: string,
  definitions: Map<string, Definition>,
): Promise<string[]> {
  const destroyed = await isDestroyed(tx, organisation, record);
  const folded = [...statesFrom(await entriesOf(tx, organisation, record), shownBy(parts, organisation))];
  const states = folded.map(({ pos, state }) => ({ pos, state: destroyed ? emptied(state) : state }));
  const last = states.at(-1)?.state;
  if (!last) return [];
  const type = typeUnder(definitions)(last);
  const titles = await titlesOf(tx, organisation, last);
  const title = (state: RecordState) => (destroyed ? String(ERASED) : titleOf(type, state, titles));
  await sql`update record set body = ${JSON.stringify(last)}::jsonb, title = ${title(last)}
    where organisation = ${organisation} and id = ${record}`.execute(tx);
  const versions = await sql<{ pos_from: string }>`select pos_from from record_version
    where organisation = ${organisation} and id = ${record}`.execute(tx);
  for (const { pos_from } of versions.rows) {
    const then = states.findLast(({ pos }) => pos <= Number(pos_from))?.state;
    if (!then) continue;
    await sql`update record_version set body = ${JSON.stringify(then)}::jsonb, title = ${title(then)}
      where organisation = ${organisation} and id = ${record} and pos_from = ${pos_from}`.execute(tx);
  }
  const rows = fieldRows(type, last).map((row) => ({ ...row, type: last.type, record }));
  const grams = bigrams(searchable(type, last, title(last))).map((gram) => ({ gram, record }));
  const keys = uniqueKeys(type, last).map((key) => ({ ...key, record }));
  for (const table of ['record_field', 'record_bigram', 'record_unique'])
    await sql`delete from ${sql.table(table)} where organisation = ${organisation} and record = ${record}`.execute(tx);
  await sql`insert into record_field select ${organisation} as organisation, x.* from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
    as x(type text, field text, t text, n double precision, m timestamptz, d date, record text)`.execute(tx);
  await sql`insert into record_bigram select ${organisation} as organisation, x.* from jsonb_to_recordset(${JSON.stringify(grams)}::jsonb)
    as x(gram text, record text)`.execute(tx);
  await sql`insert into record_unique select ${organisation} as organisation, x.* from jsonb_to_recordset(${JSON.stringify(keys)}::jsonb)
    as x(gate text, key text, record text)`.execute(tx);
  return folded.flatMap(({ state }) => filesIn(state));
}

async function entriesOf(tx: Tx, organisation: string, record: string): Promise<Placed[]> {
  const found = await sql<{ pos: string; entry: Buffer }>`select pos, entry from event
    where organisation = ${organisation} and stream = ${record} order by pos`.execute(tx);
  return found.rows.map(({ pos, entry }) => {
    const envelope = decodeEntry(entry);
    if (isRefused(envelope)) throw new Error(`entry ${pos} of ${organisation} cannot be read; run ancheng verify`);
    return { pos: Number(pos), envelope };
  });
}

/** The clear value while both keys exist, else the mark. */
const shownBy =
  ({ personal }: Pick<Parts, 'personal'>, organisation: string) =>
  (value: Personal) => {
    const revealed = decryptPersonal(value, personal.keys(organisation, value.subject, value.record));
    return revealed.outcome === 'readable' ? revealed.value : ERASED;
  };

async function isDestroyed(tx: Tx, organisation: string, record: string): Promise<boolean> {
  const found = await sql`select 1 from destroyed_record
    where organisation = ${organisation} and record = ${record}`.execute(tx);
  return found.rows.length > 0;
}

async function titlesOf(tx: Tx, organisation: string, state: RecordState) {
  const ids = Object.values(state.values)
    .filter((value) => typeof value === 'string')
    .map((value) => value.split('#')[0]!);
  const found = await sql<{ id: string; title: string }>`select id, title from record
    where organisation = ${organisation} and id = any(${ids})`.execute(tx);
  const known = new Map(found.rows.map(({ id, title }) => [id, title]));
  return (id: string) => known.get(id);
}

async function definitionsOf(tx: Tx, organisation: string): Promise<Map<string, Definition>> {
  const found = await sql<{ hash: string; body: Definition }>`select hash, body from definition
    where organisation = ${organisation}`.execute(tx);
  return new Map(found.rows.map(({ hash, body }) => [hash, body]));
}

/** Notices of the records, to whomever they went, and those somebody erased was told: all copies of each go. */
async function scrubNotices(tx: Tx, organisation: string, ids: string[], person: string | undefined): Promise<void> {
  await sql`update notice set message = ${JSON.stringify(MARK)}::jsonb
    where organisation = ${organisation} and id in (select id from notice
      where organisation = ${organisation} and (record = any(${ids}) or person = ${person ?? null}))`.execute(tx);
}

const MARK = { zh: ERASED, en: '(erased)' };
