import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isRefused } from '../../src/kernel/refusal.ts';
import { openPlatform, openReplay, type Platform } from '../../src/main.ts';
import { deskOf } from '../db/desk.ts';
import { type Office, openOffice } from '../db/office.ts';
import { startTestDatabase, type TestDatabase } from '../harness/database.ts';
import { startSystemPostgres } from '../harness/system-postgres.ts';
import { until } from '../harness/until.ts';

/** pg_dump and pg_restore into another cluster, from the system's PostgreSQL (15 on Debian) to the newer one we bring (invariant 11). */

const PROGRAMS = globSync('/usr/lib/postgresql/*/bin').sort().at(-1) ?? '';
const place = mkdtempSync(join(tmpdir(), 'upgrade-'));
chmodSync(place, 0o755);
const ends: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const end of ends.reverse()) await end();
  rmSync(place, { recursive: true, force: true });
});

test.runIf(existsSync(join(PROGRAMS, 'pg_dump')))(
  'dumped from an older major version and restored into a newer one, the platform starts and every level holds',
  async () => {
    const { office, version } = await livedOnSystem();
    const dump = join(place, 'dump');
    run('pg_dump', '--format=custom', `--file=${dump}`, office.database.superUrl);
    const restored = await startTestDatabase({ migrated: false });
    ends.push(restored.stop);
    run('pg_restore', '--exit-on-error', `--dbname=${restored.superUrl}`, dump);

    const log: string[] = [];
    const platform = await started(office, restored, log);
    const [newer] = (await office.superuser.query('show server_version_num')).rows; // the old server, for comparison
    expect(Number(newer.server_version_num)).toBe(version);
    expect(log.join('\n')).not.toMatch(/refill|halted|epoch/);
    await expectSound(platform, office);
    const replay = await openReplay({
      dataDir: office.dataDir,
      ownerUrl: restored.ownerUrl,
      log: (line) => log.push(line),
      clock: office.now,
    });
    ends.push(replay.close);
    expect(await replay.faults(office.organisation)).toEqual([]);

    const opened = await platform.dispatch({
      organisation: office.organisation,
      actor: { kind: 'person', person: office.persons.wang },
      command: { do: 'open', id: 'after', type: 'seat', values: { name: '升級之後' } } as never,
    });
    expect(isRefused(opened)).toBe(false);
    await expectSound(platform, office);
    expect(log.filter((line) => line.startsWith('defect '))).toEqual([]);
  },
);

/** An office with some acts, on the server of the system, closed again. */
async function livedOnSystem(): Promise<{ office: Office; version: number }> {
  const server = await startSystemPostgres(join(place, 'system'));
  if (!server || isRefused(server)) throw new Error('the PostgreSQL of the system does not start');
  ends.push(server.stop);
  const before = process.env.DATABASE_URL;
  process.env.DATABASE_URL = server.url;
  const office = await openOffice({ pack: 'race' }).finally(() => {
    if (before === undefined) delete process.env.DATABASE_URL;
    else process.env.DATABASE_URL = before;
  });
  ends.push(async () => {
    await office.superuser.end();
    rmSync(office.dataDir, { recursive: true, force: true });
  });
  const desk = deskOf(office);
  const seat = await desk.open('wang', 'seat', { name: '窗邊', place: '一號', guest: '訪客甲' });
  await desk.act('wang', seat, 'take');
  const { rows } = await office.superuser.query('show server_version_num');
  await expectSound(office.platform, office);
  await office.platform.close();
  return { office, version: Number(rows[0].server_version_num) };
}

async function started(office: Office, { ownerUrl, appUrl }: TestDatabase, log: string[]): Promise<Platform> {
  const options = { dataDir: office.dataDir, databaseUrl: ownerUrl, databaseAppUrl: appUrl, clock: office.now };
  const platform = await openPlatform({ ...options, log: (line) => log.push(line) });
  if (isRefused(platform)) throw new Error(platform.refused[0]?.message.en);
  ends.push(platform.close);
  return platform;
}

/** Sealed to its end, and green at every level. */
async function expectSound(platform: Platform, { organisation }: Office): Promise<void> {
  await platform.idle();
  await until(async () => {
    platform.sealer.hurry();
    const { ok, size, findings } = await platform.ledger.verify(organisation);
    expect(findings.filter((one) => !one.ok)).toEqual([]);
    const { sealedSize } = await platform.ledger.witnesses(organisation);
    expect({ ok, size }).toEqual({ ok: true, size: sealedSize });
  });
}

function run(program: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(join(PROGRAMS, program), args, { encoding: 'utf8' });
  expect([program, status, stderr]).toEqual([program, 0, '']);
}
