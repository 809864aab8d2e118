import { sql } from 'kysely';
import { localDate } from '../../kernel/calendar/date.ts';
import type { Grant, Moment, Value } from '../../kernel/engine/types.ts';
import type { Definition } from '../../kernel/pack/types.ts';
import type { Db, Tx } from '../../runtime/module.ts';
import { ADMINISTRATOR } from './authority.ts';
import { loadDirectory } from './directory.ts';
import { onDay } from './people.ts';

type Asked = { organisation: string; args: Value[]; now: Moment };
type Answers = (db: Tx | Db, asked: Asked[]) => Promise<(Value | undefined)[]>;
/** The definition in force, from which conflicts between roles are read. */
export type DefinitionOf = (db: Tx | Db, organisation: string) => Promise<Definition | undefined>;

/** `has_role(person, role): yes_no` — on the day asked, by grants that hold (twvs.5.8.1.7). */
export const hasRole =
  (key: Uint8Array): Answers =>
  async (db, asked) => {
    const grants = await grantsAsked(db, asked, key);
    return asked.map(({ args: [person, role] }, index) => {
      if (typeof person !== 'string' || typeof role !== 'string') return undefined;
      return (grants[index] ?? []).some((grant) => grant.person === person && grant.role === role);
    });
  };

/** `administered(person, since): yes_no` — an administrator at any time since then, also where the role is gone. */
export const administered: Answers = (db, asked) =>
  Promise.all(
    asked.map(async ({ organisation, now, args: [person, since] }) => {
      if (typeof person !== 'string' || typeof since !== 'string') return undefined;
      const found = await sql`select 1 from role_grant where organisation = ${organisation} and person = ${person}
        and role = ${ADMINISTRATOR} and given_at is not null and from_date <= ${localDate(now)}::date
        and coalesce(until_date, 'infinity') >= ${localDate(since)}::date
        and coalesce(revoked_at, 'infinity') >= ${since}::timestamptz limit 1`.execute(db);
      return found.rows.length > 0;
    }),
  );

/**
 * `conflicts(person): rows {role, with}` — pairs of roles the person holds that exclude each other, as after adopting a
 * pack that newly separates them (twvs.5.1.2.a); unknown without a definition.
 */
export const conflicts =
  (key: Uint8Array, definitionOf: DefinitionOf): Answers =>
  async (db, asked) => {
    const grants = await grantsAsked(db, asked, key);
    const answers: (Value | undefined)[] = [];
    for (const [index, { organisation, args }] of asked.entries()) {
      const definition = await definitionOf(db, organisation);
      const roles = (grants[index] ?? []).filter((grant) => grant.person === args[0]).map((grant) => grant.role);
      answers.push(definition && pairs([...new Set(roles)].sort(), definition));
    }
    return answers;
  };

function pairs(roles: string[], definition: Definition): { role: string; with: string }[] {
  const excludes = (one: string, other: string) =>
    definition.roles[one]?.conflicts.includes(other) || definition.roles[other]?.conflicts.includes(one);
  return roles.flatMap((role, index) =>
    roles
      .slice(index + 1)
      .filter((other) => excludes(role, other))
      .map((other) => ({ role, with: other })),
  );
}

async function grantsAsked(db: Tx | Db, asked: Asked[], key: Uint8Array): Promise<(Grant[] | undefined)[]> {
  const loaded = new Map<string, Grant[]>();
  for (const { organisation, now } of asked) {
    const day = localDate(now);
    const name = `${organisation} ${day}`;
    if (loaded.has(name)) continue;
    const { directory } = await loadDirectory(db, organisation, key, now);
    loaded.set(
      name,
      directory.grants.filter((grant) => onDay(grant, day)),
    );
  }
  return asked.map(({ organisation, now }) => loaded.get(`${organisation} ${localDate(now)}`));
}
