import { expect, test } from 'vitest';
import { emptyCalendar } from '../../kernel/calendar/calendar.ts';
import type { Directory } from '../../kernel/engine/types.ts';
import { isRefused } from '../../kernel/refusal.ts';
import { escalated, escalateNotices, type Overdue } from './escalate.ts';

const person = (id: string, until?: string) => ({ id, name: id, unit: 'it', ...(until ? { until } : {}) });
const directory: Directory = {
  units: {},
  persons: { wang: person('wang'), li: person('li'), gone: person('gone', '2026-10-31') },
  grants: [],
  deputies: [],
};
const due = '2026-11-20T01:00:00.000Z';
const one: Overdue = {
  notice: 'n1',
  person: 'wang',
  record: 'f1',
  message: { zh: '發現弱點', en: 'A weakness' },
  otherwise: ['li'],
  due,
};
const dataOf = (more: Partial<Overdue>, now = due) =>
  escalated({ ...one, ...more }, now, directory, emptyCalendar).data;

test('who is named in their stead is told, in words that say why', () => {
  expect(escalated(one, due, directory, emptyCalendar)).toMatchObject({
    stream: 'notice:n1',
    type: 'notice.escalated',
    data: { notice: 'n1', person: 'wang', to: ['li'], record: 'f1', message: { zh: '逾期未簽收：發現弱點' } },
  });
});

test('it is told once: without repetition nothing follows', () => {
  expect(dataOf({}).next).toBeUndefined();
  expect(dataOf({ otherwise: [] }).to).toEqual([]);
});

test('a repetition comes each span, counted from the end of the time to acknowledge', () => {
  const again = { n: 1, unit: 'day' as const };
  expect(dataOf({ again }).next).toBe('2026-11-21T01:00:00.000Z');
  expect(dataOf({ again }, '2026-11-24T09:30:00.000Z').next).toBe('2026-11-25T01:00:00.000Z');
  expect(dataOf({ again: { n: 1, unit: 'workday' } }).next).toBe('2026-11-23T01:00:00.000Z');
});

test('who has left is neither asked again nor told; nobody is told in their own stead', () => {
  expect(dataOf({ person: 'gone', again: { n: 1, unit: 'day' } }).next).toBeUndefined();
  expect(dataOf({ otherwise: ['gone', 'wang', 'li'] }).to).toEqual(['li']);
});

test('only the clock escalates', () => {
  const { decide } = escalateNotices(() => emptyCalendar);
  const by = (kind: 'clock' | 'person') =>
    decide([one], {}, { actor: kind === 'clock' ? { kind } : { kind, person: 'wang' }, now: due, directory } as never);
  expect(isRefused(by('person'))).toBe(true);
  expect(by('clock')).toMatchObject({ response: 1 });
});
