import { mkdtempSync, rmSync, statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createRoot, issueServer } from '../tls/authority.ts';
import { deliver, startPostman } from './postman.ts';
import { sendMail } from './send.ts';
import { type MailSettings, mailSettings } from './settings.ts';

/** A real SMTP server with TLS and passwords on loopback; what it received is what left. */

const received: { user: string | undefined; to: string[]; secure: boolean; raw: string }[] = [];
let server: SMTPServer;
let settings: MailSettings;
const letter = {
  id: 'digest.2026-11-20.p1',
  address: 'lin@office.example',
  subject: '今日待辦三件',
  text: '一、覆核\n二、簽核',
};

beforeAll(async () => {
  const root = await createRoot('郵件', ['localhost'], new Date());
  const { certificate, key } = await issueServer(root, ['localhost'], new Date());
  server = new SMTPServer({
    cert: certificate,
    key,
    authOptional: true,
    onAuth: ({ username, password }, _session, done) =>
      password === '密碼' ? done(null, { user: username }) : done(new Error('bad password')),
    onRcptTo: ({ address }, _session, done) => {
      if (address.startsWith('nobody@')) return done(Object.assign(new Error('no such user'), { responseCode: 550 }));
      if (address.startsWith('later@')) return done(Object.assign(new Error('try later'), { responseCode: 451 }));
      done();
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        received.push({ user: session.user, to, secure: session.secure, raw: Buffer.concat(chunks).toString() });
        done();
      });
    },
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.server.address() as AddressInfo;
  settings = {
    host: 'localhost',
    port,
    security: 'starttls',
    anyCertificate: true,
    from: '安程 <ancheng@office.example>',
  };
});
afterAll(() => new Promise<void>((closed) => server.close(closed)));
beforeEach(() => {
  received.length = 0;
});

test('a mail in Chinese arrives, encrypted, marked as sent by a program, with a name that stays the same', async () => {
  expect(await sendMail({ ...settings, user: 'ancheng', password: '密碼' }, letter)).toMatchObject({ sent: true });
  expect(received).toMatchObject([{ user: 'ancheng', to: ['lin@office.example'], secure: true }]);
  const [{ raw } = { raw: '' }] = received;
  expect(raw).toContain('Auto-Submitted: auto-generated');
  expect(raw).toContain('Message-ID: <digest.2026-11-20.p1@localhost>');
  expect(Buffer.from(raw.split('\r\n\r\n')[1] ?? '', 'base64').toString()).toContain('二、簽核');
});

test('without encryption only when that was chosen', async () => {
  expect(await sendMail({ ...settings, security: 'none' }, letter)).toMatchObject({ sent: true });
  expect(received[0]?.secure).toBe(false);
});

describe('what does not leave is told in the server’s words, and never thrown', () => {
  const cases: [string, Partial<MailSettings>, string, RegExp, boolean][] = [
    ['an unknown certificate', { anyCertificate: false }, 'lin@office.example', /certificate/i, false],
    ['a wrong password', { user: 'ancheng', password: 'x' }, 'lin@office.example', /bad password/, false],
    ['nobody of that name', {}, 'nobody@office.example', /no such user/, true],
    ['a server that is busy', {}, 'later@office.example', /try later/, false],
    ['no server there', { port: 1 }, 'lin@office.example', /ECONNREFUSED/, false],
    ['a host that does not exist', { host: 'mail.invalid' }, 'lin@office.example', /ENOTFOUND|EAI_AGAIN|EDNS/, false],
  ];
  test.each(cases)('%s', async (_what, change, address, answer, final) => {
    const outcome = await sendMail({ ...settings, ...change }, { ...letter, address });
    expect(outcome).toMatchObject({ sent: false, answer: expect.stringMatching(answer) });
    expect(outcome.final ?? false).toBe(final);
  });
});

describe('the postman', () => {
  async function oneRound(given: { settings?: MailSettings; queuedAt?: string }) {
    const notes: unknown[] = [];
    const queuedAt = given.queuedAt ?? new Date().toISOString();
    await deliver({
      settings: () => given.settings,
      due: async () => [{ ...letter, organisation: 'o', queuedAt }],
      note: async (_letter, outcome) => void notes.push(outcome),
      failed: (error) => notes.push(error),
      now: Date.now,
    });
    return notes;
  }

  test('without a server it does nothing, and breaks nothing', async () => {
    expect(await oneRound({})).toEqual([]);
  });

  test('what is queued while a round is under way does not wait for the next half minute', async () => {
    const rounds: string[] = [];
    const second = Promise.withResolvers<void>();
    const postman = startPostman({
      settings: () => undefined,
      async due() {
        await Promise.resolve();
        rounds.push('round');
        if (rounds.length === 1) postman.nudge();
        else second.resolve();
        return [];
      },
      note: async () => {},
      failed: (error) => expect.unreachable(String(error)),
      now: Date.now,
    });
    await second.promise;
    await postman.stop();
    expect(rounds).toHaveLength(2);
  });

  test('what waited for two days is given up, whether or not there is a server now', async () => {
    const queuedAt = new Date(Date.now() - 49 * 3_600_000).toISOString();
    expect(await oneRound({ settings, queuedAt })).toEqual([{ sent: false, final: true, answer: 'too late' }]);
    expect(received).toEqual([]);
  });
});

test('settings hold a password, so only the account reads them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ancheng-mail-'));
  const kept = mailSettings(folder);
  expect(kept.read()).toBeUndefined();
  kept.write(settings);
  expect(kept.read()).toEqual(settings);
  if (process.platform !== 'win32') expect(statSync(join(folder, 'secrets/mail.json')).mode & 0o077).toBe(0);
  kept.remove();
  expect(kept.read()).toBeUndefined();
  rmSync(folder, { recursive: true });
});
