import { type Text, text } from '../../text.ts';
import { own } from '../own.ts';
import { elementOf } from '../scope.ts';
import type { Cadence, Definition, Duty, Monitor, RecordType } from '../types.ts';
import { article, clauses, join, type Place, placeIn, quoted, spoken, stop, withLocal } from './context.ts';
import { daily, lateWords, openingWords, tellWords } from './follow.ts';
import { allowedWords, dueWords, timeWords, whoWords } from './people.ts';
import { condition, value } from './phrase.ts';
import { asked } from './query.ts';

/** Duties, monitors and retention as sentences. */

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
  return text(`每${daily(span.zh)}`, `every ${span.en.replace(/^1 /, '')}`);
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

export function dutyWords(duty: Duty, definition: Definition): Text {
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
  const due = duty.due && dueWords(duty.due, place);
  const main = text(
    `${often ? often.zh : ''}${after ? `${after.zh}後` : ''}，${each ? `每一${each.zh}` : ''}由${by.zh}完成「${proof.zh}」${due ? `，${due.zh}` : ''}`,
    `${[often?.en, after && `after ${after.en}`].filter(Boolean).join(', ')}, ${by.en} completes ${article(proof.en)}${each ? ` for each ${each.en}` : ''}${due ? `, ${due.en}` : ''}`,
  );
  return stop(clauses([main, ...duty.late.map((late) => lateWords(late, place))]));
}

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

export function monitorWords(monitor: Monitor, definition: Definition): Text {
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
      `${often.zh}，為每一${each?.zh ?? ''}量測${measure.zh}；${breach.zh}${lasting ? `，持續 ${lasting.zh}` : ''}，即示警${then.zh ? `，${then.zh}` : ''}`,
      `${often.en}, ${measure.en} is measured for each ${each?.en ?? 'subject'}; an alert is raised when ${breach.en}${lasting ? ` for ${lasting.en}` : ''}${then.en ? `, and it ${then.en}` : ''}`,
    ),
  );
}

type Setting = { often: Text; each: Text | undefined; place: Place };

function comparisonWords(compare: NonNullable<Monitor['compare']>, { often, each, place }: Setting): Text {
  const seen = value(compare.seen, place);
  const registered = asked(compare.known, place);
  const known = registered.words;
  const item = { words: text('該項', 'it'), type: elementOf(registered.type) };
  const side = (which: 'extra' | 'missing' | 'differs', zh: string, en: string): Text | undefined => {
    const outcomeOf = compare[which];
    if (!outcomeOf) return undefined;
    const inner = withLocal(place, 'item', item);
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

export function retentionWords(record: RecordType, place: Place): Text {
  const { keep, from, hold, dispose } = record.retention!;
  const [span, start] = [timeWords(keep, place), value(from, place)];
  const held = hold && condition(hold, place);
  const by = dispose && whoWords(dispose, place);
  const closed = from.cel === 'closed_at';
  const opened = from.cel === 'opened_at';
  const main = text(
    `「${record.label.zh}」自${closed ? '結案' : opened ? '建立' : start.zh}起保存 ${span.zh}`,
    `each ${spoken(record.label).en} is kept for ${span.en} from ${closed ? 'its closing' : opened ? 'its opening' : start.en}`,
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
