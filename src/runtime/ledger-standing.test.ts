import { expect, test } from 'vitest';
import type { Envelope } from '../kernel/ledger/envelope.ts';
import { emptyGrantIndex, type KnownGrant } from '../kernel/ledger/grants.ts';
import { emptyPeopleIndex } from '../kernel/ledger/people.ts';
import type { Action } from '../kernel/pack/types.ts';
import { destroying } from './ledger-destroying.ts';
import { directories, standingFault } from './ledger-standing.ts';
import { tuning } from './ledger-tuned.ts';

/** Units and persons moved in the database for the time of an act: the ledger's own say who could do it. */

const grants = emptyGrantIndex();
const people = emptyPeopleIndex();
for (const [id, under] of [['office'], ['civil', 'office'], ['it', 'office']])
  people.units.set(id!, { id: id!, ...(under ? { under } : {}) });
for (const [person, unit] of [
  ['wang', 'civil'],
  ['li', 'civil'],
  ['hsieh', 'it'],
])
  people.persons.set(person!, { unit: unit!, suspended: false });
const grant = (id: string, person: string, unit: string): [string, KnownGrant] => [
  id,
  { grant: id, person, role: 'unit_head', unit, from: '2026-01-01', position: 1, flawed: false },
];
grants.grants = new Map([grant('g1', 'li', 'civil'), grant('g2', 'hsieh', 'it')]);
const directory = directories()(grants, people, 1, '2026-11-20');

const by = (who: object) => ({ by: [{ any: [{ who }] }] }) as unknown as Action;
const HEAD = by({ kind: 'role', role: 'unit_head' });
const OVER = by({ kind: 'role_of', role: 'unit_head', of: { kind: 'path', path: ['requester'] } });
const acted = (person: string) =>
  ({ actor: { person, grants: [] }, at: '2026-11-20T02:00:00.000Z' }) as unknown as Envelope;

test('the head of the record’s unit, or over its requester, could; the head of another unit could not', () => {
  const place = { unit: 'civil', requester: 'wang' };
  for (const action of [HEAD, OVER]) {
    expect(standingFault(acted('li'), action, place, directory)).toEqual([]);
    expect(standingFault(acted('hsieh'), action, place, directory)).toHaveLength(1);
  }
});

test('who an action names otherwise is not judged here', () => {
  expect(standingFault(acted('hsieh'), by({ kind: 'acted', action: 'open' }), {}, directory)).toEqual([]);
});

test('what was on hold, or never ordered, was not to be destroyed', () => {
  const judge = destroying(() => 'wang');
  const faults = (type: string, stream: string, data: object) =>
    judge({ type, stream, data } as unknown as Envelope).map(({ en }) => en);
  faults('record.opened', 'd', { type: 'disposal', values: { items: [{ record: 'r1' }] } });
  expect(faults('disposal.destroyed', 'disposal:d', { disposal: 'd', record: 'r1' })).toEqual([
    expect.stringMatching(/without an order/),
  ]);
  expect(faults('hold.placed', 'hold:r1', { record: 'r1' })).toEqual([]);
  expect(faults('erasure.ordered', 'erasure:subject:wang', { kind: 'subject', id: 'wang' })).toHaveLength(1);
  expect(faults('hold.lifted', 'hold:r1', { record: 'r1' })).toEqual([]);
  expect(faults('erasure.ordered', 'erasure:record:r1', { kind: 'record', id: 'r1' })).toEqual([]);
  expect(faults('erasure.done', 'erasure:record:r1', {})).toEqual([]);
});

test('a value of the organisation in rules that come into force was set by an act', () => {
  const parameter = {
    name: 'days',
    values: [
      { pack: 'base', value: 30 },
      { pack: 'organisation', value: 20 },
    ],
    value: 20,
  };
  const judge = tuning(() => ({ parameters: { days: parameter } }) as never);
  const faults = (type: string, data: object) => judge({ type, data } as unknown as Envelope).map(({ en }) => en);
  expect(faults('definition.adopted', { hash: 'h' })).toEqual([expect.stringMatching(/a value of days/)]);
  expect(faults('parameter.set', { name: 'days', value: 20 })).toEqual([]);
  expect(faults('definition.adopted', { hash: 'h' })).toEqual([]);
  expect(faults('parameter.set', { name: 'days', value: 10 })).toEqual([]);
  expect(faults('definition.adopted', { hash: 'h' })).toHaveLength(1);
});
