import { expect, test } from 'vitest';
import { changesBetween } from './changes.ts';
import { pieces, suggestions } from './suggest.ts';

const theirs = [
  { id: 'a', path: [5, 1], text: '儲存設備容量達百分之八十五時，應辦理資料移轉。' },
  { id: 'b', path: [5, 2], text: '每年至少執行一次弱點掃描。' },
  { id: 'c', path: [9, 9], text: '本要點奉核後實施。' },
];
const ours = [
  { id: 'x.storage', path: [5, 1], text: '監控儲存容量，使用率過高時移轉或處理資料。' },
  { id: 'x.scan', path: [7, 3], text: '弱點掃描一年至少做一次，新系統上線前也要做。' },
  { id: 'x.mail', path: [5, 2], text: '可疑郵件不任意開啟。' },
];

test('what shares rare words is suggested, with the words', () => {
  const found = suggestions(theirs, ours);
  expect(found.get('b')?.[0]).toMatchObject({
    id: 'x.scan',
    sameNumber: false,
    shared: expect.arrayContaining(['弱點掃描']),
  });
  expect(found.get('c')).toEqual([]);
});

test('an equal number adds to shared words, and alone suggests nothing', () => {
  const found = suggestions(theirs, ours);
  expect(found.get('a')?.[0]).toMatchObject({ id: 'x.storage', sameNumber: true });
  expect(found.get('b')?.map(({ id }) => id)).not.toContain('x.mail');
});

test('shared pieces are the longest, none inside another', () => {
  expect(pieces('應執行弱點掃描作業', '弱點掃描之後再掃描')).toEqual(['弱點掃描']);
});

test('a new version: same, moved, changed, new, gone', () => {
  const before = [
    { key: '1', cite: '一', text: '應記錄。' },
    { key: '2', cite: '二', text: '應備份。' },
    { key: '3', cite: '三', text: '應覆核設定。' },
    { key: '4', cite: '四', text: '廢止。' },
  ];
  const after = [
    { key: '1', cite: '一', text: '應 記錄。' },
    { key: '2', cite: '二', text: '應每日備份。' },
    { key: '3', cite: '三', text: '應加密。' },
    { key: '5', cite: '五', text: '應覆核設定。' },
  ];
  expect(changesBetween(before, after)).toEqual([
    { key: '1', before: '1', kind: 'same' },
    { key: '2', before: '2', kind: 'changed' },
    { key: '3', kind: 'new' },
    { key: '5', before: '3', kind: 'moved' },
    { before: '4', kind: 'gone' },
  ]);
});
