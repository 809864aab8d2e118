import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Asking a running platform to stop where there are no signals (a Windows task): a file in its data folder, which only its
 * own account and administrators can write.
 */
const fileIn = (dataDir: string) => join(dataDir, 'stop-requested');

export function requestStop(dataDir: string): void {
  writeFileSync(fileIn(dataDir), '');
}

export const withdrawStop = (dataDir: string): void => rmSync(fileIn(dataDir), { force: true });

export const isStopRequested = (dataDir: string): boolean => existsSync(fileIn(dataDir));

/** Settles when somebody asks; looked for once a second, for watching folders is unreliable on network drives. */
export function stopRequested(dataDir: string): Promise<void> {
  return new Promise((resolve) => {
    const look = setInterval(() => {
      if (!isStopRequested(dataDir)) return;
      clearInterval(look);
      resolve();
    }, LOOK_MS);
    look.unref();
  });
}

const LOOK_MS = 1_000;
