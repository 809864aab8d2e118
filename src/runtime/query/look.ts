import { sql } from 'kysely';
import { isDate, localDate } from '../../kernel/calendar/date.ts';
import { type Acting, capacityWith } from '../../kernel/engine/capacity.ts';
import type { Actor, Directory, Input, Known, Moment, RecordState } from '../../kernel/engine/types.ts';
import { isDuring } from '../../kernel/engine/who.ts';
import type { Definition, RecordType } from '../../kernel/pack/types.ts';
import { type Refused, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { contexts } from '../context.ts';
import { type Asking, settle, unknownWorld } from '../gather.ts';
import type { Tx } from '../module.ts';
import type { OrganisationContext, Parts } from '../parts.ts';
import { reading } from '../store/session.ts';
import { everyState } from '../store/states.ts';

/** Who looks: a person of the organisation, or an account that only administers it. */
export type Viewer = {
  person?: string;
  account?: string;
  administrator: boolean;
  /** An auditor from elsewhere: few doors are open, and those show its scope only. */
  outside?: { until: string };
};

/** One look at one organisation: a snapshot, what is known so far, and who looks. */
export type Look = {
  tx: Tx;
  organisation: string;
  viewer: Viewer;
  now: Moment;
  context: OrganisationContext;
  known: Known;
  asking: Asking;
  parts: Parts;
  /** As of a date: the position the ledger had at its end; absent for now. */
  asOf?: { date: string; pos: number };
};

export type Cache = ReturnType<typeof contexts>;

export const noSuch = (zh: string, en: string): Refused =>
  refused({ code: 'missing', message: text(`找不到${zh}。`, `No such ${en}.`) });

/**
 * The one door for reads: one read-only snapshot of one organisation.
 * @param asOf ISO date; everything answered is as it stood at the end of that day in Taipei
 */
export async function look<T>(
  parts: Parts,
  cache: Cache,
  organisation: string,
  viewer: Viewer,
  work: (look: Look) => Promise<T>,
  asOf?: string,
): Promise<T | Refused> {
  const now = parts.clock();
  const wrong = asOf === undefined ? undefined : noSuchDay(asOf, now);
  if (wrong) return wrong;
  return reading(parts.db, organisation, async (tx) => {
    const head = await sql<{
      next_pos: string;
    }>`select next_pos from head where organisation = ${organisation}`.execute(tx);
    if (!head.rows[0]) return noSuch('這個機關', 'organisation');
    const context = await cache.of(tx, organisation, Number(head.rows[0].next_pos), now);
    if (!context) return noSuch('這個機關', 'organisation');
    const asking: Asking = {
      tx,
      organisation,
      definition: context.definition,
      modules: parts.modules,
      now,
      needs: new Map(),
    };
    const looking: Look = { tx, organisation, viewer, now, context, known: unknownWorld(), asking, parts };
    if (asOf) looking.asOf = { date: asOf, pos: await positionAt(tx, organisation, asOf) };
    return work(looking);
  });
}

/** A day that has not come has no state, and is not printed or packed as if it had (decision 0122). */
function noSuchDay(asOf: string, now: string): Refused | undefined {
  if (isDate(asOf) && asOf <= localDate(now)) return undefined;
  return refused({
    code: 'invalid',
    field: 'asOf',
    message: text('基準日須為今天或以前的日子。', 'The day looked at is today or an earlier one.'),
  });
}

/** Position after the last event recorded by the end of that day in Taipei. */
export async function positionAt(tx: Tx, organisation: string, date: string): Promise<number> {
  const found = await sql<{ pos: string | null }>`select max(pos) + 1 as pos from event
    where organisation = ${organisation} and recorded_at < (${date}::date + 1)::timestamp at time zone 'Asia/Taipei'`.execute(
    tx,
  );
  return Number(found.rows[0]?.pos ?? 0);
}

/** Engine input for this viewer at this moment. */
export function inputFor(look: Look, actor: Actor = actorOf(look.viewer)): Input {
  return {
    organisation: look.organisation,
    current: look.context.definition,
    definitions: look.context.definitions,
    directory: look.context.directory,
    calendar: look.parts.calendar(),
    actor,
    now: look.now,
    known: look.known,
    readByModules: look.parts.modules.flatMap(({ reads }) => reads ?? []),
  };
}

export const actorOf = (viewer: Viewer): Actor =>
  viewer.person
    ? {
        kind: 'person',
        person: viewer.person,
        factor: 'password',
        ...(viewer.account ? { account: viewer.account } : {}),
      }
    : { kind: 'person', person: '', factor: 'none' };

export const settleLook = <T>(look: Look, ask: () => T | { needs: never[] }) =>
  settle<T>(look.asking, look.known, ask as never);

/** A record as it stands now or stood then, and the type it opened under. */
export async function recordOf(
  look: Look,
  id: string,
): Promise<{ state: RecordState; type: RecordType; title: string; pos: number } | undefined> {
  const found = look.asOf
    ? await sql<{
        body: RecordState;
        title: string;
        pos: string;
      }>`select body, title, pos_from as pos from ${everyState(look.organisation)} v
        where id = ${id} and pos_from < ${look.asOf.pos} and (pos_to is null or pos_to >= ${look.asOf.pos})
        order by pos_from desc limit 1`.execute(look.tx)
    : await sql<{ body: RecordState; title: string; pos: string }>`select body, title, pos from record
        where organisation = ${look.organisation} and id = ${id}`.execute(look.tx);
  const row = found.rows[0];
  if (!row) return undefined;
  if (!look.asOf) look.known.records.set(id, row.body);
  const type = look.context.definitions.get(row.body.definition)?.records[row.body.type];
  return type ? { state: row.body, type, title: row.title, pos: Number(row.pos) } : undefined;
}

export const rolesOf = (directory: Directory, person: string | undefined, now: Moment): string[] =>
  directory.grants.filter((grant) => grant.person === person && isDuring(grant, now)).map((grant) => grant.role);

/** The viewer as `capacityIn` asks. */
export const actingOf = ({ viewer, context, now }: Pick<Look, 'viewer' | 'context' | 'now'>): Acting => ({
  actor: actorOf(viewer),
  directory: context.directory,
  definition: context.definition,
  now,
});

/** Whether the viewer holds one of these roles now, as self or as somebody's deputy. */
export const actsAs = (look: Pick<Look, 'viewer' | 'context' | 'now'>, roles: string[]): boolean =>
  capacityWith(actingOf(look), roles) !== undefined;

export const label = (definition: Definition, type: string) =>
  definition.records[type]?.label ?? { zh: type, en: type };
