import { expect, test } from 'vitest';
import type { Directory } from '../../kernel/engine/types.ts';
import { rolesOf } from './look.ts';

const directory = (from: string, until?: string): Directory => ({
  units: {},
  persons: {},
  deputies: [],
  grants: [{ id: 'g', person: 'kuo', role: 'security_officer', unit: 'office', from, ...(until ? { until } : {}) }],
});

test('a role counts by the days of Taiwan: from its first midnight there to the end of its last day', () => {
  const held = (now: string) => rolesOf(directory('2026-12-01', '2026-12-02'), 'kuo', now);
  expect(held('2026-11-30T15:59:59.999Z')).toEqual([]);
  expect(held('2026-11-30T16:00:00.000Z')).toEqual(['security_officer']);
  expect(held('2026-12-02T15:59:59.000Z')).toEqual(['security_officer']);
  expect(held('2026-12-02T16:00:00.000Z')).toEqual([]);
});
