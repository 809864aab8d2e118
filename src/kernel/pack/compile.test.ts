import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { edited, office } from '../../../test/unit/diagnostics/office.ts';
import { compile } from './compile.ts';
import { definitionHash } from './hash.ts';
import { restoreOrder } from './order.ts';
import type { Definition, RecordType, SourceFile } from './types.ts';

function compiled(files: SourceFile[]): Definition {
  const { definition, diagnostics } = compile(files);
  if (!definition) throw new Error(diagnostics.map((each) => `${each.line} ${each.message.en}`).join('\n'));
  return definition;
}

const release = (files: SourceFile[] = office): RecordType => compiled(files).records.release!;
const change = (replace: string, by: string) => edited({ in: 'records/release.yaml', replace, by });

describe('whatever the files hold, nothing is thrown', () => {
  test('arbitrary text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom('records/x.yaml', 'pack.yaml', 'clauses.yaml', 'lists/l.yaml', 'examples/e.yaml'),
        (text, path) => {
          const { diagnostics, definition } = compile([{ path: `p/${path}`, text }]);
          expect(Boolean(definition) || diagnostics.length > 0).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('a sound pack with any of its lines cut, doubled or turned to something else', () => {
    const lines = office.flatMap((file, f) => file.text.split('\n').map((_, line) => ({ f, line })));
    const hostile = fc.constantFrom(
      '',
      '  x: [',
      'constructor: { zh: a, en: b }',
      '__proto__: 1',
      '- a',
      'record: 3',
      '    from: any',
      '~',
      'gates: []',
      'sections: x',
    );
    fc.assert(
      fc.property(fc.constantFrom(...lines), hostile, ({ f, line }, by) => {
        const files = office.map((file, n) => {
          if (n !== f) return file;
          const text = file.text.split('\n');
          text[line] = by;
          return { ...file, text: text.join('\n') };
        });
        compile(files);
      }),
      { numRuns: 300 },
    );
  });

  test('values of a wrong shape anywhere in a record', () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom('a', 1, true, null, 'x where y', 'unit_head of', 'acts.', '{', 'a.b(c'),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(
          fc.constantFrom(
            'zh',
            'en',
            'by',
            'from',
            'to',
            'when',
            'fields',
            'type',
            'columns',
            'each',
            'opens',
            'record',
            'act',
            'who',
            'tell',
            'is',
          ),
          tie('any'),
          { maxKeys: 4 },
        ),
      ),
    })).any;
    const keys = fc.constantFrom(
      'record',
      'extends',
      'sections',
      'flow',
      'actions',
      'gates',
      'sets',
      'see',
      'retention',
      'print',
      'number',
      'zh',
    );
    fc.assert(
      fc.property(fc.dictionary(keys, value, { maxKeys: 6 }), (of) => {
        compile([...office, { path: 'office/records/x.yaml', text: JSON.stringify(of) }]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('normal form', () => {
  test('from: any is every state that is not final', () => {
    const type = release(
      change(
        'from: draft, to: review, by: requester, seal: true }',
        'from: draft, to: review, by: requester, seal: true }\n  drop: { zh: 放棄, en: Drop, from: any, to: refused, by: requester }',
      ),
    );
    expect(type.actions.drop?.from).toEqual(['draft', 'review']);
  });

  test('an action without from is an entry in every open state', () => {
    const type = release(
      change(
        'by: requester, seal: true }',
        'by: requester, seal: true }\n  note_it: { zh: 記事, en: Note it, by: room_manager, asks: [remark] }',
      ),
    );
    expect(type.actions.note_it).toMatchObject({ from: ['draft', 'review'], asks: ['remark'] });
    expect(type.actions.note_it).not.toHaveProperty('to');
  });

  test('a seal covers what could be written up to its state, except what stays writable after it', () => {
    expect(release().actions.submit?.seal).toEqual(['request']);
    const writable = release(
      change('filled: { by: requester, in: draft }', 'filled: { by: requester, in: [draft, review] }'),
    );
    expect(writable.actions.submit?.seal).toEqual([]);
    expect(writable.actions.approve?.seal).toEqual(['request']);
  });

  test('without an open of its own, whoever writes first opens it', () => {
    expect(release().actions.open?.by[0]?.any).toEqual([{ who: { kind: 'anyone' } }]);
    expect(compiled(office).records.host?.actions.open?.by[0]?.any).toEqual([
      { who: { kind: 'role', role: 'room_manager' } },
    ]);
  });

  test('a bare role is a role even beside a field of the same name, this.x is the field', () => {
    const files = change('helper: { zh: 協助人', 'room_manager: { zh: 管理人').map((file) =>
      file.path.endsWith('release.yaml')
        ? {
            ...file,
            text: file.text
              .replace('      note: ', '      auditor: { zh: 稽核, en: Auditor, type: person }\n      note: ')
              .replace('[room_manager, deputy_manager]', '[auditor, this.auditor]'),
          }
        : file,
    );
    expect(release(files).actions.approve?.by[0]?.any.map((each) => each.who)).toEqual([
      { kind: 'role', role: 'auditor' },
      { kind: 'path', path: ['auditor'] },
    ]);
  });

  test.each([
    ['unit_head of requester', { kind: 'role_of', role: 'unit_head', of: { kind: 'path', path: ['requester'] } }],
    ['acts.submit', { kind: 'acted', action: 'submit' }],
    ['superior.unit_head', { kind: 'outsider', path: ['superior', 'unit_head'] }],
    ['hosts.owner', { kind: 'path', path: ['hosts', 'owner'] }],
    ['{ act: finding.fix }', { kind: 'act', record: 'finding', action: 'fix' }],
    ['anyone', { kind: 'anyone' }],
  ])('who: %s', (written, who) => {
    const type = release(change('[room_manager, deputy_manager]', `[${written}]`));
    expect(type.actions.approve?.by[0]?.any).toEqual([{ who }]);
  });

  test.each([
    ['3 workdays', { kind: 'span', n: 3, unit: 'workday' }],
    ['1 month', { kind: 'span', n: 1, unit: 'month' }],
    ['day', { kind: 'span', n: 1, unit: 'day' }],
    ['workday -1', { kind: 'in_period', unit: 'workday', n: -1 }],
    ['"12:00"', { kind: 'at', clock: '12:00' }],
    ['param.review_months', { kind: 'cel', of: { cel: 'param.review_months' } }],
    ['planned', { kind: 'cel', of: { cel: 'planned' } }],
  ])('time: %s', (written, due) => {
    expect(release(change('due: 3 workdays', `due: ${written}`)).flow.review?.due).toEqual(due);
  });

  test('a where becomes operands that SQL and memory read alike', () => {
    const query = release().sets.flaws!;
    expect(query.from).toEqual({ kind: 'record', type: 'finding' });
    expect(query.where).toMatchObject({
      op: 'and',
      args: [
        { op: '==', left: { candidate: ['case'] }, right: { outer: { cel: 'this' } } },
        { op: '!=', left: { candidate: ['state'] }, right: { outer: { cel: "'fixed'" } } },
      ],
    });
  });

  test('given guards what comes after it', () => {
    const type = release(
      change("case == this && state != 'fixed'", 'given(case) && case != this && (!given(host) || host != case)'),
    );
    expect(type.sets.flaws?.where?.op).toBe('and');
  });

  test('a computed field takes the type of its expression', () => {
    expect(release().fields.passed?.type).toEqual({ is: 'yes_no' });
  });

  test('effects of modules and acts of other records are told apart', () => {
    const type = release(
      change(
        '    tell: { who: requester, zh:',
        '    does: [retention.hold(this), { act: hosts.retire, when: passed }]\n    tell: { who: requester, zh:',
      ),
    );
    expect(type.actions.refuse?.does).toEqual([
      { effect: { module: 'retention', name: 'hold', args: [{ cel: 'this' }] } },
      { act: { path: ['hosts'], action: 'retire' }, when: { cel: 'passed' }, with: {} },
    ]);
  });

  test('role tells forms, registers and what only other acts open', () => {
    const { records } = compiled(office);
    expect([records.release?.role, records.host?.role]).toEqual(['form', 'register']);
    const child = compiled(
      edited({
        in: 'records/finding.yaml',
        replace: 'actions:\n',
        by: 'actions:\n  open: { by: { act: release.refuse } }\n',
      }),
    );
    expect(child.records.finding?.role).toBe('child');
  });

  test('roles that seal are granted by two people', () => {
    const { roles } = compiled(office);
    expect([roles.room_manager?.approving, roles.auditor?.approving]).toEqual([true, false]);
  });

  test('retention from closed is the closing time', () => {
    expect(release().retention?.from).toEqual({ cel: 'closed_at' });
  });
});

describe('packs meet', () => {
  const card: SourceFile = {
    path: 'city/pack.yaml',
    text: 'name: city\nversion: 1.0.0\ntitle: { zh: 市府, en: City }\nuses: [office]\nparameters: { review_months: { value: 3, clause: city.1 } }\n',
  };
  const clauses: SourceFile = {
    path: 'city/clauses.yaml',
    text: '- { id: city.1, zh: 條, en: Clause, by: [gate.release.noted, action.release.approve] }\n',
  };
  const tightens: SourceFile = {
    path: 'city/records/release.yaml',
    text: `record: release
extends: release
sections:
  extra:
    zh: 補充
    en: More
    filled: { by: requester, in: draft }
    fields:
      risk: { zh: 風險, en: Risk, type: text, required: submit }
actions:
  approve: { by: auditor, never: [acts.submit], clause: city.1 }
gates:
  noted:
    guards: submit
    clause: city.1
    holds: given(note)
    zh: 請說明
    en: Say why
    fix: { zh: 填寫, en: Fill it in, go: field.note }
`,
  };
  const merged = compiled([...office, card, clauses, tightens]);

  test("each pack's by stays a group of its own, never and clauses unite", () => {
    const approve = merged.records.release!.actions.approve!;
    expect(approve.by.map((group) => [group.pack, group.any.length])).toEqual([
      ['office', 2],
      ['city', 1],
    ]);
    expect(approve.never).toHaveLength(2);
    expect(approve.clauses).toEqual(['office.1', 'city.1']);
  });

  test('gates and fields of both hold', () => {
    const type = merged.records.release!;
    expect(Object.keys(type.gates)).toEqual(['scan_recent', 'tested', 'noted']);
    expect(type.fields.risk).toMatchObject({ section: 'extra', pack: 'city' });
    expect(type.actions.submit?.seal).toEqual(['request', 'extra']);
    expect(type.packs).toEqual(['office', 'city']);
  });

  test('the strictest parameter rules and names its clause', () => {
    expect(merged.parameters.review_months).toMatchObject({ value: 3, setBy: { pack: 'city', clause: 'city.1' } });
    expect(merged.parameters.review_months?.values).toHaveLength(2);
  });

  test('only adopted packs and what they use are merged', () => {
    const { definition } = compile([...office, card, clauses, tightens], { adopt: ['office'] });
    expect(definition?.packs.map((pack) => pack.name)).toEqual(['office']);
    expect(definition?.parameters.review_months?.value).toBe(6);
  });

  test('a kind has its own flow and keeps the fields, print and retention of its base', () => {
    const kind: SourceFile = {
      path: 'city/records/hotfix.yaml',
      text: `record: hotfix
extends: release
zh: 緊急修補
en: Hotfix
flow:
  draft: { zh: 草稿, en: Draft }
  done:  { zh: 完成, en: Done, final: true }
actions:
  submit: { zh: 送出, en: Submit, from: draft, to: done, by: requester }
`,
    };
    const { hotfix } = compiled([...office, card, clauses, tightens, kind]).records;
    expect(hotfix?.kinds).toEqual(['release']);
    expect(Object.keys(hotfix!.actions)).toEqual(['open', 'submit']);
    expect(Object.keys(hotfix!.gates)).toEqual(['scan_recent', 'noted']);
    expect(hotfix?.gates.scan_recent?.guards).toEqual(['submit']);
    expect(hotfix?.fields.risk?.section).toBe('extra');
    expect(hotfix?.retention?.keep).toEqual({ kind: 'span', n: 5, unit: 'year' });
  });
});

describe('the hash', () => {
  test('is over the canonical bytes of everything else, and does not depend on the order of keys', () => {
    const definition = compiled(office);
    const shuffled = Object.fromEntries(Object.entries(definition).reverse()) as Definition;
    expect(definitionHash(shuffled)).toBe(definition.hash);
  });

  test('the written order is part of it, and comes back after storage sorted the keys', () => {
    const definition = compiled(office);
    const sorted = JSON.parse(canonicalize(definition)!) as Definition;
    expect(Object.keys(sorted.records.release!.flow)).not.toEqual(Object.keys(definition.records.release!.flow));
    const restored = restoreOrder(sorted);
    expect(Object.keys(restored.records.release!.flow)).toEqual(['draft', 'review', 'approved', 'refused']);
    const { type } = restored.records.release!.fields.steps!;
    expect(type.is === 'table' && Object.keys(type.columns)).toEqual(['step', 'result', 'helper']);
    expect(Object.keys(restored.lists.kind!.rows)).toEqual(['new', 'patch']);
    expect(definitionHash(restored)).toBe(definition.hash);
  });

  test('does not depend on the order files arrive in', () => {
    expect(compiled([...office].reverse()).hash).toBe(compiled(office).hash);
  });

  test('changes with any word', () => {
    const other = compiled(change('en: Release form', 'en: Release sheet'));
    expect(other.hash).not.toBe(compiled(office).hash);
  });
});
