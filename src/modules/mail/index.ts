import { sql } from 'kysely';
import { z } from 'zod';
import type { Moment } from '../../kernel/engine/types.ts';
import { refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { Module, ModuleCommand, StoredEvent, Tx } from '../../runtime/module.ts';
import { nextTry } from './retry.ts';

const queue = z.object({
  /** The same mail is queued once: `digest.2026-11-20.<person>`. */
  mail: z.string().min(1).max(150),
  person: z.string().min(1),
  subject: z.string().min(1).max(200),
  text: z.string().min(1).max(50_000),
});
const note = z.object({
  mail: z.string().min(1),
  sent: z.boolean(),
  /** What the mail server said, or why it was not reached. */
  answer: z.string().max(500),
  /** Trying again is useless: no such mailbox, or too late. */
  final: z.boolean().optional(),
});

/** One mail waiting to leave. */
export type Letter = {
  organisation: string;
  mail: string;
  address: string;
  subject: string;
  text: string;
  queuedAt: Moment;
};

/** Mail as an outbox: what is to leave is an event of the act that wanted it, what became of it is another. */
export const mail: Module = {
  name: 'mail',
  commands: { 'mail.queue': queueMail(), 'mail.note': noteOutcome() },
  project,
};

/** Letters of an organisation whose moment has come, oldest first. */
export async function lettersDue(tx: Tx, organisation: string, now: Moment): Promise<Letter[]> {
  const { rows } = await sql<{ id: string; address: string; subject: string; body: string; queued_at: Date }>`
    select id, address, subject, body, queued_at from mail_outbox
    where organisation = ${organisation} and next_at <= ${now}::timestamptz order by next_at, id limit 50`.execute(tx);
  return rows.map(({ id, address, subject, body, queued_at }) => ({
    organisation,
    mail: id,
    address,
    subject,
    text: body,
    queuedAt: queued_at.toISOString(),
  }));
}

/** `mail.queued`. Somebody without an address gets nothing, which is no error: the digest is in the application anyway. */
function queueMail(): ModuleCommand<z.infer<typeof queue>, boolean> {
  return {
    input: queue,
    load: async (tx, { mail: id }, { organisation }) => (await attemptsOf(tx, organisation, id)) !== undefined,
    decide(already, { mail: id, person, subject, text: body }, { actor, directory }) {
      if (actor.kind !== 'clock') return onlyTheClock;
      const address = directory.persons[person]?.email;
      if (already || !address) return { events: [], response: false };
      const personal = ['address', 'subject', 'text'].map((field) => ({ path: [field], subject: person }));
      const data = { mail: id, person, address, subject, text: body };
      return { events: [{ stream: `mail:${id}`, type: 'mail.queued', data, personal }], response: true };
    },
  };
}

/** `mail.sent` or `mail.failed`, the latter with the moment of the next attempt unless it was the last. */
function noteOutcome(): ModuleCommand<z.infer<typeof note>, number | undefined> {
  return {
    input: note,
    load: (tx, { mail: id }, { organisation }) => attemptsOf(tx, organisation, id),
    decide(attempts, { mail: id, sent, answer, final }, { actor, now }) {
      if (actor.kind !== 'clock') return onlyTheClock;
      if (attempts === undefined) return refused({ code: 'missing', message: text('沒有這封郵件。', 'No such mail.') });
      const attempt = attempts + 1;
      const next = sent || final ? undefined : nextTry(attempt, now);
      const data = { mail: id, attempt, answer, ...(next ? { next } : {}) };
      const type = sent ? 'mail.sent' : 'mail.failed';
      return { events: [{ stream: `mail:${id}`, type, data }], response: sent ? 'sent' : next ? 'again' : 'given up' };
    },
  };
}

async function attemptsOf(tx: Tx, organisation: string, id: string): Promise<number | undefined> {
  const { rows } = await sql<{
    attempts: number;
  }>`select attempts from mail_outbox where organisation = ${organisation} and id = ${id}`.execute(tx);
  return rows[0]?.attempts;
}

async function project(tx: Tx, { organisation, type, at, data }: StoredEvent): Promise<void> {
  if (type === 'mail.queued')
    await sql`insert into mail_outbox (organisation, id, person, address, subject, body, queued_at, next_at)
      values (${organisation}, ${data.mail}, ${data.person}, ${data.address}, ${data.subject}, ${data.text}, ${at}, ${at})
      on conflict do nothing`.execute(tx);
  if (type !== 'mail.sent' && type !== 'mail.failed') return;
  const over = type === 'mail.sent' || data.next === undefined;
  await sql`update mail_outbox set attempts = ${data.attempt}, answer = ${data.answer}, next_at = ${data.next ?? null},
      sent_at = ${type === 'mail.sent' ? at : null}, failed_at = ${type === 'mail.failed' && over ? at : null},
      address = case when ${over} then null else address end, subject = case when ${over} then null else subject end,
      body = case when ${over} then null else body end
    where organisation = ${organisation} and id = ${data.mail}`.execute(tx);
}

const onlyTheClock = refused({
  code: 'by',
  message: text('郵件由系統自動寄送。', 'The system sends mail by itself.'),
});
