import { hash, randomBytes } from 'node:crypto';
import { type QueryResult, sql } from 'kysely';
import type { Read } from '../kernel/engine/read.ts';
import type { GateSeen, Moment, Value } from '../kernel/engine/types.ts';
import type { Json } from '../kernel/ledger/canonical.ts';
import { type Envelope, encodeEntry, isEntryTooLarge, type LedgerActor, notBefore } from '../kernel/ledger/envelope.ts';
import { entryMac } from '../kernel/ledger/mac.ts';
import { leafHash } from '../kernel/ledger/merkle.ts';
import { encryptPersonal, hidePersonal } from '../kernel/ledger/personal.ts';
import { type Refused, refused } from '../kernel/refusal.ts';
import { text } from '../kernel/text.ts';
import type { NewEvent, StoredEvent, Tx } from './module.ts';
import type { Parts } from './parts.ts';
import type { Statement } from './store/session.ts';

/** The organisation's sequencer row, locked first in every group. */
export type Head = { nextPos: number; lastMac: Uint8Array; lastAt?: Moment; epoch: number };

/** An event on its way into the ledger, with what its envelope says beside data. */
export type Drafted = NewEvent & { gates?: GateSeen[] };
export type Envelopes = {
  organisation: string;
  actor: LedgerActor;
  command: string;
  definition: string;
  at: Moment;
  /** What was read to decide: the first entry keeps it. */
  read?: Read;
};

type EventRow = {
  pos: number;
  stream: string;
  stream_version: number;
  type: string;
  entry: string;
  mac: string;
  recorded_at: Moment;
};

/** Positions, versions and marks for the events of one group; rows are written together at the end. */
export type Journal = {
  head: Head;
  rows: EventRow[];
  versions: Map<string, number>;
  stored: StoredEvent[];
};

export type HeadRow = { next_pos: string; last_mac: Buffer; last_at: Date | null; epoch: number };

/** Locks the organisation's head: one writer at a time, the one lock order. */
export const headLock = (organisation: string) => sql<HeadRow>`
    select next_pos, last_mac, last_at, epoch from head where organisation = ${organisation} for update`;

export function headIn({ rows: [row] }: QueryResult<HeadRow>): Head | undefined {
  if (!row) return undefined;
  const head: Head = { nextPos: Number(row.next_pos), lastMac: row.last_mac, epoch: row.epoch };
  if (row.last_at) head.lastAt = row.last_at.toISOString();
  return head;
}

export type VersionRow = { stream: string; version: number };

/** The newest version of each of these streams that has one. */
export const newestVersions = (organisation: string, streams: string[]) => sql<VersionRow>`
    select s.stream, newest.version from unnest(${streams}::text[]) as s(stream) cross join lateral (
      select stream_version as version from event e where e.organisation = ${organisation} and e.stream = s.stream
      order by stream_version desc limit 1) newest`;

/** Versions of streams a group appends to, asked once for all. */
export async function loadVersions(tx: Tx, organisation: string, journal: Journal, streams: string[]): Promise<void> {
  const unknown = [...new Set(streams)].filter((stream) => !journal.versions.has(stream));
  if (unknown.length === 0) return;
  noteVersions(journal, unknown, await newestVersions(organisation, unknown).execute(tx));
}

/** What was asked is known, also that a stream has no version yet. */
export function noteVersions(journal: Journal, asked: string[], { rows }: QueryResult<VersionRow>): void {
  for (const stream of asked) journal.versions.set(stream, 0);
  for (const { stream, version } of rows) journal.versions.set(stream, version);
}

/**
 * Gives the events their place: version, position, personal values encrypted, canonical bytes, mark.
 * All or nothing: a refusal (an entry too large) leaves the journal as it was.
 */
export function enter(
  parts: Parts,
  journal: Journal,
  events: Drafted[],
  about: Envelopes,
): Refused | { pos: number; count: number } {
  const { organisation } = about;
  const head = { ...journal.head };
  const versions = new Map<string, number>();
  const rows: EventRow[] = [];
  const stored: StoredEvent[] = [];
  const pos = head.nextPos;
  for (const event of events) {
    const streamVersion = (versions.get(event.stream) ?? journal.versions.get(event.stream) ?? 0) + 1;
    const at = notBefore(head.lastAt, about.at);
    const { read, ...rest } = about;
    const kept = read && rows.length === 0 ? { read } : {};
    const envelope = envelopeOf(parts, event, { ...rest, ...kept, at }, streamVersion);
    const entry = encodeEntry(envelope);
    if (isEntryTooLarge(entry)) return tooMuch(event);
    const mac = entryMac(parts.markKey, leafHash(entry), head.lastMac);
    rows.push({
      pos: head.nextPos,
      stream: event.stream,
      stream_version: streamVersion,
      type: event.type,
      entry: Buffer.from(entry).toString('base64'),
      mac: Buffer.from(mac).toString('base64'),
      recorded_at: at,
    });
    stored.push(storedOf(event, envelope, head.nextPos));
    versions.set(event.stream, streamVersion);
    head.nextPos += 1;
    head.lastMac = mac;
    head.lastAt = at;
  }
  journal.head = head;
  journal.rows.push(...rows);
  journal.stored.push(...stored);
  for (const [stream, version] of versions) journal.versions.set(stream, version);
  if (stored.some((event) => event.organisation !== organisation)) throw new Error('event of another organisation');
  return { pos, count: rows.length };
}

function envelopeOf(parts: Parts, event: Drafted, about: Envelopes, streamVersion: number): Envelope {
  const hidden = hidePersonal(event.data as { [key: string]: Json }, event.personal ?? [], (value, subject) =>
    encryptPersonal(
      value,
      { subject, record: event.stream },
      presentKeys(parts, about.organisation, subject, event.stream),
      (bytes) => randomBytes(bytes),
    ),
  );
  return {
    v: 1,
    organisation: about.organisation,
    stream: event.stream,
    streamVersion,
    type: event.type,
    at: about.at,
    actor: about.actor,
    command: about.command,
    definition: about.definition,
    data: hidden,
    ...(event.gates?.length ? { gates: event.gates as unknown as Json[] } : {}),
    ...(about.read ? { read: about.read as unknown as { [key: string]: Json } } : {}),
  };
}

function presentKeys(parts: Parts, organisation: string, subject: string, record: string) {
  const { subjectKey, recordKey } = parts.personal.keys(organisation, subject, record);
  if (!subjectKey || !recordKey)
    throw new Error(`no keys for personal values of ${subject} in ${record}: ensure them first`);
  return { subjectKey, recordKey };
}

function storedOf(event: Drafted, envelope: Envelope, pos: number): StoredEvent {
  const { person, account, via } = envelope.actor;
  return {
    stream: event.stream,
    type: event.type,
    data: event.data,
    ...(event.personal ? { personal: event.personal } : {}),
    organisation: envelope.organisation,
    pos,
    streamVersion: envelope.streamVersion,
    at: envelope.at,
    actor: {
      ...(person ? { person } : {}),
      ...(account ? { account } : {}),
      ...(envelope.actor.for ? { for: envelope.actor.for } : {}),
      ...(via ? { via } : {}),
    },
    command: envelope.command,
    definition: envelope.definition,
    ...(event.gates?.length ? { gates: event.gates as unknown as { [key: string]: Value }[] } : {}),
  };
}

const tooMuch = (event: Drafted): Refused =>
  refused({
    code: 'limit',
    message: text(
      '內容過長，單筆紀錄最多 64 KB；請改以附件上傳。',
      'Too long: one entry holds 64 KB; upload the long part as a file.',
    ),
    ...named(largestField(event)),
  });

const named = (field: string | undefined) => (field === undefined ? {} : { field });

/** The field that takes the most room, so that the page can point at it. */
function largestField({ data }: Drafted): string | undefined {
  const values = data.values ?? data.with;
  if (typeof values !== 'object' || Array.isArray(values))
    return typeof data.field === 'string' ? data.field : undefined;
  const sizes = Object.entries(values).map(([name, value]) => ({ name, size: JSON.stringify(value).length }));
  return sizes.sort((a, b) => b.size - a.size)[0]?.name;
}

/** The journal's rows and the head behind them; the group's last statements before commit. Empties the journal. */
export function journalRows(organisation: string, journal: Journal): Statement[] {
  const rows = journal.rows.splice(0);
  if (rows.length === 0) return [];
  const { head } = journal;
  return [
    sql`insert into event (organisation, pos, stream, stream_version, type, entry, mac, recorded_at)
    select ${organisation}, x.pos, x.stream, x.stream_version, x.type, decode(x.entry, 'base64'), decode(x.mac, 'base64'), x.recorded_at
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as x(pos bigint, stream text, stream_version int, type text, entry text, mac text, recorded_at timestamptz)`,
    sql`update head set next_pos = ${head.nextPos}, last_mac = ${Buffer.from(head.lastMac)}, last_at = ${head.lastAt ?? null}
    where organisation = ${organisation}`,
  ];
}

/** SHA-256 of a request: the same command id with another content is refused. */
export const requestHash = (request: unknown): Uint8Array => hash('sha256', JSON.stringify(request), 'buffer');
