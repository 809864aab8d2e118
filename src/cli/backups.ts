import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { type DiskCard, diskAt, FOLDER } from '../adapters/backup/disk.ts';
import { KEEP, type Keep } from '../adapters/backup/generation.ts';
import { type BackupSource, type Made, makeBackup } from '../adapters/backup/make.ts';
import { makeRecoveryKey, readBackupKeys } from '../adapters/backup/recovery-key.ts';
import { diskTrouble } from '../adapters/backup/trouble.ts';
import { folderBlobs } from '../adapters/blobs/folder.ts';
import { installationName } from '../adapters/sealing/installation.ts';
import { openLogIn } from '../adapters/sealing/log.ts';
import { directoryStore } from '../adapters/sealing/store.ts';
import { isRefused, type Refused, refused } from '../kernel/refusal.ts';
import { text } from '../kernel/text.ts';
import type { BackupNote } from '../modules/backups/index.ts';
import { giveBack } from './give-back.ts';

/** One run: to which disk, and what came of it. */
export type BackupRun = { place: string; disk: DiskCard; made: Made };
/** What was written, and which disks could not be: one that is full or pulled out does not keep the other from its backup. */
export type BackupRuns = { runs: BackupRun[]; failed: { place: string; refusal: Refused }[] };

/**
 * Saves to every prepared disk that is there now. Refuses when there is none, no recovery key was made, or another backup of this
 * installation is being made. Given up by `signal` it throws its reason, and no note is left of the disk it was at.
 */
export async function backUp(
  source: { dataDir: string; kind: BackupSource['kind']; ownerUrl: string },
  places: string[],
  keep: Keep = KEEP,
  now: Date = new Date(),
  signal?: AbortSignal,
): Promise<BackupRuns | Refused> {
  const keys = readBackupKeys(source.dataDir);
  if (!keys) return noKey;
  const installation = installationName(source.dataDir);
  const found: BackupRuns = { runs: [], failed: [] };
  const turn = await takeTurn(source.ownerUrl);
  if (isRefused(turn)) return turn;
  let defect: unknown;
  try {
    for (const place of [...new Set(places)]) {
      const card = await cardIn(place, installation);
      if (card === undefined) continue;
      const made = isRefused(card)
        ? card
        : await makeBackup(sourceOf(source, installation), diskAt(place), keys, keep, now, signal).catch(
            (error: unknown) => {
              signal?.throwIfAborted();
              const trouble = diskTrouble(place, error);
              defect ??= trouble ? undefined : error;
              return trouble ?? unforeseen(place);
            },
          );
      const disk = isRefused(card) ? undefined : card;
      leaveNote(source.dataDir, isRefused(made) ? failedNote(disk, made, now) : madeNote(disk!, made, now));
      if (isRefused(made)) found.failed.push({ place, refusal: made });
      else found.runs.push({ place, disk: disk!, made });
    }
  } finally {
    await turn.end();
  }
  if (defect) throw defect;
  return found.runs.length === 0 && found.failed.length === 0 ? noDisk(places) : found;
}

/** Makes the recovery key and leaves word of it, for it opens every backup to come; `by`: the person who had it made. */
export async function newRecoveryKey(dataDir: string, now: string, by?: string): Promise<{ sheet: string }> {
  const replaces = readBackupKeys(dataDir) !== undefined;
  const made = await makeRecoveryKey(dataDir, installationName(dataDir), new Date(now));
  leaveNote(dataDir, { kind: 'backup.key_made', at: now, replaces, ...(by ? { by } : {}) });
  return made;
}

/** Makes a folder a backup disk of this installation; refuses one that is not there, prepared already, or holds backups without a card. */
export async function prepareDisk(
  dataDir: string,
  place: string,
  name: string,
  now: string,
  by?: string,
): Promise<{ id: string } | Refused> {
  if (!existsSync(place)) return notPluggedIn(place);
  const disk = diskAt(place);
  try {
    const known = await disk.card();
    if (known) return isPrepared(known);
    if ((await disk.listings()).length + (await disk.damagedListings()).length > 0) return cardLost;
    const id = `disk-${randomBytes(4).toString('hex')}`;
    await disk.prepare({ format: 1, id, name, installation: installationName(dataDir), preparedAt: now });
    giveDisk(place, dataDir);
    leaveNote(dataDir, { kind: 'backup.disk_prepared', at: now, disk: { id, name }, ...(by ? { by } : {}) });
    return { id };
  } catch (error) {
    const trouble = diskTrouble(place, error);
    if (trouble) return trouble;
    throw error;
  }
}

/** Undefined for a folder that is not there or was not prepared. */
async function cardIn(place: string, installation: string): Promise<DiskCard | Refused | undefined> {
  try {
    const card = await diskAt(place).card();
    return card && card.installation !== installation ? otherInstallation(place, card) : card;
  } catch (error) {
    const trouble = diskTrouble(place, error);
    if (trouble) return trouble;
    throw error;
  }
}

const TURN = `hashtextextended('ancheng backup', 0)`;

/** One backup of an installation at a time, whoever started it: what one writes and has not listed yet, another would clear away. */
async function takeTurn(ownerUrl: string): Promise<{ end(): Promise<void> } | Refused> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'ancheng backup turn' });
  client.on('error', () => {}); // the turn ends with its connection
  await client.connect();
  const asked = await client.query<{ won: boolean }>(`select pg_try_advisory_lock(${TURN}) as won`);
  if (asked.rows[0]?.won) return { end: () => client.end() };
  await client.end();
  return underWay;
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

const failedNote = (disk: DiskCard | undefined, refusal: Refused, now: Date): BackupNote => ({
  kind: 'backup.failed',
  at: now.toISOString(),
  ...(disk ? { disk: { id: disk.id, name: disk.name } } : {}),
  reason: refusal.refused[0]!.message,
});

/** What a command run as root wrote on a disk is the platform's to go on with. */
export const giveDisk = (place: string, dataDir: string): void => giveBack(join(place, FOLDER), dataDir);

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

/** Not the disk's doing: told here, and as a defect where it happened. */
const unforeseen = (place: string): Refused =>
  refused({
    code: 'unready',
    message: text(
      `備份到 ${place} 時發生未預期的錯誤。`,
      `Something unforeseen happened while backing up to ${place}.`,
    ),
    fix: {
      text: text(
        '請再備份一次；仍發生時請回報程式訊息。',
        'Back up once more; if it happens again report what the program says.',
      ),
    },
  });

/** Also what a round of the platform hears while somebody backs up by command: no failure. */
export const underWay = refused({
  code: 'conflict',
  message: text('另一個備份正在進行。', 'Another backup is being made.'),
  fix: { text: text('請等它完成。', 'Wait until it is done.') },
});

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

const notPluggedIn = (place: string): Refused =>
  refused({
    code: 'unready',
    message: text(
      `沒有 ${place} 這個資料夾，備份碟可能尚未接上。`,
      `There is no folder ${place}; the disk may not be plugged in.`,
    ),
    fix: { text: text('請接上備份碟後再試。', 'Plug it in and try again.') },
  });

const isPrepared = ({ name, installation }: DiskCard): Refused =>
  refused({
    code: 'conflict',
    message: text(
      `這是「${name}」(${installation})，已準備過。`,
      `This is "${name}" (${installation}), prepared already.`,
    ),
  });

const cardLost = refused({
  code: 'conflict',
  message: text(
    '碟上有備份，但載明屬於誰的 disk.json 不見或損毀，不會在上面另行準備。',
    'There are backups on it, but the card that says whose they are (disk.json) is gone or damaged; it is not prepared over them.',
  ),
  fix: {
    text: text(
      '請把碟上的 ancheng-backup 改名保留（仍可用 ancheng restore 還原：放回原名即可），再重新準備。',
      'Rename the folder ancheng-backup on it, then prepare it again. What is in it still restores (under its old name).',
    ),
  },
});
