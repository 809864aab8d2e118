import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Auth, Failures } from './auth.ts';
import { browser } from './fixtures/browser.ts';
import { good, type Installation, isLocked, origin, startInstallation } from './fixtures/installation.ts';

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

describe('lockout', () => {
  test('annex10.ia.authenticator_management.3: the fifth failure locks for fifteen minutes and says until when', async () => {
    const { at, email } = await installation.opened(auth);
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
      expect(answer.body).toMatchObject({ code: 'LOCKED', until: '2026-11-20T02:15:00.000Z' });
    }
    expect(installation.types().filter((type) => type === 'account.locked')).toHaveLength(1);
    installation.minutes(14.9);
    expect((await at.post('/sign-in/email', { email, password: good })).status).toBe(401);
    installation.minutes(0.2);
    expect((await at.post('/sign-in/email', { email, password: good })).status).toBe(200);
  });

  test('case, spaces, width and invisible characters make no new name', async () => {
    const { at, email } = await installation.opened(auth);
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
    installation.minutes(16);
    expect((await at.post('/sign-in/email', { email: wide, password: good })).status).toBe(200);
  });

  test('twenty guesses sent at once are five guesses', async () => {
    const { email } = await installation.opened(auth);
    const guess = () => browser(auth.handler, origin).post('/sign-in/email', { email, password: 'wrong' });
    const answers = await Promise.all(Array.from({ length: 20 }, guess));
    expect(answers.filter((answer) => !isLocked(answer))).toHaveLength(4);
    expect(
      installation.events.filter((event) => event.type === 'sign_in.failed' && event.until === undefined),
    ).toHaveLength(5);
  });

  test('a success forgets earlier failures', async () => {
    const { at, email } = await installation.opened(auth);
    for (let i = 0; i < 4; i++) await at.post('/sign-in/email', { email, password: 'wrong' });
    expect((await at.post('/sign-in/email', { email, password: good })).status).toBe(200);
    for (let i = 0; i < 4; i++)
      expect(isLocked(await at.post('/sign-in/email', { email, password: 'wrong' }))).toBe(false);
  });

  test('annex10.ia.authenticator_management.7: one address may not try names by the thousand', async () => {
    const paced = await installation.auth({ requestsPerMinute: 3, ip: () => '192.0.2.7' });
    const at = browser(paced.handler, origin);
    const statuses = [];
    for (let i = 0; i < 4; i++)
      statuses.push((await at.post('/sign-in/email', { email: `p${i}`, password: 'x' })).status);
    expect(statuses).toEqual([401, 401, 401, 429]);
    installation.minutes(1);
    expect((await at.post('/sign-in/email', { email: 'p5', password: 'x' })).status).toBe(401);
  });

  test('a name nobody has is answered exactly alike, also when it is no address at all', async () => {
    const { email } = await installation.opened(auth);
    const answers = async (name: string) => {
      const at = browser(auth.handler, origin);
      const all = [];
      for (let i = 0; i < 6; i++) all.push(await at.post('/sign-in/email', { email: name, password: `wrong ${i}` }));
      return all;
    };
    const known = await answers(email);
    expect(await answers(`nobody@xiluo.gov.tw`)).toEqual(known);
    expect(await answers(`my password!`)).toEqual(known);
  });

  test('a refusal takes equally long for known and unknown names', async () => {
    const slow = await installation.auth({ answerAfterMs: 300 });
    const { email } = await installation.opened(slow);
    const took = async (name: string) => {
      const start = performance.now();
      await browser(slow.handler, origin).post('/sign-in/email', { email: name, password: 'wrong' });
      return performance.now() - start;
    };
    const [known, unknown] = [await took(email), await took(`nobody.x@xiluo.gov.tw`)];
    expect(Math.min(known, unknown)).toBeGreaterThanOrEqual(299);
  });

  test('sixty guesses from fifty networks are one window, told once and again until it is taken', async () => {
    const told: Failures[] = [];
    let away: string | undefined = '';
    let from = 0;
    const watched = await installation.auth({
      ip: () => `2001:db8:${(from++ % 50).toString(16)}::${from}`,
      async tellFailures(failures) {
        if (away === '') away = failures.key; // whichever comes first
        if (away === failures.key) throw new Error('nobody takes it');
        told.push(failures);
      },
    });
    installation.minutes(60 * 48);
    await auth.tidy(); // what earlier tests left
    const other = await installation.opened(watched);
    const { at, email, account } = await installation.opened(watched);
    installation.events = [];
    await other.at.post('/sign-in/email', { email: other.email, password: 'x' });
    installation.events = [];
    from = 0;
    for (let i = 0; i < 60; i++) await at.post('/sign-in/email', { email, password: `typed-secret-${i}` });
    await at.post('/sign-in/email', { email: 'typed-name', password: 'x' });
    expect(installation.events.length).toBe(11); // five attempts and their failures, one lock
    installation.minutes(61);
    await expect(watched.tidy()).rejects.toThrow('nobody takes it');
    expect(told).toHaveLength(1); // the other window did not wait for it
    away = undefined;
    await watched.tidy();
    await watched.tidy();
    expect(told).toHaveLength(2);
    told.sort((a, b) => b.count - a.count);
    expect(told).toMatchObject([
      {
        about: { account },
        count: 60,
        locks: 1,
        kinds: [
          { kind: 'sign_in.locked', count: 55 },
          { kind: 'sign_in.password', count: 5 },
        ],
      },
      { about: { account: other.account }, count: 1 },
    ]);
    expect(told[0]?.addresses).toHaveLength(20);
    expect(told[0]?.addresses[0]).toEqual({ address: '2001:db8:0:0::/64', count: 2 });
    expect(told[0]?.others?.addresses).toBe(30);
    const shown = told[0]?.addresses.reduce((sum, { count }) => sum + count, 0) ?? 0;
    expect(shown + (told[0]?.others?.count ?? 0)).toBe(60);
    expect(installation.events.filter(({ count }) => count === 55)).toHaveLength(1);
    installation.minutes(60 * 24);
    await watched.tidy();
    expect(told[2]).toMatchObject({ about: 'unknown', count: 1, kinds: [{ kind: 'name', count: 1 }] });
    expect(JSON.stringify(told)).not.toContain('typed');
  });

  test('unknown names are recorded as a number per minute, never what was typed', async () => {
    const at = browser(auth.handler, origin);
    installation.minutes(60 * 24);
    await auth.tidy();
    installation.events = [];
    for (let i = 0; i < 3; i++) await at.post('/sign-in/email', { email: `typed-secret-${i}`, password: 'x' });
    expect(installation.events).toEqual([]);
    installation.minutes(1);
    await auth.tidy();
    expect(installation.events).toMatchObject([{ type: 'sign_in.unknown_names', count: 3, outcome: 'refused' }]);
    expect(JSON.stringify(installation.events)).not.toContain('typed-secret');
    const { rows } = await installation.superuser.query('select name_hash from auth.attempt');
    expect(JSON.stringify(rows)).not.toContain('typed-secret');
  });
});
