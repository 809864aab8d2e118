import fc from 'fast-check';
import { expect, test } from 'vitest';
import { safeName, uniquePaths } from './names.ts';

test('a name reads as it was written, with what Windows forbids at full width', () => {
  expect(safeName('115-上線-0007 系統上線審查表.pdf')).toBe('115-上線-0007 系統上線審查表.pdf');
  expect(safeName('A/B: "報告"?.pdf')).toBe('A／B： ＂報告＂？.pdf');
  expect(safeName('con.txt')).toBe('_con.txt');
  expect(safeName('尾巴. . ')).toBe('尾巴');
  expect(safeName('')).toBe('_');
});

test('a name too long is cut before its ending', () => {
  expect(safeName(`${'長'.repeat(90)}.pdf`, 20)).toBe(`${'長'.repeat(16)}.pdf`);
});

test('whatever it is called, Windows takes the name', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 90 }), (name) => {
      const safe = safeName(name);
      expect(safe).not.toMatch(/[<>:"/\\|?*\p{Cc}]|[. ]$/u);
      expect(safe.split('.')[0]!.trimEnd()).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)$/i);
      expect([...safe].length).toBeGreaterThan(0);
      expect([...safe].length).toBeLessThanOrEqual(61);
    }),
  );
});

test('two files of one name get two, also where case does not count', () => {
  const unique = uniquePaths();
  expect(['a/x.pdf', 'a/X.pdf', 'b/x.pdf', 'a/x.pdf'].map(unique)).toEqual([
    'a/x.pdf',
    'a/X (2).pdf',
    'b/x.pdf',
    'a/x (3).pdf',
  ]);
});
