import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Auth } from './auth.ts';
import { authenticator } from './fixtures/authenticator.ts';
import { browser } from './fixtures/browser.ts';
import { addTotp, good, type Installation, isLocked, origin, startInstallation } from './fixtures/installation.ts';

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

describe('one-time codes', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] }); // better-auth reads the machine's clock when it compares a code: it stands still
    installation.clock = new Date();
  });
  afterEach(() => vi.useRealTimers());

  test('a second factor is asked after the password and the session says so', async () => {
    const { at, email, account } = await installation.opened(auth);
    await at.post('/sign-in/email', { email, password: good });
    const { code } = await addTotp(at, installation);
    expect(installation.types()).toContain('factor.added');
    expect(await auth.factors(account)).toEqual(['password', 'totp']);
    const again = browser(auth.handler, origin);
    const first = await again.post('/sign-in/email', { email, password: good });
    expect(first.body).toMatchObject({ twoFactorRedirect: true });
    expect(await auth.session(again.request())).toBeUndefined();
    expect((await again.post('/two-factor/verify-totp', { code: await code(1) })).status).toBe(200);
    expect((await auth.session(again.request()))?.factor).toBe('totp');
  });

  test('a code is used once, for signing in and for sealing together', async () => {
    const { at, email, account } = await installation.opened(auth);
    await at.post('/sign-in/email', { email, password: good });
    const { code } = await addTotp(at, installation);
    expect(await auth.confirmFactor({ account, totp: await code() })).toBeUndefined();
    expect(await auth.confirmFactor({ account, totp: await code(1) })).toBe('totp');
    const again = browser(auth.handler, origin);
    await again.post('/sign-in/email', { email, password: good });
    expect((await again.post('/two-factor/verify-totp', { code: await code(1) })).status).toBe(401);
  });

  test('whoever knows the password does not get endless guesses at the code', async () => {
    const { at, email } = await installation.opened(auth);
    await at.post('/sign-in/email', { email, password: good });
    await addTotp(at, installation);
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
    const { at, email } = await installation.opened(auth);
    await at.post('/sign-in/email', { email, password: good });
    const { backupCodes } = await addTotp(at, installation);
    for (const status of [200, 401]) {
      const again = browser(auth.handler, origin);
      await again.post('/sign-in/email', { email, password: good });
      expect((await again.post('/two-factor/verify-backup-code', { code: backupCodes[0] })).status).toBe(status);
    }
  });

  test('backup codes the database superuser copied to another account open nothing', async () => {
    const owners = [];
    for (let i = 0; i < 2; i++) {
      const owner = await installation.opened(auth);
      await owner.at.post('/sign-in/email', { email: owner.email, password: good });
      owners.push({ ...owner, ...(await addTotp(owner.at, installation)) });
    }
    const [mine, victim] = owners;
    await installation.superuser.query(
      `update auth.two_factor set backup_codes = (select backup_codes from auth.two_factor where user_id = $2)
       where user_id = $1`,
      [victim?.account, mine?.account],
    );
    const at = browser(auth.handler, origin);
    await at.post('/sign-in/email', { email: victim?.email, password: good });
    expect((await at.post('/two-factor/verify-backup-code', { code: mine?.backupCodes[0] })).status).toBe(403);
  });

  test('new backup codes replace the old ones', async () => {
    const { at, email } = await installation.opened(auth);
    await at.post('/sign-in/email', { email, password: good });
    const { backupCodes } = await addTotp(at, installation);
    const renewed = (await at.post('/two-factor/generate-backup-codes', { password: good })).body.backupCodes;
    const again = browser(auth.handler, origin);
    await again.post('/sign-in/email', { email, password: good });
    expect((await again.post('/two-factor/verify-backup-code', { code: backupCodes[0] })).status).toBe(401);
    expect((await again.post('/two-factor/verify-backup-code', { code: renewed[0] })).status).toBe(200);
  });

  test('one-time codes are given up with the password', async () => {
    const { at, email, account } = await installation.opened(auth);
    await at.post('/sign-in/email', { email, password: good });
    await addTotp(at, installation);
    expect((await at.post('/two-factor/disable', { password: 'wrong' })).body.refused[0].code).toBe('by');
    expect(await auth.factors(account)).toEqual(['password', 'totp']);
    expect((await at.post('/two-factor/disable', { password: good })).status).toBe(200);
    expect(await auth.factors(account)).toEqual(['password']);
    expect(installation.types()).toContain('factor.removed');
  });

  test('no device is trusted past the second factor', async () => {
    const { at, email } = await installation.opened(auth);
    await at.post('/sign-in/email', { email, password: good });
    const { code } = await addTotp(at, installation);
    const again = browser(auth.handler, origin);
    await again.post('/sign-in/email', { email, password: good });
    await again.post('/two-factor/verify-totp', { code: await code(1), trustDevice: true });
    await again.post('/sign-out');
    expect((await again.post('/sign-in/email', { email, password: good })).body.twoFactorRedirect).toBe(true);
  });
});

describe('passkeys', () => {
  beforeEach(() => {
    installation.clock = new Date();
  });

  async function withPasskey(device = authenticator(origin)) {
    const { at, email, account } = await installation.opened(auth);
    await at.post('/sign-in/email', { email, password: good });
    const { challenge } = (await at.get('/passkey/generate-register-options')).body;
    const registered = await at.post('/passkey/verify-registration', { response: device.register(challenge) });
    return { at, email, account, device, registered };
  }
  async function signIn(device: ReturnType<typeof authenticator>) {
    const at = browser(auth.handler, origin);
    const { challenge } = (await at.get('/passkey/generate-authenticate-options')).body;
    return { at, answer: await at.post('/passkey/verify-authentication', { response: device.assert(challenge) }) };
  }

  test('a passkey signs in alone, and both binding and sign-in are recorded', async () => {
    const { device, account, registered } = await withPasskey();
    expect(registered.status).toBe(200);
    expect(await auth.factors(account)).toEqual(['password', 'passkey']);
    const { at, answer } = await signIn(device);
    expect(answer.status).toBe(200);
    expect((await auth.session(at.request()))?.factor).toBe('passkey');
    expect(installation.types().filter((type) => type === 'factor.added')).toHaveLength(1);
    expect(installation.events.at(-1)).toMatchObject({ type: 'sign_in.succeeded', by: 'passkey', account });
  });

  test('a device that did not check its user is refused', async () => {
    const { registered } = await withPasskey(authenticator(origin, { userVerified: false }));
    expect(registered.status).toBe(403);
  });

  test('a seal takes an assertion over its own challenge, once, of that account’s passkey', async () => {
    const { device, account } = await withPasskey();
    const about = Buffer.alloc(32, 5);
    const { challenge } = await auth.passkeyChallenge(account, about);
    expect(Buffer.from(challenge, 'base64url').subarray(16)).toEqual(about);
    const passkey = device.assert(challenge) as never;
    expect(await auth.confirmFactor({ account, passkey })).toBe('passkey');
    expect(await auth.confirmFactor({ account, passkey })).toBeUndefined();
    const stranger = authenticator(origin).assert((await auth.passkeyChallenge(account)).challenge) as never;
    expect(await auth.confirmFactor({ account, passkey: stranger })).toBeUndefined();
    const elsewhere = authenticator('https://evil.example');
    expect(await auth.confirmFactor({ account, passkey: elsewhere.assert(challenge) as never })).toBeUndefined();
  });

  test('a passkey whose key the database superuser exchanged opens nothing', async () => {
    const [mine, theirs] = [await withPasskey(), await withPasskey()];
    await installation.superuser.query(
      `update auth.passkey set public_key = (select public_key from auth.passkey where user_id = $2) where user_id = $1`,
      [mine.account, theirs.account],
    );
    expect((await signIn(mine.device)).answer.status).toBe(403);
    expect(installation.types()).toContain('factor.forged');
  });

  test('a locked account does not open by passkey either', async () => {
    const { device, email } = await withPasskey();
    const at = browser(auth.handler, origin);
    for (let i = 0; i < 5; i++) await at.post('/sign-in/email', { email, password: 'wrong' });
    expect(isLocked((await signIn(device)).answer)).toBe(true);
  });

  test('a passkey removed is gone and recorded', async () => {
    const { at, account, device, registered } = await withPasskey();
    expect((await at.post('/passkey/delete-passkey', { id: registered.body.id })).status).toBe(200);
    expect(await auth.factors(account)).toEqual(['password']);
    expect(installation.types()).toContain('factor.removed');
    expect((await signIn(device)).answer.status).toBe(401);
  });
});

describe('a factor asked again for a seal', () => {
  test('the password is proved; failures count toward the lock of sign-in', async () => {
    const { at, account, email } = await installation.opened(auth);
    expect(await auth.confirmFactor({ account, password: good })).toBe('password');
    for (let i = 0; i < 5; i++) expect(await auth.confirmFactor({ account, password: 'wrong' })).toBeUndefined();
    expect(await auth.confirmFactor({ account, password: good })).toBeUndefined();
    expect(await auth.lockedUntil(account)).toBeDefined();
    expect(isLocked(await at.post('/sign-in/email', { email, password: good }))).toBe(true);
    expect((await auth.states([account])).get(account)).toMatchObject({ lockedUntil: await auth.lockedUntil(account) });
  });

  test('a one-time code or passkey nobody has proves nothing', async () => {
    const { account } = await installation.opened(auth);
    expect(await auth.confirmFactor({ account, totp: '123456' })).toBeUndefined();
    expect(await auth.confirmFactor({ account: 'nobody', password: good })).toBeUndefined();
  });
});
