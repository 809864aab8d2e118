import { beforeEach, describe, expect, test } from 'vitest';
import { isRefused } from '../refusal.ts';
import { office as definition } from './fixtures/change.ts';
import { Office, outcome } from './fixtures/office.ts';
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

describe('opening and saving', () => {
  test('numbers run per text around them', () => {
    office.open('lin', 'change', 'c2', { kind: 'patch' });
    expect([office.state('c1').number, office.state('c2').number]).toEqual(['115-變更-001', '115-變更-002']);
  });

  test('a required field must be there at opening, and may not be emptied later', () => {
    expect(outcome(office.open('lin', 'change', 'c2'))).toEqual(['required.kind']);
    expect(outcome(office.save('wang', 'c1', { kind: '' }))).toEqual(['required.kind']);
  });

  test('tables are drawn at opening and again when a field they name changes; answers stay', () => {
    expect(office.state('c1').values.papers).toEqual([{ id: 'plan', source: 'plan' }]);
    office.save('wang', 'c1', { papers: [{ source: 'plan', given: true }] });
    office.save('wang', 'c1', { kind: 'build' });
    expect(office.state('c1').values.papers).toEqual([
      { id: 'plan', source: 'plan', given: true },
      { id: 'diagram', source: 'diagram' },
    ]);
    expect(outcome(office.save('wang', 'c1', { papers: [{ source: 'own', given: true }] }))).toEqual(['invalid']);
  });

  test('computed fields and columns follow and cannot be written', () => {
    office.save('wang', 'c1', { steps: [{ step: 'one' }, { step: 'three' }], stepCount: 9 });
    expect(office.state('c1').values).toMatchObject({ stepCount: 2, steps: [{ length: 3 }, { length: 5 }] });
  });

  test('what cannot be read names its field and line', () => {
    const result = office.save('wang', 'c1', {
      until: '2026-02-30',
      kind: 'other',
      steps: [{ step: 'x', passed: 'maybe' }],
    });
    expect(isRefused(result) && result.refused.map(({ field, line }) => [field, line])).toEqual([
      ['until', undefined],
      ['kind', undefined],
      ['steps', 1],
    ]);
  });

  test('a section is written by whom it names and in its states only', () => {
    expect(outcome(office.save('lin', 'c1', { title: 'Mine' }))).toEqual(['forbidden']);
    submitted();
    expect(outcome(office.save('wang', 'c1', { title: 'Late' }))).toEqual(['forbidden']);
  });

  test('somebody else’s change in between is a conflict', () => {
    expect(outcome(office.run('wang', { do: 'save', record: 'c1', version: 7, values: { title: 'x' } }))).toEqual([
      'conflict',
    ]);
  });

  test('personal fields are named for encryption with the requester’s key', () => {
    const { events } = office.save('wang', 'c1', { phone: '0912' }) as Decision;
    expect(events[0]!.personal).toEqual([{ path: ['values', 'phone'], subject: 'wang' }]);
  });

  test('the same command decides the same ids and events', () => {
    const open = { do: 'open', id: 'same', type: 'change', values: { kind: 'patch' } };
    const [a, b] = [office.run('wang', open) as Decision, new Office(definition).run('wang', open) as Decision];
    expect(a.events[0]!.stream).toBe(b.events[0]!.stream);
    expect(a.events[0]!.stream).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
