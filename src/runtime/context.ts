import { sql } from 'kysely';
import type { Moment } from '../kernel/engine/types.ts';
import { definitionHash } from '../kernel/pack/hash.ts';
import type { Definition } from '../kernel/pack/types.ts';
import type { Tx } from './module.ts';
import type { News, OrganisationContext, Parts } from './parts.ts';

/** Events after which definition or directory must be read again. */
const CHANGES = ['unit.', 'person.', 'grant.', 'deputy.', 'definition.', 'account.', 'erasure.done'];

export const changesContext = (type: string) => CHANGES.some((prefix) => type.startsWith(prefix));

type Cached = { context: OrganisationContext; readAt: number; day: string };

/**
 * Keeps each organisation's definition and directory in memory, read again when an event (of this or another process)
 * changed them, and each new day, because grants and deputies begin and end by date.
 */
export function contexts(parts: Pick<Parts, 'loadDirectory'>) {
  const cache = new Map<string, Cached>();

  async function stale(tx: Tx, organisation: string, cached: Cached, nextPos: number): Promise<boolean> {
    if (nextPos === cached.readAt) return false;
    const found = await sql<{ changed: boolean }>`
      select exists (select 1 from event where organisation = ${organisation} and pos >= ${cached.readAt} and pos < ${nextPos}
        and (${sql.join(
          CHANGES.map((prefix) => sql`type like ${`${prefix}%`}`),
          sql` or `,
        )})) as changed`.execute(tx);
    return found.rows[0]?.changed ?? true;
  }

  return {
    /** @param nextPos the organisation's head position in this transaction */
    async of(tx: Tx, organisation: string, nextPos: number, now: Moment): Promise<OrganisationContext | undefined> {
      const cached = cache.get(organisation);
      const day = now.slice(0, 13);
      if (cached && cached.day === day && !(await stale(tx, organisation, cached, nextPos))) {
        cached.readAt = nextPos;
        return cached.context;
      }
      const context = await read(tx, organisation, now, parts, cached?.context.definitions);
      if (context) cache.set(organisation, { context, readAt: nextPos, day });
      return context;
    },
    /** A group of ours went from one position to another: when it changed nobody's context, there is nothing to look at again. */
    passed(organisation: string, from: number, { size, eventTypes }: Pick<News, 'size' | 'eventTypes'>): void {
      const cached = cache.get(organisation);
      if (cached?.readAt === from && ![...eventTypes].some(changesContext)) cached.readAt = size;
    },
    forget: (organisation: string) => cache.delete(organisation),
  };
}

async function read(
  tx: Tx,
  organisation: string,
  now: Moment,
  parts: Pick<Parts, 'loadDirectory'>,
  known: Map<string, Definition> | undefined,
): Promise<OrganisationContext | undefined> {
  const found = await sql<{
    definition: string | null;
  }>`select definition from organisation where organisation = ${organisation}`.execute(tx);
  if (!found.rows[0]) return undefined;
  const hash = found.rows[0].definition ?? '';
  const definitions = new Map(known ?? []);
  const rows = await sql<{ hash: string; body: Definition }>`
    select hash, body from definition where organisation = ${organisation} and hash <> all(${[...definitions.keys()]})`.execute(
    tx,
  );
  for (const row of rows.rows) {
    // Rules changed where they lie are nobody's: nothing is decided by them, and everything stands still until they are put back.
    if (definitionHash(row.body) !== row.hash) throw new Error(`definition ${row.hash} of ${organisation} was altered`);
    definitions.set(row.hash, row.body);
  }
  return {
    definition: definitions.get(hash) ?? NOTHING_ADOPTED,
    definitions,
    directory: await parts.loadDirectory(tx, organisation, now),
  };
}

/** Before the first adoption: no packs, no types; only machinery commands work. */
export const NOTHING_ADOPTED: Definition = {
  hash: '',
  packs: [],
  clauses: {},
  roles: {},
  parameters: {},
  lists: {},
  records: {},
  duties: {},
  monitors: {},
};
