import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asCsv, decodeTable } from './decode.ts';

test('what is not UTF-8 is read as Big5', () => {
  const bytes = readFileSync(new URL('../../../src/kernel/calendar/fixtures/2025-big5.csv', import.meta.url));
  const { text, encoding } = decodeTable(bytes);
  expect(encoding).toBe('big5');
  expect(text.slice(0, 20)).toContain('西元日期');
});

test('UTF-8 stays UTF-8, its byte-order mark left out', () => {
  const bytes = new TextEncoder().encode('\ufeff名稱,位址\n甲,10.1.2.3');
  expect(decodeTable(bytes)).toEqual({ text: '名稱,位址\n甲,10.1.2.3', encoding: 'utf-8' });
});

test('cells copied from a spreadsheet become CSV', () => {
  expect(asCsv('名稱\t備註\r\n甲\t有,逗號\r\n乙\t"兩\n行"\r\n')).toBe('名稱,備註\n甲,"有,逗號"\n乙,"兩\n行"');
});

test('text with commas and no tabs is left alone', () => {
  expect(asCsv('名稱,備註\n甲,乙')).toBe('名稱,備註\n甲,乙');
});

test('any cells come through whole', () => {
  const cell = fc.string().map((text) => text.replace(/[\r]/g, '').replace(/^\s+|\s+$/g, '') || 'x');
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1 }), (rows) => {
      const copied = [['a', 'b'], ...rows]
        .map((cells) => cells.map((c) => (/["\t\n]/.test(c) ? `"${c.replaceAll('"', '""')}"` : c)).join('\t'))
        .join('\n');
      expect(parse(asCsv(copied))).toEqual([['a', 'b'], ...rows]);
    }),
  );
});
