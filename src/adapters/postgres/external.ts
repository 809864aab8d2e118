import { createHash } from 'node:crypto';
import pg from 'pg';
import { isRefused, type Refused } from '../../kernel/refusal.ts';
import { unready } from './embedded/trouble.ts';
import { ensureLogin } from './roles.ts';
import { secret } from './secrets.ts';

/** PostgreSQL 15, where only its owner may create in the public schema. */
const OLDEST = 150_000;

export type ExternalOptions = { dataDir: string; databaseUrl: string; databaseAppUrl?: string };

/**
 * Checks a PostgreSQL that somebody else runs and sees to the two roles. `databaseUrl` is the owner's; without
 * `databaseAppUrl` the program's login is created, its password kept in `<data>/secrets/postgres-app-<…>`.
 * Refuses an old version, an owner that may not create tables, and a program's login that row-level security would not bind.
 */
export async function prepareExternal(
  options: ExternalOptions,
): Promise<{ ownerUrl: string; appUrl: string; appRole: string; version: string } | Refused> {
  const owner = await open(options.databaseUrl, 'DATABASE_URL');
  if (isRefused(owner)) return owner;
  try {
    const { rows } = await owner.query<Seen>(LOOK);
    const seen = rows[0]!;
    if (Number(seen.version_num) < OLDEST) return tooOld(seen.version);
    if (!seen.may_create) return mayNotCreate(seen.me, seen.database);
    const app = options.databaseAppUrl ?? (await ourOwnLogin(owner, seen, options));
    if (typeof app !== 'string') return app;
    const refusal = await checkProgramLogin(app, seen);
    return (
      refusal ?? {
        ownerUrl: options.databaseUrl,
        appUrl: app,
        appRole: decodeURIComponent(new URL(app).username),
        version: seen.version,
      }
    );
  } finally {
    await owner.end();
  }
}

type Seen = {
  me: string;
  database: string;
  version: string;
  version_num: string;
  may_create: boolean;
  may_make_roles: boolean;
};

const LOOK = `
  select current_user as me, current_database() as database,
         current_setting('server_version') as version, current_setting('server_version_num') as version_num,
         has_schema_privilege(current_user, 'public', 'create') as may_create,
         (select rolsuper or rolcreaterole from pg_roles where rolname = current_user) as may_make_roles`;

async function open(url: string, variable: string): Promise<pg.Client | Refused> {
  try {
    const client = new pg.Client({
      connectionString: url,
      application_name: 'ancheng start',
      connectionTimeoutMillis: 15_000,
    });
    client.on('error', () => {}); // a connection lost while checking fails the query that is waiting, which tells it
    await client.connect();
    return client;
  } catch (error) {
    return cannotConnect(url, variable, error);
  }
}

/** Roles belong to the whole server: the name carries the database, so that two installations do not share one. */
async function ourOwnLogin(owner: pg.Client, seen: Seen, options: ExternalOptions): Promise<string | Refused> {
  const role = `ancheng_app_${createHash('sha256').update(seen.database).digest('hex').slice(0, 8)}`;
  const url = new URL(options.databaseUrl);
  url.username = role;
  url.password = secret(options.dataDir, `postgres-app-${role.slice(-8)}`);
  const { rows } = await owner.query('select 1 from pg_roles where rolname = $1', [role]);
  if (rows.length === 0) {
    if (!seen.may_make_roles) return mayNotMakeRoles(seen.me);
    await ensureLogin(owner, role, decodeURIComponent(url.password));
  }
  await owner.query(
    `grant connect on database ${owner.escapeIdentifier(seen.database)} to ${owner.escapeIdentifier(role)}`,
  );
  return url.href;
}

async function checkProgramLogin(appUrl: string, seen: Seen): Promise<Refused | undefined> {
  const client = await open(appUrl, 'DATABASE_APP_URL');
  if (isRefused(client)) return client;
  try {
    const { rows } = await client.query<{ me: string; database: string; above: boolean; owns: boolean }>(
      `select current_user as me, current_database() as database, rolsuper or rolbypassrls as above,
              pg_has_role(current_user, $1, 'usage') as owns
         from pg_roles where rolname = current_user`,
      [seen.me],
    );
    const found = rows[0]!;
    if (found.database !== seen.database) return otherDatabase(found.database, seen.database);
    return found.above || found.owns ? notBound(found.me) : undefined;
  } finally {
    await client.end();
  }
}

/** Where a URL leads, without its password. */
function placeOf(url: string): string {
  if (!URL.canParse(url)) return '?';
  const { hostname, port, pathname, username } = new URL(url);
  return `${username}@${hostname}:${port || 5432}${pathname}`;
}

const cannotConnect = (url: string, variable: string, error: unknown): Refused => {
  const said = error instanceof AggregateError ? error.errors.map(String).join('; ') : String(error);
  return unready(
    {
      zh: `連不上資料庫 ${placeOf(url)}(${variable}):${said}`,
      en: `Cannot connect to the database ${placeOf(url)} (${variable}): ${said}`,
    },
    {
      zh: `請確認資料庫已啟動、網址為「postgres://使用者:密碼@主機:埠/資料庫」，且 pg_hba.conf 允許本機連線。`,
      en: `See that the database runs, that the address reads postgres://user:password@host:port/database, and that pg_hba.conf admits this host.`,
    },
  );
};

const tooOld = (version: string): Refused =>
  unready(
    {
      zh: `資料庫版本 ${version} 過舊，需要 PostgreSQL 15 以上。`,
      en: `PostgreSQL ${version} is too old: 15 or later is needed.`,
    },
    {
      zh: '請升級資料庫，或移除 DATABASE_URL 以使用內附的資料庫。',
      en: 'Upgrade it, or unset DATABASE_URL to use the database that comes with Ancheng.',
    },
  );

const mayNotCreate = (me: string, database: string): Refused =>
  unready(
    {
      zh: `使用者 ${me} 不得在資料庫 ${database} 建立資料表。`,
      en: `The role ${me} may not create tables in the database ${database}.`,
    },
    {
      zh: `請由資料庫管理者執行：alter database ${database} owner to ${me};`,
      en: `Let the database administrator run: alter database ${database} owner to ${me};`,
    },
  );

const mayNotMakeRoles = (me: string): Refused =>
  unready(
    {
      zh: `使用者 ${me} 不能建立程式專用的登入角色。`,
      en: `The role ${me} may not create the program's own login role.`,
    },
    {
      zh: `請由資料庫管理者建立：create role ancheng_app login password '…' nosuperuser nobypassrls; 再以 DATABASE_APP_URL 提供其連線網址。`,
      en: `Let the database administrator run: create role ancheng_app login password '…' nosuperuser nobypassrls; and give its address in DATABASE_APP_URL.`,
    },
  );

const notBound = (me: string): Refused =>
  unready(
    {
      zh: `登入角色 ${me} 不受列級安全控管（superuser、bypassrls，或就是擁有者）。`,
      en: `The login ${me} is above row-level security (superuser, bypassrls, or the owner itself).`,
    },
    {
      zh: 'DATABASE_APP_URL 請用另一個一般角色：nosuperuser nobypassrls，且不屬於擁有者。',
      en: 'Give DATABASE_APP_URL a plain role of its own: nosuperuser nobypassrls, not a member of the owner.',
    },
  );

const otherDatabase = (found: string, expected: string): Refused =>
  unready(
    {
      zh: `DATABASE_APP_URL 指向 ${found},DATABASE_URL 指向 ${expected}。`,
      en: `DATABASE_APP_URL leads to ${found}, DATABASE_URL to ${expected}.`,
    },
    { zh: '兩者請指向同一個資料庫。', en: 'Let both name the same database.' },
  );
