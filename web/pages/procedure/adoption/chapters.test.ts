import { expect, test } from 'vitest';
import type { PlanView } from '../../../../src/runtime/text-views.ts';
import { proceduresOf, stateOf } from './chapters.ts';

const clause = (ref: string, more: object = {}) => ({
  id: `x.${ref}`,
  ref,
  pack: 'x',
  text: { zh: ref, en: ref },
  light: 'off' as const,
  late: false,
  ...more,
});
const plan = (clauses: PlanView['clauses'], own: PlanView['own'] = []) =>
  ({ clauses, own, packs: [{ pack: 'x', title: { zh: '甲', en: 'A' } }] }) as PlanView;
const part = (level: number, number: string, ours: string[] = [], words = '') => ({
  level,
  number,
  heading: words !== '',
  words,
  ours: ours.map((ref) => `x.${ref}`),
});
const shape = (view: PlanView) =>
  proceduresOf(view).map(({ key, own, chapters }) => [
    key,
    own,
    chapters.map(({ name, words, clauses }) => [name, words, clauses.map(({ ref }) => ref)]),
  ]);

test('clauses are taken by the chapter', () => {
  const found = shape(plan(['壹', '參、一', '參、二'].map((ref) => clause(ref))));
  expect(found).toEqual([
    [
      'x',
      false,
      [
        ['壹', undefined, ['壹']],
        ['參', undefined, ['參、一', '參、二']],
      ],
    ],
  ]);
});

test('where an own procedure is mapped its chapters and words are used, each clause of ours once; what is mapped nowhere follows', () => {
  const clauses = ['壹', '參、一', '參、二', '肆'].map((ref) => clause(ref));
  const own = [
    {
      text: 't1',
      title: '本所程序書',
      parts: [
        part(0, '1', [], '目的'),
        part(1, '1.1', ['壹']),
        part(0, '2', [], '系統開發'),
        part(1, '2.1', ['參、二', '參、一']),
        part(1, '2.2', ['壹']),
        part(0, '3', [], '附則'),
      ],
    },
  ];
  expect(shape(plan(clauses, own))).toEqual([
    [
      't1',
      true,
      [
        ['1', '目的', ['壹']],
        ['2', '系統開發', ['參、二', '參、一']],
      ],
    ],
    ['x', false, [['肆', undefined, ['肆']]]],
  ]);
});

test('a large chapter of an own procedure is offered by its sections', () => {
  const refs = Array.from({ length: 18 }, (_, n) => `${n + 1}`);
  const parts = [
    part(0, '5', [], '作業內容'),
    part(1, '5.1', [], '開發'),
    part(2, '5.1.1', refs.slice(0, 9)),
    part(1, '5.2', [], '維護'),
    part(2, '5.2.1', refs.slice(9)),
  ];
  const [found] = proceduresOf(
    plan(
      refs.map((ref) => clause(ref)),
      [{ text: 't1', title: '程序書', parts }],
    ),
  );
  expect(found?.chapters.map(({ name, words, clauses }) => [name, words, clauses.length])).toEqual([
    ['5.1', '開發', 9],
    ['5.2', '維護', 9],
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
