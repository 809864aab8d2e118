import type { StoredEvent, Tx } from '../../runtime/module.ts';
import {
  deputyHolds,
  grantHolds,
  invitationHolds,
  linkHolds,
  sealDeputy,
  sealGrant,
  sealInvitation,
  sealLink,
} from './mac.ts';
import { emailKey } from './people.ts';
import {
  type AccountLinkTable,
  type DeputyTable,
  type IdentityTables,
  type InvitationTable,
  type RoleGrantTable,
  tables,
} from './tables.ts';

type Write = (tx: Tx, event: StoredEvent, key: Uint8Array) => Promise<unknown>;

/**
 * Writes the rows of one event and, where a row confers authority, its MAC. A row whose MAC does not hold is never sealed
 * anew: what was slipped in stays visible.
 */
export async function project(tx: Tx, event: StoredEvent, key: Uint8Array): Promise<void> {
  const write = Object.hasOwn(writes, event.type) ? writes[event.type] : undefined;
  await write?.(tx, event, key);
}

const writes: Record<string, Write> = {
  'unit.added': (tx, event) =>
    tables(tx)
      .insertInto('unit')
      .values({
        ...placed(event),
        id: str(event, 'unit'),
        name: str(event, 'name'),
        under: maybe(event, 'under'),
        from_date: maybe(event, 'from'),
        until_date: null,
        successor: null,
      })
      .execute(),
  'unit.edited': (tx, event) => updateUnit(tx, event, pick(event, { name: 'name', under: 'under' })),
  'unit.ended': (tx, event) => updateUnit(tx, event, pick(event, { until: 'until_date', successor: 'successor' })),

  'person.added': (tx, event) =>
    tables(tx)
      .insertInto('person')
      .values({
        ...placed(event),
        id: str(event, 'person'),
        name: str(event, 'name'),
        unit: str(event, 'unit'),
        title: maybe(event, 'title'),
        email: maybe(event, 'email'),
        email_key: keyOf(event),
        from_date: maybe(event, 'from'),
        until_date: maybe(event, 'until'),
        suspended_at: null,
      })
      .execute(),
  'person.edited': (tx, event) =>
    updatePerson(tx, event, {
      ...pick(event, { name: 'name', unit: 'unit', title: 'title', email: 'email' }),
      ...('email' in event.data ? { email_key: keyOf(event) } : {}),
    }),
  'person.ended': (tx, event) => updatePerson(tx, event, { until_date: str(event, 'until') }),
  'person.suspended': (tx, event) => updatePerson(tx, event, { suspended_at: event.at }),
  'person.resumed': (tx, event) => updatePerson(tx, event, { suspended_at: null }),

  'grant.asked': (tx, event, key) => {
    const row = { ...grantRow(event), asked_by: maybe(event, 'by'), asked_at: event.at };
    return tables(tx)
      .insertInto('role_grant')
      .values({ ...row, mac: sealGrant(row, key) })
      .execute();
  },
  'grant.given': (tx, event, key) =>
    update(tx, event, key, 'role_grant', {
      given_by: event.data.by as string[],
      given_at: event.at,
      setup: event.data.setup === true,
    }),
  'grant.revoked': (tx, event, key) =>
    update(tx, event, key, 'role_grant', { revoked_at: event.at, revoked_by: event.actor.person ?? null }),

  'grants.revoked': revokeAll,

  'deputy.named': (tx, event, key) => {
    const row = deputyRow(event);
    return tables(tx)
      .insertInto('deputy')
      .values({ ...row, mac: sealDeputy(row, key) })
      .execute();
  },
  'deputy.ended': (tx, event, key) => update(tx, event, key, 'deputy', { ended_at: event.at }),

  'account.linked': linkAccount,
  'account.unlinked': (tx, event, key) => update(tx, event, key, 'account_link', { ended_at: event.at }),

  'invitation.made': (tx, event, key) => {
    const row = invitationRow(event);
    return tables(tx)
      .insertInto('invitation')
      .values({ ...row, mac: sealInvitation(row, key) })
      .execute();
  },
  'invitation.accepted': (tx, event, key) =>
    update(tx, event, key, 'invitation', { accepted_at: event.at, account: str(event, 'account') }),
  'invitation.withdrawn': (tx, event, key) => update(tx, event, key, 'invitation', { withdrawn_at: event.at }),

  'setting.edited': (tx, event) => {
    const set = {
      value: JSON.stringify(event.data.value),
      set_at: event.at,
      set_by: event.actor.person ?? null,
      pos: event.pos,
    };
    return tables(tx)
      .insertInto('organisation_setting')
      .values({ organisation: event.organisation, name: str(event, 'name'), ...set })
      .onConflict((conflict) => conflict.columns(['organisation', 'name']).doUpdateSet(set))
      .execute();
  },
};

function updateUnit(tx: Tx, event: StoredEvent, set: { [column: string]: string }) {
  return tables(tx)
    .updateTable('unit')
    .set({ ...set, pos: event.pos })
    .where('organisation', '=', event.organisation)
    .where('id', '=', str(event, 'unit'))
    .execute();
}

function updatePerson(tx: Tx, event: StoredEvent, set: { [column: string]: string | null }) {
  return tables(tx)
    .updateTable('person')
    .set({ ...set, pos: event.pos })
    .where('organisation', '=', event.organisation)
    .where('id', '=', str(event, 'person'))
    .execute();
}

/** Tables whose rows carry a MAC: how a row is found, checked and sealed. */
const sealedBy = {
  role_grant: { column: 'id', holds: grantHolds, seal: sealGrant },
  deputy: { column: 'id', holds: deputyHolds, seal: sealDeputy },
  account_link: { column: 'account', holds: linkHolds, seal: sealLink },
  invitation: { column: 'id', holds: invitationHolds, seal: sealInvitation },
} as const;

/** Changes the row the event names, and seals it anew only when its MAC held. */
async function update<Table extends keyof typeof sealedBy>(
  tx: Tx,
  event: StoredEvent,
  key: Uint8Array,
  table: Table,
  set: Partial<IdentityTables[Table]>,
  named = str(event, table === 'role_grant' ? 'grant' : table === 'account_link' ? 'account' : table),
): Promise<void> {
  const { column, holds, seal } = sealedBy[table] as unknown as Sealing<IdentityTables[Table]>;
  const name: string = table; // the handle is untyped, the rows are not
  const old = (await tx
    .selectFrom(name)
    .selectAll()
    .where('organisation', '=', event.organisation)
    .where(column, '=', named)
    .executeTakeFirst()) as IdentityTables[Table] | undefined;
  if (!old) throw new Error(`${event.type} at position ${event.pos} names no ${table}: ${named}`);
  const row = { ...old, ...set, pos: event.pos };
  await tx
    .updateTable(name)
    .set({ ...set, pos: event.pos, mac: holds(old, key) ? seal(row, key) : old.mac })
    .where('organisation', '=', event.organisation)
    .where(column, '=', named)
    .execute();
}
type Sealing<Row> = {
  column: string;
  holds: (row: Row, key: Uint8Array) => boolean;
  seal: (row: Row, key: Uint8Array) => Uint8Array;
};

/** A pack took away a person's roles, or one of them, whatever grants they came from. */
async function revokeAll(tx: Tx, event: StoredEvent, key: Uint8Array): Promise<void> {
  const role = maybe(event, 'role');
  let held = tables(tx)
    .selectFrom('role_grant')
    .select('id')
    .where('organisation', '=', event.organisation)
    .where('person', '=', str(event, 'person'))
    .where('revoked_at', 'is', null);
  if (role !== null) held = held.where('role', '=', role);
  const set = { revoked_at: event.at, revoked_by: event.actor.person ?? null };
  for (const { id } of await held.execute()) await update(tx, event, key, 'role_grant', set, id);
}

/** An account that was unlinked may be linked again; the row then tells the new link. */
function linkAccount(tx: Tx, event: StoredEvent, key: Uint8Array) {
  const row: Omit<AccountLinkTable, 'mac'> = {
    ...placed(event),
    account: str(event, 'account'),
    person: str(event, 'person'),
    linked_at: event.at,
    linked_by: event.actor.person ?? null,
    ended_at: null,
  };
  const sealed = { ...row, mac: sealLink(row, key) };
  return tables(tx)
    .insertInto('account_link')
    .values(sealed)
    .onConflict((conflict) => conflict.columns(['organisation', 'account']).doUpdateSet(sealed))
    .execute();
}

function grantRow(event: StoredEvent): Omit<RoleGrantTable, 'mac'> {
  return {
    ...placed(event),
    id: str(event, 'grant'),
    person: str(event, 'person'),
    role: str(event, 'role'),
    unit: str(event, 'unit'),
    from_date: str(event, 'from'),
    until_date: maybe(event, 'until'),
    asked_by: null,
    asked_at: event.at,
    given_by: [],
    given_at: null,
    setup: event.data.setup === true,
    revoked_at: null,
    revoked_by: null,
    scope: event.data.scope === undefined ? null : JSON.stringify(event.data.scope),
  };
}

function invitationRow(event: StoredEvent): Omit<InvitationTable, 'mac'> {
  return {
    ...placed(event),
    id: str(event, 'invitation'),
    person: str(event, 'person'),
    email: str(event, 'email'),
    token_hash: str(event, 'tokenHash'),
    made_at: event.at,
    made_by: event.actor.person ?? null,
    expires_at: str(event, 'expiresAt'),
    accepted_at: null,
    account: null,
    withdrawn_at: null,
  };
}

function deputyRow(event: StoredEvent): Omit<DeputyTable, 'mac'> {
  return {
    ...placed(event),
    id: str(event, 'deputy'),
    principal: str(event, 'for'),
    person: str(event, 'person'),
    place: Number(event.data.order),
    from_date: str(event, 'from'),
    until_date: str(event, 'until'),
    named_by: event.actor.person ?? null,
    ended_at: null,
  };
}

const placed = (event: StoredEvent) => ({ organisation: event.organisation, pos: event.pos });

function str(event: StoredEvent, path: string): string {
  const value = event.data[path];
  if (typeof value !== 'string') throw new Error(`${event.type} at position ${event.pos} has no ${path}`);
  return value;
}

function maybe(event: StoredEvent, path: string): string | null {
  const value = event.data[path];
  return typeof value === 'string' ? value : null;
}

const keyOf = (event: StoredEvent): string | null =>
  typeof event.data.email === 'string' ? emailKey(event.data.email) : null;

/** The columns for those values the event has. */
function pick(event: StoredEvent, columns: Record<string, string>): { [column: string]: string } {
  return Object.fromEntries(
    Object.entries(columns)
      .filter(([path]) => path in event.data)
      .map(([path, column]) => [column, str(event, path)]),
  );
}
