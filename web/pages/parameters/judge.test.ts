import { expect, test } from 'vitest';
import { isStrictest, judge } from './judge.ts';

const days = {
  stricter: 'lower',
  values: [
    { from: 'xiluo', value: 30 },
    { from: 'taoyuan', value: 60 },
    { from: 'organisation', value: 14 },
  ],
};

test('a value below every demand is stricter where lower is stricter', () => {
  expect(judge(days, 20)).toBe('stricter');
});

test('the strictest demand itself is the same', () => {
  expect(judge(days, 30)).toBe('same');
});

test('a value one procedure would allow and another not is looser', () => {
  expect(judge(days, 45)).toBe('looser');
});

test('the own tighter value is no demand: going back to the procedures is not loosening', () => {
  expect(judge({ ...days, values: days.values.filter((each) => each.from !== 'taoyuan') }, 30)).toBe('same');
});

test('a list of what is allowed loosens with every item added', () => {
  const list = { stricter: 'fewer', values: [{ from: 'xiluo', value: ['ssh'] }] };
  expect(judge(list, ['ssh', 'telnet'])).toBe('looser');
  expect(judge(list, [])).toBe('stricter');
});

test('without a demand or a direction nothing is looser', () => {
  expect(judge({ stricter: 'none', values: [{ from: 'xiluo', value: 'a' }] }, 'b')).toBe('same');
  expect(judge({ stricter: 'lower', values: [] }, 5)).toBe('same');
});

test('only the demand nothing beats counts as strictest', () => {
  expect(isStrictest(days, 30)).toBe(true);
  expect(isStrictest(days, 60)).toBe(false);
});
