import { beforeEach, describe, expect, test } from 'vitest';
import { isRefused } from '../refusal.ts';
import { change, exception, finding, host, office as plain } from './fixtures/change.ts';
import { action, definition, field, state, type } from './fixtures/definition.ts';
import { Office, outcome } from './fixtures/office.ts';
import { heldOn } from './marks.ts';
import { contentCode } from './otherwise.ts';
import { preview } from './preview.ts';
import { waiting } from './waiting.ts';

const duty = type('concurrent_duty', {
  fields: [field('person', 'person'), field('covers', { type: { is: 'refs', to: 'action' } }), field('until', 'date')],
  flow: [state('in_force'), state('ended', { final: true })],
  actions: [action('end', { from: 'in_force', to: 'ended', by: ['role:ciso'] })],
});
const small = definition([change, host, finding, exception, duty], {
  lists: plain.lists,
  parameters: plain.parameters,
});
let office: Office;

/** Chen asks, is endorsed, and is also who accepts. */
beforeEach(() => {
  office = new Office(small);
  office.facts.set('last_scan(h1)', { finished_at: '2026-11-19T22:00:00.000Z' });
  office.open('chen', 'host', 'h1', { name: 'web1', owner: 'lin' });
  office.open('chen', 'change', 'c1', { title: 'Upgrade', kind: 'patch', host: 'h1', steps: [{ step: 'stop' }] });
  office.act('chen', 'c1', 'submit');
  office.act('fang', 'c1', 'endorse');
});
const permit = (more: Record<string, unknown> = {}) =>
  office.open('ceo', 'concurrent_duty', 'd1', {
    person: 'chen',
    covers: ['change.accept'],
    until: '2026-12-31',
    ...more,
  });
const accept = (who: string, more: Record<string, unknown> = {}) =>
  office.act(who, 'c1', 'accept', { opinion: 'fine' }, more);
const confirm = (who: string) =>
  office.run(who, { do: 'confirm', record: 'c1', mark: heldOn(office.state('c1'))[0]!.mark.id, agree: true });

describe('兼任', () => {
  test('without an exception who asked does not approve', () => {
    expect(outcome(accept('chen'))).toEqual(['never']);
  });

  test('an exception in force lets it be signed, but nothing moves until another person has countersigned', () => {
    permit();
    expect(outcome(accept('chen'))).toEqual(['done']);
    expect(office.state('c1')).toMatchObject({ state: 'review', acts: { endorse: { by: 'fang' } } });
    expect(office.state('c1').seals.some((seal) => seal.action === 'accept')).toBe(false);
    expect(outcome(confirm('chen'))).toEqual(['never']);
    const signed = office.ask('chen', (input) => preview(input, office.state('c1')));
    expect(signed.actions.find((one) => one.action === 'accept')?.refusals).toMatchObject([{ code: 'state' }]);
    expect(outcome(confirm('hsu'))).toEqual(['done']);
    expect(office.state('c1').state).toBe('running');
    expect(office.state('c1').seals.at(-1)).toMatchObject({
      action: 'accept',
      by: 'chen',
      role: 'room_manager',
      mark: { kind: 'concurrent', exception: 'd1' },
      confirmed: { by: 'hsu' },
    });
    expect(office.state('h1').state).toBe('occupied');
    expect(office.folded('c1')).toEqual(office.state('c1'));
  });

  test.each([
    ['another person', { person: 'hsu' }],
    ['another act', { covers: ['change.endorse'] }],
    ['a time that is over', { until: '2026-11-19' }],
    ['no end', { until: undefined }],
  ])('an exception for %s lets nobody sign', (_what, more) => {
    permit(more);
    expect(outcome(accept('chen'))).toEqual(['never']);
  });

  test('an exception that ended lets nobody sign', () => {
    permit();
    office.act('ceo', 'd1', 'end');
    expect(outcome(accept('chen'))).toEqual(['never']);
  });

  test('it gives no role: who may not do the act at all may not do it concurrently', () => {
    permit({ person: 'wang' });
    expect(outcome(accept('wang'))).toEqual(['by']);
  });

  test('a deputy of the one named gains nothing by it', () => {
    permit();
    office.directory = {
      ...office.directory,
      grants: office.directory.grants.filter(({ person }) => person !== 'hsu'),
      deputies: [{ id: 'p1', for: 'chen', person: 'wang', order: 1, from: '2026-01-01', until: '2026-12-31' }],
    };
    expect(outcome(accept('wang'))).toEqual(['never']);
  });

  test('it is not entered on paper, where its signer could confirm it', () => {
    permit();
    const paper = {
      signer: 'chen',
      signedOn: '2026-11-20',
      print: contentCode(small.records.change!, office.state('c1')),
      scan: [{ id: 'a', name: 'a.jpg', sha256: 'ab'.repeat(32), size: 1, media: 'image/jpeg' }],
      kept: 'cabinet 3',
    };
    const refused = accept('lin', { paper });
    expect(isRefused(refused) && refused.refused[0]?.message.zh).toContain('兼任');
  });

  test('it becomes a task only where nobody else could do it, and the page says what it will be', () => {
    permit();
    const tasks = () => office.ask('chen', (input) => waiting(input, office.state('c1')));
    const of = (who: string) => tasks().some(({ action: name, persons }) => name === 'accept' && persons.includes(who));
    expect([of('chen'), of('hsu')]).toEqual([false, true]);
    office.directory = {
      ...office.directory,
      grants: office.directory.grants.filter(({ person }) => person !== 'hsu'),
    };
    expect(of('chen')).toBe(true);
    const shown = office.ask('chen', (input) => preview(input, office.state('c1')));
    expect(shown.actions.find(({ action: name }) => name === 'accept')).toMatchObject({
      allowed: true,
      concurrent: 'd1',
    });
  });
});
