import { databaseAway, isAway } from '../adapters/postgres/away.ts';
import { LACKING } from '../adapters/sealing/log.ts';
import { SPOILT } from '../adapters/sealing/signer.ts';
import { type Text, text } from '../kernel/text.ts';
import { isNobodyThere } from './open-signer.ts';

/**
 * What the surroundings keep from being sealed, in words with the remedy: a full or read-only disk, rights, a signer that does not
 * answer, a database that is away. Undefined for everything else, which is a defect.
 * @param where the folder of the log; an error of the signer is about its own
 */
export function troubleOf(error: unknown, where: string): Text | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code = '', syscall } = error as NodeJS.ErrnoException;
  if (isAway(error)) return databaseAway.message;
  if (isNobodyThere(error) && syscall !== 'open') return SILENT;
  const place = error.message.startsWith('the signer') ? SIGNERS : text(where, where);
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return text(
        `磁碟已滿或超過配額（${place.zh}），封存檔寫不進去。請清出空間，之後自動補封。`,
        `The disk is full or a quota is used up (${place.en}), so sealed files cannot be written. Free some space; what waits is then sealed by itself.`,
      );
    case 'EROFS':
      return text(
        `檔案系統為唯讀（${place.zh}），封存檔寫不進去。請查磁碟並以可寫入方式掛載，之後自動補封。`,
        `The file system is read-only (${place.en}), so sealed files cannot be written. Look at the disk and mount it writable; what waits is then sealed by itself.`,
      );
    case 'EACCES':
    case 'EPERM':
      return text(
        `沒有權限寫入封存檔（${place.zh}）。請讓執行的帳號擁有該資料夾，之後自動補封。`,
        `Permission denied for sealed files (${place.en}). Let the account that runs own the folder; what waits is then sealed by itself.`,
      );
    case 'ENOTDIR':
    case 'EEXIST':
    case 'EISDIR':
      return text(
        `封存檔的位置被別的檔案占用（${place.zh}）：${error.message}。請保全現場，查明何人所放，移開後自動補封。`,
        `Something else stands where sealed files belong (${place.en}): ${error.message}. Preserve it, find out who put it there, move it away; what waits is then sealed by itself.`,
      );
    case LACKING:
      return text(
        `封存檔缺少或損壞（${where}：${error.message}）。請保全現場，由備份或匯出的封存檔放回該檔；資料庫完整時，亦可將該資料夾改名另存後重新啟動，由資料庫重建。`,
        `Sealed files are missing or damaged (${where}: ${error.message}). Preserve everything and put the file back from a backup or an export; when the database is whole, rename the folder and start again, and it is made anew from the database.`,
      );
    case SPOILT:
      return text(
        `簽章者的記憶損毀或被調換（${error.message}），簽章者因此拒簽。請保全該檔，向見證者核對最後封存點；相符時將該檔移出簽章者的資料夾。`,
        `What the signer remembers is damaged or was exchanged (${error.message}), so it signs nothing. Preserve the file and compare the last checkpoint with a witness; when they agree, move the file out of the signer's folder.`,
      );
    case 'EIO':
      return text(
        `磁碟讀寫錯誤（${place.zh}）。請立即備份並更換磁碟。`,
        `The disk fails to read or write (${place.en}). Back up at once and replace the disk.`,
      );
    default:
      return undefined;
  }
}

const SIGNERS = text('簽章者的資料夾', "the signer's folder");

const SILENT = text(
  '簽章者沒有回應，新事項暫不封存；作業照常，恢復後自動補封。請查看 ancheng-signer 服務（systemctl status ancheng-signer）。',
  'The signer does not answer, so nothing new is sealed; work goes on, and what waits is sealed when it is back. Look at the service ancheng-signer (systemctl status ancheng-signer).',
);
