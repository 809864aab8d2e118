import { type Text, text } from '../../text.ts';
import { own } from '../own.ts';
import { elementOf } from '../scope.ts';
import type { Allowed, Group, Time, Who } from '../types.ts';
import { quantity } from '../units.ts';
import { andList, bare, join, member, named, orList, type Place, quoted, spoken, type Thing } from './context.ts';
import { condition, value } from './phrase.ts';

/** Who, as people say it. */
export function whoWords(who: Who, place: Place): Text {
  switch (who.kind) {
    case 'role':
      return roleWords(who.role, place);
    case 'role_of': {
      const [role, of] = [roleWords(who.role, place), whoWords(who.of, place)];
      return text(`${of.zh}的${role.zh}`, `the ${bare(role.en)} of ${of.en}`);
    }
    case 'path':
      return pathWords(who.path, place);
    case 'acted': {
      const label = quoted(
        place.type && own(place.type.actions, who.action)
          ? place.type.actions[who.action]!.label
          : text(who.action, who.action),
      );
      return text(`辦理${label.zh}者`, `whoever did ${label.en}`);
    }
    case 'act':
      return actWords(who, place);
    case 'outsider':
      return outsiderWords(who.path, place);
    case 'clock':
      return text('本平台（自動）', 'the platform itself');
    case 'anyone':
      return text('任何人', 'anyone');
    default:
      return who satisfies never;
  }
}

function roleWords(name: string, place: Place): Text {
  const role = own(place.definition.roles, name);
  if (!role) return text(name, name);
  const label = spoken(role.label);
  return text(label.zh, label.en.startsWith('all ') ? label.en : `the ${label.en}`);
}

function pathWords(path: string[], place: Place): Text {
  let of = named(path[0]!, place);
  for (const step of path.slice(1)) of = member(of, step, place);
  if (of.words.en.startsWith('“')) return text(of.words.zh, `whoever is named in ${of.words.en}`);
  return text(of.words.zh, /^(the|its) |'s /.test(of.words.en) ? of.words.en : `the ${of.words.en}`);
}

function actWords(who: Extract<Who, { kind: 'act' }>, place: Place): Text {
  const type = own(place.definition.records, who.record);
  const action = type && own(type.actions, who.action);
  const [record, label] = [
    type?.label ?? text(who.record, who.record),
    quoted(action?.label ?? text(who.action, who.action)),
  ];
  return text(`「${record.zh}」的${label.zh}`, `${label.en} of the ${spoken(record).en}`);
}

function outsiderWords(path: string[], place: Place): Text {
  if (path[0] === 'superior') {
    const role = roleWords(path[1]!, place);
    return text(`上級機關的${role.zh}`, `the ${bare(role.en)} of the superior body`);
  }
  const of = pathWords(path.slice(0, -1), place);
  return text(`${of.zh}的聯絡窗口`, `the contact of ${of.en}`);
}

/** `任一`, `全部`, `n 人`; a condition stands behind the one it limits. */
export function allowedWords(allowed: Allowed[], place: Place, all = false): Text {
  const words = allowed.map((each) => oneAllowed(each, place));
  return all ? andList(words) : orList(words);
}

function oneAllowed(allowed: Allowed, place: Place): Text {
  const who = whoWords(allowed.who, place);
  if (!allowed.when) return who;
  const when = condition(allowed.when, itemPlace(allowed.who, place));
  return text(`${who.zh}（限${when.zh}時）`, `${who.en} (when ${when.en})`);
}

/** `installers.person when covers(item.valid, now)`: `item` is a line of the table the path begins with. */
function itemPlace(who: Who, place: Place): Place {
  const many: Thing = who.kind === 'path' ? named(who.path[0]!, place) : { words: text('', ''), type: { is: 'any' } };
  const item: Thing = { words: text('該項', 'it'), type: elementOf(many.type), columns: many.columns };
  return { ...place, locals: { item, ...place.locals } };
}

export function groupWords(groups: Group[], place: Place): Text {
  const needed = groups.filter((group, i) => !groups.some((other, j) => i !== j && implies(other, group)));
  return join(
    needed.map((group) => oneGroup(group, place)),
    '，並由',
    ', and ',
    ', and ',
  );
}

/** Whoever meets the one group meets the other, too: each of its people is there, under the same condition or none. */
function implies(one: Group, other: Group): boolean {
  if (other.quorum !== 1 || other.together || one.any.length === 0) return false;
  const within = one.any.every(({ who, when }) =>
    other.any.some(
      (each) => JSON.stringify(each.who) === JSON.stringify(who) && (!each.when || each.when.cel === when?.cel),
    ),
  );
  return within && JSON.stringify(one) !== JSON.stringify(other);
}

function oneGroup(group: Group, place: Place): Text {
  const all = group.quorum === 'all' && group.any.length > 1;
  const who = allowedWords(group.any, place, all);
  const together = group.together ? timeWords(group.together, place) : undefined;
  const within = together ? text(`，須於 ${together.zh}內一起`, ` within ${together.en} of each other`) : text('', '');
  if (all)
    return text(`${who.zh}（全部，且為不同人${within.zh}）`, `${who.en} (all of them, different people${within.en})`);
  if (typeof group.quorum === 'number' && group.quorum > 1)
    return text(`${who.zh}中 ${group.quorum} 人${within.zh}`, `${group.quorum} of ${who.en}${within.en}`);
  return who;
}

/** A span, a place in a period, a time of day, or what CEL gives. */
export function timeWords(time: Time, place: Place): Text {
  switch (time.kind) {
    case 'span':
      return quantity(time.n, time.unit);
    case 'at':
      return text(`${time.clock} 前`, `by ${time.clock}`);
    case 'in_period':
      return inPeriod(time);
    case 'cel':
      return value(time.of, place);
    default:
      return time satisfies never;
  }
}

const ORDINALS = ['th', 'st', 'nd', 'rd'];
const ordinal = (n: number): string => `${n}${(n % 100 > 10 && n % 100 < 14 ? 'th' : ORDINALS[n % 10]) ?? 'th'}`;

function inPeriod({ unit, n }: Extract<Time, { kind: 'in_period' }>): Text {
  const [zh, en] = unit === 'workday' ? ['工作日', 'working day'] : ['日', 'day'];
  if (n === -1) return text(`最後一個${zh}`, `the last ${en}`);
  if (n < 0) return text(`倒數第 ${-n} 個${zh}`, `the ${ordinal(-n)} ${en} from the end`);
  return text(`第 ${n} 個${zh}`, `the ${ordinal(n)} ${en}`);
}

/** A due date: a span from the start, or a moment. */
export function dueWords(time: Time, place: Place): Text {
  const words = timeWords(time, place);
  const span = time.kind === 'span' || (time.kind === 'cel' && time.of.cel.startsWith('param.'));
  return text(`期限${/^\d/.test(words.zh) ? ' ' : '為'}${words.zh}`, `due ${span ? 'within ' : ''}${words.en}`);
}
