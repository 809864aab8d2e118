import { localDate } from '../calendar/date.ts';
import { evaluate, holds } from '../cel/evaluate.ts';
import { renderText } from '../cel/template.ts';
import { type Asked, idOf, isKnown, isPending, storedValue, type Thing } from '../cel/things.ts';
import { type Scope, withLocal } from '../cel/world.ts';
import type { Action, Effect, Expression, Late, Opening, Query, RecordType, Tell } from '../pack/types.ts';
import type { Refusal } from '../refusal.ts';
import { type Text, text } from '../text.ts';
import { act } from './act.ts';
import { open } from './open.ts';
import { select } from './select.ts';
import { dueOf, shifted, spanIn } from './time.ts';
import type { RecordState, Value, Values } from './types.ts';
import { personsOfAll, present } from './who.ts';
import { emit, MOST_EVENTS, nextId, recordOf, scopeOf, type Work } from './work.ts';

const DEEPEST = 12;

/**
 * What an act sets off, in this order: records it opens, other acts and effects, then who is told. All or nothing: the first
 * refusal refuses the whole act, as does a circle, a chain deeper than 12 or more than 500 events.
 */
export function followUp(
  work: Work,
  record: string,
  type: RecordType,
  action: Action | undefined,
  name: string,
): Refusal[] {
  if (!action) return tooMuch(work);
  const circle = work.around.some((outer) => outer.record === record && outer.action === name);
  if (circle || work.around.length >= DEEPEST) return [goesInCircles(action)];
  work.around.push({ record, type: type.name, action: name });
  try {
    for (const opening of action.opens) {
      const refusals = openAll(work, record, opening, current(work, record), undefined);
      if (refusals.length > 0) return refusals;
    }
    for (const effect of action.does) {
      const refusals = doEffect(work, record, effect);
      if (refusals.length > 0) return refusals;
    }
    tellAll(work, record, type, action, action.tell);
    return tooMuch(work);
  } finally {
    work.around.pop();
  }
}

const current = (work: Work, record: string): RecordState => recordOf(work, record) as RecordState;

function tooMuch(work: Work): Refusal[] {
  if (work.events.length <= MOST_EVENTS) return [];
  return [
    {
      code: 'limit',
      message: text(
        `一次作業最多 ${MOST_EVENTS} 筆紀錄，請分批辦理`,
        `One act writes at most ${MOST_EVENTS} events; do it in parts`,
      ),
    },
  ];
}

const goesInCircles = (action: Action): Refusal => ({
  code: 'limit',
  message: text(`「${action.label.zh}」所引發的作業互相循環`, `What “${action.label.en}” sets off goes in circles`),
});

/** True, or false for false and unknown; undefined while something must be asked. */
function applies(when: Expression | undefined, scope: Scope): boolean | undefined {
  if (!when) return true;
  const truth = holds(when, scope);
  return isPending(truth as Asked) ? undefined : truth === true;
}

/** The scopes an `each` gives: one per row, called `item`; one plain scope without `each`. */
function scopesOf(work: Work, each: Query | undefined, scope: Scope): Scope[] {
  if (!each) return [scope];
  const items = select(work, each, scope);
  return isKnown(items) && Array.isArray(items) ? items.map((item) => withLocal(scope, 'item', item)) : [];
}

// ── opens ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Opens what an act, a lateness or an alert asks for. */
export function openAll(
  work: Work,
  record: string,
  opening: Opening,
  state: RecordState,
  locals: Scope['locals'],
): Refusal[] {
  const base: Scope = { ...scopeOf(work, state), locals };
  const wanted = applies(opening.when, base);
  if (!wanted) return [];
  for (const scope of scopesOf(work, opening.each, base)) {
    const refusals = openOne(work, record, opening, state, scope);
    if (refusals.length > 0) return refusals;
  }
  return [];
}

function openOne(work: Work, record: string, opening: Opening, state: RecordState, scope: Scope): Refusal[] {
  const type = work.input.current.records[opening.record];
  const values = valuesOf(opening.with, scope);
  const persons = opening.who ? present(work, personsOfAll(work, opening.who, scope).persons) : [];
  const requester = persons[0] ?? (work.world.actor as string | undefined) ?? state.requester;
  const assigned = assignment(work, opening, type, persons, scope);
  const { origin, ...rest } = values;
  fillDue(rest, type, assigned.due);
  const unit = (requester === undefined ? undefined : work.input.directory.persons[requester]?.unit) ?? state.unit;
  const asked = persons.length > 0 || assigned.due !== undefined ? { assigned } : {};
  const where = typeof origin === 'string' && !type?.fields.origin ? origin : record;
  const given = type?.fields.origin && origin !== undefined ? { ...rest, origin } : rest;
  return open(work, { type: opening.record, values: given, by: 'act', requester, unit, origin: where, ...asked });
}

/** What is unknown is left for people to fill. */
function valuesOf(given: Record<string, Expression>, scope: Scope): Values {
  const values: Values = {};
  for (const [name, expression] of Object.entries(given)) {
    const asked = evaluate(expression, scope);
    const value = isKnown(asked) ? storedValue(asked) : undefined;
    if (value !== undefined) values[name] = value;
  }
  return values;
}

/** A type with a `due` field of its own shows the date it was asked for. */
function fillDue(values: Values, type: RecordType | undefined, due: string | undefined): void {
  const field = type?.fields.due;
  if (!field || field.is || due === undefined || values.due !== undefined) return;
  if (field.type.is === 'date') values.due = localDate(due);
  else if (field.type.is === 'moment') values.due = due;
}

function assignment(
  work: Work,
  opening: Opening,
  type: RecordType | undefined,
  persons: string[],
  scope: Scope,
): NonNullable<RecordState['assigned']> {
  const due = opening.due ? dueOf(opening.due, work.input.now, scope) : undefined;
  if (due === undefined || due === 'pending') return { persons, rungs: [] };
  const rungs = opening.late.flatMap((late) => {
    const at = rungAt(late, due, scope);
    if (at === undefined || at === 'pending') return [];
    const to = personsOfAll(work, late.tell.who, scope).persons;
    const message = late.tell.message
      ? renderText(late.tell.message, scope)
      : lateMessage(type?.label ?? text(opening.record, opening.record), late);
    return to.length > 0 ? [{ at, to, message }] : [];
  });
  return { persons, due, rungs };
}

/** When a rung of lateness is reached. */
export function rungAt(late: Late, due: string, scope: Scope): string | undefined | 'pending' {
  if (late.before) return shifted(due, late.before, -1, scope);
  return late.after ? shifted(due, late.after, 1, scope) : due;
}

/** The words of a rung that has none of its own. */
export const lateMessage = (label: Text, late: Late): Text =>
  late.before
    ? text(`${label.zh}即將到期`, `${label.en} is nearly due`)
    : text(`${label.zh}已逾期`, `${label.en} is overdue`);

// ── does ───────────────────────────────────────────────────────────────────────────────────────────────────────────

function doEffect(work: Work, record: string, effect: Effect): Refusal[] {
  const base = scopeOf(work, current(work, record));
  if (!applies(effect.when, base)) return [];
  if ('effect' in effect) return askModule(work, record, effect, base);
  for (const scope of scopesOf(work, effect.each, base)) {
    const targets = targetsOf(effect.act.path, record, scope);
    if (targets === undefined) continue;
    if (targets.length === 0) return [leadsNowhere(effect.act.path)];
    const values = valuesOf(effect.with, scope);
    for (const target of targets) {
      const refusals = act(work, { record: target, action: effect.act.action, values, waive: [], nested: true });
      if (refusals.length > 0) return refusals;
    }
  }
  return [];
}

/** The records a path leads to: none when it is empty; undefined while something must be asked. */
function targetsOf(path: string[], record: string, scope: Scope): string[] | undefined {
  if (path.length === 0 || (path.length === 1 && path[0] === 'this')) return [record];
  const asked = evaluate(path.join('.'), scope);
  if (isPending(asked)) return undefined;
  if (!isKnown(asked)) return [];
  return (Array.isArray(asked) ? asked : [asked]).flatMap((thing: Thing) => idOf(thing) ?? []);
}

const leadsNowhere = (path: string[]): Refusal => ({
  code: 'required',
  message: text(
    `「${path.join('.')}」未填，相關作業無法進行`,
    `"${path.join('.')}" is empty, so what follows cannot be done`,
  ),
  field: path[0]!,
  because: 'unknown',
});

function askModule(
  work: Work,
  record: string,
  { effect }: Extract<Effect, { effect: unknown }>,
  scope: Scope,
): Refusal[] {
  const args: Value[] = [];
  for (const arg of effect.args) {
    const asked = evaluate(arg, scope);
    if (isPending(asked)) return [];
    const value = isKnown(asked) ? storedValue(asked) : undefined;
    if (value === undefined) return [leadsNowhere([arg.cel])];
    args.push(value);
  }
  work.effects.push({ module: effect.module, name: effect.name, args, record });
  return [];
}

// ── tell ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Notices of an act; whoever cannot be found is not told, and the act stands. */
export function tellAll(work: Work, record: string, type: RecordType, action: Action, tells: Tell[]): Refusal[] {
  const state = current(work, record);
  for (const tell of tells) {
    tellOne(
      work,
      record,
      tell,
      scopeOf(work, state),
      text(
        `${type.label.zh} ${state.number}：${action.label.zh}`,
        `${type.label.en} ${state.number}: ${action.label.en}`,
      ),
    );
  }
  return [];
}

/** One notice: to whom, in which words, acknowledged until when, and who else if not. */
export function tellOne(work: Work, record: string, tell: Tell, scope: Scope, otherwise: Text): void {
  const to = present(work, personsOfAll(work, tell.who, scope).persons);
  if (to.length === 0) return;
  const message = tell.message ? renderText(tell.message, scope) : otherwise;
  const until = tell.ack ? shifted(work.input.now, tell.ack, 1, scope) : undefined;
  const others = tell.else ? personsOfAll(work, tell.else, scope).persons : undefined;
  const again = tell.again ? spanIn(tell.again, scope) : undefined;
  sendNotice(work, record, to, message, {
    until: until === 'pending' ? undefined : until,
    else: others,
    again: again === 'pending' ? undefined : again && { n: again.n, unit: again.unit },
  });
}

/** The notice itself, on the record's stream. */
export function sendNotice(
  work: Work,
  record: string,
  to: string[],
  message: Text,
  more: Record<string, unknown> = {},
): void {
  const state = current(work, record);
  emit(work, state, {
    stream: record,
    type: 'record.told',
    data: { type: state.type, notice: nextId(work), to, message, ...more },
  });
}
