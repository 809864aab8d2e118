import { expect, test } from 'vitest';
import type { Definition } from '../../kernel/pack/types.ts';
import type { OpeningList } from '../../modules/opening/list.ts';
import { rowsOnPaper } from './paper.ts';

const definition = {
  records: {
    supplier: { label: { zh: '廠商', en: 'Supplier' }, fields: { name: { label: { zh: '名稱', en: 'Name' } } } },
  },
} as unknown as Definition;
const row = (line: number, cells: Record<string, string>, more: object = {}) => ({
  id: `r${line}`,
  line,
  type: line < 0 ? 'supplier' : 'host',
  title: cells.名稱 ?? cells.name ?? '',
  cells,
  values: {},
  ...more,
});
const list = (headings: string[]): OpeningList => ({
  format: 'ancheng-opening-list/1',
  type: 'host',
  headings,
  mapping: Object.fromEntries(headings.map((heading) => [heading, heading === '名稱' ? 'name' : heading])),
  resolved: [{ field: '保管人', written: '陳股長', id: 'p1', name: '陳機房' }],
  rows: [
    row(-1, { name: '合泰資訊' }),
    row(2, { 名稱: '網站主機', 保管人: '陳股長', IP: '10.1.1.5' }),
    row(3, { 名稱: '舊主機', 保管人: '陳機房' }, { decided: 'out' }),
  ],
});
const tables = (headings: string[]) =>
  rowsOnPaper(list(headings), definition, 'zh').map((section) => ('table' in section ? section.table : undefined));

test('the signer sees every row, what is left out of it, and what an unclear text was taken to mean', () => {
  const [created, rows] = tables(['名稱', '保管人', 'IP']);
  expect(created?.rows).toEqual([['廠商', '合泰資訊', '名稱：合泰資訊']]);
  expect(rows?.columns.map(({ title }) => title)).toEqual(['列號', '名稱', '保管人', 'IP', '備註']);
  expect(rows?.rows).toEqual([
    ['2', '網站主機', '陳股長 → 陳機房', '10.1.1.5', ''],
    ['3', '舊主機', '陳機房', '', '不登錄'],
  ]);
});

test('more columns than A4 holds are named in each row instead', () => {
  const [, rows] = tables(['名稱', '保管人', 'IP', '種類', '環境', '階段', '網段']);
  expect(rows?.rows[0]).toEqual(['2', '網站主機', '保管人：陳股長 → 陳機房；IP：10.1.1.5', '']);
});
