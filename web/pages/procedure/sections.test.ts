import { expect, test } from 'vitest';
import { sections } from './sections.ts';

const clause = (ref: string, n = 0) => ({ id: `xiluo.${ref}.${n}`, ref });
const drawn = (...refs: string[]) =>
  sections(refs.map(clause)).map(({ heading, level, clauses }) => [
    heading ?? '',
    level,
    clauses.map(({ number }) => number).join(' '),
  ]);

test('a chapter of a single clause needs no heading', () => {
  expect(drawn('壹', '貳')).toEqual([
    ['', 2, '壹'],
    ['', 2, '貳'],
  ]);
});

test('a chapter of short items is one section, whose clauses leave out the chapter', () => {
  expect(drawn('參、一', '參、二', '參、五(一)')).toEqual([['參', 2, '一 二 五(一)']]);
});

test('a long chapter is cut into its sections', () => {
  const first = ['伍、一', '伍、一、(一)', '伍、一、(二)1.', '伍、一、(二)2.(1)'];
  const second = ['伍、二、(一)', '伍、二、(二)1.', '伍、二、(二)2.', '伍、二、(三)'];
  expect(drawn(...first, ...second)).toEqual([
    ['伍', 2, ''],
    ['伍、一', 3, '伍、一 (一) (二)1. (二)2.(1)'],
    ['伍、二', 3, '(一) (二)1. (二)2. (三)'],
  ]);
});

test('decimal numbering is cut by its second number', () => {
  const refs = ['5.3.1', '5.3.2', '5.3.3', '5.3.4', '5.5.1', '5.5.2', '5.5.3', '5.5.4'];
  expect(drawn(...refs).map(([heading]) => heading)).toEqual(['5', '5.3', '5.5']);
});

test('a clause keeps its whole number beside the short one', () => {
  const [section] = sections([clause('參、一'), clause('參、二')]);
  expect(section?.clauses.map(({ full }) => full)).toEqual(['參、一', '參、二']);
});
