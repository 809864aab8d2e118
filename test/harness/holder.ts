/** Holds an embedded cluster until told to stop: `node holder.ts <data folder>`; for tests that kill it. */
import { launch } from '../../src/adapters/postgres/embedded/launch.ts';
import { isRefused } from '../../src/kernel/refusal.ts';

const database = await launch({ dataDir: process.argv[2]!, log: () => {} });
if (isRefused(database)) {
  console.log(JSON.stringify({ refused: database.refused[0]!.message.en, fix: database.refused[0]!.fix?.text.en }));
  process.exit(3);
}
// Before the line that whoever waits for it may answer with a signal.
process.on('SIGTERM', async () => {
  await database.stop();
  process.exit(0);
});
console.log(JSON.stringify({ url: database.ownerUrl, superUrl: database.url('super'), port: database.port }));
setInterval(() => {}, 60_000);
