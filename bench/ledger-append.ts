/**
 * `node bench/ledger-append.ts [seconds per cell, 3]`: the ledger through the write door and the sealer, on the embedded database: events per
 * second at 1, 8, 32 and 256 submitters, seals, latency of one proof, bytes per event; beside what the design measured, what peers
 * publish, and what the disk flushes.
 */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { isRefused } from '../src/kernel/refusal.ts';
import { openPlatform, type Platform } from '../src/main.ts';
import { createOrganisation } from '../src/runtime/organisations.ts';
import { withOrganisation } from '../src/runtime/store/session.ts';
import { flushesPerSecond, median, quantile } from './limits.ts';

const SECONDS = Number(process.argv[2] ?? 3);
const DESIGN: Record<number, string> = {
  1: '2,021 (393 at 2 ms a flush)',
  8: '7,284 (1,514)',
  32: '21,417 (5,161)',
  256: '56,003 (26,756)',
};

const ground = mkdtempSync(join(tmpdir(), 'ancheng-bench-'));
chmodSync(ground, 0o755);
const platform = await openPlatform({ dataDir: join(ground, 'data'), log: () => {} });
if (isRefused(platform)) throw new Error(platform.refused[0]?.message.en);
try {
  const flushes = flushesPerSecond(ground);
  console.log(`\nthe disk flushes ${Math.round(flushes).toLocaleString('en')} times a second\n`);
  const rows = [];
  for (const submitters of [1, 8, 32, 256]) rows.push(await append(platform, submitters));
  console.table(rows);
  console.table(await sealed(platform));
  console.log(
    'Peers, as they publish: Tessera ~10,000/s on NVMe with antispam, >1,500/s on e2-micro; Sunlight 750 per 200 ms in its example;',
  );
  console.log(
    'immudb 1.2–1.8 M/s embedded in batches of 1,000 (no domain, no projection); Trillian v1 60–100/s seen by an operator.\n',
  );
} finally {
  await platform.close();
  rmSync(ground, { recursive: true, force: true });
}

/** Submitters that each wait for their answer before the next event; deciding, canonical bytes, mark, insert and commit included. */
async function append({ db, dispatch }: Platform, submitters: number) {
  const organisation = await createOrganisation(
    db,
    { id: `s${submitters}`, name: 'bench', demo: false },
    new Date().toISOString(),
  );
  const command = () => ({ do: 'trail.pulse', id: randomUUID(), input: {} });
  const waits: number[] = [];
  const end = performance.now() + SECONDS * 1000;
  await Promise.all(
    Array.from({ length: submitters }, async () => {
      while (performance.now() < end) {
        const from = performance.now();
        const done = await dispatch({ organisation, actor: { kind: 'clock' }, command: command() });
        if (isRefused(done)) throw new Error(done.refused[0]?.message.en);
        waits.push(performance.now() - from);
      }
    }),
  );
  return {
    submitters,
    'events/s': Math.round(waits.length / SECONDS),
    'p50 ms': median(waits).toFixed(1),
    'p99 ms': quantile(waits, 0.99).toFixed(1),
    'design, store alone': DESIGN[submitters],
  };
}

async function sealed({ db, sealer, ledger }: Platform) {
  const organisation = 's256';
  const size = await withOrganisation(db, organisation, async (tx) =>
    Number(
      (await sql<{ n: number }>`select next_pos as n from head where organisation = ${organisation}`.execute(tx))
        .rows[0]?.n,
    ),
  );
  const published = async () => Number((await (await sealer.log(organisation)).checkpoint())?.split('\n')[1] ?? 0);
  const before = await published();
  const from = performance.now();
  while ((await published()) < size) await new Promise((wake) => setTimeout(wake, 20));
  const catchUp = (performance.now() - from) / 1000;
  const proofs: number[] = [];
  for (let turn = 0; turn < 50; turn++) {
    const start = performance.now();
    await ledger.proofs(organisation, [Math.floor((size * turn) / 50)]);
    proofs.push(performance.now() - start);
  }
  const kilobytes = Number(
    spawnSync('du', ['-sk', join(ground, 'data/log', organisation)], { encoding: 'utf8' }).stdout.split('\t')[0],
  );
  const database = await withOrganisation(db, organisation, async (tx) =>
    Number(
      (
        await sql<{
          n: number;
        }>`select pg_total_relation_size('event') + pg_total_relation_size('command') as n`.execute(tx)
      ).rows[0]?.n,
    ),
  );
  const all = Number((await sql<{ n: number }>`select count(*) as n from organisation`.execute(db)).rows[0]?.n);
  return [
    {
      what: 'sealing what had gathered, 8,192 a second at most a ledger',
      measured: before < size ? `${Math.round((size - before) / catchUp)} ev/s` : 'kept up',
      beside: '22,000–50,000 ev/s while it works',
    },
    {
      what: 'one proof from the running platform',
      measured: `${median(proofs).toFixed(1)} ms`,
      beside: 'C2SP tiles: 20 hashes at a million',
    },
    {
      what: 'sealed files, bytes per event',
      measured: `${Math.round((kilobytes * 1024) / size)}`,
      beside: '428 at a million of 400 B',
    },
    {
      what: `event and command tables, bytes per event (${all} ledgers)`,
      measured: `${Math.round(database / (await events(db)))}`,
      beside: '',
    },
  ];
}

async function events(db: Platform['db']): Promise<number> {
  let sum = 0;
  for (const { organisation } of (
    await sql<{ organisation: string }>`select organisation from organisation`.execute(db)
  ).rows)
    sum += await withOrganisation(db, organisation, async (tx) =>
      Number(
        (await sql<{ n: number }>`select next_pos as n from head where organisation = ${organisation}`.execute(tx))
          .rows[0]?.n,
      ),
    );
  return sum;
}
