import { type ChildProcess, spawn } from 'node:child_process';
import { createSecretKey, randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../src/adapters/postgres/connect.ts';
import { openLog } from '../../src/adapters/sealing/log.ts';
import { signerOnSocket } from '../../src/adapters/sealing/signer-socket.ts';
import { logOrigin } from '../../src/kernel/ledger/checkpoint.ts';
import { encodeEntry } from '../../src/kernel/ledger/envelope.ts';
import { entryMac, FIRST_MAC } from '../../src/kernel/ledger/mac.ts';
import { leafHash, rootOf } from '../../src/kernel/ledger/merkle.ts';
import { parseVerifierKey, type Verifier } from '../../src/kernel/ledger/note.ts';
import { verifyLedger } from '../../src/kernel/ledger/verify.ts';
import { allLedgerRows } from '../../src/runtime/ledger-rows.ts';
import type { Db } from '../../src/runtime/module.ts';
import { createOrganisation } from '../../src/runtime/organisations.ts';
import { startTestDatabase, type TestDatabase } from '../harness/database.ts';
import { ROOT } from './server.ts';

/**
 * Sealers as real processes: killed before and behind every step, stopped and woken behind their successor (invariants 2 to 4).
 * SEALER_ROUNDS for more; `npm run test:faults` runs a thousand.
 */

const ORGANISATION = 'faults';
const KEY = randomBytes(32);
const STEPS = ['lead', 'read', 'write', 'swap', 'sign', 'publish', 'prune'];
const EVERY = STEPS.flatMap((step) => [['before', step] as const, ['after', step] as const]);
const ROUNDS = Number(process.env.SEALER_ROUNDS ?? EVERY.length);
const NODE = join(ROOT, 'node_modules/node/bin/node');
const place = mkdtempSync(join(tmpdir(), 'sealers-'));
const at = (name: string) => join(place, name);
const leaves: Uint8Array[] = [];
/** Every root a sealer said it sealed, by size. */
const roots = new Map<number, Set<string>>();
let database: TestDatabase;
let superuser: pg.Client;
let db: Db;
let close: () => Promise<void>;
let signerProcess: ChildProcess;
let lastMac: Uint8Array = FIRST_MAC;

beforeAll(async () => {
  chmodSync(place, 0o777);
  database = await startTestDatabase();
  superuser = new pg.Client({ connectionString: database.superUrl });
  await superuser.connect();
  const connection = connect<unknown>(database.appUrl, { onIdleError: () => {}, max: 2 });
  db = connection.db as unknown as Db;
  close = connection.close;
  await createOrganisation(db, { id: ORGANISATION, name: 'faults', demo: false }, new Date().toISOString());
  signerProcess = await startSigner();
});
afterAll(async () => {
  signerProcess?.kill('SIGKILL');
  await close?.();
  await superuser?.end();
  await database?.stop();
  rmSync(place, { recursive: true, force: true });
});

async function startSigner(): Promise<ChildProcess> {
  const args = ['signer', '--state', at('state'), '--key', at('log.pem'), '--socket', at('door')];
  const child = spawn(NODE, [join(ROOT, 'bin/ancheng.js'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}),
  });
  await heard(child, /ready/);
  spawn('chmod', ['666', at('door')]);
  return child;
}

const said = new Map<ChildProcess, string>();
function heard(child: ChildProcess, what: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => what.test(said.get(child) ?? '') && resolve();
    if (!said.has(child)) said.set(child, '');
    child.stdout?.on('data', (chunk: Buffer) => {
      said.set(child, (said.get(child) ?? '') + chunk);
      look();
    });
    child.once('exit', () => reject(new Error(`ended: ${said.get(child)}`)));
    look();
  });
}

/** A sealer; with `death`, one that kills itself there. */
function sealer(...death: string[]) {
  const script = join(ROOT, 'test/faults/sealer-process.ts');
  const args = [script, database.appUrl, at('log'), at('door'), KEY.toString('base64'), ...death];
  const child = spawn(NODE, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  said.set(child, '');
  child.stdout?.on('data', (chunk: Buffer) => {
    said.set(child, (said.get(child) ?? '') + chunk);
    for (const [, size, root] of String(chunk).matchAll(/sealed (\d+) ([0-9a-f]{64})/g))
      roots.set(Number(size), new Set([...(roots.get(Number(size)) ?? []), root as string]));
  });
  return {
    child,
    ended: new Promise<void>((resolve) => child.once('exit', () => resolve())),
    words: () => said.get(child) ?? '',
  };
}

/** Events as a command server writes them, in one transaction. */
async function happen(count: number) {
  const rows = Array.from({ length: count }, () => {
    const pos = leaves.length;
    const moment = new Date(Date.UTC(2026, 10, 20) + pos).toISOString();
    const named = { stream: `s:${pos % 5}`, streamVersion: Math.floor(pos / 5) + 1, type: 'x' };
    const rest = { at: moment, actor: { grants: [] }, command: `c${pos}`, definition: '', data: { pos } };
    const entry = encodeEntry({ v: 1, organisation: ORGANISATION, ...named, ...rest }) as Uint8Array;
    leaves.push(leafHash(entry));
    lastMac = entryMac(createSecretKey(KEY), leaves.at(-1) as Uint8Array, lastMac);
    return {
      pos,
      ...named,
      at: moment,
      entry: Buffer.from(entry).toString('base64'),
      mac: Buffer.from(lastMac).toString('base64'),
    };
  });
  await superuser.query(
    `with added as (insert into event select $1, x.pos, x.stream, x."streamVersion", x.type, decode(x.entry, 'base64'), decode(x.mac, 'base64'), x.at
       from jsonb_to_recordset($2::jsonb) as x(pos bigint, stream text, "streamVersion" int, type text, entry text, mac text, at timestamptz))
     update head set next_pos = $3, last_at = now() where organisation = $1`,
    [ORGANISATION, JSON.stringify(rows), leaves.length],
  );
}

async function untilSealed(rescue?: () => void) {
  for (let turn = 0; turn < 400; turn++) {
    const { rows } = await superuser.query(
      'select 1 from head h join log_state s using (organisation) where h.organisation = $1 and h.next_pos > s.size',
      [ORGANISATION],
    );
    const published = Number((await (await openLog(at('log'))).checkpoint())?.split('\n')[1] ?? 0);
    if (rows.length === 0 && published === leaves.length) return;
    rescue?.();
    await wait(25);
  }
  throw new Error('not sealed');
}

/** The log is what one pass over the same entries gives, and verifies beside the rows. */
async function expectTrueLog() {
  const log = await openLog(at('log'));
  const signer = await signerOnSocket(at('door'));
  const key = parseVerifierKey(signer.verifierKey(logOrigin('faults.example', ORGANISATION, 1))) as Verifier;
  const report = await verifyLedger({
    log,
    policy: { log: [key] },
    rows: allLedgerRows(db, ORGANISATION),
    nodeKeys: [createSecretKey(KEY)],
  });
  expect(report.findings.filter(({ ok }) => !ok)).toEqual([]);
  expect(report).toMatchObject({ ok: true, size: leaves.length, root: Buffer.from(rootOf(leaves)).toString('base64') });
  for (const [size, seen] of roots)
    expect([size, ...seen]).toEqual([size, Buffer.from(rootOf(leaves.slice(0, size))).toString('hex')]);
}

test(`killed ${ROUNDS} times, before and behind every step, the log is that of a single pass`, async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const death = round < EVERY.length ? EVERY[round]! : EVERY[Math.floor(Math.random() * EVERY.length)]!;
    const dying = sealer(...death);
    await heard(dying.child, /ready|term/).catch(() => undefined);
    await happen(1 + Math.floor(Math.random() * 90));
    // Now and then the signer dies too.
    if (round % 5 === 4) {
      signerProcess.kill('SIGKILL');
      signerProcess = await startSigner();
    }
    await Promise.race([
      dying.ended,
      wait(15_000).then(() => expect.unreachable(`${death} never came: ${dying.words()}`)),
    ]);
  }
  const healthy = sealer();
  await untilSealed();
  healthy.child.kill('SIGKILL');
  await healthy.ended;
  await expectTrueLog();
}, 3_600_000);

test('a leader stopped in its tracks, succeeded, and woken again forks nothing: its term is over', async () => {
  for (let round = 0; round < 3; round++) {
    const [old, successor] = [sealer(), sealer()];
    await Promise.race([heard(old.child, /term \d/), heard(successor.child, /term \d/)]);
    const leads = /term \d/.test(old.words()) ? old : successor;
    const other = leads === old ? successor : old;
    await happen(300);
    await wait(Math.random() * 40);
    leads.child.kill('SIGSTOP');
    await happen(40);
    // What a network does sooner or later to a host that does not answer: the server gives its sessions up.
    await superuser.query(
      `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database()) and objid = 4112027`,
    );
    await heard(other.child, /term \d/);
    await untilSealed();
    leads.child.kill('SIGCONT');
    await happen(20);
    await untilSealed();
    await wait(200);
    expect(`${leads.words()}${other.words()}`).not.toMatch(/halted/);
    for (const one of [leads, other]) one.child.kill('SIGKILL');
    await Promise.all([old.ended, successor.ended]);
    await expectTrueLog();
  }
}, 120_000);
