import { expect, test } from 'vitest';
import { type Account, chooseAccount } from './account.ts';

const known: Record<string, Account> = {
  '1000': { name: 'clerk', uid: 1000, gid: 1000 },
  '0': { name: 'root', uid: 0, gid: 0 },
  root: { name: 'root', uid: 0, gid: 0 },
  ancheng: { name: 'ancheng', uid: 990, gid: 990 },
  postgres: { name: 'postgres', uid: 101, gid: 104 },
  nobody: { name: 'nobody', uid: 65534, gid: 65534 },
};
const choose = (env: NodeJS.ProcessEnv, ...present: string[]) =>
  chooseAccount(env, (name) => (present.includes(name) ? known[name] : undefined))?.name;

test('root hands over to who called sudo, else ancheng, else postgres, else nobody', () => {
  expect(choose({ SUDO_UID: '1000' }, '1000', 'ancheng', 'postgres', 'nobody')).toBe('clerk');
  expect(choose({}, 'ancheng', 'postgres', 'nobody')).toBe('ancheng');
  expect(choose({}, 'postgres', 'nobody')).toBe('postgres');
  expect(choose({}, 'nobody')).toBe('nobody');
  expect(choose({})).toBeUndefined();
});

test('root that called sudo is still root, and is passed over', () => {
  expect(choose({ SUDO_UID: '0' }, '0', 'nobody')).toBe('nobody');
});

test('ANCHENG_USER comes first, and a wrong one is never replaced silently', () => {
  expect(choose({ ANCHENG_USER: 'postgres', SUDO_UID: '1000' }, '1000', 'postgres')).toBe('postgres');
  expect(choose({ ANCHENG_USER: 'typo' }, 'nobody')).toBeUndefined();
  expect(choose({ ANCHENG_USER: 'root' }, 'root', 'nobody')).toBeUndefined();
});
