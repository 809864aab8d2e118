import { expect, test } from 'vitest';
import { need, thinActs } from './thin.ts';

const tx = (zh: string) => ({ zh, en: zh });
const roles = [
  { role: 'ciso', label: tx('資安長') },
  { role: 'unit_head', label: tx('單位主管') },
];
const act = (action: string, label: string) => ({
  type: 'policy_document',
  typeLabel: tx('管理文件'),
  action,
  label: tx(action),
  why: tx(''),
  roles: [tx(label)],
  clauses: [],
});
const acts = [act('publish', '資安長'), act('approve', 'unit_head、ciso')];
const named = (people: { name: string; roles: string[] }[]) =>
  thinActs(acts, roles, people).map(({ act: { action }, persons }) => `${action} ${persons.length}`);

test('without people every act lacks them', () => {
  expect(named([])).toEqual(['publish 0', 'approve 0']);
});

test('one person is still too few, two are enough', () => {
  expect(named([{ name: '甲', roles: ['ciso'] }])).toEqual(['publish 1', 'approve 1']);
  expect(
    named([
      { name: '甲', roles: ['ciso'] },
      { name: '乙', roles: ['unit_head'] },
    ]),
  ).toEqual(['publish 1']);
});

test('a row without a name is nobody', () => {
  expect(named([{ name: ' ', roles: ['ciso', 'unit_head'] }])).toEqual(['publish 0', 'approve 0']);
});

test('how many acts need a role', () => {
  expect(need(acts, roles)).toEqual(
    new Map([
      ['ciso', 2],
      ['unit_head', 1],
    ]),
  );
});
