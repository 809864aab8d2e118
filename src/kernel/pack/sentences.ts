import { type Text, text } from '../text.ts';
import { own } from './own.ts';
import { actionWords } from './prose/action.ts';
import { join, placeIn, quoted, spoken, stop } from './prose/context.ts';
import { gateWords } from './prose/gate.ts';
import { gateName } from './prose/gate-name.ts';
import { whoWords } from './prose/people.ts';
import { value } from './prose/phrase.ts';
import { dutyWords, monitorWords, retentionWords } from './prose/work.ts';
import type { Definition, RecordType } from './types.ts';

/**
 * Gates, acts, duties, monitors and retention as plain sentences, so that a coordinator reads what a pack says without
 * reading CEL. Roles, fields and choices go by their labels, parameters by value and unit.
 */

/** `審查合格前，…；否則拒絕。` @throws RangeError when there is no such gate */
export function gateSentence(definition: Definition, type: string, gate: string): Text {
  const record = recordNamed(definition, type);
  return gateWords(must(own(record.gates, gate), gate), placeIn(definition, record));
}

/** Who may do it, when, and what follows. @throws RangeError when there is no such action */
export function actionSentence(definition: Definition, type: string, action: string): Text {
  const record = recordNamed(definition, type);
  return actionWords(must(own(record.actions, action), action), placeIn(definition, record));
}

/** @throws RangeError when there is no such duty */
export function dutySentence(definition: Definition, name: string): Text {
  return dutyWords(must(own(definition.duties, name), name), definition);
}

/** @throws RangeError when there is no such monitor */
export function monitorSentence(definition: Definition, name: string): Text {
  return monitorWords(must(own(definition.monitors, name), name), definition);
}

/** How long records of a type are kept, from when, and who disposes of them; undefined without a retention. */
export function retentionSentence(definition: Definition, type: string): Text | undefined {
  const record = recordNamed(definition, type);
  return record.retention && retentionWords(record, placeIn(definition, record));
}

const must = <T>(found: T | undefined, name: string): T => {
  if (found === undefined) throw new RangeError(`nothing is called ${name}`);
  return found;
};

const recordNamed = (definition: Definition, type: string): RecordType => must(own(definition.records, type), type);

export type Mechanism = { kind: string; name: string; label: Text; sentence: Text; go?: string };

/** What realises a clause, each with its sentence and where on screen it is; what is not declared is left out. */
export function clauseMechanisms(definition: Definition, clauseId: string): Mechanism[] {
  const clause = own(definition.clauses, clauseId);
  return (clause?.by ?? []).map((name) => mechanism(definition, name)).filter((found) => found !== undefined);
}

function mechanism(definition: Definition, name: string): Mechanism | undefined {
  const [kind = '', first = '', second = ''] = name.split('.');
  const type = own(definition.records, first);
  const made = (label: Text | undefined, sentence: Text | undefined, go?: string): Mechanism | undefined =>
    label && sentence && { kind, name, label, sentence, ...(go ? { go } : {}) };
  switch (kind) {
    case 'record':
      return type && made(type.label, recordSentence(type), `${first}.list`);
    case 'action':
      return (
        type &&
        own(type.actions, second) &&
        made(type.actions[second]!.label, actionSentence(definition, first, second), `${first}.list`)
      );
    case 'gate':
      return (
        type &&
        own(type.gates, second) &&
        made(gateName(definition, type.gates[second]!), gateSentence(definition, first, second), `${first}.list`)
      );
    case 'field':
      return (
        type &&
        own(type.fields, second) &&
        made(type.fields[second]!.label, fieldSentence(type, second), `${first}.list`)
      );
    case 'retention':
      return type && made(type.label, retentionSentence(definition, first), `${first}.list`);
    case 'list':
      return listMechanism(definition, first, made);
    case 'duty':
      return (
        own(definition.duties, first) &&
        made(definition.duties[first]!.label, dutySentence(definition, first), 'duties.list')
      );
    case 'monitor':
      return (
        own(definition.monitors, first) &&
        made(definition.monitors[first]!.label, monitorSentence(definition, first), 'monitors.list')
      );
    case 'role':
      return (
        own(definition.roles, first) &&
        made(definition.roles[first]!.label, text('由指定的角色擔任。', 'A named role is responsible.'), 'people.roles')
      );
    case 'parameter':
      return parameterMechanism(definition, first, made);
    case 'module':
      return made(MODULE_NAMES[first] ?? text(first, first), text('由系統本身執行。', 'The system itself does this.'));
    default:
      return undefined;
  }
}

type Make = (label: Text | undefined, sentence: Text | undefined, go?: string) => Mechanism | undefined;

function recordSentence(type: RecordType): Text {
  if (type.role === 'register')
    return text(`以「${type.label.zh}」登錄並保持最新。`, `Kept in the register of ${spoken(type.label).en}.`);
  const steps = Object.values(type.flow)
    .filter((state) => !state.final)
    .map((state) => state.label);
  const way = join(steps, '、', ' → ');
  return text(
    `填「${type.label.zh}」，依序經過${way.zh}。`,
    `The form ${type.label.en} is filled in and passes ${way.en}.`,
  );
}

function fieldSentence(type: RecordType, name: string): Text {
  const field = type.fields[name]!;
  const always = field.required.includes('*');
  const actions = field.required.map((action) => quoted(own(type.actions, action)?.label ?? text(action, action)));
  const when = always ? text('，一律必填', ', always') : actions.length > 0 ? before(actions) : text('', '');
  return text(
    `「${type.label.zh}」記載「${field.label.zh}」${when.zh}。`,
    `The ${spoken(type.label).en} records “${field.label.en}”${when.en}.`,
  );
}

function before(actions: Text[]): Text {
  const all = join(actions, '、', ', ', ' or ');
  return text(`，${all.zh}前必填`, `, required before ${all.en}`);
}

function listMechanism(definition: Definition, name: string, made: Make): Mechanism | undefined {
  const list = own(definition.lists, name);
  if (!list) return undefined;
  const rows = join(
    Object.values(list.rows).map((row) => row.label),
    '、',
    '; ',
  );
  const label = list.label ?? text(name, name.replaceAll('_', ' '));
  const audience = list.audience && whoWords(list.audience, placeIn(definition));
  if (rows.zh === '') return made(label, text('由各程序書列定。', 'Each procedure names its own.'), `lists.${name}`);
  const sentence = audience
    ? text(`${audience.zh}須簽收並遵守：${rows.zh}。`, `${audience.en} must acknowledge and keep: ${rows.en}.`)
    : text(`逐項：${rows.zh}。`, `Item by item: ${rows.en}.`);
  return made(label, stop(text(sentence.zh.slice(0, -1), sentence.en.slice(0, -1))), `lists.${name}`);
}

function parameterMechanism(definition: Definition, name: string, made: Make): Mechanism | undefined {
  const parameter = own(definition.parameters, name);
  if (!parameter) return undefined;
  const shown = value({ cel: `param.${name}` }, placeIn(definition));
  return made(parameter.label, text(`規定為 ${shown.zh}。`, `Set to ${shown.en}.`), 'packs.parameters');
}

const MODULE_NAMES: Record<string, Text> = {
  ledger: text('軌跡', 'Ledger'),
  duties: text('例行作業', 'Duties'),
  monitoring: text('監測', 'Monitoring'),
  findings: text('弱點', 'Findings'),
  evidence: text('證物', 'Evidence'),
  logs: text('日誌', 'Logs'),
  compliance: text('遵循', 'Compliance'),
  identity: text('身分與權限', 'Identity'),
  notices: text('通知', 'Notices'),
};
