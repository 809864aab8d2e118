import { type Refused, refused } from '../../../kernel/refusal.ts';
import type { Text } from '../../../kernel/text.ts';

/** What was being done when the surroundings failed, for the message. */
export type Attempt = { what: Text; where: string };

type Remedy = { message: Text; fix: Text };
type Pattern = { sign: RegExp; tell: (match: RegExpExecArray, where: string) => Remedy };

/** A refusal of the surroundings (disk, port, library, folder): what, where, remedy. */
export const unready = (message: Text, fix: Text): Refused => refused({ code: 'unready', message, fix: { text: fix } });

/**
 * Puts an error of the system, or what PostgreSQL wrote before it gave up, into a refusal with a remedy.
 * What nobody foresaw is told with its own words.
 */
export function explain(attempt: Attempt, error: unknown): Refused {
  const said = typeof error === 'string' ? error : `${(error as NodeJS.ErrnoException).code ?? ''} ${String(error)}`;
  for (const { sign, tell } of patterns) {
    const match = sign.exec(said);
    if (!match) continue;
    const { message, fix } = tell(match, attempt.where);
    return unready({ zh: `${attempt.what.zh}：${message.zh}`, en: `${attempt.what.en}: ${message.en}` }, fix);
  }
  const tail = said.trim().split('\n').slice(-12).join('\n');
  return unready(
    {
      zh: `${attempt.what.zh}失敗（${attempt.where}）：\n${tail}`,
      en: `${attempt.what.en} failed (${attempt.where}):\n${tail}`,
    },
    {
      zh: '請依上列訊息處理後再啟動；或以 DATABASE_URL 改用現有的 PostgreSQL 15 以上。',
      en: 'Mend what the message says and start again; or point DATABASE_URL at a PostgreSQL 15 or later of your own.',
    },
  );
}

const patterns: Pattern[] = [
  {
    sign: /error while loading shared libraries: ([^\s:]+)/,
    tell: (match, where) => ({
      message: {
        zh: `缺少系統程式庫 ${match[1]}（程式：${where}）。`,
        en: `the system library ${match[1]} is missing (needed by ${where}).`,
      },
      fix: {
        zh: `請安裝內含 ${match[1]} 的系統套件（Debian/Ubuntu 可用 apt-file search ${match[1]} 查詢；libstdc++ 為 libstdc++6），或以 DATABASE_URL 改用外部 PostgreSQL。`,
        en: `Install the system package that holds ${match[1]} (on Debian/Ubuntu: apt-file search ${match[1]}; libstdc++ is in libstdc++6), or use an external PostgreSQL through DATABASE_URL.`,
      },
    }),
  },
  {
    sign: /version `(GLIBC[^']*)' not found/,
    tell: (match, where) => ({
      message: {
        zh: `作業系統過舊，缺 ${match[1]}(${where})。`,
        en: `the operating system is too old: no ${match[1]} (${where}).`,
      },
      fix: {
        zh: '請更新作業系統，或以 DATABASE_URL 改用外部 PostgreSQL。',
        en: 'Update the operating system, or use an external PostgreSQL through DATABASE_URL.',
      },
    }),
  },
  {
    sign: /ENOSPC|EDQUOT|No space left on device|Disk quota exceeded/,
    tell: (_match, where) => ({
      message: { zh: `磁碟已滿或超過配額（${where}）。`, en: `the disk is full or a quota is used up (${where}).` },
      fix: {
        zh: '請清出空間，或以 ANCHENG_DATA 指定另一個資料夾後再啟動。',
        en: 'Free some space, or name another folder in ANCHENG_DATA, then start again.',
      },
    }),
  },
  {
    sign: /EROFS|Read-only file system/,
    tell: (_match, where) => ({
      message: { zh: `檔案系統為唯讀（${where}）。`, en: `the file system is read-only (${where}).` },
      fix: {
        zh: '請以可寫入方式掛載，或以 ANCHENG_DATA 指定可寫入的資料夾。',
        en: 'Mount it writable, or name a writable folder in ANCHENG_DATA.',
      },
    }),
  },
  {
    sign: /Address already in use|EADDRINUSE/,
    tell: (_match, where) => ({
      message: { zh: `通訊埠已被其他程式使用（${where}）。`, en: `the port is already in use (${where}).` },
      fix: {
        zh: '請停止占用該埠的程式，或改用其他埠。',
        en: 'Stop the program that holds it, or choose another port.',
      },
    }),
  },
  {
    sign: /ENOTDIR|EEXIST/,
    tell: (_match, where) => ({
      message: {
        zh: `路徑上有一個是檔案而非資料夾（${where}）。`,
        en: `something on the way is a file, not a folder (${where}).`,
      },
      fix: { zh: '請以 ANCHENG_DATA 指定資料夾。', en: 'Name a folder in ANCHENG_DATA.' },
    }),
  },
  {
    sign: /EACCES|EPERM|Permission denied/,
    tell: (_match, where) => ({
      message: { zh: `沒有權限（${where}）。`, en: `permission denied (${where}).` },
      fix: {
        zh: '請讓執行安程的使用者擁有該資料夾（並確認不是掛載為 noexec），或以 ANCHENG_DATA 指定另一個資料夾。',
        en: 'Let the user that runs Ancheng own the folder (and see that it is not mounted noexec), or name another in ANCHENG_DATA.',
      },
    }),
  },
  {
    sign: /could not create shared memory|could not map anonymous shared memory|Cannot allocate memory/,
    tell: () => ({
      message: { zh: '記憶體不足，無法啟動資料庫。', en: 'there is not enough memory for the database.' },
      fix: {
        zh: '請釋放記憶體（資料庫約需 200 MB）後再啟動。',
        en: 'Free some memory (the database needs about 200 MB) and start again.',
      },
    }),
  },
  {
    sign: /database files are incompatible with server|was initialized by PostgreSQL version (\S+)/,
    tell: (_match, where) => ({
      message: {
        zh: `資料庫檔案屬於另一個 PostgreSQL 版本（${where}）。`,
        en: `the database files belong to another PostgreSQL version (${where}).`,
      },
      fix: {
        zh: '請以原版安程匯出備份，再由新版還原（docs/operating/upgrade.md）。',
        en: 'Make a backup with the former release and restore it into this one (docs/operating/upgrade.md).',
      },
    }),
  },
];
