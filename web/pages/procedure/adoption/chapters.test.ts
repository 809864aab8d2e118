import { expect, test } from 'vitest';
import type { PlanView } from '../../../../src/runtime/text-views.ts';
import { chaptersOf, stateOf } from './chapters.ts';

const clause = (ref: string, more: object = {}) => ({
  id: `x.${ref}`,
  ref,
  pack: 'x',
  text: { zh: ref, en: ref },
  light: 'off' as const,
  late: false,
  ...more,
});
const plan = (clauses: PlanView['clauses']) => ({ clauses }) as PlanView;

test('clauses are taken by the chapter', () => {
  const found = chaptersOf(plan(['壹', '參、一', '參、二'].map((ref) => clause(ref))));
  expect(found.map(({ name, clauses }) => [name, clauses.length])).toEqual([
    ['壹', 1],
    ['參', 2],
  ]);
});

test('a day that has come is no later start; lateness before its day does not count', () => {
  const clauses = [
    clause('1', { on: '2026-12-01', late: true }),
    clause('2', { on: '2026-11-01', late: true }),
    clause('3', { proposed: '2027-01-01' }),
  ];
  expect(stateOf(clauses, '2026-11-20')).toEqual({ later: ['2026-12-01'], proposed: ['2027-01-01'], late: 1 });
});
