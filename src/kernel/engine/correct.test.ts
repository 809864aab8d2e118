import { beforeEach, describe, expect, test } from 'vitest';
import { isRefused } from '../refusal.ts';
import { fieldsRead } from './bearing.ts';
import { office as definition } from './fixtures/change.ts';
import { action, field, state, type } from './fixtures/definition.ts';
import { Office, outcome } from './fixtures/office.ts';
import { standingSeals } from './seals.ts';

let office: Office;

beforeEach(() => {
  office = new Office(definition);
  office.facts.set('last_scan(h1)', { finished_at: '2026-11-19T22:00:00.000Z' });
  office.open('chen', 'host', 'h1', { name: 'web1', owner: 'lin' });
  office.open('wang', 'change', 'c1', {
    title: 'Upgrade',
    kind: 'patch',
    host: 'h1',
    phone: '0912',
    steps: [{ step: 'stop' }],
  });
  office.act('wang', 'c1', 'submit');
  office.act('li', 'c1', 'endorse');
});

const correct = (who: string, changes: Record<string, unknown>, reason = 'a slip') =>
  office.run(who, { do: 'correct', record: 'c1', changes, reason });
const correction = () => office.state('c1').corrections!.at(-1)!;

describe('更正', () => {
  test('of a field nothing reads: before and after stand in history, the seals stand, their signers are told', () => {
    expect(outcome(correct('wang', { phone: '0913' }))).toEqual(['done']);
    const state = office.state('c1');
    expect(state.values.phone).toBe('0913');
    expect(correction()).toMatchObject({
      kind: 'correction',
      by: 'wang',
      reason: 'a slip',
      changes: [{ field: 'phone', before: '0912', after: '0913' }],
      until: '2026-11-27T15:59:59.999Z',
    });
    expect(standingSeals(state).map(({ action: name, content }) => [name, content.phone])).toEqual([
      ['submit', '0912'],
      ['endorse', '0912'],
    ]);
    expect(
      office.events.find((event) => event.type === 'record.told' && String(event.data.notice) !== '')?.data.to,
    ).toEqual(['li']);
    expect(office.folded('c1')).toEqual(state);
  });

  test('before and after of a personal field are encrypted', () => {
    correct('wang', { phone: '0913' });
    const event = office.events.find((one) => one.type === 'record.corrected')!;
    expect(event.personal.map(({ path }) => path.join('.'))).toEqual([
      'correction.changes.0.before',
      'correction.changes.0.after',
    ]);
  });

  test('a field a gate reads is refused, with the way that is open', () => {
    expect(isRefused(correct('wang', { title: 'Other' })) && correct('wang', { title: 'Other' })).toMatchObject({
      refused: [{ code: 'gate', field: 'title', fix: { go: 'action.correct' } }],
    });
  });

  test('what was approved is no slip: whom, which, whether, evidence', () => {
    const file = { id: 'f', name: 'f', sha256: 'ab'.repeat(32), size: 1, media: 'a/b' };
    for (const changes of [{ kind: 'build' }, { host: 'h2' }, { documents: [file] }])
      expect(outcome(correct('wang', changes))[0]).toMatch(/^correction\./);
  });

  test('only whoever writes there, with a reason, and never to nothing where something is needed', () => {
    expect(outcome(correct('lin', { phone: '0913' }))).toEqual(['by']);
    expect(outcome(correct('wang', { phone: '0913' }, ' '))).toEqual(['required']);
    expect(outcome(correct('wang', { kind: '' }))).toEqual(['required']);
    expect(outcome(correct('wang', { phone: '0912' }))).toEqual(['required']);
    expect(outcome(correct('wang', { stepCount: 3 }))).toEqual(['forbidden']);
  });

  test('what nobody has sealed is simply changed', () => {
    office.open('wang', 'change', 'c2', { title: 'x', kind: 'patch', phone: '1' });
    expect(outcome(office.run('wang', { do: 'correct', record: 'c2', changes: { phone: '2' }, reason: 'x' }))).toEqual([
      'state',
    ]);
  });

  test('an unfinished vote that covered it is given again', () => {
    office.act('chen', 'c1', 'accept', { opinion: 'fine' });
    office.act('wang', 'c1', 'finish', { result: 'ok' });
    correct('wang', { phone: '0913' });
    expect(Object.keys(office.state('c1').pending)).toEqual(['finish']);
  });

  test('a later change of the same field voids the seals all the same', () => {
    correct('wang', { phone: '0913' });
    office.act('chen', 'c1', 'correct', { reason: 'look' });
    office.save('wang', 'c1', { phone: '0914' });
    expect(office.state('c1').seals.map(({ void: gone }) => gone?.fields)).toEqual([['phone'], ['phone']]);
  });
});

describe('an objection', () => {
  beforeEach(() => {
    correct('wang', { phone: '0913' });
  });
  const object = (who: string, words = 'not what I signed') =>
    office.run(who, { do: 'object', record: 'c1', correction: correction().id, words });

  test('voids that signer’s seal with their words; it is owed, and the case waits', () => {
    expect(outcome(object('li'))).toEqual(['done']);
    const state = office.state('c1');
    expect(state.seals.map(({ action: name, void: gone }) => [name, gone?.objection])).toEqual([
      ['submit', undefined],
      ['endorse', 'not what I signed'],
    ]);
    expect(state.owed).toMatchObject([{ action: 'endorse', because: 'voided' }]);
    expect(outcome(office.act('chen', 'c1', 'accept', { opinion: 'fine' }))).toEqual(['owed']);
    expect(outcome(office.act('li', 'c1', 'endorse'))).toEqual(['done']);
    expect(standingSeals(office.state('c1')).at(-1)?.content.phone).toBe('0913');
    expect(office.folded('c1')).toEqual(office.state('c1'));
  });

  test('only by a signer, with words, in time', () => {
    expect(outcome(object('chen'))).toEqual(['by']);
    expect(outcome(object('li', ' '))).toEqual(['required']);
    office.now = '2026-11-28T01:00:00.000Z';
    expect(outcome(object('li'))).toEqual(['state']);
  });
});

test('勘誤 on a closed record stands beside it and changes nothing, whatever the field', () => {
  office.act('chen', 'c1', 'back', { reason: 'no' });
  office.act('wang', 'c1', 'withdraw');
  const before = office.state('c1');
  expect(outcome(correct('wang', { title: 'Upgrades', kind: 'build' }))).toEqual(['done']);
  const after = office.state('c1');
  expect(after.values).toEqual(before.values);
  expect(correction()).toMatchObject({
    kind: 'erratum',
    changes: [{ field: 'title', before: 'Upgrade', after: 'Upgrades' }, { field: 'kind' }],
  });
  expect(after.state).toBe('withdrawn');
});

describe('a correction of a register', () => {
  const propose = (who: string, changes: Record<string, unknown>) =>
    office.run(who, { do: 'propose', record: 'h1', changes, reason: 'misspelt' });
  const decide = (who: string, more: Record<string, unknown> = {}) =>
    office.run(who, {
      do: 'decide',
      record: 'h1',
      proposal: office.state('h1').proposals!.at(-1)!.id,
      agree: true,
      ...more,
    });

  test('anybody asks, whoever keeps the register decides, and it is written through its gates', () => {
    expect(outcome(propose('wang', { name: 'web01' }))).toEqual(['done']);
    expect(office.state('h1').values.name).toBe('web1');
    expect(outcome(decide('li'))).toEqual(['by']);
    expect(outcome(decide('chen'))).toEqual(['done']);
    expect(office.state('h1')).toMatchObject({
      values: { name: 'web01' },
      proposals: [{ by: 'wang', decided: { by: 'chen', agree: true } }],
    });
    expect(outcome(decide('chen'))).toEqual(['state']);
    expect(office.folded('h1')).toEqual(office.state('h1'));
  });

  test('nobody decides about what they asked for, and a no says why', () => {
    propose('chen', { name: 'web01' });
    expect(outcome(decide('chen'))).toEqual(['never']);
    expect(outcome(decide('hsu', { agree: false }))).toEqual(['required']);
    expect(outcome(decide('hsu', { agree: false, words: 'it is right' }))).toEqual(['done']);
    expect(office.state('h1').values.name).toBe('web1');
  });

  test('cases have none: whoever wrote them corrects them', () => {
    expect(outcome(office.run('lin', { do: 'propose', record: 'c1', changes: { title: 'x' }, reason: 'x' }))).toEqual([
      'invalid',
    ]);
  });
});

describe('fields something hangs on', () => {
  test('gates, conditions, people, computed fields, drawn tables and other types’ queries count; words shown do not', () => {
    const read = fieldsRead(definition, definition.records.change!);
    for (const name of ['title', 'host', 'until', 'steps', 'kind']) expect(read).toContain(name);
    for (const name of ['phone', 'documents', 'verdict', 'result']) expect(read).not.toContain(name);
  });

  test('a type that can reach it, however far, counts', () => {
    const flow = [state('draft')];
    const near = type('near', { flow, fields: [field('remarks'), field('place')] });
    const middle = type('middle', { flow, fields: [field('near', { type: { is: 'ref', to: 'near' } })] });
    const far = type('far', {
      flow,
      fields: [field('middle', { type: { is: 'ref', to: 'middle' } })],
      actions: [action('go', { by: ['anyone'], when: "middle.near.place == 'x'" })],
    });
    const read = fieldsRead({ ...definition, records: { near, middle, far } }, near);
    expect(read).toContain('place');
    expect(read).not.toContain('remarks');
  });
});
