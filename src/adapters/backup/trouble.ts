import { type Refused, refused } from '../../kernel/refusal.ts';
import { type Text, text } from '../../kernel/text.ts';

/**
 * What the system says when a backup disk is full, gone, read-only or not for us, with what to do about the disk; undefined for
 * what has nothing to do with one.
 */
export function diskTrouble(place: string, error: unknown): Refused | undefined {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const found = TROUBLES.find(({ codes }) => codes.includes(code));
  if (!found) return undefined;
  const { what, fix } = found;
  return refused({
    code: 'unready',
    message: text(`備份碟${what.zh}(${place})。`, `The backup disk ${what.en} (${place}).`),
    fix: { text: fix },
  });
}

const TROUBLES: { codes: string[]; what: Text; fix: Text }[] = [
  {
    codes: ['ENOSPC', 'EDQUOT'],
    what: text('已滿', 'is full'),
    fix: text(
      '請移走碟上的其他檔案，或換上較大的備份碟；未寫完的部分下次會自動清除，碟上原有的備份仍可還原。',
      'Take other files off it or use a larger disk. What was left unfinished is cleared next time; the backups on it still restore.',
    ),
  },
  {
    codes: ['EROFS'],
    what: text('是唯讀的', 'is read-only'),
    fix: text(
      '請打開碟上的寫入鎖，或以可寫入的方式重新掛載；剛出現錯誤的隨身碟會自動轉為唯讀，請先檢查。',
      'Open its write lock or mount it writable; a stick with errors turns read-only by itself, so check it first.',
    ),
  },
  {
    codes: ['EACCES', 'EPERM'],
    what: text('不允許平台的帳號寫入', 'does not let the account of the platform in'),
    fix: text(
      '請以系統管理者（root）再執行一次 ancheng backup --to 此碟，會把碟上的備份資料夾交給平台的帳號；FAT、exFAT 碟請以該帳號掛載（uid=）。',
      'Run ancheng backup --to this disk once as root: it gives the folder to the account of the platform. Mount FAT and exFAT for that account (uid=).',
    ),
  },
  {
    codes: ['EIO', 'ENODEV', 'ENXIO', 'ENOENT', 'ENOTCONN', 'ESTALE', 'EHOSTDOWN', 'ETIMEDOUT', 'EBADF', 'EUCLEAN'],
    what: text('在使用途中拔除、離線或故障', 'was pulled out, went off line or failed while in use'),
    fix: text(
      '請重新接上後再備份一次；再發生時以 ancheng backup check 檢查，必要時換碟。碟上原有的備份不受影響。',
      'Plug it in again and back up once more; if it happens again run ancheng backup check, and use another disk. Earlier backups on it are not touched.',
    ),
  },
  {
    codes: ['EFBIG'],
    what: text('放不下這麼大的單一檔案', 'cannot hold a file that large'),
    fix: text('FAT32 單檔以 4 GB 為限；請改用 exFAT 或 NTFS。', 'FAT32 ends at 4 GB a file; use exFAT or NTFS.'),
  },
  {
    codes: ['ENAMETOOLONG', 'EINVAL', 'EILSEQ'],
    what: text('的檔案系統不接受所需的檔名', 'has a file system that does not take the names needed'),
    fix: text('請改用 exFAT、NTFS 或 ext4 格式。', 'Format it as exFAT, NTFS or ext4.'),
  },
  {
    codes: ['ENOTDIR', 'EEXIST', 'EISDIR', 'ELOOP'],
    what: text(
      '上的 ancheng-backup 是連結，或其中該是資料夾的是檔案',
      'holds a link called ancheng-backup, or a file where a folder belongs',
    ),
    fix: text('請將它移走，再重新準備此碟。', 'Move it away, then prepare the disk again.'),
  },
];
