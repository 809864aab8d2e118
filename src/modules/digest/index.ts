import { sql } from 'kysely';
import { z } from 'zod';
import type { Value } from '../../kernel/engine/types.ts';
import { refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { Module, ModuleCommand, NewEvent } from '../../runtime/module.ts';
import { project } from './projection.ts';

/** One act writes no more events than the ledger allows in one; more people are told in further acts. */
export const MOST_LETTERS = 100;

const day = z.iso.date();
const count = z.int().min(0);
const mailed = z.object({ subject: z.string().min(1).max(200), text: z.string().min(1).max(50_000) });
const item = z.object({
  kind: z.enum(['task', 'notice']),
  subject: z.string().min(1).max(300),
  stage: z.enum(['new', 'due', 'late']),
  record: z.string().optional(),
  action: z.string().optional(),
  notice: z.string().optional(),
});
const weekly = z.object({
  units: z.array(z.object({ unit: z.string(), open: count, late: count })),
  lights: z.object({ ok: count, partial: count, late: count }),
  changed: count,
});
const give = z.object({
  day,
  letters: z
    .array(
      z.object({
        person: z.string(),
        items: z.array(item),
        /** How many more wait than are told. */
        more: count.optional(),
        weekly: weekly.optional(),
        mail: mailed.optional(),
      }),
    )
    .max(MOST_LETTERS),
  /** With the last letters of the day: how many people were told in all. */
  ends: z.object({ persons: count }).optional(),
});
const atOnce = z.object({
  letters: z.array(z.object({ notice: z.string(), person: z.string(), mail: mailed })).max(MOST_LETTERS),
});
const preferences = z.object({ language: z.enum(['zh', 'en']), mail: z.boolean(), weekly: z.boolean() });

/**
 * One morning digest for everybody who has something new to hear, and at once only what cannot wait. What was told is an event,
 * so that nobody is told twice however often the program starts or how many of it run; mail leaves as part of the same act.
 */
export const digest: Module = {
  name: 'digest',
  commands: {
    'digest.give': giveDigest(),
    'digest.tell_at_once': tellAtOnce(),
    'digest.set_preferences': setPreferences(),
  },
  project,
};

type Given = { persons: Set<string>; ended: boolean };

/** `digest.given` for each person not yet told that day, `mail.queued` where there is an address, `digest.ended` once a day. */
function giveDigest(): ModuleCommand<z.infer<typeof give>, Given> {
  return {
    input: give,
    async load(tx, { day: on }, { organisation }) {
      const given = await sql<{ person: string }>`select person from digest
        where organisation = ${organisation} and day = ${on}::date`.execute(tx);
      const ended =
        await sql`select 1 from digest_day where organisation = ${organisation} and day = ${on}::date`.execute(tx);
      return { persons: new Set(given.rows.map(({ person }) => person)), ended: ended.rows.length > 0 };
    },
    decide({ persons, ended }, { day: on, letters, ends }, { actor, directory, organisation }) {
      if (actor.kind !== 'clock') return onlyTheClock;
      const told = ended ? [] : letters.filter(({ person }) => !persons.has(person));
      const events = told.flatMap(({ person, items, more, weekly: figures, mail }): NewEvent[] => [
        {
          stream: `digest:${person}`,
          type: 'digest.given',
          data: {
            ...{ day: on, person, items: items.map(written) },
            ...(more ? { more } : {}),
            ...(figures ? { weekly: figures } : {}),
          },
        },
        ...(mail ? queued(`digest.${on}.${person}`, person, directory.persons[person]?.email, mail) : []),
      ]);
      if (ends && !ended)
        events.push({
          stream: `digest:${organisation}`,
          type: 'digest.ended',
          data: { day: on, persons: ends.persons },
        });
      return { events, response: told.length };
    },
  };
}

/** Without what was not stated. */
const written = (one: z.infer<typeof item>): { [key: string]: Value } =>
  Object.fromEntries(Object.entries(one).filter((pair): pair is [string, string] => pair[1] !== undefined));

/** `notice.mailed` and its mail, for what cannot wait until the morning; each notice to each person once. */
function tellAtOnce(): ModuleCommand<z.infer<typeof atOnce>, Set<string>> {
  return {
    input: atOnce,
    async load(tx, { letters }, { organisation }) {
      const found = await sql<{ person: string; subject: string }>`select person, subject from digest_item
        where organisation = ${organisation} and kind = 'notice' and subject = any(${letters.map(({ notice }) => notice)})`.execute(
        tx,
      );
      return new Set(found.rows.map(({ person, subject }) => `${person} ${subject}`));
    },
    decide(told, { letters }, { actor, directory }) {
      if (actor.kind !== 'clock') return onlyTheClock;
      const wanted = letters.filter(
        ({ person, notice }) => !told.has(`${person} ${notice}`) && directory.persons[person]?.email,
      );
      return {
        events: wanted.flatMap(({ person, notice, mail }): NewEvent[] => [
          { stream: `digest:${person}`, type: 'notice.mailed', data: { person, notice } },
          ...queued(`notice.${notice}.${person}`, person, directory.persons[person]?.email, mail),
        ]),
        response: wanted.length,
      };
    },
  };
}

/** `digest.preferred`: how one wants to hear of it; only one's own. */
function setPreferences(): ModuleCommand<z.infer<typeof preferences>, null> {
  return {
    input: preferences,
    load: async () => null,
    decide(_loaded, wanted, { actor }) {
      if (actor.kind !== 'person')
        return refused({ code: 'by', message: text('由本人設定。', 'Everybody sets their own.') });
      const data = { person: actor.person, ...wanted };
      return { events: [{ stream: `digest:${actor.person}`, type: 'digest.preferred', data }], response: true };
    },
  };
}

/** The event by which mail waits to leave; nothing for somebody without an address, who reads it here. */
function queued(mail: string, person: string, address: string | undefined, words: z.infer<typeof mailed>): NewEvent[] {
  if (!address) return [];
  const personal = ['address', 'subject', 'text'].map((field) => ({ path: [field], subject: person }));
  return [{ stream: `mail:${mail}`, type: 'mail.queued', data: { mail, person, address, ...words }, personal }];
}

const onlyTheClock = refused({
  code: 'by',
  message: text('每日摘要由系統自動辦理。', 'The system gives the digest by itself.'),
});
