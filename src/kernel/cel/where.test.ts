import { describe, expect, test } from 'vitest';
import type { RecordState, Value, Values } from '../engine/types.ts';
import type { Operand, ValueType, Where } from '../pack/types.ts';
import { matches, outerSources } from './where.ts';

const record = (values: Values, more: Partial<RecordState> = {}): RecordState => ({
  organisation: 'o',
  id: 'r1',
  type: 't',
  number: '1',
  definition: '',
  version: 1,
  state: 'open',
  since: '2026-11-20T01:00:00.000Z',
  openedAt: '2026-11-20T01:00:00.000Z',
  changedAt: '2026-11-20T01:00:00.000Z',
  values,
  acts: {},
  pending: {},
  seals: [],
  owed: [],
  fired: {},
  late: [],
  links: [],
  comments: 0,
  ...more,
});
const field = (path: string, is: string = 'text'): Operand => ({
  candidate: path.split('.'),
  type: { is } as ValueType,
});
const given = (cel: string, is: string = 'text'): Operand => ({ outer: { cel }, type: { is } as ValueType });
type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';
const compare = (left: Operand, op: Comparison, right: Operand): Where => ({ op, left, right });
const ask = (
  where: Where,
  values: Values,
  outer: Record<string, Value> = {},
  find?: (id: string) => RecordState | undefined,
) => matches(where, record(values), outer, find);

describe('an absent field', () => {
  test('makes every comparison false, != too, and not turns that round', () => {
    for (const op of ['==', '!=', '<', '<=', '>', '>='] as const) {
      expect(ask(compare(field('x'), op, given('v')), {}, { v: 'a' })).toBe(false);
    }
    expect(ask({ op: 'not', arg: compare(field('x'), '==', given('v')) }, {}, { v: 'a' })).toBe(true);
    expect(ask({ op: 'true', operand: field('flag', 'yes_no') }, {})).toBe(false);
    expect(ask({ op: 'given', path: ['x'] }, {})).toBe(false);
    expect(ask({ op: 'given', path: ['x'] }, { x: 'a' })).toBe(true);
  });

  test('an unknown outer value makes its comparison false', () => {
    expect(ask(compare(field('x'), '!=', given('v')), { x: 'a' })).toBe(false);
  });
});

describe('values', () => {
  test('several values match when some does', () => {
    const hosts = { hosts: ['h1', 'h2'] };
    expect(
      ask({ op: 'shares', left: field('hosts', 'refs'), right: given('v', 'refs') }, hosts, { v: ['h2', 'h9'] }),
    ).toBe(true);
    expect(ask({ op: 'in', left: given('v', 'ref'), right: field('hosts', 'refs') }, hosts, { v: 'h2' })).toBe(true);
    expect(ask({ op: 'in', left: field('x'), right: given('v', 'list') }, { x: 'b' }, { v: ['a', 'b'] })).toBe(true);
    expect(ask(compare(field('hosts', 'refs'), '!=', given('v', 'ref')), hosts, { v: 'h1' })).toBe(true);
  });

  test('files count by their slot', () => {
    const documents = [{ id: 'f', slot: 'plan' }] as Value;
    expect(ask({ op: 'in', left: given('v'), right: field('documents', 'files') }, { documents }, { v: 'plan' })).toBe(
      true,
    );
  });

  test('dates and moments compare by instant: a date is the start of its day in Taipei', () => {
    const on = { day: '2026-11-20' };
    const before = compare(field('day', 'date'), '<', given('now', 'moment'));
    expect(ask(before, on, { now: '2026-11-19T16:00:00.000Z' })).toBe(false);
    expect(ask(before, on, { now: '2026-11-19T16:00:00.001Z' })).toBe(true);
    expect(
      ask(
        compare(field('at', 'moment'), '>=', given('d', 'date')),
        { at: '2026-11-19T16:00:00.000Z' },
        { d: '2026-11-20' },
      ),
    ).toBe(true);
    expect(ask(compare(field('day', 'date'), '==', given('d', 'date')), on, { d: '2026-11-20' })).toBe(true);
  });

  test('texts that look like times are texts, ordered by code point', () => {
    expect(ask(compare(field('x'), '==', given('v')), { x: '2026-11-20' }, { v: '2026-11-19T16:00:00.000Z' })).toBe(
      false,
    );
    expect(ask(compare(field('x'), '<', given('v')), { x: '\uffee' }, { v: '\u{1f600}' })).toBe(true);
  });

  test('numbers are numbers', () => {
    expect(ask(compare(field('n', 'number'), '>', given('v', 'number')), { n: 10 }, { v: 9 })).toBe(true);
  });
});

describe('paths', () => {
  test('one reference step reads the other record, nothing when it leads nowhere', () => {
    const where = compare(field('host.kind'), '==', given('v'));
    const find = (id: string) => (id === 'h1' ? record({ kind: 'server' }, { id }) : undefined);
    expect(ask(where, { host: 'h1' }, { v: 'server' }, find)).toBe(true);
    expect(ask(where, { host: 'h2' }, { v: 'server' }, find)).toBe(false);
  });

  test('a period has its ends, system fields are the record’s own', () => {
    const planned = { planned: { start: '2026-11-20T01:00:00.000Z', end: '2026-11-21T01:00:00.000Z' } };
    expect(
      ask(compare(field('planned.start', 'moment'), '<', given('now', 'moment')), planned, {
        now: '2026-11-20T02:00:00.000Z',
      }),
    ).toBe(true);
    expect(ask(compare(field('state'), '==', given('v')), {}, { v: 'open' })).toBe(true);
    expect(ask(compare(field('item', 'ref'), '!=', given('v', 'ref')), {}, { v: 'r1' })).toBe(false);
    expect(
      ask(compare(field('closed_at', 'moment'), '<', given('v', 'moment')), {}, { v: '2030-01-01T00:00:00.000Z' }),
    ).toBe(false);
  });

  test('rows are candidates by their cells', () => {
    expect(matches(compare(field('change'), '!=', given('v')), { id: 'r1', change: 'add' }, { v: 'delete' })).toBe(
      true,
    );
  });

  test('every outer expression is listed', () => {
    const where: Where = {
      op: 'and',
      args: [compare(field('x'), '==', given('this.a')), { op: 'not', arg: { op: 'true', operand: given('b') } }],
    };
    expect(outerSources(where)).toEqual(['this.a', 'b']);
  });
});
