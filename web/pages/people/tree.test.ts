import { expect, test } from 'vitest';
import { below, tree } from './tree.ts';

const unit = (id: string, under?: string) => ({ id, name: id, ...(under && { under }) });
const drawn = (...units: ReturnType<typeof unit>[]) => tree(units).map(({ unit: { id }, depth }) => `${depth}${id}`);

test('a unit stands right after the one it belongs to', () => {
  expect(drawn(unit('office'), unit('it', 'admin'), unit('civil', 'office'), unit('admin', 'office'))).toEqual([
    '0office',
    '1civil',
    '1admin',
    '2it',
  ]);
});

test('a unit under one that is not listed stands at the top', () => {
  expect(drawn(unit('it', 'gone'))).toEqual(['0it']);
});

test('units in a ring are all still shown, once', () => {
  expect(drawn(unit('a', 'b'), unit('b', 'a'))).toEqual(['0a', '1b']);
});

test('a unit and what is below it', () => {
  const units = [unit('office'), unit('admin', 'office'), unit('it', 'admin'), unit('civil', 'office')];
  expect([...below(units, 'admin')]).toEqual(['admin', 'it']);
});
