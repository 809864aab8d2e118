import { nameOf } from '../../cel/families.ts';
import type { TypeScope } from '../../cel/types.ts';
import { placeOf } from '../build/build.ts';
import { suggestion } from '../diagnostics.ts';
import { FUNCTIONS } from '../functions.ts';
import { own } from '../own.ts';
import { type Compile, itemOfQuery, resolveWhere } from '../resolve.ts';
import { elementOf, memberOf, namesOf, recordScope, scopeOf } from '../scope.ts';
import type { Effect, Late, Opening, Query, RecordType, Role, Tell, ValueType } from '../types.ts';
import { checkedType, checkTemplate, checkTime, expectType, expectYesNo, suits } from './expression.ts';
import { checkAllowed } from './who.ts';

/** Where a follow-up stands: on a record's act or state, or on a duty or monitor with its subject. */
export type Place = {
  compile: Compile;
  roles: Record<string, Role>;
  type?: RecordType | undefined;
  self?: ValueType | undefined;
  item?: ValueType | undefined;
  /** Other names, such as a monitor's `value`. */
  extra?: Record<string, ValueType>;
};

export function scopeAt(place: Place): TypeScope {
  const extra = { ...place.extra, ...(place.item ? { item: place.item } : {}) };
  if (place.type) return recordScope(place.type, place.compile.known, extra);
  return scopeOf(place.compile.known, place.self ? { this: place.self } : {}, extra);
}

const selfOf = (place: Place): ValueType | undefined =>
  place.self ?? (place.type ? { is: 'ref', to: place.type.name } : undefined);

/** Checks a query where it stands and says what `item` is inside. */
export function checkQuery(query: Query, place: Place): ValueType {
  const { compile, type } = place;
  const extra = place.item ? { item: place.item } : {};
  if (query.from.kind === 'cel') {
    const found = checkedType(query.from.of, scopeAt(place), compile);
    notMany(query, found, compile);
  }
  resolveWhere(query, type, selfOf(place), compile);
  const item = itemOfQuery(query, type, compile, extra);
  for (const path of [...(query.newest ? [query.newest] : []), ...(query.groupBy ?? [])])
    checkPath(query, item, path, compile);
  if (query.sample?.n) expectType(query.sample.n, scopeAt(place), [{ is: 'number' }], compile);
  return item;
}

function notMany(query: Query, found: ValueType, compile: Compile): void {
  if (found.is === 'any' || elementOf(found) !== found) return;
  const name = nameOf(found);
  compile.report(
    'wrong-type',
    placeOf(compile.origins, query),
    { zh: `"${query.source}" 是${name.zh}，不能逐一`, en: `"${query.source}" is ${name.en}, not many` },
    { zh: '改用表格、集合、清單或表單', en: 'name a table, a set, a list or a record type' },
  );
}

function checkPath(query: Query, item: ValueType, path: string, compile: Compile): void {
  let type: ValueType | undefined = item;
  for (const step of path.split('.')) type = type && memberOf(type, step, compile.known);
  if (type) return;
  const message = { zh: `"${path}" 不是這裡的欄位`, en: `"${path}" is no field of what is asked` };
  compile.report(
    'unknown-name',
    placeOf(compile.origins, query),
    message,
    suggestion(path, namesOfItem(item, compile)),
  );
}

function namesOfItem(item: ValueType, compile: Compile): string[] {
  if (item.is === 'object') return Object.keys(item.fields);
  const type = item.is === 'ref' ? own(compile.known.records, item.to) : undefined;
  return type ? Object.keys(namesOf(type, compile.known)) : [];
}

export function checkOpening(opening: Opening, place: Place): void {
  const { compile } = place;
  const target = own(compile.known.records, opening.record);
  if (!target) {
    const message = { zh: `沒有表單 "${opening.record}"`, en: `there is no record "${opening.record}"` };
    const at = placeOf(compile.origins, opening, 'record');
    compile.report('unknown-name', at, message, suggestion(opening.record, Object.keys(compile.known.records)));
  }
  const item = opening.each ? checkQuery(opening.each, place) : place.item;
  const inner = { ...place, item };
  expectYesNo(opening.when, scopeAt(inner), compile);
  if (target) checkWith(opening.with, target, Object.keys(target.fields), inner);
  if (opening.who) checkAllowed(opening.who, inner);
  checkTime(opening.due, scopeAt(inner), compile);
  // lateness of what is opened is told from there: its own fields are not filled yet, the opener's are
  for (const late of opening.late) checkLate(late, inner);
}

const SETTABLE = ['origin', 'unit', 'requester'];

/** `with:` fills fields of what is opened or asked for: names and types must be the target's. */
export function checkWith(values: Opening['with'], target: RecordType, names: string[], place: Place): void {
  const { compile } = place;
  for (const [name, expression] of Object.entries(values)) {
    const field = own(target.fields, name);
    const type = checkedType(expression, scopeAt(place), compile);
    if (!field && !SETTABLE.includes(name)) {
      const message = { zh: `${target.name} 沒有欄位 "${name}"`, en: `${target.name} has no field "${name}"` };
      compile.report('unknown-name', placeOf(compile.origins, expression), message, suggestion(name, names));
    } else if (field && !suits(type, field.type, compile.known.records)) {
      const [is, want] = [nameOf(type), nameOf(field.type)];
      const message = {
        zh: `${target.name}.${name} 要${want.zh}，卻是${is.zh}`,
        en: `${target.name}.${name} takes ${want.en}, not ${is.en}`,
      };
      compile.report('wrong-type', placeOf(compile.origins, expression), message, {
        zh: `改為${want.zh}`,
        en: `give ${want.en}`,
      });
    }
  }
}

export function checkLate(late: Late, place: Place): void {
  const scope = scopeAt(place);
  checkTime(late.before, scope, place.compile);
  checkTime(late.after, scope, place.compile);
  checkTell(late.tell, place);
}

export function checkTell(tell: Tell, place: Place): void {
  const scope = scopeAt(place);
  checkAllowed(tell.who, place);
  if (tell.else) checkAllowed(tell.else, place);
  checkTime(tell.ack, scope, place.compile);
  checkTime(tell.again, scope, place.compile);
  checkTemplate(tell.message, scope, place.compile);
}

export function checkEffect(effect: Effect, place: Place): void {
  const { compile } = place;
  if ('effect' in effect) {
    expectYesNo(effect.when, scopeAt(place), compile);
    checkModuleEffect(effect, place);
    return;
  }
  const item = effect.each ? checkQuery(effect.each, place) : place.item;
  const inner = { ...place, item };
  expectYesNo(effect.when, scopeAt(inner), compile);
  const target = targetOf(effect.act.path, effect, inner);
  if (!target) return;
  const action = own(target.actions, effect.act.action);
  if (!action) {
    const name = effect.act.action;
    const message = { zh: `${target.name} 沒有動作 "${name}"`, en: `${target.name} has no action "${name}"` };
    compile.report(
      'unknown-name',
      placeOf(compile.origins, effect),
      message,
      suggestion(name, Object.keys(target.actions)),
    );
    return;
  }
  checkWith(effect.with, target, action.asks, inner);
}

/** The record type an act's path leads to; nothing when it cannot be known, or was reported. */
export function targetOf(path: string[], effect: object, place: Place): RecordType | undefined {
  if (path.length === 0) return place.type;
  const { compile } = place;
  const names = place.type ? namesOf(place.type, compile.known) : {};
  let type: ValueType | undefined = path[0] === 'item' ? place.item : own(names, path[0]!);
  for (const step of path.slice(1)) type = type && memberOf(elementOf(type), step, compile.known);
  const end = type && elementOf(type);
  if (end?.is === 'ref') return own(compile.known.records, end.to);
  if (end?.is === 'any') return undefined;
  const shown = path.join('.');
  const message = { zh: `"${shown}" 不指向任何紀錄`, en: `"${shown}" leads to no record` };
  const candidates = Object.entries(names).filter(([, each]) => elementOf(each).is === 'ref');
  const words = candidates.map(([name]) => name);
  compile.report('unknown-name', placeOf(compile.origins, effect), message, suggestion(path[0]!, words));
  return undefined;
}

function checkModuleEffect(effect: Extract<Effect, { effect: unknown }>, place: Place): void {
  const { module, name, args } = effect.effect;
  const { compile } = place;
  const known = own(FUNCTIONS, `${module}.${name}`);
  const at = placeOf(compile.origins, effect);
  if (!known?.effect) {
    const all = Object.keys(FUNCTIONS).filter((each) => FUNCTIONS[each]!.effect);
    const message = { zh: `沒有 ${module}.${name}() 這個效果`, en: `there is no effect ${module}.${name}()` };
    compile.report('unknown-name', at, message, suggestion(`${module}.${name}`, all));
    return;
  }
  const least = known.optionalFrom ?? known.args.length;
  if (args.length < least || args.length > known.args.length) {
    const message = { zh: `${name}() 的引數個數不對`, en: `${name}() takes ${least} argument(s), not ${args.length}` };
    compile.report('wrong-type', at, message, { zh: '補齊引數', en: 'give what it takes' });
  }
  args.forEach((arg, n) => {
    const wanted = known.args[n];
    if (wanted) expectType(arg, scopeAt(place), [wanted], compile);
  });
}
