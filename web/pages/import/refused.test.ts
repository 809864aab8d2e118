import { expect, test } from 'vitest';
import { refusedCsv } from './refused.ts';

test('refused rows keep every cell, the unmapped ones too, and say why', () => {
  const csv = '名稱,備註\n甲,"有,逗號"\n,無名\n乙,"兩\n行"\n';
  const reasons = new Map([
    [3, '「名稱」未填。'],
    [5, '重複'],
  ]);
  expect(refusedCsv(csv, reasons, '原因')).toBe('名稱,備註,原因\n,無名,「名稱」未填。\n乙,"兩\n行",重複\n');
});
