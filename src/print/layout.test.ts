import fc from 'fast-check';
import { expect, test } from 'vitest';
import { columnShares, formRows } from './layout.ts';

const field = (value: string | string[]) => ({ label: 'x', value });

test('short fields share a row, long and many-lined ones stand alone, order stays', () => {
  const rows = formRows(
    [field('a'), field('b'), field('c'), field('長'.repeat(30)), field('d'), field(['e', 'f'])],
    14,
  );
  expect(rows.map((row) => row.length)).toEqual([2, 1, 1, 1, 1]);
  expect(formRows([field('a\nb'), field('c')], 14)).toHaveLength(2);
});

test('column shares sum to 1 and leave no column without room', () => {
  const rows = fc.array(fc.array(fc.string(), { minLength: 3, maxLength: 3 }), { maxLength: 5 });
  fc.assert(
    fc.property(rows, fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }), (cells, width) => {
      const columns = [{ title: '項次' }, { title: '說明', ...(width ? { width } : {}) }, { title: '' }];
      const shares = columnShares(columns, cells);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
      for (const share of shares) expect(share).toBeGreaterThan(0.01);
    }),
  );
});

test('a short column keeps its words whole beside a long one', () => {
  const [number = 0, address = 0, note = 0] = columnShares(
    [{ title: '項次' }, { title: '來源' }, { title: '說明' }],
    [['1', '192.168.10.10', '說'.repeat(200)]],
  );
  expect(number * 48).toBeGreaterThan(2.9);
  expect(address * 48).toBeGreaterThan(7);
  expect(note).toBeGreaterThan(address);
});
