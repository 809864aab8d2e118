import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalText, type Json } from '../ledger/canonical.ts';
import { answerDigest, digest, directoryDigest, queriesOf, recordDigest } from './digest.ts';
import { action, definition, field, gate, state, type } from './fixtures/definition.ts';
import { noting, readOf } from './read.ts';
import type { Directory, Input, Need, RecordState, Value } from './types.ts';

const seat = type('seat', {
  fields: [field('place'), field('guest', { personal: true }), field('papers', { type: { is: 'files' } })],
  flow: [state('free')],
  actions: [action('open', {})],
  gates: [
    gate('one_place', { guards: ['open'], unique: ['place'] }),
    gate('one_guest', { guards: ['open'], unique: ['guest'] }),
  ],
  sets: {
    others: {
      from: { kind: 'record', type: 'seat' },
      where: {
        op: '==',
        left: { candidate: ['place'], type: { is: 'text' } },
        right: { outer: { cel: 'this.place' }, type: { is: 'text' } },
      },
      source: 'seat where place == this.place',
    },
  },
});
const rules = definition([seat]);
const seatOf = (values: RecordState['values'], more: Partial<RecordState> = {}) =>
  ({
    ...{ organisation: 'o', id: 's1', type: 'seat', number: 'S-1', definition: rules.hash, version: 1, state: 'free' },
    ...{
      since: 't',
      openedAt: 't',
      changedAt: 't',
      acts: {},
      pending: {},
      seals: [],
      owed: [],
      fired: {},
      late: [],
      links: [],
      comments: 0,
    },
    ...{ values, ...more },
  }) as RecordState;
const typeOf = () => seat;
const directory: Directory = {
  units: {},
  persons: { w: { id: 'w', name: '王', unit: 'u' } },
  grants: [],
  deputies: [],
};

test('the digest of a value depends on what it says, not on the order it says it in', () => {
  const shuffled = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(shuffled)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([name, inner]) => [name, shuffled(inner)]),
          )
        : value;
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      expect(digest(shuffled(one))).toBe(digest(one));
      expect(digest(one) === digest(other)).toBe(canonicalText(one as Json) === canonicalText(other as Json));
    }),
  );
});

test('of a record its state, open values and files’ contents count; personal values and file names do not', () => {
  const of = (values: RecordState['values'], more: Partial<RecordState> = {}) =>
    recordDigest(seatOf(values, more), typeOf);
  const file = (name: string, sha256: string) =>
    [{ id: 'f', name, sha256, size: 1, media: 'text/plain' }] as unknown as Value;
  const plain = of({ place: 'a', guest: '訪客甲', papers: file('甲.pdf', '11') });
  expect(of({ place: 'a', guest: '訪客乙', papers: file('乙.pdf', '11') })).toBe(plain);
  for (const other of [
    of({ place: 'b', papers: file('甲.pdf', '11') }),
    of({ place: 'a', papers: file('甲.pdf', '22') }),
    of({ place: 'a', papers: file('甲.pdf', '11') }, { state: 'taken' }),
  ])
    expect(other).not.toBe(plain);
  expect(recordDigest(undefined, typeOf)).toBe('');
  expect(answerDigest([seatOf({ place: 'a' })], typeOf)).not.toBe(answerDigest([], typeOf));
});

test('of the people names do not count, units and roles do', () => {
  const renamed = { ...directory, persons: { w: { id: 'w', name: '汪', unit: 'u' } } };
  const moved = { ...directory, persons: { w: { id: 'w', name: '王', unit: 'v' } } };
  const two = { w: directory.persons.w!, x: { id: 'x', name: '', unit: 'u' } };
  const [one, other] = [
    { ...directory, persons: two },
    { ...directory, persons: { x: two.x, w: two.w } },
  ];
  expect(directoryDigest(one)).toBe(directoryDigest(other)); // rows come in any order
  expect(answerDigest({ covers: ['a', 'b'] }, typeOf)).toBe(answerDigest({ covers: ['b', 'a'] }, typeOf));
  expect(directoryDigest(renamed)).toBe(directoryDigest(directory));
  expect(directoryDigest(moved)).not.toBe(directoryDigest(directory));
});

test('a decision keeps the questions it looked at: none about a personal value, none that ask what no event tells', () => {
  const query = seat.sets.others!;
  const own = seatOf({ place: 'a', guest: '訪客甲' });
  const set = (key: string, place: string): Need => ({ need: 'set', key, query, outer: { 'this.place': place } });
  const needs = new Map<string, Need>([
    ['plain', set('plain', 'a')],
    ['named', set('named', '訪客甲')],
    ['unasked', set('unasked', 'z')],
    ['outside', { need: 'fact', key: 'outside', name: 'retrievable', args: ['s1'] }],
    ['guest', { need: 'unique', key: 'guest', type: 'seat', gate: 'one_guest', values: ['x'], except: 's1' }],
    ['place', { need: 'unique', key: 'place', type: 'seat', gate: 'one_place', values: ['a'], except: 's1' }],
  ]);
  const noted = noting({
    records: new Map([
      ['s1', own],
      ['never', seatOf({})],
    ]),
    sets: new Map([
      ['plain', [seatOf({ place: 'a' }, { id: 's2' })]],
      ['named', []],
      ['unasked', []],
    ]),
    facts: new Map([['outside', true]]),
    taken: new Map([
      ['guest', undefined],
      ['place', 's2'],
    ]),
    sequences: new Map(),
  });
  noted.known.records.get('s1');
  noted.known.records.has('unheard of');
  for (const key of ['plain', 'named']) noted.known.sets.get(key);
  noted.known.facts.get('outside');
  for (const key of ['guest', 'place']) noted.known.taken.get(key);
  const input = {
    current: rules,
    definitions: new Map([[rules.hash, rules]]),
    directory,
    known: noted.known,
  } as unknown as Input;
  const read = readOf(input, noted.looked, needs, [], new Set(['retrievable']));
  expect(read.closed).toBe(3);
  expect(read.of).toMatchObject([
    { records: ['s1'] },
    { outer: { 'this.place': 'a' } },
    { unique: ['seat', 'one_place'] },
  ]);
  expect(JSON.stringify(read)).not.toContain('訪客');
  const [, asked] = read.of as [unknown, { set: string }];
  expect(queriesOf(rules).get(asked.set)).toEqual(query);
});
