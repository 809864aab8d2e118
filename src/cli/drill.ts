import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { diskAt } from '../adapters/backup/disk.ts';
import { tellsOfDamage } from '../adapters/backup/restore.ts';
import { runsAsRoot } from '../adapters/postgres/embedded/account.ts';
import { lockFolder } from '../adapters/postgres/embedded/lock.ts';
import { isRefused, type Refused } from '../kernel/refusal.ts';
import type { BackupNote } from '../modules/backups/index.ts';
import { leaveNote } from './backups.ts';
import { clearDrills, DRILL } from './left-drills.ts';
import { type Drilled, restoreInto } from './restoring.ts';

type Asked = { from: string; sheet: string; generation?: string; signal?: AbortSignal };

/**
 * Restores into a scratch folder, verifies, deletes the folder, and leaves word for the platform: also of a backup that could not be
 * restored, not of a key that was mistyped.
 */
export async function drill(
  liveDir: string,
  asked: Asked,
  scratch: string | undefined,
  log: (line: string) => void,
): Promise<Drilled | Refused> {
  const ground = scratch === undefined ? tmpdir() : resolve(scratch);
  await clearDrills(ground, log);
  const folder = mkdtempSync(join(ground, DRILL));
  const lock = lockFolder(folder);
  if (isRefused(lock)) return lock;
  if (runsAsRoot()) chmodSync(folder, 0o711); // the account the database runs as has to get through
  try {
    // Always into the database that comes along: the drill touches no server, and shows that the backup needs none.
    const drilled = await restoreInto({ dataDir: join(folder, 'data') }, asked, log);
    const note = isRefused(drilled) ? await brokenNote(asked, drilled) : noteOf(drilled);
    if (note && existsSync(join(liveDir, 'secrets/installation'))) leaveNote(liveDir, note);
    return drilled;
  } finally {
    lock.release();
    rmSync(folder, { recursive: true, force: true });
  }
}

const noteOf = (drilled: Drilled): BackupNote => ({
  kind: 'restore.tested',
  at: new Date().toISOString(),
  generation: drilled.generation,
  dataOf: drilled.takenAt,
  passed: drilled.ok,
  rows: drilled.rows,
  ledgers: drilled.ledgers.map(({ organisation, saved, restored, root, ok }) => ({
    ...{ organisation, saved, restored, ok },
    root: root ?? '',
  })),
});

async function brokenNote({ from, generation }: Asked, refusal: Refused): Promise<BackupNote | undefined> {
  const listings = tellsOfDamage(refusal) ? await diskAt(from).listings() : [];
  const tried = generation === undefined ? listings[0] : listings.find(({ id }) => id === generation);
  if (!tried) return undefined;
  const { message } = refusal.refused[0]!;
  return {
    ...{ kind: 'restore.tested', at: new Date().toISOString(), generation: tried.id, dataOf: tried.takenAt },
    ...{ passed: false, rows: 0, ledgers: [], reason: message },
  };
}
