import { evaluate } from '../cel/evaluate.ts';
import { parse, type Tree, walk } from '../cel/parse.ts';
import { calculate } from '../cel/reckon.ts';
import { instantOf, isKnown, isPlain, isSpan, type Thing } from '../cel/things.ts';
import type { Scope } from '../cel/world.ts';
import { dueNow, rungsOf } from './lateness.ts';
import { unconfirmed } from './marks.ts';
import { clocksOf } from './tick.ts';
import type { Input, Moment, Need, RecordState } from './types.ts';
import { begin, scopeOf, typeOf } from './work.ts';

/**
 * When a record must be ticked next, and when its present stay is due. `at` is now when something is overdue for ticking already.
 * `reads` lists what its clock conditions looked at elsewhere: when one of those records changes, one of those types gains or
 * changes a record, or one of those facts may have changed, tick as well. Nothing is polled.
 */
export type Wakes = { at?: Moment; due?: Moment; reads: { records: string[]; types: string[]; facts: string[] } };

export function wakes(input: Input, record: RecordState): Wakes | { needs: Need[] } {
  const work = begin(input, 'wakes');
  const type = typeOf(work, record);
  const reads = { records: [], types: [], facts: [] };
  if (!type) return { reads };
  const due = dueNow(work, type, record);
  const moments = rungsOf(work, type, record).map((rung) => rung.at);
  for (const owed of record.owed) if (owed.due !== undefined && !owed.violated) moments.push(later(owed.due, 1));
  for (const { mark, violated } of unconfirmed(record))
    if (mark.due !== undefined && !violated) moments.push(later(mark.due, 1));
  work.reads = { records: new Set(), types: new Set(), facts: new Set() };
  for (const { action, now } of clocksOf(work, type, record)) {
    const fired = record.fired[action.name] === true;
    if ((now === true && !fired) || (now === false && fired)) moments.push(input.now);
    moments.push(...turningPoints(parse(action.when!.cel), scopeOf(work, record)).filter((at) => at > input.now));
  }
  if (work.needs.size > 0) return { needs: [...work.needs.values()] };
  const at = moments.sort()[0];
  const seen = work.reads;
  return {
    ...(at === undefined ? {} : { at: laterOf(at, input.now) }),
    ...(due === undefined ? {} : { due }),
    reads: {
      records: [...seen.records].filter((id) => id !== record.id),
      types: [...seen.types],
      facts: [...seen.facts],
    },
  };
}

const laterOf = (a: Moment, b: Moment): Moment => (a < b ? b : a);
const later = (moment: Moment, milliseconds: number): Moment =>
  new Date(Date.parse(moment) + milliseconds).toISOString();
const HOUR = 3_600_000;

/** Moments at which a condition that compares with `now` may change its mind. */
function turningPoints(tree: Tree, scope: Scope): Moment[] {
  const moments: Moment[] = [];
  walk(tree, (part) => {
    if (part.op === 'compare') moments.push(...comparedWithNow(part, scope));
    else if (part.op === 'call' && part.args.some(isNow)) moments.push(...calledWithNow(part, scope));
  });
  return moments;
}

const isNow = (tree: Tree): boolean => tree.op === 'name' && tree.name === 'now';

/** `now < x`, and `now - span < x` which turns at `x + span`. Anything cleverer is looked at again in an hour. */
function comparedWithNow(tree: Tree & { op: 'compare' }, scope: Scope): Moment[] {
  const [nowSide, other] = mentionsNow(tree.left) ? [tree.left, tree.right] : [tree.right, tree.left];
  if (!mentionsNow(nowSide)) return [];
  const limit = evaluate(other, scope);
  if (mentionsNow(other)) return [inAnHour(scope)];
  if (!isKnown(limit)) return [];
  if (isNow(nowSide)) return around(limit);
  if (nowSide.op !== 'arithmetic' || !isNow(nowSide.left)) return [inAnHour(scope)];
  const span = evaluate(nowSide.right, scope);
  if (!isKnown(span) || !isSpan(span)) return [];
  const turned = calculate({ ...nowSide, by: nowSide.by === '-' ? '+' : '-' }, limit, span, scope);
  return isKnown(turned) ? around(turned) : [];
}

function mentionsNow(tree: Tree): boolean {
  let found = false;
  walk(tree, (part) => {
    if (isNow(part)) found = true;
  });
  return found;
}

/** The moment itself and just after it: `>=` turns at the one, `>` at the other. */
function around(limit: Thing): Moment[] {
  const instant = instantOf(limit);
  return instant === undefined ? [] : [new Date(instant).toISOString(), new Date(instant + 1).toISOString()];
}

const inAnHour = (scope: Scope): Moment => later(scope.world.now, HOUR);

/** `covers(period, now)` turns at the ends of the period; other calls are looked at again in an hour. */
function calledWithNow(tree: Tree & { op: 'call' }, scope: Scope): Moment[] {
  if (tree.name !== 'covers') return [inAnHour(scope)];
  const period = evaluate(tree.args[0]!, scope);
  if (!isKnown(period) || !isPlain(period)) return [];
  return [period.start, period.end].flatMap((edge) => (edge === undefined ? [] : around(edge)));
}
