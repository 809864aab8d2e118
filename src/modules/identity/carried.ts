import { sql } from 'kysely';
import { z } from 'zod';
import { localDate } from '../../kernel/calendar/date.ts';
import { refused } from '../../kernel/refusal.ts';
import { type Text, text } from '../../kernel/text.ts';
import type { ModuleCommand, StoredEvent, Tx } from '../../runtime/module.ts';
import { roleLabel, today } from './authority.ts';
import type { CombinationsOf } from './combining.ts';
import { loadGrants } from './load.ts';
import { type GrantState, standing } from './people.ts';

/** Roles that only a 兼任 exception carries end with it. */

const input = z.object({ grant: z.string(), exception: z.string() });

/** What whoever is told needs. */
export type RoleEnded = { name: string; role: Text };
type Loaded = { grant: GrantState | undefined; ended: boolean };

/** `grant.revoked`, naming the exception that ended; only the clock does it, once the exception is no longer in force. Answers `RoleEnded`. */
export const revokeCarried = (key: Uint8Array): ModuleCommand<z.output<typeof input>, Loaded> => ({
  input,
  async load(tx, asked, { organisation }) {
    const [grant] = await loadGrants(tx, organisation, { id: asked.grant }, key);
    const { rows } = await sql`select 1 from grant_exception e
      join record c on c.organisation = e.organisation and c.id = e.exception and c.state <> 'in_force'
      where e.organisation = ${organisation} and e.grant_id = ${asked.grant} and e.exception = ${asked.exception}`.execute(
      tx,
    );
    return { grant, ended: rows.length > 0 };
  },
  decide({ grant, ended }, { exception }, context) {
    if (context.actor.kind !== 'clock')
      return refused({
        code: 'by',
        message: text('由系統於例外失效時辦理', 'The system does this when the exception ends'),
      });
    if (!grant || !ended || !standing(grant, today(context))) return { events: [], response: false };
    const data = { grant: grant.id, person: grant.person, exception };
    const name = context.directory.persons[grant.person]?.name ?? '';
    return {
      events: [{ stream: `grant:${grant.id}`, type: 'grant.revoked', data }],
      response: { name, role: roleLabel(context, grant.role) } satisfies RoleEnded,
    };
  },
});

/** Rows of grant_exception. */
export async function projectCarried(tx: Tx, { organisation, type, data }: StoredEvent): Promise<void> {
  if (!['grant.asked', 'grant.given'].includes(type) || !Array.isArray(data.exceptions)) return;
  await sql`insert into grant_exception (organisation, grant_id, exception)
    select ${organisation}, ${data.grant}, unnest(${data.exceptions as string[]}::text[]) on conflict do nothing`.execute(
    tx,
  );
}

export type Uncarried = { grant: string; person: string; role: string; exception: string; number: string };

/** Standing grants whose exception ended, and which no other exception in force carries: one renewed openly goes on. */
export async function uncarried(
  tx: Tx,
  organisation: string,
  now: string,
  combinationsOf: CombinationsOf,
): Promise<Uncarried[]> {
  const { rows } =
    await sql<Uncarried>`select g.id as grant, g.person, g.role, e.exception, c.number from grant_exception e
    join role_grant g on g.organisation = e.organisation and g.id = e.grant_id
    join record c on c.organisation = e.organisation and c.id = e.exception and c.state <> 'in_force'
    where e.organisation = ${organisation} and g.revoked_at is null and (g.until_date is null or g.until_date >= ${localDate(now)}::date)
    order by g.id`.execute(tx);
  const still = await Promise.all(
    rows.map(async ({ person, role }) => (await combinationsOf(tx, { organisation, person, role, now })).length > 0),
  );
  return rows.filter((_, index) => !still[index]);
}
