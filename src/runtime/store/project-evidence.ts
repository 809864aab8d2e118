import { sql } from 'kysely';
import { localDate } from '../../kernel/calendar/date.ts';
import type { GateSeen, Vote } from '../../kernel/engine/types.ts';
import type { Definition } from '../../kernel/pack/types.ts';
import type { StoredEvent } from '../module.ts';
import { asOne, type Statement } from './session.ts';

/** Clauses that a mechanism realises: `action.go_live.accept` → [xiluo.3.5.1, …]. One index per definition. */
const indexes = new WeakMap<Definition, Map<string, string[]>>();

export function clausesOf(definition: Definition, mechanism: string): string[] {
  let index = indexes.get(definition);
  if (!index) {
    index = new Map();
    for (const clause of Object.values(definition.clauses)) {
      for (const by of clause.by) index.set(by, [...(index.get(by) ?? []), clause.id]);
    }
    indexes.set(definition, index);
  }
  return index.get(mechanism) ?? [];
}

type Evidence = { clause: string; pos: number; at: string; record: string; what: string };
type Gap = { record: string; at: string; clauses: string[]; begins: boolean };
type Breach = { clause: string; record: string; reason: string; at: string; ends: boolean };

/**
 * Dated evidence per clause from what happened: which mechanism acted, which gate held, what was late.
 * Lights are sums over these rows, so they answer for any past date.
 */
export function evidenceRows(
  organisation: string,
  events: StoredEvent[],
  definition: (hash: string) => Definition | undefined,
): Statement[] {
  const evidence: Evidence[] = [];
  const refusals: Evidence[] = [];
  const breaches: Breach[] = [];
  const gaps: Gap[] = [];
  for (const event of events) {
    for (const clause of standingClauses(event)) {
      evidence.push({ clause, pos: event.pos, at: event.at, record: event.stream, what: 'standing' });
    }
    for (const clause of (event.data.shows as string[] | undefined) ?? []) {
      const what = `action.${String(event.data.type)}.${String(event.data.action)}`;
      evidence.push({ clause, pos: event.pos, at: event.at, record: event.stream, what });
    }
    const known = definition(event.definition);
    if (!known) continue;
    for (const mechanism of mechanismsShown(event)) {
      for (const clause of clausesOf(known, mechanism)) {
        evidence.push({ clause, pos: event.pos, at: event.at, record: event.stream, what: mechanism });
      }
    }
    if (event.type === 'attempt.refused' && event.data.record !== undefined) {
      for (const clause of (event.data.clauses as string[] | undefined) ?? []) {
        refusals.push({ clause, pos: event.pos, at: event.at, record: String(event.data.record), what: 'refused' });
      }
    }
    breaches.push(...breachesIn(event));
    gaps.push(...gapsIn(event));
  }
  return [
    ...asOne([...evidenceOf(organisation, evidence), ...daysOf(organisation, evidence, refusals)]),
    ...breachesOf(organisation, breaches),
    ...gapsOf(organisation, gaps),
  ];
}

/** What an event shows to be working. */
function mechanismsShown(event: StoredEvent): string[] {
  const type = String(event.data.type ?? '');
  switch (event.type) {
    case 'record.opened':
      return [`record.${type}`, `action.${type}.open`, ...heldGates(type, event)];
    case 'record.voted':
      // A vote that waits to be confirmed shows nothing yet.
      return isHeld(event) ? [] : [`action.${type}.${String(event.data.action)}`, ...heldGates(type, event)];
    case 'record.acted':
      return [
        `action.${type}.${String(event.data.action)}`,
        ...Object.keys((event.data.asked as object | undefined) ?? {}).map((field) => `field.${type}.${field}`),
        ...heldGates(type, event),
      ];
    case 'record.filled':
      return [
        ...Object.keys((event.data.values as object | undefined) ?? {}).map((field) => `field.${type}.${field}`),
        ...heldGates(type, event),
      ];
    default:
      return [];
  }
}

const isHeld = (event: StoredEvent): boolean =>
  ((event.data.votes ?? []) as unknown as Vote[]).some(({ mark, confirmed }) => mark && !confirmed);

/** Clauses that are kept by being in force: rules, roles, parameters, machinery. */
const standingClauses = (event: StoredEvent): string[] =>
  event.type === 'definition.adopted' ? ((event.data.standing as string[] | undefined) ?? []) : [];

function heldGates(type: string, event: StoredEvent): string[] {
  const gates = (event.gates ?? []) as unknown as GateSeen[];
  return gates
    .filter((gate) => gate.outcome === 'holds')
    .map((gate) => (gate.gate.includes('.') ? `gate.${gate.gate}` : `gate.${type}.${gate.gate}`));
}

/** Lateness and unmade papers open a breach; leaving the state, or making good, closes it. */
function breachesIn(event: StoredEvent): Breach[] {
  const clauses = (event.data.clauses as string[] | undefined) ?? [];
  const about = (reason: string, ends: boolean): Breach[] =>
    clauses.map((clause) => ({ clause, record: event.stream, reason, at: event.at, ends }));
  switch (event.type) {
    case 'record.late':
      return about('late', false);
    case 'record.violated':
      return about(event.data.because === 'unconfirmed' ? 'unconfirmed' : 'owed', false);
    case 'record.acted':
      return event.data.to === undefined
        ? []
        : [{ clause: '*', record: event.stream, reason: 'late', at: event.at, ends: true }];
    case 'record.settled':
      return [{ clause: '*', record: event.stream, reason: 'owed', at: event.at, ends: true }];
    case 'record.confirmed':
      return [{ clause: '*', record: event.stream, reason: 'unconfirmed', at: event.at, ends: true }];
    default:
      return [];
  }
}

/** What a stay lacks begins with it and ends when the record goes on. */
function gapsIn({ type, stream, at, data }: StoredEvent): Gap[] {
  if (type !== 'record.opened' && (type !== 'record.acted' || data.to === undefined)) return [];
  const clauses = (data.gap as string[] | undefined) ?? [];
  const begins = type === 'record.opened';
  return begins && clauses.length === 0 ? [] : [{ record: stream, at, clauses, begins }];
}

function evidenceOf(organisation: string, rows: Evidence[]): Statement[] {
  if (rows.length === 0) return [];
  return [
    sql`insert into clause_evidence select ${organisation} as organisation, x.* from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
    as x(clause text, pos bigint, at timestamptz, record text, what text) on conflict do nothing`,
  ];
}

function daysOf(organisation: string, evidence: Evidence[], refusals: Evidence[]): Statement[] {
  const days = new Map<string, { clause: string; day: string; evidence: number; refusals: number; last_pos: number }>();
  // The events of a group share one moment.
  const dayOf = new Map<string, string>();
  const count = (row: Evidence, what: 'evidence' | 'refusals') => {
    const day = dayOf.get(row.at) ?? localDate(row.at);
    dayOf.set(row.at, day);
    const key = `${row.clause} ${day}`;
    const entry = days.get(key) ?? { clause: row.clause, day, evidence: 0, refusals: 0, last_pos: 0 };
    entry[what] += 1;
    entry.last_pos = Math.max(entry.last_pos, row.pos);
    days.set(key, entry);
  };
  for (const row of evidence) count(row, 'evidence');
  for (const row of refusals) count(row, 'refusals');
  if (days.size === 0) return [];
  return [
    sql`insert into clause_day select ${organisation} as organisation, x.* from jsonb_to_recordset(${JSON.stringify([...days.values()])}::jsonb)
      as x(clause text, day date, evidence int, refusals int, last_pos bigint)
    on conflict (organisation, clause, day) do update set evidence = clause_day.evidence + excluded.evidence,
      refusals = clause_day.refusals + excluded.refusals, last_pos = greatest(clause_day.last_pos, excluded.last_pos)`,
  ];
}

function breachesOf(organisation: string, breaches: Breach[]): Statement[] {
  const begun = breaches.filter((breach) => !breach.ends);
  const ended = breaches.filter((breach) => breach.ends);
  const statements: Statement[] = [];
  if (begun.length > 0)
    statements.push(sql`insert into clause_breach select ${organisation}, x.clause, x.record, x.reason, x.at, null from jsonb_to_recordset(${JSON.stringify(begun)}::jsonb)
      as x(clause text, record text, reason text, at timestamptz) on conflict do nothing`);
  if (ended.length > 0)
    statements.push(sql`update clause_breach b set until_at = x.at from jsonb_to_recordset(${JSON.stringify(ended)}::jsonb) as x(record text, reason text, at timestamptz)
    where b.organisation = ${organisation} and b.record = x.record and b.reason = x.reason and b.until_at is null and b.from_at < x.at`);
  return statements;
}

/**
 * One row per clause and stay; a stay ends where the next begins, so that a past day is answered as it was. What began and ended in one
 * moment leaves no row, however entries are grouped.
 */
function gapsOf(organisation: string, gaps: Gap[]): Statement[] {
  const perRecord = [...Map.groupBy(gaps, ({ record }) => record).values()];
  const stays = perRecord.flatMap((own) => {
    const last = [...new Map(own.map((gap) => [gap.at, gap])).values()];
    return last.map((gap, n) => ({ ...gap, until: last[n + 1]?.at ?? null }));
  });
  const moved = perRecord.flatMap(([first]) =>
    first && !first.begins ? [{ record: first.record, at: first.at }] : [],
  );
  const rows = stays.flatMap(({ clauses, record, at, until }) =>
    clauses.map((clause) => ({ clause, record, at, until })),
  );
  const statements: Statement[] = [];
  if (moved.length > 0) {
    const before = sql`jsonb_to_recordset(${JSON.stringify(moved)}::jsonb) as x(record text, at timestamptz)
      where g.organisation = ${organisation} and g.record = x.record and g.until_at is null`;
    statements.push(sql`delete from clause_gap g using ${before} and g.from_at = x.at`);
    statements.push(sql`update clause_gap g set until_at = x.at from ${before}`);
  }
  if (rows.length > 0)
    statements.push(sql`insert into clause_gap select ${organisation}, x.clause, x.record, x.at, x.until from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as x(clause text, record text, at timestamptz, until timestamptz) on conflict do nothing`);
  return statements;
}
