import { expect, test } from 'vitest';
import type { Definition, Who } from '../../kernel/pack/types.ts';
import { actsNobodyCanPerform } from './acts.ts';
import { directory, held } from './fixtures/given.ts';

const role = (name: string): Who => ({ kind: 'role', role: name });
const label = { zh: '核准', en: 'Approve' };
const action = (name: string, ...groups: Who[][]) => ({
  name,
  label,
  by: groups.map((whos) => ({ pack: 'base', quorum: 1, any: whos.map((who) => ({ who })) })),
});
const definition = {
  records: {
    go_live: {
      name: 'go_live',
      actions: {
        approve: action('approve', [role('ciso')]),
        check: action('check', [role('network_manager')]),
        review: action('review', [role('ciso'), role('security_officer')]),
        both: action('both', [role('administrator')], [role('auditor')]),
        submit: action('submit', [{ kind: 'path', path: ['requester'] }]),
        either: action('either', [role('auditor'), { kind: 'path', path: ['owner'] }]),
      },
    },
  },
} as unknown as Definition;

test('acts with nobody or one person are named; alternatives are counted together; paths of the record are left out', () => {
  const office = { ...directory, grants: [...directory.grants, held('chen', 'security_officer')] };
  expect(actsNobodyCanPerform(definition, office).map((act) => [act.action, act.role, act.persons])).toEqual([
    ['approve', 'ciso', 1],
    ['check', 'network_manager', 0],
    ['both', 'auditor', 0],
  ]);
});

test('two roles of one person are one person', () => {
  const office = { ...directory, grants: [held('chief', 'ciso'), held('chief', 'security_officer')] };
  const review = actsNobodyCanPerform(definition, office).find((act) => act.action === 'review');
  expect(review?.persons).toBe(1);
});
