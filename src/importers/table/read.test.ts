import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { isRefused } from '../../kernel/refusal.ts';
import { readPasted, readTable, type TableRead } from './read.ts';
import { plainNumber, serialDate, showsDate } from './serial.ts';
import { tableOf } from './table.ts';

const SAMPLES = join(import.meta.dirname, 'samples');
const sample = (name: string) => readTable(() => createReadStream(join(SAMPLES, name)));
const given = (bytes: Uint8Array) =>
  readTable(async function* () {
    yield bytes;
  });
const must = (read: TableRead | { refused: unknown[] }): TableRead => {
  if (isRefused(read)) throw new Error(JSON.stringify(read));
  return read as TableRead;
};
const known = (heading: string) =>
  ['主機名稱', '負責人', '位址', '啟用日期', '可用記憶體', '對外服務'].includes(heading);

describe.each(['xlsx', 'ods'] as const)('a workbook LibreOffice wrote as .%s', (format) => {
  test('is read sheet by sheet: dates, results of formulas, joined cells, hidden rows and sheets', async () => {
    const read = must(await sample(`hosts.${format}`));
    expect(read.format).toBe(format);
    expect(read.sheets.map(({ name, hidden }) => [name, hidden])).toEqual([
      ['主機', false],
      ['停用', true],
    ]);
    const table = tableOf(read.sheets[0]!, known);
    expect(table.headings).toEqual(['主機名稱', '負責人', '位址', '啟用日期', '可用記憶體', '對外服務']);
    const rows = table.rows.map(({ line, hidden, cells }) => [line, hidden ?? false, ...Object.values(cells)]);
    expect(rows).toEqual([
      [3, false, 'ＷＥＢ０１', '陳股長', '10.1.1.5', '2019-03-01', '15.9', '是'],
      [4, false, '資料庫  主機', '陳股長', '10.1.1.6', '1900-03-15', '64', '否'],
      [5, true, '舊機', '陳股長', '10.1.1.7', '', '', ''],
    ]);
    expect(table.notes.map(({ en }) => en.split(/[:;]/)[0])).toEqual([
      'Column names are in row 2',
      'Joined cells',
      '1 rows are hidden in the spreadsheet',
    ]);
  });
});

test('the separator is the one most lines have: a title of one cell may stand above, commas may stand in cells', () => {
  const cells = (plain: string) => must(readPasted(plain)).sheets[0]!.rows.map((row) => row.cells);
  expect(cells('主機一覽表\n主機名稱,位址\nweb,10.1.1.5')).toEqual([
    ['主機一覽表'],
    ['主機名稱', '位址'],
    ['web', '10.1.1.5'],
  ]);
  expect(cells('主機名稱\t備註\nweb\t一,二,三\ndb\t四,五')).toEqual([
    ['主機名稱', '備註'],
    ['web', '一,二,三'],
    ['db', '四,五'],
  ]);
});

test('Big5 with characters whose second byte is a backslash (功、許、蓋), quotes and commas inside', async () => {
  const read = must(await sample('hosts-big5.csv'));
  expect(read.format).toBe('big5');
  expect(tableOf(read.sheets[0]!, known).rows.map(({ cells }) => cells)).toEqual([
    { 主機名稱: '磁碟主機', 負責人: '林課員', 啟用日期: '115/11/20', 備註: '含「,」逗號' },
    { 主機名稱: '功能機', 負責人: '許功蓋', 啟用日期: '民國115年1月2日', 備註: '測試' },
  ]);
});

test('UTF-16 as Notepad saves it, and cells pasted with an inch sign and a line break inside', async () => {
  const utf16 = Buffer.concat([
    Buffer.from([0xff, 0xfe]),
    Buffer.from('主機名稱\t位址\r\n甲\t10.1.1.1\r\n', 'utf16le'),
  ]);
  expect(must(await given(utf16)).sheets[0]?.rows.map(({ cells }) => cells)).toEqual([
    ['主機名稱', '位址'],
    ['甲', '10.1.1.1'],
  ]);
  const pasted = must(readPasted('主機名稱\t備註\n甲\t19" 機櫃\n乙\t"第一行\n第二行"\n'));
  expect(pasted.sheets[0]?.rows.map(({ cells }) => cells[1])).toEqual(['備註', '19" 機櫃', '第一行\n第二行']);
});

test('what is no table is refused with a remedy', async () => {
  const old = await given(new Uint8Array([0xd0, 0xcf, 0x11, 0xe0, ...new Array(600).fill(0)]));
  const document = await given(zipSync({ 'word/document.xml': strToU8('<a/>') }));
  const cut = await given(zipSync({ 'xl/workbook.xml': strToU8('<workbook><sheets><sheet name="a"') }));
  for (const refusal of [old, document, cut]) {
    expect(isRefused(refusal)).toBe(true);
    expect((refusal as { refused: { fix?: unknown }[] }).refused[0]?.fix).toBeDefined();
  }
});

/** A sheet of plain texts as Excel writes it: shared strings. */
function workbook(rows: string[][]): Uint8Array {
  const safe = (words: string) =>
    words.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign]!);
  const strings: string[] = [];
  const cell = (words: string) => `<c t="s"><v>${strings.push(words) - 1}</v></c>`;
  const sheet = rows.map((row) => `<row>${row.map(cell).join('')}</row>`).join('');
  return zipSync({
    'xl/worksheets/a.xml': strToU8(`<worksheet><sheetData>${sheet}</sheetData></worksheet>`),
    'xl/workbook.xml': strToU8('<workbook><sheets><sheet name="a" r:id="r1" xmlns:r="r"/></sheets></workbook>'),
    'xl/_rels/workbook.xml.rels': strToU8(
      '<Relationships><Relationship Id="r1" Target="worksheets/a.xml"/></Relationships>',
    ),
    'xl/sharedStrings.xml': strToU8(
      `<sst>${strings.map((words) => `<si><t xml:space="preserve">${safe(words)}</t></si>`).join('')}</sst>`,
    ),
  });
}

const word = fc
  .string({ unit: fc.constantFrom(...'甲乙功許ａ１ aZ9,;"\'&<>-_/．、'), minLength: 1, maxLength: 8 })
  .map((words) => `字${words.trim()}`);

test('any texts come back cell for cell, whatever signs they hold', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(word, word, word), { minLength: 1, maxLength: 6 }), async (rows) => {
      const read = must(await given(workbook(rows)));
      expect(read.sheets[0]?.rows.map(({ cells }) => cells)).toEqual(rows.map((row) => row.map((cell) => cell.trim())));
    }),
    { numRuns: 60 },
  );
});

test('any day number is its day: 1900 with its phantom 29 February, and 1904', () => {
  expect(serialDate(1, 1900)).toBe('1900-01-01');
  expect(serialDate(59, 1900)).toBe('1900-02-28');
  expect(serialDate(61, 1900)).toBe('1900-03-01');
  expect(serialDate(46346, 1900)).toBe('2026-11-20');
  expect(serialDate(46346 - 1462, 1904)).toBe('2026-11-20');
  expect(serialDate(46346.5868, 1900)).toBe('2026-11-20 14:05');
  expect(serialDate(0.375, 1900)).toBe('09:00');
  fc.assert(
    fc.property(fc.integer({ min: 61, max: 2_900_000 }), (day) => {
      const iso = serialDate(day, 1900);
      expect(Date.parse(iso) / 86_400_000 + 25_569).toBe(day);
    }),
  );
});

test('formats that show dates are told from those that show numbers; numbers lose what only binary fractions have', () => {
  for (const format of ['yyyy/m/d', '[$-404]e/m/d', 'm"月"d"日"', 'h:mm', 'mm:ss'])
    expect(showsDate(format), format).toBe(true);
  for (const format of ['0.00', '#,##0"年"', 'General', '0.00E+00', '[Red]0', '@'])
    expect(showsDate(format), format).toBe(false);
  expect([plainNumber('15.899999999999999'), plainNumber('1E-7'), plainNumber('0912345678')]).toEqual([
    '15.9',
    '0.0000001',
    '912345678',
  ]);
});
