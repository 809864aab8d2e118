import { sql } from 'kysely';
import { addWorkdays } from '../../kernel/calendar/calendar.ts';
import { localDate } from '../../kernel/calendar/date.ts';
import { type Text, text } from '../../kernel/text.ts';
import type { LightChange } from '../digest-views.ts';
import type { RecordRef } from '../views.ts';
import { countsPerClause, definitionThen, lightOf } from './lights.ts';
import { type Look, positionAt } from './look.ts';
import { refsOf } from './names.ts';

/** A week as people at work count it. */
const BACK_WORKDAYS = 5;

/** Clauses whose light has changed since the end of the fifth working day before today, late ones first; with what brought it about. */
export async function lightChanges(look: Look): Promise<{ since: string; changes: LightChange[] }> {
  const since = addWorkdays(look.parts.calendar(), localDate(look.now), -BACK_WORKDAYS).value;
  const before: Look = { ...look, asOf: { date: since, pos: await positionAt(look.tx, look.organisation, since) } };
  const [now, then] = [await countsPerClause(look), await countsPerClause(before)];
  const old = await definitionThen(before);
  const changed = Object.values(look.context.definition.clauses).flatMap((clause) => {
    const was = old.clauses[clause.id];
    const from = was ? lightOf(was, then.get(clause.id)) : 'off';
    const to = lightOf(clause, now.get(clause.id));
    return from === to ? [] : [{ clause, from, to }];
  });
  const reasons = await reasonsOf(
    look,
    changed.map(({ clause }) => clause.id),
    before.asOf?.pos ?? 0,
  );
  const changes = changed
    .toSorted((a, b) => ORDER.indexOf(a.to) - ORDER.indexOf(b.to) || a.clause.order - b.clause.order)
    .map(({ clause: { id, pack, ref, zh, en }, from, to }): LightChange => {
      const because = reasons.find((reason) => reason.clause === id && reason.light === to)?.because;
      return {
        clause: { id, pack, ...(ref ? { ref } : {}), text: { zh, en } },
        from,
        to,
        ...(because ? { because } : {}),
      };
    });
  return { since, changes };
}

const ORDER = ['late', 'partial', 'ok', 'off'];

type Reason = { clause: string; light: string; because: NonNullable<LightChange['because']> };

/** The newest breach begun, breach ended and evidence of each clause, whichever the light now rests on. */
async function reasonsOf(look: Look, clauses: string[], pos: number): Promise<Reason[]> {
  if (clauses.length === 0) return [];
  const breaches = await sql<{ clause: string; record: string; from_at: Date }>`
    select distinct on (clause) clause, record, from_at from clause_breach
    where organisation = ${look.organisation} and clause = any(${clauses}) and until_at is null order by clause, from_at desc`.execute(
    look.tx,
  );
  const evidence = await sql<{ clause: string; record: string; at: Date }>`
    select distinct on (clause) clause, record, at from clause_evidence
    where organisation = ${look.organisation} and clause = any(${clauses}) and pos >= ${pos} order by clause, pos desc`.execute(
    look.tx,
  );
  const refs = await refsOf(
    look,
    [...breaches.rows, ...evidence.rows].map(({ record }) => record),
  );
  const because = (what: Text, ref: RecordRef | undefined, at: Date) => ({
    what,
    at: at.toISOString(),
    ...(ref ? { record: ref } : {}),
  });
  return [
    ...breaches.rows.map(({ clause, record, from_at }) => ({
      clause,
      light: 'late',
      because: because(BREACHED, refs.get(record), from_at),
    })),
    ...evidence.rows.map(({ clause, record, at }) => ({
      clause,
      light: 'ok',
      because: because(EVIDENCED, refs.get(record), at),
    })),
  ];
}

const BREACHED = text('逾期未完成', 'not done in time');
const EVIDENCED = text('已有佐證', 'evidence is there');
