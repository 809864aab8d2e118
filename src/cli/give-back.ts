import { existsSync, statSync } from 'node:fs';
import { giveTo } from '../adapters/postgres/embedded/account.ts';

/**
 * A command run as root gives what it wrote in a folder to the account of the data folder, or the platform could not go on with it;
 * file systems without owners refuse, which does not matter there.
 */
export function giveBack(folder: string, dataDir: string): void {
  if (process.getuid?.() !== 0 || !existsSync(folder) || !existsSync(dataDir)) return;
  const { uid, gid } = statSync(dataDir);
  try {
    giveTo(folder, { name: '', uid, gid });
  } catch (error) {
    if (!/^(EPERM|EROFS|ENOTSUP|EINVAL)$/.test((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
