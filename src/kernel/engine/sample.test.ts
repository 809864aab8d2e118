import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Query } from '../pack/types.ts';
import { action, cel, definition, field, gate, parameter, state, type } from './fixtures/definition.ts';
import { Office, outcome } from './fixtures/office.ts';
import { drawn, grouped } from './sample.ts';
import type { Row, Value } from './types.ts';
import { begin, scopeOf } from './work.ts';

const ids = fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 40 });
const root = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));

describe('the draw', () => {
  test('is the same for whoever repeats it, in whatever order things come', () => {
    fc.assert(
      fc.property(ids, root, fc.nat(50), (all, seed, n) => {
        const once = drawn(all, (id) => id, seed, n);
        expect(drawn([...all].reverse(), (id) => id, seed, n)).toEqual(once);
        expect(once).toHaveLength(Math.min(n, all.length));
      }),
    );
  });

  test('a larger sample holds the smaller one; another root draws others', () => {
    const all = Array.from({ length: 100 }, (_, i) => `r${i}`);
    const five = drawn(all, (id) => id, 'aa', 5);
    expect(drawn(all, (id) => id, 'aa', 9).slice(0, 5)).toEqual(five);
    expect(drawn(all, (id) => id, 'bb', 5)).not.toEqual(five);
  });
});

const entry = type('entry', {
  fields: [field('title'), field('zone')],
  flow: [state('kept')],
  actions: [action('open', {})],
});
const from = (more: Partial<Query>): Query => ({ from: { kind: 'record', type: 'entry' }, source: 'entry', ...more });
const sheet = (more: Partial<Query>) =>
  type('sheet', {
    fields: [field('entries', { type: { is: 'table', columns: {} }, from: from(more) }), field('note')],
    flow: [state('open'), state('done', { final: true })],
    actions: [action('open', {}), action('done', { from: 'open', to: 'done' })],
    gates: [gate('some', { guards: ['done'], holds: 'chosen.size() > 0' })],
    sets: { chosen: from(more) },
  });

function office(more: Partial<Query>, entries = 30): Office {
  const parameters = {
    audit_entries: parameter('audit_entries', 4, 'entry'),
    audit_percent: parameter('audit_percent', 25, 'percent'),
  };
  const made = new Office(definition([entry, sheet(more)], { parameters }));
  for (let i = 0; i < entries; i++)
    made.open('wang', 'entry', `e${i}`, { title: `${i}`, zone: i % 3 ? 'east' : 'west' });
  return made;
}
const sources = (made: Office, id: string) => (made.state(id).values.entries as Row[]).map(({ source }) => source);

describe('sample', () => {
  test.each([
    ['a share, rounded up', { percent: 10 }, 31, 4],
    ['a number', { n: cel('param.audit_entries') }, 30, 4],
    ['a parameter in percent', { n: cel('param.audit_percent') }, 30, 8],
    ['no more than there is', { n: cel('50') }, 3, 3],
  ])('%s', (_, sample, there, wanted) => {
    const made = office({ sample }, there);
    made.open('wang', 'sheet', 's1');
    expect(sources(made, 's1')).toHaveLength(wanted);
  });

  test('the event that drew says with which checkpoint, and the record keeps to it', () => {
    const made = office({ sample: { percent: 10 } });
    made.open('wang', 'sheet', 's1');
    const opened = made.events.find((event) => event.stream === 's1');
    expect(opened?.data.sampled).toEqual({ size: 7, root: 'ab'.repeat(32) });
    const all = Array.from({ length: 30 }, (_, i) => `e${i}`);
    expect(sources(made, 's1')).toEqual(drawn(all, (id) => id, 'ab'.repeat(32), 3));
    made.seed = { size: 9, root: 'cd'.repeat(32) };
    made.act('wang', 's1', 'done');
    const seen = made.events.find((event) => event.type === 'record.acted')?.gates?.[0]?.saw;
    expect(seen).toContainEqual({ what: 'checkpoint', value: `7/${'ab'.repeat(32)}` });
    expect(made.folded('s1')).toEqual(made.state('s1'));
  });

  test('while nothing is sealed yet there is no sample, and a gate on it does not hold', () => {
    const made = office({ sample: { percent: 10 } });
    made.seed = 'none';
    made.open('wang', 'sheet', 's1');
    expect(made.state('s1').values.entries).toBeUndefined();
    expect(outcome(made.act('wang', 's1', 'done'))).toEqual(['some']);
  });
});

test('groups have their count, their records and what they share; an empty value groups by itself', () => {
  const made = office({}, 4);
  made.open('wang', 'entry', 'bare', { title: 'x' });
  const work = begin(made.input({ kind: 'clock' }), 'test');
  for (const [id, one] of made.records) work.states.set(id, one);
  const things = [...made.records.values()].map((one) => ({ thing: 'record' as const, state: one }));
  const groups = grouped(['zone', 'requester'], things, scopeOf(work, undefined)) as { [key: string]: Value }[];
  expect(groups.map(({ zone, requester, count }) => [zone, requester, count])).toEqual([
    ['west', 'wang', 2],
    ['east', 'wang', 2],
    [undefined, 'wang', 1],
  ]);
  expect(groups[1]?.records).toHaveLength(2);
});
