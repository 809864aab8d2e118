import { describe, expect, test } from 'vitest';
import { edited, office } from '../../../test/unit/diagnostics/office.ts';
import { compile } from './compile.ts';
import { formatDiagnostic } from './diagnostics.ts';
import type { Definition, SourceFile } from './types.ts';

/** The shorthand of the language page, construct by construct, on top of the sound office. */
function with_(path: string, text: string, more: SourceFile[] = office): Definition {
  const { definition, diagnostics } = compile([...more, { path: `office/${path}`, text }]);
  const wrong = diagnostics.filter((each) => each.severity === 'error').map((each) => formatDiagnostic(each, 'en'));
  if (!definition) throw new Error(wrong.join('\n'));
  return definition;
}

describe('which', () => {
  const set = (query: string) =>
    compile(
      edited({ in: 'records/release.yaml', replace: "finding where case == this && state != 'fixed'", by: query }),
    ).definition?.records.release?.sets.flaws;

  test.each([
    ['finding', { from: { kind: 'record', type: 'finding' } }],
    ["steps where result == 'fail'", { from: { kind: 'table', field: 'steps' }, where: { op: '==' } }],
    ['lists.kind', { from: { kind: 'list', list: 'kind' } }],
    ['alert where subject == this', { from: { kind: 'module', source: 'alert' } }],
    ['hosts', { from: { kind: 'cel', of: { cel: 'hosts' } } }],
    ['finding where case == this newest by opened_at', { newest: 'opened_at' }],
    ['finding sample 10 %', { sample: { percent: 10 } }],
    ["finding where state == 'open' group by host, state", { groupBy: ['host', 'state'] }],
    [
      'finding where given(host) && host.owner == this.requester',
      { where: { op: 'and', args: [{ op: 'given', path: ['host'] }, { left: { candidate: ['host', 'owner'] } }] } },
    ],
    [
      'finding where host in this.hosts || !given(host)',
      { where: { op: 'or', args: [{ op: 'in', right: { outer: { cel: 'this.hosts' } } }, { op: 'not' }] } },
    ],
    ['finding where opened_at > now - days(90)', { where: { right: { outer: { cel: 'now - days(90)' } } } }],
    ['host where in_scope', { where: { op: 'true', operand: { candidate: ['in_scope'] } } }],
    [
      'release where item != this && shares(hosts, this.hosts)',
      { where: { op: 'and', args: [{ left: { candidate: ['item'] } }, { op: 'shares' }] } },
    ],
  ])('%s', (query, wanted) => {
    expect(set(JSON.stringify(query))).toMatchObject(wanted);
  });
});

describe('duties', () => {
  const duty = (text: string) =>
    with_('duties/more.yaml', `duties:\n  more: { zh: 例行, en: Duty, ${text} }\n`).duties.more!;

  test('each working day by noon', () => {
    const found = duty(
      'every: workday, due: "12:00", for: host where in_scope, who: owner, proof: host_review, late: { after: 4 hours, tell: unit_head }',
    );
    expect(found).toMatchObject({ every: { kind: 'period', unit: 'workday' }, due: { kind: 'at', clock: '12:00' } });
    expect(found.late).toHaveLength(1);
  });

  test('a span counts from the last time, and any matching record is proof', () => {
    const found = duty(
      'every: param.review_months, for: host, who: owner, proof: "host_review where host == this && result == \'pass\'"',
    );
    expect(found.every).toMatchObject({ kind: 'span', of: { kind: 'cel' } });
    expect(found.proof).toMatchObject({ from: { type: 'host_review' }, where: { op: 'and' } });
  });

  test('a secret day', () => {
    expect(duty('every: month, due: random, who: auditor, proof: host_review').every).toEqual({
      kind: 'random',
      within: 'month',
    });
  });

  test('after an act, under a condition', () => {
    const found = duty(
      'after: "release.approve where kind == \'new\'", who: room_manager, proof: host_review, due: 14 days',
    );
    expect(found.after).toMatchObject([{ record: 'release', action: 'approve', where: { op: '==' } }]);
  });
});

describe('monitors', () => {
  test('a group has a count, its records and what they share', () => {
    const text = `monitors:
  repeated:
    zh: 重複
    en: Repeated
    for: finding where opened_at > now - days(90) group by host.segment
    every: day
    measure: this.count
    breach: value >= 3
    opens: { record: finding, with: { title: "'重複：' + this.host_segment", case: this.records }, who: room_manager }
`;
    expect(() => with_('monitors/more.yaml', text)).toThrow(/finding.case takes reference/);
    expect(
      with_('monitors/more.yaml', text.replace(', case: this.records', '')).monitors.repeated?.for.groupBy,
    ).toEqual(['host.segment']);
  });

  test('two registers compared', () => {
    const text = `monitors:
  truth:
    zh: 比對
    en: Comparison
    for: host where in_scope
    every: day
    compare:
      seen: software(this)
      known: finding where host == this
      match: title
      extra: { opens: { record: finding, with: { host: this, title: item.name }, who: owner } }
      missing: { tell: [room_manager, owner] }
      differs: { fields: [title], tell: room_manager }
`;
    const found = with_('monitors/more.yaml', text).monitors.truth?.compare;
    expect(found).toMatchObject({
      match: 'title',
      differs: { fields: ['title'] },
      missing: { tell: [{ who: [{}, {}] }] },
    });
  });
});

test('a list that is conduct', () => {
  const text = `lists:
  acceptable_use:
    zh: 使用規範
    en: Acceptable use
    audience: auditor
    again: param.review_months
    sample: 5
    lapse: { after: 14 days, does: [identity.suspend(person)] }
    rows:
      own_login: { zh: 不共用帳號, en: No shared accounts, quiz: { ask: { zh: 可共用？, en: May you share? }, right: b } }
`;
  const list = with_('lists/more.yaml', text).lists.acceptable_use!;
  expect(list.lapse?.does).toEqual([{ effect: { module: 'identity', name: 'suspend', args: [{ cel: 'person' }] } }]);
  expect(list.rows.own_login?.quiz).toMatchObject({ right: 'b', ask: { en: 'May you share?' } });
});

test('waive by somebody with a reason, a gate kept unique in some states, a gate that only advises', () => {
  const files = edited({
    in: 'records/release.yaml',
    replace: '    waive: never\n',
    by: `    waive: { by: [auditor], asks: [reason] }
  one_of_a_kind:
    guards: [open, save]
    clause: office.2
    unique: [kind, planned]
    while: [draft, review]
    zh: 重複
    en: Twice
    advises: true
`,
  }).map((file) =>
    file.path.endsWith('clauses.yaml')
      ? { ...file, text: file.text.replace('gate.release.tested]', 'gate.release.tested, gate.release.one_of_a_kind]') }
      : file,
  );
  const { gates } = compile(files).definition!.records.release!;
  expect(gates.tested?.waive).toMatchObject({
    by: [{ any: [{ who: { kind: 'role', role: 'auditor' } }] }],
    asks: ['reason'],
  });
  expect(gates.one_of_a_kind).toMatchObject({ unique: ['kind', 'planned'], while: ['draft', 'review'], advises: true });
});

test('told: one, several together, or each with a message of its own', () => {
  const tell = (written: string) =>
    compile(
      edited({
        in: 'records/release.yaml',
        replace: '{ who: requester, zh: "不核可：{reason}", en: "Refused: {reason}" }',
        by: written,
      }),
    ).definition?.records.release?.actions.refuse?.tell;
  expect(tell('requester')).toEqual([{ who: [{ who: { kind: 'path', path: ['requester'] } }] }]);
  expect(tell('[requester, auditor]')).toMatchObject([{ who: [{}, {}] }]);
  expect(tell('[{ who: requester }, { who: auditor, ack: 15 minutes, else: unit_head, again: day }]')).toMatchObject([
    {},
    { ack: { n: 15, unit: 'minute' }, else: [{}], again: { n: 1, unit: 'day' } },
  ]);
});
