import { describe, expect, test } from 'vitest';
import { expectDiagnostic, office } from '../../../../test/unit/diagnostics/office.ts';
import { compile } from '../compile.ts';
import type { RecordType, SourceFile } from '../types.ts';

const card: SourceFile = {
  path: 'city/pack.yaml',
  text: 'name: city\nversion: 1.0.0\ntitle: { zh: 市府, en: City }\nuses: [office]\n',
};

const withCity = (text: string): SourceFile[] => [
  ...office,
  card,
  { path: 'city/records/release.yaml', text: `record: release\nextends: release\n${text}` },
];

function tightened(text: string): RecordType {
  const { definition, diagnostics } = compile(withCity(text));
  if (!definition) throw new Error(diagnostics.map((each) => `${each.line}:${each.col} ${each.message.en}`).join('\n'));
  return definition.records.release!;
}

const inRequest = (fields: string): string => `sections:\n  request:\n    fields:\n${fields}`;

describe('a pack that extends may', () => {
  test('require a field that was free, without saying its type again', () => {
    const { fields } = tightened(inRequest('      note: { required: submit }\n'));
    expect(fields.note).toMatchObject({ required: ['submit'], type: { is: 'text' }, label: { en: 'Note' } });
  });

  test('give a table another column and ask for more rows', () => {
    const { fields } = tightened(
      inRequest(
        '      steps: { min: 2, columns: { proof: { zh: 佐證, en: Proof, type: files, required: approve } } }\n',
      ),
    );
    const type = fields.steps!.type;
    expect(type.is === 'table' && Object.keys(type.columns)).toEqual(['step', 'result', 'helper', 'proof']);
    expect(fields.steps?.min).toBe(2);
  });

  test('ask for everybody where one was enough', () => {
    expect(tightened('actions:\n  approve: { quorum: all }\n').actions.approve?.by).toMatchObject([{ quorum: 'all' }]);
  });

  test('seal what was not sealed, and bar more people', () => {
    const { refuse } = tightened('actions:\n  refuse: { seal: true, never: [requester] }\n').actions;
    expect(refuse).toMatchObject({ seal: ['request'], never: [{ kind: 'path', path: ['requester'] }] });
  });

  test('add a state with its ways in and out', () => {
    const text = `flow:
  waiting: { zh: 等候, en: Waiting }
actions:
  wait: { zh: 等候, en: Wait, from: review, to: waiting, by: room_manager }
  go_on: { zh: 續辦, en: Go on, from: waiting, to: review, by: room_manager }
`;
    expect(Object.keys(tightened(text).flow)).toEqual(['draft', 'review', 'approved', 'refused', 'waiting']);
  });

  test('call it otherwise, number it otherwise, print its own form', () => {
    const type = tightened('zh: 上線申請\nen: Go-live\nnumber: "C{seq:5}"\nprint: { form: 市府表單 }\n');
    expect(type).toMatchObject({ label: { en: 'Go-live' }, number: 'C{seq:5}', print: { form: { zh: '市府表單' } } });
  });

  test('keep records longer, never shorter', () => {
    expect(tightened('retention: { keep: 10 years, from: closed }\n').retention?.keep).toMatchObject({ n: 10 });
    expect(tightened('retention: { keep: 1 year, from: closed }\n').retention?.keep).toMatchObject({ n: 5 });
  });
});

test('who writes a section is not for an extending pack to change', () => {
  const files = withCity('sections:\n  request: { filled: { by: room_manager, in: draft } }\n');
  expectDiagnostic(files, {
    code: 'removes',
    in: '../city/records/release.yaml',
    at: '{ by: room_manager',
    says: 'filled of the existing section request',
    remedy: 'packs only add',
  });
});

test('a new field without a type is said to have none', () => {
  expectDiagnostic(withCity(inRequest('      fresh: { zh: 新欄, en: Fresh }\n')), {
    code: 'unknown-key',
    in: '../city/records/release.yaml',
    at: '{ zh: 新欄',
    says: 'field has no type',
    remedy: 'add type:',
  });
});

describe('what is open to all staff', () => {
  const IN_FORCE = `"release where state == 'approved'"`;
  /** `see` of a type that one pack declares and another extends. */
  const between = (known: string, added: string): RecordType['see'] => {
    const declared = office.map((file) =>
      file.path.endsWith('records/release.yaml')
        ? { ...file, text: file.text.replace('flow:\n', `see: ${known}\nflow:\n`) }
        : file,
    );
    const extension = { path: 'city/records/release.yaml', text: `record: release\nextends: release\nsee: ${added}\n` };
    return compile([...declared, card, extension]).definition?.records.release?.see;
  };

  test('is so when both open it, or one names nobody', () => {
    expect(between(`{ staff: ${IN_FORCE} }`, `{ staff: ${IN_FORCE} }`)?.staff).toHaveLength(1);
    expect(between(`{ staff: ${IN_FORCE} }`, '{ logged: true }')).toMatchObject({ staff: [{}], logged: true });
  });

  test('is never what either keeps to readers it names', () => {
    expect(between('{ by: [auditor] }', `{ staff: ${IN_FORCE} }`)).toMatchObject({ by: [{ role: 'auditor' }] });
    expect(between('{ by: [auditor] }', `{ staff: ${IN_FORCE} }`)).not.toHaveProperty('staff');
    expect(between(`{ staff: ${IN_FORCE} }`, '{ by: [auditor] }')).not.toHaveProperty('staff');
  });
});
