import { type Refused, refused } from '../refusal.ts';
import { text } from '../text.ts';
import { canonicalBytes, canonicalProblem, type Json } from './canonical.ts';

/**
 * Event envelope v1: one leaf of the ledger. It holds no position, the ledger gives it.
 * Optional members are left out when absent, never null or undefined.
 */
export type Envelope = {
  v: 1;
  organisation: string;
  stream: string;
  /** 1 for the first event of its stream, then without gaps. */
  streamVersion: number;
  type: string;
  /** When it was recorded, `2026-11-20T03:04:05.678Z`; never runs backwards along the ledger. */
  at: string;
  actor: LedgerActor;
  /** Command that wrote it; several events may share one. */
  command: string;
  /** SHA-256 of the compiled definition in force; empty before the first definition. */
  definition: string;
  data: { [key: string]: Json };
  /** What the gates saw. */
  gates?: Json[];
  /** On a decision's first entry, what it read of the rest (`engine/read.ts`): for a replay to ask again. Older entries have none. */
  read?: { [key: string]: Json };
};

export type LedgerActor = {
  person?: string;
  account?: string;
  /** The principal, when the person acts as a deputy. */
  for?: string;
  factor?: string;
  /** Grants this act relied on; each must be in the ledger before it. */
  grants: string[];
  /** `clock`, `token`, `setup`, …; absent for a person at the screen. */
  via?: string;
};

/** A content kept outside the entry: what `data` holds in its place. */
export type BlobRef = { blob: string; bytes: number };

/** C2SP entry bundles prefix each entry with a uint16 length. */
export const LARGEST_ENTRY_BYTES = 65_535;

/** The caller moves the largest part of `data` to a blob and encodes again. */
export type EntryTooLarge = Refused & { entryTooLarge: { bytes: number; limit: number } };

/**
 * Canonical bytes of an envelope, or a refusal when they exceed {@link LARGEST_ENTRY_BYTES}.
 * @throws TypeError when the envelope is malformed: that is the caller's defect, not a refusal.
 */
export function encodeEntry(envelope: Envelope): Uint8Array | EntryTooLarge {
  const fault = envelopeFault(envelope);
  if (fault) throw new TypeError(`event envelope: ${fault}`);
  const entry = canonicalBytes(envelope as unknown as Json);
  return entry.length > LARGEST_ENTRY_BYTES ? tooLarge(entry.length) : entry;
}

export const isEntryTooLarge = (value: Uint8Array | EntryTooLarge): value is EntryTooLarge => 'entryTooLarge' in value;

function tooLarge(bytes: number): EntryTooLarge {
  const limit = LARGEST_ENTRY_BYTES;
  const message = text(
    `一筆事項最多 ${limit} 位元組，這一筆有 ${bytes} 位元組；請將較大的內容改為附件。`,
    `An event holds at most ${limit} bytes, this one has ${bytes}; move the larger content to an attachment.`,
  );
  return { ...refused({ code: 'limit', message }), entryTooLarge: { bytes, limit } };
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads an entry back; refuses bytes that are not an envelope v1 or say what has no canonical form.
 * Whether they are the canonical bytes themselves shows only in comparing with {@link encodeEntry}.
 */
export function decodeEntry(entry: Uint8Array): Envelope | Refused {
  let parsed: unknown;
  try {
    parsed = JSON.parse(decoder.decode(entry));
  } catch (error) {
    return unreadable(error instanceof Error ? error.message : 'not JSON');
  }
  const problem = canonicalProblem(parsed);
  const fault = problem ? `${problem.path}: ${problem.why}` : envelopeFault(parsed);
  return fault ? unreadable(fault) : (parsed as Envelope);
}

const unreadable = (why: string): Refused =>
  refused({ code: 'invalid', message: text(`這一筆軌跡不是可讀的事項：${why}`, `Not a readable event: ${why}`) });

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const MEMBERS = new Set(
  'v organisation stream streamVersion type at actor command definition data gates read'.split(' '),
);
const ACTOR_MEMBERS = new Set('person account for factor grants via'.split(' '));

function envelopeFault(value: unknown): string | undefined {
  if (!isObject(value)) return 'not an object';
  if (value.v !== 1) return `version ${JSON.stringify(value.v)} is not known`;
  for (const name of ['organisation', 'stream', 'type', 'command']) {
    if (typeof value[name] !== 'string' || value[name] === '') return `${name} is not a name`;
  }
  if (typeof value.definition !== 'string') return 'definition is not a hash';
  if (!Number.isSafeInteger(value.streamVersion) || (value.streamVersion as number) < 1)
    return 'streamVersion is not 1, 2, 3 …';
  if (typeof value.at !== 'string' || !MOMENT.test(value.at) || Number.isNaN(Date.parse(value.at)))
    return 'at is not a UTC moment with milliseconds';
  if (!isObject(value.data)) return 'data is not an object';
  if (value.gates !== undefined && !Array.isArray(value.gates)) return 'gates is not a list';
  if (value.read !== undefined && !isObject(value.read)) return 'read is not an object';
  return strangerAmong(value, MEMBERS) ?? actorFault(value.actor);
}

function actorFault(actor: unknown): string | undefined {
  if (!isObject(actor)) return 'actor is not an object';
  if (!Array.isArray(actor.grants) || !actor.grants.every((grant) => typeof grant === 'string')) {
    return 'actor.grants is not a list of names';
  }
  for (const name of ['person', 'account', 'for', 'factor', 'via']) {
    if (actor[name] !== undefined && typeof actor[name] !== 'string') return `actor.${name} is not text`;
  }
  return strangerAmong(actor, ACTOR_MEMBERS);
}

function strangerAmong(value: Record<string, unknown>, known: Set<string>): string | undefined {
  for (const name of Object.keys(value)) if (!known.has(name)) return `unknown member ${name}`;
  return undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The moment to record: now, or the last recorded one when the clock has jumped back. Both ISO UTC with milliseconds. */
export const notBefore = (last: string | undefined, now: string): string =>
  last !== undefined && last > now ? last : now;

/** Every blob an entry refers to, wherever it stands in `data`. */
export function blobRefs(data: Json): BlobRef[] {
  if (typeof data !== 'object' || data === null) return [];
  if (Array.isArray(data)) return data.flatMap(blobRefs);
  if (typeof data.blob === 'string' && typeof data.bytes === 'number') return [{ blob: data.blob, bytes: data.bytes }];
  return Object.values(data).flatMap(blobRefs);
}
