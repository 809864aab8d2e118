import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyCalendar, isWorkday, withYears } from './calendar.ts';
import { addDays, weekdayOf } from './date.ts';
import { type OfficeYears, readOfficeCalendar } from './office.ts';

type Official = { 西元日期: string; 星期: string; 是否放假: string; 備註: string };
const official: Official[] = JSON.parse(readFileSync('calendar/2025.json', 'utf8'));
const csv = (rows: Official[]): string =>
  ['西元日期,星期,是否放假,備註', ...rows.map((row) => Object.values(row).join(','))].join('\r\n');

const read = (file: Uint8Array | string): OfficeYears => {
  const found = readOfficeCalendar(file, 'test');
  if ('refused' in found) throw new Error(JSON.stringify(found.refused));
  return found;
};
const refusal = (file: Uint8Array | string) => {
  const found = readOfficeCalendar(file, 'test');
  if (!('refused' in found)) throw new Error('was read');
  return found.refused[0]!;
};
const fromJson = read(JSON.stringify(official)).years['2025']!;

describe('the office calendar', () => {
  test('keeps the 18 named days and the compensating Friday without a name: what differs from Monday–Friday or has a name', () => {
    expect(fromJson.marked['2025-02-08']).toEqual({ off: false, note: '補行上班' });
    expect(fromJson.marked['2025-03-03']).toBeUndefined();
    expect(Object.keys(fromJson.marked)).toHaveLength(19);
  });

  test('the official CSV says the same, in Big5 and in UTF-8 with a byte-order mark', () => {
    expect(read(new TextEncoder().encode(`\uFEFF${csv(official)}`)).years['2025']).toEqual(fromJson);
    expect(read(readFileSync('src/kernel/calendar/fixtures/2025-big5.csv')).years['2025']).toEqual(fromJson);
  });

  test('the community form with booleans says the same', () => {
    const community = official.map((row) => ({
      date: row.西元日期,
      week: row.星期,
      isHoliday: row.是否放假 === '2',
      description: row.備註,
    }));
    expect(read(JSON.stringify(community)).years['2025']).toEqual(fromJson);
  });

  test('the mirror that lists only days off and make-up days says the same', () => {
    const listed = official.filter((row) => row.是否放假 === '2' || row.備註);
    const calendar = withYears(emptyCalendar, read(JSON.stringify(listed.map(mirrored))).years);
    for (const row of official) {
      const date = `${row.西元日期.slice(0, 4)}-${row.西元日期.slice(4, 6)}-${row.西元日期.slice(6)}`;
      expect(isWorkday(calendar, date), date).toBe(row.是否放假 === '0');
    }
  });

  test('a page of the mirror that ends in autumn is no complete year', () => {
    const page = official
      .filter((row) => (row.是否放假 === '2' || row.備註) && row.西元日期 < '20251001')
      .map(mirrored);
    expect(refusal(JSON.stringify(page)).message.zh).toContain('2025-10-04');
  });

  test('a missing, a doubled and a shifted day are refused where they stand', () => {
    expect(refusal(csv(official.slice(0, -1))).message.zh).toContain('2025-12-31');
    expect(refusal(csv([...official, official[0]!]))).toMatchObject({
      line: 367,
      message: { en: expect.stringContaining('twice') },
    });
    const shifted = official.map((row, i) => (i === 9 ? { ...row, 星期: '日' } : row));
    expect(refusal(csv(shifted))).toMatchObject({ line: 11, message: { zh: expect.stringContaining('星期五') } });
    const flagged = official.map((row, i) => (i === 9 ? { ...row, 是否放假: '1' } : row));
    expect(refusal(csv(flagged))).toMatchObject({ line: 11, fix: { text: { zh: expect.any(String) } } });
  });

  test('a file of another kind is refused with where to get the right one', () => {
    for (const wrong of ['', '[]', '{}', '[1]', 'a,b\n1,2', '{"broken', new Uint8Array([0xff, 0xfe, 0x00])]) {
      expect(refusal(wrong).fix?.text.zh).toMatch(/下載/);
    }
  });

  test('any bytes are read or refused, never thrown', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => 'refused' in readOfficeCalendar(bytes, 'x')));
    const cell = fc.oneof(fc.string(), fc.constantFrom('20250101', '0', '2', '三', ','));
    const rows = fc.array(fc.record({ date: cell, isHoliday: cell, week: cell }));
    fc.assert(fc.property(rows, (list) => 'refused' in readOfficeCalendar(JSON.stringify(list), 'x')));
  });
});

function mirrored(row: Official) {
  const date = addDays(`${row.西元日期.slice(0, 4)}-${row.西元日期.slice(4, 6)}-${row.西元日期.slice(6)}`, 0);
  const category = weekdayOf(date) > 5 && !row.備註 ? '星期六、星期日' : '放假之紀念日及節日';
  return {
    date: row.西元日期,
    name: row.備註,
    isholiday: row.是否放假 === '2' ? '是' : '否',
    holidaycategory: category,
    description: '',
  };
}
