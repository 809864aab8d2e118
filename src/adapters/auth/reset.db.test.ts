import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { isRefused } from '../../kernel/refusal.ts';
import type { Auth } from './auth.ts';
import { authenticator } from './fixtures/authenticator.ts';
import { browser } from './fixtures/browser.ts';
import { addTotp, good, type Installation, origin, startInstallation } from './fixtures/installation.ts';

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

describe('reset', () => {
  const approver = (name: string) => ({ account: `account of ${name}`, person: name });
  const reason = '忘記密碼';
  const fresh = 'After-The-Reset-2026';

  test('annex10.ia.authenticator_management.8: a token in the owner’s mailbox, once, in time, and seals are marked for a week', async () => {
    const sent: { email: string; token: string }[] = [];
    const mailing = await installation.auth({ sendReset: async (mail) => void sent.push(mail) });
    const { at, email } = await installation.opened(mailing);
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
    installation.minutes(7 * 24 * 60 + 1);
    await at.post('/sign-in/email', { email, password: fresh });
    expect((await mailing.session(at.request()))?.markedReset).toBe(false);
  });

  test('a token expires', async () => {
    const sent: { token: string }[] = [];
    const mailing = await installation.auth({ sendReset: async (mail) => void sent.push(mail) });
    const { email } = await installation.opened(mailing);
    await mailing.requestReset(email);
    installation.minutes(31);
    expect(isRefused(await mailing.completeReset({ token: sent[0]!.token, password: fresh }))).toBe(true);
  });

  test('two people give a slip; neither alone, nor the owner, nor twice the same', async () => {
    const { at, account, email } = await installation.opened(auth);
    const own = { account: 'another account', person: `person of ${account}` };
    expect(isRefused(await auth.askReset({ account, by: own, reason }))).toBe(true);
    const asked = await auth.askReset({ account, by: approver('wang'), reason });
    if (isRefused(asked)) throw new Error('refused');
    expect(await auth.openResets(approver('lee'))).toMatchObject([
      { id: asked.reset, account, askedBy: 'wang', reason },
    ]);
    expect(isRefused(await auth.approveReset({ ...asked, by: approver('wang') }))).toBe(true);
    expect(isRefused(await auth.approveReset({ ...asked, by: own }))).toBe(true);
    const slip = await auth.approveReset({ ...asked, by: approver('lee') });
    if (isRefused(slip)) throw new Error('refused');
    expect(isRefused(await auth.approveReset({ ...asked, by: approver('third') }))).toBe(true);
    expect(await auth.openResets(approver('lee'))).toEqual([]);
    expect(isRefused(await auth.completeReset({ token: slip.code.toLowerCase(), password: fresh }))).toBe(false);
    expect((await at.post('/sign-in/email', { email, password: fresh })).status).toBe(200);
    expect(installation.events.findLast((event) => event.type === 'reset.requested')?.reason).toBe(reason);
    expect(installation.events.find((event) => event.type === 'reset.approved')?.persons).toEqual(['wang', 'lee']);
  });

  test('a reset written or changed by the database superuser opens nothing', async () => {
    const { account } = await installation.opened(auth);
    const victim = await installation.opened(auth);
    const asked = await auth.askReset({ account, by: approver('wang'), reason });
    if (isRefused(asked)) throw new Error('refused');
    const slip = await auth.approveReset({ ...asked, by: approver('lee') });
    if (isRefused(slip)) throw new Error('refused');
    await installation.superuser.query('update auth.reset set account = $1 where id = $2', [
      victim.account,
      asked.reset,
    ]);
    expect(isRefused(await auth.completeReset({ token: slip.code, password: fresh }))).toBe(true);
  });

  test('somebody the directory does not allow takes no part', async () => {
    const strict = await installation.auth({ mayApproveReset: async (by) => by.person !== 'stranger' });
    const { account } = await installation.opened(strict);
    expect(isRefused(await strict.askReset({ account, by: approver('stranger'), reason }))).toBe(true);
  });

  test('a reset by two people may take away lost factors', async () => {
    installation.clock = new Date();
    const { at, account, email } = await installation.opened(auth);
    await at.post('/sign-in/email', { email, password: good });
    await addTotp(at, installation);
    const asked = await auth.askReset({ account, by: approver('wang'), reason, factors: true });
    if (isRefused(asked)) throw new Error('refused');
    const slip = await auth.approveReset({ ...asked, by: approver('lee') });
    if (isRefused(slip)) throw new Error('refused');
    await auth.completeReset({ token: slip.code, password: fresh });
    expect((await at.post('/sign-in/email', { email, password: fresh })).body.token).toBeDefined();
    expect(await auth.factors(account)).toEqual(['password']);
  });
});

describe('what the ledger hears of passwords and factors (decision 0190)', () => {
  const fresh = 'After-The-Change-2026';
  const signIn = (email: string, password: string, at = browser(auth.handler, origin)) =>
    at.post('/sign-in/email', { email, password });
  const change = (at: ReturnType<typeof browser>, newPassword: string) =>
    at.post('/change-password', { currentPassword: good, newPassword });

  afterEach(() => vi.useRealTimers());

  test('a whole honest life gives a verifier nothing to say, and every use names what was used', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const later = (count: number) => {
      installation.minutes(count);
      vi.setSystemTime(installation.clock);
    };
    vi.setSystemTime(installation.clock);
    const { at, email, account } = await installation.opened(auth);
    await signIn(email, good, at);
    const { code, backupCodes } = await addTotp(at, installation);
    const device = authenticator(origin);
    const { challenge } = (await at.get('/passkey/generate-register-options')).body;
    await at.post('/passkey/verify-registration', { response: device.register(challenge) });
    for (const proof of [
      async () => ['/two-factor/verify-totp', await code()] as const,
      async () => ['/two-factor/verify-backup-code', backupCodes[0]] as const,
      async () => ['/two-factor/verify-backup-code', backupCodes[1]] as const,
    ]) {
      later(5);
      const again = browser(auth.handler, origin);
      await signIn(email, good, again);
      const [path, given] = await proof();
      expect((await again.post(path, { code: given })).status).toBe(200);
    }
    const passkey = device.assert((await auth.passkeyChallenge(account)).challenge) as never;
    expect(await auth.confirmFactor({ account, passkey })).toBe('passkey');
    later(5);
    const asked = await auth.askReset({
      ...{ account, by: { account: 'a', person: 'wang' } },
      ...{ reason: '遺失手機', factors: true },
    });
    if (isRefused(asked)) throw new Error('refused');
    const approved = await auth.approveReset({ ...asked, by: { account: 'b', person: 'lee' } });
    if (isRefused(approved)) throw new Error('refused');
    expect(isRefused(await auth.completeReset({ token: approved.code, password: fresh }))).toBe(false);
    later(5);
    expect((await signIn(email, fresh)).status).toBe(200);
    expect(installation.judged(account)).toEqual([]);
    const uses = installation.history.filter(
      (event) =>
        event.account === account && /succeeded|second_factor_asked|factor.confirmed|changing/.test(event.type),
    );
    expect(uses.map(({ used, type }) => used?.[0]?.kind ?? type)).toEqual([
      ...['password', 'password', 'totp', 'password', 'backup_codes', 'password', 'backup_codes', 'passkey'],
      ...['password.changing', 'password'], // a reset proves itself by its code
    ]);
  });

  test('two changes at once, and one whose outcome was never entered, are no fault', async () => {
    const { at, email, account } = await installation.opened(auth);
    const other = browser(auth.handler, origin);
    for (const one of [at, other]) await signIn(email, good, one);
    installation.minutes(5);
    await Promise.all([change(at, fresh), change(other, 'At-The-Same-Time-2026')]);
    installation.minutes(5);
    const stands = await Promise.all([fresh, 'At-The-Same-Time-2026'].map((one) => signIn(email, one)));
    expect(stands.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
    expect(installation.judged(account)).toEqual([]);

    const cut = await installation.auth({
      record: async (event) => {
        if (event.type === 'password.changed') throw new Error('the power failed');
        await installation.record(event);
      },
    });
    const next = await installation.opened(cut);
    await next.at.post('/sign-in/email', { email: next.email, password: good });
    installation.minutes(5);
    await expect(change(next.at, fresh)).rejects.toThrow('the power failed');
    installation.minutes(5);
    expect((await signIn(next.email, fresh)).status).toBe(200);
    expect(installation.judged(next.account)).toEqual([]);
  });
});
