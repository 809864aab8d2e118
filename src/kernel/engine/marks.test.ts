import { beforeEach, describe, expect, test } from 'vitest';
import { isRefused } from '../refusal.ts';
import { office as definitionOfOne } from './fixtures/change.ts';
import { action, definition, field, state, type } from './fixtures/definition.ts';
import { directory, Office, outcome } from './fixtures/office.ts';
import { heldOn } from './marks.ts';
import { contentCode } from './otherwise.ts';
import { waiting } from './waiting.ts';

let office: Office;
const file = (name: string) => [{ id: name, name, sha256: 'ab'.repeat(32), size: 1, media: 'image/jpeg' }];

beforeEach(() => {
  office = new Office(definitionOfOne);
  office.facts.set('last_scan(h1)', { finished_at: '2026-11-19T22:00:00.000Z' });
  office.open('chen', 'host', 'h1', { name: 'web1', owner: 'lin' });
  office.open('wang', 'change', 'c1', { title: 'Upgrade', kind: 'patch', host: 'h1', steps: [{ step: 'stop' }] });
  office.act('wang', 'c1', 'submit');
});

const sheet = (more: Record<string, unknown> = {}) => ({
  signer: 'li',
  signedOn: '2026-11-20',
  print: contentCode(definitionOfOne.records.change!, office.state('c1')),
  scan: file('scan.jpg'),
  kept: 'cabinet 3',
  document: '資字第1150001號',
  ...more,
});
const onPaper = (registrar: string, more: Record<string, unknown> = {}) =>
  office.act(registrar, 'c1', 'endorse', {}, { paper: sheet(more) });
const markOn = (record: string) => heldOn(office.state(record))[0]!.mark.id;
const confirm = (who: string, more: Record<string, unknown> = {}) =>
  office.run(who, { do: 'confirm', record: 'c1', mark: markOn('c1'), agree: true, ...more });

describe('登錄紙本核章', () => {
  test('moves nothing until a second person has confirmed it, then seals as paper', () => {
    expect(outcome(onPaper('lin'))).toEqual(['done']);
    expect(office.state('c1').state).toBe('unit');
    expect(outcome(confirm('li'))).toEqual(['done']);
    expect(office.state('c1').state).toBe('review');
    expect(office.state('c1').seals.at(-1)).toMatchObject({
      action: 'endorse',
      by: 'li',
      role: 'unit_head',
      factor: 'paper',
      mark: { kind: 'paper', registrar: 'lin', kept: 'cabinet 3', document: '資字第1150001號' },
      confirmed: { by: 'li', factor: 'password' },
    });
    expect(office.state('c1').acts.endorse).toMatchObject({ by: 'li', mark: { kind: 'paper' } });
    expect(office.folded('c1')).toEqual(office.state('c1'));
  });

  test('whoever enters it is not its signer', () => {
    expect(outcome(onPaper('li'))).toEqual(['never']);
  });

  test('the signer must be somebody who may sign', () => {
    expect(outcome(onPaper('lin', { signer: 'chen' }))).toEqual(['by']);
    expect(outcome(onPaper('lin', { signer: 'wang' }))).toEqual(['by']);
  });

  test('a print of an older content, or of another case, is refused', () => {
    const before = sheet().print;
    office.act('li', 'c1', 'back', { reason: 'unclear' });
    office.save('wang', 'c1', { title: 'Upgrade of the server' });
    office.act('wang', 'c1', 'submit');
    const refused = onPaper('lin', { print: before });
    expect(isRefused(refused) && refused.refused[0]).toMatchObject({ code: 'conflict', field: 'print' });
    expect(outcome(onPaper('lin'))).toEqual(['done']);
  });

  test('the code is read as people type it', () => {
    expect(outcome(onPaper('lin', { print: sheet().print.replaceAll('-', ' ').toLowerCase() }))).toEqual(['done']);
  });

  test('neither the registrar nor the requester confirms it', () => {
    onPaper('lin');
    expect(outcome(confirm('lin'))).toEqual(['never']);
    expect(outcome(confirm('wang'))).toEqual(['never']);
    expect(office.ask('mayor', (input) => waiting(input, office.state('c1')))).toMatchObject([
      { action: '@countersign', persons: expect.not.arrayContaining(['lin', 'wang']) },
    ]);
  });

  test('a scan, a date since the case was opened and where the original lies are needed', () => {
    expect(outcome(onPaper('lin', { scan: [], kept: ' ', signedOn: '2026-11-19' }))).toEqual([
      'invalid',
      'invalid',
      'invalid',
    ]);
  });

  test('gates are asked again when it is confirmed', () => {
    office.act('li', 'c1', 'endorse');
    office.act('lin', 'c1', 'accept', { opinion: 'fine' }, { paper: sheet({ signer: 'chen' }) });
    office.facts.clear();
    expect(outcome(confirm('hsu'))).toEqual(['scanned']);
    expect(office.state('c1').state).toBe('review');
  });

  test('declined, it was never a vote, and the words are told', () => {
    onPaper('lin');
    expect(outcome(confirm('li', { agree: false }))).toEqual(['required']);
    expect(outcome(confirm('li', { agree: false, words: 'not my stamp' }))).toEqual(['done']);
    expect(office.state('c1').pending).toEqual({});
    expect(office.events.at(-1)).toMatchObject({ type: 'record.told', data: { to: expect.arrayContaining(['lin']) } });
  });

  test('content changed meanwhile takes the vote away', () => {
    onPaper('lin');
    office.act('li', 'c1', 'back', { reason: 'unclear' });
    office.save('wang', 'c1', { title: 'Other' });
    expect(heldOn(office.state('c1'))).toEqual([]);
  });

  test('an ordinary seal needs no paper any more', () => {
    onPaper('lin');
    expect(outcome(office.act('li', 'c1', 'endorse'))).toEqual(['done']);
    expect(office.state('c1').seals.at(-1)).toMatchObject({ by: 'li', factor: 'password' });
    expect(office.state('c1').seals.at(-1)?.mark).toBeUndefined();
  });
});

describe('補登', () => {
  const backfill = (doneAt: string) => ({ backfill: { doneAt, why: 'power cut', proof: file('photo.jpg') } });

  test('what was done earlier is marked and counts once somebody else countersigns', () => {
    office.now = '2026-11-21T01:00:00.000Z';
    office.act('li', 'c1', 'back', { reason: 'unclear' }, backfill('2026-11-20T20:00+08:00'));
    expect(office.state('c1').state).toBe('unit');
    expect(outcome(confirm('li'))).toEqual(['never']);
    expect(outcome(confirm('mayor'))).toEqual(['done']);
    expect(office.state('c1').acts.back).toMatchObject({
      at: '2026-11-21T01:00:00.000Z',
      by: 'li',
      mark: { kind: 'backfilled', doneAt: '2026-11-20T12:00:00.000Z' },
      confirmed: { by: 'mayor' },
    });
  });

  test('never in the future, never before the case was opened, never without evidence', () => {
    expect(outcome(office.act('li', 'c1', 'back', { reason: 'x' }, backfill('2026-11-21T00:00:00Z')))).toEqual([
      'invalid',
    ]);
    expect(outcome(office.act('li', 'c1', 'back', { reason: 'x' }, backfill('2026-11-01T00:00:00Z')))).toEqual([
      'invalid',
    ]);
    office.now = '2026-11-21T01:00:00.000Z';
    const bare = { backfill: { doneAt: '2026-11-20T12:00:00Z', why: '', proof: [] } };
    expect(outcome(office.act('li', 'c1', 'back', { reason: 'x' }, bare))).toEqual(['invalid', 'invalid']);
  });

  test('a seal is not entered afterwards', () => {
    office.now = '2026-11-21T01:00:00.000Z';
    expect(outcome(office.act('li', 'c1', 'endorse', {}, backfill('2026-11-20T12:00:00Z')))).toEqual(['invalid']);
  });

  test('a case entered afterwards does not go on until countersigned, and late is a violation', () => {
    const values = { title: 'Night', kind: 'patch', host: 'h1', steps: [{ step: 'stop' }] };
    office.run('wang', { do: 'open', type: 'change', record: 'c2', values, ...backfill('2026-11-19T18:00:00Z') });
    expect(outcome(office.act('wang', 'c2', 'submit'))).toEqual(['owed']);
    office.now = '2026-11-27T01:00:00.000Z';
    office.tick('c2');
    expect(office.events.at(-1)).toMatchObject({ type: 'record.violated', data: { because: 'unconfirmed' } });
    office.run('li', { do: 'confirm', record: 'c2', mark: markOn('c2'), agree: true });
    office.facts.set('last_scan(h1)', { finished_at: '2026-11-26T22:00:00.000Z' });
    expect(outcome(office.act('wang', 'c2', 'submit'))).toEqual(['done']);
    expect(office.folded('c2')).toEqual(office.state('c2'));
  });
});

describe('代填', () => {
  const values = { title: 'For the mayor', kind: 'patch', host: 'h1', steps: [{ step: 'stop' }] };

  test('the owner is whose case it is, both names stand, and only the owner confirms', () => {
    office.run('lin', { do: 'open', type: 'change', record: 'c2', values, owner: 'wang' });
    expect(office.state('c2')).toMatchObject({
      requester: 'wang',
      acts: { open: { by: 'lin' } },
      marked: [{ by: 'lin', mark: { kind: 'filled', for: 'wang' } }],
    });
    const mark = markOn('c2');
    for (const who of ['lin', 'li', 'mayor', 'chen'])
      expect(outcome(office.run(who, { do: 'confirm', record: 'c2', mark, agree: true }))).toEqual(['never']);
    expect(outcome(office.act('wang', 'c2', 'submit'))).toEqual(['owed']);
    expect(outcome(office.run('wang', { do: 'confirm', record: 'c2', mark, agree: true }))).toEqual(['done']);
    expect(outcome(office.act('wang', 'c2', 'submit'))).toEqual(['done']);
  });

  test('only what the owner could write is written for them', () => {
    expect(outcome(office.run('lin', { do: 'save', record: 'c1', values: { title: 'x' }, owner: 'wang' }))).toEqual([
      'forbidden',
    ]);
    office.act('li', 'c1', 'back', { reason: 'unclear' });
    expect(outcome(office.run('lin', { do: 'save', record: 'c1', values: { title: 'x' } }))).toEqual(['forbidden']);
    office.run('lin', { do: 'save', record: 'c1', values: { title: 'x' }, owner: 'wang' });
    office.run('lin', { do: 'save', record: 'c1', values: { until: '2026-12-31' }, owner: 'wang' });
    expect(office.state('c1').marked).toMatchObject([{ what: 'fill', mark: { fields: ['title', 'until'] } }]);
    expect(outcome(office.act('wang', 'c1', 'submit'))).toEqual(['owed']);
  });

  test('a register is not filled in for somebody else', () => {
    expect(outcome(office.run('lin', { do: 'open', type: 'host', values: { name: 'x' }, owner: 'chen' }))).toEqual([
      'invalid',
    ]);
  });
});

test('whoever is deputy of both sides is still one person', () => {
  office.directory = {
    ...directory,
    deputies: [
      { id: 'd', for: 'li', person: 'lin', order: 1, from: '2026-11-01', until: '2026-12-31' },
      { id: 'e', for: 'mayor', person: 'lin', order: 1, from: '2026-11-01', until: '2026-12-31' },
    ],
  };
  onPaper('lin');
  expect(outcome(confirm('lin'))).toEqual(['never']);
});

describe('an act that another one is set off by', () => {
  const pair = type('pair', {
    fields: [field('title'), field('change', { type: { is: 'ref', to: 'change' } })],
    flow: [state('unit'), state('endorsed'), state('closed', { final: true })],
    actions: [
      action('endorse', {
        from: 'unit',
        to: 'endorsed',
        by: ['unit_head of requester'],
        seal: ['_base'],
        does: [{ act: { path: ['change'], action: 'endorse' }, with: {} }],
      }),
      action('file', { from: 'endorsed', to: 'closed', by: ['role:room_manager'], when: "title == 'later'" }),
    ],
  });
  const both = definition([...Object.values(definitionOfOne.records), pair], definitionOfOne);

  test('is its signer’s, on the same paper, whoever confirmed it; where its condition does not hold nobody is asked', () => {
    office = new Office(both);
    office.facts.set('last_scan(h1)', { finished_at: '2026-11-19T22:00:00.000Z' });
    office.open('chen', 'host', 'h1', { name: 'web1', owner: 'lin' });
    office.open('wang', 'change', 'c1', { title: 'Upgrade', kind: 'patch', host: 'h1', steps: [{ step: 'stop' }] });
    office.act('wang', 'c1', 'submit');
    office.open('wang', 'pair', 'p1', { title: 'now', change: 'c1' });
    const print = contentCode(both.records.pair!, office.state('p1'));
    office.act('lin', 'p1', 'endorse', {}, { paper: sheet({ print }) });
    const confirmed = office.run('hsu', { do: 'confirm', record: 'p1', mark: markOn('p1'), agree: true });
    expect(outcome(confirmed)).toEqual(['done']);
    expect(office.state('c1')).toMatchObject({ state: 'review', acts: { endorse: { by: 'li' } } });
    expect(office.state('c1').seals.at(-1)).toMatchObject({
      ...{ action: 'endorse', by: 'li', factor: 'paper' },
      ...{ mark: { kind: 'paper', registrar: 'lin' }, confirmed: { by: 'hsu' } },
    });
    expect(office.folded('c1')).toEqual(office.state('c1'));
    expect(office.ask('wang', (input) => waiting(input, office.state('p1')))).toEqual([]);
  });
});
