import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { type Refused, refused } from '../../kernel/refusal.ts';

/** One file `NNNN_name.sql`. `sha256` is over its text with LF line ends, so that a checkout on Windows is the same. */
export type Migration = { number: number; name: string; sql: string; sha256: string };

export type MigrateOptions = {
  ownerUrl: string;
  migrations: Migration[];
  /** The program's login role. Migrations call it `ancheng_app`; where it has another name, that is put in its place. */
  appRole: string;
  log: (line: string) => void;
};

/** Any constant will do, as long as every release uses the same: 安程 in code points. */
const LOCK = 0x5b89_7a0b;

/** Reads the migrations of a folder in order. A double number or another name is a defect of the release; gaps are not. */
export function readMigrations(folder: string): Migration[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  let before = 0;
  return names.sort().map((name) => {
    const number = Number(/^(\d{4})_[a-z0-9_]+\.sql$/.exec(name)?.[1]);
    if (!(number > before)) throw new Error(`migrations/${name}: expected a number above ${before}, as 0001_name.sql`);
    before = number;
    const sql = readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n');
    return { number, name, sql, sha256: createHash('sha256').update(sql).digest('hex') };
  });
}

/**
 * Brings the database to this release: each missing migration in one transaction, one process at a time.
 * Refuses a database newer than the program, and one whose applied migrations differ from the program's.
 * Returns the numbers applied now.
 */
export async function migrate(options: MigrateOptions): Promise<{ applied: number[] } | Refused> {
  const client = new pg.Client({ connectionString: options.ownerUrl, application_name: 'ancheng migrate' });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    await client.query(bookkeeping);
    const refusal = compare(await readApplied(client), options.migrations);
    return refusal ?? { applied: await applyMissing(client, options) };
  } finally {
    await client.end(); // ends the session, and with it the lock
  }
}

const bookkeeping = `
  create table if not exists schema_migration (
    number integer primary key,
    name text not null,
    sha256 text not null,
    applied_at timestamptz not null default now()
  )`;

type Applied = { number: number; name: string; sha256: string };

async function readApplied(client: pg.Client): Promise<Applied[]> {
  const { rows } = await client.query<Applied>('select number, name, sha256 from schema_migration order by number');
  return rows;
}

function compare(applied: Applied[], known: Migration[]): Refused | undefined {
  for (const row of applied) {
    const ours = known.find((migration) => migration.number === row.number);
    if (!ours) return newer(row, known.at(-1)?.number ?? 0);
    if (ours.sha256 !== row.sha256) return edited(row);
  }
  return undefined;
}

async function applyMissing(client: pg.Client, { migrations, appRole, log }: MigrateOptions): Promise<number[]> {
  const done = new Set((await readApplied(client)).map((row) => row.number));
  const missing = migrations.filter((migration) => !done.has(migration.number));
  for (const migration of missing) {
    await applyOne(client, migration, appRole);
    log(`資料表更新 ${migration.name} · applied migration ${migration.name}`);
  }
  return missing.map((migration) => migration.number);
}

async function applyOne(client: pg.Client, migration: Migration, appRole: string): Promise<void> {
  await client.query('begin');
  try {
    await client.query(migration.sql.replaceAll(/\bancheng_app\b/g, () => client.escapeIdentifier(appRole)));
    await client.query('insert into schema_migration (number, name, sha256) values ($1, $2, $3)', [
      migration.number,
      migration.name,
      migration.sha256,
    ]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw new Error(`migration ${migration.name} failed`, { cause: error });
  }
}

const newer = (row: Applied, known: number): Refused =>
  refused({
    code: 'unready',
    message: {
      zh: `資料庫比程式新：已套用 ${row.name}，本版程式只認得到第 ${known} 號。`,
      en: `The database is newer than the program: ${row.name} is applied, and this release knows only ${known}.`,
    },
    fix: {
      text: {
        zh: '請改用較新的安程版本；要回到舊版，請還原升級前的備份。',
        en: 'Run the newer release; to go back to this one, restore the back-up made before the upgrade.',
      },
    },
  });

const edited = (row: Applied): Refused =>
  refused({
    code: 'unready',
    message: {
      zh: `資料表更新檔 ${row.name} 與已套用的內容不同，無法確定資料庫的樣子。`,
      en: `The migration ${row.name} differs from the one that was applied, so the shape of the database is not certain.`,
    },
    fix: {
      text: {
        zh: '請還原該檔原來的內容（已套用的檔案不得修改）。',
        en: 'Put the file back as it was: applied migrations are never edited.',
      },
    },
  });
