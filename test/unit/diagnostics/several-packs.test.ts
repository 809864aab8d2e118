import { describe, expect, test } from 'vitest';
import { checkPacks } from '../../../src/kernel/check.ts';
import { compile } from '../../../src/kernel/pack/compile.ts';
import type { SourceFile } from '../../../src/kernel/pack/types.ts';
import { edited, expectDiagnostic, office } from './office.ts';

const card = (name: string, rest = ''): SourceFile => ({
  path: `${name}/pack.yaml`,
  text: `name: ${name}\nversion: 1.0.0\ntitle: { zh: 市府, en: ${name} }\nuses: [office]\n${rest}`,
});
const record = (pack: string, text: string): SourceFile => ({ path: `${pack}/records/release.yaml`, text });
const city = (text: string, rest = ''): SourceFile[] => [...office, card('city', rest), record('city', text)];

/** An example that holds until somebody adds a gate. */
const APPROVED = `- example: All passed
  given:
    - { person: wang, unit: civil }
    - { person: chen, unit: it, roles: [room_manager] }
    - { release: r3, state: review, requester: wang, kind: new, hosts: [], passed: true, steps: [{ step: 安裝, result: pass }] }
  when: { at: 2026-11-20T10:00, who: chen, does: r3.approve }
  then: { state: { r3: approved } }
`;

const tightened = `record: release
extends: release
`;

describe('removes: a pack that extends only adds', () => {
  test.each([
    ['a gate named without a value', 'gates:\n  tested:\n', 'tested', 'gate tested is dropped'],
    [
      'an action pointed elsewhere',
      'actions:\n  approve: { to: refused }\n',
      'refused',
      'to of the existing action approve',
    ],
    ['a seal taken off', 'actions:\n  approve: { seal: false }\n', 'false', 'seal of the existing action approve'],
    ['a gate that asks less', 'gates:\n  tested: { holds: passed }\n', 'passed', 'holds of the existing gate tested'],
    [
      'a gate that may now be waived',
      'gates:\n  tested: { waive: exception }\n',
      'exception',
      'waive of the existing gate tested',
    ],
    [
      'a final state that goes on',
      'flow:\n  refused: { final: false }\n',
      'false',
      'final of the existing state refused',
    ],
  ])('%s', (_, text, at, says) => {
    const files = city(tightened + text);
    expectDiagnostic(files, {
      code: 'removes',
      in: '../city/records/release.yaml',
      at,
      says,
      remedy: 'packs only add; an exception waives',
    });
  });
});

describe('clash: packs that know nothing of each other', () => {
  const state = `${tightened}flow:
  waiting: { zh: 等候, en: Waiting }
actions:
  wait: { zh: 等候, en: Wait, from: draft, to: waiting, by: requester }
  go_on: { zh: 續辦, en: Go on, from: waiting, to: draft, by: requester }
`;

  test('both add a state of one name', () => {
    const files = [...city(state), card('school'), record('school', state)];
    expectDiagnostic(files, {
      code: 'clash',
      in: '../school/records/release.yaml',
      at: '{ zh: 等候, en: Waiting }',
      says: 'city and school both add state "waiting"',
      remedy: 'rename one',
    });
  });

  test('both declare a record type instead of extending it', () => {
    const files = city(tightened.replace('extends: release\n', 'zh: 上線\nen: Release\n'));
    expectDiagnostic(files, {
      code: 'clash',
      in: '../city/records/release.yaml',
      at: 'release',
      says: 'office and city both declare record release',
      remedy: 'extends: release',
    });
  });

  test('a list of the same name without saying which way is stricter', () => {
    const list = { path: 'city/lists/l.yaml', text: 'lists:\n  result:\n    rows: { pass: { zh: 過, en: Pass } }\n' };
    expectDiagnostic([...office, card('city'), list], {
      code: 'clash',
      in: '../city/lists/l.yaml',
      at: 'rows:',
      says: 'office and city both have list result',
      remedy: 'stricter: more or fewer',
    });
  });
});

describe('loosens', () => {
  test('a pack gives less than the pack it builds on', () => {
    const files = city(tightened, 'parameters: { review_months: { value: 9, clause: city.1 } }\n');
    expectDiagnostic(files, {
      code: 'loosens',
      in: '../city/pack.yaml',
      at: '9, clause',
      says: 'review_months 9 months, office.5 says 6 months',
      remedy: 'tighten',
    });
  });

  test('the organisation may tighten, not loosen', () => {
    const stricter = compile(office, { organisation: { parameters: { review_months: 3 } } });
    expect(stricter.definition?.parameters.review_months).toMatchObject({ value: 3, setBy: { pack: 'organisation' } });
    const looser = compile(office, { organisation: { parameters: { review_months: 12 } } });
    expect(looser.diagnostics.map((each) => each.code)).toEqual(['loosens']);
    expect(looser.definition).toBeUndefined();
  });
});

test('circle: does that comes back to where it began', () => {
  const files = edited(
    {
      in: 'records/release.yaml',
      replace: 'by: requester, seal: true }',
      by: 'by: requester, seal: true, does: [first.fix] }',
    },
    {
      path: 'city/records/finding.yaml',
      text: `record: finding
extends: finding
sections:
  more:
    zh: 其他
    en: More
    fields:
      release: { zh: 上線單, en: Release, type: ref, to: release }
actions:
  fix: { does: [release.submit] }
`,
    },
    card('city'),
  ).map((file) =>
    file.path === 'office/records/release.yaml'
      ? {
          ...file,
          text: file.text.replace(
            '      note: ',
            '      first:   { zh: 首項, en: First, type: ref, to: finding }\n      note: ',
          ),
        }
      : file,
  );
  expectDiagnostic(files, {
    code: 'circle',
    in: 'records/finding.yaml',
    at: '{ zh: 修正',
    says: /finding\.fix → release\.submit → finding\.fix/,
    remedy: 'drop one',
  });
});

describe('examples', () => {
  test('the sound pack sees each of its gates refuse', () => {
    expect(checkPacks(office, { shipped: ['office'] }).diagnostics).toEqual([]);
  });

  test('a pack that tightens another leaves the other’s own examples alone', () => {
    const gate = `${tightened}gates:
  named:
    guards: approve
    clause: city.1
    holds: given(note)
    zh: 未填備註
    en: No note
    fix: { zh: 填備註, en: Write a note, go: field.note }
`;
    const clause = {
      path: 'city/clauses.yaml',
      text: '- { id: city.1, zh: 條, en: Clause, by: [gate.release.named] }\n',
    };
    const files = [...city(gate), clause];
    expect(checkPacks([...files, { path: 'office/examples/fine.yaml', text: APPROVED }]).diagnostics).toEqual([]);
    const broken = checkPacks([...files, { path: 'city/examples/fine.yaml', text: APPROVED }]).diagnostics;
    expect(broken.map(({ code, file }) => [code, file])).toContainEqual(['example-fails', 'city/examples/fine.yaml']);
  });

  test('example-fails: the outcome differs from what the example expects', () => {
    const files = edited({
      in: 'examples/release.yaml',
      replace: '{ refused: tested }',
      by: '{ state: { r2: approved } }',
    });
    expectDiagnostic(
      files,
      {
        code: 'example-fails',
        in: 'examples/release.yaml',
        at: 'example: A failed step',
        says: /expected .*got .*tested/s,
        remedy: 'mend either',
      },
      checkPacks(files).diagnostics,
    );
  });

  test('missing-text: a gate without title, in a pack that is shipped only', () => {
    const files = edited({
      in: 'records/release.yaml',
      replace: '    title: { zh: 步驟全數合格, en: Every step passed }\n',
      by: '',
    });
    const wanted = {
      code: 'missing-text',
      in: 'records/release.yaml',
      at: 'guards: approve\n',
      says: 'gate "tested" lacks title',
      remedy: 'say how it reads when it holds',
    };
    const shipped = checkPacks(files, { shipped: ['office'] }).diagnostics;
    expectDiagnostic(files, wanted, shipped);
    expect(shipped.map((each) => each.severity)).toEqual(['error']);
    expect(checkPacks(files).diagnostics).toEqual([]);
  });

  test('untried: no example sees a gate refuse; an error in a pack that is shipped', () => {
    const files = edited({
      in: 'examples/release.yaml',
      replace: 'kind: new, hosts: [web1], passed: false, steps: [{ step: 安裝, result: fail }] }',
      by: 'kind: new, hosts: [web1], passed: true, steps: [{ step: 安裝, result: pass }] }',
    }).map((file) => ({ ...file, text: file.text.replace('{ refused: tested }', '{ state: { r2: approved } }') }));
    const wanted = {
      code: 'untried',
      in: 'records/release.yaml',
      at: 'guards: approve\n',
      says: 'no example sees tested refuse',
      remedy: 'add one',
    };
    const own = checkPacks(files).diagnostics;
    expectDiagnostic(files, wanted, own);
    expect(own.map((each) => each.severity)).toEqual(['warning']);
    const shipped = checkPacks(files, { shipped: ['office'] }).diagnostics;
    expect(shipped.map((each) => each.severity)).toEqual(['error']);
  });
});
