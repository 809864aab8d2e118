import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { diskAt } from '../adapters/backup/disk.ts';
import type { Generation } from '../adapters/backup/generation.ts';
import { readRecoveryKey } from '../adapters/backup/recovery-key.ts';
import {
  DamagedContent,
  damagedContent,
  erasedSince,
  type OpenGeneration,
  openGeneration,
  placeFiles,
  savedRows,
} from '../adapters/backup/restore.ts';
import { fillDatabase, isInUse } from '../adapters/backup/snapshot.ts';
import { connect } from '../adapters/postgres/connect.ts';
import { makePrivateFolder } from '../adapters/postgres/embedded/account.ts';
import { explain } from '../adapters/postgres/embedded/trouble.ts';
import { type Migration, migrate, readMigrations } from '../adapters/postgres/migrate.ts';
import { openDatabase } from '../adapters/postgres/open.ts';
import { openKeyring } from '../adapters/sealing/installation.ts';
import { isRefused, type Refused, refused } from '../kernel/refusal.ts';
import { type Text, text } from '../kernel/text.ts';
import { scrub } from '../runtime/erasing.ts';
import type { Db } from '../runtime/module.ts';
import { halfRestored, isHalfRestored, UNFINISHED } from './half-restored.ts';
import { openLedgers } from './ledgers.ts';
import type { Settings } from './settings.ts';

type Place = Pick<Settings, 'dataDir' | 'databaseUrl' | 'databaseAppUrl'>;

/** What a restore, or a drill, came to. */
export type Drilled = {
  ok: boolean;
  generation: string;
  takenAt: string;
  tables: number;
  rows: number;
  files: number;
  erased: number;
  ledgers: {
    organisation: string;
    name: string;
    /** Entries in the snapshot, and in the restored database. */
    saved: number;
    restored: number;
    root?: string;
    ok: boolean;
    faults: Text[];
  }[];
};

const MIGRATIONS = join(import.meta.dirname, '../../migrations');

/**
 * Restores a generation into an empty data folder and an empty database, then verifies every ledger (L0–L4).
 * Refuses a folder or database with anything in it, a wrong key, a foreign backup, a release too old for it.
 */
export async function restoreInto(
  place: Place,
  asked: { from: string; sheet: string; generation?: string; signal?: AbortSignal },
  log: (line: string) => void,
): Promise<Drilled | Refused> {
  const { signal } = asked;
  const key = readRecoveryKey(asked.sheet);
  if (isRefused(key)) return key;
  if (!key.signedBy)
    log('未附 signed-by：不檢查備份是誰簽的 · no signed-by line: who signed the backup is not checked');
  const opened = await openGeneration(diskAt(asked.from), key, asked.generation);
  if (isRefused(opened)) return opened;
  const migrations = migrationsOf(opened.generation);
  if (isRefused(migrations)) return migrations;
  if (isHalfRestored(place.dataDir)) return halfRestored(place.dataDir);
  if (!isEmpty(place.dataDir)) return notEmpty(place.dataDir);
  if (place.databaseUrl !== undefined && (await isInUse(place.databaseUrl))) return databaseInUse;
  const erased = await fillPlace(place, opened, migrations, log, signal).catch((error: unknown) => {
    clear(place.dataDir);
    return told(place.dataDir, error);
  });
  if (isRefused(erased)) {
    clear(place.dataDir);
    return erased;
  }
  const drilled = await verified(place, opened, erased, log, signal);
  rmSync(join(place.dataDir, UNFINISHED), { force: true });
  return drilled;
}

/** A broken backup and a full disk are told; the rest is a defect. */
function told(dataDir: string, error: unknown): Refused {
  if (error instanceof DamagedContent) return damagedContent(error);
  if (!/^(ENOSPC|EDQUOT|EROFS|EACCES|EPERM)$/.test((error as NodeJS.ErrnoException).code ?? '')) throw error;
  return explain({ what: text('還原', 'Restoring'), where: dataDir }, error);
}

async function fillPlace(
  place: Place,
  opened: OpenGeneration,
  migrations: Migration[],
  log: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<number | Refused> {
  makePrivateFolder(place.dataDir);
  writeFileSync(join(place.dataDir, UNFINISHED), '', { mode: 0o600 });
  log(`還原檔案 · restoring ${opened.generation.files.length} files`);
  await placeFiles(opened, place.dataDir, signal);
  writeFileSync(join(place.dataDir, 'restored.json'), `${JSON.stringify(restoredMark(opened.generation))}\n`, {
    mode: 0o600,
  });
  return fill(place, opened, migrations, log, signal);
}

/** The folder was empty before: what a restore cut short has left would only stand in the way of the next one. */
function clear(dataDir: string): void {
  for (const name of existsSync(dataDir) ? readdirSync(dataDir) : [])
    rmSync(join(dataDir, name), { recursive: true, force: true });
}

/** Told to the ledger at the first start; see `src/backups.ts`. */
const restoredMark = ({ id, takenAt, ledgers }: Generation) => ({
  generation: id,
  takenAt,
  ledgers,
  restoredAt: new Date().toISOString(),
});

async function fill(
  place: Place,
  opened: OpenGeneration,
  migrations: Migration[],
  log: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<number | Refused> {
  const database = await openDatabase({ ...place, log });
  if (isRefused(database)) return database;
  try {
    const { ownerUrl, appRole } = database;
    const migrated = await migrate({ ownerUrl, migrations, appRole, log: () => {} });
    if (isRefused(migrated)) return migrated;
    const { tables } = opened.generation.database;
    log(`還原資料庫 · restoring ${tables.length} tables`);
    await fillDatabase(
      ownerUrl,
      opened.generation.database,
      (table) => savedRows(opened, table, signal),
      () => signal?.throwIfAborted(),
    );
    return await eraseAgain(database.appUrl, place.dataDir, opened);
  } finally {
    await database.stop();
  }
}

/** An older backup must not bring back what was erased after it. */
async function eraseAgain(appUrl: string, dataDir: string, opened: OpenGeneration): Promise<number> {
  const erased = erasedSince(opened);
  if (erased.length === 0) return 0;
  const personal = await openKeyring(join(dataDir, 'keys'));
  const connection = connect<unknown>(appUrl, { onIdleError: () => {}, max: 1 });
  const db = connection.db as unknown as Db;
  try {
    const clock = () => new Date().toISOString();
    for (const { organisation, ...erasure } of erased) await scrub({ db, personal, clock }, organisation, erasure);
  } finally {
    await connection.close();
  }
  return erased.length;
}

async function verified(
  place: Place,
  { generation }: OpenGeneration,
  erased: number,
  log: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<Drilled | Refused> {
  const { tables } = generation.database;
  const ledgers = await openLedgers(place, () => {});
  if (isRefused(ledgers)) return ledgers;
  log('驗證軌跡 · verifying the ledgers');
  const restored: Drilled['ledgers'] = [];
  try {
    const saved = new Map(generation.ledgers.map(({ organisation, events }) => [organisation, events]));
    for (const { id, name } of await ledgers.organisations()) {
      const report = await ledgers.verify(id, () => signal?.throwIfAborted());
      signal?.throwIfAborted();
      const events = await ledgers.events(id);
      const expected = saved.get(id) ?? 0;
      const faults = report.findings.filter(({ ok }) => !ok).map(({ message }) => message);
      if (events !== expected)
        faults.push(
          text(`應有 ${expected} 筆，實有 ${events} 筆`, `${expected} entries were saved, ${events} are there`),
        );
      restored.push({
        organisation: id,
        name,
        saved: expected,
        restored: events,
        ...(report.root === undefined ? {} : { root: report.root }),
        ok: report.ok && events === expected,
        faults,
      });
    }
  } finally {
    await ledgers.close();
  }
  return {
    ok: restored.every(({ ok }) => ok) && generation.missing.length === 0,
    generation: generation.id,
    takenAt: generation.takenAt,
    tables: tables.length,
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
    files: generation.files.length,
    erased,
    ledgers: restored,
  };
}

/** The migrations the backup was made under, as this release has them: rows fit only the tables they came from. */
function migrationsOf({ database, release }: Generation): Migration[] | Refused {
  const ours = readMigrations(MIGRATIONS);
  const used = database.migrations.map(({ number, sha256 }) =>
    ours.find((one) => one.number === number && one.sha256 === sha256),
  );
  return used.every((one) => one !== undefined) ? used : otherRelease(release);
}

const isEmpty = (folder: string): boolean => !existsSync(folder) || readdirSync(folder).length === 0;

const notEmpty = (folder: string): Refused =>
  refused({
    code: 'conflict',
    message: text(
      `資料夾 ${folder} 裡已有資料，不會覆蓋。`,
      `There is something in ${folder} already; nothing is overwritten.`,
    ),
    fix: {
      text: text(
        '請指定空的資料夾；舊資料夾請整個改名保留，待新系統確認無誤後再處理。',
        'Name an empty folder; keep the old one under another name until the restored system is known to be right.',
      ),
    },
  });

const databaseInUse = refused({
  code: 'conflict',
  message: text(
    'DATABASE_URL 的資料庫裡已有資料表，不會覆蓋。',
    'The database in DATABASE_URL has tables already; nothing is overwritten.',
  ),
  fix: { text: text('請指定一個新建的空資料庫。', 'Name a newly created, empty database.') },
});

const otherRelease = (release: string): Refused =>
  refused({
    code: 'unready',
    message: text(
      `這份備份由 ${release} 版製作，本版沒有它的資料表定義。`,
      `Release ${release} made this backup, and this release does not know its tables.`,
    ),
    fix: { text: text('請改用該版本或更新的版本還原。', 'Restore with that release or a newer one.') },
  });
