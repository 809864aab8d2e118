import { beforeEach, describe, expect, test } from 'vitest';
import { office as definition } from './fixtures/change.ts';
import { clock, directory, Office } from './fixtures/office.ts';
import { preview } from './preview.ts';
import { waiting } from './waiting.ts';
import { wakes } from './wakes.ts';

let office: Office;

beforeEach(() => {
  office = new Office(definition);
  office.facts.set('last_scan(h1)', { finished_at: '2026-11-19T22:00:00.000Z' });
  office.open('chen', 'host', 'h1', { name: 'web1', owner: 'lin' });
  office.open('wang', 'change', 'c1', { title: 'Upgrade', kind: 'patch', host: 'h1', steps: [{ step: 'stop' }] });
});

const see = (who: string) => office.ask(who, (input) => preview(input, office.state('c1')));
const actionOf = (who: string, name: string) => see(who).actions.find(({ action }) => action === name)!;

describe('preview', () => {
  test('shows every action of the state with what it is and who may not', () => {
    expect(see('wang').actions.map(({ action, kind, allowed }) => [action, kind, allowed])).toEqual([
      ['submit', 'forward', true],
      ['note', 'entry', true],
      ['block', 'forward', false],
      ['withdraw', 'end', true],
    ]);
    expect(actionOf('wang', 'block').refusals[0]).toMatchObject({ code: 'by' });
  });

  test('shows each gate with outcome, unknown names and remedy before anybody submits', () => {
    office.facts.clear();
    const submit = actionOf('wang', 'submit');
    expect(submit.allowed).toBe(false);
    expect(submit.gates.find(({ gate }) => gate === 'scanned')).toMatchObject({
      outcome: 'unknown',
      unknown: ['last_scan(host)'],
      waive: 'exception',
    });
  });

  test('names missing fields, but does not hold against an action what it asks for itself', () => {
    office.save('wang', 'c1', { title: '' });
    expect(actionOf('wang', 'submit').missing.map(({ field }) => field)).toEqual(['title']);
    office.save('wang', 'c1', { title: 'Upgrade' });
    office.act('wang', 'c1', 'submit');
    expect(actionOf('li', 'back')).toMatchObject({ allowed: true, asks: ['reason'] });
  });

  test('an owed act can be renewed where the case stands', () => {
    office.act('wang', 'c1', 'submit');
    office.act('li', 'c1', 'endorse');
    office.act('chen', 'c1', 'correct', { reason: 'x' });
    office.save('wang', 'c1', { title: 'Other' });
    expect(actionOf('wang', 'submit')).toMatchObject({ renews: true, allowed: true });
    expect(actionOf('wang', 'again').refusals[0]).toMatchObject({ code: 'owed' });
  });
});

describe('waiting', () => {
  const next = () =>
    office
      .ask(clock, (input) => waiting(input, office.state('c1')))
      .map(({ action, persons, due, owed }) => ({ action, persons, due, owed }));

  test('whoever may take the way forward, with the due moment of the state', () => {
    expect(next()).toEqual([{ action: 'submit', persons: ['wang'], due: undefined, owed: false }]);
    office.act('wang', 'c1', 'submit');
    expect(next()).toEqual([{ action: 'endorse', persons: ['li'], due: '2026-11-23T15:59:59.999Z', owed: false }]);
  });

  test('those barred are not waited for, owed acts come first', () => {
    office.directory = {
      ...directory,
      grants: [
        ...directory.grants,
        { id: 'w', person: 'wang', role: 'room_manager', unit: 'office', from: '2020-01-01' },
      ],
    };
    office.act('wang', 'c1', 'submit');
    office.act('li', 'c1', 'endorse');
    expect(next()).toMatchObject([{ action: 'accept', persons: ['chen', 'hsu'] }]);
    office.act('chen', 'c1', 'correct', { reason: 'x' });
    office.save('wang', 'c1', { title: 'Other' });
    expect(next()).toMatchObject([
      { action: 'submit', persons: ['wang'], owed: true },
      { action: 'endorse', persons: ['li'], owed: true },
    ]);
  });
});

describe('wakes', () => {
  const wake = () => office.ask(clock, (input) => wakes(input, office.state('c1')));

  test('at the next rung of lateness', () => {
    office.act('wang', 'c1', 'submit');
    expect(wake()).toMatchObject({ at: '2026-11-22T15:59:59.999Z', due: '2026-11-23T15:59:59.999Z' });
    office.now = '2026-11-22T16:00:00.000Z';
    office.tick('c1');
    expect(wake().at).toBe('2026-11-23T15:59:59.999Z');
  });

  test('at the moment a clock condition compares with now', () => {
    office.records.set('c1', {
      ...office.state('c1'),
      state: 'running',
      values: { ...office.state('c1').values, until: '2026-11-25' },
    });
    expect(wake().at).toBe('2026-11-25T16:00:00.000Z');
  });

  test('at once when a condition is true already, not at all when nothing is ahead', () => {
    expect(wake().at).toBeUndefined();
    office.records.set('c1', {
      ...office.state('c1'),
      state: 'running',
      values: { ...office.state('c1').values, steps: [{ id: 'r1', passed: false }] },
    });
    expect(wake().at).toBe(office.now);
  });

  test('when owed papers run out', () => {
    office.act('chen', 'c1', 'block', { reason: 'attack' });
    expect(wake().at).toBe('2026-11-21T16:00:00.000Z');
  });
});
