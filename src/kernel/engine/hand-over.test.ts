import { beforeEach, expect, test } from 'vitest';
import { change, exception, finding, host, office as plain } from './fixtures/change.ts';
import { action, definition, field, state, type } from './fixtures/definition.ts';
import { clock, Office, outcome } from './fixtures/office.ts';
import { waiting } from './waiting.ts';

const handover = type('handover', {
  fields: [field('leaver', 'person'), field('successor', 'person'), field('effective', 'date')],
  flow: [state('signed'), state('in_effect', { final: true })],
  actions: [action('enter', { from: 'signed', to: 'in_effect', by: ['anyone'] })],
});
/** A plan of measures, each with an owner and somebody it is about; whoever owns a measure does not approve. */
const plan = type('plan', {
  fields: [
    field('checked_by', { type: { is: 'person' }, stays: true }),
    field('measures', {
      type: {
        is: 'table',
        columns: {
          what: field('what'),
          owner: field('owner', 'person'),
          about: field('about', { type: { is: 'person' }, stays: true }),
        },
      },
    }),
  ],
  flow: [state('draft'), state('asked'), state('approved', { final: true })],
  actions: [
    action('ask', { from: 'draft', to: 'asked', by: ['requester'], seal: ['main'] }),
    action('approve', { from: 'asked', to: 'approved', by: ['anyone'], never: ['measures.owner'] }),
  ],
});
const moving = definition([change, host, finding, exception, handover, plan], {
  lists: plain.lists,
  parameters: plain.parameters,
});
let office: Office;
beforeEach(() => {
  office = new Office(moving);
  office.facts.set('last_scan(h1)', { finished_at: '2026-11-19T22:00:00.000Z' });
  office.open('chen', 'host', 'h1', { name: 'web1', owner: 'wang' });
  office.open('wang', 'change', 'c1', { title: 'Upgrade', kind: 'patch', host: 'h1', steps: [{ step: 'stop' }] });
  office.act('wang', 'c1', 'submit');
  office.open('fang', 'handover', 'o1', { leaver: 'wang', successor: 'lin', effective: '2026-11-20' });
});
const move = (record: string, who: string | typeof clock = clock) =>
  office.run(who, { do: 'hand_over', record, handover: 'o1' });

test('nothing goes over before both have signed, nor at anybody’s wish', () => {
  expect(outcome(move('h1'))).toEqual(['state']);
  office.act('fang', 'o1', 'enter');
  expect(outcome(move('h1', 'lin'))).toEqual(['state']);
});

test('registers get the new owner, cases the new requester, tasks go along; who asked before stays barred', () => {
  office.act('fang', 'o1', 'enter');
  move('h1');
  move('c1');
  expect(office.state('h1').values.owner).toBe('lin');
  expect(office.state('c1')).toMatchObject({
    requester: 'lin',
    handed: [{ from: 'wang', to: 'lin', requester: true }],
  });
  expect(office.state('c1').seals[0]).toMatchObject({ by: 'wang' });
  office.act('li', 'c1', 'back', { reason: 'unclear' });
  const tasks = office.ask('lin', (input) => waiting(input, office.state('c1')));
  expect(tasks.map(({ persons }) => persons)).toContainEqual(['lin']);
  expect(outcome(office.act('lin', 'c1', 'submit'))).toEqual(['done']);
  office.directory = {
    ...office.directory,
    grants: [
      ...office.directory.grants,
      { id: 'x', person: 'wang', role: 'room_manager', unit: 'office', from: '2020-01-01' },
    ],
  };
  office.act('li', 'c1', 'endorse');
  expect(outcome(office.act('wang', 'c1', 'accept', { opinion: 'fine' }))).toEqual(['never']);
  expect(office.folded('c1')).toEqual(office.state('c1'));
});

test('what is closed stays as it was, and a second time changes nothing', () => {
  office.act('fang', 'o1', 'enter');
  office.act('wang', 'c1', 'withdraw');
  move('c1');
  expect(office.state('c1').requester).toBe('wang');
  move('h1');
  const { version } = office.state('h1');
  move('h1');
  expect(office.state('h1').version).toBe(version);
});

test('in rows, too, whose duty it is goes over; who did something or is meant stays; seals keep what was signed', () => {
  office.open('fang', 'plan', 'p1', {
    checked_by: 'wang',
    measures: [
      { id: 'r1', what: 'watch', owner: 'wang', about: 'wang' },
      { id: 'r2', what: 'block', owner: 'li', about: 'li' },
    ],
  });
  office.act('fang', 'p1', 'ask');
  office.act('fang', 'o1', 'enter');
  move('p1');
  expect(office.state('p1').values).toMatchObject({
    checked_by: 'wang',
    measures: [
      { owner: 'lin', about: 'wang' },
      { owner: 'li', about: 'li' },
    ],
  });
  const [seal] = office.state('p1').seals;
  expect(seal?.void).toBeUndefined();
  expect(seal?.content).toMatchObject({ measures: [{ owner: 'wang' }, { owner: 'li' }] });
  expect(seal?.corrected).toMatchObject({ measures: [{ owner: 'lin' }, { owner: 'li' }] });
  expect(office.folded('p1')).toEqual(office.state('p1'));
  expect(outcome(office.act('wang', 'p1', 'approve'))).toEqual(['never']);
  expect(outcome(office.act('lin', 'p1', 'approve'))).toEqual(['never']);
  expect(outcome(office.act('chen', 'p1', 'approve'))).toEqual(['done']);
});
