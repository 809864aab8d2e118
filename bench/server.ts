/**
 * The real composition with real HTTP and its own PostgreSQL, an organisation of one office and the bench pack adopted; prints one
 * line of JSON with what a load needs. `node bench/server.ts <port> <records> [statements]`; ends with SIGTERM.
 * With `statements` the database counts what each statement takes (pg_stat_statements).
 */
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import pg from 'pg';
import { loadPacks } from '../src/adapters/files/packs.ts';
import { createApp } from '../src/http/app.ts';
import type { Actor, Value } from '../src/kernel/engine/types.ts';
import { isRefused } from '../src/kernel/refusal.ts';
import { doorsOver, openPlatform, type Platform } from '../src/main.ts';
import { createOrganisation } from '../src/runtime/organisations.ts';

export const BENCH = { organisation: 'bench', email: 'bench@bench.example', password: 'measured-tea-2026' };

/** An id that is the same in every run. */
export const benchId = (key: string): string => {
  const hex = createHash('sha256').update(key).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

/** An empty platform in a folder of its own. Under root the database is another account's, so the folder is readable. */
export async function openBench(
  settings: Record<string, string> = {},
): Promise<{ platform: Platform; folder: string; close(): Promise<void> }> {
  const ground = mkdtempSync(join(tmpdir(), 'ancheng-bench-'));
  chmodSync(ground, 0o755);
  const folder = join(ground, 'data');
  const platform = await openPlatform({ dataDir: folder, log: (line) => console.error(line), settings });
  if (isRefused(platform)) throw new Error(platform.refused[0]?.message.en);
  platform.packFiles.push(...(await loadPacks([join(import.meta.dirname, 'packs')])));
  return {
    platform,
    folder,
    async close() {
      await platform.close();
      rmSync(ground, { recursive: true, force: true });
    },
  };
}

/** Statistics and visibility, as the database's own housekeeping has them ready within a minute. */
export async function analyze({ database }: Platform): Promise<void> {
  const owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  await owner.query('vacuum analyze');
  await owner.end();
}

let commands = 0;
async function run(platform: Platform, actor: Actor, command: { do: string; [name: string]: unknown }): Promise<Value> {
  commands += 1;
  const outcome = await platform.dispatch({
    organisation: BENCH.organisation,
    actor,
    command: { id: benchId(`command ${commands}`), ...command } as never,
  });
  if (isRefused(outcome)) throw new Error(`${command.do}: ${outcome.refused[0]?.message.en}`);
  return outcome.response;
}

export const COORDINATOR: Actor = { kind: 'person', person: benchId('coordinator'), factor: 'password' };

/** One unit, one coordinator with every role needed, one host, the packs adopted. */
export async function foundBench(platform: Platform, packs: string[]): Promise<void> {
  const setup: Actor = { kind: 'setup' };
  const { organisation } = BENCH;
  const [unit, person] = [benchId('unit'), benchId('coordinator')];
  await createOrganisation(platform.db, { id: organisation, name: 'bench', demo: false }, new Date().toISOString());
  await run(platform, setup, { do: 'compliance.found', input: { name: 'bench' } });
  await run(platform, setup, { do: 'compliance.adopt', input: { packs } });
  await run(platform, setup, { do: 'identity.add_unit', input: { unit, name: 'bench' } });
  await run(platform, setup, {
    do: 'identity.add_person',
    input: { person, name: '量測者', unit, email: BENCH.email },
  });
  for (const role of ['isms_coordinator', 'room_manager', 'security_staff'])
    await run(platform, setup, { do: 'identity.give_role', input: { person, role, unit } });
  const values = {
    name: 'host',
    kind: 'server',
    environment: 'production',
    owner: person,
    phase: 'operation',
    asset_kind: 'server',
  };
  await run(platform, COORDINATOR, { do: 'open', type: 'host', record: benchId('host'), values });
}

/** So many forms, ready to be saved. */
export async function openForms(platform: Platform, count: number): Promise<string[]> {
  const values = {
    title: '量測',
    owner: benchId('coordinator'),
    host: benchId('host'),
    amount: 3,
    limit: 9,
    begins: '2026-01-01',
    until: '2026-12-31',
  };
  const ids = Array.from({ length: count }, (_, i) => benchId(`form ${i}`));
  await Promise.all(
    ids.map((record) => run(platform, COORDINATOR, { do: 'open', type: 'measured_form', record, values })),
  );
  return ids;
}

async function main(port: number, records: number, statements: boolean): Promise<void> {
  const { platform, folder, close } = await openBench(
    statements ? { shared_preload_libraries: 'pg_stat_statements' } : {},
  );
  await foundBench(platform, ['bench']);
  const url = `http://localhost:${port}`;
  const { http, auth } = doorsOver(platform, { dataDir: folder }, url);
  const opened = await auth.openByInvitation({ name: '量測者', email: BENCH.email, password: BENCH.password });
  if (isRefused(opened)) throw new Error(opened.refused[0]?.message.en);
  await run(
    platform,
    { kind: 'setup' },
    {
      do: 'identity.link_account',
      input: { account: opened.account, person: benchId('coordinator') },
    },
  );
  const ids = await openForms(platform, records);
  await analyze(platform);
  const server = serve({ fetch: createApp(http).fetch, hostname: '127.0.0.1', port });
  console.log(JSON.stringify({ url, ids, database: platform.database.ownerUrl, folder }));
  process.once('SIGTERM', () => {
    server.close();
    if ('closeAllConnections' in server) server.closeAllConnections();
    void close().then(() => process.exit(0));
  });
}

if (import.meta.main) await main(Number(process.argv[2]), Number(process.argv[3]), process.argv[4] === 'statements');
