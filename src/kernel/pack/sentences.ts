import { type Text, text } from '../text.ts';
import { own } from './own.ts';
import { andList, join, type Place, placeIn, quoted, spoken, withLocal } from './prose/context.ts';
import { eachPlace, effectWords, lateWords, openingWords, tellWords } from './prose/follow.ts';
import { allowedWords, groupWords, timeWords, whoWords } from './prose/people.ts';
import { condition, value } from './prose/phrase.ts';
import { asked } from './prose/query.ts';
import { elementOf } from './scope.ts';
import type { Action, Cadence, Definition, Duty, Gate, Monitor, RecordType } from './types.ts';

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

const stop = (said: Text): Text => text(`${said.zh}。`, `${said.en.charAt(0).toUpperCase()}${said.en.slice(1)}.`);
const clauses = (parts: (Text | undefined)[], zh = '；', en = '; '): Text =>
  join(
    parts.filter((part) => part !== undefined),
    zh,
    en,
  );

// ── gates ──────────────────────────────────────────────────────────────────────────────────────────────────────────

function gateWords(gate: Gate, place: Place): Text {
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

// ── acts ───────────────────────────────────────────────────────────────────────────────────────────────────────────

function actionWords(action: Action, place: Place): Text {
  const [doing, following] = [who(action, place), follows(action, place)];
  return stop(clauses([doing, barred(action, place), asked1(action, place), emergency(action, place), following]));
}

function who(action: Action, place: Place): Text {
  const label = quoted(action.label);
  const move = stateMove(action, place);
  const when = action.when && condition(action.when, place);
  if (action.clock) {
    const then = text(
      `${when ? `當${when.zh}，` : ''}系統自動做${label.zh}`,
      `${when ? `when ${when.en}, ` : ''}the system does ${label.en}`,
    );
    return text(then.zh + move.zh, then.en + move.en);
  }
  const by = action.by.length > 0 ? groupWords(action.by, place) : text('任何人', 'anyone');
  const limited = when ? text(`（限${when.zh}時）`, ` (only when ${when.en})`) : text('', '');
  const seal = action.seal ? text('並簽核', 'and seals it') : text('', '');
  return text(
    `${by.zh}做${label.zh}${limited.zh}${seal.zh}${move.zh}`,
    `${by.en} ${action.by[0]?.quorum === 'all' ? 'do' : 'does'} ${label.en}${limited.en}${seal.en ? ` ${seal.en}` : ''}${move.en}`,
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

// ── duties and monitors ────────────────────────────────────────────────────────────────────────────────────────────

const PERIODS: Record<string, Text> = {
  workday: text('每個工作日', 'every working day'),
  day: text('每日', 'every day'),
  week: text('每週', 'every week'),
  month: text('每月', 'every month'),
  quarter: text('每季', 'every quarter'),
  half_year: text('每半年', 'every half-year'),
  year: text('每年', 'every year'),
};

function cadence(every: Cadence | undefined, place: Place): Text | undefined {
  if (!every) return undefined;
  if (every.kind === 'period') return own(PERIODS, every.unit) ?? text(`每 ${every.unit}`, `every ${every.unit}`);
  if (every.kind === 'random') {
    const within = own(PERIODS, every.within) ?? text(every.within, every.within);
    return text(`${within.zh}不預告的一天`, `on an unannounced day ${within.en}`);
  }
  const span = timeWords(every.of, place);
  return text(`每 ${span.zh}`, `every ${span.en.replace(/^1 /, '')}`);
}

function subjectPlace(of: Duty['for'], definition: Definition): { place: Place; each: Text | undefined } {
  const start = placeIn(definition);
  if (!of) return { place: start, each: undefined };
  const many = asked(of, start);
  const self = elementOf(many.type);
  const type = self.is === 'ref' && !of.groupBy ? own(definition.records, self.to) : undefined;
  const place: Place = type
    ? placeIn(definition, type)
    : withLocal(start, 'this', { words: text('該組', 'the group'), type: { is: 'any' } });
  return { place, each: many.words };
}

function dutyWords(duty: Duty, definition: Definition): Text {
  const { place, each } = subjectPlace(duty.for, definition);
  const often = cadence(duty.every, place);
  const after =
    duty.after &&
    join(
      duty.after.map((one) => afterWords(one, definition)),
      '、',
      ', ',
      ' or ',
    );
  const by = allowedWords(duty.who, place);
  const proof = asked(duty.proof, place).words;
  const due = duty.due && timeWords(duty.due, place);
  const main = text(
    `${often ? often.zh : ''}${after ? `${after.zh}後` : ''}，${each ? `每一${each.zh}` : ''}由${by.zh}完成「${proof.zh}」${due ? `，期限為${spacedZh(due.zh)}` : ''}`,
    `${[often?.en, after && `after ${after.en}`].filter(Boolean).join(', ')}, ${by.en} completes a ${proof.en}${each ? ` for each ${each.en}` : ''}${due ? `, due ${duty.due?.kind === 'span' ? 'within ' : ''}${due.en}` : ''}`,
  );
  return stop(clauses([main, ...duty.late.map((late) => lateWords(late, place))]));
}

const spacedZh = (words: string): string => (/^\d/.test(words) ? ` ${words}` : words);

function afterWords(after: NonNullable<Duty['after']>[number], definition: Definition): Text {
  const type = own(definition.records, after.record);
  const action = type && own(type.actions, after.action);
  const [record, label] = [
    type?.label ?? text(after.record, after.record),
    quoted(action?.label ?? text(after.action, after.action)),
  ];
  const where = / where (.+)$/.exec(after.source)?.[1];
  const when = where && type ? condition({ cel: where }, placeIn(definition, type)) : undefined;
  return text(
    `${record.zh}${label.zh}${when ? `（${when.zh}）` : ''}`,
    `${label.en} of a ${spoken(record).en}${when ? ` (${when.en})` : ''}`,
  );
}

function monitorWords(monitor: Monitor, definition: Definition): Text {
  const { place, each } = subjectPlace(monitor.for, definition);
  const often = cadence(monitor.every, place)!;
  const following = [
    ...monitor.opens.map((o) => openingWords(o, place)),
    ...monitor.tell.map((t) => tellWords(t, place)),
  ];
  const then = join(following, '，並', ', ', ' and ');
  if (monitor.compare) return comparisonWords(monitor.compare, { often, each, place });
  const measure = monitor.measure ? value(monitor.measure, place) : text('', '');
  const measured = withLocal(place, 'value', { words: text('讀值', 'the value'), type: { is: 'any' } });
  const breach = monitor.breach ? condition(monitor.breach, measured) : text('', '');
  const lasting = monitor.lasting && timeWords(monitor.lasting, place);
  return stop(
    text(
      `${often.zh}，為每一${each?.zh ?? ''}量測${measure.zh}；${breach.zh}${lasting ? `持續 ${lasting.zh}` : ''}即示警${then.zh ? `，${then.zh}` : ''}`,
      `${often.en}, ${measure.en} is measured for each ${each?.en ?? 'subject'}; an alert is raised when ${breach.en}${lasting ? ` for ${lasting.en}` : ''}${then.en ? `, and it ${then.en}` : ''}`,
    ),
  );
}

type Setting = { often: Text; each: Text | undefined; place: Place };

function comparisonWords(compare: NonNullable<Monitor['compare']>, { often, each, place }: Setting): Text {
  const [seen, known] = [value(compare.seen, place), asked(compare.known, place).words];
  const side = (which: 'extra' | 'missing' | 'differs', zh: string, en: string): Text | undefined => {
    const outcomeOf = compare[which];
    if (!outcomeOf) return undefined;
    const inner = withLocal(place, 'item', { words: text('該項', 'it'), type: { is: 'any' } });
    const parts = [
      ...outcomeOf.opens.map((o) => openingWords(o, inner)),
      ...outcomeOf.tell.map((t) => tellWords(t, inner)),
    ];
    const then = join(parts, '，並', ', ', ' and ');
    return text(`${zh}即${then.zh}`, `where ${en}, it ${then.en}`);
  };
  const main = text(
    `${often.zh}，為每一${each?.zh ?? ''}比對${seen.zh}與${known.zh}`,
    `${often.en}, ${seen.en} and each ${known.en} are compared for each ${each?.en ?? 'subject'}`,
  );
  return stop(
    clauses([
      main,
      side('extra', '多出未登錄者', 'something is not registered'),
      side('missing', '登錄而不存在者', 'something registered is missing'),
      side('differs', '內容不同者', 'they differ'),
    ]),
  );
}

// ── retention ──────────────────────────────────────────────────────────────────────────────────────────────────────

function retentionWords(record: RecordType, place: Place): Text {
  const { keep, from, hold, dispose } = record.retention!;
  const [span, start] = [timeWords(keep, place), value(from, place)];
  const held = hold && condition(hold, place);
  const by = dispose && whoWords(dispose, place);
  const closed = from.cel === 'closed_at';
  const main = text(
    `「${record.label.zh}」自${closed ? '結案' : start.zh}起保存 ${span.zh}`,
    `each ${spoken(record.label).en} is kept for ${span.en} from ${closed ? 'its closing' : start.en}`,
  );
  return stop(
    clauses([
      main,
      held && text(`${held.zh}時不得處置`, `not disposed of while ${held.en}`),
      text(
        `期滿由${by?.zh ?? '單位主管'}處置並留銷毀證明`,
        `then ${by?.en ?? 'the unit head'} disposes of it and leaves a certificate of destruction`,
      ),
    ]),
  );
}

// ── clauses ────────────────────────────────────────────────────────────────────────────────────────────────────────

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
        made(
          type.gates[second]!.fix?.text ?? type.gates[second]!.label,
          gateSentence(definition, first, second),
          `${first}.list`,
        )
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
