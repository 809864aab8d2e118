import { sql } from 'kysely';
import type { RecordState, Value } from '../kernel/engine/types.ts';
import { decodeEntry } from '../kernel/ledger/envelope.ts';
import { decryptPersonal, type Personal, revealPersonal } from '../kernel/ledger/personal.ts';
import type { Field, RecordType } from '../kernel/pack/types.ts';
import { isRefused } from '../kernel/refusal.ts';
import type { Tx } from './module.ts';
import type { Parts } from './parts.ts';

/**
 * Where else a personal value was written down: mails and notices that quote it, searches somebody exported by, lists people saved.
 * Each of them is encrypted under a key of its own stream, which goes with the value it quotes.
 */

/** Shorter words stand everywhere and name nobody. */
const SHORTEST = 2;

/** Every personal text a state holds: declared fields, columns of tables, names of attached files. */
export function personalTexts(type: RecordType, { values }: RecordState): string[] {
  const texts = Object.values(type.fields).flatMap((field) => textsOf(field, values[field.name]));
  return [...new Set(texts)].filter((text) => [...text].length >= SHORTEST);
}

function textsOf(field: Field, value: Value | undefined): string[] {
  if (value === undefined) return [];
  if (field.personal) return stringsIn(value);
  if (field.type.is === 'files') return (value as { name?: string }[]).flatMap(({ name }) => (name ? [name] : []));
  if (field.type.is !== 'table' || !Array.isArray(value)) return [];
  const columns = Object.values(field.type.columns);
  return (value as { [column: string]: Value }[]).flatMap((row) =>
    columns.flatMap((column) => textsOf(column, row[column.name])),
  );
}

function stringsIn(value: Value): string[] {
  if (typeof value === 'string') return [value.trim()];
  return typeof value === 'object' ? Object.values(value).flatMap(stringsIn) : [];
}

/** Events that stand alone in their stream and may quote anybody. */
const QUOTING = ['mail.queued', 'notice.sent', 'notice.escalated', 'export.made'];
const CHUNK = 1000;

/** Streams of mails, notices and exports whose personal texts quote one of these; their keys still exist. */
export async function quotingStreams(
  tx: Tx,
  { personal }: Pick<Parts, 'personal'>,
  organisation: string,
  texts: string[],
): Promise<string[]> {
  const streams = new Set<string>();
  for (let after = -1; texts.length > 0; ) {
    const found = await sql<{ pos: string; stream: string; entry: Buffer }>`select pos, stream, entry from event
      where organisation = ${organisation} and type = any(${QUOTING}) and pos > ${after} order by pos limit ${CHUNK}`.execute(
      tx,
    );
    for (const { stream, entry } of found.rows) {
      const envelope = decodeEntry(entry);
      if (isRefused(envelope)) continue; // told by verification
      let quotes = false;
      revealPersonal(envelope.data, (value: Personal) => {
        const opened = decryptPersonal(value, personal.keys(organisation, value.subject, value.record));
        const said = opened.outcome === 'readable' ? JSON.stringify(opened.value) : '';
        quotes ||= value.record === stream && texts.some((text) => said.includes(text));
        return '';
      });
      if (quotes) streams.add(stream);
    }
    if (found.rows.length < CHUNK) break;
    after = Number(found.rows.at(-1)!.pos);
  }
  return [...streams];
}

/**
 * Mails not yet sent and notices whose own key is gone, and what no event makes: lists people saved for themselves and answers kept for
 * repeated commands that quote one of `texts`.
 */
export async function scrubEchoes(
  tx: Tx,
  { personal }: Pick<Parts, 'personal'>,
  organisation: string,
  texts: string[],
  mark: object,
): Promise<void> {
  const gone = (kind: 'mail' | 'notice', ids: { id: string }[]) =>
    ids
      .map(({ id }) => id)
      .filter((id) => personal.isShredded(organisation, 'record', `${kind}:${id.replace(/\.else$/, '')}`));
  const mails = await sql<{ id: string }>`select id from mail_outbox
    where organisation = ${organisation} and next_at is not null`.execute(tx);
  await sql`update mail_outbox set address = null, subject = null, body = null, next_at = null
    where organisation = ${organisation} and id = any(${gone('mail', mails.rows)})`.execute(tx);
  const notices = await sql<{
    id: string;
  }>`select distinct id from notice where organisation = ${organisation}`.execute(tx);
  await sql`update notice set message = ${JSON.stringify(mark)}::jsonb
    where organisation = ${organisation} and id = any(${gone('notice', notices.rows)})`.execute(tx);
  const quoting = texts.map(
    (text) =>
      `%${JSON.stringify(text)
        .slice(1, -1)
        .replaceAll(/[\\%_]/g, '\\$&')}%`,
  );
  if (quoting.length === 0) return;
  await sql`delete from saved_view v where organisation = ${organisation} and v::text like any(${quoting})`.execute(tx);
  await sql`update command set response = '{}'::jsonb
    where organisation = ${organisation} and response::text like any(${quoting})`.execute(tx);
}
