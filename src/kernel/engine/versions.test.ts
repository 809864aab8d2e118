import { beforeEach, expect, test } from 'vitest';
import { action, definition, field, state, type } from './fixtures/definition.ts';
import { clock, Office, outcome } from './fixtures/office.ts';
import { preview } from './preview.ts';
import type { Decision } from './types.ts';
import { waiting } from './waiting.ts';

const policy = type('policy', {
  fields: [field('title', { required: ['publish'] }), field('note', 'text', 'own')],
  sections: { main: { by: ['requester'], in: ['draft'] }, own: 'none' },
  flow: [state('draft'), state('in_force'), state('superseded', { final: true }), state('dropped', { final: true })],
  actions: [
    action('open', { by: ['role:room_manager'] }),
    action('publish', { from: 'draft', to: 'in_force', by: ['role:ciso'], never: ['requester'], seal: ['main'] }),
    action('drop', { from: ['draft', 'in_force'], to: 'dropped', by: ['role:ciso'], asks: ['reason'] }),
  ],
  versioned: 'in_force',
});

let office: Office;
beforeEach(() => {
  office = new Office(definition([policy]));
  office.open('chen', 'policy', 'p1', { title: 'Access' });
  office.act('ceo', 'p1', 'publish');
});

const revised = () => (office.act('hsu', 'p1', 'revise') as Decision).events[0]!.stream;

test('revising drafts the next version with the same contents, by whoever may open one', () => {
  expect(outcome(office.act('wang', 'p1', 'revise'))).toEqual(['by']);
  expect(office.state(revised())).toMatchObject({
    edition: 2,
    origin: 'p1',
    requester: 'hsu',
    state: 'draft',
    values: { title: 'Access' },
  });
});

test('version n rules until n+1 is in force, then it ends', () => {
  const next = revised();
  expect(office.state('p1').state).toBe('in_force');
  office.act('ceo', next, 'publish');
  expect([office.state('p1').state, office.state(next).state]).toEqual(['superseded', 'in_force']);
  expect(office.folded('p1')).toEqual(office.state('p1'));
});

test('a version in force waits for nobody, and offers to be revised', () => {
  expect(office.ask(clock, (input) => waiting(input, office.state('p1')))).toEqual([]);
  const shown = office.ask('chen', (input) => preview(input, office.state('p1')));
  expect(shown.actions.map((one) => one.action)).toEqual(['drop', 'revise']);
});
