import { randomUUID } from 'node:crypto';
import { isRefused } from '../kernel/refusal.ts';
import { text } from '../kernel/text.ts';
import {
  type DigestItem,
  itemsOf,
  listed,
  type NoticeFact,
  type TaskFact,
  type Weekly,
} from '../modules/digest/content.ts';
import { MOST_LETTERS } from '../modules/digest/index.ts';
import { letterOf } from '../modules/digest/letter.ts';
import { dayToTell, isFirstOfWeek, nearUntil } from '../modules/digest/morning.ts';
import type { Dispatch } from '../runtime/module.ts';
import type { Parts } from '../runtime/parts.ts';
import * as from from '../runtime/query/digest.ts';
import { type Cache, type Look, look } from '../runtime/query/look.ts';
import { tasksByPerson } from '../runtime/query/tasks.ts';
import type { Task } from '../runtime/views.ts';

export type DigestParts = {
  parts: Parts;
  cache: Cache;
  dispatch: Dispatch;
  hasMail: () => boolean;
  /** Simulations make their own, the same at every build. */
  commandId?: () => string;
};

type Told = {
  person: string;
  items: DigestItem[];
  more?: number;
  weekly?: Weekly;
  mail?: { subject: string; text: string };
};

/**
 * What a round has to tell in an organisation: at once what cannot wait, when mail can leave; from half past eight of a working day
 * the morning digest, once. After days in which nothing ran there is one digest, of what is new since the last.
 */
export async function digestRound(round: DigestParts, organisation: string): Promise<void> {
  if (round.hasMail()) await tellUrgent(round, organisation);
  const day = dayToTell(round.parts.calendar(), round.parts.clock());
  if (!day) return;
  const letters = await asking(round, organisation, (one) => lettersOf(round, one, day));
  if (!letters) return;
  const chunks = Array.from({ length: Math.max(1, Math.ceil(letters.length / MOST_LETTERS)) }, (_, n) =>
    letters.slice(n * MOST_LETTERS, (n + 1) * MOST_LETTERS),
  );
  for (const [place, chunk] of chunks.entries()) {
    const ends = place === chunks.length - 1 ? { ends: { persons: letters.length } } : {};
    await send(round, organisation, 'digest.give', { day, letters: chunk, ...ends });
  }
}

async function tellUrgent(round: DigestParts, organisation: string): Promise<void> {
  const letters = await asking(round, organisation, async (one) => {
    const preferred = await from.preferencesByPerson(one);
    return (await from.urgentNotices(one)).map(({ notice, person, message }) => {
      const { language } = preferred.get(person) ?? from.USUAL;
      const subject = text(`【安程】${message.zh}`, `Ancheng: ${message.en}`)[language].slice(0, 200);
      const ends = text('請登入安程辦理或確認知悉。', 'Sign in to Ancheng to act or to acknowledge.');
      return { notice, person, mail: { subject, text: `${message[language]}\n\n${ends[language]}` } };
    });
  });
  if (letters && letters.length > 0) await send(round, organisation, 'digest.tell_at_once', { letters });
}

/** Everybody's letters of the day, of those who have something new to hear; nothing when the day is done. */
async function lettersOf(round: DigestParts, one: Look, day: string): Promise<Told[] | undefined> {
  if (await from.isTold(one, day)) return undefined;
  const calendar = round.parts.calendar();
  const tasks = await tasksByPerson(one);
  const notices = await from.unheardByPerson(one);
  const told = await from.toldByPerson(one);
  const preferred = await from.preferencesByPerson(one);
  const weekly = isFirstOfWeek(calendar, day) ? await from.weeklyByHead(one) : new Map<string, Weekly>();
  const persons = new Set([...tasks.keys(), ...notices.keys(), ...weekly.keys()]);
  return [...persons]
    .filter((person) => worksHere(one, person, day))
    .toSorted()
    .flatMap((person): Told[] => {
      const facts = { tasks: (tasks.get(person) ?? []).map(taskFact), notices: notices.get(person) ?? [] };
      const near = nearUntil(calendar, day);
      const { items, more } = listed(itemsOf({ ...facts, now: one.now, near, told: told.get(person) ?? new Set() }));
      const wants = preferred.get(person) ?? from.USUAL;
      const week = wants.weekly ? weekly.get(person) : undefined;
      if (items.length === 0 && !week) return [];
      const letter = { person, items, ...(more ? { more } : {}), ...(week ? { weekly: week } : {}) };
      const mail = wants.mail && round.hasMail() ? mailOf(one, day, letter, facts, wants.language) : undefined;
      return [{ ...letter, ...(mail ? { mail } : {}) }];
    });
}

const worksHere = ({ context }: Look, person: string, day: string): boolean => {
  const found = context.directory.persons[person];
  return found !== undefined && (found.until === undefined || found.until >= day);
};

const taskFact = ({ record, action, since, due, label, remaining }: Task): TaskFact => ({
  record: record.id,
  action,
  since,
  number: record.number,
  title: record.title,
  label,
  ...(due ? { due } : {}),
  ...(remaining ? { remaining } : {}),
});

function mailOf(
  { context, organisation }: Look,
  day: string,
  letter: Told,
  facts: { tasks: TaskFact[]; notices: NoticeFact[] },
  language: 'zh' | 'en',
) {
  const { units } = context.directory;
  const top = Object.values(units).find(({ under }) => under === undefined);
  const unitNames = Object.fromEntries(Object.values(units).map(({ id, name }) => [id, name]));
  return letterOf({ ...letter, ...facts, day, office: top?.name ?? organisation, unitNames }, language);
}

async function asking<T>(
  { parts, cache }: DigestParts,
  organisation: string,
  work: (one: Look) => Promise<T>,
): Promise<T | undefined> {
  const answer = await look(parts, cache, organisation, { administrator: false }, work);
  // An installation without an organisation that has adopted anything has nothing to tell.
  return isRefused(answer) ? undefined : (answer as T);
}

async function send(
  { dispatch, parts, commandId = randomUUID }: DigestParts,
  organisation: string,
  what: string,
  input: unknown,
) {
  const command = { do: what, id: commandId(), input };
  const outcome = await dispatch({ organisation, actor: { kind: 'clock' }, command, at: parts.clock() });
  if (isRefused(outcome)) throw new Error(`${what} was refused: ${outcome.refused[0]?.message.en}`);
}
