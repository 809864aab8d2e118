import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRefused } from '../../src/kernel/refusal.ts';
import { startServer } from '../../src/main.ts';
import { startTestDatabase } from '../harness/database.ts';

/** The whole program in this process, listening, on a database and a folder of its own, with the clock a test sets. */
export async function startServerHere(clock: () => Date) {
  const database = await startTestDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'ancheng-here-'));
  const dataDir = join(folder, 'data');
  const log: string[] = [];
  const server = await startServer({
    dataDir,
    host: '127.0.0.1',
    port: 0,
    demo: false,
    databaseUrl: database.ownerUrl,
    databaseAppUrl: database.appUrl,
    log: (line) => log.push(line),
    clock,
  });
  if (isRefused(server)) throw new Error(server.refused[0]?.message.en);
  return {
    url: server.url,
    database,
    dataDir,
    /** The code printed at first start. */
    code: () => /set-up code:\s+(\S+)/.exec(log.join('\n'))?.[1],
    defects: () => log.filter((line) => line.startsWith('defect ')),
    async stop() {
      await server.stop();
      await database.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
