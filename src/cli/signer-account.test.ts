import { chmodSync, mkdirSync, mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Account } from '../adapters/postgres/embedded/account.ts';
import { isRefused } from '../kernel/refusal.ts';
import { chooseSignerAccount, firstLoose } from './signer-account.ts';

const platform = { name: 'ancheng', uid: 901, gid: 901 };
const accounts = (...known: Account[]) => {
  const all = [{ name: 'root', uid: 0, gid: 0 }, platform, ...known];
  return (wanted: string) => all.find(({ name, uid }) => name === wanted || String(uid) === wanted);
};
const nowhere = join(tmpdir(), 'no such folder');
const signer = { name: 'ancheng-signer', uid: 902, gid: 902 };

test('ancheng-signer where it exists, else a user id that no account has', () => {
  expect(chooseSignerAccount(platform, nowhere, {}, accounts(signer))).toEqual(signer);
  expect(chooseSignerAccount(platform, nowhere, {}, accounts())).toMatchObject({ uid: 65_520, gid: 65_520 });
  const taken = accounts({ name: 'somebody', uid: 65_520, gid: 65_520 });
  expect(chooseSignerAccount(platform, nowhere, {}, taken)).toMatchObject({ uid: 65_521 });
});

test.each(['nobody-of-that-name', 'root', 'ancheng', '901'])(
  'ANCHENG_SIGNER_USER=%s is refused, not replaced',
  (named) => {
    const chosen = chooseSignerAccount(platform, nowhere, { ANCHENG_SIGNER_USER: named }, accounts(signer));
    expect(isRefused(chosen)).toBe(true);
  },
);

test('never the platform’s, also where its account is called ancheng-signer', () => {
  const chosen = chooseSignerAccount(signer, nowhere, {}, accounts(signer));
  expect(chosen).toMatchObject({ uid: 65_520 });
});

test.skipIf(process.platform === 'win32')(
  'a folder in which somebody else can exchange things is found, a sticky one passes',
  () => {
    const ground = mkdtempSync(join(tmpdir(), 'loose-'));
    mkdirSync(join(ground, 'open'));
    chmodSync(join(ground, 'open'), 0o777);
    const loose = firstLoose(join(ground, 'open/data-signer'));
    if (process.getuid?.() === 0) {
      expect(loose).toBe(join(ground, 'open'));
      expect(firstLoose(join(ground, 'data-signer'))).toBeUndefined();
    } else {
      // Ours is loose already, wherever above the ground it begins.
      expect(ground.startsWith(loose!)).toBe(true);
      expect(statSync(loose!).uid).not.toBe(0);
    }
  },
);
