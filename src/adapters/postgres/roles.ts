import type pg from 'pg';

/** Names of the login roles inside a cluster that Ancheng made itself. */
export const OWNER = 'ancheng_owner';
export const PROGRAM = 'ancheng_app';

/**
 * Creates a login role, or gives an existing one this password: never superuser, never above row-level security.
 * The password is ours and random; it still goes through the server's quoting.
 */
export async function ensureLogin(client: pg.Client, role: string, password: string): Promise<void> {
  const { rows } = await client.query('select 1 from pg_roles where rolname = $1', [role]);
  const verb = rows.length === 0 ? 'create' : 'alter';
  const name = client.escapeIdentifier(role);
  const attributes = 'login nosuperuser nobypassrls nocreaterole noreplication';
  await client.query(`${verb} role ${name} with ${attributes} password ${client.escapeLiteral(password)}`);
}

/** Creates the database when missing, owned by `owner`, which then owns its public schema too (PostgreSQL 15). */
export async function ensureDatabase(client: pg.Client, database: string, owner: string): Promise<void> {
  const { rows } = await client.query('select 1 from pg_database where datname = $1', [database]);
  if (rows.length > 0) return;
  await client.query(`create database ${client.escapeIdentifier(database)} owner ${client.escapeIdentifier(owner)}`);
}

/** Lets a role sign in to this database, and nobody else but its owner. */
export async function admitOnly(client: pg.Client, database: string, role: string): Promise<void> {
  const name = client.escapeIdentifier(database);
  await client.query(`revoke all on database ${name} from public`);
  await client.query(`grant connect on database ${name} to ${client.escapeIdentifier(role)}`);
}
