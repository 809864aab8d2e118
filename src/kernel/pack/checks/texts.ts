import type { Text } from '../../text.ts';
import { placeOf } from '../build/build.ts';
import { newReport } from '../diagnostics.ts';
import type { Compile } from '../resolve.ts';
import type { Definition, Diagnostic, Field, List, Monitor, RecordType, Tell } from '../types.ts';

type Labelled = { text: Text; kind: Text; name: string; of: object };

/** Every text people read must be there in both languages. */
export function checkTexts(definition: Definition, compile: Compile): void {
  for (const { text, kind, name, of } of texts(definition)) {
    const lacks = [...(text.zh.trim() ? [] : ['zh']), ...(text.en.trim() ? [] : ['en'])];
    if (lacks.length === 0) continue;
    const place = compile.origins.get(text) ?? compile.origins.get(of);
    const at = place?.at ?? placeOf(compile.origins, of);
    const message = {
      zh: `${kind.zh} "${name}" 缺 ${lacks.join('、')}`,
      en: `${kind.en} "${name}" lacks ${lacks.join(' and ')}`,
    };
    compile.report('missing-text', at, message, { zh: '補上譯文', en: 'translate' });
  }
}

/**
 * `missing-text` for each gate of the named packs, those we ship, without `title:`. An organisation's own pack may leave it out: its
 * gates then read by what is wrong even where they hold.
 */
export function untitled(definition: Definition, packs: string[]): Diagnostic[] {
  const report = newReport();
  const gates = Object.values(definition.records).flatMap((type) => Object.values(type.gates));
  for (const gate of gates.filter((each) => packs.includes(each.pack) && !each.title)) {
    const message = { zh: `關卡 "${gate.name}" 缺 title`, en: `gate "${gate.name}" lacks title` };
    report('missing-text', gate.at, message, { zh: '寫出成立時怎麼說', en: 'say how it reads when it holds' });
  }
  return report.list;
}

const named = (text: Text, kind: Text, name: string, of: object): Labelled => ({ text, kind, name, of });

function texts(definition: Definition): Labelled[] {
  return [
    ...definition.packs.flatMap((pack) => [named(pack.title, { zh: '程序書包', en: 'pack' }, pack.name, pack)]),
    ...Object.values(definition.clauses).flatMap((clause) => [
      named(clause, { zh: '條文', en: 'clause' }, clause.id, clause),
      ...(clause.pending
        ? [named(clause.pending, { zh: '條文待辦原因', en: 'reason pending of' }, clause.id, clause)]
        : []),
    ]),
    ...Object.values(definition.roles).map((role) => named(role.label, { zh: '角色', en: 'role' }, role.name, role)),
    ...Object.values(definition.parameters).map((each) =>
      named(each.label, { zh: '參數', en: 'parameter' }, each.name, each),
    ),
    ...Object.values(definition.lists).flatMap(listTexts),
    ...Object.values(definition.records).flatMap(recordTexts),
    ...Object.values(definition.duties).flatMap((duty) => [
      named(duty.label, { zh: '例行作業', en: 'duty' }, duty.name, duty),
      ...duty.late.flatMap((late) => messages([late.tell], duty.name)),
    ]),
    ...Object.values(definition.monitors).flatMap((monitor) => [
      named(monitor.label, { zh: '監測', en: 'monitor' }, monitor.name, monitor),
      ...messages([...monitor.tell, ...comparisonTells(monitor)], monitor.name),
    ]),
  ];
}

const comparisonTells = ({ compare }: Monitor): Tell[] =>
  [compare?.extra, compare?.missing, compare?.differs].flatMap((outcome) => outcome?.tell ?? []);

function listTexts(list: List): Labelled[] {
  const rows = Object.entries(list.rows).map(([name, row]) => named(row.label, { zh: '列', en: 'row' }, name, row));
  return list.label ? [named(list.label, { zh: '清單', en: 'list' }, list.name, list), ...rows] : rows;
}

function recordTexts(type: RecordType): Labelled[] {
  return [
    named(type.label, { zh: '表單', en: 'record' }, type.name, type),
    ...Object.values(type.sections).map((each) => named(each.label, { zh: '區段', en: 'section' }, each.name, each)),
    ...Object.values(type.fields).flatMap(fieldTexts),
    ...Object.values(type.flow).flatMap((state) => [
      named(state.label, { zh: '狀態', en: 'state' }, state.name, state),
      ...(state.stage ? [named(state.stage, { zh: '階段', en: 'stage of' }, state.name, state)] : []),
      ...state.late.flatMap((late) => messages([late.tell], state.name)),
    ]),
    ...Object.values(type.actions).flatMap((action) => [
      named(action.label, { zh: '動作', en: 'action' }, action.name, action),
      ...messages(action.tell, action.name),
      ...action.opens.flatMap((opening) => opening.late.flatMap((late) => messages([late.tell], action.name))),
    ]),
    ...Object.values(type.gates).flatMap((gate) => [
      named(gate.label, { zh: '關卡', en: 'gate' }, gate.name, gate),
      ...(gate.title ? [named(gate.title, { zh: '關卡標題', en: 'title of gate' }, gate.name, gate)] : []),
      ...(gate.fix ? [named(gate.fix.text, { zh: '關卡補救', en: 'fix of gate' }, gate.name, gate)] : []),
    ]),
  ];
}

function fieldTexts(field: Field): Labelled[] {
  const columns = field.type.is === 'table' ? Object.values(field.type.columns).flatMap(fieldTexts) : [];
  const help = field.help ? [named(field.help, { zh: '欄位說明', en: 'help of field' }, field.name, field)] : [];
  return [named(field.label, { zh: '欄位', en: 'field' }, field.name, field), ...help, ...columns];
}

const messages = (tells: Tell[], name: string): Labelled[] =>
  tells.flatMap((tell) => (tell.message ? [named(tell.message, { zh: '通知', en: 'notice of' }, name, tell)] : []));
