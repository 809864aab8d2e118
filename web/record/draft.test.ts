import { expect, test } from 'vitest';
import { afterSaving, conflicts, type Draft, isEmpty, settle, touch } from './draft.ts';

const empty: Draft = { values: {}, base: {}, names: {} };

test('typing a value back to what is saved leaves no draft', () => {
  const changed = touch(empty, { method: '藍綠部署' }, 'method', '停機更新');
  expect(changed.values).toEqual({ method: '停機更新' });
  expect(isEmpty(touch(changed, { method: '藍綠部署' }, 'method', '藍綠部署'))).toBe(true);
});

test('an untouched field that somebody else changes is no conflict', () => {
  const draft = touch(empty, { method: 'a', scope: 'b' }, 'method', 'mine');
  expect(conflicts(draft, { method: 'a', scope: 'theirs' })).toEqual([]);
});

test('the same field changed by both is a conflict until it is settled', () => {
  const draft = touch(empty, { method: 'a' }, 'method', 'mine');
  const saved = { method: 'theirs' };
  expect(conflicts(draft, saved)).toEqual(['method']);
  expect(conflicts(settle(draft, saved, 'method', 'mine'), saved)).toEqual([]);
  expect(settle(draft, saved, 'method', 'mine').values).toEqual({ method: 'mine' });
  expect(isEmpty(settle(draft, saved, 'method', 'theirs'))).toBe(true);
});

test('both writing the same is no conflict', () => {
  const draft = touch(empty, { method: 'a' }, 'method', 'b');
  expect(conflicts(draft, { method: 'b' })).toEqual([]);
});

test('the order of keys inside a value does not make it different', () => {
  const saved = { planned: { start: '1', end: '2' } };
  expect(isEmpty(touch(empty, saved, 'planned', { end: '2', start: '1' }))).toBe(true);
});

test('what changed while it was being saved stays a draft, against what was saved', () => {
  const written = touch(touch(empty, {}, 'method', 'a'), {}, 'scope', 'b');
  const meanwhile = touch(touch(written, {}, 'scope', 'c'), {}, 'files', ['uploaded']);
  const left = afterSaving(meanwhile, written.values);
  expect(left.values).toEqual({ scope: 'c', files: ['uploaded'] });
  expect(conflicts(left, { method: 'a', scope: 'b' })).toEqual([]);
  expect(isEmpty(afterSaving(written, written.values))).toBe(true);
});
