import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatRoc } from '../kernel/calendar/roc.ts';
import type { Definition, Field } from '../kernel/pack/types.ts';
import { type CellReading, readCell } from './cells.ts';

const reading: CellReading = {
  definition: {
    lists: {
      kind: {
        rows: { server: { label: { zh: '伺服器', en: 'Server' } }, other: { label: { zh: '其他', en: 'Other' } } },
      },
    },
  } as unknown as Definition,
  directory: {
    units: { it: { id: 'it', name: '資訊室' } },
    persons: {
      chen: { id: 'chen', name: '陳機房', unit: 'it' },
      li: { id: 'li', name: '李課長', unit: 'it' },
      li2: { id: 'li2', name: '李課長', unit: 'it' },
    },
    grants: [],
    deputies: [],
  },
  records: () => [],
  chosen: (field, written) => (field === 'x' && written === '老陳' ? 'chen' : undefined),
};
const field = (type: object): Field => ({ name: 'x', label: { zh: '欄', en: 'Field' }, type }) as unknown as Field;
const read = (type: object, written: string) => {
  const cell = readCell(reading, field(type), written);
  return 'value' in cell ? cell.value : cell.fault.code;
};
const wide = (written: string) => written.replace(/[!-~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0));

const day = fc
  .date({ min: new Date('1912-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));

test('a date comes back from every way people write it: ROC with slashes or words, western, at full width', () => {
  fc.assert(
    fc.property(day, (iso) => {
      const ways = [iso, iso.replaceAll('-', '/'), formatRoc(iso), formatRoc(iso, 'short'), formatRoc(iso, 'slash')];
      for (const way of [...ways, ...ways.map(wide), ` ${ways[4]} `]) expect(read({ is: 'date' }, way), way).toBe(iso);
    }),
  );
});

test('a number comes back with thousands marks, at full width, with spaces around it', () => {
  fc.assert(
    fc.property(fc.integer({ min: -9_999_999, max: 9_999_999 }), (value) => {
      for (const way of [String(value), value.toLocaleString('en-US'), wide(String(value)), ` ${value}　`])
        expect(read({ is: 'number' }, way), way).toBe(value);
    }),
  );
});

test('any IPv4 address is read, and none with an octet too large', () => {
  fc.assert(fc.property(fc.ipV4(), (address) => void expect(read({ is: 'address' }, wide(address))).toBe(address)));
  fc.assert(
    fc.property(fc.ipV4(), fc.integer({ min: 256, max: 999 }), (address, octet) => {
      expect(read({ is: 'address' }, address.replace(/\d+$/, String(octet)))).toBe('invalid');
    }),
  );
  for (const right of ['10.1.1.0/24', '10.1.1.1-10.1.1.9', 'web1.office.gov.tw', '2001:db8::1'])
    expect(read({ is: 'address' }, right)).toBe(right);
  for (const wrong of ['10.1.1', '10.1.1.0/33', 'web 1', '10..1.1'])
    expect(read({ is: 'address' }, wrong), wrong).toBe('invalid');
});

test('people by name, spaces inside or not; several of a name are asked about; what was chosen on screen holds', () => {
  expect([
    read({ is: 'person' }, '陳 機房'),
    read({ is: 'person' }, '老陳'),
    read({ is: 'person' }, '李課長'),
    read({ is: 'unit' }, '資訊室'),
  ]).toEqual(['chen', 'chen', 'invalid', 'it']);
});

test('choices and yes or no in either language; letters typed at full width become plain, punctuation stays', () => {
  expect([
    read({ is: 'choice', of: 'kind' }, 'SERVER'),
    read({ is: 'choices', of: 'kind' }, '伺服器、其他'),
    read({ is: 'yes_no' }, 'Ｖ'),
    read({ is: 'yes_no' }, '無'),
    read({ is: 'yes_no' }, '也許'),
  ]).toEqual(['server', ['server', 'other'], true, false, 'invalid']);
  expect(read({ is: 'text' }, '　ＷＥＢ０１（一樓，左側） ')).toBe('WEB01（一樓，左側）');
});
