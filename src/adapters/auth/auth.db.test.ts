import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOTP } from '@better-auth/utils/otp';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../../../test/harness/database.ts';
import { isRefused } from '../../kernel/refusal.ts';
import { type Auth, type AuthOptions, createAuth } from './auth.ts';
import { type Answer, type Browser, browser } from './browser.ts';
import { defaultPolicy } from './policy.ts';
import type { AuthEvent } from './record.ts';

const origin = 'http://localhost:8080';
const good = 'Xiluo-Township-2026';
let database: TestDatabase;
// biome-ignore lint/suspicious/noExplicitAny: tables are read by name
let db: Kysely<any>;
let superuser: pg.Client;
const morning = '2026-11-20T02:00:00.000Z';
let clock = new Date(morning);
let events: AuthEvent[] = [];
let n = 0;

const minutes = (count: number) => {
  clock = new Date(clock.getTime() + count * 60_000);
};
const isLocked = (answer: Answer): boolean => /以前不能登入/.test(answer.body.refused?.[0].message.zh);
const types = () => events.map((event) => event.type);

beforeAll(async () => {
  database = await startTestDatabase();
  db = new Kysely({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: database.appUrl }) }) });
  superuser = new pg.Client({ connectionString: database.superUrl });
  await superuser.connect();
});
afterAll(async () => {
  await db?.destroy();
  await superuser?.end();
  await database?.stop();
});

async function authWith(more: Partial<AuthOptions> = {}): Promise<Auth> {
  const folder = await mkdtemp(join(tmpdir(), 'ancheng-auth-'));
  return createAuth({
    db,
    secret: 'a secret of the installation, thirty-two bytes or more',
    nodeKey: Buffer.alloc(32, 7),
    origin,
    record: async (event) => void events.push(event),
    now: () => clock,
    setupCodeFile: join(folder, 'setup.json'),
    mayApproveReset: async () => true,
    personsOf: async (account) => [`person of ${account}`],
    answerAfterMs: 0,
    ...more,
  });
}

async function opened(auth: Auth): Promise<{ account: string; email: string; at: Browser }> {
  const email = `chen${++n}@xiluo.gov.tw`;
  const result = await auth.openByInvitation({ name: '陳小華', email, password: good });
  if (isRefused(result)) throw new Error(JSON.stringify(result));
  events = [];
  return { account: result.account, email, at: browser(auth.handler, origin) };
}

let auth: Auth;
beforeEach(async () => {
  auth = await authWith();
  clock = new Date(morning);
  events = [];
});

describe('accounts', () => {
  test('the set-up code opens the first account once, and only its hash is kept', async () => {
    const code = await auth.createSetupCode();
    const wanted = { name: '林管理', email: `Admin${++n}@xiluo.gov.tw`, password: good };
    expect(isRefused(await auth.openWithSetupCode({ ...wanted, code: 'AAAA-AAAA-AAAA-AAAA-AAAA' }))).toBe(true);
    expect(isRefused(await auth.openWithSetupCode({ ...wanted, password: 'short', code }))).toBe(true);
    const result = await auth.openWithSetupCode({ ...wanted, code: ` ${code.toLowerCase()} ` });
    expect(isRefused(result)).toBe(false);
    expect(isRefused(await auth.openWithSetupCode({ ...wanted, email: 'b@x.tw', code }))).toBe(true);
    expect((await auth.accountByName(wanted.email))?.installer).toBe(true);
    expect(types()).toEqual(['account.opened', 'account.opened']);
  });

  test('nobody signs up, and no path but ours is open', async () => {
    const at = browser(auth.handler, origin);
    for (const path of ['/sign-up/email', '/update-user', '/delete-user', '/request-password-reset', '/change-email'])
      expect((await at.post(path, { email: 'x@y.tw', password: good, name: 'x' })).status).toBe(404);
  });

  test('signing in records intent and outcome and says who and by which factor', async () => {
    const { at, email, account } = await opened(auth);
    expect((await at.post('/sign-in/email', { email, password: good })).status).toBe(200);
    expect(events.map((event) => `${event.type} ${event.outcome}`)).toEqual([
      'sign_in.attempted intended',
      'sign_in.succeeded done',
    ]);
    const session = await auth.session(at.request());
    expect(session).toMatchObject({ account: { id: account, email }, factor: 'password', idleMinutes: 10 });
    expect(await at.post('/sign-out')).toMatchObject({ status: 200 });
    expect(await auth.session(at.request())).toBeUndefined();
    expect(types()).toContain('signed_out');
  });

  test('a session cookie somebody changed opens nothing', async () => {
    const { at, email } = await opened(auth);
    await at.post('/sign-in/email', { email, password: good });
    const cookie = at.request().headers.get('cookie') ?? '';
    const other = cookie.replace(/(session_token=.)/, '$1x');
    expect(other).not.toBe(cookie);
    expect(await auth.session(new Request(origin, { headers: { cookie: other } }))).toBeUndefined();
  });

  test('another site cannot sign anybody in', async () => {
    const { at, email } = await opened(auth);
    await at.post('/sign-in/email', { email, password: good });
    const evil = { origin: 'https://evil.example' };
    expect(
      (await at.post('/change-password', { currentPassword: good, newPassword: 'Another-Town-2026' }, evil)).status,
    ).toBe(403);
  });

  test('when the ledger does not take the intent, nobody gets in', async () => {
    const { email } = await opened(auth);
    const broken = await authWith({ record: async () => Promise.reject(new Error('ledger down')) });
    const at = browser(broken.handler, origin);
    await expect(at.post('/sign-in/email', { email, password: good })).rejects.toThrow('ledger down');
    expect(await broken.session(at.request())).toBeUndefined();
  });

  test('a disabled account is answered like a wrong password and its sessions end', async () => {
    const { at, email, account } = await opened(auth);
    await at.post('/sign-in/email', { email, password: good });
    await auth.setDisabled(account, true);
    expect(await auth.session(at.request())).toBeUndefined();
    const answer = await at.post('/sign-in/email', { email, password: good });
    expect(answer.status).toBe(401);
    expect(answer.body.refused[0].code).toBe('by');
  });
});

describe('lockout', () => {
  test('annex10.ia.authenticator_management.3: the fifth failure locks for fifteen minutes and says until when', async () => {
    const { at, email } = await opened(auth);
    for (const left of [4, 3, 2, 1]) {
      const answer = await at.post('/sign-in/email', { email, password: 'wrong' });
      expect(answer.status).toBe(401);
      expect(answer.body.refused[0].message.zh).toContain(`${left} 次`);
    }
    const until = /10:15 以前不能登入/;
    for (const password of ['wrong', good]) {
      const answer = await at.post('/sign-in/email', { email, password });
      expect(answer.status).toBe(401);
      expect(answer.body.refused[0].message.zh).toMatch(until);
    }
    expect(types().filter((type) => type === 'account.locked')).toHaveLength(1);
    minutes(14.9);
    expect((await at.post('/sign-in/email', { email, password: good })).status).toBe(401);
    minutes(0.2);
    expect((await at.post('/sign-in/email', { email, password: good })).status).toBe(200);
  });

  test('case, spaces, width and invisible characters make no new name', async () => {
    const { at, email } = await opened(auth);
    const wide = [...email].map((c) => (c >= '!' ? String.fromCodePoint(c.codePointAt(0)! + 0xfee0) : c)).join('');
    const spellings = [
      email.toUpperCase(),
      ` ${email}`,
      wide,
      email.replace('@', '\u200b@'),
      email.replace('@', ' @ '),
    ];
    for (const spelling of spellings) await at.post('/sign-in/email', { email: spelling, password: 'wrong' });
    expect(isLocked(await at.post('/sign-in/email', { email, password: good }))).toBe(true);
    minutes(16);
    expect((await at.post('/sign-in/email', { email: wide, password: good })).status).toBe(200);
  });

  test('twenty guesses sent at once are five guesses', async () => {
    const { email } = await opened(auth);
    const guess = () => browser(auth.handler, origin).post('/sign-in/email', { email, password: 'wrong' });
    const answers = await Promise.all(Array.from({ length: 20 }, guess));
    expect(answers.filter((answer) => !isLocked(answer))).toHaveLength(4);
    expect(events.filter((event) => event.type === 'sign_in.failed' && event.until === undefined)).toHaveLength(5);
  });

  test('a success forgets earlier failures', async () => {
    const { at, email } = await opened(auth);
    for (let i = 0; i < 4; i++) await at.post('/sign-in/email', { email, password: 'wrong' });
    expect((await at.post('/sign-in/email', { email, password: good })).status).toBe(200);
    for (let i = 0; i < 4; i++)
      expect(isLocked(await at.post('/sign-in/email', { email, password: 'wrong' }))).toBe(false);
  });

  test('annex10.ia.authenticator_management.7: one address may not try names by the thousand', async () => {
    const paced = await authWith({ requestsPerMinute: 3, ip: () => '192.0.2.7' });
    const at = browser(paced.handler, origin);
    const statuses = [];
    for (let i = 0; i < 4; i++)
      statuses.push((await at.post('/sign-in/email', { email: `p${i}`, password: 'x' })).status);
    expect(statuses).toEqual([401, 401, 401, 429]);
    minutes(1);
    expect((await at.post('/sign-in/email', { email: 'p5', password: 'x' })).status).toBe(401);
  });

  test('a name nobody has is answered exactly alike, also when it is no address at all', async () => {
    const { email } = await opened(auth);
    const answers = async (name: string) => {
      const at = browser(auth.handler, origin);
      const all = [];
      for (let i = 0; i < 6; i++) all.push(await at.post('/sign-in/email', { email: name, password: `wrong ${i}` }));
      return all;
    };
    const known = await answers(email);
    expect(await answers(`nobody${n}@xiluo.gov.tw`)).toEqual(known);
    expect(await answers(`my password ${n}!`)).toEqual(known);
  });

  test('a refusal takes equally long for known and unknown names', async () => {
    const slow = await authWith({ answerAfterMs: 300 });
    const { email } = await opened(slow);
    const took = async (name: string) => {
      const start = performance.now();
      await browser(slow.handler, origin).post('/sign-in/email', { email: name, password: 'wrong' });
      return performance.now() - start;
    };
    const [known, unknown] = [await took(email), await took(`nobody${n}.x@xiluo.gov.tw`)];
    expect(Math.min(known, unknown)).toBeGreaterThanOrEqual(299);
  });

  test('unknown names are recorded as a number per minute, never what was typed', async () => {
    const at = browser(auth.handler, origin);
    minutes(60 * 24);
    await auth.tidy();
    events = [];
    for (let i = 0; i < 3; i++) await at.post('/sign-in/email', { email: `typed-secret-${i}`, password: 'x' });
    expect(events).toEqual([]);
    minutes(1);
    await auth.tidy();
    expect(events).toMatchObject([{ type: 'sign_in.unknown_names', count: 3, outcome: 'refused' }]);
    expect(JSON.stringify(events)).not.toContain('typed-secret');
    const { rows } = await superuser.query('select name_hash from auth.attempt');
    expect(JSON.stringify(rows)).not.toContain('typed-secret');
  });
});

describe('sessions', () => {
  test('annex10.ac.account_management.6: ten idle minutes sign out, and background requests do not count as activity', async () => {
    const { at, email } = await opened(auth);
    await at.post('/sign-in/email', { email, password: good });
    for (let i = 0; i < 9; i++) {
      minutes(1);
      expect(await auth.session(at.request())).toBeDefined();
    }
    minutes(1.1);
    expect(await auth.session(at.request())).toBeUndefined();
    expect(types()).toContain('session.idle');
  });

  test('what the user does moves the clock, by header or by touch', async () => {
    const { at, email } = await opened(auth);
    await at.post('/sign-in/email', { email, password: good });
    for (let i = 0; i < 3; i++) {
      minutes(9);
      expect(await auth.session(at.request({ 'x-activity': 'user' }))).toBeDefined();
      minutes(9);
      expect((await at.post('/touch')).status).toBe(204);
    }
    minutes(11);
    expect((await at.post('/touch')).status).toBe(401);
  });

  test('no session outlives the longest day, however active', async () => {
    const { at, email } = await opened(auth);
    await at.post('/sign-in/email', { email, password: good });
    for (let i = 0; i < 12 * 7; i++) {
      minutes(9);
      if (!(await auth.session(at.request({ 'x-activity': 'user' })))) break;
    }
    expect(await auth.session(at.request())).toBeUndefined();
  });
});

describe('passwords', () => {
  test('annex10.ia.authenticator_management.5: not one of the last three, and the fourth last is free again', async () => {
    const { at, email } = await opened(auth);
    let current = good;
    const change = async (newPassword: string) => {
      await at.post('/sign-in/email', { email, password: current });
      const answer = await at.post('/change-password', { currentPassword: current, newPassword });
      if (answer.status === 200) current = newPassword;
      minutes(1);
      return answer.status;
    };
    expect(await change(good)).toBe(400);
    expect(await change('Second-Town-2026')).toBe(200);
    expect(await change('Third-Town-2026')).toBe(200);
    expect(await change(good)).toBe(400);
    expect(await change('Fourth-Town-2026')).toBe(200);
    expect(await change(good)).toBe(200);
    expect(types()).toContain('password.changing');
    expect(types()).toContain('password.changed');
  });

  test('the history does not tell whether a guess of the present password was right', async () => {
    const { at, email } = await opened(auth);
    await at.post('/sign-in/email', { email, password: good });
    const answer = await at.post('/change-password', { currentPassword: 'a guess', newPassword: good });
    expect(answer.status).toBe(401);
    expect(answer.body.refused[0].message.zh).toContain('4 次');
  });

  test('changing the password ends the other sessions', async () => {
    const { at, email } = await opened(auth);
    const elsewhere = browser(auth.handler, origin);
    await at.post('/sign-in/email', { email, password: good });
    await elsewhere.post('/sign-in/email', { email, password: good });
    await at.post('/change-password', { currentPassword: good, newPassword: 'Second-Town-2026' });
    expect(await auth.session(elsewhere.request())).toBeUndefined();
    expect(await auth.session(at.request())).toBeDefined();
  });

  test('a password older than the policy allows is told', async () => {
    const strict = await authWith({ policy: () => ({ ...defaultPolicy, passwordMaxAgeDays: 90 }) });
    const { at, email } = await opened(strict);
    await at.post('/sign-in/email', { email, password: good });
    expect((await strict.session(at.request()))?.passwordExpired).toBe(false);
    minutes(91 * 24 * 60);
    await at.post('/sign-in/email', { email, password: good });
    expect((await strict.session(at.request()))?.passwordExpired).toBe(true);
  });

  test('a password hash written by the database superuser opens nothing', async () => {
    const [mine, other] = [await opened(auth), await opened(auth)];
    await superuser.query(
      `update auth.credential set password = (select password from auth.credential where user_id = $2) where user_id = $1`,
      [other.account, mine.account],
    );
    expect((await other.at.post('/sign-in/email', { email: other.email, password: good })).status).toBe(401);
    expect(types()).toContain('factor.forged');
    expect(await auth.confirmFactor({ account: other.account, password: good })).toBeUndefined();
  });
});

/** Adds one-time codes to a signed-in browser; answers the secret and backup codes. */
async function addTotp(at: Browser): Promise<{ code: (step?: number) => Promise<string>; backupCodes: string[] }> {
  const enabled = await at.post('/two-factor/enable', { password: good });
  const secret = decode32(new URL(enabled.body.totpURI).searchParams.get('secret') ?? '');
  const code = (step = 0) => createOTP(secret).hotp(Math.floor(clock.getTime() / 30_000) + step);
  expect((await at.post('/two-factor/verify-totp', { code: await code() })).status).toBe(200);
  return { code, backupCodes: enabled.body.backupCodes };
}

const decode32 = (text: string): string => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...text].map((c) => alphabet.indexOf(c).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2))).toString();
};

describe('one-time codes', () => {
  beforeEach(() => {
    clock = new Date(); // better-auth reads the machine's clock when it compares a code
  });

  test('a second factor is asked after the password and the session says so', async () => {
    const { at, email, account } = await opened(auth);
    await at.post('/sign-in/email', { email, password: good });
    const { code } = await addTotp(at);
    expect(types()).toContain('factor.added');
    expect(await auth.factors(account)).toEqual(['password', 'totp']);
    const again = browser(auth.handler, origin);
    const first = await again.post('/sign-in/email', { email, password: good });
    expect(first.body).toMatchObject({ twoFactorRedirect: true });
    expect(await auth.session(again.request())).toBeUndefined();
    expect((await again.post('/two-factor/verify-totp', { code: await code(1) })).status).toBe(200);
    expect((await auth.session(again.request()))?.factor).toBe('totp');
  });

  test('a code is used once, for signing in and for sealing together', async () => {
    const { at, email, account } = await opened(auth);
    await at.post('/sign-in/email', { email, password: good });
    const { code } = await addTotp(at);
    expect(await auth.confirmFactor({ account, totp: await code() })).toBeUndefined();
    expect(await auth.confirmFactor({ account, totp: await code(1) })).toBe('totp');
    const again = browser(auth.handler, origin);
    await again.post('/sign-in/email', { email, password: good });
    expect((await again.post('/two-factor/verify-totp', { code: await code(1) })).status).toBe(401);
  });

  test('whoever knows the password does not get endless guesses at the code', async () => {
    const { at, email } = await opened(auth);
    await at.post('/sign-in/email', { email, password: good });
    await addTotp(at);
    const locks = [];
    for (let i = 0; i < 6; i++) {
      const thief = browser(auth.handler, origin);
      const first = await thief.post('/sign-in/email', { email, password: good });
      const answer = first.status === 200 ? await thief.post('/two-factor/verify-totp', { code: '000000' }) : first;
      locks.push(isLocked(answer));
    }
    expect(locks).toEqual([false, false, false, false, true, true]);
  });

  test('a backup code signs in once', async () => {
    const { at, email } = await opened(auth);
    await at.post('/sign-in/email', { email, password: good });
    const { backupCodes } = await addTotp(at);
    for (const status of [200, 401]) {
      const again = browser(auth.handler, origin);
      await again.post('/sign-in/email', { email, password: good });
      expect((await again.post('/two-factor/verify-backup-code', { code: backupCodes[0] })).status).toBe(status);
    }
  });

  test('no device is trusted past the second factor', async () => {
    const { at, email } = await opened(auth);
    await at.post('/sign-in/email', { email, password: good });
    const { code } = await addTotp(at);
    const again = browser(auth.handler, origin);
    await again.post('/sign-in/email', { email, password: good });
    await again.post('/two-factor/verify-totp', { code: await code(1), trustDevice: true });
    await again.post('/sign-out');
    expect((await again.post('/sign-in/email', { email, password: good })).body.twoFactorRedirect).toBe(true);
  });
});

describe('a factor asked again for a seal', () => {
  test('the password is proved; failures count toward the lock of sign-in', async () => {
    const { at, account, email } = await opened(auth);
    expect(await auth.confirmFactor({ account, password: good })).toBe('password');
    for (let i = 0; i < 5; i++) expect(await auth.confirmFactor({ account, password: 'wrong' })).toBeUndefined();
    expect(await auth.confirmFactor({ account, password: good })).toBeUndefined();
    expect(await auth.lockedUntil(account)).toBeDefined();
    expect(isLocked(await at.post('/sign-in/email', { email, password: good }))).toBe(true);
    expect((await auth.states([account])).get(account)).toMatchObject({ lockedUntil: await auth.lockedUntil(account) });
  });

  test('a one-time code or passkey nobody has proves nothing', async () => {
    const { account } = await opened(auth);
    expect(await auth.confirmFactor({ account, totp: '123456' })).toBeUndefined();
    expect(await auth.confirmFactor({ account: 'nobody', password: good })).toBeUndefined();
  });
});

describe('reset', () => {
  const approver = (name: string) => ({ account: `account of ${name}`, person: name });
  const fresh = 'After-The-Reset-2026';

  test('annex10.ia.authenticator_management.8: a token in the owner’s mailbox, once, in time, and seals are marked for a week', async () => {
    const sent: { email: string; token: string }[] = [];
    const mailing = await authWith({ sendReset: async (mail) => void sent.push(mail) });
    const { at, email } = await opened(mailing);
    expect(await mailing.requestReset(`  ${email.toUpperCase()}`)).toBeUndefined();
    expect(await mailing.requestReset('nobody@xiluo.gov.tw')).toBeUndefined();
    expect(sent.map((mail) => mail.email)).toEqual([email]);
    const { token } = sent[0]!;
    expect(isRefused(await mailing.completeReset({ token, password: 'weak' }))).toBe(true);
    expect(isRefused(await mailing.completeReset({ token, password: good }))).toBe(true);
    expect(isRefused(await mailing.completeReset({ token, password: fresh }))).toBe(false);
    expect(isRefused(await mailing.completeReset({ token, password: 'Once-More-Town-2026' }))).toBe(true);
    await at.post('/sign-in/email', { email, password: fresh });
    expect((await mailing.session(at.request()))?.markedReset).toBe(true);
    minutes(7 * 24 * 60 + 1);
    await at.post('/sign-in/email', { email, password: fresh });
    expect((await mailing.session(at.request()))?.markedReset).toBe(false);
  });

  test('a token expires', async () => {
    const sent: { token: string }[] = [];
    const mailing = await authWith({ sendReset: async (mail) => void sent.push(mail) });
    const { email } = await opened(mailing);
    await mailing.requestReset(email);
    minutes(31);
    expect(isRefused(await mailing.completeReset({ token: sent[0]!.token, password: fresh }))).toBe(true);
  });

  test('two people give a slip; neither alone, nor the owner, nor twice the same', async () => {
    const { at, account, email } = await opened(auth);
    const own = { account: 'another account', person: `person of ${account}` };
    expect(isRefused(await auth.askReset({ account, by: own }))).toBe(true);
    const asked = await auth.askReset({ account, by: approver('wang') });
    if (isRefused(asked)) throw new Error('refused');
    expect(isRefused(await auth.approveReset({ ...asked, by: approver('wang') }))).toBe(true);
    expect(isRefused(await auth.approveReset({ ...asked, by: own }))).toBe(true);
    const slip = await auth.approveReset({ ...asked, by: approver('lee') });
    if (isRefused(slip)) throw new Error('refused');
    expect(isRefused(await auth.approveReset({ ...asked, by: approver('third') }))).toBe(true);
    expect(isRefused(await auth.completeReset({ token: slip.code.toLowerCase(), password: fresh }))).toBe(false);
    expect((await at.post('/sign-in/email', { email, password: fresh })).status).toBe(200);
    expect(events.find((event) => event.type === 'reset.approved')?.persons).toEqual(['wang', 'lee']);
  });

  test('somebody the directory does not allow takes no part', async () => {
    const strict = await authWith({ mayApproveReset: async (by) => by.person !== 'stranger' });
    const { account } = await opened(strict);
    expect(isRefused(await strict.askReset({ account, by: approver('stranger') }))).toBe(true);
  });

  test('a reset by two people may take away lost factors', async () => {
    clock = new Date();
    const { at, account, email } = await opened(auth);
    await at.post('/sign-in/email', { email, password: good });
    await addTotp(at);
    const asked = await auth.askReset({ account, by: approver('wang'), factors: true });
    if (isRefused(asked)) throw new Error('refused');
    const slip = await auth.approveReset({ ...asked, by: approver('lee') });
    if (isRefused(slip)) throw new Error('refused');
    await auth.completeReset({ token: slip.code, password: fresh });
    expect((await at.post('/sign-in/email', { email, password: fresh })).body.token).toBeDefined();
    expect(await auth.factors(account)).toEqual(['password']);
  });
});
