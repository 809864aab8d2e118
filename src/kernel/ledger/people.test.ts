import { expect, test } from 'vitest';
import type { Json } from './canonical.ts';
import type { Envelope } from './envelope.ts';
import { emptyPeopleIndex, followPeople } from './people.ts';

/** Who acted, judged by what the ledger said of them before: rows of a database that said otherwise for a while. */

const DAY = '2026-11-20T02:00:00.000Z';
const event = (type: string, data: { [name: string]: Json }, actor: Partial<Envelope['actor']> = { via: 'setup' }) => ({
  ...{ v: 1 as const, organisation: 'o', stream: 's', streamVersion: 1, type, at: DAY },
  ...{ actor: { grants: [], ...actor }, command: 'c', definition: '', data },
});
const founded = [
  ...['li', 'wang', 'tsai'].map((person) => event('person.added', { person, unit: 'u' })),
  event('account.linked', { account: 'a-li', person: 'li' }),
  event('deputy.named', { deputy: 'd1', for: 'li', person: 'tsai', order: 1, from: '2026-11-01', until: '2026-11-30' }),
];
const faults = (...more: Envelope[]) => {
  const index = emptyPeopleIndex();
  return [...founded, ...more].flatMap((one) => followPeople(index, one)).map(({ en }) => en);
};
const act = (actor: Partial<Envelope['actor']>, at = DAY) => ({ ...event('record.acted', {}, actor), at });

test('somebody in office, through an account of theirs, for whoever named them that day', () => {
  expect(faults(act({ person: 'li', account: 'a-li' }), act({ person: 'tsai', for: 'li' }))).toEqual([]);
});

test.each<[string, Envelope[], RegExp]>([
  ['a stranger', [act({ person: 'nobody' })], /nobody the ledger/],
  ['an account of nobody', [act({ person: 'wang', account: 'a-li' })], /not linked/],
  [
    'an account taken away and put back',
    [event('account.unlinked', { account: 'a-li' }), act({ person: 'li', account: 'a-li' })],
    /not linked/,
  ],
  ['a deputy of somebody else', [act({ person: 'wang', for: 'li' })], /no deputy/],
  ['a deputy whose days are over', [act({ person: 'tsai', for: 'li' }, '2026-12-01T02:00:00.000Z')], /no deputy/],
  ['a deputy ended', [event('deputy.ended', { deputy: 'd1' }), act({ person: 'tsai', for: 'li' })], /no deputy/],
  ['somebody suspended', [event('person.suspended', { person: 'li' }), act({ person: 'li' })], /suspended/],
  [
    'somebody who left',
    [event('person.ended', { person: 'li', until: '2026-11-19' }), act({ person: 'li' })],
    /not in office/,
  ],
])('%s is found', (_who, events, said) => {
  expect(faults(...events)).toEqual([expect.stringMatching(said)]);
});
