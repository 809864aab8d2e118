import { beforeEach, describe, expect, test } from 'vitest';
import { office as definition } from './fixtures/change.ts';
import { clock, Office } from './fixtures/office.ts';
import type { Decision } from './types.ts';

let office: Office;
const fresh = { finished_at: '2026-11-19T22:00:00.000Z' };

beforeEach(() => {
  office = new Office(definition);
  office.facts.set('last_scan(h1)', fresh);
  office.open('chen', 'host', 'h1', { name: 'web1', owner: 'lin' });
  office.open('wang', 'change', 'c1', { title: 'Upgrade', kind: 'patch', host: 'h1', steps: [{ step: 'stop' }] });
});

const submitted = () => office.act('wang', 'c1', 'submit');
const endorsed = () => {
  submitted();
  return office.act('li', 'c1', 'endorse');
};
describe('clock', () => {
  const running = () => {
    office.save('wang', 'c1', { until: '2026-11-25' });
    endorsed();
    return office.act(
      'chen',
      'c1',
      'accept',
      { opinion: 'x' },
      { waive: [{ gate: 'weekday', with: { reason: 'urgent' } }] },
    );
  };

  test('an action fires when its condition turns true, and opens what it says with a due date', () => {
    running();
    office.now = '2026-11-25T15:59:00.000Z';
    expect((office.tick('c1') as Decision).events).toEqual([]);
    office.now = '2026-11-25T16:00:00.000Z';
    const { events } = office.tick('c1') as Decision;
    const opened = events.find(({ type }) => type === 'record.opened')!;
    expect(office.state('c1').state).toBe('done');
    expect(office.state(opened.stream)).toMatchObject({
      type: 'finding',
      requester: 'wang',
      origin: 'c1',
      values: { title: 'expired', due: '2026-11-28' },
      assigned: { persons: ['wang'], due: '2026-11-28T15:59:59.999Z' },
    });
  });

  test('an entry fires once, and again only after its condition was false', () => {
    running();
    const told = () => (office.tick('c1') as Decision).events.filter(({ type }) => type === 'record.told').length;
    const steps = (passed: boolean) => {
      const state = office.state('c1');
      office.records.set('c1', { ...state, values: { ...state.values, steps: [{ id: 'r1', step: 'stop', passed }] } });
    };
    steps(false);
    expect([told(), told()]).toEqual([1, 0]);
    steps(true);
    expect(told()).toBe(0);
    steps(false);
    expect(told()).toBe(1);
  });

  test('each rung of lateness is told once; late means past due', () => {
    submitted();
    office.now = '2026-11-22T16:00:00.000Z';
    expect(
      (office.tick('c1') as Decision).events.filter(({ type }) => type === 'record.told').map(({ data }) => data.to),
    ).toEqual([['li']]);
    expect(office.state('c1').late).toEqual(['unit.0']);
    office.now = '2026-11-23T16:00:00.000Z';
    expect((office.tick('c1') as Decision).events.map(({ type, data }) => [type, data.rung ?? data.to])).toEqual([
      ['record.late', 'late'],
      ['record.late', 'unit.1'],
      ['record.told', ['ceo']],
    ]);
    expect((office.tick('c1') as Decision).events).toEqual([]);
    office.act('li', 'c1', 'endorse');
    expect(office.state('c1').late).toEqual([]);
  });

  test('nobody but the clock ticks', () => {
    running();
    office.now = '2026-12-25T16:00:00.000Z';
    expect((office.run('wang', { do: 'tick', record: 'c1' }) as Decision).events).toEqual([]);
    expect((office.run(clock, { do: 'tick', record: 'c1' }) as Decision).events.length).toBeGreaterThan(0);
  });
});
