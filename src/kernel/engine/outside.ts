import type { Definition } from '../pack/types.ts';

/**
 * Auditors from elsewhere: a role of the program itself, held for some procedures, clauses and units and some days only. Whoever ever held it is
 * an outsider for good: reads what a grant in force names, does nothing else, and holds no other role.
 */
export const OUTSIDE_AUDITOR = 'outside_auditor';

/** Empty `units`: all units. At least one procedure or clause. */
export type AuditScope = { procedures: string[]; clauses: string[]; units: string[] };

/** The clauses a scope names, whole procedures taken apart. */
export const clausesIn = ({ clauses }: Pick<Definition, 'clauses'>, scope: AuditScope): Set<string> =>
  new Set(
    Object.values(clauses).flatMap(({ id, pack }) =>
      scope.procedures.includes(pack) || scope.clauses.includes(id) ? [id] : [],
    ),
  );

const OF_TYPES = new Set(['record', 'action', 'gate', 'field', 'retention']);

/** The kinds of records that show these clauses. */
export function typesShowing(definition: Pick<Definition, 'clauses' | 'records'>, clauses: Set<string>): Set<string> {
  const types = new Set<string>();
  for (const id of clauses)
    for (const name of definition.clauses[id]?.by ?? []) {
      const [kind = '', type = ''] = name.split('.');
      if (OF_TYPES.has(kind) && definition.records[type]) types.add(type);
    }
  for (const type of Object.values(definition.records))
    if (type.clauses.some((id) => clauses.has(id))) types.add(type.name);
  return types;
}
