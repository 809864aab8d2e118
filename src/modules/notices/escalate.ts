import { sql } from 'kysely';
import { z } from 'zod';
import type { Calendar } from '../../kernel/calendar/calendar.ts';
import { localDate } from '../../kernel/calendar/date.ts';
import { addSpan, type Span } from '../../kernel/calendar/span.ts';
import type { Directory, Moment } from '../../kernel/engine/types.ts';
import { refused } from '../../kernel/refusal.ts';
import { type Text, text } from '../../kernel/text.ts';
import type { ModuleCommand, NewEvent, Tx } from '../../runtime/module.ts';

/** A notice one person has not acknowledged in time. */
export type Overdue = {
  notice: string;
  person: string;
  record?: string;
  message: Text;
  /** Who is told in their stead, once; empty when nobody is named or they have been told. */
  otherwise: string[];
  /** How often the person is asked again. */
  again?: Span;
  /** The moment that has come: the end of the time to acknowledge, or of the last repetition. */
  due: Moment;
};

/** One round handles no more; what is left comes in the next. */
const MOST_AT_ONCE = 400;

/** Notices of an organisation whose moment has come, oldest first. */
export async function overdue(tx: Tx, organisation: string, now: Moment): Promise<Overdue[]> {
  const { rows } = await sql<{
    id: string;
    person: string;
    record: string | null;
    message: Text;
    otherwise: string[] | null;
    again: Span | null;
    next_at: Date;
    escalated_at: Date | null;
  }>`select id, person, record, message, otherwise, again, next_at, escalated_at from notice
    where organisation = ${organisation} and next_at <= ${now}::timestamptz and ack_at is null
    order by next_at, id, person limit ${MOST_AT_ONCE}`.execute(tx);
  return rows.map((row) => ({
    notice: row.id,
    person: row.person,
    message: row.message,
    otherwise: row.escalated_at ? [] : (row.otherwise ?? []),
    due: row.next_at.toISOString(),
    ...(row.record ? { record: row.record } : {}),
    ...(row.again ? { again: row.again } : {}),
  }));
}

/** The clock tells others, and asks again, where nobody acknowledged in time (xiluo.3.5.5). Answers how many notices it handled. */
export function escalateNotices(calendar: () => Calendar): ModuleCommand<Record<string, never>, Overdue[]> {
  return {
    input: z.strictObject({}),
    load: (tx, _input, { organisation, now }) => overdue(tx, organisation, now),
    decide(found, _input, { actor, now, directory }) {
      if (actor.kind !== 'clock') return onlyTheClock;
      return {
        events: found.map((one) => escalated(one, now, directory, calendar())),
        response: found.length,
      };
    },
  };
}

/** What happens to one overdue notice: others told, the person asked again, and when to look next. */
export function escalated(one: Overdue, now: Moment, directory: Directory, calendar: Calendar): NewEvent {
  const isHere = (id: string) => {
    const person = directory.persons[id];
    return person !== undefined && (person.until === undefined || person.until >= localDate(now));
  };
  const to = one.otherwise.filter((person) => person !== one.person && isHere(person));
  const next = one.again && isHere(one.person) ? after(one.due, one.again, now, calendar) : undefined;
  return {
    stream: `notice:${one.notice}`,
    type: 'notice.escalated',
    // What was told is as personal when it is told again.
    personal: ['zh', 'en'].map((word) => ({ path: ['message', word], subject: one.person })),
    data: {
      notice: one.notice,
      person: one.person,
      to,
      message: text(`逾期未簽收：${one.message.zh}`, `Not acknowledged in time: ${one.message.en}`),
      ...(one.record ? { record: one.record } : {}),
      ...(next ? { next } : {}),
    },
  };
}

/** The first repetition still to come: what was missed while nothing ran is not made up for. */
function after(due: Moment, again: Span, now: Moment, calendar: Calendar): Moment {
  let next = due;
  for (let n = 1; next <= now; n++) next = addSpan(calendar, due, { ...again, n: again.n * n }).value;
  return next;
}

const onlyTheClock = refused({
  code: 'by',
  message: text('由系統依時限自動辦理。', 'The clock does this when the time has come.'),
});
