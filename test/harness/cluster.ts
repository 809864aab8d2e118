/**
 * The one embedded cluster of a test run, kept by a process of its own: `node cluster.ts <folder> <pid of the run>`.
 * It ends with the run, even when that was killed, and removes its folder.
 */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launch } from '../../src/adapters/postgres/embedded/launch.ts';
import { lookAtProcess } from '../../src/adapters/postgres/embedded/process.ts';
import { isRefused } from '../../src/kernel/refusal.ts';

const [folder, run] = [process.argv[2]!, Number(process.argv[3])];

const answer = (content: unknown) => {
  writeFileSync(join(folder, 'draft.json'), JSON.stringify(content));
  renameSync(join(folder, 'draft.json'), join(folder, 'cluster.json'));
};

/** A test database is thrown away: nothing is gained by waiting for the disk. */
const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' };
const database = await launch({ dataDir: join(folder, 'data'), log: console.error, settings });
if (isRefused(database)) {
  answer({ refused: database.refused.map((refusal) => `${refusal.message.en} ${refusal.fix?.text.en ?? ''}`) });
  process.exit(3);
}
answer({ superUrl: database.url('super', 'postgres') });

const watch = setInterval(() => {
  if (!lookAtProcess(run).alive) void end();
}, 1_000);
process.on('SIGTERM', () => void end());

async function end(): Promise<void> {
  clearInterval(watch);
  if (!isRefused(database)) await database.stop();
  rmSync(folder, { recursive: true, force: true });
  process.exit(0);
}
