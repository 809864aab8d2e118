import { describe, expect, test } from 'vitest';
import { compile } from '../../../src/kernel/pack/compile.ts';
import { formatDiagnostic } from '../../../src/kernel/pack/diagnostics.ts';
import { type Edit, type Expected, edited, expectDiagnostic, office } from './office.ts';

const release = 'records/release.yaml';

test('the sound pack has nothing to mend', () => {
  const { definition, diagnostics } = compile(office);
  expect(diagnostics.map((each) => formatDiagnostic(each, 'en'))).toEqual([]);
  expect(definition?.hash).toMatch(/^[0-9a-f]{64}$/);
});

type Case = [rule: string, edit: Edit, expected: Omit<Expected, 'in'> & { in?: string }];

const cases: Case[] = [
  [
    'yaml-trap: text cut by a comma leaves a key without a value',
    { in: release, replace: 'en: Refused, final', by: 'en: Refused, to be redone, final' },
    {
      code: 'yaml-trap',
      at: 'to be redone',
      says: 'key "to be redone" has no value',
      remedy: 'quote text with commas',
    },
  ],
  [
    'yaml-trap: no without quotes',
    { in: 'lists/kinds.yaml', replace: 'en: Fail }', by: 'en: no }' },
    { code: 'yaml-trap', at: 'no } }', says: 'no without quotes', remedy: 'quote yes, no, on' },
  ],
  [
    'yaml-trap: on as a key',
    { in: 'lists/kinds.yaml', replace: 'fail: { zh', by: 'on: { zh' },
    { code: 'yaml-trap', at: 'on: {', says: 'on without quotes', remedy: 'quote yes, no, on' },
  ],
  [
    'yaml-trap: a key twice',
    { in: release, replace: 'en: Release form\n', by: 'en: Release form\nen: Again\n' },
    { code: 'yaml-trap', at: 'en: Again', says: 'key "en" is there twice', remedy: 'keep one' },
  ],
  [
    'yaml-trap: a tab indents',
    { in: release, replace: '  flaws: finding', by: '\tflaws: finding' },
    { code: 'yaml-trap', at: '\tflaws', says: /tabs/i, remedy: 'spaces only' },
  ],
  [
    'yaml-trap: an alias hides what is said',
    { in: release, replace: 'en: Steps\n', by: 'en: *steps\n' },
    { code: 'yaml-trap', at: '*steps', says: /steps/, remedy: /write it out|check indentation/ },
  ],
  [
    'yaml-trap: digits that would be read otherwise',
    { in: release, replace: 'en: Note,', by: 'en: 1.10,' },
    { code: 'yaml-trap', at: '1.10', says: '1.10 is read as something else', remedy: 'quote it' },
  ],
  [
    'unknown-key: an action has no gate',
    { in: release, replace: '    clause: office.1\n    from: review', by: '    gate: tested\n    from: review' },
    { code: 'unknown-key', at: 'gate: tested', says: 'action has no "gate"', remedy: 'guards: [the action]' },
  ],
  [
    'unknown-key: a slip in a key suggests the right one',
    { in: release, replace: '    guards: approve', by: '    gaurds: approve' },
    { code: 'unknown-key', at: 'gaurds', says: 'gate has no "gaurds"', remedy: 'guards?' },
  ],
  [
    'unknown-key: a missing key is named',
    {
      in: release,
      replace: 'who: requester, due: 5 workdays }',
      by: 'who: requester }\n    emergency: { owes: submit }',
    },
    { code: 'unknown-key', at: '{ owes', says: 'emergency lacks "due"', remedy: 'add due:' },
  ],
  [
    'unknown-name: a fact misspelt in a gate, at its column',
    { in: release, replace: 'last_scan(item).finished_at >=', by: 'last_scna(item).finished_at >=' },
    { code: 'unknown-name', at: 'last_scna', says: '"last_scna()" is no field, set or fact', remedy: 'last_scan' },
  ],
  [
    'unknown-name: a field misspelt inside braces of a text',
    { in: release, replace: 'en: "Refused: {reason}"', by: 'en: "Refused: {reaso}"' },
    { code: 'unknown-name', at: 'reaso}', says: '"reaso"', remedy: 'reason' },
  ],
  [
    'unknown-name: a parameter nobody declares',
    { in: release, replace: 'now - param.scan_max_age_days', by: 'now - param.scan_age_days' },
    { code: 'unknown-name', at: 'param.scan_age_days', says: 'scan_age_days', remedy: /./ },
  ],
  [
    'unknown-name: a choice that is no row of its list',
    { in: release, replace: "s.result == 'pass'", by: "s.result == 'passed'" },
    { code: 'unknown-name', at: "'passed'", says: '"passed"', remedy: 'pass' },
  ],
  [
    'unknown-name: a state of a where that the source does not have',
    { in: release, replace: "state != 'fixed'", by: "state != 'fixd'" },
    { code: 'unknown-name', at: "'fixd'", says: '"fixd"', remedy: 'fixed' },
  ],
  [
    'unknown-name: a state no flow has',
    { in: release, replace: 'to: approved', by: 'to: aproved' },
    { code: 'unknown-name', at: 'aproved', says: 'no state "aproved"', remedy: 'approved' },
  ],
  [
    'unknown-name: a role nobody declares',
    { in: release, replace: '[room_manager, deputy_manager]', by: '[room_manger, deputy_manager]' },
    { code: 'unknown-name', at: 'room_manger', says: 'neither a role nor a field', remedy: 'room_manager' },
  ],
  [
    'unknown-name: a gate guards an action that is not there',
    { in: release, replace: 'guards: [submit, approve]', by: 'guards: [submit, aprove]' },
    { code: 'unknown-name', at: 'aprove]', says: 'no action "aprove"', remedy: 'approve' },
  ],
  [
    'unknown-name: with fills a field the opened record lacks',
    { in: release, replace: 'title: item.step', by: 'titel: item.step' },
    { code: 'unknown-name', at: 'item.step', says: 'finding has no field "titel"', remedy: 'title' },
  ],
  [
    'unknown-name: a clause names something not declared',
    { in: 'clauses.yaml', replace: 'gate.release.tested', by: 'gate.release.testd' },
    {
      code: 'unknown-name',
      in: 'clauses.yaml',
      at: 'gate.release.testd',
      says: 'is not declared',
      remedy: 'gate.release.tested',
    },
  ],
  [
    'unknown-name: a duty named as an argument',
    { in: release, replace: 'holds: passed && flaws.size() == 0', by: "holds: missed('reviev') == 0" },
    { code: 'unknown-name', at: "'reviev'", says: '"reviev" is not declared', remedy: 'review' },
  ],
  [
    'unknown-name: a figure cites a clause that is not there',
    { in: 'pack.yaml', replace: 'clause: office.5', by: 'clause: office.55' },
    { code: 'unknown-name', in: 'pack.yaml', at: 'office.55', says: 'no clause "office.55"', remedy: 'office.5' },
  ],
  [
    'unknown-name: a record type that does not exist is opened',
    { in: release, replace: 'opens: { record: finding', by: 'opens: { record: findng' },
    { code: 'unknown-name', at: 'findng', says: 'no record "findng"', remedy: 'finding' },
  ],
  [
    'unknown-name: a remedy leads nowhere',
    { in: release, replace: 'go: field.steps', by: 'go: field.stepz' },
    { code: 'unknown-name', at: 'field.stepz', says: 'leads nowhere', remedy: 'field.steps' },
  ],
  [
    'reserved-name: a field called as CEL calls its own',
    { in: release, replace: '      note:    {', by: '      for:     {' },
    { code: 'reserved-name', at: '{ zh: 說明', says: 'field "for"', remedy: 'rename' },
  ],
  [
    'reserved-name: a field called as every record has it',
    { in: release, replace: '      note:    {', by: '      state:   {' },
    { code: 'reserved-name', at: '{ zh: 說明', says: 'field "state"', remedy: 'rename' },
  ],
  [
    'wrong-type: a moment compared with a number',
    { in: release, replace: '>= now - param.scan_max_age_days', by: '>= 30' },
    { code: 'wrong-type', at: 'last_scan(item).finished_at >= 30', says: /moment/, remedy: 'now - days(30)' },
  ],
  [
    'wrong-type: a gate that holds no yes or no',
    { in: release, replace: 'holds: passed && flaws.size() == 0', by: 'holds: flaws.size()' },
    { code: 'wrong-type', at: 'flaws.size()', says: 'yes or no is wanted here', remedy: 'give yes or no' },
  ],
  [
    'wrong-type: brackets that do not close',
    { in: release, replace: 'holds: passed && flaws.size() == 0', by: 'holds: passed && (flaws.size() == 0' },
    { code: 'wrong-type', at: '\n    title: { zh: 步驟', says: 'not an expression', remedy: 'brackets' },
  ],
  [
    'wrong-type: with gives a date for a record',
    { in: release, replace: 'case: this', by: 'case: planned' },
    { code: 'wrong-type', at: 'planned, title', says: 'finding.case takes reference', remedy: 'give reference' },
  ],
  [
    'wrong-type: a list where keys and values belong',
    { in: release, replace: 'print: { form: official }', by: 'print: [official]' },
    { code: 'wrong-type', at: '[official]', says: 'print is wanted here, not a list', remedy: 'write print' },
  ],
  [
    'not-pure: a stored field asks a fact',
    { in: release, replace: `is: "steps.all(s, s.result == 'pass')"`, by: `is: "open_findings(this).size() == 0"` },
    {
      code: 'not-pure',
      at: 'open_findings',
      says: 'open_findings() changes behind the seal',
      remedy: 'ask it in a gate',
    },
  ],
  [
    'not-sql: a fact about the candidate',
    {
      in: release,
      replace: "case == this && state != 'fixed'",
      by: 'case == this && last_scan(host).finished_at > now',
    },
    { code: 'not-sql', at: 'last_scan(host)', says: 'last_scan() has no column', remedy: 'test it in holds' },
  ],
  [
    'not-sql: more than one reference step',
    { in: release, replace: "case == this && state != 'fixed'", by: 'host.owner.unit == this.unit' },
    { code: 'not-sql', at: 'host.owner.unit', says: 'more than one reference step', remedy: 'test it in holds' },
  ],
  [
    'not-sql: a denial of a field that may be empty',
    { in: release, replace: "case == this && state != 'fixed'", by: 'case != this' },
    { code: 'not-sql', at: 'case != this', says: 'case may be empty', remedy: 'given(case) && …' },
  ],
  [
    'see-nonsense: what all staff read names no state',
    { in: release, replace: 'flow:\n', by: "see: { staff: release where requester == 'x' }\nflow:\n" },
    { code: 'see-nonsense', at: 'release where', says: 'names no state', remedy: 'list the open states' },
  ],
  [
    'see-nonsense: all staff read first drafts',
    {
      in: release,
      replace: 'flow:\n',
      by: "see: { staff: \"release where state in ['draft', 'approved']\" }\nflow:\n",
    },
    {
      code: 'see-nonsense',
      at: '"release where',
      says: 'the first state "draft" is open to everybody',
      remedy: 'after publication',
    },
  ],
  [
    'see-nonsense: all staff read by what stands outside the record',
    {
      in: release,
      replace: 'flow:\n',
      by: "see: { staff: release where state == 'approved' && requester == actor }\nflow:\n",
    },
    {
      code: 'see-nonsense',
      at: 'release where',
      says: 'compares with something outside the record',
      remedy: 'write values out',
    },
  ],
  [
    'unreachable: no action leads to a state',
    { in: release, replace: '  approved: {', by: '  ready: { zh: 就緒, en: Ready, final: true }\n  approved: {' },
    { code: 'unreachable', at: '{ zh: 就緒', says: 'no action leads to "ready"', remedy: 'add one or delete it' },
  ],
  [
    'dead-end: nothing leaves a state',
    {
      in: release,
      replace: '  approved: { zh: 核可, en: Approved, final: true }',
      by: '  approved: { zh: 核可, en: Approved }',
    },
    { code: 'dead-end', at: '{ zh: 核可, en: Approved }', says: 'nothing leaves "approved"', remedy: 'final: true' },
  ],
  [
    'no-clause: a gate without basis',
    { in: release, replace: '    guards: approve\n    clause: office.2\n', by: '    guards: approve\n' },
    { code: 'no-clause', at: 'guards: approve', says: 'gate tested cites nothing', remedy: 'add clause:' },
  ],
  [
    'no-remedy: a gate without fix',
    { in: release, replace: '    fix: { zh: 補測, en: Test again, go: field.steps }\n', by: '' },
    { code: 'no-remedy', at: 'guards: approve', says: 'gate tested leaves people stuck', remedy: 'say what to do' },
  ],
  [
    'one-sided: what cites a clause is not named there',
    {
      in: 'clauses.yaml',
      replace: 'by: [gate.release.scan_recent, gate.release.tested]',
      by: 'by: [gate.release.scan_recent]',
    },
    {
      code: 'one-sided',
      in: 'clauses.yaml',
      at: '[gate.release.scan_recent]',
      says: 'gate.release.tested cites office.2',
      remedy: 'add it to by:',
    },
  ],
  [
    'nothing-behind: a clause without by',
    { in: 'clauses.yaml', replace: '  by: [duty.review]\n', by: '' },
    {
      code: 'nothing-behind',
      in: 'clauses.yaml',
      at: 'id: office.5',
      says: 'office.5 has nothing behind it',
      remedy: 'pending: reason',
    },
  ],
  [
    'missing-text: a row without English',
    { in: 'lists/kinds.yaml', replace: 'patch: { zh: 修補, en: Patch }', by: 'patch: { zh: 修補 }' },
    {
      code: 'missing-text',
      in: 'lists/kinds.yaml',
      at: '{ zh: 修補 }',
      says: 'row "patch" lacks en',
      remedy: 'translate',
    },
  ],
  [
    'missing-text: the title of a gate without Chinese',
    { in: release, replace: '{ zh: 步驟全數合格, en: Every step passed }', by: '{ en: Every step passed }' },
    {
      code: 'missing-text',
      at: '{ en: Every step passed }',
      says: 'title of gate "tested" lacks zh',
      remedy: 'translate',
    },
  ],
  [
    'unknown-name: a title speaks of all items, so it knows no item',
    { in: release, replace: '"主機在 {param.scan_max_age_days}內掃描"', by: '"{item} 已掃描"' },
    { code: 'unknown-name', at: 'item} 已掃描', says: '"item"', remedy: /./ },
  ],
  [
    'self-approval: a seal without never',
    { in: release, replace: '    never: [requester]\n', by: '' },
    {
      code: 'self-approval',
      at: '[room_manager, deputy_manager]',
      says: 'approve may be sealed by who requested',
      remedy: 'never: [requester]',
    },
  ],
  [
    'nobody: the barred may be the only holder',
    {
      in: release,
      replace: '    by: room_manager\n    asks: [reason]',
      by: '    by: room_manager\n    never: [acts.check]\n    asks: [reason]\n  check:\n    { zh: 檢查, en: Check, from: review, by: room_manager }\n  drop:\n    zh: 放棄\n    en: Drop\n    from: review\n    to: refused\n    by: requester',
    },
    {
      code: 'nobody',
      at: 'room_manager\n    never: [acts.check]',
      says: 'who did check may be the only room_manager',
      remedy: 'add a second role',
    },
  ],
  [
    'flood: one occurrence per finding per day',
    {
      in: 'monitors/storage.yaml',
      replace: 'for: host where in_scope\n    every: 5 minutes\n    measure: used_percent(this)',
      by: 'for: finding\n    every: day\n    measure: used_percent(host)',
    },
    {
      code: 'flood',
      in: 'monitors/storage.yaml',
      at: 'finding\n',
      says: 'one per finding per day',
      remedy: 'group by',
    },
  ],
];

describe('one broken place, one diagnostic', () => {
  test.each(cases)('%s', (_, edit, expected) => {
    expectDiagnostic(edited(edit), { in: edit.in, ...expected });
  });
});
