import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCount, writeNumeral } from './numerals.ts';
import { cite, cited, outline } from './outline.ts';

const found = (...lines: string[]) => outline(lines.map((text) => ({ text })));
const numbers = (...lines: string[]) => found(...lines).map(({ cite, level }) => `${level} ${cite}`);

test('dotted numbers count their parts', () => {
  expect(
    numbers('1 目的', '為確保安全。', '2 作業說明', '2.1 規劃', '2.1.1 應先規劃。', '2.1.2 應再規劃。', '2.2 變更'),
  ).toEqual(['0 1', '0 2', '1 2.1', '2 2.1.1', '2 2.1.2', '1 2.2']);
});

test('kinds of numbers nest in the order they appear, and a citation names the way down', () => {
  const lines = [
    '壹、目的',
    '為確保安全。',
    '貳、作業',
    '一、申請',
    '（一）提出申請表。',
    '1.填寫。',
    '(1)日期。',
    '(2)事由。',
    '（二）審查。',
    '二、變更',
  ];
  expect(numbers(...lines)).toEqual([
    '0 壹',
    '0 貳',
    '1 貳、一',
    '2 貳、一、（一）',
    '3 貳、一、（一）1',
    '4 貳、一、（一）1.(1)',
    '4 貳、一、（一）1.(2)',
    '2 貳、一、（二）',
    '1 貳、二',
  ]);
});

test('articles count on through chapters, and what is inside is cited as laws are', () => {
  expect(
    numbers('第一章 總則', '第一條 目的如下：', '一、保護資料。', '（一）人員。', '第二章 作業', '第二條 應申請。'),
  ).toEqual(['0 第一章', '1 第一條', '2 第一條第一款', '3 第一條第一款第一目', '0 第二章', '1 第二條']);
});

test('a list of plain numbers inside a dotted clause does not begin a new chapter', () => {
  expect(numbers('1. 目的', '2. 作業', '2.1 檢查', '1. 看燈號。', '2. 抄數字。', '2.2 處理', '3. 附則')).toEqual([
    '0 1',
    '0 2',
    '1 2.1',
    '2 2.1 1',
    '2 2.1 2',
    '1 2.2',
    '0 3',
  ]);
});

test('text without a number goes on with the clause before it', () => {
  expect(found('一、儲存設備', '應予監控。', '達 85% 時處理。')[0]).toMatchObject({
    text: '儲存設備\n應予監控。\n達 85% 時處理。',
  });
});

test('a quantity at the beginning of a line is no clause', () => {
  expect(numbers('一、保存期限', '5 年內不得銷毀，並須列冊。', '3.5倍以上者加註。', '二、銷毀')).toEqual([
    '0 一',
    '0 二',
  ]);
});

test('a number that was skipped, and one that starts over, are marked for a person', () => {
  expect(found('一、甲', '三、丙').map(({ doubt }) => doubt)).toEqual([undefined, 'jump']);
  expect(found('一、甲', '(1)子', '(1)丑').map(({ doubt }) => doubt)).toEqual([undefined, undefined, 'restart']);
  expect(found('5.2 變更', '5.2.2 核准', '12.1.1 孤立。').map(({ doubt }) => doubt)).toEqual([
    'orphan',
    'jump',
    'orphan',
  ]);
});

test('a line that looks like a clause but does not follow is kept as text and pointed out', () => {
  expect(found('一、期限', '12.不在序列中的號碼')).toMatchObject([
    { number: '一、' },
    { number: '12.', doubt: 'jump' },
  ]);
  expect(found('1.甲', '2.乙', '9.句中數字')).toMatchObject([
    { text: '甲' },
    { text: '乙\n9.句中數字', doubt: 'maybe' },
  ]);
});

test('titles are told from clauses', () => {
  const lines = [
    '1 作業說明',
    '1.1 變更管理',
    '1.1.1 變更前應經核准。',
    '1.1.2 架構調整：應評估影響，並遵循下列規定：',
    '1.1.2.1 設備應熟悉。',
  ];
  expect(found(...lines).map(({ heading }) => heading)).toEqual([true, true, false, false, false]);
});

test('corrected levels and numbers give new citations', () => {
  const corrected = cited([
    { level: 0, number: '伍、' },
    { level: 1, number: '二、' },
    { level: 3, number: '3.' },
  ]);
  expect(corrected.map(({ cite: name, path }) => [name, path.join('.')])).toEqual([
    ['伍', '5'],
    ['伍、二', '5.2'],
    ['伍、二、3', '5.2.3'],
  ]);
  expect(cite(['5.2.2', '（一）'])).toBe('5.2.2（一）');
});

test('every number written in Chinese is read back', () => {
  const numerals = fc.constantFrom(
    'chinese',
    'formal',
    'digits',
    'decimal',
    'full_width',
    'decimal_zero',
  ) as fc.Arbitrary<'chinese'>;
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9_999 }),
      numerals,
      (n, numeral) => readCount(writeNumeral(numeral, n)) === n,
    ),
  );
});

test('whatever the lines, nothing of their text is lost', () => {
  const line = fc.string({ unit: fc.constantFrom(...'一二三12.、（()）第條壹甲a 。文字5'), maxLength: 20 });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
      const squeeze = (all: string) => all.replace(/\s/g, '');
      const kept = found(...lines).map(({ number, text }) => number + text);
      return squeeze(kept.join('')) === squeeze(lines.join(''));
    }),
  );
});
