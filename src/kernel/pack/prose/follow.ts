import { type Text, text } from '../../text.ts';
import { own } from '../own.ts';
import { elementOf } from '../scope.ts';
import type { Effect, Late, Opening, Tell } from '../types.ts';
import { andList, article, member, named, type Place, quoted, spoken, type Thing, withLocal } from './context.ts';
import { allowedWords, dueWords, timeWords } from './people.ts';
import { condition, value } from './phrase.ts';
import { asked } from './query.ts';

/** What is set off, as clauses: "開立弱點（每一筆…），由…辦理，期限 5 個工作日". */

/** Inside `each`, `item` is one of them. */
export function eachPlace(many: Thing, place: Place): Place {
  const item: Thing = { words: text('該項', 'it'), type: elementOf(many.type), columns: many.columns };
  return withLocal(place, 'item', item);
}

export function openingWords(opening: Opening, place: Place): Text {
  const type = own(place.definition.records, opening.record);
  const label = spoken(type?.label ?? text(opening.record, opening.record));
  const each = opening.each && asked(opening.each, place);
  const inner = each ? eachPlace(each, place) : place;
  const when = opening.when && condition(opening.when, inner);
  const who = opening.who && allowedWords(opening.who, inner);
  const due = opening.due && dueWords(opening.due, inner);
  return text(
    `${when ? `若${when.zh}，` : ''}${each ? `為每一筆${each.words.zh}` : ''}開立「${type?.label.zh ?? opening.record}」${who ? `，由${who.zh}辦理` : ''}${due ? `，${due.zh}` : ''}`,
    `opens ${article(label.en)}${each ? ` for each ${each.words.en}` : ''}${when ? ` if ${when.en}` : ''}${who ? `, for ${who.en} to handle` : ''}${due ? `, ${due.en}` : ''}`,
  );
}

export function effectWords(effect: Effect, place: Place): Text {
  const when = effect.when && condition(effect.when, place);
  const [before, after] = [when ? `若${when.zh}，` : '', when ? ` if ${when.en}` : ''];
  if ('effect' in effect) {
    const of = effect.effect.args.map((arg) => value(arg, place));
    const args = andList(of);
    const pattern =
      own(EFFECTS, `${effect.effect.module}.${effect.effect.name}`) ??
      text(`執行 ${effect.effect.name} {0}`, `does ${effect.effect.name} on {0}`);
    return text(before + pattern.zh.replace('{0}', args.zh), pattern.en.replace('{0}', args.en) + after);
  }
  const each = effect.each && asked(effect.each, place);
  const inner = each ? eachPlace(each, place) : place;
  const { of, action } = target(effect.act, inner);
  return text(
    `${before}${each ? `對每一筆${each.words.zh}，` : ''}連動${of.zh}的${action.zh}`,
    `does ${action.en} on ${of.en}${each ? ` for each ${each.words.en}` : ''}${after}`,
  );
}

const EFFECTS: Record<string, Text> = {
  'identity.suspend': text('停用{0}的帳號', 'suspends {0}'),
  'identity.end_sessions': text('登出{0}', 'signs {0} out'),
  'identity.revoke': text('撤銷{0}的授權', 'revokes the grants of {0}'),
  'monitoring.pause': text('暫停{0}的監測', 'pauses monitoring of {0}'),
  'monitoring.resume': text('恢復{0}的監測', 'resumes monitoring of {0}'),
  'monitoring.probe': text('立即檢測{0}', 'probes {0} at once'),
  'logs.slice': text('擷取{0}的日誌', 'keeps the log of {0}'),
  'retention.hold': text('將{0}列入保全', 'puts {0} on hold'),
  'retention.release': text('解除{0}的保全', 'lifts the hold on {0}'),
  'retention.destroy': text('銷毀{0}所列紀錄', 'destroys the records listed in {0}'),
  'hooks.call': text('呼叫外部掛鉤 {0}', 'calls the hook {0}'),
};

function target(act: { path: string[]; action: string }, place: Place): { of: Text; action: Text } {
  if (act.path.length === 0) {
    const label = place.type && own(place.type.actions, act.action)?.label;
    return { of: text('本件', 'this record'), action: quoted(label ?? text(act.action, act.action)) };
  }
  let of = named(act.path[0]!, place);
  for (const step of act.path.slice(1)) of = member(of, step, place);
  const end = elementOf(of.type);
  const type = end.is === 'ref' ? own(place.definition.records, end.to) : undefined;
  const label = type && own(type.actions, act.action)?.label;
  return { of: of.words, action: quoted(label ?? text(act.action, act.action)) };
}

export function tellWords(tell: Tell, place: Place): Text {
  const who = allowedWords(tell.who, place, true);
  const ack = tell.ack && timeWords(tell.ack, place);
  const otherwise = tell.else && allowedWords(tell.else, place, true);
  const again = tell.again && timeWords(tell.again, place);
  return text(
    `通知${who.zh}${ack ? `，須於 ${ack.zh}內確認` : ''}${otherwise ? `，否則改通知${otherwise.zh}` : ''}${again ? `，每${daily(again.zh)}再通知` : ''}`,
    `tells ${who.en}${ack ? `, to be acknowledged within ${ack.en}` : ''}${otherwise ? `, otherwise ${otherwise.en}` : ''}${again ? `, again every ${again.en.replace(/^1 /, '')}` : ''}`,
  );
}

/** `每日` where the span is one; `每 3 日` otherwise. */
export const daily = (span: string): string =>
  /^1 (?:個月|日|週|年|季|小時)/.test(span) ? span.replace(/^1 個?/, '') : ` ${span}`;

export function lateWords(late: Late, place: Place): Text {
  const told = tellWords(late.tell, place);
  const rung = late.before ?? late.after;
  const time = rung && timeWords(rung, place);
  if (!rung || !time) return text(`逾期${told.zh}`, `when late, ${told.en}`);
  const zero = rung.kind === 'span' && rung.n === 0;
  if (late.before) return text(`到期前 ${time.zh}${told.zh}`, `${time.en} before it is due, ${told.en}`);
  return zero
    ? text(`逾期即${told.zh}`, `once late, ${told.en}`)
    : text(`逾期 ${time.zh}${told.zh}`, `${time.en} late, ${told.en}`);
}
