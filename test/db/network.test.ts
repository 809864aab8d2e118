import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { sql } from 'kysely';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deliver } from '../../src/adapters/mail/postman.ts';
import { createRoot, issueServer } from '../../src/adapters/tls/authority.ts';
import { careForCertificate } from '../../src/http/listening.ts';
import { postParts } from '../../src/http/post.ts';
import { INSTALLATION } from '../../src/runtime/organisations.ts';
import { withOrganisation } from '../../src/runtime/store/session.ts';
import { type Client, client, emailOf, type Office, openOffice, signIn } from './office.ts';

/** How the installation is reached and how its mail leaves, over the real composition and a real SMTP server. */

const clock = { now: new Date('2026-11-02T01:00:00Z') };
const received: string[] = [];
/** The words of every mail, as its reader sees them. */
const words: string[] = [];
let refusing = false;
let office: Office;
let lin: Client;
let smtp: SMTPServer;
let server: { host: string; port: number; security: 'none'; user: string; from: string };

beforeAll(async () => {
  office = await openOffice({ clock });
  lin = await office.as('lin');
  smtp = new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    hideSTARTTLS: true,
    onAuth: ({ username }, _session, done) => done(null, { user: username }),
    onRcptTo: ({ address }, _session, done) => {
      if (refusing) return done(Object.assign(new Error('busy'), { responseCode: 451 }));
      received.push(address);
      done();
    },
    onData: (stream, _session, done) => {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        words.push(wordsOf(Buffer.concat(parts).toString('latin1')));
        done();
      });
    },
  });
  await new Promise<void>((listening) => smtp.listen(0, '127.0.0.1', listening));
  const { port } = smtp.server.address() as AddressInfo;
  server = { host: '127.0.0.1', port, security: 'none', user: 'ancheng', from: 'ancheng@office.example' };
});
afterAll(async () => {
  await office?.close();
  await new Promise<void>((closed) => smtp.close(closed));
});

/** A body as nodemailer encodes it: base64, quoted-printable or plain. */
function wordsOf(mail: string): string {
  const [head = '', ...rest] = mail.split('\r\n\r\n');
  const body = rest.join('\r\n\r\n');
  if (/transfer-encoding: base64/i.test(head)) return Buffer.from(body, 'base64').toString('utf8');
  if (!/transfer-encoding: quoted-printable/i.test(head)) return Buffer.from(body, 'latin1').toString('utf8');
  const bytes = body
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

const events = async (organisation: string, like: string) => {
  const { db } = office.platform;
  const found = await withOrganisation(db, organisation, (tx) =>
    sql<{
      type: string;
    }>`select type from event where organisation = ${organisation} and type like ${like} order by pos`.execute(tx),
  );
  return found.rows.map(({ type }) => type);
};

test('only the administrator sees or changes address and mail', async () => {
  const chen = await office.as('chen');
  for (const [what, input] of [
    ['certificate.get', {}],
    ['certificate.own', { names: ['x.office.example'] }],
    ['certificate.off', {}],
    ['mail.get', {}],
    ['mail.set', { ...server }],
    ['mail.test', { to: 'chen@office.example' }],
  ] as const)
    expect((await chen.call(what, input)).refused).toMatchObject([{ code: 'forbidden' }]);
});

test('without a mail server a test says so; nothing else needs one', async () => {
  expect(await lin.ok('mail.get')).toEqual({});
  expect((await lin.call('mail.test', { to: 'lin@office.example' })).refused).toMatchObject([{ code: 'state' }]);
});

test('the server is set, its password never comes back, and a test tells what it said', async () => {
  await lin.ok('mail.set', { ...server, password: 'geheim' });
  const { settings } = await lin.ok('mail.get');
  expect(settings).toMatchObject({ hasPassword: true, user: 'ancheng' });
  expect(JSON.stringify(settings)).not.toContain('geheim');
  expect(await lin.ok('mail.test', { to: 'lin@office.example' })).toMatchObject({ sent: true });
  expect(received).toEqual(['lin@office.example']);
  expect(await events(INSTALLATION, 'mail.%')).toEqual(['mail.server_set', 'mail.tested']);
});

test('another host is not handed the password of this one', async () => {
  await lin.ok('mail.set', { ...server });
  expect((await lin.ok('mail.get')).settings.hasPassword).toBe(true);
  await lin.ok('mail.set', { ...server, host: 'localhost' });
  expect((await lin.ok('mail.get')).settings.hasPassword).toBe(false);
});

async function postOnce() {
  const { parts, dispatch } = office.platform;
  const file = { read: () => ({ ...server, password: 'geheim' }), write: () => {}, remove: () => {} };
  await deliver(postParts(parts, dispatch, file));
}

const outbox = async () => {
  const { db } = office.platform;
  const found = await withOrganisation(db, office.organisation, (tx) =>
    sql<{ id: string; attempts: number; next_at: Date | null; sent_at: Date | null; body: string | null }>`
      select id, attempts, next_at, sent_at, body from mail_outbox where organisation = ${office.organisation}`.execute(
      tx,
    ),
  );
  return found.rows;
};

test('a queued mail waits while the server is busy, leaves later, once; both are events', async () => {
  const { dispatch } = office.platform;
  const input = { mail: 'digest.1', person: office.persons.chen, subject: '今日待辦', text: '一件' };
  const queue = () =>
    dispatch({
      organisation: office.organisation,
      actor: { kind: 'clock' },
      command: { do: 'mail.queue', id: randomUUID(), input },
    });
  await queue();
  await queue();
  received.length = 0;
  refusing = true;
  await postOnce();
  expect(await outbox()).toMatchObject([{ id: 'digest.1', attempts: 1, sent_at: null, body: '一件' }]);
  refusing = false;
  await postOnce();
  expect(received).toEqual([]);
  clock.now = new Date(clock.now.getTime() + 61_000);
  await postOnce();
  expect(received).toHaveLength(1);
  expect(await outbox()).toMatchObject([{ attempts: 2, next_at: null, body: null }]);
  expect(await events(office.organisation, 'mail.%')).toEqual(['mail.queued', 'mail.failed', 'mail.sent']);
});

test('a reset by the own mailbox: the same answer for any name, one mail, a link that works once; seals after it are marked', async () => {
  const nobody = office.nobody();
  const ask = (email: string) => nobody.ok('resets.request', { email });
  await office.as('wang');
  await lin.ok('mail.set', { ...server, password: 'geheim' });
  expect(await nobody.ok('resets.ways')).toEqual({ mail: true });
  words.length = 0;
  received.length = 0;
  expect(await ask('nobody@xiluo.example.tw')).toEqual(await ask(emailOf('wang')));
  await ask(emailOf('wang'));
  await expect.poll(() => received).toEqual([emailOf('wang')]);
  await expect.poll(() => words).toHaveLength(1);
  const code = /\/reset\?code=([\w-]+)/.exec(words[0]!)?.[1] ?? '';
  const renewed = 'From-My-Mailbox-2026';
  const complete = (password: string) => nobody.call('resets.complete', { code, password });
  expect((await complete('short')).refused).not.toEqual([]);
  expect((await complete(renewed)).refused).toEqual([]);
  expect((await complete('Again-With-It-2026')).refused[0]?.code).toBeDefined();
  const wang = client(office.app);
  await signIn(wang, emailOf('wang'), renewed);
  const values = { person: office.persons.tsai, covers: ['policy_document.agree'], reason: '一', measure: '副署' };
  const { id } = await wang.ok('records.open', {
    type: 'concurrent_duty',
    values: { ...values, until: '2027-01-31' },
  });
  await wang.ok('records.act', { id, action: 'submit', with: {}, factor: { password: renewed } });
  expect((await wang.ok('records.get', { id })).seals).toMatchObject([{ action: 'submit', afterReset: true }]);
  expect(await events(INSTALLATION, 'reset.%')).toEqual(['reset.requested', 'reset.completed']);
});

test('people cannot make the system send mail', async () => {
  const { dispatch } = office.platform;
  const input = { mail: 'x', person: office.persons.chen, subject: 'x', text: 'x' };
  const actor = { kind: 'person' as const, person: office.persons.chen, factor: 'none' as const };
  const answer = await dispatch({
    organisation: office.organisation,
    actor,
    command: { do: 'mail.queue', id: randomUUID(), input },
  });
  expect(answer).toMatchObject({ refused: [{ code: 'by' }] });
});

test('a certificate of the own authority: made, told where to go on, in the ledger; https is not demanded over http', async () => {
  expect(await lin.ok('certificate.get')).toMatchObject({ certificate: { kind: 'none' }, securely: false });
  expect(await lin.ok('certificate.own', { names: ['ancheng.office.example'] })).toEqual({
    address: 'https://ancheng.office.example:8480',
    newRoot: true,
  });
  expect((await lin.call('certificate.strict', { strict: true })).refused).toMatchObject([{ code: 'state' }]);
  const root = await lin.send('/root.crt');
  expect(root.headers.get('content-type')).toBe('application/x-x509-ca-cert');
  expect(await events(INSTALLATION, 'certificate.%')).toEqual(['certificate.made']);
});

test('a certificate that browsers would refuse is refused here, with the remedy', async () => {
  const other = await createRoot('x', ['a.example'], clock.now);
  const { certificate, key } = await issueServer(other, ['a.example'], clock.now);
  const material = { kind: 'pem', certificates: certificate, key, name: 'a.example' };
  expect((await lin.call('certificate.office', material)).refused[0]?.message.en).toContain('issuer');
  const whole = { ...material, certificates: certificate + other.certificate };
  expect((await lin.call('certificate.office', { ...whole, name: 'b.example' })).refused[0]?.field).toBe('name');
  expect(await lin.ok('certificate.office', whole)).toEqual({ address: 'https://a.example:8480' });
});

test('administrators are told once that an office’s certificate ends, and the own one renews itself', async () => {
  const told = async () =>
    (await lin.ok('notices.list', {})).items.filter((one: { message: { zh: string } }) =>
      one.message.zh.includes('憑證'),
    );
  await careForCertificate(office.platform);
  expect(await told()).toHaveLength(0);
  clock.now = new Date(clock.now.getTime() + 380 * 86_400_000);
  lin = await office.as('lin');
  await careForCertificate(office.platform);
  await careForCertificate(office.platform);
  const found = await withOrganisation(office.platform.db, office.organisation, (tx) =>
    sql<{
      message: { zh: string };
    }>`select message from notice where organisation = ${office.organisation} and person = ${office.persons.lin}
      and id like 'certificate.%'`.execute(tx),
  );
  expect(found.rows).toHaveLength(1);
  expect(found.rows[0]?.message.zh).toContain('到期');
});
