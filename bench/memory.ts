/** `node bench/memory.ts`: warm start to the first answer and idle memory with the database, beside bare PostgreSQL's own start. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const { status } = spawnSync(process.execPath, [join(import.meta.dirname, 'start.ts')], { stdio: 'inherit' });
const bare = performance.now();
spawnSync(process.execPath, ['-e', '0']);
console.log(`limit: node alone starts in ${((performance.now() - bare) / 1000).toFixed(2)} s`);
process.exitCode = status ?? 1;
