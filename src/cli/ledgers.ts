import { createSecretKey, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { type Blobs, folderBlobs } from '../adapters/blobs/folder.ts';
import { connect } from '../adapters/postgres/connect.ts';
import { prepareExternal } from '../adapters/postgres/external.ts';
import { openDatabase } from '../adapters/postgres/open.ts';
import { PROGRAM } from '../adapters/postgres/roles.ts';
import { shapeFaults, shapeOf } from '../adapters/postgres/shape.ts';
import { openKeyring } from '../adapters/sealing/installation.ts';
import { loadLogKey, loadNodeKey, rawPublicKey } from '../adapters/sealing/keys.ts';
import { openLogIn } from '../adapters/sealing/log.ts';
import { directoryStore } from '../adapters/sealing/store.ts';
import { formatVerifierKey, parseVerifierKey } from '../kernel/ledger/note.ts';
import type { Report } from '../kernel/ledger/report.ts';
import { isRefused, type Refused } from '../kernel/refusal.ts';
import { loadDirectory } from '../modules/identity/index.ts';
import { type LedgerParts, verifyAll } from '../runtime/ledger-door.ts';
import type { Db } from '../runtime/module.ts';
import { originOf } from '../runtime/sealing.ts';
import { withOrganisation } from '../runtime/store/session.ts';
import { answers, nothingThere, runningUrl } from './reach.ts';
import type { Settings } from './settings.ts';
import { formerKeys, keyFile } from './signer-key.ts';

/** The ledgers of one data folder, opened for looking only. */
export type Ledgers = {
  organisations(): Promise<{ id: string; name: string }[]>;
  verify(organisation: string, onProgress?: (done: number, size: number) => void): Promise<Report>;
  /** How many entries the database has. */
  events(organisation: string): Promise<number>;
  close(): Promise<void>;
};

const MIGRATIONS = join(import.meta.dirname, '../../migrations');

/** How a database differs from what this release makes of it. */
export const ourShape = (db: Db) => shapeFaults(db, shapeOf(MIGRATIONS).lines);

/** What verification asks beside ledger and rows: the database's shape, authority rows and stored files. */
export function checksOver(db: Db, blobs: Blobs, nodeKey: Uint8Array, clock: () => string) {
  return {
    suspicious: (organisation: string) =>
      withOrganisation(db, organisation, async (tx) => {
        const { suspicious } = await loadDirectory(tx, organisation, nodeKey, clock());
        return suspicious.map(({ pos, message }) => ({ position: pos, message }));
      }),
    shape: () => ourShape(db),
    file: async (sha256: string) => {
      if (await blobs.intact(sha256)) return 'kept' as const;
      return (await blobs.get(sha256)) ? ('altered' as const) : ('missing' as const);
    },
  };
}

/**
 * Opens the ledgers of a data folder beside a running platform, or starts the embedded database for the time of the check.
 * Refuses a folder in which nothing was ever started.
 */
export async function openLedgers(
  settings: Pick<Settings, 'dataDir' | 'databaseUrl' | 'databaseAppUrl'>,
  log: (line: string) => void,
): Promise<Ledgers | Refused> {
  const { dataDir } = settings;
  if (!existsSync(join(dataDir, 'secrets/node.key'))) return nothingThere(dataDir);
  const database = await reach(settings, log);
  if (isRefused(database)) return database;
  const connection = connect<unknown>(database.url, { onIdleError: () => {}, max: 2 });
  const db = connection.db as unknown as Db;
  const parts = await partsOver(db, dataDir, database.beside);
  return {
    organisations: () => organisationsOf(db, dataDir),
    verify: (organisation, onProgress) => verifyAll(parts, organisation, onProgress),
    events: (organisation) =>
      withOrganisation(db, organisation, async (tx) => {
        const found = await sql<{ events: string }>`select count(*) as events from event
          where organisation = ${organisation}`.execute(tx);
        return Number(found.rows[0]?.events ?? 0);
      }),
    async close() {
      await connection.close();
      await database.stop();
    },
  };
}

/** All that have a ledger: entries in the database, or sealed files (which remain when somebody empties the database). */
async function organisationsOf(db: Db, dataDir: string): Promise<{ id: string; name: string }[]> {
  const known = await sql<{ id: string; name: string }>`select organisation as id, name from organisation
    order by created_at`.execute(db);
  // One whose row is gone or hidden still has sealed files: it is not passed over.
  const folders = await readdir(join(dataDir, 'log'), { withFileTypes: true }).catch(() => []);
  const isHidden = (name: string) => !/\.epoch-\d+$/.test(name) && !known.rows.some(({ id }) => id === name);
  const hidden = folders.filter((one) => one.isDirectory() && isHidden(one.name));
  known.rows.push(...hidden.map(({ name }) => ({ id: name, name })));
  const written = await Promise.all(
    known.rows.map(({ id }) =>
      withOrganisation(db, id, (tx) => sql`select 1 from event where organisation = ${id} limit 1`.execute(tx)),
    ),
  );
  const sealed = (id: string) => existsSync(join(dataDir, 'log', id, 'checkpoint'));
  return known.rows.filter(({ id }, index) => written[index]!.rows.length > 0 || sealed(id));
}

async function partsOver(db: Db, dataDir: string, beside: boolean): Promise<LedgerParts> {
  const raw = (await loadNodeKey(join(dataDir, 'secrets/node.key'))) as Uint8Array | KeyObject;
  const nodeKey = raw instanceof Uint8Array ? raw : raw.export();
  const host = readFileSync(join(dataDir, 'secrets/installation'), 'utf8').trim();
  const publicKey = await installationKey(dataDir);
  let shape: ReturnType<typeof ourShape> | undefined;
  return {
    db,
    markKey: createSecretKey(nodeKey),
    // Looking changes nothing, beside a sealer at work as on a read-only disk.
    log: (organisation) => openLogIn({ ...directoryStore(join(dataDir, 'log', organisation)), remove: async () => {} }),
    // Where nothing seals, in a restored folder or while the platform stands still, what it had not come to yet is no fault.
    ...(beside ? { now: () => new Date().toISOString() } : {}),
    personal: await openKeyring(join(dataDir, 'keys')),
    verifierKey: async (organisation) => formatVerifierKey(await originOf(db, host, organisation), publicKey),
    formerKeys: async (organisation) => formerKeys(dataDir, await originOf(db, host, organisation)),
    ...checksOver(db, folderBlobs(join(dataDir, 'files')), nodeKey, () => new Date().toISOString()),
    // One database under all ledgers that are looked at: asked once.
    shape: () => {
      shape ??= ourShape(db);
      return shape;
    },
  };
}

/** What the signer's key is, as the platform published it; a folder of an earlier release has the key itself. */
async function installationKey(dataDir: string): Promise<Uint8Array> {
  if (!existsSync(keyFile(dataDir))) return rawPublicKey(await loadLogKey(join(dataDir, 'secrets/log.pem')));
  const key = parseVerifierKey(readFileSync(keyFile(dataDir), 'utf8'));
  if (isRefused(key)) throw new Error(`${keyFile(dataDir)} holds no verifier key`);
  return key.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
}

/** The program's login on whatever serves this folder now; `beside` a platform that is known to run. */
async function reach(
  settings: Pick<Settings, 'dataDir' | 'databaseUrl' | 'databaseAppUrl'>,
  log: (line: string) => void,
): Promise<{ url: string; beside: boolean; stop(): Promise<void> } | Refused> {
  const { dataDir, databaseUrl, databaseAppUrl } = settings;
  if (databaseAppUrl) return { url: databaseAppUrl, beside: false, stop: async () => {} };
  if (databaseUrl) {
    const prepared = await prepareExternal({ dataDir, databaseUrl }); // without the folder's lock: the platform may be running
    return isRefused(prepared) ? prepared : { url: prepared.appUrl, beside: false, stop: async () => {} };
  }
  const running = runningUrl(dataDir, PROGRAM, 'postgres-app');
  if (running && (await answers(running))) return { url: running, beside: true, stop: async () => {} };
  log('平台未執行，為檢查啟動資料庫 · the platform is not running; starting its database for the check');
  const opened = await openDatabase({ ...settings, log });
  return isRefused(opened) ? opened : { url: opened.appUrl, beside: false, stop: () => opened.stop() };
}
