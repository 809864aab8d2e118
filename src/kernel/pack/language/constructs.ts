import {
  anything,
  type Construct,
  condition,
  construct,
  either,
  flag,
  human,
  type Key,
  listOf,
  mapOf,
  members,
  name,
  named,
  number,
  type Shape,
  scalar,
  several,
  template,
  text,
  time,
  which,
  word,
} from './shape.ts';

/** Every construct of the pack language with its keys: the one description of what a file may say. */

const key = (shape: Shape, says?: string): Key => (says ? { shape, says } : { shape });
const needed = (shape: Shape): Key => ({ shape, required: true });

const label = { zh: key(text), en: key(text) };
const clause = { clause: key(several(text), 'the clauses it rests on') };
const whoText: Shape = { shape: 'text', as: 'who' };
const who = several(either(whoText, construct('who')));
const tell = either(whoText, construct('tell'), listOf(either(whoText, construct('tell'))));
const late = several(construct('late'));
const opens = several(construct('opening'));
const does = several(either({ shape: 'text', as: 'reference' }, construct('effect')));
const fieldType = { shape: 'text', as: 'type' } as const;

export const FIELD_TYPES = [
  'text',
  'choice',
  'choices',
  'yes_no',
  'number',
  'date',
  'moment',
  'period',
  'duration',
  'time_of_day',
  'person',
  'unit',
  'contact',
  'ref',
  'refs',
  'files',
  'address',
  'ports',
  'mac',
  'url',
  'email',
  'table',
] as const;

export const CALENDAR_WORDS = ['workday', 'day', 'week', 'month', 'quarter', 'half_year', 'year'] as const;

export const CONSTRUCTS: Record<string, Construct> = {
  pack: {
    says: { zh: '程序書包', en: 'pack' },
    keys: {
      name: needed(name),
      version: needed({ shape: 'text', as: 'version' }),
      title: needed(human),
      audience: key(human),
      source: key(text),
      chapters: key(mapOf(human), 'what the procedure calls its chapters and sections, by the number printed there'),
      uses: key(listOf(name), 'packs this one refines'),
      replaces: key(listOf(name), 'packs this one stands in for: it declares all that they declare'),
      parameters: key(named(construct('parameter'))),
      lists: key(named(construct('list'))),
      roles: key(named(construct('role'))),
    },
  },
  declarations: {
    says: { zh: '檔案', en: 'file' },
    keys: {
      clauses: key(listOf(construct('clause'))),
      roles: key(named(construct('role'))),
      parameters: key(named(construct('parameter'))),
      lists: key(named(construct('list'))),
      duties: key(named(construct('duty'))),
      monitors: key(named(construct('monitor'))),
    },
  },
  clause: {
    says: { zh: '條文', en: 'clause' },
    keys: {
      id: needed(text),
      ref: key(text, 'the number printed in the procedure'),
      ...label,
      by: key(listOf(text), 'what realises it: record.X, action.X.Y, gate.X.Y, field.X.Y, list.X, duty.X …'),
      pending: key(human, 'why nothing runs behind it yet'),
      when: key(condition),
      law: key(several(construct('law'))),
    },
  },
  law: {
    says: { zh: '法規依據', en: 'law' },
    keys: { act: needed(text), article: needed(scalar), from: key({ shape: 'text', as: 'date' }) },
  },
  role: {
    says: { zh: '角色', en: 'role' },
    keys: {
      ...label,
      conflicts: key(several(name)),
      needs: key(condition),
      deputy: key(word('required', 'no')),
    },
  },
  parameter: {
    says: { zh: '參數', en: 'parameter' },
    keys: {
      ...label,
      value: key(anything),
      values: key(listOf(construct('dated_value'))),
      clause: key(several(text)),
      from: key({ shape: 'text', as: 'date' }),
      unit: key(text),
      stricter: key(word('lower', 'higher', 'none', 'fewer', 'more')),
      default: key(anything),
      min: key(number),
      max: key(number),
    },
  },
  dated_value: {
    says: { zh: '有起始日的值', en: 'dated value' },
    keys: { value: needed(anything), from: key({ shape: 'text', as: 'date' }), clause: key(several(text)) },
  },
  list: {
    says: { zh: '清單', en: 'list' },
    keys: {
      ...label,
      ...clause,
      stricter: key(word('fewer', 'more')),
      columns: key(named(construct('list_column'))),
      rows: needed(mapOf(construct('list_row'))),
      audience: key(whoText),
      again: key(time),
      sample: key(either(condition, number)),
      lapse: key(construct('lapse')),
    },
  },
  list_column: {
    says: { zh: '清單欄', en: 'list column' },
    keys: { ...label, type: needed(fieldType), of: key(text), to: key(text), unit: key(text) },
  },
  list_row: {
    says: { zh: '清單列', en: 'list row' },
    keys: { ...label, ...clause, quiz: key(construct('quiz')) },
    rest: anything,
  },
  quiz: {
    says: { zh: '測驗', en: 'quiz' },
    keys: { ask: needed(human), right: needed(text), options: key(mapOf(human)) },
  },
  lapse: { says: { zh: '逾期處置', en: 'lapse' }, keys: { after: key(time), does: needed(does) } },
  record: {
    says: { zh: '表單', en: 'record type' },
    keys: {
      record: needed(name),
      extends: key(name),
      ...label,
      ...clause,
      number: key(template, 'number template: {roc_year} {month:2} {seq:4}'),
      sections: key(named(construct('section'))),
      flow: key(members(construct('state'))),
      actions: key(members(construct('action'))),
      gates: key(members(construct('gate'))),
      sets: key(members(which)),
      versioned: key(name, 'the state in which a version is in force'),
      see: key(construct('see')),
      retention: key(construct('retention')),
      print: key(construct('print')),
    },
  },
  section: {
    says: { zh: '區段', en: 'section' },
    keys: {
      ...label,
      filled: key(either(word('none'), construct('filled')), 'who writes here, in which states'),
      when: key(condition),
      see: key(construct('see')),
      fields: key(members(construct('field'))),
    },
  },
  filled: { says: { zh: '填寫者', en: 'filled' }, keys: { by: needed(who), in: key(several(name)) } },
  field: {
    says: { zh: '欄位', en: 'field' },
    keys: {
      ...label,
      help: key(human),
      type: key(fieldType),
      of: key(text, 'choice: lists.X'),
      to: key(text, 'ref: a record type, type.table, any'),
      unit: key(text),
      lines: key(number),
      personal: key(flag),
      stays: key(flag, 'person: who did it or is meant; it does not go along in a handover of duties'),
      badge: key(flag, 'yes_no: where it is yes, the name of the field stands beside the record'),
      required: key(either(flag, name, listOf(name)), 'true, or the actions for which it must be filled'),
      ...clause,
      when: key(condition),
      is: key(condition, 'computed; nobody overwrites it'),
      from: key(which),
      at: key(name),
      min: key(number),
      max: key(number),
      slots: key(which),
      columns: key(named(construct('field'))),
    },
  },
  state: {
    says: { zh: '狀態', en: 'state' },
    keys: {
      ...label,
      stage: key(human),
      final: key(flag),
      due: key(time),
      late: key(late),
      gap: key(name, 'a choice field: the clauses of its row lack this while a record stays here'),
      shows: key(name, 'a choice field: getting here is evidence for the clauses of its row'),
    },
  },
  action: {
    says: { zh: '動作', en: 'action' },
    keys: {
      ...label,
      ...clause,
      from: key(several(name)),
      to: key(name),
      by: key(who),
      quorum: key(either(word('all'), number)),
      together: key(time),
      never: key(several(whoText)),
      deputy: key(word('no')),
      asks: key(several(name)),
      seal: key(either(flag, name, listOf(name))),
      when: key(condition),
      emergency: key(construct('emergency')),
      opens: key(opens),
      does: key(does),
      tell: key(tell),
    },
  },
  emergency: { says: { zh: '緊急作業', en: 'emergency' }, keys: { owes: needed(several(name)), due: needed(time) } },
  who: {
    says: { zh: '何人', en: 'who' },
    keys: { is: key(whoText), act: key({ shape: 'text', as: 'reference' }), when: key(condition) },
  },
  gate: {
    says: { zh: '關卡', en: 'gate' },
    keys: {
      ...label,
      title: key(human, 'what it asks, as it reads when it holds'),
      guards: key(several(name), 'the actions it guards; also open, save'),
      ...clause,
      when: key(condition),
      each: key(which),
      holds: key(condition),
      unique: key(several(name)),
      while: key(several(name)),
      advises: key(flag),
      fix: key(construct('fix')),
      waive: key(either(word('exception', 'never'), construct('waive'))),
    },
  },
  fix: { says: { zh: '補救', en: 'fix' }, keys: { ...label, go: key(text) } },
  waive: { says: { zh: '豁免', en: 'waive' }, keys: { by: needed(who), asks: key(several(name)) } },
  see: {
    says: { zh: '閱覽者', en: 'see' },
    keys: {
      by: key(several(whoText)),
      staff: key(which, 'records of the type everybody of the organisation reads besides, by their present state'),
      logged: key(flag),
    },
  },
  retention: {
    says: { zh: '保存', en: 'retention' },
    keys: { keep: needed(time), from: needed(condition), hold: key(condition), dispose: key(whoText), ...clause },
  },
  print: { says: { zh: '列印', en: 'print' }, keys: { form: needed(either(text, human)), when: key(condition) } },
  opening: {
    says: { zh: '開立', en: 'opening' },
    keys: {
      record: needed(name),
      each: key(which),
      when: key(condition),
      with: key(named(condition)),
      who: key(who),
      due: key(time),
      late: key(late),
    },
  },
  effect: {
    says: { zh: '連動', en: 'effect' },
    keys: {
      act: needed({ shape: 'text', as: 'reference' }),
      each: key(which),
      when: key(condition),
      with: key(named(condition)),
    },
  },
  tell: {
    says: { zh: '通知', en: 'notice' },
    keys: { who: needed(who), ...label, ack: key(time), else: key(who), again: key(time) },
  },
  late: {
    says: { zh: '逾期處理', en: 'lateness rung' },
    keys: { before: key(time), after: key(time), tell: needed(either(whoText, construct('tell'), listOf(whoText))) },
  },
  duty: {
    says: { zh: '例行作業', en: 'duty' },
    keys: {
      ...label,
      ...clause,
      every: key(time),
      after: key(several(text)),
      for: key(which),
      who: needed(who),
      proof: needed(which),
      with: key(named(condition)),
      due: key(time),
      late: key(late),
    },
  },
  monitor: {
    says: { zh: '監測', en: 'monitor' },
    keys: {
      ...label,
      ...clause,
      for: needed(which),
      every: needed(time),
      measure: key(condition),
      breach: key(condition),
      lasting: key(time),
      compare: key(construct('compare')),
      opens: key(opens),
      tell: key(tell),
    },
  },
  compare: {
    says: { zh: '比對', en: 'comparison' },
    keys: {
      seen: needed(condition),
      known: needed(which),
      match: needed(text),
      extra: key(construct('outcome')),
      missing: key(construct('outcome')),
      differs: key(construct('outcome')),
    },
  },
  outcome: {
    says: { zh: '比對結果', en: 'outcome' },
    keys: { fields: key(several(name)), opens: key(opens), tell: key(tell) },
  },
  examples: {
    says: { zh: '範例檔', en: 'examples' },
    keys: { world: key(listOf(anything)), examples: needed(listOf(construct('example'))) },
  },
  example: {
    says: { zh: '範例', en: 'example' },
    keys: {
      example: needed(text),
      given: key(listOf(anything)),
      when: key(mapOf(anything)),
      // biome-ignore lint/suspicious/noThenProperty: a word of the language
      then: key(mapOf(anything)),
      steps: key(listOf(construct('step'))),
    },
  },
  // biome-ignore lint/suspicious/noThenProperty: a word of the language
  step: { says: { zh: '步驟', en: 'step' }, keys: { when: needed(mapOf(anything)), then: key(mapOf(anything)) } },
};
