import { join } from 'node:path';
import { type Refused, refused } from '../kernel/refusal.ts';
import { text } from '../kernel/text.ts';

/** A file or folder a command was sent to that the machine does not give; what the program itself consists of is not meant. */
export type FileTrouble = NodeJS.ErrnoException & { path: string };

const PROGRAM = join(import.meta.dirname, '..');
const WHY: Record<string, { zh: string; en: string }> = {
  EACCES: text('權限不足', 'no permission'),
  EPERM: text('權限不足', 'no permission'),
  ENOENT: text('不存在', 'it is not there'),
  ENOTDIR: text('不是資料夾', 'it is not a folder'),
  EISDIR: text('是資料夾，不是檔案', 'it is a folder, not a file'),
  ELOOP: text('連結繞成一圈', 'its links lead in a circle'),
  EIO: text('磁碟讀寫錯誤', 'the disk fails'),
  ENOSPC: text('磁碟已滿', 'the disk is full'),
  EROFS: text('磁碟唯讀', 'the disk is read-only'),
  EMFILE: text('開啟的檔案過多', 'too many files are open'),
};

export const isFileTrouble = (error: unknown): error is FileTrouble =>
  error instanceof Error &&
  'path' in error &&
  typeof error.path === 'string' &&
  !error.path.startsWith(PROGRAM) &&
  String((error as NodeJS.ErrnoException).code) in WHY;

/** The same in words, with its way out. */
export function fileTrouble({ path, code }: FileTrouble): Refused {
  const why = WHY[String(code)] ?? text(String(code), String(code));
  return refused({
    code: 'unready',
    message: text(`無法使用 ${path}：${why.zh}。`, `${path} cannot be used: ${why.en}.`),
    fix: { text: text('請檢查路徑、權限與磁碟後再執行。', 'Look at path, permissions and disk, then run it again.') },
  });
}
