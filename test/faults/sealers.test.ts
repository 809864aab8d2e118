import { type ChildProcess, spawn } from 'node:child_process';
import { createSecretKey, randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../src/adapters/postgres/connect.ts';
import { createLogKey, rawPublicKey } from '../../src/adapters/sealing/keys.ts';
import { openLog } from '../../src/adapters/sealing/log.ts';
import { signerOnSocket } from '../../src/adapters/sealing/signer-socket.ts';
import { directoryStore } from '../../src/adapters/sealing/store.ts';
import { type KnownLogs, parseKnownLogs } from '../../src/adapters/witness/logs.ts';
import { treeMemory } from '../../src/adapters/witness/memory.ts';
import { witnessServer } from '../../src/adapters/witness/serve.ts';
import { openWitness } from '../../src/adapters/witness/witness.ts';
import { logOrigin, verifyCheckpoint } from '../../src/kernel/ledger/checkpoint.ts';
import { encodeEntry } from '../../src/kernel/ledger/envelope.ts';
import { entryMac, FIRST_MAC } from '../../src/kernel/ledger/mac.ts';
import { leafHash, rootOf } from '../../src/kernel/ledger/merkle.ts';
import { parseVerifierKey, type Verifier } from '../../src/kernel/ledger/note.ts';
import { appendLeaves, EMPTY_TREE, rootOfTree } from '../../src/kernel/ledger/tree.ts';
import { verifyLedger } from '../../src/kernel/ledger/verify.ts';
import { allLedgerRows } from '../../src/runtime/ledger-rows.ts';
import type { Db } from '../../src/runtime/module.ts';
import { createOrganisation } from '../../src/runtime/organisations.ts';
import { startTestDatabase, type TestDatabase } from '../harness/database.ts';
import { PATIENCE_MS } from '../harness/patience.ts';
import { until } from '../harness/until.ts';
import { ROOT } from './server.ts';

/**
 * Sealers as real processes: killed before, within and behind every one of the seven steps and at any moment between, stopped there and
 * woken behind their successor (invariants 2 to 4). SEALER_ROUNDS for more, FAULT_SEED for the same again; `npm run test:faults` runs
 * a thousand.
 */

const ORGANISATION = 'faults';
const KEY = randomBytes(32);
/** Steps 1 to 6, tidying up behind them, and what witnessing (step 7) consists of. */
const STEPS = ['lead', 'read', 'write', 'swap', 'sign', 'publish', 'prune', 'cosign', 'keep', 'republish', 'stand'];
/** One step's end is the next one's beginning. */
const EACH = [
  ...STEPS.map((step) => `before ${step}`),
  ...['write', 'publish', 'republish'].map((step) => `within ${step}`),
  'after stand',
  'at any moment',
];
const ROUNDS = Number(process.env.SEALER_ROUNDS ?? EACH.length);
const LONG = ROUNDS > EACH.length;
/** Where a leader that sleeps is most dangerous: with a seal prepared, unsigned, unpublished, cosigned and not yet published so. */
const SLEEPS = LONG ? [...EACH, 'at any moment', 'at any moment'] : EACH.filter((one) => /swap|sign|publish/.test(one));
const SEED = Number(process.env.FAULT_SEED ?? Math.floor(Math.random() * 2 ** 31));
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
let logKey: Verifier;
let witness: { server: Server; verifier: Verifier };
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
  witness = await startWitness();
  const signer = await signerOnSocket(at('door'));
  logKey = parseVerifierKey(signer.verifierKey(logOrigin('faults.example', ORGANISATION, 1))) as Verifier;
});
afterAll(async () => {
  signerProcess?.kill('SIGKILL');
  witness?.server.close();
  witness?.server.closeAllConnections();
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
  listen(child);
  await heard(child, /ready/);
  chmodSync(at('door'), 0o666);
  return child;
}

/** The witness outside, and the policy file that names it. */
async function startWitness() {
  const key = await createLogKey(at('witness.pem'));
  const signer = await signerOnSocket(at('door'));
  const known = parseKnownLogs(`installation ${signer.verifierKey('faults.example')}`) as KnownLogs;
  const memory = treeMemory(directoryStore(at('witness')));
  const about = { name: 'witness.example', key, rawPublicKey: rawPublicKey(key), memory };
  const open = openWitness({ ...about, keysOf: known.keysOf, now: () => new Date() });
  const server = witnessServer(open, (error) => expect.unreachable(String(error)));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  writeFileSync(at('witness.policy'), `witness w ${open.verifierKey} http://127.0.0.1:${port}/\nquorum w\n`);
  return { server, verifier: parseVerifierKey(open.verifierKey) as Verifier };
}

const said = new Map<ChildProcess, string>();
function listen(child: ChildProcess) {
  said.set(child, '');
  child.stdout?.on('data', (chunk: Buffer) => said.set(child, (said.get(child) ?? '') + chunk));
}
function heard(child: ChildProcess, what: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => what.test(said.get(child) ?? '') && resolve();
    child.stdout?.on('data', look);
    child.once('exit', () => reject(new Error(`ended: ${said.get(child)}`)));
    look();
  });
}

/** A sealer; with a fall, one that kills (or stops) itself there. */
function sealer(how = '', fall = '') {
  const script = join(ROOT, 'test/faults/sealer-process.ts');
  const args = [script, database.appUrl, place, KEY.toString('base64'), how, ...fall.split(' ')];
  const env = { ...process.env, NODE_COMPILE_CACHE: at('compiled') }; // a start costs most of a round
  const child = spawn(NODE, args, { stdio: ['ignore', 'pipe', 'inherit'], env });
  listen(child);
  child.stdout?.on('data', (chunk: Buffer) => {
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

/** Sealed, published and cosigned to its end. */
async function untilSealed() {
  await until(async () => {
    const { rows } = await superuser.query(
      'select 1 from head h join log_state s using (organisation) where h.organisation = $1 and h.next_pos > s.size',
      [ORGANISATION],
    );
    expect(rows).toEqual([]);
    const note = (await (await openLog(at('log'))).checkpoint()) ?? '';
    const judged = verifyCheckpoint(note, { log: [logKey], witnesses: [witness.verifier], quorum: 1 });
    expect(judged).toMatchObject({ size: leaves.length });
  });
}

/** The log is what one pass over the same entries gives, and verifies beside the rows; the witness saw no other. */
async function expectTrueLog() {
  const days = directoryStore(at('log'));
  const earlier = await Promise.all(
    (await days.list('days')).map(async (name) => ({
      name,
      note: Buffer.from((await days.read(`days/${name}`)) ?? '').toString('utf8'),
    })),
  );
  const report = await verifyLedger({
    log: await openLog(at('log')),
    policy: { log: [logKey], witnesses: [witness.verifier], quorum: 1 },
    earlier,
    rows: allLedgerRows(db, ORGANISATION),
    nodeKeys: [createSecretKey(KEY)],
  });
  expect(report.findings.filter(({ ok }) => !ok)).toEqual([]);
  const root = Buffer.from(rootOf(leaves)).toString('base64');
  expect(report).toMatchObject({ ok: true, size: leaves.length, root, seen: { size: leaves.length } });
  let tree = EMPTY_TREE;
  for (const [size, seen] of [...roots].sort(([one], [other]) => one - other)) {
    tree = appendLeaves(tree, leaves.slice(tree.size, size)).state;
    expect([size, ...seen]).toEqual([size, Buffer.from(rootOfTree(tree)).toString('hex')]);
  }
  return root;
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function dice(seed: number) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test(`killed ${ROUNDS} times, before, within and behind every step, the log is that of a single pass (FAULT_SEED=${SEED})`, async () => {
  const throwDice = dice(SEED);
  const falls = Array.from(
    { length: ROUNDS },
    (_, round) => EACH[round] ?? EACH[Math.floor(throwDice() * EACH.length)]!,
  );
  const began = Date.now();
  for (const [round, fall] of falls.entries()) {
    const dying = fall === 'at any moment' ? sealer() : sealer('kill', fall);
    await heard(dying.child, /ready|term/).catch(() => undefined);
    await happen(1 + Math.floor(throwDice() * 90));
    // Now and then the signer dies too.
    if (round % 5 === 4) {
      signerProcess.kill('SIGKILL');
      signerProcess = await startSigner();
    }
    if (fall === 'at any moment') setTimeout(() => dying.child.kill('SIGKILL'), throwDice() * 120);
    const late = setTimeout(() => dying.child.kill('SIGABRT'), PATIENCE_MS); // its fall never came
    await dying.ended;
    clearTimeout(late);
    expect([fall, dying.child.signalCode, dying.words()]).toEqual([fall, 'SIGKILL', expect.anything()]);
    expect(dying.words()).not.toMatch(/halted|ahead/);
  }
  const healthy = sealer();
  await untilSealed();
  healthy.child.kill('SIGKILL');
  await healthy.ended;
  const root = await expectTrueLog();
  const hits = EACH.map((fall) => `${fall} ${falls.filter((one) => one === fall).length}`).join(', ');
  console.log(
    `${ROUNDS} deaths in ${Math.round((Date.now() - began) / 1000)} s, FAULT_SEED=${SEED}: ${hits}; ${leaves.length} entries in ${roots.size} seals, root ${root} as of a single pass`,
  );
}, 7_200_000);

test.each(SLEEPS)(
  'a leader put to sleep %s, succeeded, and woken again forks nothing: its term is over',
  async (fall) => {
    const old = fall === 'at any moment' ? sealer() : sealer('stop', fall);
    const started = [old];
    try {
      await happen(300);
      if (fall === 'at any moment') setTimeout(() => old.child.kill('SIGSTOP'), Math.random() * 60);
      await untilStopped(old.child);
      await happen(40);
      // What a network does sooner or later to a host that does not answer: the server gives its sessions up.
      await superuser.query(
        `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database()) and objid = 4112027`,
      );
      const successor = sealer();
      started.push(successor);
      await heard(successor.child, /term \d/);
      await untilSealed();
      old.child.kill('SIGCONT');
      if (/within .*publish/.test(fall)) {
        // It writes what it held ready over what its successor published; nothing new happens that would be sealed over it.
        await heard(old.child, /written/);
        await untilSealed();
      }
      await happen(20);
      await untilSealed();
      await wait(100);
      expect(`${old.words()}${successor.words()}`).not.toMatch(/halted|ahead/);
    } finally {
      for (const { child } of started) child.kill('SIGKILL');
      await Promise.all(started.map(({ ended }) => ended));
    }
    await expectTrueLog();
  },
);

async function untilStopped(child: ChildProcess) {
  const state = () => /\) (\w)/.exec(readFileSync(`/proc/${child.pid}/stat`, 'utf8'))?.[1];
  await expect.poll(state).toBe('T');
}
