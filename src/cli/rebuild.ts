import { randomUUID } from 'node:crypto';
import { isRefused } from '../kernel/refusal.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { handOver } from './hand-over.ts';
import { say, tellRefused } from './say.ts';
import type { Settings } from './settings.ts';

/**
 * `ancheng ledger rebuild`: puts what the events make in the place of tables that differ, organisation by organisation, while nobody
 * else has the data folder open; each replacement is an event. Refuses a folder that is in use.
 */
export async function rebuildAll(settings: Settings, organisations: string[]): Promise<ExitCode> {
  const places = organisations.flatMap((one) => ['--organisation', one]);
  const only = organisations.length === 1 ? places : [];
  const refusal = await handOver(settings.dataDir, ['ledger', 'rebuild', '--data', settings.dataDir, ...only]);
  if (refusal) return refuse(refusal);
  const { openPlatform, openReplay } = await import('../main.ts');
  const platform = await openPlatform({ ...settings, log: say });
  if (isRefused(platform)) return refuse(platform);
  const replayed = await openReplay({
    dataDir: settings.dataDir,
    ownerUrl: platform.database.ownerUrl,
    log: say,
  });
  try {
    for (const organisation of organisations) {
      const tables = await replayed.rebuild(organisation);
      if (tables.length === 0) {
        say(`✓ ${organisation}:與事項相符,未更動 · equals its events; nothing was changed`);
        continue;
      }
      platform.cache.forget(organisation);
      const command = { do: 'trail.rebuild', id: randomUUID(), input: { tables } };
      const noted = await platform.dispatch({ organisation, actor: { kind: 'setup' }, command });
      if (isRefused(noted)) return refuse(noted);
      for (const { table, extra, missing } of tables)
        say(
          `✎ ${organisation} ${table}:移除 ${extra} 列、補回 ${missing} 列 · ${extra} rows removed, ${missing} put back`,
        );
    }
    return EXIT.ok;
  } finally {
    await replayed.close();
    await platform.close();
  }
}

function refuse(refusal: Parameters<typeof tellRefused>[0]): ExitCode {
  tellRefused(refusal);
  return EXIT.environment;
}
