import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { chooseAccount, giveTo, makePrivateFolder, runsAsRoot } from '../../src/adapters/postgres/embedded/account.ts';
import { initialise, SUPERUSER, startServer, stopServer } from '../../src/adapters/postgres/embedded/cluster.ts';
import { isRefused, type Refused } from '../../src/kernel/refusal.ts';

const PASSWORD = 'only-on-loopback-while-testing';

/**
 * A throwaway cluster of the PostgreSQL that the system has (Debian's folder layout, 15 or later), so that the suite
 * also runs on a server we did not bring. Undefined when there is none.
 */
export async function startSystemPostgres(
  home: string,
  settings: Record<string, string> = {},
): Promise<{ url: string; stop(): Promise<void> } | Refused | undefined> {
  const postgres = globSync('/usr/lib/postgresql/*/bin/postgres').sort().at(-1);
  const version =
    postgres && /PostgreSQL\) (\d+\S*)/.exec(spawnSync(postgres, ['--version'], { encoding: 'utf8' }).stdout)?.[1];
  if (!postgres || !version || Number.parseInt(version, 10) < 15) return undefined;
  const bin = dirname(postgres);
  const account = runsAsRoot() ? chooseAccount({}) : undefined;
  makePrivateFolder(dirname(home));
  mkdirSync(home, { recursive: true });
  if (account) giveTo(dirname(home), account);
  const binaries = { home: dirname(bin), initdb: `${bin}/initdb`, postgres, version };
  const ground = { home, binaries, account, password: PASSWORD, settings };
  const refusal = await initialise(ground);
  if (refusal) return refusal;
  const running = await startServer(ground);
  if (isRefused(running)) return running;
  const url = `postgres://${SUPERUSER}:${PASSWORD}@127.0.0.1:${running.port}/postgres`;
  return { url, stop: () => stopServer(running) };
}
