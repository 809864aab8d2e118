import { sql } from 'kysely';
import type { Calendar } from '../kernel/calendar/calendar.ts';
import { localDate } from '../kernel/calendar/date.ts';
import { formatRoc } from '../kernel/calendar/roc.ts';
import { addSpan } from '../kernel/calendar/span.ts';
import { drawn } from '../kernel/engine/sample.ts';
import type { Moment, RecordState, Values } from '../kernel/engine/types.ts';
import { decodeEntry, type Envelope } from '../kernel/ledger/envelope.ts';
import type { Definition } from '../kernel/pack/types.ts';
import { isRefused } from '../kernel/refusal.ts';
import type { Text } from '../kernel/text.ts';
import { newestCheckpoint } from './ledger-rows.ts';
import type { Tx } from './module.ts';
import { refusalWords } from './query/refusal-words.ts';
import { commandTried, exportWords, PLAIN } from './query/trail.ts';

/** What an auditor reviews of the ledger, by kind: types of events as patterns of SQL. */
const KINDS: Record<string, string[]> = {
  privileged: [
    ...['setting.%', 'person.%', 'unit.%', 'account.%', 'invitation.%', 'passkey.%', 'organisation.%'],
    ...['erasure.%', 'hold.%', 'disposal.%', 'handover.%', 'effect.%', 'text.withdrawn', 'checklist.withdrawn'],
    ...['log.begun', 'log.rebuilt'],
  ],
  failure: ['attempt.%', 'sign_in.%', 'token.refused'],
  role: ['grant.%', 'deputy.%'],
  parameter: ['parameter.%', 'definition.%', 'adoption_plan.%'],
  export: ['sample.%', 'export.%', 'token.made', 'token.revoked'],
};

/** Notices about the ledger itself, by their stream. */
const TROUBLES = ['witness', 'sealing', 'stamp'].map((family) => `notice:alarm:${family}:%`);

const SAMPLED = 20;
/** Of each kind there is, so that three refused attempts are not lost among a thousand roles. */
const OF_EACH = 2;

/**
 * Which entries are drawn: by SHA-256 of checkpoint root and position the two smallest of each kind, then the smallest of what is left up
 * to twenty. Without a checkpoint the earliest, so that a new organisation is reviewed, too.
 */
function sampleOf(entries: Audited[], root: string | undefined): Audited[] {
  const draw = (from: Audited[], many: number) =>
    root === undefined ? from.slice(0, many) : drawn(from, ({ pos }) => String(pos), root, many);
  const firsts = Object.values(Object.groupBy(entries, ({ kind }) => kind)).flatMap((some) =>
    draw(some ?? [], OF_EACH),
  );
  const rest = entries.filter((one) => !firsts.includes(one));
  return [...firsts, ...draw(rest, SAMPLED - firsts.length)];
}

/**
 * The values of the review that is due, opened a month before its deadline; undefined while none is due or one is open. The sample is
 * drawn with the newest checkpoint's root, so that nobody steers it and anybody can repeat it.
 */
export async function reviewDue(
  tx: Tx,
  organisation: string,
  calendar: Calendar,
  now: Moment,
): Promise<Values | undefined> {
  const last = await lastReview(tx, organisation);
  // Most rounds end here: a glance at one row.
  if (!last || last.open || now < addSpan(calendar, last.until, { n: 1, unit: 'month' }).value) return undefined;
  const definition = await definitionOf(tx, organisation);
  const months = Number(definition?.parameters.audit_review_months?.value);
  if (!definition?.records.audit_review || !Number.isFinite(months)) return undefined;
  const after = (n: number) => addSpan(calendar, last.until, { n, unit: 'month' }).value;
  if (now < after(Math.max(months - 1, 0))) return undefined;
  const entries = await entriesBetween(tx, organisation, last.until, now);
  const seed = await newestCheckpoint(tx, organisation);
  const sample = sampleOf(entries, seed?.root);
  return {
    title: [last.until, now].map((moment) => formatRoc(localDate(moment), 'slash')).join('～'),
    begins: last.until,
    ends: now,
    due_on: localDate(after(months)),
    counts: Object.entries(Object.groupBy(entries, ({ kind }) => kind)).map(([kind, some]) => ({
      id: kind,
      kind,
      count: some?.length ?? 0,
    })),
    entries: sample.toSorted((a, b) => a.pos - b.pos).map((one) => asRow(one, definition)),
    drawn: sample.length,
    ...(seed ? { drawn_with: `${seed.size} ${seed.root}` } : {}),
  };
}

/** One entry of a review's period; `sampled`: drawn for the auditor to look at. */
export type ReviewedEntry = Audited & { words: Text; sampled: boolean };

/**
 * Everything a review covers, in the order of the ledger, for whoever takes it along: the same entries the counts came from, and
 * the same draw.
 */
export async function reviewedEntries(tx: Tx, organisation: string, review: RecordState): Promise<ReviewedEntry[]> {
  const definition = await definitionOf(tx, organisation);
  if (!definition) return [];
  const { begins, ends, drawn_with: seed } = review.values;
  const entries = await entriesBetween(tx, organisation, String(begins), String(ends));
  const root = typeof seed === 'string' ? seed.split(' ')[1] : undefined;
  const chosen = new Set(sampleOf(entries, root));
  return entries
    .toSorted((a, b) => a.pos - b.pos)
    .map((one) => ({ ...one, words: wordsOf(definition, one.type, one.data), sampled: chosen.has(one) }));
}

/** When the next review is opened, and by when it is to be signed; undefined where none is asked for. */
export async function nextReview(
  tx: Tx,
  organisation: string,
  calendar: Calendar,
): Promise<{ opens: Moment; due: Moment; open: boolean } | undefined> {
  const last = await lastReview(tx, organisation);
  const months = Number((await definitionOf(tx, organisation))?.parameters.audit_review_months?.value);
  if (!last || !Number.isFinite(months)) return undefined;
  const after = (n: number) => addSpan(calendar, last.until, { n, unit: 'month' }).value;
  return { opens: after(Math.max(months - 1, 0)), due: after(months), open: last.open };
}

type Audited = { pos: number; kind: string; type: string; at: Moment; who: string | undefined; data: Envelope['data'] };

const asRow = ({ pos, kind, type, at, who, data }: Audited, definition: Definition) => ({
  id: `e${pos}`,
  position: pos,
  kind,
  at,
  what: wordsOf(definition, type, data).zh,
  ...(who ? { who } : {}),
});

/** Of a review's sample, by `en:` and the words the record holds, the same in English: for pages in that language. */
export async function englishOf(
  { tx, organisation }: Asked,
  { type, values }: RecordState,
): Promise<Record<string, string>> {
  if (type !== 'audit_review' || !Array.isArray(values.entries)) return {};
  const definition = await definitionOf(tx, organisation);
  const positions = values.entries.flatMap((row) =>
    typeof row === 'object' && 'position' in row ? [Number(row.position)] : [],
  );
  if (!definition || positions.length === 0) return {};
  const found = await sql<{ entry: Buffer }>`select entry from event
    where organisation = ${organisation} and pos = any(${positions})`.execute(tx);
  const words = found.rows.flatMap(({ entry }) => {
    const envelope = decodeEntry(entry);
    return isRefused(envelope) ? [] : [wordsOf(definition, envelope.type, envelope.data)];
  });
  return Object.fromEntries(words.map(({ zh, en }) => [`en:${zh}`, en]));
}

type Asked = { tx: Tx; organisation: string };

/** What it was, with the role, parameter, setting or action meant: enough to judge most of them by. No names of people. */
function wordsOf(definition: Definition, type: string, data: Envelope['data']): Text {
  if (type === 'export.made') return exportWords(definition, data);
  if (type === 'notice.sent') return data.message as Text;
  const plain = type === 'record.opened' ? OPENED : (PLAIN[type] ?? { zh: type, en: type });
  const about = refusalWords({ type, data }) ?? commandTried({ type, data }) ?? aboutOf(definition, type, data);
  return about ? { zh: `${plain.zh}：${about.zh}`, en: `${plain.en}: ${about.en}` } : plain;
}

const OPENED: Text = { zh: '提出', en: 'Opened' };

function aboutOf(definition: Definition, type: string, data: Envelope['data']): Text | undefined {
  const { role, name, value, action } = data;
  const form = definition.records[String(data.type ?? '')];
  if (type === 'attempt.refused') {
    const act = form?.actions[String(action)]?.label ?? { zh: String(action), en: String(action) };
    return { zh: `${form?.label.zh ?? ''}「${act.zh}」`, en: `${form?.label.en ?? ''}, ${act.en}` };
  }
  if (type === 'record.opened') return form?.label;
  if (typeof role === 'string') return definition.roles[role]?.label ?? { zh: role, en: role };
  if (typeof name !== 'string' || !/^(parameter|setting)\./.test(type)) return undefined;
  const label = definition.parameters[name]?.label ?? { zh: name, en: name };
  const to = value === undefined || typeof value === 'object' ? '' : ` ${String(value)}`;
  return { zh: `${label.zh}${to && ` →${to}`}`, en: `${label.en}${to && ` →${to}`}` };
}

/** Until when the ledger has been reviewed: the newest review, else the organisation's first event. */
async function lastReview(tx: Tx, organisation: string): Promise<{ until: Moment; open: boolean } | undefined> {
  const reviews = await sql<{ open: boolean; until: string }>`select open, body->'values'->>'ends' as until from record
    where organisation = ${organisation} and type = 'audit_review' order by opened_at desc limit 1`.execute(tx);
  if (reviews.rows[0]) return reviews.rows[0];
  const first = await sql<{ at: Date }>`select recorded_at as at from event
    where organisation = ${organisation} and pos = 0`.execute(tx);
  return first.rows[0] && { until: first.rows[0].at.toISOString(), open: false };
}

async function definitionOf(tx: Tx, organisation: string): Promise<Definition | undefined> {
  const found = await sql<{ body: Definition }>`select d.body from organisation o
    join definition d on d.organisation = o.organisation and d.hash = o.definition
    where o.organisation = ${organisation}`.execute(tx);
  return found.rows[0]?.body;
}

async function entriesBetween(tx: Tx, organisation: string, from: Moment, until: Moment): Promise<Audited[]> {
  const audited: Audited[] = [];
  for (const [kind, patterns] of Object.entries(KINDS)) {
    const found = await sql<{ pos: string; entry: Buffer }>`select pos, entry from event
      where organisation = ${organisation} and recorded_at >= ${from}::timestamptz and recorded_at < ${until}::timestamptz
        and type like any(${patterns}) order by pos`.execute(tx);
    audited.push(...found.rows.flatMap((row) => auditedOf(kind, row)));
  }
  // The signer or a witness refused, or sealing stood still: told to people, and kept by what they were told.
  const troubles = await sql<{ pos: string; entry: Buffer }>`select pos, entry from event
    where organisation = ${organisation} and recorded_at >= ${from}::timestamptz and recorded_at < ${until}::timestamptz
      and type = 'notice.sent' and stream like any(${TROUBLES}) order by pos`.execute(tx);
  audited.push(...troubles.rows.flatMap((row) => auditedOf('failure', row)));
  const exceptions = await sql<{ pos: string; entry: Buffer }>`select e.pos, e.entry from record r
    join event e on e.organisation = r.organisation and e.stream = r.id and e.stream_version = 1
    where r.organisation = ${organisation} and r.type in ('exception', 'concurrent_duty') and r.opened_at >= ${from}::timestamptz
      and r.opened_at < ${until}::timestamptz order by e.pos`.execute(tx);
  return [...audited, ...exceptions.rows.flatMap((row) => auditedOf('exception', row))];
}

function auditedOf(kind: string, { pos, entry }: { pos: string; entry: Buffer }): Audited[] {
  const envelope = decodeEntry(entry);
  if (isRefused(envelope)) return []; // told by verification
  const { type, at, actor, data } = envelope;
  return [{ pos: Number(pos), kind, type, at, who: actor.person ?? personTried(type, data), data }];
}

/** Whose account or token it was tried with: whoever tried is not known. */
function personTried(type: string, { person }: Envelope['data']): string | undefined {
  return /^(sign_in|token)\.refused$/.test(type) && typeof person === 'string' ? person : undefined;
}
