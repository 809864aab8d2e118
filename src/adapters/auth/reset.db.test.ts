import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isRefused } from '../../kernel/refusal.ts';
import type { Auth } from './auth.ts';
import { addTotp, good, type Installation, startInstallation } from './fixtures/installation.ts';

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
