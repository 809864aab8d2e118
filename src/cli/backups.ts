import { randomBytes } from 'node:crypto';
import { chownSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DiskCard, diskAt } from '../adapters/backup/disk.ts';
import { KEEP, type Keep } from '../adapters/backup/generation.ts';
import { type BackupSource, type Made, makeBackup } from '../adapters/backup/make.ts';
import { readBackupKeys } from '../adapters/backup/recovery-key.ts';
import { folderBlobs } from '../adapters/blobs/folder.ts';
import { explain } from '../adapters/postgres/embedded/trouble.ts';
import { installationName } from '../adapters/sealing/installation.ts';
import { openLogIn } from '../adapters/sealing/log.ts';
import { directoryStore } from '../adapters/sealing/store.ts';
import { isRefused, type Refused, refused } from '../kernel/refusal.ts';
import { text } from '../kernel/text.ts';
import type { BackupNote } from '../modules/backups/index.ts';

/** One run: to which disk, and what came of it. */
export type BackupRun = { place: string; disk: DiskCard; made: Made };

/** Saves to every prepared disk that is there now. Refuses when there is none, or no recovery key was made. */
export async function backUp(
  source: { dataDir: string; kind: BackupSource['kind']; ownerUrl: string },
  places: string[],
  keep: Keep = KEEP,
  now: Date = new Date(),
): Promise<BackupRun[] | Refused> {
  const keys = readBackupKeys(source.dataDir);
  if (!keys) return noKey;
  const installation = installationName(source.dataDir);
  const disks: { place: string; card: DiskCard }[] = [];
  for (const place of places) {
    const card = await diskAt(place).card();
    if (card && card.installation !== installation) return otherInstallation(place, card);
    if (card) disks.push({ place, card });
  }
  if (disks.length === 0) return noDisk(places);
  const runs: BackupRun[] = [];
  for (const { place, card } of disks) {
    const made = await makeBackup(sourceOf(source, installation), diskAt(place), keys, keep, now).catch(
      (error: unknown) => explainDisk(place, error),
    );
    leaveNote(source.dataDir, isRefused(made) ? failedNote(card, made, now) : madeNote(card, made, now));
    if (isRefused(made)) return made;
    runs.push({ place, disk: card, made });
  }
  return runs;
}

function sourceOf(
  { dataDir, kind, ownerUrl }: { dataDir: string; kind: BackupSource['kind']; ownerUrl: string },
  installation: string,
): BackupSource {
  const blobs = folderBlobs(join(dataDir, 'files'));
  return {
    dataDir,
    installation,
    release: release(),
    kind,
    ownerUrl,
    attachment: (sha256) => blobs.get(sha256),
    // Looking changes nothing, beside a sealer at work.
    openLog: (folder) => openLogIn({ ...directoryStore(folder), remove: async () => {} }),
  };
}

const ROOT = join(import.meta.dirname, '../..');
export const release = (): string =>
  (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;

const madeNote = (disk: DiskCard, made: Made, now: Date): BackupNote => ({
  kind: 'backup.made',
  at: now.toISOString(),
  generation: made.id,
  disk: { id: disk.id, name: disk.name },
  bytes: made.bytes,
  written: made.written,
  missing: made.missing.length,
  generations: made.generations.length,
});

const failedNote = (disk: DiskCard, refusal: Refused, now: Date): BackupNote => ({
  kind: 'backup.failed',
  at: now.toISOString(),
  disk: { id: disk.id, name: disk.name },
  reason: refusal.refused[0]!.message,
});

/**
 * Leaves word in `<data>/backups` of what was done outside the platform; the platform enters it into the ledger of the
 * installation at its next round (within a minute), or when it starts.
 */
export function leaveNote(dataDir: string, note: BackupNote): void {
  const folder = join(dataDir, 'backups');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const name = `${note.at.replaceAll(/[:.]/g, '')}-${randomBytes(4).toString('hex')}`;
  const draft = join(folder, `${name}.tmp`);
  writeFileSync(draft, `${JSON.stringify(note)}\n`, { mode: 0o600 });
  if (process.getuid?.() === 0) {
    const { uid, gid } = statSync(dataDir);
    for (const path of [folder, draft]) chownSync(path, uid, gid);
  }
  renameSync(draft, join(folder, `${name}.json`));
}

/** What the system says when a disk is full, gone or read-only, told with a remedy; anything else stays a defect. */
function explainDisk(place: string, error: unknown): Refused {
  const { code } = error as NodeJS.ErrnoException;
  if (!code || !/^(ENOSPC|EROFS|EACCES|EPERM|EIO|ENODEV|ENXIO|EDQUOT|ENOENT|ECONNREFUSED)$/.test(code)) throw error;
  return explain({ what: text('備份', 'Backing up'), where: place }, error);
}

const noKey = refused({
  code: 'unready',
  message: text('還沒有復原金鑰，無法備份。', 'There is no recovery key yet, so nothing can be backed up.'),
  fix: {
    text: text(
      '請先執行 ancheng backup key --out 檔案，列印後上鎖保管。',
      'First run ancheng backup key --out FILE, print it and lock it away.',
    ),
  },
});

const noDisk = (places: string[]): Refused =>
  refused({
    code: 'unready',
    message: text(
      places.length === 0 ? '沒有指定備份碟。' : `${places.join('、')} 都不是準備好的備份碟，可能尚未接上。`,
      places.length === 0
        ? 'No backup disk was named.'
        : `No prepared backup disk in ${places.join(', ')}; it may not be plugged in.`,
    ),
    fix: {
      text: text(
        '請接上備份碟；第一次使用時先執行 ancheng backup disk 資料夾 --name 名稱。',
        'Plug it in; before first use run ancheng backup disk FOLDER --name NAME.',
      ),
    },
  });

const otherInstallation = (place: string, card: DiskCard): Refused =>
  refused({
    code: 'conflict',
    message: text(
      `${place} 的「${card.name}」是另一套安程（${card.installation}）的備份碟。`,
      `${place} holds "${card.name}", a backup disk of another installation (${card.installation}).`,
    ),
    fix: { text: text('請改接本安裝的備份碟。', 'Plug in a disk of this installation.') },
  });
