import type { KeyObject } from 'node:crypto';
import { type Refused, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { Disk } from './disk.ts';
import { readSigned, sha256Of, unseal, unsealStream } from './envelope.ts';
import { placeFile } from './folder.ts';
import type { Generation, TableCopy, Vault } from './generation.ts';
import type { RecoveryKey } from './recovery-key.ts';

/** A generation opened with the recovery key; nothing was written yet. */
export type OpenGeneration = { disk: Disk; key: RecoveryKey; generation: Generation; vault: Vault };

/**
 * Opens a generation of a disk, the newest when none is named. Refuses a wrong key, an altered or foreign manifest, and a disk
 * without generations.
 */
export async function openGeneration(disk: Disk, key: RecoveryKey, id?: string): Promise<OpenGeneration | Refused> {
  const listings = await disk.listings();
  const chosen = id === undefined ? listings[0] : listings.find((one) => one.id === id);
  if (!chosen) return noGeneration(disk.place, id);
  const generation = await openSigned<Generation>(await disk.generation(chosen.id), key);
  if ('refused' in generation) return generation;
  if (generation.format !== 1) return tooNew;
  const vault = await openSigned<Vault>(await disk.vault(), key);
  if ('refused' in vault) return vault === damaged ? damagedKeys : vault;
  return { disk, key, generation, vault };
}

async function openSigned<Document extends object>(
  sealed: Uint8Array | undefined,
  key: { identity: string; signedBy: KeyObject | undefined },
): Promise<Document | Refused> {
  if (!sealed) return damaged;
  const plain = await unseal(sealed, key.identity).catch((error: unknown) => error as Error);
  if (plain instanceof Error) return /no identity matched/i.test(plain.message) ? otherKey : damaged;
  return readSigned<Document>(plain, key.signedBy) ?? foreign;
}

/**
 * Writes files and keys of a generation into an empty folder. @throws {@link DamagedContent} when a content is missing or altered,
 * the signal's reason when it is told to stop.
 */
export async function placeFiles(
  { disk, key, generation, vault }: OpenGeneration,
  dataDir: string,
  signal?: AbortSignal,
): Promise<void> {
  for (const file of generation.files) {
    signal?.throwIfAborted();
    const sha256 = await placeFile(dataDir, file, saved(disk, key, file)).catch((error: unknown) => {
      throw isOfTarget(error) ? error : new DamagedContent(file.path, error);
    });
    if (sha256 !== file.sha256) throw new DamagedContent(file.path);
  }
  for (const { path, content } of vault.files) await placeFile(dataDir, { path, mode: 0o600 }, once(content));
}

async function* saved(disk: Disk, key: RecoveryKey, { object }: { object: string }): AsyncGenerator<Uint8Array> {
  yield* await unsealStream(disk.stream(object), key.identity);
}

/** The rows of one table as COPY wrote them, each piece checked before it is handed on. @throws as {@link placeFiles} does */
export async function* savedRows(
  { disk, key }: OpenGeneration,
  table: TableCopy,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const name = `${table.schema}.${table.name}`;
  for (const { object, sha256 } of table.chunks) {
    signal?.throwIfAborted();
    const bytes = await disk
      .get(object)
      .then((sealed) => unseal(sealed, key.identity))
      .catch((error: unknown) => {
        throw new DamagedContent(name, error);
      });
    if (sha256Of(bytes) !== sha256) throw new DamagedContent(name);
    yield bytes;
  }
}

/** A content of the backup is not there, or not what was saved. */
export class DamagedContent extends Error {
  readonly what: string;
  constructor(what: string, cause?: unknown) {
    super(`${what} is not what was saved`, { cause });
    this.what = what;
  }
}

/** Writing failed, not reading. */
const isOfTarget = (error: unknown): boolean =>
  /^(ENOSPC|EDQUOT|EROFS|EACCES|EPERM|EEXIST|ENAMETOOLONG)$/.test((error as NodeJS.ErrnoException).code ?? '');

/** What was destroyed by the time of the newest backup: whatever is restored from an older one must not bring it back. */
export function erasedSince({
  vault,
}: OpenGeneration): { organisation: string; kind: 'subject' | 'record'; id: string }[] {
  return vault.files.flatMap(({ path, content }) =>
    content
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { kind: 'subject' | 'record'; id: string; shredded?: string })
      // Keys of mails and notices that quoted something go along with it.
      .filter(({ shredded, id }) => shredded !== undefined && !id.includes(':'))
      .map(({ kind, id }) => ({ organisation: path.replace(/^keys\//, '').replace(/\.keys$/, ''), kind, id })),
  );
}

async function* once(content: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content);
}

const noGeneration = (place: string, id: string | undefined): Refused =>
  refused({
    code: 'missing',
    message:
      id === undefined
        ? text(`${place} 裡沒有備份。`, `There is no backup in ${place}.`)
        : text(`${place} 裡沒有編號 ${id} 的備份。`, `There is no backup ${id} in ${place}.`),
    fix: { text: text('請以 ancheng backup list 查看有哪些備份。', 'See which there are: ancheng backup list.') },
  });

const otherKey = refused({
  code: 'invalid',
  message: text('這把復原金鑰打不開這份備份。', 'This recovery key does not open this backup.'),
  fix: {
    text: text(
      '請確認紙本上的安裝代號與備份碟相同；換過金鑰者，請用製作備份當時的那一把。',
      'See that the sheet names the same installation as the disk; if the key was changed, use the one of that time.',
    ),
  },
});

const damaged = refused({
  code: 'invalid',
  message: text('備份的目錄損毀或不完整。', 'The contents list of the backup is damaged or incomplete.'),
  fix: {
    text: text(
      '請以 ancheng backup check 檢查此碟，並改用較早的備份或另一個備份碟。',
      'Check the disk with ancheng backup check; use an older backup or the other disk.',
    ),
  },
});

const damagedKeys = refused({
  code: 'invalid',
  message: text('碟上的個資金鑰檔損毀。', 'The keys of personal values on this disk are damaged.'),
  fix: {
    text: text(
      '平台仍在執行時，再備份一次到此碟即會重新寫入；否則請改用另一個備份碟。',
      'While the platform still runs, another backup to this disk writes them anew; else use the other disk.',
    ),
  },
});

/** A content of a generation that is not what was saved, as a refusal. */
export const damagedContent = ({ what }: DamagedContent): Refused => {
  const refusal = refused({
    code: 'invalid',
    message: text(
      `備份裡的 ${what} 已損毀或不見，無法還原這一份。`,
      `${what} in this backup is damaged or gone; it cannot be restored.`,
    ),
    fix: {
      text: text(
        '請以 --generation 改用另一份，或改用另一個備份碟；此碟請以 ancheng backup check 檢查。',
        'Use another generation (--generation) or the other disk; check this one with ancheng backup check.',
      ),
    },
  });
  DAMAGE.add(refusal);
  return refusal;
};

/** Whether a refusal says that the backup is broken or not ours, and not that something was asked wrongly: a drill that failed. */
export const tellsOfDamage = (refusal: Refused): boolean => DAMAGE.has(refusal);

const foreign = refused({
  code: 'invalid',
  message: text(
    '備份不是由紙本所載的安裝所簽，可能遭人調換。',
    'The backup is not signed by the installation the sheet names; somebody may have exchanged it.',
  ),
  fix: { text: text('請保全此碟，改用另一個備份碟。', 'Keep this disk as it is and use the other one.') },
});

const DAMAGE = new WeakSet<Refused>([damaged, damagedKeys, foreign]);

const tooNew = refused({
  code: 'unready',
  message: text('備份由較新的版本製作。', 'A newer release made this backup.'),
  fix: { text: text('請改用該版本或更新的版本還原。', 'Restore with that release or a newer one.') },
});
