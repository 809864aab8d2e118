import type { KeyObject } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { acknowledgements } from '../../src/adapters/sealing/acknowledged.ts';
import { createLogKey, loadLogKey, rawPublicKey } from '../../src/adapters/sealing/keys.ts';
import { localSigner } from '../../src/adapters/sealing/signer.ts';
import { answerSigner } from '../../src/adapters/sealing/signer-door.ts';
import { listenOnSocket } from '../../src/adapters/sealing/signer-socket.ts';
import { directoryStore } from '../../src/adapters/sealing/store.ts';
import { type KnownLogs, parseKnownLogs } from '../../src/adapters/witness/logs.ts';
import { treeMemory } from '../../src/adapters/witness/memory.ts';
import { witnessServer } from '../../src/adapters/witness/serve.ts';
import { openWitness } from '../../src/adapters/witness/witness.ts';
import { agreedFile, agreeToNewKey } from '../../src/cli/signer-key.ts';
import { createApp } from '../../src/http/app.ts';
import { isRefused } from '../../src/kernel/refusal.ts';
import { doorsOver, openPlatform, type Platform } from '../../src/main.ts';
import { type Desk, deskOf } from './desk.ts';
import { type Office, ORIGIN, openOffice } from './office.ts';
import { untilSealed } from './sealed.ts';

/** Older backups put back while nobody looks: of the database, of the sealed files too, of the signer's memory too (invariant 6). */

let office: Office;
const kept = mkdtempSync(join(tmpdir(), 'rollback-'));
afterEach(async () => {
  // What `office.close` knows is the platform of before; this is the one of now.
  await office.platform.close();
  await office.superuser.end();
  await office.database.stop();
  rmSync(office.dataDir, { recursive: true, force: true });
  rmSync(kept, { recursive: true, force: true });
});

/** An office with a past that is backed up, and a present. */
async function lived() {
  office = await openOffice({ pack: 'race' });
  const desk = deskOf(office);
  await someActs(desk, 'before');
  await untilSealed(office);
  await backUp();
  await someActs(desk, 'after');
  await untilSealed(office);
}

async function someActs(desk: Desk, name: string) {
  for (let turn = 0; turn < 3; turn++) {
    const seat = await desk.open('wang', 'seat', {
      name: `${name} ${turn}`,
      place: `${name}${turn}`,
      guest: `訪客${name}`,
    });
    await desk.act('wang', seat, 'take');
  }
  await desk.open('chen', 'host', {
    name: `${name}-web`,
    kind: 'server',
    environment: 'test',
    owner: office.persons.chen,
  });
}

const query = async <T>(text: string) => (await office.superuser.query(text)).rows as T[];

const tables = async () =>
  (await query<{ name: string }>("select tablename as name from pg_tables where schemaname = 'public' order by 1")).map(
    ({ name }) => name,
  );

async function backUp() {
  await query('create schema kept');
  for (const name of await tables()) await query(`create table kept.${name} as table public.${name}`);
  for (const folder of ['log', 'signer']) cpSync(join(office.dataDir, folder), join(kept, folder), { recursive: true });
}

async function restoreDatabase() {
  await query('set session_replication_role = replica');
  for (const name of await tables()) {
    await query(`delete from public.${name}`);
    await query(`insert into public.${name} select * from kept.${name}`);
  }
  await query('set session_replication_role = origin');
}

function restoreFolder(folder: 'log' | 'signer') {
  rmSync(join(office.dataDir, folder), { recursive: true });
  cpSync(join(kept, folder), join(office.dataDir, folder), { recursive: true });
}

/** Stops, lets somebody do something, starts again. */
async function startAgain(meanwhile: () => Promise<void>): Promise<void> {
  await office.platform.close();
  await meanwhile();
  const platform = await openPlatform({
    dataDir: office.dataDir,
    databaseUrl: office.database.ownerUrl,
    databaseAppUrl: office.database.appUrl,
    log: (line) => office.log.push(line),
    clock: office.now,
  });
  if (isRefused(platform)) throw new Error(platform.refused[0]?.message.en);
  Object.assign(office, { platform: platform satisfies Platform });
  const { http } = doorsOver(platform, { dataDir: office.dataDir }, ORIGIN);
  Object.assign(office.app, createApp(http));
}

/** What people see: records and what hangs on them. Answers to repeated commands and moments of clocks are not events. */
async function projections() {
  const all = await tables();
  const wanted = all.filter((name) =>
    /^(event|record|record_|task|notice|evidence|person|unit|role_|grant|deputy|adoption|definition|organisation_value)/.test(
      name,
    ),
  );
  const rows: Record<string, unknown> = {};
  for (const name of wanted) {
    const found = await query<{ row: string }>(`select to_jsonb(t)::text as row from public.${name} t order by 1`);
    rows[name] = found.map(({ row }) => row);
  }
  return rows;
}

const write = () =>
  office.platform.dispatch({
    organisation: office.organisation,
    actor: { kind: 'person', person: office.persons.wang },
    command: { do: 'open', id: `w${Math.random()}`, type: 'seat', values: { name: `new ${Math.random()}` } } as never,
  });
const events = async (type: string) =>
  query<{ entry: Buffer }>(
    `select entry from event where type = '${type}' and organisation = '${office.organisation}'`,
  );

test('(a) the database alone: it is refilled from the sealed log, every projection as it was, and verifies', async () => {
  await lived();
  const before = await projections();
  await startAgain(restoreDatabase);
  expect(office.log.join('\n')).toContain('refilling');
  expect(office.defects()).toEqual([]);
  expect(await projections()).toEqual(before);
  const { ok, findings } = await office.platform.ledger.verify(office.organisation);
  expect(findings.filter((one) => !one.ok)).toEqual([]);
  expect(ok).toBe(true);
  expect(isRefused(await write())).toBe(false);
  await untilSealed(office);
});

test('(b) database and sealed files: the signer has seen more; a new log begins, quotes what it saw, and people are told', async () => {
  await lived();
  const size = Number(
    (await query<{ n: string }>("select next_pos as n from head where organisation <> '_installation'"))[0]?.n,
  );
  await startAgain(async () => {
    await restoreDatabase();
    restoreFolder('log');
  });
  expect(office.log.join('\n')).toContain('epoch 2');
  expect(office.defects()).toEqual([]);
  const begun = await events('log.begun');
  expect(JSON.parse(begun.at(-1)!.entry.toString()).data).toMatchObject({
    epoch: 2,
    size,
    seenBy: 'signer',
    root: expect.any(String),
  });
  expect(readdirSync(join(office.dataDir, 'log'))).toContain(`${office.organisation}.epoch-1`);
  await untilSealed(office);
  expect(await office.platform.ledger.verify(office.organisation)).toMatchObject({ ok: true });
  expect(isRefused(await write())).toBe(false);
});

test('(c) everything, the signer’s memory too: only a witness knows, and it is believed', async () => {
  const witnessed = mkdtempSync(join(tmpdir(), 'witness-'));
  office = await openOffice({ pack: 'race' });
  const { server, url, key } = await witness(witnessed);
  try {
    writeFileSync(join(office.dataDir, 'witness.policy'), `witness agency ${key} ${url}\nquorum agency\n`);
    const desk = deskOf(office);
    await someActs(desk, 'before');
    await untilSealed(office);
    await backUp();
    await someActs(desk, 'after');
    await untilSealed(office);
    await office.platform.sealer.witnessing.hurry();
    const size = Number(
      (await query<{ n: string }>("select next_pos as n from head where organisation <> '_installation'"))[0]?.n,
    );
    await startAgain(async () => {
      await restoreDatabase();
      restoreFolder('log');
      restoreFolder('signer');
    });
    const begun = await events('log.begun');
    expect(JSON.parse(begun.at(-1)!.entry.toString()).data).toMatchObject({ epoch: 2, size, seenBy: 'witness' });
    await untilSealed(office);
    await office.platform.sealer.witnessing.hurry();
    expect(office.platform.sealer.halted.size).toBe(0);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

async function witness(state: string) {
  const pem = await createLogKey(join(state, 'pem'));
  const { keysOf } = parseKnownLogs(
    `installation ${readFileSync(join(office.dataDir, 'log/verifier-key'), 'utf8').trim()}`,
  ) as KnownLogs;
  const one = openWitness({
    name: 'agency.example',
    key: pem,
    rawPublicKey: rawPublicKey(pem),
    memory: treeMemory(directoryStore(state)),
    keysOf,
    now: office.now,
  });
  const server = witnessServer(one, (error) => expect.unreachable(String(error)));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as { port: number };
  return { server, url: `http://127.0.0.1:${port}`, key: one.verifierKey };
}

test('an acknowledged event that is gone is not sealed over; two histories of one length halt that organisation untouched', async () => {
  await lived();
  const pos = Number(
    (await query<{ n: string }>("select next_pos as n from head where organisation <> '_installation'"))[0]?.n,
  );
  await office.platform.sealer.signer.acknowledge(office.organisation, [{ pos, mac: Buffer.alloc(32, 7) }]);
  await startAgain(async () => {});
  await write();
  const halted = async () => (await office.platform.ledger.witnesses(office.organisation)).halted?.en;
  await expect.poll(halted).toContain('acknowledged');

  await startAgain(async () => {
    await query(
      `update log_state set root = decode('${'ab'.repeat(32)}', 'hex') where organisation = '${office.organisation}'`,
    );
  });
  expect(office.platform.sealer.halted.get(office.organisation)?.en).toContain('read-only');
  const refused = await write();
  expect(isRefused(refused) && refused.refused[0]?.code).toBe('unready');
  expect(isRefused(refused) && refused.refused[0]?.message.zh).toContain('保全');
  expect(existsSync(join(office.dataDir, 'log', office.organisation, 'checkpoint'))).toBe(true);
  const { findings } = await office.platform.ledger.verify(office.organisation);
  expect(findings.length).toBeGreaterThan(0);
});

/** A signer on a socket with keys of its own choice, in this process: what it remembers is the office's. */
async function signerWith(...keys: KeyObject[]) {
  const socket = join(kept, 'door');
  const store = directoryStore(join(office.dataDir, 'signer'));
  const failed = (error: unknown) => expect.unreachable(String(error));
  const server = await listenOnSocket(
    socket,
    answerSigner(localSigner(keys, store), acknowledgements(store, failed)),
    failed,
  );
  process.env.ANCHENG_SIGNER = socket;
  return () => {
    delete process.env.ANCHENG_SIGNER;
    server.close();
    server.closeAllConnections();
  };
}

test('another signing key: refused, and nothing is made in its place; taken over by a rotation; agreed to, it begins a new log', async () => {
  office = await openOffice({ pack: 'race' });
  const desk = deskOf(office);
  await someActs(desk, 'before');
  await untilSealed(office);
  mkdirSync(kept, { recursive: true });
  const pem = join(office.dataDir, 'secrets/log.pem');
  const aside = join(kept, 'log.pem');
  const published = () => readFileSync(join(office.dataDir, 'log/verifier-key'), 'utf8');
  const first = published();

  const gone = startAgain(async () => renameSync(pem, aside));
  await expect(gone).rejects.toThrow('no signing key');
  expect(existsSync(pem)).toBe(false);
  const exchanged = startAgain(async () => void (await createLogKey(pem)));
  await expect(exchanged).rejects.toThrow('not the one this installation published');
  expect(published()).toBe(first);

  const [older, newer] = [await loadLogKey(aside), await loadLogKey(pem)];
  let end = await signerWith(newer, older);
  await startAgain(async () => {});
  expect(published()).not.toBe(first);
  end();
  // Nothing happened in this ledger meanwhile, and yet the older key may go.
  end = await signerWith(newer);
  await startAgain(async () => {});
  expect([...office.platform.sealer.halted.keys()]).toEqual([]);
  expect(await office.platform.ledger.verify(office.organisation)).toMatchObject({ ok: true });
  end();

  // Of a ledger whose checkpoint alone was signed by a stranger, the files stay as they are.
  const checkpoint = join(office.dataDir, 'log', office.organisation, 'checkpoint');
  const whole = readFileSync(checkpoint, 'utf8');
  await startAgain(async () => writeFileSync(checkpoint, whole.replace(/(— \S+ ....)../, '$1AA')));
  expect(office.platform.sealer.halted.get(office.organisation)?.zh).toContain('不是由這個簽章者');
  expect(isRefused(await write())).toBe(true);

  // A refill that was cut off before it could count what is sealed is finished.
  await startAgain(async () => {
    writeFileSync(checkpoint, whole);
    await query(`update log_state set size = size - 2 where organisation = '${office.organisation}'`);
  });
  await write();
  await untilSealed(office);

  await startAgain(async () => {
    agreeToNewKey(office.dataDir, office.now());
    rmSync(pem);
    renameSync(aside, pem); // the first one again: for this installation it is another than the published one
  });
  const begun = JSON.parse((await events('log.begun')).at(-1)!.entry.toString()).data;
  expect(begun).toMatchObject({ epoch: 2, seenBy: 'log', root: expect.any(String), size: begun.held });
  expect(agreedFile(office.dataDir)).toBeUndefined();
  await untilSealed(office);
  expect(await office.platform.ledger.verify(office.organisation)).toMatchObject({ ok: true });
  expect(office.defects()).toEqual([]);
});
