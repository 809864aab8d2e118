import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { office as definition } from '../engine/fixtures/change.ts';
import { Office } from '../engine/fixtures/office.ts';
import type { RecordState, Value } from '../engine/types.ts';
import { begin, scopeOf, type Work } from '../engine/work.ts';
import { evaluate } from './evaluate.ts';
import { render } from './template.ts';
import { isKnown, isPending, storedValue } from './things.ts';

let office: Office;
let work: Work;
let self: RecordState;

beforeEach(() => {
  office = new Office(definition);
  office.facts.set('last_scan(h1)', { finished_at: '2026-11-19T22:00:00.000Z', covers: ['h1'] });
  office.open('chen', 'host', 'h1', { name: 'web1', owner: 'lin' });
  office.open('wang', 'change', 'c1', {
    title: 'Upgrade',
    kind: 'build',
    host: 'h1',
    until: '2026-11-25',
    steps: [{ step: 'one', passed: true }, { step: 'two' }],
  });
  self = office.state('c1');
  fresh();
});

function fresh(known = false) {
  const input = office.input({ kind: 'person', person: 'wang' });
  if (known) {
    for (const [id, state] of office.records) input.known.records.set(id, state);
    input.known.facts.set('fact|last_scan|["h1"]', office.facts.get('last_scan(h1)'));
  }
  work = begin(input, 'test');
}

/** The value, `unknown: names`, or `needs: keys`. */
function ask(source: string): unknown {
  const asked = evaluate(source, scopeOf(work, self));
  if (isPending(asked)) return `needs ${[...work.needs.keys()].join(' ')}`;
  return isKnown(asked) ? storedValue(asked) : `unknown ${asked.names.join(' ')}`;
}

describe('what is not known', () => {
  test.each([
    ['phone == "1"', 'unknown phone'],
    ['true || phone == "1"', true],
    ['phone == "1" || true', true],
    ['phone == "1" && false', false],
    ['phone == "1" && true', 'unknown phone'],
    ['!(phone == "1")', 'unknown phone'],
    ['given(phone)', false],
    ['given(title)', true],
    ['steps.exists(s, s.passed)', true],
    ['steps.exists(s, !s.passed)', 'unknown s.passed'],
    ['steps.all(s, s.passed)', 'unknown s.passed'],
    ['steps.all(s, s.step == "x")', false],
    ['steps.filter(s, given(s.passed)).size()', 1],
    ['steps.exists_one(s, s.step == "two")', true],
    ['steps.map(s, s.step)', ['one', 'two']],
    ['phone == "1" ? 1 : 2', 'unknown phone'],
    ['acts.submit.at > acts.open.at', 'unknown acts.submit.at'],
    ['acts.submit.count', 0],
    ['1 / 0 > 1', 'unknown 1 / 0'],
  ])('%s → %s', (source, wanted) => expect(ask(source)).toEqual(wanted));

  test('needs are collected on both sides in one pass, and a decided side wins', () => {
    expect(ask('host.name == "x" && last_scan(host).covers(host) && wang.x == 1')).toContain('record|h1');
    expect([...work.needs.keys()]).toEqual(['record|h1', 'fact|last_scan|["h1"]']);
    fresh();
    expect(ask('host.name == "x" && false')).toBe(false);
  });

  test('once answered, references and facts are followed', () => {
    fresh(true);
    expect(ask('host.name')).toBe('web1');
    expect(ask('host.owner.name')).toBe('lin');
    expect(ask('last_scan(host).covers(host)')).toBe(true);
    expect(ask('last_scan(host).tool')).toBe('unknown last_scan(host).tool');
    expect(ask('host == this.host && this != host')).toBe(true);
  });

  test('what is unknown in any place never turns a whole condition true by itself', () => {
    const leaf = fc.constantFrom('phone == "1"', 'phone != "1"', 'title == "Upgrade"', 'title != "Upgrade"');
    const condition = fc.letrec<{ tree: string }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.tuple(tie('tree'), fc.constantFrom('&&', '||'), tie('tree')).map(([a, op, b]) => `(${a} ${op} ${b})`),
        tie('tree').map((a) => `!(${a})`),
      ),
    })).tree;
    fc.assert(
      fc.property(condition, (source) => {
        const answer = ask(source);
        // Whatever the phone turns out to be, a decided answer must stay the same.
        if (typeof answer !== 'boolean') return;
        for (const phone of ['1', '2']) {
          const sure = evaluate(source, scopeOf(work, { ...self, values: { ...self.values, phone } }));
          expect(sure).toBe(answer);
        }
      }),
    );
  });
});

describe('time', () => {
  test.each([
    ['now >= until', false],
    ['until > now', true],
    ['until + days(1)', '2026-11-26'],
    ['until + hours(1)', '2026-11-24T17:00:00.000Z'],
    ['now - days(30)', '2026-10-21T01:00:00.000Z'],
    ['now + months(1) > until', true],
    ['param.scan_days', { n: 30, unit: 'day' }],
    ['days(1) < hours(25)', true],
    ['minutes_between(now, now + hours(2))', 120],
    ['covers({"start": "2026-11-20", "end": "2026-11-20"}, now)', true],
    ['in_hours(now, "09:00-17:00")', true],
    ['in_hours(now, "22:00-06:00")', false],
    ['workdays_between(now, until)', 3],
  ])('%s → %s', (source, wanted) => expect(ask(source)).toEqual(wanted));
});

describe('values', () => {
  test.each([
    ["kind in ['patch', 'build']", true],
    ['"plan" in lists.kind[kind].papers', true],
    ['lists.paper.exists(p, kind in lists.paper[p].kinds)', true],
    ['papers.all(p, kind in p.source.kinds)', true],
    ["is_ip('https://203.0.113.8/x')", true],
    ["host_of('https://a.gov.tw:8443/x')", 'a.gov.tw'],
    ["outside('0.0.0.0/0')", true],
    ["outside('10.1.0.0/16')", false],
    ["outside('203.0.113.1-203.0.113.9')", true],
    ["touches('1-65535', '22')", true],
    ["touches('80,443', '8080')", false],
    [
      "rule_key({'direction': 'in', 'source': 'a', 'destination': 'b', 'protocol': 'tcp', 'ports': '443'})",
      'in|a|b|tcp|443',
    ],
    ["shares(['a'], ['b', 'a'])", true],
    ['sum(steps, "length")', 6],
    ["'a' < 'b'", true],
    ["title.startsWith('Up')", true],
  ])('%s → %s', (source, wanted) => expect(ask(source)).toEqual(wanted));

  test('a slot that is filled is in the files', () => {
    const file = { id: 'f', name: 'a.pdf', sha256: 'aa', size: 1, media: 'application/pdf', slot: 'plan' };
    self = { ...self, values: { ...self.values, documents: [file] as Value } };
    expect([ask("'plan' in documents"), ask("'diagram' in documents"), ask('documents.sha256')]).toEqual([
      true,
      false,
      'aa',
    ]);
  });
});

describe('texts', () => {
  const both = (template: string) => [
    render(template, 'zh', scopeOf(work, self)),
    render(template, 'en', scopeOf(work, self)),
  ];

  test('ROC dates and units in Chinese, ISO dates and plain units in English', () => {
    expect(both('{until}／{now}／{param.scan_days}')).toEqual([
      '115/11/25／115/11/20 09:00／30 日',
      '2026-11-25／2026-11-20 09:00／30 days',
    ]);
  });

  test('choices and list rows by label, records by number and title, persons by name, many joined', () => {
    fresh(true);
    expect(both('{kind}，{host}，{requester}，{steps.map(s, s.step)}，{papers}')).toEqual([
      `新建，${office.state('h1').number} web1，wang，one、two，計畫、架構圖`,
      `Build，${office.state('h1').number} web1，wang，one, two，Plan, Diagram`,
    ]);
  });

  test('what is unknown says so', () => {
    expect(both('{phone}')).toEqual(['尚無資料', 'not known']);
  });
});
