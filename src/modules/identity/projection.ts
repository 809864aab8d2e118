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
    updateGrant(tx, event, key, {
      given_by: event.data.by as string[],
      given_at: event.at,
      setup: event.data.setup === true,
    }),
  'grant.revoked': (tx, event, key) =>
    updateGrant(tx, event, key, { revoked_at: event.at, revoked_by: event.actor.person ?? null }),

  'grants.revoked': revokeAll,

  'deputy.named': (tx, event, key) => {
    const row = deputyRow(event);
    return tables(tx)
      .insertInto('deputy')
      .values({ ...row, mac: sealDeputy(row, key) })
      .execute();
  },
  'deputy.ended': endDeputy,

  'account.linked': linkAccount,
  'account.unlinked': unlinkAccount,

  'invitation.made': (tx, event, key) => {
    const row = invitationRow(event);
    return tables(tx)
      .insertInto('invitation')
      .values({ ...row, mac: sealInvitation(row, key) })
      .execute();
  },
  'invitation.accepted': (tx, event, key) =>
    updateInvitation(tx, event, key, { accepted_at: event.at, account: str(event, 'account') }),
  'invitation.withdrawn': (tx, event, key) => updateInvitation(tx, event, key, { withdrawn_at: event.at }),

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

async function updateInvitation(
  tx: Tx,
  event: StoredEvent,
  key: Uint8Array,
  set: Partial<InvitationTable>,
): Promise<void> {
  const at = [event.organisation, str(event, 'invitation')] as const;
  const old = await tables(tx)
    .selectFrom('invitation')
    .selectAll()
    .where('organisation', '=', at[0])
    .where('id', '=', at[1])
    .executeTakeFirst();
  if (!old) throw new Error(`${event.type} at position ${event.pos} names no invitation: ${at[1]}`);
  const row = { ...old, ...set, pos: event.pos };
  await tables(tx)
    .updateTable('invitation')
    .set({ ...set, pos: event.pos, mac: invitationHolds(old, key) ? sealInvitation(row, key) : old.mac })
    .where('organisation', '=', at[0])
    .where('id', '=', at[1])
    .execute();
}

async function updateGrant(tx: Tx, event: StoredEvent, key: Uint8Array, set: Partial<RoleGrantTable>): Promise<void> {
  const at = [event.organisation, str(event, 'grant')] as const;
  const old = await tables(tx)
    .selectFrom('role_grant')
    .selectAll()
    .where('organisation', '=', at[0])
    .where('id', '=', at[1])
    .executeTakeFirst();
  if (!old) throw new Error(`${event.type} at position ${event.pos} names no grant: ${at[1]}`);
  const row = { ...old, ...set, pos: event.pos };
  await tables(tx)
    .updateTable('role_grant')
    .set({ ...set, pos: event.pos, mac: grantHolds(old, key) ? sealGrant(row, key) : null })
    .where('organisation', '=', at[0])
    .where('id', '=', at[1])
    .execute();
}

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
  for (const { id } of await held.execute())
    await updateGrant(tx, { ...event, data: { ...event.data, grant: id } }, key, {
      revoked_at: event.at,
      revoked_by: event.actor.person ?? null,
    });
}

async function endDeputy(tx: Tx, event: StoredEvent, key: Uint8Array): Promise<void> {
  const at = [event.organisation, str(event, 'deputy')] as const;
  const old = await tables(tx)
    .selectFrom('deputy')
    .selectAll()
    .where('organisation', '=', at[0])
    .where('id', '=', at[1])
    .executeTakeFirst();
  if (!old) throw new Error(`${event.type} at position ${event.pos} names no deputy: ${at[1]}`);
  const row = { ...old, ended_at: event.at, pos: event.pos };
  await tables(tx)
    .updateTable('deputy')
    .set({ ended_at: event.at, pos: event.pos, mac: deputyHolds(old, key) ? sealDeputy(row, key) : old.mac })
    .where('organisation', '=', at[0])
    .where('id', '=', at[1])
    .execute();
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

async function unlinkAccount(tx: Tx, event: StoredEvent, key: Uint8Array): Promise<void> {
  const at = [event.organisation, str(event, 'account')] as const;
  const old = await tables(tx)
    .selectFrom('account_link')
    .selectAll()
    .where('organisation', '=', at[0])
    .where('account', '=', at[1])
    .executeTakeFirst();
  if (!old) throw new Error(`${event.type} at position ${event.pos} names no linked account: ${at[1]}`);
  const row = { ...old, ended_at: event.at, pos: event.pos };
  await tables(tx)
    .updateTable('account_link')
    .set({ ended_at: event.at, pos: event.pos, mac: linkHolds(old, key) ? sealLink(row, key) : old.mac })
    .where('organisation', '=', at[0])
    .where('account', '=', at[1])
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
