import { type Text, text } from '../../text.ts';
import { own } from '../own.ts';
import type { Action } from '../types.ts';
import { andList, clauses, join, type Place, quoted, stop } from './context.ts';
import { effectWords, openingWords, tellWords } from './follow.ts';
import { groupWords, timeWords, whoWords } from './people.ts';
import { condition } from './phrase.ts';

/** An act as a sentence: by whom, from where to where, who never, what it asks, what follows. */
export function actionWords(action: Action, place: Place): Text {
  const following = follows(action, place);
  return stop(
    clauses([who(action, place), barred(action, place), asked1(action, place), emergency(action, place), following]),
  );
}

function who(action: Action, place: Place): Text {
  const label = quoted(action.label);
  const move = stateMove(action, place);
  const when = action.when && condition(action.when, place);
  if (action.clock)
    return text(
      `${when ? `當${when.zh}，` : ''}系統自動辦理${label.zh}${move.zh}`,
      `${when ? `when ${when.en}, ` : ''}the system does ${label.en}${move.en}`,
    );
  const done = doing(action, place);
  const still = !action.to && move.zh ? text(move.zh.slice(1, -1), move.en.slice(2, -1)) : undefined;
  if (when && still)
    return text(`${done.zh}（${still.zh}，限${when.zh}時）`, `${done.en} (${still.en}, only when ${when.en})`);
  const limited = when ? text(`（限${when.zh}時）`, ` (only when ${when.en})`) : text('', '');
  return text(`${done.zh}${limited.zh}${move.zh}`, `${done.en}${limited.en}${move.en}`);
}

/** By people, or carried along by acts of other records. */
function doing(action: Action, place: Place): Text {
  const label = quoted(action.label);
  const carried =
    action.by.length > 0 && action.by.every((group) => group.any.every((each) => each.who.kind === 'act'));
  const by = action.by.length > 0 ? groupWords(action.by, place) : text('任何人', 'anyone');
  if (carried) return text(`${label.zh}隨${by.zh}一併辦理`, `${label.en} comes with ${by.en}`);
  return text(
    `由${by.zh}辦理${label.zh}${action.seal ? '並簽核' : ''}`,
    `${label.en} is done ${action.seal ? 'and sealed ' : ''}by ${by.en}`,
  );
}

function stateMove(action: Action, place: Place): Text {
  const label = (name: string): Text => quoted(own(place.type!.flow, name)?.label ?? text(name, name));
  const every = Object.values(place.type!.flow).filter((state) => !state.final).length === action.from.length;
  const from =
    every && action.from.length > 2
      ? text('任何未結案的狀態', 'any open state')
      : join(action.from.map(label), '、', ', ', ' or ');
  if (!action.to)
    return action.from.length > 0 && !every ? text(`（於${from.zh}）`, ` (while in ${from.en})`) : text('', '');
  const to = label(action.to);
  return action.from.length > 0
    ? text(`，由${from.zh}到${to.zh}`, `, from ${from.en} to ${to.en}`)
    : text(`，進入${to.zh}`, `, entering ${to.en}`);
}

function barred(action: Action, place: Place): Text | undefined {
  if (action.never.length === 0) return undefined;
  const not = join(
    action.never.map((each) => whoWords(each, place)),
    '、',
    ', ',
    ' or ',
  );
  const deputies = action.deputy ? text('', '') : text('，也不得代理', ', nor a deputy');
  return text(`${not.zh}本人不得為之${deputies.zh}`, `never by ${not.en}${deputies.en}`);
}

function asked1(action: Action, place: Place): Text | undefined {
  const mine = action.asks.map((name) => quoted(own(place.type!.fields, name)?.label ?? text(name, name)));
  if (mine.length === 0) return undefined;
  const all = andList(mine);
  return text(`填寫${all.zh}`, `it asks for ${all.en}`);
}

function emergency(action: Action, place: Place): Text | undefined {
  if (!action.emergency) return undefined;
  const owed = andList(
    action.emergency.owes.map((name) => quoted(own(place.type!.actions, name)?.label ?? text(name, name))),
  );
  const due = timeWords(action.emergency.due, place);
  return text(
    `緊急時先行，${owed.zh}須於 ${due.zh}內補辦`,
    `in an emergency it comes first, and ${owed.en} must follow within ${due.en}`,
  );
}

function follows(action: Action, place: Place): Text | undefined {
  const parts = [
    ...action.does.map((effect) => effectWords(effect, place)),
    ...action.opens.map((opening) => openingWords(opening, place)),
    ...action.tell.map((tell) => tellWords(tell, place)),
  ];
  if (parts.length === 0) return undefined;
  const all = join(parts, '，並', ', ', ' and ');
  return text(`同時${all.zh}`, `it ${all.en}`);
}
