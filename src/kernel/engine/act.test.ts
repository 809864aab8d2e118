import { beforeEach, describe, expect, test } from 'vitest';
import { isRefused } from '../refusal.ts';
import { office as definition } from './fixtures/change.ts';
import { directory, Office, outcome } from './fixtures/office.ts';
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
const accepted = () => {
  endorsed();
  return office.act('chen', 'c1', 'accept', { opinion: 'fine' });
};

describe('who', () => {
  test('somebody not named in by is refused with the clause', () => {
    submitted();
    const result = office.act('chen', 'c1', 'endorse');
    expect(isRefused(result) && result.refused[0]).toMatchObject({
      code: 'by',
      clauses: ['test.1'],
      fix: { text: { zh: '可由li辦理', en: 'li may' } },
    });
  });

  test('unit_head of climbs past the person concerned', () => {
    office.open('li', 'change', 'c2', { title: 'Own', kind: 'patch', host: 'h1', steps: [{ step: 'stop' }] });
    office.act('li', 'c2', 'submit');
    expect(outcome(office.act('li', 'c2', 'endorse'))).toEqual(['by']);
    expect(outcome(office.act('mayor', 'c2', 'endorse'))).toEqual(['done']);
  });

  test('a deputy acts within dates and the seal says for whom', () => {
    office.directory = {
      ...directory,
      deputies: [{ id: 'd', for: 'li', person: 'lin', order: 1, from: '2026-11-20', until: '2026-11-20' }],
    };
    submitted();
    expect(outcome(office.act('lin', 'c1', 'endorse'))).toEqual(['done']);
    expect(office.state('c1').seals.at(-1)).toMatchObject({
      action: 'endorse',
      by: 'lin',
      for: 'li',
      role: 'unit_head',
    });
  });

  test('after the last day the deputy is nobody', () => {
    office.directory = {
      ...directory,
      deputies: [{ id: 'd', for: 'li', person: 'lin', order: 1, from: '2026-11-01', until: '2026-11-19' }],
    };
    submitted();
    expect(outcome(office.act('lin', 'c1', 'endorse'))).toEqual(['by']);
  });

  test('whoever acts for a barred person is barred too', () => {
    office.directory = {
      ...directory,
      grants: [
        ...directory.grants,
        { id: 'x', person: 'li', role: 'room_manager', unit: 'office', from: '2020-01-01' },
      ],
      deputies: [{ id: 'd', for: 'li', person: 'lin', order: 1, from: '2026-11-01', until: '2026-12-31' }],
    };
    endorsed();
    expect(outcome(office.act('li', 'c1', 'accept', { opinion: 'x' }))).toEqual(['never']);
    expect(outcome(office.act('lin', 'c1', 'accept', { opinion: 'x' }))).toEqual(['never']);
  });
});

describe('state, required fields and gates', () => {
  test('an action of another state is refused', () => {
    expect(outcome(office.act('li', 'c1', 'endorse'))).toEqual(['state']);
  });

  test('required fields and gates are reported together', () => {
    office.open('wang', 'change', 'c2', { kind: 'patch', steps: [{}] });
    expect(outcome(office.act('wang', 'c2', 'submit'))).toEqual([
      'required.title',
      'required.host',
      'required.steps',
      'scanned',
      'steps_named',
      'title_once',
    ]);
  });

  test('an absent fact is unknown, unknown refuses and is named', () => {
    office.facts.clear();
    const result = submitted();
    expect(isRefused(result) && result.refused[0]).toMatchObject({
      gate: 'scanned',
      because: 'unknown',
      unknown: ['last_scan(host)'],
    });
  });

  test('each names every item that fails', () => {
    office.save('wang', 'c1', { steps: [{ step: 'bad' }, { step: 'good' }, { step: 'bad' }] });
    const result = submitted();
    expect(isRefused(result) && result.refused[0]).toMatchObject({ gate: 'steps_named', items: ['bad', 'bad'] });
  });

  test('an advising gate only warns', () => {
    office.save('wang', 'c1', { title: 'A title that is far too long to read' });
    expect((submitted() as Decision).warnings.map(({ gate }) => gate)).toEqual(['short_title']);
  });

  test('what a gate saw is stored with the act', () => {
    const { events } = submitted() as Decision;
    expect(events[0]!.gates?.find(({ gate }) => gate === 'scanned')).toMatchObject({
      outcome: 'holds',
      saw: [
        { what: 'host', value: 'h1' },
        { what: 'last_scan(h1)', value: fresh },
        { what: 'now' },
        { what: 'param.scan_days' },
      ],
    });
  });

  test('two records cannot both have unique values while in the states that count', () => {
    submitted();
    office.open('lin', 'change', 'c2', { title: 'Upgrade', kind: 'patch', host: 'h1', steps: [{ step: 'stop' }] });
    expect(outcome(office.act('lin', 'c2', 'submit'))).toEqual(['title_once']);
    office.act('wang', 'c1', 'withdraw');
    expect(outcome(office.act('lin', 'c2', 'submit'))).toEqual(['done']);
  });

  test('an exception in force for what the record refers to lifts a gate, until its end', () => {
    office.facts.clear();
    office.open('wang', 'exception', 'x1', { subject: 'h1', lifts: ['change.scanned'], until: '2026-11-30' });
    office.now = '2026-12-01T01:00:00.000Z';
    expect(outcome(submitted())).toEqual(['scanned']);
    office.now = '2026-11-30T01:00:00.000Z';
    expect((submitted() as Decision).waived).toEqual({ scanned: 'x1' });
  });

  test('a gate waived with the act needs somebody who may and what it asks', () => {
    office.save('wang', 'c1', { until: '2026-12-31' });
    endorsed();
    expect(outcome(office.act('chen', 'c1', 'accept', { opinion: 'x' }))).toEqual(['weekday']);
    expect(
      outcome(office.act('chen', 'c1', 'accept', { opinion: 'x' }, { waive: [{ gate: 'weekday', with: {} }] })),
    ).toEqual(['weekday']);
    const waived = office.act(
      'chen',
      'c1',
      'accept',
      { opinion: 'x' },
      { waive: [{ gate: 'weekday', with: { reason: 'urgent' } }] },
    );
    expect((waived as Decision).waived).toEqual({ weekday: 'chen' });
  });

  test('a seal asks a factor again', () => {
    expect(
      outcome(
        office.run({ kind: 'person', person: 'wang', factor: 'none' }, { do: 'act', record: 'c1', action: 'submit' }),
      ),
    ).toEqual(['factor']);
  });

  test('only what is asked, and sections one may fill, can be written with an act', () => {
    submitted();
    expect(outcome(office.act('li', 'c1', 'endorse', { title: 'Other' }))).toEqual(['forbidden']);
  });

  test('going back needs a reason but no complete form', () => {
    submitted();
    expect(outcome(office.act('li', 'c1', 'back'))).toEqual(['required.reason']);
    expect(outcome(office.act('li', 'c1', 'back', { reason: 'unclear' }))).toEqual(['done']);
  });
});

describe('several records, one act', () => {
  test('the register moves with the paper that moves it, and by nobody’s hand', () => {
    expect(outcome(office.act('chen', 'h1', 'occupy', { case: 'c1' }))).toEqual(['by']);
    expect(outcome(accepted())).toEqual(['done']);
    expect(office.state('h1')).toMatchObject({ state: 'occupied', values: { case: 'c1' } });
  });

  test('a refused does refuses the whole act and nothing is written', () => {
    accepted();
    office.open('wang', 'change', 'c2', { title: 'Second', kind: 'patch', host: 'h1', steps: [{ step: 'stop' }] });
    office.act('wang', 'c2', 'submit');
    office.act('li', 'c2', 'endorse');
    const before = office.events.length;
    office.records.set('c1', { ...office.state('c1'), state: 'done' });
    expect(outcome(office.act('chen', 'c2', 'accept', { opinion: 'x' }))).toEqual(['state']);
    expect(office.events.length).toBe(before);
  });

  test('a set sees what the same command has already changed', () => {
    accepted();
    office.open('wang', 'change', 'c2', { title: 'Second', kind: 'patch', host: 'h1', steps: [{ step: 'stop' }] });
    office.act('wang', 'c2', 'submit');
    office.act('li', 'c2', 'endorse');
    expect(outcome(office.act('chen', 'c2', 'accept', { opinion: 'x' }))).toEqual(['one_at_a_time']);
  });
});

describe('quorum', () => {
  test('all means every entry, by different people, within the window', () => {
    accepted();
    const first = office.act('chen', 'c1', 'finish', { result: 'ok' }) as Decision;
    expect(first.waitingFor).toEqual(['wang']);
    office.now = '2026-11-20T01:20:00.000Z';
    const second = office.act('wang', 'c1', 'finish', { result: 'ok' }) as Decision;
    expect(second.waitingFor).toEqual(['chen', 'hsu']);
    office.now = '2026-11-20T01:30:00.000Z';
    office.act('hsu', 'c1', 'finish', { result: 'ok' });
    expect(office.state('c1')).toMatchObject({ state: 'done', acts: { finish: { voters: ['wang', 'hsu'] } } });
    expect(
      office
        .state('c1')
        .seals.filter(({ action }) => action === 'finish')
        .map(({ by }) => by),
    ).toEqual(['wang', 'hsu']);
  });

  test('a vote for other contents does not complete the first', () => {
    accepted();
    office.act('chen', 'c1', 'finish', { result: 'ok' });
    expect((office.act('wang', 'c1', 'finish', { result: 'failed' }) as Decision).waitingFor).toEqual(['chen', 'hsu']);
  });

  test('one person in two capacities is one vote', () => {
    office.directory = {
      ...directory,
      grants: [
        ...directory.grants,
        { id: 'w', person: 'wang', role: 'room_manager', unit: 'office', from: '2020-01-01' },
      ],
    };
    accepted();
    office.act('wang', 'c1', 'finish', { result: 'ok' });
    expect(outcome(office.act('wang', 'c1', 'finish', { result: 'ok' }))).toEqual(['done']);
    expect(office.state('c1').state).toBe('running');
  });
});

describe('seals', () => {
  test('editing before the act is passed again voids, and is not owed', () => {
    submitted();
    office.act('li', 'c1', 'back', { reason: 'unclear' });
    office.save('wang', 'c1', { title: 'Better' });
    expect(office.state('c1')).toMatchObject({ owed: [], seals: [{ action: 'submit', void: { fields: ['title'] } }] });
  });

  test('editing behind the acts owes each seal; forward waits, renewal is in place, then it goes on', () => {
    endorsed();
    office.act('chen', 'c1', 'correct', { reason: 'version' });
    office.save('wang', 'c1', { title: 'Corrected' });
    expect(office.state('c1').owed.map(({ action }) => action)).toEqual(['submit', 'endorse']);
    expect(outcome(office.act('wang', 'c1', 'again'))).toEqual(['owed']);
    expect(outcome(office.act('chen', 'c1', 'note', { remark: 'seen' }))).toEqual(['done']);
    expect(outcome(office.act('wang', 'c1', 'submit'))).toEqual(['done']);
    expect(outcome(office.act('li', 'c1', 'endorse'))).toEqual(['done']);
    expect(office.state('c1')).toMatchObject({ state: 'correction', owed: [] });
    expect(outcome(office.act('wang', 'c1', 'again'))).toEqual(['done']);
  });

  test('withdrawal is possible while owed', () => {
    endorsed();
    office.act('chen', 'c1', 'correct', { reason: 'version' });
    office.save('wang', 'c1', { title: 'Corrected' });
    expect(outcome(office.act('wang', 'c1', 'withdraw'))).toEqual(['done']);
  });
});

describe('emergency', () => {
  test('papers are owed, made up in place, and then the clock goes on', () => {
    office.act('chen', 'c1', 'block', { reason: 'attack' });
    expect(office.state('c1').owed.map(({ action, due }) => [action, due])).toEqual([
      ['submit', '2026-11-21T15:59:59.999Z'],
      ['endorse', '2026-11-21T15:59:59.999Z'],
    ]);
    office.act('wang', 'c1', 'submit');
    office.tick('c1');
    expect(office.state('c1').state).toBe('running');
    office.act('li', 'c1', 'endorse');
    office.tick('c1');
    expect(office.state('c1')).toMatchObject({
      state: 'done',
      acts: { submit: { by: 'wang' }, endorse: { by: 'li' } },
    });
  });

  test('unmade in time, each is a violation of its clause, once', () => {
    office.act('chen', 'c1', 'block', { reason: 'attack' });
    office.now = '2026-11-22T00:00:00.000Z';
    const ticked = office.tick('c1') as Decision;
    expect(
      ticked.events.filter(({ type }) => type === 'record.violated').map(({ data, clauses }) => [data.action, clauses]),
    ).toEqual([
      ['submit', undefined],
      ['endorse', ['test.1']],
    ]);
    expect((office.tick('c1') as Decision).events).toEqual([]);
  });
});
