import { sql } from 'kysely';
import type { SourceFile } from '../../kernel/pack/types.ts';
import type { Module, StoredEvent, Tx } from '../../runtime/module.ts';
import { adoptPacks, type Compile, foundOrganisation } from './adoption.ts';
import { explainClause, projectExplanation } from './explanation.ts';
import { restoreParameter, setParameter } from './parameters.ts';
import { decidePlan, projectPlan, proposePlan } from './plan.ts';

export { waitingPlans } from './plan.ts';

/** Adopting procedures and tuning their parameters, from when each clause counts, what is said beside its light. */
export function compliance(files: () => SourceFile[], compile: Compile): Module {
  return {
    name: 'compliance',
    commands: {
      'compliance.found': foundOrganisation,
      'compliance.adopt': adoptPacks(files, compile),
      'compliance.set_parameter': setParameter(files, compile),
      'compliance.restore_parameter': restoreParameter(files, compile),
      'compliance.propose_plan': proposePlan,
      'compliance.decide_plan': decidePlan,
      'compliance.explain': explainClause,
    },
    project,
    facts: { adopted_at: adoptedAt },
  };
}

/** When the organisation began with its procedures here: what ran before then may be carried over. */
const adoptedAt: NonNullable<Module['facts']>[string] = async (db, asked) => {
  const begun = await sql<{ organisation: string; at: Date }>`select organisation, min(at) as at from adoption
    where organisation = any(${[...new Set(asked.map(({ organisation }) => organisation))]}) group by organisation`.execute(
    db,
  );
  return asked.map(({ organisation }) => begun.rows.find((row) => row.organisation === organisation)?.at.toISOString());
};

async function project(tx: Tx, event: StoredEvent): Promise<void> {
  const { organisation, data } = event;
  await projectPlan(tx, event);
  await projectExplanation(tx, event);
  switch (event.type) {
    case 'definition.adopted': {
      const packs = (data.packs as { name: string }[]).map((pack) => pack.name);
      await sql`update organisation set definition = ${data.hash} where organisation = ${organisation}`.execute(tx);
      await sql`insert into adoption (organisation, pos, at, hash, packs) values (${organisation}, ${event.pos}, ${event.at}, ${data.hash}, ${packs})
        on conflict do nothing`.execute(tx);
      return;
    }
    case 'parameter.set':
      await sql`insert into organisation_value (organisation, parameter, value, pos, at, by, exception)
        values (${organisation}, ${data.name}, ${JSON.stringify(data.value)}::jsonb, ${event.pos}, ${event.at}, ${event.actor.person ?? null}, ${data.exception ?? null})
        on conflict (organisation, parameter) do update set value = excluded.value, pos = excluded.pos, at = excluded.at, by = excluded.by,
          exception = excluded.exception`.execute(tx);
      return;
    case 'parameter.restored':
      await sql`delete from organisation_value where organisation = ${organisation} and parameter = ${data.name}`.execute(
        tx,
      );
      return;
  }
}

/** Loosened values whose exception has ended: the scheduler takes them back. */
export async function endedExceptions(tx: Tx, organisation: string): Promise<{ name: string; exception: string }[]> {
  const found = await sql<{
    parameter: string;
    exception: string;
  }>`select v.parameter, v.exception from organisation_value v
    left join record c on c.organisation = v.organisation and c.id = v.exception
    where v.organisation = ${organisation} and v.exception is not null and c.state is distinct from 'in_force'`.execute(
    tx,
  );
  return found.rows.map((row) => ({ name: row.parameter, exception: row.exception }));
}
