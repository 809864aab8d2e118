import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Tells systemd that the program answers: a file `ready` in the folder that `RuntimeDirectory=` gave this unit, for which its
 * `ExecStartPost=` waits (decision 0185). The folder goes when the unit stops. Does nothing where there is no such folder.
 */
export function markReady(env: NodeJS.ProcessEnv = process.env): void {
  if (env.RUNTIME_DIRECTORY) writeFileSync(join(env.RUNTIME_DIRECTORY, 'ready'), '');
}
