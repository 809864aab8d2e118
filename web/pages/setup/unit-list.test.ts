import { expect, test } from 'vitest';
import { unitsOf } from './unit-list.ts';

const read = (text: string) =>
  unitsOf(text, 'top', (place) => `n${place}`).map(({ name, under }) => `${name}<${under}`);

test('lines become units under the organisation', () => {
  expect(read('民政課\n\n財政課\r\n')).toEqual(['民政課<top', '財政課<top']);
});

test('indented lines belong to the line above that is indented less', () => {
  expect(read('行政課\n　資訊股\n　研考股\n財政課\n\t出納\n\t\t櫃台')).toEqual([
    '行政課<top',
    '資訊股<n0',
    '研考股<n0',
    '財政課<top',
    '出納<n3',
    '櫃台<n4',
  ]);
});

test('dashes indent as well, and only the first cell of a row is the name', () => {
  expect(read('行政課\n- 資訊股,3 人')).toEqual(['行政課<top', '資訊股<n0']);
});
