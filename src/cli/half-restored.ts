import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Refused, refused } from '../kernel/refusal.ts';
import { text } from '../kernel/text.ts';

/** Stands in a folder until it is restored whole: a restore that was cut short is not taken for an installation. */
export const UNFINISHED = 'restore-unfinished';

export const isHalfRestored = (dataDir: string): boolean => existsSync(join(dataDir, UNFINISHED));

export const halfRestored = (folder: string): Refused =>
  refused({
    code: 'conflict',
    message: text(
      `${folder} 裡是一次沒有完成的還原，不能使用。`,
      `${folder} holds a restore that was cut short; it cannot be used.`,
    ),
    fix: {
      text: text(
        '請刪除該資料夾（DATABASE_URL 的資料庫亦請重建為空），再重新還原。',
        'Delete the folder (and make the database in DATABASE_URL anew, empty), then restore again.',
      ),
    },
  });
