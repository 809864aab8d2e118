import { sql } from 'kysely';
import { evolve } from '../kernel/engine/evolve.ts';
import type { RecordState, Value } from '../kernel/engine/types.ts';
import type { Json } from '../kernel/ledger/canonical.ts';
import { decodeEntry, type Envelope } from '../kernel/ledger/envelope.ts';
import { entryMac } from '../kernel/ledger/mac.ts';
import { type Hash, leafHash } from '../kernel/ledger/merkle.ts';
import { decryptPersonal, isPersonal, revealPersonal } from '../kernel/ledger/personal.ts';
import type { Definition } from '../kernel/pack/types.ts';
import { isRefused } from '../kernel/refusal.ts';
import { planAhead } from './ahead.ts';
import { changesContext, type contexts } from './context.ts';
import { headIn, headLock } from './entries.ts';
import { beginWork } from './group.ts';
import { logState, swapLogState } from './ledger-rows.ts';
import type { StoredEvent, Tx } from './module.ts';
import type { Parts } from './parts.ts';
import { ERASED } from './query/history.ts';
import { withOrganisation } from './store/session.ts';
import { flushTables, noteNumbers, touch, type Work } from './work.ts';

/** The sealed entries behind what a database restored from an older backup still has. */
export type Refill = {
  organisation: string;
  /** Entries from a position on, out of the published bundles. */
  entries: AsyncIterable<{ position: number; entry: Uint8Array }>;
  /** What the log is sealed to. */
  sealed: { size: number; root: Hash };
  /** Compiled definitions kept beside the log, for those the database has lost. */
  definition(hash: string): Promise<Definition | undefined>;
  /** Whose turn it is, and when the clock looks again, is worked out for the present; in a replay for each event's own moment. */
  planned?: 'then';
  /** Called with the tables as the events before make them, and with the first entry of what comes next. */
  before?: (work: Work, position: number, first: Envelope) => Promise<void>;
};

/**
 * Fills a database that is behind from its sealed log, command by command, and projects every event as it was projected when it
 * happened: replay folds stored results, it decides nothing anew. Each command is one transaction, so a second start goes on where
 * the first was cut off. What never was an event does not come back: answers to repeated commands, accounts, uploads nobody used.
 * @returns how many events came back.
 */
export async function refill(parts: Parts, cache: ReturnType<typeof contexts>, from: Refill): Promise<number> {
  let count = 0;
  for await (const command of byCommand(from.entries)) {
    await withOrganisation(parts.db, from.organisation, (tx) => refillCommand(parts, cache, tx, from, command));
    if (command.some(({ envelope }) => changesContext(envelope.type))) cache.forget(from.organisation);
    count += command.length;
  }
  await withOrganisation(parts.db, from.organisation, async (tx) => {
    const before = await logState(tx, from.organisation);
    await swapLogState(tx, from.organisation, before, { ...before, ...from.sealed });
  });
  return count;
}

type Sealed = { position: number; entry: Uint8Array; envelope: Envelope };

async function* byCommand(entries: Refill['entries']): AsyncGenerator<Sealed[]> {
  let command: Sealed[] = [];
  for await (const { position, entry } of entries) {
    const envelope = decodeEntry(entry);
    if (isRefused(envelope)) throw new Error(`entry ${position} of the log cannot be read`);
    if (command.length > 0 && command[0]?.envelope.command !== envelope.command) {
      yield command;
      command = [];
    }
    command.push({ position, entry, envelope });
  }
  if (command.length > 0) yield command;
}

async function refillCommand(
  parts: Parts,
  cache: ReturnType<typeof contexts>,
  tx: Tx,
  { organisation, definition, planned, before }: Refill,
  command: Sealed[],
): Promise<void> {
  const head = headIn(await headLock(organisation).execute(tx));
  const first = command[0];
  if (!head || head.nextPos !== first?.position)
    throw new Error(`entry ${first?.position} does not follow the database, which ends at ${head?.nextPos}`);
  await ensureDefinitions(tx, organisation, command, definition);
  const context = await cache.of(tx, organisation, head.nextPos, first.envelope.at);
  if (!context) throw new Error(`no organisation ${organisation}`);
  const moment = planned === 'then' ? first.envelope.at : parts.clock();
  const work = beginWork(parts, cache, tx, organisation, head, context, moment);
  await before?.(work, first.position, first.envelope);
  enterSealed(parts, work, command);
  await foldRecords(work);
  await planAhead(work);
  await flushTables(work);
}

/** The rows as they were: mark and columns follow from the entry, the node key and the row before. */
function enterSealed(parts: Parts, work: Work, command: Sealed[]): void {
  const { journal } = work;
  for (const { position, entry, envelope } of command) {
    const mac = entryMac(parts.markKey, leafHash(entry), journal.head.lastMac);
    journal.rows.push({
      pos: position,
      stream: envelope.stream,
      stream_version: envelope.streamVersion,
      type: envelope.type,
      entry: Buffer.from(entry).toString('base64'),
      mac: Buffer.from(mac).toString('base64'),
      recorded_at: envelope.at,
    });
    journal.stored.push(storedOf(parts, position, envelope));
    journal.head = { ...journal.head, nextPos: position + 1, lastMac: mac, lastAt: envelope.at };
  }
}

function storedOf(parts: Parts, pos: number, envelope: Envelope): StoredEvent {
  const { organisation, stream, streamVersion, type, at, command, definition, actor, gates } = envelope;
  const data = revealPersonal(envelope.data, (personal) => {
    const revealed = decryptPersonal(personal, parts.personal.keys(organisation, personal.subject, personal.record));
    if (revealed.outcome === 'mismatched')
      throw new Error(`a personal value of entry ${pos} does not open to what it says`);
    return revealed.outcome === 'readable' ? revealed.value : ERASED;
  }) as { [key: string]: Value };
  const personal = personalIn(envelope.data, []);
  return {
    ...{ organisation, pos, stream, streamVersion, type, at, command, definition, data },
    ...(personal.length > 0 ? { personal } : {}),
    actor: {
      ...(actor.person ? { person: actor.person } : {}),
      ...(actor.account ? { account: actor.account } : {}),
      ...(actor.for ? { for: actor.for } : {}),
      ...(actor.via ? { via: actor.via } : {}),
    },
    ...(gates ? { gates: gates as unknown as { [key: string]: Value }[] } : {}),
  };
}

/** Where encrypted values stand, and whose they are. */
function personalIn(data: Json, path: string[]): { path: string[]; subject: string }[] {
  if (typeof data !== 'object' || data === null) return [];
  if (isPersonal(data)) return [{ path, subject: data.subject }];
  return Object.entries(data).flatMap(([name, value]) => personalIn(value as Json, [...path, name]));
}

/** The states of the records the command touched, folded from its events. */
async function foldRecords(work: Work): Promise<void> {
  const events = work.journal.stored.filter(isOfRecord);
  const streams = [...new Set(events.map(({ stream }) => stream))];
  if (streams.length === 0) return;
  const found = await sql<{ id: string; body: RecordState }>`select id, body from record
    where organisation = ${work.organisation} and id = any(${streams})`.execute(work.tx);
  const before = new Map(found.rows.map(({ id, body }) => [id, body]));
  const moved: Parameters<typeof touch>[1] = [];
  for (const stream of streams) {
    const own = events.filter((event) => event.stream === stream);
    const after = own.reduce<RecordState | undefined>(
      (state, event) => evolve(state, event as never),
      before.get(stream),
    );
    const last = own.at(-1);
    if (!after || !last) continue;
    const known = before.get(stream);
    work.known.records.set(stream, after);
    moved.push({ after, pos: last.pos, ...(known ? { before: known } : {}) });
  }
  touch(work, moved);
  noteNumbers(work, events);
}

const isOfRecord = ({ type, stream }: StoredEvent) => type.startsWith('record.') && !stream.includes(':');

/** Definitions the command names and the database has lost come back from beside the log. */
async function ensureDefinitions(
  tx: Tx,
  organisation: string,
  command: Sealed[],
  find: Refill['definition'],
): Promise<void> {
  const named = command.flatMap(({ envelope: { type, data, definition } }) => [
    definition,
    ...(type === 'definition.adopted' ? [String(data.hash)] : []),
  ]);
  for (const hash of new Set(named.filter((one) => one !== ''))) {
    const known = await sql`select 1 from definition where organisation = ${organisation} and hash = ${hash}`.execute(
      tx,
    );
    if (known.rows.length > 0) continue;
    const body = await find(hash);
    if (!body) throw new Error(`the definition ${hash} is neither in the database nor beside the log`);
    await sql`insert into definition (organisation, hash, body) values (${organisation}, ${hash}, ${JSON.stringify(body)}::json)`.execute(
      tx,
    );
  }
}
