import { expect, test } from 'vitest';
import { addColumn, create, createdRows, decide, fromTable, resolve, setCell, tableRows, uncreate } from './draft.ts';

const read = {
  format: 'xlsx' as const,
  sheet: 0,
  sheets: [],
  headings: ['名稱', '廠商'],
  rows: [
    { line: 2, cells: { 名稱: '甲', 廠商: '合泰' } },
    { line: 3, cells: { 名稱: '乙', 廠商: '合泰' }, hidden: true },
  ],
  notes: [],
};
let last = 0;
const newId = () => {
  last += 1;
  return `r${last}`;
};
const start = fromTable('system', '系統', read, [], newId);
const unknown = { field: 'supplier', written: '合泰', of: 'record' as const, type: 'supplier', candidates: [] };

test('rows hidden in the spreadsheet are left out until somebody takes them in', () => {
  expect(start.rows.map(({ decided }) => decided)).toEqual([undefined, 'out']);
  const [, second] = decide(start, start.rows[1]!.id, undefined).rows;
  expect(second).not.toHaveProperty('decided');
});

test('a text that names nothing is created once, for every row that writes it, and can be taken back', () => {
  const made = create(start, unknown, newId());
  expect(createdRows(made)).toMatchObject([{ line: -1, type: 'supplier', cells: { name: '合泰' } }]);
  expect(made.resolved).toEqual([{ field: 'supplier', written: '合泰', id: made.rows[2]!.id, name: '合泰' }]);
  expect(uncreate(made, made.rows[2]!.id)).toEqual(start);
  const chosen = resolve(made, unknown, { id: 's1', name: '合泰資訊' });
  expect(chosen.resolved).toEqual([{ field: 'supplier', written: '合泰', id: 's1', name: '合泰資訊' }]);
});

test('a column the file lacks gets one text for every row, and cells stay correctable', () => {
  const wider = addColumn(start, { 名稱: 'name' }, { name: 'phase', label: '使用階段' }, '維運');
  expect(wider.mapping).toEqual({ 名稱: 'name', 使用階段: 'phase' });
  expect(tableRows(wider).map(({ cells }) => cells.使用階段)).toEqual(['維運', '維運']);
  expect(setCell(wider, wider.rows[0]!.id, '使用階段', '獲取').rows[0]?.cells.使用階段).toBe('獲取');
});
