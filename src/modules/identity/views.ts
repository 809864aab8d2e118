import { localDate } from '../../kernel/calendar/date.ts';
import { OUTSIDE_AUDITOR } from '../../kernel/engine/outside.ts';
import type { Moment, Value } from '../../kernel/engine/types.ts';
import type { Definition } from '../../kernel/pack/types.ts';
import type { Db, Tx } from '../../runtime/module.ts';
import type { Named, PersonView } from '../../runtime/views.ts';
import { roleLabel } from './authority.ts';
import { deputyOf, grantOf, linkOf, personOf, present, unitOf } from './load.ts';
import { deputyHolds, invitationHolds, linkHolds } from './mac.ts';
import { type GrantState, standing } from './people.ts';
import { scopeWords } from './scope.ts';
import { type PersonTable, tables } from './tables.ts';

export type UnitView = Named & { under?: string; from?: string; until?: string; successor?: string; persons: number };

type Asking = { organisation: string; key: Uint8Array; definition: Definition; now: Moment };

/** One page of persons in the stable order of their ids; `after` is the id of the last person of the page before. */
export async function listPersons(
  db: Db | Tx,
  asking: Asking,
  query: { search?: string; unit?: string; limit?: number; after?: string } = {},
): Promise<{ items: PersonView[]; next?: string }> {
  const limit = Math.min(query.limit ?? 100, 500);
  let select = tables(db).selectFrom('person').selectAll().where('organisation', '=', asking.organisation);
  if (query.unit !== undefined) select = select.where('unit', '=', query.unit);
  if (query.search) select = select.where('name', 'like', `%${query.search.replace(/[\\%_]/g, '\\$&')}%`);
  if (query.after !== undefined) select = select.where('id', '>', query.after);
  const rows = await select
    .orderBy('id')
    .limit(limit + 1)
    .execute();
  const page = rows.slice(0, limit);
  const items = await viewsOf(db, asking, page);
  const next = rows.length > limit ? page.at(-1)?.id : undefined;
  return next === undefined ? { items } : { items, next };
}

export async function getPerson(db: Db | Tx, asking: Asking, id: string): Promise<PersonView | undefined> {
  const row = await tables(db)
    .selectFrom('person')
    .selectAll()
    .where('organisation', '=', asking.organisation)
    .where('id', '=', id)
    .executeTakeFirst();
  return row && (await viewsOf(db, asking, [row]))[0];
}

/** Every unit with how many persons it has today. */
export async function listUnits(db: Db | Tx, organisation: string, now: Moment): Promise<UnitView[]> {
  const units = await tables(db).selectFrom('unit').selectAll().where('organisation', '=', organisation).execute();
  const persons = await tables(db)
    .selectFrom('person')
    .select(({ fn }) => ['unit', fn.countAll<string>().as('persons')])
    .where('organisation', '=', organisation)
    .where((eb) => eb.or([eb('until_date', 'is', null), eb('until_date', '>=', localDate(now))]))
    .groupBy('unit')
    .execute();
  const counted = new Map(persons.map((row) => [row.unit, Number(row.persons)]));
  return units.map((row) => ({ ...unitOf(row), persons: counted.get(row.id) ?? 0 }));
}

/** The invitation behind a link somebody was sent, while it can still be accepted; one written past the program is none. */
export async function openInvitation(
  db: Db | Tx,
  organisation: string,
  tokenHash: string,
  key: Uint8Array,
  now: Moment,
): Promise<{ invitation: string; person: Named; email: string } | undefined> {
  const row = await tables(db)
    .selectFrom('invitation')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('token_hash', '=', tokenHash)
    .executeTakeFirst();
  if (!row || row.accepted_at !== null || row.withdrawn_at !== null) return undefined;
  if (!invitationHolds(row, key)) return undefined;
  if (new Date(row.expires_at).toISOString() <= now) return undefined;
  const named = await namesOf(db, organisation);
  return { invitation: row.id, person: named(row.person), email: row.email };
}

export async function settings(db: Db | Tx, organisation: string): Promise<Record<string, Value>> {
  const rows = await tables(db)
    .selectFrom('organisation_setting')
    .select(['name', 'value'])
    .where('organisation', '=', organisation)
    .execute();
  return Object.fromEntries(rows.map((row) => [row.name, row.value]));
}

async function viewsOf(db: Db | Tx, asking: Asking, rows: PersonTable[]): Promise<PersonView[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const of = asking.organisation;
  const all = tables(db);
  const grants = await all
    .selectFrom('role_grant')
    .selectAll()
    .where('organisation', '=', of)
    .where('person', 'in', ids)
    .execute();
  const deputies = await all
    .selectFrom('deputy')
    .selectAll()
    .where('organisation', '=', of)
    .where('principal', 'in', ids)
    .execute();
  const links = await all
    .selectFrom('account_link')
    .selectAll()
    .where('organisation', '=', of)
    .where('person', 'in', ids)
    .execute();
  const named = await namesOf(db, of);
  const day = localDate(asking.now);
  const held = grants
    .map((row) => grantOf(row, asking.key))
    .filter((grant) => grant.genuine && (standing(grant, day) || isPastAdmission(grant)));
  const standIns = deputies
    .filter((row) => deputyHolds(row, asking.key))
    .map(deputyOf)
    .filter((deputy) => deputy.endedAt === undefined && deputy.until >= day);
  const accounts = links.filter((row) => row.ended_at === null && linkHolds(row, asking.key)).map(linkOf);
  return rows.map((row) => {
    const person = personOf(row);
    const account = accounts.find((link) => link.person === person.id)?.account;
    return present<PersonView>({
      ...person,
      unit: named(person.unit),
      account: account === undefined ? undefined : { id: account, factors: [] },
      roles: held
        .filter((grant) => grant.person === person.id)
        .map((grant) => roleView(grant, asking.definition, named)),
      deputies: standIns
        .filter((deputy) => deputy.for === person.id)
        .map(({ id, person: who, order, from, until }) => ({ id, person: named(who), order, from, until })),
    });
  });
}

/** An outsider stays one after the last day, and people see why there is no sign-in. */
const isPastAdmission = ({ role, givenAt, revokedAt }: GrantState): boolean =>
  role === OUTSIDE_AUDITOR && givenAt !== undefined && revokedAt === undefined;

async function namesOf(db: Db | Tx, organisation: string): Promise<(id: string) => Named> {
  const units = await tables(db)
    .selectFrom('unit')
    .select(['id', 'name'])
    .where('organisation', '=', organisation)
    .execute();
  const persons = await tables(db)
    .selectFrom('person')
    .select(['id', 'name'])
    .where('organisation', '=', organisation)
    .execute();
  const names = new Map([...units, ...persons].map((row) => [row.id, row.name]));
  return (id) => ({ id, name: names.get(id) ?? id });
}

function roleView(
  grant: GrantState,
  definition: Definition,
  named: (id: string) => Named,
): PersonView['roles'][number] {
  return present<PersonView['roles'][number]>({
    grant: grant.id,
    role: grant.role,
    label: roleLabel({ definition }, grant.role),
    unit: named(grant.unit),
    from: grant.from,
    until: grant.until,
    givenBy: grant.givenBy.map((person) => named(person).name),
    waitingForSecond: grant.givenAt === undefined,
    scope: grant.scope && scopeWords(definition, grant.scope, (id) => named(id).name),
  });
}
