/**
 * A cluster of a test run, kept by a process of its own: `node cluster.ts <folder> <pid of the run> [system]`. The embedded one, or one
 * of the system's PostgreSQL. It ends with the run, even when that was killed, and removes its folder.
 */
import { existsSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { launch } from '../../src/adapters/postgres/embedded/launch.ts';
import { lookAtProcess } from '../../src/adapters/postgres/embedded/process.ts';
import { isRefused } from '../../src/kernel/refusal.ts';
import { startSystemPostgres } from './system-postgres.ts';

const [folder, run] = [process.argv[2]!, Number(process.argv[3])];

const answer = (content: unknown) => {
  writeFileSync(join(folder, 'draft.json'), JSON.stringify(content));
  renameSync(join(folder, 'draft.json'), join(folder, 'cluster.json'));
};

/** A test database is thrown away: nothing is gained by waiting for the disk. */
const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' };
const embedded = async () => {
  const database = await launch({ dataDir: join(folder, 'data'), log: console.error, settings });
  return isRefused(database) ? database : { url: database.url('super', 'postgres'), stop: () => database.stop() };
};
const database = await (process.argv[4] === 'system'
  ? startSystemPostgres(join(folder, 'data'), settings)
  : embedded());
if (database === undefined || isRefused(database)) {
  answer({ refused: database?.refused.map((refusal) => `${refusal.message.en} ${refusal.fix?.text.en ?? ''}`) ?? [] });
  process.exit(3);
}
const { url: superUrl, stop } = database;
answer({ superUrl });

const watch = setInterval(() => {
  if (!lookAtProcess(run).alive) void end();
}, 1_000);
process.on('SIGTERM', () => void end());

async function end(): Promise<void> {
  clearInterval(watch);
  await stop();
  rmSync(folder, { recursive: true, force: true });
  clearScratch();
  process.exit(0);
}

/** The run's own temporary folder, where this was the last thing in it. */
function clearScratch(): void {
  const scratch = dirname(folder);
  if (!basename(scratch).startsWith('ancheng-tests-') || !existsSync(scratch)) return;
  if (readdirSync(scratch).length === 0) rmdirSync(scratch);
}
