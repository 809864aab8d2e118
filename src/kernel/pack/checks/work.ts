import { placeOf } from '../build/build.ts';
import { suggestion } from '../diagnostics.ts';
import { own } from '../own.ts';
import { type Compile, readWhere, resolveSource } from '../resolve.ts';
import { elementOf, memberOf, scopeOf, yesNo } from '../scope.ts';
import type { Cadence, Definition, Duty, List, Monitor, Query, Role, ValueType } from '../types.ts';
import { checkedType, checkTime, expectType, expectYesNo } from './expression.ts';
import {
  checkEffect,
  checkLate,
  checkOpening,
  checkQuery,
  checkTell,
  checkWith,
  type Place,
  scopeAt,
} from './follow.ts';
import { checkAllowed, checkWho } from './who.ts';

/** Duties, monitors, lists and roles: names, expressions and queries; what would flood people. */

export function checkDuty(duty: Duty, definition: Definition, compile: Compile): void {
  const start: Place = { compile, roles: definition.roles };
  const subject = duty.for ? subjectOf(duty.for, start) : undefined;
  const place = onSubject(start, subject);
  checkCadence(duty.every, place);
  checkAfter(duty, place);
  checkAllowed(duty.who, place);
  resolveSource(duty.proof, undefined, compile);
  if (!isRecord(duty.proof)) unknownSource(duty.proof, compile);
  checkQuery(duty.proof, { ...place, type: undefined });
  const target = duty.proof.from.kind === 'record' ? own(compile.known.records, duty.proof.from.type) : undefined;
  if (target) checkWith(duty.with, target, Object.keys(target.fields), place);
  checkTime(duty.due, scopeAt(place), compile);
  for (const late of duty.late) checkLate(late, place);
  if (!duty.every && !duty.after) {
    const message = { zh: `例行作業 ${duty.name} 沒有何時`, en: `duty ${duty.name} says no when` };
    compile.report('unknown-key', placeOf(compile.origins, duty), message, {
      zh: '加上 every: 或 after:',
      en: 'add every: or after:',
    });
  }
  if (duty.for) checkFlood(duty.for, duty.every, duty, compile);
}

/** Inside, `this` is the subject and bare names are its fields. */
function onSubject(place: Place, subject: ValueType | undefined): Place {
  const type = subject?.is === 'ref' ? own(place.compile.known.records, subject.to) : undefined;
  return { ...place, type, self: subject, ...(subject?.is === 'object' ? { extra: subject.fields } : {}) };
}

function subjectOf(query: Query, place: Place): ValueType {
  resolveSource(query, undefined, place.compile);
  if (query.from.kind === 'cel') {
    unknownSource(query, place.compile);
    return { is: 'any' };
  }
  const item = checkQuery(query, place);
  return query.groupBy ? groupOf(query.groupBy, item, place.compile) : item;
}

/** A group: how many, which, and what they have in common (`host.segment` as `host_segment`). */
function groupOf(paths: string[], item: ValueType, compile: Compile): ValueType {
  const common = paths.map((path): [string, ValueType] => {
    let type: ValueType | undefined = item;
    for (const step of path.split('.')) type = type && memberOf(elementOf(type), step, compile.known);
    return [path.replaceAll('.', '_'), type ?? { is: 'any' }];
  });
  const records: ValueType = item.is === 'ref' ? { is: 'refs', to: item.to } : { is: 'rows', of: item };
  return { is: 'object', fields: { count: { is: 'number' }, records, ...Object.fromEntries(common) } };
}

const isRecord = (query: Query): boolean => query.from.kind === 'record' || query.from.kind === 'module';

function unknownSource(query: Query, compile: Compile): void {
  const name = query.from.kind === 'cel' ? query.from.of.cel : query.source;
  const message = { zh: `沒有表單 "${name}"`, en: `there is no record "${name}"` };
  compile.report(
    'unknown-name',
    placeOf(compile.origins, query),
    message,
    suggestion(name, Object.keys(compile.known.records)),
  );
}

function checkCadence(every: Cadence | undefined, place: Place): void {
  if (every?.kind === 'span' && every.of.kind === 'cel')
    expectType(every.of.of, scopeAt(place), [{ is: 'span' }], place.compile);
}

function checkAfter(duty: Duty, place: Place): void {
  const { compile } = place;
  for (const after of duty.after ?? []) {
    const type = own(compile.known.records, after.record);
    const at = placeOf(compile.origins, after);
    if (!type) {
      const message = { zh: `沒有表單 "${after.record}"`, en: `there is no record "${after.record}"` };
      compile.report('unknown-name', at, message, suggestion(after.record, Object.keys(compile.known.records)));
      continue;
    }
    if (!own(type.actions, after.action)) {
      const message = {
        zh: `${type.name} 沒有動作 "${after.action}"`,
        en: `${type.name} has no action "${after.action}"`,
      };
      compile.report('unknown-name', at, message, suggestion(after.action, Object.keys(type.actions)));
    }
    const drawn = compile.draws.get(after);
    const where = drawn && readWhere(drawn, after, { item: { is: 'ref', to: type.name } }, undefined, compile);
    if (where) after.where = where;
  }
}

export function checkMonitor(monitor: Monitor, definition: Definition, compile: Compile): void {
  const start: Place = { compile, roles: definition.roles };
  const subject = subjectOf(monitor.for, start);
  const place = onSubject(start, subject);
  checkCadence(monitor.every, place);
  const measured = monitor.measure ? checkedType(monitor.measure, scopeAt(place), compile) : undefined;
  const inner: Place = { ...place, extra: { ...place.extra, ...(measured ? { value: measured } : {}) } };
  if (monitor.breach) expectType(monitor.breach, scopeAt(inner), [yesNo], compile);
  checkTime(monitor.lasting, scopeAt(place), compile);
  if (monitor.compare) checkCompare(monitor.compare, place);
  for (const opening of monitor.opens) checkOpening(opening, inner);
  for (const tell of monitor.tell) checkTell(tell, inner);
  if (!monitor.compare && !(monitor.measure && monitor.breach)) {
    const message = { zh: `監測 ${monitor.name} 不知量什麼`, en: `monitor ${monitor.name} measures nothing` };
    compile.report('unknown-key', placeOf(compile.origins, monitor), message, {
      zh: '加上 measure: 與 breach:，或 compare:',
      en: 'add measure: and breach:, or compare:',
    });
  }
  if (monitor.opens.length + monitor.tell.length > 0) checkFlood(monitor.for, monitor.every, monitor, compile);
}

function checkCompare(compare: NonNullable<Monitor['compare']>, place: Place): void {
  const { compile } = place;
  const seen = elementOf(checkedType(compare.seen, scopeAt(place), compile));
  resolveSource(compare.known, undefined, compile);
  if (!isRecord(compare.known)) unknownSource(compare.known, compile);
  const known = checkQuery(compare.known, { ...place, type: undefined });
  const sides = { extra: seen, missing: known, differs: known };
  for (const side of ['extra', 'missing', 'differs'] as const) {
    const outcome = compare[side];
    if (!outcome) continue;
    const inner: Place = { ...place, item: sides[side] };
    for (const opening of outcome.opens) checkOpening(opening, inner);
    for (const tell of outcome.tell) checkTell(tell, inner);
  }
  if (known.is !== 'any' && !memberOf(known, compare.match, compile.known)) {
    const message = {
      zh: `"${compare.match}" 不是已知一方的欄位`,
      en: `"${compare.match}" is no field of what is known`,
    };
    compile.report('unknown-name', placeOf(compile.origins, compare, 'match'), message, {
      zh: '指定兩邊都有的欄位',
      en: 'name a field both sides have',
    });
  }
}

/** What modules and scanners make by the thousand: one occurrence each, often, drowns people. */
const NUMEROUS = ['finding', 'alert', 'occurrence'];
const OFTEN = ['minute', 'hour', 'day', 'workday'];

function checkFlood(query: Query, every: Cadence | undefined, of: { name: string }, compile: Compile): void {
  if (query.groupBy || !every) return;
  const source = query.from.kind === 'record' ? query.from.type : query.from.kind === 'module' ? query.from.source : '';
  const unit =
    every.kind === 'period' ? every.unit : every.kind === 'span' && every.of.kind === 'span' ? every.of.unit : '';
  const kinds = own(compile.known.records, source)?.kinds ?? [];
  if (![source, ...kinds].some((name) => NUMEROUS.includes(name)) || !OFTEN.includes(unit)) return;
  compile.report(
    'flood',
    placeOf(compile.origins, of, 'for'),
    { zh: `${of.name}：每個 ${source} 每 ${unit} 一次`, en: `one per ${source} per ${unit}` },
    { zh: '用 group by 併在一起', en: 'group by' },
  );
}

export function checkList(list: List, definition: Definition, compile: Compile): void {
  const place: Place = { compile, roles: definition.roles, extra: { person: { is: 'person' } } };
  const scope = scopeAt(place);
  if (list.audience) checkWho(list.audience, place);
  if (list.sample) expectType(list.sample, scope, [{ is: 'number' }], compile);
  if (list.again) checkSpan(list.again.cel, list, place);
  if (list.lapse?.after) checkSpan(list.lapse.after.cel, list, place);
  for (const effect of list.lapse?.does ?? []) checkEffect(effect, place);
  for (const [name, type] of Object.entries(list.columns)) checkCells(list, name, type, compile);
  for (const row of Object.values(list.rows)) checkRow(row, list, compile);
}

const PLAIN_SPAN = /^\d+\s+(minute|hour|day|workday|week|month|year)s?$/;

function checkSpan(cel: string, list: List, place: Place): void {
  const expression = list.again?.cel === cel ? list.again : list.lapse!.after!;
  if (!PLAIN_SPAN.test(cel.trim())) expectType(expression, scopeAt(place), [{ is: 'span' }], place.compile);
}

/** Choices in a cell must be rows of the column's list; figures must be figures. */
function checkCells(list: List, column: string, type: ValueType, compile: Compile): void {
  const choices = type.is === 'choice' || type.is === 'choices' ? own(compile.known.lists, type.of) : undefined;
  for (const row of Object.values(list.rows)) {
    const cell = own(row.cells, column);
    if (cell === undefined) continue;
    const at = placeOf(compile.origins, row, column);
    if (type.is === 'number' && typeof cell !== 'number') {
      const message = { zh: `${column} 要數字`, en: `${column} takes a number` };
      compile.report('wrong-type', at, message, { zh: '填數字', en: 'give a number' });
    }
    if (!choices) continue;
    for (const word of [cell].flat()) {
      if (own(choices.rows, String(word))) continue;
      const message = { zh: `清單 ${choices.name} 沒有 "${word}"`, en: `list ${choices.name} has no "${word}"` };
      compile.report('unknown-name', at, message, suggestion(String(word), Object.keys(choices.rows)));
    }
  }
  if ((type.is === 'choice' || type.is === 'choices') && !choices) {
    const message = { zh: `沒有清單 "${type.of}"`, en: `there is no list "${type.of}"` };
    compile.report(
      'unknown-name',
      placeOf(compile.origins, list, 'columns'),
      message,
      suggestion(type.of, Object.keys(compile.known.lists)),
    );
  }
}

function checkRow(row: List['rows'][string], list: List, compile: Compile): void {
  for (const name of Object.keys(row.cells)) {
    if (own(list.columns, name)) continue;
    const message = { zh: `清單 ${list.name} 沒有欄 "${name}"`, en: `list ${list.name} has no column "${name}"` };
    const candidates = [...Object.keys(list.columns), 'zh', 'en', 'clause', 'quiz'];
    compile.report('unknown-key', placeOf(compile.origins, row, name), message, suggestion(name, candidates));
  }
}

export function checkRole(role: Role, definition: Definition, compile: Compile): void {
  expectYesNo(role.needs, scopeOf(compile.known, { person: { is: 'person' } }), compile);
  role.conflicts.forEach((name, n) => {
    if (own(definition.roles, name)) return;
    const at = placeOf(compile.origins, role, 'conflicts', n);
    const message = { zh: `沒有角色 "${name}"`, en: `there is no role "${name}"` };
    compile.report('unknown-name', at, message, suggestion(name, Object.keys(definition.roles)));
  });
}
