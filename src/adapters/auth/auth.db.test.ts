import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isRefused } from '../../kernel/refusal.ts';
import type { Auth } from './auth.ts';
import { browser } from './fixtures/browser.ts';
import { good, type Installation, origin, startInstallation } from './fixtures/installation.ts';
import { defaultPolicy } from './policy.ts';

let installation: Installation;
let auth: Auth;

beforeAll(async () => {
  installation = await startInstallation();
});
afterAll(() => installation?.stop());
beforeEach(async () => {
  auth = await installation.auth();
  installation.begin();
});

describe('accounts', () => {
  test('the set-up code opens the first account once, and only its hash is kept', async () => {
    const code = await auth.createSetupCode();
    const wanted = { name: '林管理', email: `Admin.${installation.address()}`, password: good };
    expect(isRefused(await auth.openWithSetupCode({ ...wanted, code: 'AAAA-AAAA-AAAA-AAAA-AAAA' }))).toBe(true);
    expect(isRefused(await auth.openWithSetupCode({ ...wanted, password: 'short', code }))).toBe(true);
    const result = await auth.openWithSetupCode({ ...wanted, code: ` ${code.toLowerCase()} ` });
    expect(isRefused(result)).toBe(false);
    expect(isRefused(await auth.openWithSetupCode({ ...wanted, email: 'b@x.tw', code }))).toBe(true);
    expect((await auth.accountByName(wanted.email))?.installer).toBe(true);
    expect(installation.types()).toEqual(['account.opened', 'account.opened']);
  });

  test('nobody signs up, and no path but ours is open', async () => {
    const at = browser(auth.handler, origin);
    for (const path of ['/sign-up/email', '/update-user', '/delete-user', '/request-password-reset', '/change-email'])
      expect((await at.post(path, { email: 'x@y.tw', password: good, name: 'x' })).status).toBe(404);
  });

  test('signing in records intent and outcome and says who and by which factor', async () => {
    const { at, email, account } = await installation.opened(auth);
    expect((await at.post('/sign-in/email', { email, password: good })).status).toBe(200);
    expect(installation.events.map((event) => `${event.type} ${event.outcome}`)).toEqual([
      'sign_in.attempted intended',
      'sign_in.succeeded done',
    ]);
    const session = await auth.session(at.request());
    expect(session).toMatchObject({ account: { id: account, email }, factor: 'password', idleMinutes: 10 });
    expect(await at.post('/sign-out')).toMatchObject({ status: 200 });
    expect(await auth.session(at.request())).toBeUndefined();
    expect(installation.types()).toContain('signed_out');
  });

  test('a session cookie somebody changed opens nothing', async () => {
    const { at, email } = await installation.opened(auth);
    await at.post('/sign-in/email', { email, password: good });
    const cookie = at.request().headers.get('cookie') ?? '';
    const other = cookie.replace(/(session_token=.)/, '$1x');
    expect(other).not.toBe(cookie);
    expect(await auth.session(new Request(origin, { headers: { cookie: other } }))).toBeUndefined();
  });

  test('another site cannot sign anybody in', async () => {
    const { at, email } = await installation.opened(auth);
    await at.post('/sign-in/email', { email, password: good });
    const evil = { origin: 'https://evil.example' };
    expect(
      (await at.post('/change-password', { currentPassword: good, newPassword: 'Another-Town-2026' }, evil)).status,
    ).toBe(403);
  });

  test('when the ledger does not take the intent, nobody gets in', async () => {
    const { email } = await installation.opened(auth);
    const broken = await installation.auth({ record: async () => Promise.reject(new Error('ledger down')) });
    const at = browser(broken.handler, origin);
    await expect(at.post('/sign-in/email', { email, password: good })).rejects.toThrow('ledger down');
    expect(await broken.session(at.request())).toBeUndefined();
  });

  test('a disabled account is answered like a wrong password and its sessions end', async () => {
    const { at, email, account } = await installation.opened(auth);
    await at.post('/sign-in/email', { email, password: good });
    await auth.setDisabled(account, true);
    expect(await auth.session(at.request())).toBeUndefined();
    const answer = await at.post('/sign-in/email', { email, password: good });
    expect(answer.status).toBe(401);
    expect(answer.body.refused[0].code).toBe('by');
  });
});

describe('sessions', () => {
  test('annex10.ac.account_management.6: ten idle minutes sign out, and background requests do not count as activity', async () => {
    const { at, email } = await installation.opened(auth);
    await at.post('/sign-in/email', { email, password: good });
    for (let i = 0; i < 9; i++) {
      installation.minutes(1);
      expect(await auth.session(at.request())).toBeDefined();
    }
    installation.minutes(1.1);
    expect(await auth.session(at.request())).toBeUndefined();
    expect(installation.types()).toContain('session.idle');
  });

  test('what the user does moves the clock, by header or by touch', async () => {
    const { at, email } = await installation.opened(auth);
    await at.post('/sign-in/email', { email, password: good });
    for (let i = 0; i < 3; i++) {
      installation.minutes(9);
      expect(await auth.session(at.request({ 'x-activity': 'user' }))).toBeDefined();
      installation.minutes(9);
      expect((await at.post('/touch')).status).toBe(204);
    }
    installation.minutes(11);
    expect((await at.post('/touch')).status).toBe(401);
  });

  test('a session the database superuser gave to another account is none', async () => {
    const [mine, other] = [await installation.opened(auth), await installation.opened(auth)];
    await mine.at.post('/sign-in/email', { email: mine.email, password: good });
    const steal = () =>
      installation.superuser.query('update auth.session set user_id = $1 where user_id = $2', [
        other.account,
        mine.account,
      ]);
    await steal();
    expect(await auth.session(mine.at.request())).toBeUndefined();
    await mine.at.post('/sign-in/email', { email: mine.email, password: good });
    await steal();
    expect((await mine.at.get('/passkey/generate-register-options')).status).toBe(401);
  });

  test('no session outlives the longest day, however active', async () => {
    const { at, email } = await installation.opened(auth);
    await at.post('/sign-in/email', { email, password: good });
    for (let i = 0; i < 12 * 7; i++) {
      installation.minutes(9);
      if (!(await auth.session(at.request({ 'x-activity': 'user' })))) break;
    }
    expect(await auth.session(at.request())).toBeUndefined();
  });
});

describe('passwords', () => {
  test('annex10.ia.authenticator_management.5: not one of the last three, and the fourth last is free again', async () => {
    const { at, email } = await installation.opened(auth);
    let current = good;
    const change = async (newPassword: string) => {
      await at.post('/sign-in/email', { email, password: current });
      const answer = await at.post('/change-password', { currentPassword: current, newPassword });
      if (answer.status === 200) current = newPassword;
      installation.minutes(1);
      return answer.status;
    };
    expect(await change(good)).toBe(400);
    expect(await change('Second-Town-2026')).toBe(200);
    expect(await change('Third-Town-2026')).toBe(200);
    expect(await change(good)).toBe(400);
    expect(await change('Fourth-Town-2026')).toBe(200);
    expect(await change(good)).toBe(200);
    expect(installation.types()).toContain('password.changing');
    expect(installation.types()).toContain('password.changed');
  });

  test('the history does not tell whether a guess of the present password was right', async () => {
    const { at, email } = await installation.opened(auth);
    await at.post('/sign-in/email', { email, password: good });
    const answer = await at.post('/change-password', { currentPassword: 'a guess', newPassword: good });
    expect(answer.status).toBe(401);
    expect(answer.body.refused[0].message.zh).toContain('4 次');
  });

  test('changing the password ends the other sessions', async () => {
    const { at, email } = await installation.opened(auth);
    const elsewhere = browser(auth.handler, origin);
    await at.post('/sign-in/email', { email, password: good });
    await elsewhere.post('/sign-in/email', { email, password: good });
    await at.post('/change-password', { currentPassword: good, newPassword: 'Second-Town-2026' });
    expect(await auth.session(elsewhere.request())).toBeUndefined();
    expect(await auth.session(at.request())).toBeDefined();
  });

  test('a password older than the policy allows is told', async () => {
    const strict = await installation.auth({ policy: () => ({ ...defaultPolicy, passwordMaxAgeDays: 90 }) });
    const { at, email } = await installation.opened(strict);
    await at.post('/sign-in/email', { email, password: good });
    expect((await strict.session(at.request()))?.passwordExpired).toBe(false);
    installation.minutes(91 * 24 * 60);
    await at.post('/sign-in/email', { email, password: good });
    expect((await strict.session(at.request()))?.passwordExpired).toBe(true);
  });

  test('a password hash written by the database superuser opens nothing', async () => {
    const [mine, other] = [await installation.opened(auth), await installation.opened(auth)];
    await installation.superuser.query(
      `update auth.credential set password = (select password from auth.credential where user_id = $2) where user_id = $1`,
      [other.account, mine.account],
    );
    expect((await other.at.post('/sign-in/email', { email: other.email, password: good })).status).toBe(401);
    expect(installation.types()).toContain('factor.forged');
    expect(await auth.confirmFactor({ account: other.account, password: good })).toBeUndefined();
  });
});
