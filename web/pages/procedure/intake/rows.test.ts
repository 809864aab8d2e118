import { expect, test } from 'vitest';
import { joined, type Row, settled, split, tooDeep } from './rows.ts';

const rows: Row[] = [
  { id: 0, level: 0, number: '一、', text: '目的', heading: true },
  { id: 1, level: 1, number: '（一）', text: '應記錄。\n（二）應備份。', heading: false, doubt: 'maybe' },
  { id: 2, level: 1, number: '5', text: '年內不得銷毀。', heading: false, doubt: 'weak' },
];

test('a number that was none goes back into the clause before it', () => {
  expect(joined(rows, 2).map(({ text }) => text)).toEqual(['目的', '應記錄。\n（二）應備份。\n5年內不得銷毀。']);
  expect(joined(rows, 0)).toBe(rows);
});

test('a line that is a clause of its own is taken out with its number', () => {
  expect(split(rows, 1, 1).slice(1, 3)).toEqual([
    { id: 1, level: 1, number: '（一）', text: '應記錄。', heading: false },
    { id: 3, level: 1, number: '（二）', text: '應備份。', heading: false },
  ]);
});

test('what was looked at is no doubt any more, one by one or all', () => {
  expect(settled(rows, 2).map(({ doubt }) => doubt)).toEqual([undefined, 'maybe', undefined]);
  expect(settled(rows).some(({ doubt }) => doubt)).toBe(false);
});

test('levels that jump are pointed out', () => {
  expect([
    ...tooDeep([
      { ...rows[0]!, level: 0 },
      { ...rows[1]!, level: 2 },
    ]),
  ]).toEqual([1]);
});
