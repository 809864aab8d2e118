import type { Text } from '../../text.ts';
import { suggestion } from '../diagnostics.ts';
import { own } from '../own.ts';
import type { Compile } from '../resolve.ts';
import { elementOf, memberOf, namesOf, recordScope } from '../scope.ts';
import type { Allowed, RecordType, Role, ValueType, Who } from '../types.ts';
import { expectYesNo } from './expression.ts';

/** Where a `who` is asked: on a record (`self`), perhaps beside an `item`. */
export type WhoPlace = {
  compile: Compile;
  roles: Record<string, Role>;
  /** What bare paths start from; absent where no record is at hand. */
  type?: RecordType | undefined;
  item?: ValueType | undefined;
};

export function checkAllowed(allowed: Allowed[], place: WhoPlace): void {
  for (const each of allowed) {
    checkWho(each.who, place);
    if (each.when && place.type) {
      const item = rowOnTheWay(each.who, place) ?? place.item;
      const scope = recordScope(place.type, place.compile.known, item ? { item } : {});
      expectYesNo(each.when, scope, place.compile);
    }
  }
}

/** `installers.person` under `when: covers(item.valid, now)`: the row it leads through is `item`. */
function rowOnTheWay(who: Who, place: WhoPlace): ValueType | undefined {
  if (who.kind !== 'path' || who.path.length < 2 || !place.type) return undefined;
  const first = own(namesOf(place.type, place.compile.known), who.path[0]!);
  return first?.is === 'rows' ? first.of : undefined;
}

export function checkWho(who: Who, place: WhoPlace, written: Who = who): void {
  switch (who.kind) {
    case 'role':
      isRole(who.role, written, place);
      break;
    case 'role_of':
      isRole(who.role, written, place);
      checkWho(who.of, place, written);
      break;
    case 'acted':
      isAction(who.action, place.type, written, place);
      break;
    case 'act':
      isAction(who.action, recordNamed(who.record, written, place), written, place);
      break;
    case 'outsider':
      if (who.path[0] === 'superior') isRole(who.path[1]!, written, place);
      else leadsOutside(who.path, written, place);
      break;
    case 'path':
      leadsToSomebody(who.path, written, place);
      break;
    default: // clock and anyone are always there
  }
}

function unknown(place: WhoPlace, written: Who, message: Text, word: string, candidates: Iterable<string>): void {
  const at = place.compile.origins.get(written)?.at ?? { file: '', line: 1, col: 1 };
  place.compile.report('unknown-name', at, message, suggestion(word, candidates));
}

function isRole(name: string, written: Who, place: WhoPlace): void {
  if (own(place.roles, name)) return;
  const message = { zh: `沒有角色 "${name}"`, en: `there is no role "${name}"` };
  unknown(place, written, message, name, Object.keys(place.roles));
}

function recordNamed(name: string, written: Who, place: WhoPlace): RecordType | undefined {
  const type = own(place.compile.known.records, name);
  if (type) return type;
  const message = { zh: `沒有表單 "${name}"`, en: `there is no record "${name}"` };
  unknown(place, written, message, name, Object.keys(place.compile.known.records));
  return undefined;
}

function isAction(name: string, type: RecordType | undefined, written: Who, place: WhoPlace): void {
  if (!type || own(type.actions, name)) return;
  const message = { zh: `${type.name} 沒有動作 "${name}"`, en: `${type.name} has no action "${name}"` };
  unknown(place, written, message, name, Object.keys(type.actions));
}

function leadsOutside(path: string[], written: Who, place: WhoPlace): void {
  if (place.type) follow(path.slice(0, -1), written, place);
}

const SOMEBODY = ['person', 'unit', 'contact', 'any'];

function leadsToSomebody(path: string[], written: Who, place: WhoPlace): void {
  const end = follow(path, written, place);
  if (!end) return;
  const last = elementOf(end);
  if (SOMEBODY.includes(last.is) || (last.is === 'ref' && ['any', 'person', 'unit'].includes(last.to))) return;
  place.compile.report(
    'wrong-type',
    place.compile.origins.get(written)?.at ?? { file: '', line: 1, col: 1 },
    { zh: `${path.join('.')} 不是人員`, en: `${path.join('.')} is nobody` },
    { zh: '指到人員欄位', en: 'lead to a person' },
  );
}

/** Follows a path through references, rows and tables. */
function follow(path: string[], written: Who, place: WhoPlace): ValueType | undefined {
  const { known } = place.compile;
  const start = place.type ? namesOf(place.type, known) : {};
  const names = place.item ? { ...start, item: place.item } : start;
  let type = own(names, path[0]!);
  if (!type) {
    const shown = path.join('.');
    const message = { zh: `"${shown}" 不是角色也不是欄位`, en: `"${shown}" is neither a role nor a field` };
    const candidates = path.length > 1 ? Object.keys(names) : [...Object.keys(names), ...Object.keys(place.roles)];
    unknown(place, written, message, path[0]!, candidates);
    return undefined;
  }
  for (const step of path.slice(1)) {
    const next: ValueType | undefined = memberOf(elementOf(type), step, known);
    if (!next) {
      const message = { zh: `"${path.join('.')}" 到 ${step} 走不通`, en: `"${path.join('.')}" breaks at ${step}` };
      unknown(place, written, message, step, namesIn(elementOf(type), place));
      return undefined;
    }
    type = next;
  }
  return type;
}

function namesIn(type: ValueType, place: WhoPlace): string[] {
  if (type.is === 'object') return Object.keys(type.fields);
  const record = type.is === 'ref' ? own(place.compile.known.records, type.to) : undefined;
  return record ? Object.keys(namesOf(record, place.compile.known)) : [];
}
