import { localClock, localDate } from '../calendar/date.ts';
import { formatRoc, formatRocMoment } from '../calendar/roc.ts';
import type { RecordState } from '../engine/types.ts';
import type { SpanUnit, ValueType } from '../pack/types.ts';
import type { Language } from '../text.ts';
import { entryOf, recordField, rowOf, sourceOf } from './fields.ts';
import { isDateText, isMomentText, PENDING, type RowThing, readRowId, type Thing } from './things.ts';
import type { Scope } from './world.ts';

/**
 * A thing as people read it: ROC dates in Chinese, ISO dates in English, spans with their unit, records by number and title,
 * persons by name, choices by label, many joined with 、 or a comma. `type` is the declared type, when known.
 */
export function format(thing: Thing, language: Language, scope: Scope, type?: ValueType): string {
  if (typeof thing === 'boolean') return YES_NO[language][thing ? 0 : 1];
  if (typeof thing === 'number') return String(Math.round(thing * 100) / 100);
  if (typeof thing === 'string') return formatText(thing, language, scope, type);
  if (Array.isArray(thing)) return formatMany(thing, language, scope, type);
  switch (thing.thing) {
    case 'record':
      return recordTitle(thing.state, scope);
    case 'row':
      return rowTitle(thing, language, scope);
    case 'entry':
      return thing.list.rows[thing.id]?.label[language] ?? thing.id;
    case 'list':
      return thing.list.label?.[language] ?? thing.list.name;
    case 'span':
      return formatSpan(thing.n, thing.unit, language);
    case undefined:
      return formatPlain(thing, language, scope);
    default:
      return '';
  }
}

const YES_NO = { zh: ['是', '否'], en: ['yes', 'no'] } as const;

function formatMany(things: Thing[], language: Language, scope: Scope, type?: ValueType): string {
  const element: ValueType | undefined = type?.is === 'choices' ? { is: 'choice', of: type.of } : undefined;
  return things.map((thing) => format(thing, language, scope, element)).join(language === 'zh' ? '、' : ', ');
}

function formatText(value: string, language: Language, scope: Scope, type?: ValueType): string {
  if (type?.is === 'choice') return choiceLabel(type.of, value, language, scope) ?? value;
  if (type?.is === 'text') return value;
  if (isMomentText(value)) {
    const moment = new Date(Date.parse(value)).toISOString();
    return language === 'zh' ? formatRocMoment(moment, 'slash') : `${localDate(moment)} ${localClock(moment)}`;
  }
  if (isDateText(value)) return language === 'zh' ? formatRoc(value, 'slash') : value;
  return named(value, language, scope) ?? value;
}

function choiceLabel(list: string, value: string, language: Language, scope: Scope): string | undefined {
  const name = list.startsWith('lists.') ? list.slice(6) : list;
  return scope.world.editionOf(scope.self).lists[name]?.rows[value]?.label?.[language];
}

/** The name behind an id, as far as it is in memory; a record not loaded is asked for. */
function named(id: string, language: Language, scope: Scope): string | undefined {
  const { directory, current } = scope.world;
  const person = entryOf(directory.persons, id) ?? entryOf(directory.units, id);
  if (person) return person.name;
  if (readRowId(id)) {
    const row = rowOf(id, scope.world);
    return row && row !== PENDING ? rowTitle(row as RowThing, language, scope) : undefined;
  }
  const dot = id.indexOf('.');
  const type = dot > 0 ? entryOf(current.records, id.slice(0, dot)) : undefined;
  const gate = type && entryOf(type.gates, id.slice(dot + 1));
  if (type && gate) return `${type.label[language]}：${plainLabel(gate.label[language])}`;
  if (!looksLikeId(id, scope)) return undefined;
  const state = scope.world.record(id);
  return state && state !== PENDING ? recordTitle(state as RecordState, scope) : undefined;
}

/** A gate's label without its braces' contents. */
const plainLabel = (label: string): string => label.replace(/\{[^}]*\}/g, '…');

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const looksLikeId = (id: string, scope: Scope): boolean => UUID.test(id) || scope.world.isLoaded(id);

/** Fields whose text names a record best. */
const TELLING = ['name', 'title', 'subject', 'symptom', 'purpose'];

/** A record's number and, when it has a telling one, its name. */
export function recordTitle(state: RecordState, scope: Scope): string {
  for (const name of TELLING) {
    const field = scope.world.typeOf(state)?.fields[name];
    const value = recordField(state, name, scope.world);
    if (typeof value !== 'string' || value === '' || field?.personal || (field && field.type.is !== 'text')) continue;
    return state.number && state.number !== value ? `${state.number} ${value}` : value;
  }
  return state.number;
}

/** A row by what it came from, else by its first text, else by its place. */
function rowTitle(row: RowThing, language: Language, scope: Scope): string {
  const source = sourceOf(row, scope);
  if (source !== undefined) return format(source, language, scope);
  for (const column of Object.values(row.columns)) {
    const value = row.row[column.name];
    if (typeof value === 'string' && value !== '') return format(value, language, scope, column.type);
  }
  return row.row.id;
}

const UNITS: Record<SpanUnit, { zh: string; en: string }> = {
  minute: { zh: '分鐘', en: 'minute' },
  hour: { zh: '小時', en: 'hour' },
  day: { zh: '日', en: 'day' },
  workday: { zh: '個工作日', en: 'working day' },
  week: { zh: '週', en: 'week' },
  month: { zh: '個月', en: 'month' },
  year: { zh: '年', en: 'year' },
};

/** `30 日`, `30 days`. */
export function formatSpan(n: number, unit: SpanUnit, language: Language): string {
  const shown = Math.round(n * 100) / 100;
  return language === 'zh' ? `${shown} ${UNITS[unit].zh}` : `${shown} ${UNITS[unit].en}${shown === 1 ? '' : 's'}`;
}

function formatPlain(thing: { [key: string]: Thing | undefined }, language: Language, scope: Scope): string {
  if (thing.start !== undefined && thing.end !== undefined) {
    const join = language === 'zh' ? '至' : ' to ';
    return `${format(thing.start, language, scope)}${join}${format(thing.end, language, scope)}`;
  }
  for (const name of ['title', 'name', 'text', 'key', 'id']) {
    const value = thing[name];
    if (typeof value === 'string') return value;
  }
  return '';
}
