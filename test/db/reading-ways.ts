import { sql } from 'kysely';
import { evidenceBy } from '../../src/http/package/evidence.ts';
import { isRefused } from '../../src/kernel/refusal.ts';
import { fileFor } from '../../src/runtime/query/files.ts';
import { gapsOfClause } from '../../src/runtime/query/gaps.ts';
import { lightChanges } from '../../src/runtime/query/light-changes.ts';
import { listRecords } from '../../src/runtime/query/lists.ts';
import type { Look } from '../../src/runtime/query/look.ts';
import * as lookups from '../../src/runtime/query/lookups.ts';
import { namesIn, refsOf } from '../../src/runtime/query/names.ts';
import { population } from '../../src/runtime/query/populations.ts';
import { evidenceOf } from '../../src/runtime/query/procedure.ts';
import { recordView } from '../../src/runtime/query/record.ts';
import { redLights } from '../../src/runtime/query/red-lights.ts';
import { allTasks, myNotices, myTasks } from '../../src/runtime/query/tasks.ts';

/** Every way in which records are named to somebody, and which of them each names. */

/** Those that name all there are for the reader. */
export const WHOLE: Record<string, (one: Look, ids: string[]) => Promise<string[]>> = {
  list: async (one) => {
    const ids: string[] = [];
    for (let after: string | undefined, more = true; more; more = after !== undefined) {
      const page = await listRecords(one, { limit: 200, ...(after ? { after } : {}) });
      if (isRefused(page)) return ids;
      ids.push(...page.items.map(({ id }) => id));
      after = page.next;
    }
    return ids;
  },
  picker: async (one) => (await lookups.records(one, 'any', '', 100_000)).map(({ id }) => id),
  reference: async (one, ids) => [...(await refsOf(one, ids)).keys()],
  name: async (one, ids) => Object.entries(await namesIn(one, ids)).flatMap(([id, name]) => (name === '' ? [] : [id])),
};

/** Those that name some. */
export const SOME: Record<string, (one: Look) => Promise<string[]>> = {
  tasks: async (one) => (await myTasks(one)).map(({ record }) => record.id),
  'tasks of all': async (one) => (await allTasks(one, 'all')).map(({ record }) => record.id),
  notices: async (one) => (await myNotices(one, { limit: 500 })).items.flatMap(({ record }) => record?.id ?? []),
  'late clauses': async (one) => (await redLights(one)).flatMap(({ records }) => records.map(({ id }) => id)),
  'changed lights': async (one) =>
    (await lightChanges(one)).changes.flatMap(({ because }) => because?.record?.id ?? []),
  'papers to come': async (one) => {
    const clauses = await clausesOf(one, 'clause_gap');
    const gaps = await Promise.all(clauses.map((clause) => gapsOfClause(one, clause)));
    return gaps
      .flat()
      .flatMap(({ id, about }) => [id, about?.id].filter((one) => one !== undefined && one !== '')) as string[];
  },
  packages: async (one) => {
    const { byClause } = await evidenceBy(one, await clausesOf(one, 'clause_evidence'), {});
    return [...byClause.values()].flat();
  },
  population: async (one) => {
    const found = await population(one, { type: 'incident', from: '2026-01-01', until: '2026-12-31' });
    return isRefused(found)
      ? []
      : [...found.items, ...found.draws.flatMap(({ records }) => records)].map(({ id }) => id);
  },
};

async function clausesOf({ tx, organisation }: Look, table: string): Promise<string[]> {
  const found = await sql<{
    clause: string;
  }>`select distinct clause from ${sql.table(table)} where organisation = ${organisation}`.execute(tx);
  return found.rows.map(({ clause }) => clause);
}

/** Of a record the reader may have: every other one its page names. Undefined for one that is not there for them. */
export async function namedOn(one: Look, id: string): Promise<string[] | undefined> {
  const view = await recordView(one, id);
  if (isRefused(view)) return undefined;
  const refs = [view.origin, view.copied, ...view.children, ...view.links.map(({ to }) => to), ...view.gaps];
  return refs.flatMap((ref) => ref?.id || []);
}

/** Evidence of a clause: whom it names, and how many there are that it does not. */
export async function evidenceFor(one: Look, clause: string) {
  const found = await evidenceOf(one, clause);
  return isRefused(found) ? undefined : { ids: found.records.map(({ id }) => id), withheld: found.withheld };
}

/** Contents with the records that hold them now. */
export async function holders({ tx, organisation }: Look): Promise<Map<string, string[]>> {
  const found = await sql<{
    sha256: string;
    records: string[];
  }>`select sha256, array_agg(record) as records from record_file
    where organisation = ${organisation} and held group by sha256
    having not exists (select 1 from scan s where s.organisation = ${organisation} and s.sha256 = record_file.sha256)`.execute(
    tx,
  );
  return new Map(found.rows.map(({ sha256, records }) => [sha256, records]));
}

export const mayHave = async (one: Look, sha256: string): Promise<boolean> =>
  (await fileFor(one, sha256)) !== undefined;
