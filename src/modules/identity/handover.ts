import { sql } from 'kysely';
import { z } from 'zod';
import { refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { ModuleCommand, NewEvent, StoredEvent, Tx } from '../../runtime/module.ts';
import { ADMINISTRATOR, today } from './authority.ts';
import { loadDeputies, loadGrants } from './load.ts';
import { type DeputyState, type GrantState, standing } from './people.ts';

/** 職務交接, once it is in effect: which records are still the leaver's, and what ends besides. */

const input = z.object({ handover: z.string(), records: z.number().int().min(0) });

type Signed = { leaver: string; roles: string[]; grants: GrantState[]; deputies: DeputyState[] };

/**
 * `handover.finished`, with the roles given up revoked and deputyships of and by the leaver ended. The successor gains no role by it:
 * two people give roles. An administrator's role ends only on the page, where the last one is kept.
 */
export const finishHandover = (key: Uint8Array): ModuleCommand<z.output<typeof input>, Signed | undefined> => ({
  input,
  async load(tx, { handover }, { organisation }) {
    const { rows } = await sql<{ leaver: string; roles: string[] | null }>`
      select body->'values'->>'leaver' as leaver, body->'values'->'roles' as roles from record
      where organisation = ${organisation} and id = ${handover} and type = 'handover' and state = 'in_effect'
        and not exists (select 1 from handover_done d where d.organisation = ${organisation} and d.handover = ${handover})`.execute(
      tx,
    );
    const [signed] = rows;
    if (!signed) return undefined;
    return {
      leaver: signed.leaver,
      roles: signed.roles ?? [],
      grants: await loadGrants(tx, organisation, { person: signed.leaver }, key),
      deputies: await loadDeputies(tx, organisation, signed.leaver),
    };
  },
  decide(signed, { handover, records }, context) {
    if (context.actor.kind !== 'clock')
      return refused({ code: 'by', message: text('由系統於生效日辦理', 'The system does this on the day') });
    if (!signed) return { events: [], response: false };
    const given = signed.grants.filter(
      (grant) => grant.role !== ADMINISTRATOR && signed.roles.includes(grant.role) && standing(grant, today(context)),
    );
    const ending: NewEvent[] = [
      ...given.map(({ id: grant, person }) => ({
        stream: `grant:${grant}`,
        type: 'grant.revoked',
        data: { grant, person },
      })),
      ...signed.deputies
        .filter((deputy) => deputy.endedAt === undefined)
        .map(({ id: deputy }) => ({ stream: `deputy:${deputy}`, type: 'deputy.ended', data: { deputy } })),
    ];
    const done = { stream: `handover:${handover}`, type: 'handover.finished', data: { handover, records } };
    return { events: [...ending, done], response: true };
  },
});

export async function projectHandover(tx: Tx, { organisation, type, data, at }: StoredEvent): Promise<void> {
  if (type !== 'handover.finished') return;
  await sql`insert into handover_done (organisation, handover, records, at)
    values (${organisation}, ${data.handover}, ${data.records}, ${at}) on conflict do nothing`.execute(tx);
}

/** Handovers in effect that have not been carried out, oldest first. */
export async function handoversDue(tx: Tx, organisation: string): Promise<{ handover: string; leaver: string }[]> {
  const { rows } = await sql<{ handover: string; leaver: string }>`
    select c.id as handover, c.body->'values'->>'leaver' as leaver from record c
    where c.organisation = ${organisation} and c.type = 'handover' and c.state = 'in_effect'
      and not exists (select 1 from handover_done d where d.organisation = c.organisation and d.handover = c.id)
    order by c.since, c.id`.execute(tx);
  return rows;
}

/** Open records that are somebody's: whose case they are, who stands in a field or a row, of whom the opener asked something. */
export async function recordsOf(tx: Tx, organisation: string, person: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select c.id from record c
    where c.organisation = ${organisation} and c.open and c.type <> 'handover' and (c.requester = ${person}
      or c.body->'assigned'->'persons' ? ${person}
      or exists (select 1 from jsonb_each(c.body->'values') v where v.value = to_jsonb(${person}::text)
        or jsonb_typeof(v.value) = 'array' and jsonb_path_exists(v.value, '$[*].* ? (@ == $who)', jsonb_build_object('who', ${person}::text))))
    order by c.id`.execute(tx);
  return rows.map(({ id }) => id);
}
