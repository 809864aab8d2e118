import { nameOf } from '../../cel/families.ts';
import type { TypeScope } from '../../cel/types.ts';
import { placeOf, said } from '../build/build.ts';
import { suggestion } from '../diagnostics.ts';
import { own } from '../own.ts';
import type { Compile } from '../resolve.ts';
import { elementOf, type Names, namesOf, recordScope, SYSTEM_FIELDS } from '../scope.ts';
import type { Action, Field, Gate, Position, RecordType, Role, State } from '../types.ts';
import { entry, several } from '../yaml.ts';
import {
  checkBraces,
  checkedType,
  checkTemplate,
  checkTime,
  expectPure,
  expectType,
  expectYesNo,
  suits,
} from './expression.ts';
import { checkEffect, checkLate, checkOpening, checkQuery, checkTell, type Place, scopeAt } from './follow.ts';
import { checkStaff, noTitleInside, notOfSections } from './see.ts';
import { checkAllowed, checkWho } from './who.ts';

/** Every name, expression, query and follow-up of one record type. */
export function checkRecord(type: RecordType, roles: Record<string, Role>, compile: Compile): void {
  const place: Place = { compile, roles, type };
  const scope = recordScope(type, compile.known);
  for (const field of Object.values(type.fields)) checkField(field, place, {});
  for (const query of Object.values(type.sets)) checkQuery(query, place);
  for (const section of Object.values(type.sections)) {
    expectYesNo(section.when, scope, compile);
    for (const who of section.see?.by ?? []) checkWho(who, place);
    for (const staff of section.see?.staff ?? []) notOfSections(staff, place);
    if (section.see) noTitleInside(section, type, place);
    if (section.filled === 'none') continue;
    for (const group of section.filled.by) checkAllowed(group.any, place);
    for (const [n, state] of section.filled.in.entries())
      isState(state, type, compile, () => placeOf2(compile, section, ['filled', 'in'], n));
  }
  for (const state of Object.values(type.flow)) {
    checkTime(state.due, scope, compile);
    for (const late of state.late) checkLate(late, place);
    checkRowNamed(state, 'gap', type, compile);
    checkRowNamed(state, 'shows', type, compile);
  }
  for (const action of Object.values(type.actions)) checkAction(action, place);
  for (const gate of Object.values(type.gates)) checkGate(gate, place);
  checkRest(type, place, scope);
}

function placeOf2(compile: Compile, built: object, keys: [string, string], nth: number): Position {
  const item = compile.origins.get(built);
  const list = entry(entry(item, keys[0]), keys[1]);
  return several(list)[nth]?.at ?? list?.at ?? placeOf(compile.origins, built);
}

function isState(name: string, type: RecordType, compile: Compile, at: () => Position): void {
  if (own(type.flow, name)) return;
  const message = { zh: `${type.name} 沒有狀態 "${name}"`, en: `${type.name} has no state "${name}"` };
  compile.report('unknown-name', at(), message, suggestion(name, Object.keys(type.flow)));
}

/** What a stay lacks or shows is read off the row chosen in a field: without a choice there would be no clause. */
function checkRowNamed(state: State, key: 'gap' | 'shows', type: RecordType, compile: Compile): void {
  const name = state[key];
  if (name === undefined) return;
  const at = placeOf(compile.origins, state, key);
  const field = own(type.fields, name);
  if (!field) {
    const message = { zh: `${type.name} 沒有欄位 "${name}"`, en: `${type.name} has no field "${name}"` };
    compile.report('unknown-name', at, message, suggestion(name, Object.keys(type.fields)));
  } else if (field.type.is !== 'choice') {
    const message = { zh: `欄位 ${name} 不是選項`, en: `field ${name} is no choice` };
    compile.report('wrong-type', at, message, {
      zh: '指名一個選項欄位，其清單各列引用條文',
      en: 'name a choice whose rows cite clauses',
    });
  }
}

// ── fields ─────────────────────────────────────────────────────────────────────────────────────────────────────────

const CEL_WORDS = [
  'as break const continue else false for function if import in let loop package namespace null return true var void while',
]
  .join(' ')
  .split(' ');
const OUR_WORDS = ['this', 'now', 'actor', 'param', 'lists', 'given', 'save', 'open', 'any'];

function reserved(field: Field, column: boolean, compile: Compile): void {
  const words = column ? CEL_WORDS : [...CEL_WORDS, ...OUR_WORDS, ...SYSTEM_FIELDS];
  if (!words.includes(field.name)) return;
  const cel = CEL_WORDS.includes(field.name);
  const zh = cel ? '是 CEL 的保留字' : '是每筆紀錄都有的名稱';
  compile.report(
    'reserved-name',
    placeOf(compile.origins, field),
    {
      zh: `欄位 "${field.name}" ${zh}`,
      en: `field "${field.name}" is ${cel ? "CEL's own word" : 'a name every record has'}`,
    },
    { zh: '改名', en: 'rename' },
  );
}

function checkField(field: Field, place: Place, extra: Names): void {
  const { compile } = place;
  const type = place.type!;
  const column = field.section === '';
  reserved(field, column, compile);
  hasType(field, compile);
  pointsSomewhere(field, place);
  const scope = recordScope(type, compile.known, extra);
  expectYesNo(field.when, scope, compile);
  if (field.is) checkComputed(field, scope, column, compile);
  if (field.from) checkQuery(field.from, place);
  if (field.type.is === 'files' && field.type.slots) checkQuery(field.type.slots, place);
  if (field.type.is === 'table') checkColumns(field, place);
  field.required.forEach((action, n) => {
    if (action === '*' || action === 'open' || action === 'save' || own(type.actions, action)) return;
    const message = { zh: `${type.name} 沒有動作 "${action}"`, en: `${type.name} has no action "${action}"` };
    compile.report(
      'unknown-name',
      placeOf(compile.origins, field, 'required', n),
      message,
      suggestion(action, Object.keys(type.actions)),
    );
  });
  if (field.badge && field.type.is !== 'yes_no') {
    const message = { zh: `欄位 ${field.name} 不是是非題`, en: `field ${field.name} is no yes_no` };
    compile.report('wrong-type', placeOf(compile.origins, field, 'badge'), message, {
      zh: 'badge 只用於是非題欄位',
      en: 'badge is for yes_no fields',
    });
  }
  if (field.at && !own(type.actions, field.at)) {
    const message = { zh: `${type.name} 沒有動作 "${field.at}"`, en: `${type.name} has no action "${field.at}"` };
    compile.report(
      'unknown-name',
      placeOf(compile.origins, field, 'at'),
      message,
      suggestion(field.at, Object.keys(type.actions)),
    );
  }
}

function hasType(field: Field, compile: Compile): void {
  if (field.type.is !== 'any' || field.is || field.section === '_base') return;
  if (said(compile.origins, field, 'type')) return; // named, but no type of ours: reported where it was read
  const message = { zh: '欄位沒有 type', en: 'field has no type' };
  compile.report('unknown-key', placeOf(compile.origins, field), message, { zh: '加上 type:', en: 'add type:' });
}

function checkColumns(field: Field, place: Place): void {
  if (field.type.is !== 'table') return;
  const { compile } = place;
  const columns = Object.values(field.type.columns);
  if (columns.length === 0) {
    const message = { zh: `表格 ${field.name} 沒有欄`, en: `table ${field.name} has no columns` };
    compile.report('unknown-key', placeOf(compile.origins, field), message, {
      zh: '加上 columns:',
      en: 'add columns:',
    });
  }
  const row = elementOf(namesOf(place.type!, compile.known)[field.name] ?? { is: 'any' });
  for (const column of columns) checkField(column, place, { item: row });
}

/** `is:` of a record's field may not ask a fact; in a column it is frozen with its row. */
function checkComputed(field: Field, scope: TypeScope, column: boolean, compile: Compile): void {
  const type = checkedType(field.is!, scope, compile);
  if (!column) expectPure(field.is!, scope, compile);
  if (!said(compile.origins, field, 'type') || suits(type, field.type, compile.known.records)) return;
  const [is, want] = [nameOf(type), nameOf(field.type)];
  const message = {
    zh: `${field.name} 是${want.zh}，算出來卻是${is.zh}`,
    en: `${field.name} is ${want.en} but computes ${is.en}`,
  };
  compile.report('wrong-type', placeOf(compile.origins, field.is!), message, {
    zh: '改其中一個',
    en: 'change one of them',
  });
}

const REFERENCE_TARGETS = [
  'any',
  'person',
  'unit',
  'role',
  'action',
  'gate',
  'parameter',
  'clause',
  'occurrence',
  'alert',
];

function pointsSomewhere(field: Field, place: Place): void {
  const { compile } = place;
  const type = field.type;
  if (type.is === 'choice' || type.is === 'choices') {
    if (own(compile.known.lists, type.of)) return;
    if (!type.of) {
      const missing = { zh: `欄位 ${field.name} 未指明清單`, en: `field ${field.name} names no list` };
      const remedy = { zh: '加上 of: lists.清單名稱', en: 'add of: lists.name_of_the_list' };
      compile.report('unknown-name', placeOf(compile.origins, field), missing, remedy);
      return;
    }
    const message = { zh: `沒有清單 "${type.of}"`, en: `there is no list "${type.of}"` };
    const lists = Object.keys(compile.known.lists).map((name) => `lists.${name}`);
    compile.report(
      'unknown-name',
      placeOf(compile.origins, field, 'of'),
      message,
      suggestion(`lists.${type.of}`, lists),
    );
  }
  if (type.is === 'ref' || type.is === 'refs') checkTarget(field, type.to, compile);
}

function checkTarget(field: Field, to: string, compile: Compile): void {
  const [record, table, more] = to.split('.');
  const type = own(compile.known.records, record!);
  const known = type && (table === undefined || own(type.fields, table)?.type.is === 'table') && more === undefined;
  if (known || REFERENCE_TARGETS.includes(to)) return;
  const message = { zh: `沒有 "${to}" 可指向`, en: `there is no "${to}" to point at` };
  const tables = Object.values(type?.fields ?? {}).filter((each) => each.type.is === 'table');
  const candidates =
    table === undefined ? Object.keys(compile.known.records) : tables.map((t) => `${record}.${t.name}`);
  compile.report('unknown-name', placeOf(compile.origins, field, 'to'), message, suggestion(to, candidates));
}

// ── actions ────────────────────────────────────────────────────────────────────────────────────────────────────────

function checkAction(action: Action, place: Place): void {
  const { compile } = place;
  const type = place.type!;
  const scope = scopeAt(place);
  for (const [n, state] of action.from.entries())
    isState(state, type, compile, () => placeOf(compile.origins, action, 'from', n));
  if (action.to) isState(action.to, type, compile, () => placeOf(compile.origins, action, 'to'));
  for (const group of action.by) {
    checkAllowed(group.any, place);
    checkTime(group.together, scope, compile);
  }
  for (const who of action.never) checkWho(who, place);
  for (const [n, name] of action.asks.entries())
    isField(name, type, compile, placeOf(compile.origins, action, 'asks', n));
  action.seal?.forEach((name, n) => {
    if (own(type.sections, name)) return;
    const message = { zh: `${type.name} 沒有區段 "${name}"`, en: `${type.name} has no section "${name}"` };
    compile.report(
      'unknown-name',
      placeOf(compile.origins, action, 'seal', n),
      message,
      suggestion(name, Object.keys(type.sections)),
    );
  });
  expectYesNo(action.when, scope, compile);
  clockNeedsWhen(action, compile);
  if (action.emergency) checkEmergency(action, place);
  for (const opening of action.opens) checkOpening(opening, place);
  for (const effect of action.does) checkEffect(effect, place);
  for (const tell of action.tell) checkTell(tell, place);
}

function isField(name: string, type: RecordType, compile: Compile, at: Position): void {
  if (own(type.fields, name)) return;
  const message = { zh: `${type.name} 沒有欄位 "${name}"`, en: `${type.name} has no field "${name}"` };
  compile.report('unknown-name', at, message, suggestion(name, Object.keys(type.fields)));
}

function clockNeedsWhen(action: Action, compile: Compile): void {
  if (!action.clock || action.when) return;
  const message = { zh: `時鐘不知何時做 ${action.name}`, en: `the clock does not know when to ${action.name}` };
  compile.report('unknown-key', placeOf(compile.origins, action), message, { zh: '加上 when:', en: 'add when:' });
}

function checkEmergency(action: Action, place: Place): void {
  const type = place.type!;
  checkTime(action.emergency!.due, scopeAt(place), place.compile);
  action.emergency!.owes.forEach((name, n) => {
    if (own(type.actions, name)) return;
    const at = placeOf(place.compile.origins, action.emergency!, 'owes', n);
    const message = { zh: `${type.name} 沒有動作 "${name}"`, en: `${type.name} has no action "${name}"` };
    place.compile.report('unknown-name', at, message, suggestion(name, Object.keys(type.actions)));
  });
}

// ── gates ──────────────────────────────────────────────────────────────────────────────────────────────────────────

function checkGate(gate: Gate, place: Place): void {
  const { compile } = place;
  const type = place.type!;
  const guardable = [...Object.keys(type.actions), 'save'];
  gate.guards.forEach((name, n) => {
    if (guardable.includes(name)) return;
    const message = { zh: `${type.name} 沒有動作 "${name}"`, en: `${type.name} has no action "${name}"` };
    compile.report('unknown-name', placeOf(compile.origins, gate, 'guards', n), message, suggestion(name, guardable));
  });
  expectYesNo(gate.when, scopeAt(place), compile);
  const item = gate.each ? checkQuery(gate.each, place) : undefined;
  const inner: Place = { ...place, item };
  expectYesNo(gate.holds, scopeAt(inner), compile);
  asksSomething(gate, compile);
  checkTemplate(gate.label, scopeAt(inner), compile);
  // The title speaks of all items at once, so it knows none of them.
  if (gate.title) checkTemplate(gate.title, scopeAt(place), compile);
  for (const [n, name] of (gate.unique ?? []).entries())
    isField(name, type, compile, placeOf(compile.origins, gate, 'unique', n));
  for (const [n, state] of (gate.while ?? []).entries())
    isState(state, type, compile, () => placeOf(compile.origins, gate, 'while', n));
  if (typeof gate.waive === 'object') {
    for (const group of gate.waive.by) checkAllowed(group.any, place);
    for (const name of gate.waive.asks) isField(name, type, compile, placeOf(compile.origins, gate, 'waive'));
  }
  leadsSomewhere(gate, type, compile);
}

function asksSomething(gate: Gate, compile: Compile): void {
  if (gate.guards.length === 0) {
    const message = { zh: `關卡 ${gate.name} 沒有守任何動作`, en: `gate ${gate.name} guards nothing` };
    compile.report('unknown-key', placeOf(compile.origins, gate), message, { zh: '加上 guards:', en: 'add guards:' });
  }
  if (gate.holds || gate.unique) return;
  const message = { zh: `關卡 ${gate.name} 什麼都沒問`, en: `gate ${gate.name} asks nothing` };
  compile.report('unknown-key', placeOf(compile.origins, gate), message, {
    zh: '加上 holds: 或 unique:',
    en: 'add holds: or unique:',
  });
}

/** Pages of modules a remedy may lead to. */
const PAGES = [
  'scans',
  'findings',
  'notice',
  'monitors',
  'logs',
  'documents',
  'accounts',
  'evidence',
  'packs',
  'duties',
  'people',
];

/** `field.x`, `action.x`, `type.open`, `type.list`, `type.action`, or a page of a module. */
function leadsSomewhere(gate: Gate, type: RecordType, compile: Compile): void {
  const go = gate.fix?.go;
  if (!go) return;
  const [where, what] = go.split('.');
  const target = own(compile.known.records, where!);
  const leads =
    (where === 'field' && own(type.fields, what ?? '')) ||
    (where === 'action' && own(type.actions, what ?? '')) ||
    (target && (what === 'list' || own(target.actions, what ?? ''))) ||
    (!target && PAGES.includes(where!));
  if (leads) return;
  const item = entry(entry(compile.origins.get(gate), 'fix'), 'go');
  const at = item?.at ?? placeOf(compile.origins, gate);
  const names = where === 'action' ? Object.keys(type.actions) : Object.keys(type.fields);
  const candidates = [
    ...names.map((name) => `${where === 'action' ? 'action' : 'field'}.${name}`),
    ...Object.keys(compile.known.records).flatMap((name) => [`${name}.open`, `${name}.list`]),
  ];
  compile.report(
    'unknown-name',
    at,
    { zh: `"${go}" 不通往任何地方`, en: `"${go}" leads nowhere` },
    suggestion(go, candidates),
  );
}

// ── the rest ───────────────────────────────────────────────────────────────────────────────────────────────────────

function checkRest(type: RecordType, place: Place, scope: TypeScope): void {
  const { compile } = place;
  if (type.versioned) isState(type.versioned, type, compile, () => placeOf(compile.origins, type, 'versioned'));
  for (const who of type.see?.by ?? []) checkWho(who, place);
  for (const staff of type.see?.staff ?? []) checkStaff(staff, type, place);
  expectYesNo(type.print?.when, scope, compile);
  if (type.retention) {
    checkTime(type.retention.keep, scope, compile);
    expectType(type.retention.from, scope, [{ is: 'moment' }], compile);
    expectYesNo(type.retention.hold, scope, compile);
    if (type.retention.dispose) checkWho(type.retention.dispose, place);
  }
  if (type.number) checkNumber(type, scope, compile);
}

const COUNTERS = /\{(seq|month|year|roc_year|day)(:\d+)?\}/g;

/** `{roc_year}`, `{month:2}`, `{seq:4}` count; the rest is CEL, perhaps with a width. */
function checkNumber(type: RecordType, scope: TypeScope, compile: Compile): void {
  const blank = (found: string) => ' '.repeat(found.length);
  const rest = type.number!.replace(COUNTERS, blank).replace(/:\d+\}/g, (found) => `${' '.repeat(found.length - 1)}}`);
  checkBraces(rest, entry(compile.origins.get(type), 'number'), scope, compile);
}
