import { expect, test } from 'vitest';
import { isGoodPassword, rulesKept } from './password-rules.ts';

const owner = { name: '林志明', email: 'coordinator@xihe.example' };
const broken = (password: string) =>
  (['length', 'kinds', 'owner', 'variety'] as const).filter((rule) => !rulesKept(password, owner).has(rule));

test('twelve characters of three kinds are good', () => {
  expect(isGoodPassword('Mountain-7-rivers', owner)).toBe(true);
});

test('each rule is told apart', () => {
  expect(broken('Short-7')).toEqual(['length']);
  expect(broken('onlysmallletters')).toEqual(['kinds']);
  expect(broken('Coordinator-2026')).toEqual(['owner']);
  expect(broken('我是林志明Aa1-----')).toEqual(['owner']);
  expect(broken('Aa1Aa1Aa1Aa1')).toEqual(['variety']);
});

test('full-width letters count as the letters they are', () => {
  expect(broken('Ａａ１ｂｃｄｅｆｇｈｉｊ')).toEqual([]);
});

test('nothing typed keeps no rule', () => {
  expect(rulesKept('', owner).size).toBe(0);
});
