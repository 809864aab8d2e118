import { expect, test } from 'vitest';
import { firstStep, isOpen } from './steps.ts';

const nothing = { units: [], people: [] };
const person = { key: 'k1', name: '林志明', unit: 'k1', title: '', email: '', me: true, roles: [] };
const typed = { units: [{ key: 'k1', name: '公所' }], people: [person] };

test('a new installation begins with the two doors', () => {
  expect(firstStep('start', nothing)).toBe('welcome');
});

test('closing the page goes on where it was left', () => {
  expect(firstStep('packs', nothing)).toBe('packs');
  expect(firstStep('units', nothing)).toBe('units');
  expect(firstStep('units', typed)).toBe('people');
  expect(firstStep('people', nothing)).toBe('people');
  expect(firstStep('acts', nothing)).toBe('finish');
});

test('what was typed may be gone back to until it is sent', () => {
  expect(isOpen('units', 'units', typed)).toBe(true);
  expect(isOpen('packs', 'units', typed)).toBe(true);
  expect(isOpen('units', 'acts', typed)).toBe(false);
  expect(isOpen('organisation', 'packs', typed)).toBe(false);
});

test('no step opens before the one it needs', () => {
  expect(isOpen('people', 'units', nothing)).toBe(false);
  expect(isOpen('acts', 'units', nothing)).toBe(false);
  expect(isOpen('finish', 'units', typed)).toBe(false);
});
