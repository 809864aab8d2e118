import { type Text, text } from '../../text.ts';
import { own } from '../own.ts';
import type { Gate } from '../types.ts';
import { andList, clauses, type Place, quoted, spoken, stop } from './context.ts';
import { eachPlace } from './follow.ts';
import { groupWords } from './people.ts';
import { condition } from './phrase.ts';
import { asked } from './query.ts';

/** A gate as a sentence: which acts need what, and what lifts it. */
export function gateWords(gate: Gate, place: Place): Text {
  const acts = guarded(gate, place);
  const when = gate.when && condition(gate.when, place);
  const each = gate.each && asked(gate.each, place);
  const inner = each ? eachPlace(each, place) : place;
  const holds = gate.holds ? condition(gate.holds, inner) : uniqueness(gate, place);
  const need = gate.guards.length === 1 ? 'needs' : 'need';
  const asks = text(
    `${when ? `若${when.zh}，` : ''}${acts.zh}需要${each ? `每一筆${each.words.zh}都符合` : ''}：${holds.zh}`,
    `${when ? `when ${when.en}, ` : ''}${acts.en} ${need} this${each ? ` for each ${each.words.en}` : ''}: ${holds.en}`,
  );
  return stop(clauses([asks, outcome(gate, place)]));
}

function guarded(gate: Gate, place: Place): Text {
  const labels = gate.guards.map((name) =>
    name === 'save' ? text('「儲存」', '“Save”') : quoted(own(place.type!.actions, name)?.label ?? text(name, name)),
  );
  return andList(labels);
}

function uniqueness(gate: Gate, place: Place): Text {
  const fields = (gate.unique ?? []).map((name) => spoken(own(place.type!.fields, name)?.label ?? text(name, name)));
  const states = (gate.while ?? []).map((name) => quoted(own(place.type!.flow, name)?.label ?? text(name, name)));
  const [of, among] = [andList(fields), andList(states)];
  const within = states.length > 0 ? text(`（${among.zh}中）`, ` (among those in ${among.en})`) : text('', '');
  return text(`${of.zh}不與其他紀錄重複${within.zh}`, `no other record has the same ${of.en}${within.en}`);
}

function outcome(gate: Gate, place: Place): Text {
  if (gate.advises) return text('否則只提醒，不拒絕', 'otherwise it only warns');
  if (gate.waive === 'never') return text('否則拒絕，不得免除', 'otherwise it is refused, and no exception lifts it');
  if (gate.waive === 'exception')
    return text('否則拒絕，除非有核准的例外', 'otherwise it is refused, unless an approved exception lifts it');
  const who = groupWords(gate.waive.by, place);
  return text(
    `否則拒絕，除非${who.zh}敘明理由放行`,
    `otherwise it is refused, unless ${who.en} lets it pass with a reason`,
  );
}
