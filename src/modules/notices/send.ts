import { sql } from 'kysely';
import { z } from 'zod';
import { localDate } from '../../kernel/calendar/date.ts';
import type { Directory, Moment } from '../../kernel/engine/types.ts';
import { refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { ModuleCommand } from '../../runtime/module.ts';

const input = z.object({
  /** The same notice is sent once, however often the clock asks. */
  notice: z.string().min(1).max(100),
  roles: z.array(z.string()).default([]),
  /** Besides, or instead of, whoever holds a role. */
  persons: z.array(z.string()).default([]),
  message: z.object({ zh: z.string().min(1).max(500), en: z.string().min(1).max(500) }),
  /** Whom it speaks of by name: the words are encrypted with that person's key. */
  about: z.string().optional(),
  /** The page it leads to. */
  go: z.string().startsWith('/').max(200).optional(),
  /** To be acknowledged by then. */
  until: z.iso.datetime().optional(),
});

/** `notice.sent`: the installation tells whoever holds one of these roles today (a certificate that ends, mail that cannot leave). */
export const sendNotice: ModuleCommand<z.output<typeof input>, boolean> = {
  input,
  async load(tx, { notice }, { organisation }) {
    const found =
      await sql`select 1 from notice where organisation = ${organisation} and id = ${notice} limit 1`.execute(tx);
    return found.rows.length > 0;
  },
  decide(already, { notice, roles, persons, message, about, go, until }, { actor, directory, now }) {
    if (actor.kind !== 'clock')
      return refused({ code: 'by', message: text('由系統自動通知。', 'The system tells this itself.') });
    const to = already ? [] : [...new Set([...holders(directory, roles, now), ...persons])].toSorted();
    if (to.length === 0) return { events: [], response: 0 };
    const data = { notice, to, message, ...(go ? { go } : {}), ...(until ? { until } : {}) };
    const personal =
      about === undefined ? [] : ['zh', 'en'].map((word) => ({ path: ['message', word], subject: about }));
    return { events: [{ stream: `notice:${notice}`, type: 'notice.sent', data, personal }], response: to.length };
  },
};

function holders({ grants, persons }: Directory, roles: string[], now: Moment): string[] {
  const today = localDate(now);
  const held = grants.filter(
    ({ role, from, until }) => roles.includes(role) && from <= today && (until === undefined || until >= today),
  );
  const here = held.map(({ person }) => person).filter((id) => persons[id] && !((persons[id].until ?? today) < today));
  return [...new Set(here)].toSorted();
}
