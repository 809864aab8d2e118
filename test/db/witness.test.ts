import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLogKey, rawPublicKey } from '../../src/adapters/sealing/keys.ts';
import { directoryStore } from '../../src/adapters/sealing/store.ts';
import { type KnownLogs, parseKnownLogs } from '../../src/adapters/witness/logs.ts';
import { treeMemory } from '../../src/adapters/witness/memory.ts';
import { witnessServer } from '../../src/adapters/witness/serve.ts';
import { openWitness } from '../../src/adapters/witness/witness.ts';
import { exitCodeOf } from '../../src/cli/main.ts';
import { hasOpenssl, startTimeAuthority } from '../harness/time-authority.ts';
import { until } from '../harness/until.ts';
import { type Desk, deskOf } from './desk.ts';
import { type Office, openOffice } from './office.ts';
import type { PersonName } from './people.ts';
import { untilSealed } from './sealed.ts';

/** An office, two witnesses outside it, one of them without a network: what is shown, exported and verified elsewhere. */

const clock = { now: new Date() };
const place = mkdtempSync(join(tmpdir(), 'witnesses-'));
let office: Office;
let desk: Desk;
let agency: { key: string; server: Server; port: number };
let auditor: string;
const canRead = [
  ['pdftoppm', '-v'],
  ['zbarimg', '--version'],
].every(([program = '', ...args]) => spawnSync(program, args).error === undefined);
/** What a phone would read off a printed page, and what a person would. */
const codeOf = (pdf: string) => {
  spawnSync('pdftoppm', ['-r', '150', '-png', '-singlefile', pdf, pdf]);
  return spawnSync('zbarimg', ['--raw', '-q', `${pdf}.png`])
    .stdout.toString()
    .trim();
};
const wordsOf = (pdf: string) => spawnSync('pdftotext', ['-layout', pdf, '-']).stdout.toString();
const installationKey = () => readFileSync(join(office.dataDir, 'log/verifier-key'), 'utf8').trim();

beforeAll(async () => {
  office = await openOffice({ clock });
  await office.as('chien'); // an account is an entry of the ledger too
  desk = deskOf(office);
  agency = await standWitness('agency.example/ancheng');
  auditor = (await cli('witness', 'key', '--state', join(place, 'auditor'), '--name', 'auditor.example')).said.trim();
  writeFileSync(
    join(office.dataDir, 'witness.policy'),
    `witness agency ${agency.key} http://127.0.0.1:${agency.port}/\nwitness auditor ${auditor}\ngroup both any agency auditor\nquorum both\n`,
  );
  writeFileSync(join(place, 'logs'), `installation ${installationKey()}\n`);
});
afterAll(async () => {
  agency?.server.close();
  agency?.server.closeAllConnections();
  await office?.close();
  rmSync(place, { recursive: true, force: true });
});

async function standWitness(name: string, port = 0) {
  const state = join(place, 'agency');
  const key = await createLogKey(mkdtempSync(join(place, 'key-')).concat('/pem'));
  const { keysOf } = parseKnownLogs(`installation ${installationKey()}`) as KnownLogs;
  const memory = treeMemory(directoryStore(state));
  const witness = openWitness({ name, key, rawPublicKey: rawPublicKey(key), memory, keysOf, now: () => clock.now });
  const server = witnessServer(witness, (error) => expect.unreachable(String(error)));
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
  return { key: witness.verifierKey, server, port: (server.address() as AddressInfo).port };
}

/** A command line of ours in this process: what it printed, and its exit code. */
async function cli(...args: string[]): Promise<{ said: string; code: number }> {
  const chunks: string[] = [];
  const [out, err] = [process.stdout.write, process.stderr.write];
  const hear = ((chunk: string | Uint8Array) => {
    chunks.push(String(chunk));
    return true;
  }) as typeof process.stdout.write;
  process.stdout.write = hear;
  process.stderr.write = hear;
  try {
    return { code: await exitCodeOf(args), said: chunks.join('') };
  } finally {
    process.stdout.write = out;
    process.stderr.write = err;
  }
}

const alarms = async (person: PersonName, about: string) => {
  const { items } = await (await office.as(person)).ok('notices.list', {});
  return items.filter(
    (one: { id: string; message: { zh: string } }) => one.id.startsWith('alarm:') && one.message.zh.includes(about),
  );
};
const witnesses = async () => (await office.as('chien')).ok('trail.witnesses', {});
const something = () => desk.open('chen', 'incident', { symptom: '主機無回應' });
const logFolder = () => join(office.dataDir, 'log', office.organisation);

test('a witness with a network cosigns what is sealed; the screen says when, and how far', async () => {
  const size = await untilSealed(office);
  await office.platform.sealer.witnessing.hurry();
  expect(await witnesses()).toMatchObject({
    sealedSize: size,
    quorum: { met: true, size },
    witnesses: [
      { name: 'agency', state: 'good', size },
      { name: 'auditor', state: 'never' },
    ],
  });
});

test('an older checkpoint that a slower process wrote over the newer one is replaced, cosignature and all, with nothing new to seal', async () => {
  const { witnessing } = office.platform.sealer;
  const published = join(logFolder(), 'checkpoint');
  const older = readFileSync(published);
  await something();
  await untilSealed(office);
  await witnessing.hurry();
  const newer = readFileSync(published, 'utf8');
  expect(newer).toContain('— agency.example/ancheng ');
  writeFileSync(published, older);
  await until(async () => {
    await witnessing.hurry();
    expect(readFileSync(published, 'utf8')).toBe(newer);
  });
});

test('a witness that is down keeps nothing from being sealed; after a day the screen is red; it catches up by itself', async () => {
  agency.server.close();
  agency.server.closeAllConnections();
  const before = (await witnesses()).witnesses[0].size;
  await something();
  const size = await untilSealed(office);
  expect(size).toBeGreaterThan(before);
  await office.platform.sealer.witnessing.hurry();
  expect((await witnesses()).witnesses[0]).toMatchObject({ state: 'good', size: before, failed: expect.any(String) });
  clock.now = new Date(clock.now.getTime() + 25 * 3_600_000);
  expect(await witnesses()).toMatchObject({
    quorum: { met: false },
    witnesses: [{ state: 'stale' }, { state: 'never' }],
  });
  await office.platform.sealer.witnessing.hurry();
  await office.platform.sealer.witnessing.hurry();
  const told = { message: { zh: expect.stringContaining('「agency」已逾 24 小時未連署') }, go: '/trail', read: false };
  for (const person of ['kuo', 'chou', 'chien'] as const) expect(await alarms(person, 'agency')).toMatchObject([told]);
  expect(await alarms('fan', 'agency')).toEqual([]);
  await new Promise<void>((listening) => agency.server.listen(agency.port, '127.0.0.1', listening));
  await office.platform.sealer.witnessing.hurry();
  const now = (await witnesses()).witnesses[0];
  expect(now).toMatchObject({ state: 'good' });
  expect(now.failed).toBeUndefined();
  expect(now.size).toBeGreaterThanOrEqual(size);
  await office.platform.sealer.witnessing.hurry();
  expect(await alarms('kuo', 'agency')).toMatchObject([{ read: true, settled: expect.any(String) }]);
});

test.skipIf(!hasOpenssl() && process.env.CI !== 'true')(
  'the day has a time stamp that openssl verifies; an authority that does not answer is told of once, and settled when it does',
  async () => {
    process.env.ANCHENG_TSA = 'http://127.0.0.1:9/';
    await office.platform.sealer.witnessing.hurry();
    await office.platform.sealer.witnessing.hurry();
    expect(await alarms('kuo', '時戳')).toMatchObject([{ read: false, go: '/trail' }]);
    expect(await witnesses()).toMatchObject({ stampFailed: { en: expect.stringContaining('does not answer') } });
    const authority = await startTimeAuthority();
    process.env.ANCHENG_TSA = authority.url;
    await office.platform.sealer.witnessing.hurry();
    delete process.env.ANCHENG_TSA;
    const seen = await witnesses();
    expect(seen.stamp).toMatchObject({ size: expect.any(Number), at: expect.any(String) });
    expect(seen.stampFailed).toBeUndefined();
    expect(await alarms('kuo', '時戳')).toMatchObject([{ read: true, settled: expect.any(String) }]);
    const token = readdirSync(join(logFolder(), 'days')).find((name) => name.endsWith('.tsr'))!;
    const kept = join(logFolder(), 'days', token);
    const judge = (content: string) =>
      authority.openssl('ts', '-verify', '-in', kept, '-data', content, '-CAfile', authority.at('ca.pem')).status;
    expect(judge(kept.replace(/tsr$/, 'stamped'))).toBe(0);
    expect(judge(join(office.dataDir, 'log/verifier-key'))).toBe(1);
    authority.stop();
  },
);

test('to a witness without a network the request goes by mail once a day; the answer is taken in on the page', async () => {
  const letters: string[] = [];
  const post = new SMTPServer({
    authOptional: true,
    onData: (stream, _session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        letters.push(Buffer.concat(chunks).toString());
        done();
      });
    },
  });
  await new Promise<void>((listening) => post.listen(0, '127.0.0.1', listening));
  const { port } = post.server.address() as AddressInfo;
  office.platform.mailServer.write({ host: '127.0.0.1', port, security: 'none', from: 'ancheng@office.example' });
  writeFileSync(join(office.dataDir, 'witness.mail'), '# name in the policy, address\nauditor audit@county.example\n');
  await untilSealed(office);
  await office.platform.sealer.witnessing.hurry();
  await office.platform.sealer.witnessing.hurry();
  office.platform.mailServer.remove();
  post.close();
  const mine = letters.filter((letter) => letter.includes(`${office.organisation}.add-checkpoint`));
  expect(mine).toHaveLength(1);
  expect((await witnesses()).witnesses[1]).toMatchObject({ mailed: { to: 'audit@county.example' } });
  const encoded = /\r\n\r\n([A-Za-z0-9+/=\r\n]+)\r\n--[^\r\n]+--\s*$/.exec(mine[0]!)![1]!; // the last part
  const mailed = join(place, 'mailed.add-checkpoint');
  writeFileSync(mailed, Buffer.from(encoded, 'base64'));
  const witness = ['--state', join(place, 'auditor'), '--name', 'auditor.example', '--logs', join(place, 'logs')];
  const { said } = await cli('witness', 'sign', ...witness, mailed);
  const chou = await office.as('chou');
  expect(await chou.call('trail.accept', { answer: '您好，附上' })).toMatchObject({ refused: [{ code: 'invalid' }] });
  expect(await chou.ok('trail.accept', { answer: `您好，附上：\n${said}` })).toEqual({ taken: 1 });
  // Its own clock stands behind the office's.
  expect((await witnesses()).witnesses[1]).toMatchObject({ name: 'auditor', at: expect.any(String) });
  const file = await chou.ok('trail.request', { witness: 'auditor' });
  expect(file).toMatchObject({
    name: `${office.organisation}.add-checkpoint`,
    content: expect.stringMatching(/^old \d+/),
  });
  expect(await chou.call('trail.request', { witness: 'nobody' })).toMatchObject({ refused: [{ code: 'missing' }] });
});

test('a ledger quiet for a day has a pulse, so that a frozen one is told apart', async () => {
  const page = await (await office.as('chien')).ok('trail.list', { limit: 5, filter: { type: 'log.pulsed' } });
  expect(page.items).toHaveLength(1);
});

test('without a network: request file out, cosignature back in', async () => {
  const size = await untilSealed(office);
  const data = ['--data', office.dataDir];
  expect((await cli('ledger', 'request', ...data, '--witness', 'auditor', '--to', join(place, 'usb'))).code).toBe(0);
  const request = join(place, 'usb', `${office.organisation}.add-checkpoint`);
  const witness = ['--state', join(place, 'auditor'), '--name', 'auditor.example', '--logs', join(place, 'logs')];
  const answer = await cli('witness', 'sign', ...witness, request);
  expect(answer).toMatchObject({ code: 0, said: expect.stringMatching(/^— auditor\.example /) });
  writeFileSync(join(place, 'usb/answer'), answer.said);
  expect(await cli('ledger', 'accept', ...data, join(place, 'usb/answer'))).toMatchObject({ code: 0 });
  expect((await witnesses()).witnesses[1]).toMatchObject({ name: 'auditor', size, at: expect.any(String) });
  // The same request again is no new size to it; one it never saw the like of is refused.
  writeFileSync(request, readFileSync(request, 'utf8').replace(/^old \d+/, 'old 7'));
  expect(await cli('witness', 'sign', ...witness, request)).toMatchObject({
    code: 1,
    said: expect.stringContaining(`${size}`),
  });
});

test('exported, the ledger verifies on another machine, from the policy alone; as of a past day too', async () => {
  await office.platform.sealer.witnessing.hurry();
  const exported = await cli('ledger', 'export', '--data', office.dataDir, '--to', join(place, 'package'));
  expect(exported.code).toBe(0);
  const folder = join(place, 'package', office.organisation);
  const verify = (...more: string[]) => cli('verify', '--log', folder, '--policy', join(folder, 'policy'), ...more);
  const days = readdirSync(join(folder, 'days')).sort();
  expect(days.length).toBeGreaterThanOrEqual(2);
  const good = await verify('--json', '--fresh', '48');
  expect(JSON.parse(good.said)).toMatchObject({
    ok: true,
    seen: { by: ['auditor.example', 'agency.example/ancheng'] },
  });
  // The auditor's own clock stands a day behind the office's: as of its day, both what it saw and what the agency saw then counts.
  const past = JSON.parse((await verify('--json', '--as-of', days[0]!)).said);
  expect(past).toMatchObject({ ok: true, seen: { by: expect.arrayContaining(['auditor.example']) } });
  const agencyOnly = join(place, 'agency-only');
  writeFileSync(agencyOnly, readFileSync(join(folder, 'policy'), 'utf8').replace(/^quorum .*$/m, 'quorum agency'));
  const then = await cli('verify', '--log', folder, '--policy', agencyOnly, '--json', '--as-of', days[0]!);
  expect(JSON.parse(then.said)).toMatchObject({
    ok: true,
    seen: { by: expect.arrayContaining(['agency.example/ancheng']) },
  });
  expect(JSON.parse(then.said).size).toBeLessThan(past.size);
  expect(await verify('--as-of', '2020-01-01')).toMatchObject({ code: 1, said: expect.stringContaining('2020-01-01') });
  expect(await verify()).toMatchObject({ code: 0, said: expect.stringContaining('驗證通過') });

  const demanding = readFileSync(join(folder, 'policy'), 'utf8').replace(
    /^group .*\n(.*\n)*quorum .*$/m,
    'group all2 all agency auditor\nquorum all2',
  );
  writeFileSync(join(place, 'both'), demanding);
  const both = await cli('verify', '--log', folder, '--policy', join(place, 'both'));
  expect(both.said).toMatch(/✓ L0|fewer than the policy demands/);

  const altered = join(place, 'altered');
  cpSync(folder, altered, { recursive: true });
  const day = join(altered, 'days', days[0]!);
  writeFileSync(day, readFileSync(day, 'utf8').replace(/\n\d+\n/, '\n3\n'));
  expect(await cli('verify', '--log', altered, '--policy', join(folder, 'policy'))).toMatchObject({ code: 1 });
});

test('beside its database: rows, marks and the grants of every act, with nothing but an address', async () => {
  const args = ['verify', '--log', logFolder(), '--policy', join(place, 'package', office.organisation, 'policy')];
  mkdirSync(join(office.dataDir, 'files'), { recursive: true }); // nobody attached anything yet
  const db = [
    '--db',
    office.database.appUrl,
    '--node-key',
    join(office.dataDir, 'secrets/node.key'),
    '--files',
    join(office.dataDir, 'files'),
  ];
  const report = JSON.parse((await cli(...args, ...db, '--json')).said);
  expect(report.findings.filter((one: { ok: boolean }) => !one.ok)).toEqual([]);
  expect(new Set(report.findings.map((one: { level: string }) => one.level))).toEqual(
    new Set(['L0', 'L1', 'L2', 'L3', 'L4']),
  );
});

test('one record proves itself offline; with another key it does not', async () => {
  const { proof } = await (await office.as('chien')).ok('trail.proof', { pos: 3 });
  writeFileSync(join(place, 'one.tlog-proof'), proof);
  const policy = join(place, 'package', office.organisation, 'policy');
  expect(await cli('verify', '--proof', join(place, 'one.tlog-proof'), '--policy', policy)).toMatchObject({
    code: 0,
    said: expect.stringContaining('#3'),
  });
  writeFileSync(join(place, 'one.tlog-proof'), proof.replace('index 3', 'index 4'));
  expect(await cli('verify', '--proof', join(place, 'one.tlog-proof'), '--policy', policy)).toMatchObject({ code: 1 });
});

test.skipIf(!canRead && !process.env.CI)(
  'on paper: the sheet of page and command holds the published checkpoint, readable and as a QR code',
  async () => {
    await untilSealed(office);
    const chou = await office.as('chou');
    const sheet = await chou.ok('trail.sheet', { language: 'en' });
    const bytes = Buffer.from(sheet.pdf, 'base64');
    const said = (await chou.ok('trail.list', { limit: 5, filter: { type: 'export.made' } })).items[0];
    expect(said.label.zh).toBe(`匯出封存點（${sheet.entries.toLocaleString('en')} 筆）`);
    writeFileSync(join(place, 'page.pdf'), bytes);
    await untilSealed(office);
    const own = join(place, 'command.pdf');
    const which = ['--data', office.dataDir, '--organisation', office.organisation];
    expect((await cli('ledger', 'sheet', ...which, '--to', own)).code).toBe(0);
    const note = readFileSync(join(office.dataDir, 'log', office.organisation, 'checkpoint'), 'utf8');
    expect(codeOf(own)).toBe(note.trim());
    expect(codeOf(join(place, 'page.pdf'))).toContain(`\n${sheet.entries}\n`);
    expect(wordsOf(own)).toMatch(/稽核紀錄封存點[\s\S]*見證人（簽名或蓋章）/);
    expect(wordsOf(join(place, 'page.pdf'))).toContain('Witness (signature or seal)');
  },
);
