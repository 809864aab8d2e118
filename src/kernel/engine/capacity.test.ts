import { expect, test } from 'vitest';
import { type Acting, capacityIn, capacityWith } from './capacity.ts';

const now = '2026-11-20T01:00:00.000Z';
const grant = (id: string, person: string, role: string, until?: string) => ({
  id,
  person,
  role,
  unit: 'office',
  from: '2026-01-01',
  ...(until ? { until } : {}),
});
const stands = (person: string, principal: string, from = '2026-11-18', until = '2026-11-22') => ({
  id: `${person}-${principal}`,
  for: principal,
  person,
  order: 1,
  from,
  until,
});

function acting(
  person: string,
  deputies: ReturnType<typeof stands>[],
  more = [grant('g2', 'kuo', 'security_officer')],
) {
  return {
    actor: { kind: 'person', person },
    directory: { units: {}, persons: {}, grants: [grant('g1', 'fan', 'ciso'), ...more], deputies },
    definition: { roles: { ciso: {}, security_officer: {}, auditor: { deputy: 'no' } } },
    now,
  } as unknown as Acting;
}

test('one’s own role needs nobody else, and its grant is named', () => {
  expect(capacityWith(acting('fan', []), ['ciso'])).toEqual({ grants: ['g1'] });
  expect(capacityWith(acting('kuo', [stands('kuo', 'fan')]), ['ciso', 'security_officer'])).toEqual({ grants: ['g2'] });
});

test('a deputy acts for the principal by the principal’s grant, within the dates only', () => {
  expect(capacityWith(acting('kuo', [stands('kuo', 'fan')]), ['ciso'])).toEqual({ for: 'fan', grants: ['g1'] });
  expect(capacityWith(acting('kuo', [stands('kuo', 'fan', '2026-11-21')]), ['ciso'])).toBeUndefined();
  expect(capacityWith(acting('kuo', [stands('kuo', 'fan', '2026-11-01', '2026-11-19')]), ['ciso'])).toBeUndefined();
});

test('the last day counts whole in Taipei, for grants as for deputies', () => {
  const last = { ...acting('lu', [], [grant('g3', 'lu', 'ciso', '2026-11-20')]), now: '2026-11-20T15:59:00.000Z' };
  expect(capacityWith(last, ['ciso'])).toEqual({ grants: ['g3'] });
  expect(capacityWith({ ...last, now: '2026-11-20T16:01:00.000Z' }, ['ciso'])).toBeUndefined();
});

test('whoever is barred is barred as anybody’s deputy, and nobody acts for somebody barred', () => {
  const deputy = acting('kuo', [stands('kuo', 'fan')]);
  expect(capacityIn(deputy, ['ciso'], ['kuo'])).toBe('barred');
  expect(capacityIn(deputy, ['ciso'], ['fan'])).toBe('barred');
  expect(capacityIn(deputy, ['ciso'], ['chou', null, undefined])).toEqual({ for: 'fan', grants: ['g1'] });
});

test('where one principal is barred another may be acted for', () => {
  const two = acting('kuo', [stands('kuo', 'fan'), stands('kuo', 'lu')], [grant('g4', 'lu', 'ciso')]);
  expect(capacityIn(two, ['ciso'], ['fan'])).toEqual({ for: 'lu', grants: ['g4'] });
});

test('a role that allows no deputy has none; the clock and set-up hold no role', () => {
  const auditor = acting('kuo', [stands('kuo', 'chien')], [grant('g5', 'chien', 'auditor')]);
  expect(capacityWith(auditor, ['auditor'])).toBeUndefined();
  expect(capacityWith({ ...auditor, actor: { kind: 'clock' } }, ['ciso'])).toBeUndefined();
  expect(capacityWith({ ...auditor, actor: { kind: 'setup' } }, ['ciso'])).toBeUndefined();
});
