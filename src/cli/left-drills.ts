import { readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockFolder } from '../adapters/postgres/embedded/lock.ts';
import { endOrphan } from '../adapters/postgres/embedded/orphan.ts';
import { isRefused } from '../kernel/refusal.ts';

/** How scratch folders of drills begin. */
export const DRILL = 'ancheng-drill-';

/**
 * Scratch folders of drills that were killed: everything of the office lies in them readable, so the next drill, and every start
 * of the platform, ends the database left behind and deletes them. One that is still at work, or somebody else's, is left alone.
 */
export async function clearDrills(ground: string = tmpdir(), log: (line: string) => void = () => {}): Promise<void> {
  for (const name of readdirSync(ground).filter((one) => one.startsWith(DRILL))) {
    const folder = join(ground, name);
    try {
      const lock = lockFolder(folder);
      if (isRefused(lock)) continue;
      log(`清除前次中斷的演練 · deleting what an interrupted drill left: ${folder}`);
      await endOrphan(join(folder, 'data/postgres/cluster'), log);
      lock.release();
      rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      if (!/^(EACCES|EPERM|ENOENT)$/.test((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
}
