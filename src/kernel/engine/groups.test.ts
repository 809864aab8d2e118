import { expect, test } from 'vitest';
import type { Group } from '../pack/types.ts';
import { action, definition, field, gate, state, type } from './fixtures/definition.ts';
import { parseWho } from './fixtures/notation.ts';
import { Office, outcome } from './fixtures/office.ts';
import type { Decision } from './types.ts';

const group = (pack: string, quorum: Group['quorum'], ...who: string[]): Group => ({
  pack,
  any: who.map((one) => ({ who: parseWho(one) })),
  quorum,
});

const paper = type('paper', {
  fields: [field('seat', 'text'), field('planned', 'period'), field('ports', 'ports')],
  flow: [state('draft'), state('agreed', { final: true }), state('sent')],
  actions: [
    action('open', { by: [group('office', 1, 'anyone')] }),
    action('agree', {
      from: 'draft',
      to: 'agreed',
      by: [group('office', 1, 'unit_head of requester'), group('city', 2, 'role:room_manager', 'role:ciso')],
    }),
    action('send', { from: 'draft', to: 'sent', by: ['requester'] }),
  ],
  gates: [
    gate('room_free', {
      guards: ['send'],
      unique: ['seat', 'planned'],
      while: ['sent'],
      label: { zh: '已占用', en: 'taken' },
      waive: 'never',
    }),
  ],
});
const sealed = type('sealed', {
  fields: [field('title')],
  flow: [state('draft'), state('done', { final: true })],
  actions: [action('open', { by: [group('office', 1, 'requester'), group('city', 1, 'role:room_manager')] })],
});

test('every pack’s group must be met, each with its own quorum, by different people within it', () => {
  const office = new Office(definition([paper]));
  office.open('wang', 'paper', 'p1');
  expect((office.act('chen', 'p1', 'agree') as Decision).waitingFor.sort()).toEqual(['ceo', 'hsu', 'li']);
  expect((office.act('li', 'p1', 'agree') as Decision).waitingFor.sort()).toEqual(['ceo', 'hsu']);
  office.act('ceo', 'p1', 'agree');
  expect(office.state('p1')).toMatchObject({ state: 'agreed', acts: { agree: { voters: ['chen', 'li', 'ceo'] } } });
});

test('who opens alone must satisfy every pack', () => {
  const office = new Office(definition([sealed]));
  expect(outcome(office.open('wang', 'sealed', 's1'))).toEqual(['by']);
  expect(outcome(office.open('chen', 'sealed', 's1'))).toEqual(['done']);
});

test('of a list that two signed, who prepared and who confirmed count together, and both are named', () => {
  const office = new Office(definition([sealed]));
  const confirm = (who: string, id: string) =>
    office.run(who, { do: 'open', type: 'sealed', record: id, prepared: 'wang' });
  expect(outcome(confirm('li', 's1'))).toEqual(['by']);
  expect(outcome(confirm('chen', 's1'))).toEqual(['done']);
  expect(office.state('s1')).toMatchObject({
    requester: 'wang',
    acts: { open: { by: 'wang', confirmed: { by: 'chen', factor: 'password' } } },
  });
});

test('unique periods collide by overlap, and only beside equal other values', () => {
  const office = new Office(definition([paper]));
  const book = (id: string, seat: string, start: string, end: string) => {
    office.open('wang', 'paper', id, { seat, planned: { start, end } });
    return outcome(office.act('wang', id, 'send'));
  };
  expect(book('a', 'x', '2026-12-01T09:00', '2026-12-01T11:00')).toEqual(['done']);
  expect(book('b', 'x', '2026-12-01T10:30', '2026-12-01T12:00')).toEqual(['room_free']);
  expect(book('c', 'y', '2026-12-01T10:30', '2026-12-01T12:00')).toEqual(['done']);
  expect(book('d', 'x', '2026-12-02', '2026-12-02')).toEqual(['done']);
});

const review = type('review', {
  fields: [field('points'), field('risk')],
  sections: { main: { by: ['role:room_manager', 'role:ciso'], in: ['draft'] } },
  flow: [state('draft'), state('agreed', { final: true })],
  actions: [
    action('open', { by: ['anyone'] }),
    action('agree', {
      from: 'draft',
      to: 'agreed',
      by: [group('office', 1, 'role:room_manager'), group('city', 1, 'role:ciso')],
      asks: ['opinion'],
      seal: ['main'],
    }),
  ],
});

test('what the first voter writes along stands on the record for the next one, who completes it as it is', () => {
  const office = new Office(definition([review]));
  office.open('wang', 'review', 'r1');
  office.act('chen', 'r1', 'agree', { opinion: '可', points: '齊備' });
  expect(office.state('r1')).toMatchObject({ state: 'draft', values: { points: '齊備' } });
  expect(office.state('r1').values.opinion).toBeUndefined();
  expect(outcome(office.act('ceo', 'r1', 'agree', { opinion: '同意' }))).toEqual(['done']);
  expect(office.state('r1').state).toBe('agreed');
});

test('who changes what another has signed waits for that signature again', () => {
  const office = new Office(definition([review]));
  office.open('wang', 'review', 'r1');
  office.act('chen', 'r1', 'agree', { opinion: '可', points: '齊備' });
  const changed = office.act('ceo', 'r1', 'agree', { opinion: '可', points: '不齊' }) as Decision;
  expect(changed.waitingFor).toContain('chen');
  expect(office.state('r1')).toMatchObject({ state: 'draft', values: { points: '不齊' } });
  office.act('chen', 'r1', 'agree', { opinion: '可' });
  expect(office.state('r1').state).toBe('agreed');
});
