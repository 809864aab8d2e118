import { holds, type Truth } from '../cel/evaluate.ts';
import { format } from '../cel/format.ts';
import { renderText } from '../cel/template.ts';
import { type Asked, isKnown, isPending, isUnknown, storedValue, type Thing } from '../cel/things.ts';
import { type Scope, withLocal } from '../cel/world.ts';
import type { Gate, Query, RecordType } from '../pack/types.ts';
import type { Refusal } from '../refusal.ts';
import { type Text, text } from '../text.ts';
import { exceptionFor } from './exceptions.ts';
import { select } from './select.ts';
import type { GateSeen, GateView, RecordState, Value } from './types.ts';
import { judgeUnique } from './unique.ts';
import { scopeOf, type Work } from './work.ts';

/** What a gate came to. `failing` are the items that do not hold; `pending`: something must be asked first. */
export type Judged = {
  gate: Gate;
  outcome: GateSeen['outcome'] | 'pending';
  failing: Thing[];
  unknown: string[];
  saw: GateSeen['saw'];
  waiver?: string;
  /** For a unique gate: the record that has the values. */
  taken?: string;
};

/**
 * Asks one gate of a record as it would stand. `to` is the state it would be in (for `unique … while`). A refusal is looked up
 * among exceptions in force; an advising gate is judged alike, the caller only warns.
 */
export function judge(work: Work, type: RecordType, state: RecordState, gate: Gate, to: string): Judged {
  const judged = judgeBare(work, type, state, gate, to);
  const stopped = judged.outcome === 'refuses' || judged.outcome === 'unknown';
  if (!stopped || gate.waive !== 'exception' || gate.advises) return judged;
  const exception = exceptionFor(work, type, state, gate);
  if (exception === 'pending') return { ...judged, outcome: 'pending' };
  return exception === undefined ? judged : { ...judged, outcome: 'waived', waiver: exception };
}

function judgeBare(work: Work, type: RecordType, state: RecordState, gate: Gate, to: string): Judged {
  const judged: Judged = { gate, outcome: 'holds', failing: [], unknown: [], saw: [] };
  const scope = { ...scopeOf(work, state), trace: noting(type, judged.saw) };
  if (gate.when) {
    const applies = holds(gate.when, scope);
    if (applies === false) return { ...judged, outcome: 'off' };
    if (applies !== true) return undecided(judged, applies);
  }
  if (gate.unique) return judgeUnique(work, type, state, gate, judged, to);
  return gate.each ? judgeEach(work, gate, scope, judged) : judgeOne(gate, scope, judged);
}

function undecided(judged: Judged, truth: Truth): Judged {
  if (isPending(truth as Asked)) return { ...judged, outcome: 'pending' };
  return {
    ...judged,
    outcome: 'unknown',
    unknown: isUnknown(truth as Asked) ? (truth as { names: string[] }).names : [],
  };
}

function judgeOne(gate: Gate, scope: Scope, judged: Judged): Judged {
  const truth = gate.holds ? holds(gate.holds, scope) : true;
  if (truth === true) return judged;
  return truth === false ? { ...judged, outcome: 'refuses' } : undecided(judged, truth);
}

function judgeEach(work: Work, gate: Gate, scope: Scope, judged: Judged): Judged {
  const items = isLeftEmpty(work, gate.each!, scope) ? [] : select(work, gate.each!, scope);
  if (!isKnown(items)) return undecided(judged, items as Truth);
  let worst: Judged['outcome'] = 'holds';
  for (const item of items as Thing[]) {
    const truth = gate.holds ? holds(gate.holds, withLocal(scope, 'item', item)) : true;
    if (truth === true) continue;
    judged.failing.push(item);
    if (truth === false) worst = worst === 'pending' ? worst : 'refuses';
    else if (isPending(truth as Asked)) worst = 'pending';
    else {
      judged.unknown.push(...(truth as { names: string[] }).names);
      if (worst === 'holds') worst = 'unknown';
    }
  }
  judged.unknown = [...new Set(judged.unknown)];
  return { ...judged, outcome: worst };
}

/** A field for several things in which nobody entered any has no items; whether it may be empty is for `required` to say. */
function isLeftEmpty(work: Work, each: Query, scope: Scope): boolean {
  if (each.from.kind !== 'cel' || !scope.self) return false;
  const field = work.world.typeOf(scope.self)?.fields[each.from.of.cel];
  if (!field || field.is || !['refs', 'choices', 'files'].includes(field.type.is)) return false;
  return scope.self.values[field.name] === undefined;
}

// ── what it saw, and what people read ──────────────────────────────────────────────────────────────────────────────

const MOST_SEEN = 40;

/** Notes values a gate read, personal fields by name only. */
function noting(type: RecordType, saw: GateSeen['saw']): NonNullable<Scope['trace']> {
  const noted = new Set<string>();
  return (what, asked) => {
    if (noted.has(what) || saw.length >= MOST_SEEN || isPending(asked)) return;
    noted.add(what);
    if (isUnknown(asked) || type.fields[what.split('.')[0]!]?.personal) saw.push({ what });
    else {
      const value = seen(asked as Thing);
      saw.push(value === undefined ? { what } : { what, value });
    }
  };
}

function seen(thing: Thing): Value | undefined {
  if (Array.isArray(thing) && thing.length > 20) return thing.length;
  return storedValue(thing);
}

/** The judgement as it is stored with the act. */
export function seenOf(judged: Judged): GateSeen {
  const { gate, outcome, saw, waiver } = judged;
  return {
    gate: gate.name,
    outcome: outcome === 'pending' ? 'unknown' : outcome,
    clauses: gate.clauses,
    saw,
    ...(waiver === undefined ? {} : { waiver }),
  };
}

const MOST_ITEMS = 50;

/** Items that fail, as people read them. */
export const itemsOf = (judged: Judged, scope: Scope): string[] =>
  judged.failing.slice(0, MOST_ITEMS).map((item) => format(item, 'zh', scope));

/** A gate that refuses, as a refusal: its own words, the failing items, the clause and the remedy. */
export function refusalOf(work: Work, state: RecordState, judged: Judged): Refusal {
  const scope = scopeOf(work, state);
  const { gate } = judged;
  const items = itemsOf(judged, scope);
  return {
    code: judged.taken === undefined ? 'gate' : 'duplicate',
    message: messageOf(judged, scope),
    ...(gate.fix ? { fix: gate.fix } : {}),
    clauses: gate.clauses,
    gate: gate.name,
    because: judged.outcome === 'unknown' ? 'unknown' : 'false',
    ...(items.length > 0 ? { items } : {}),
    ...(judged.unknown.length > 0 ? { unknown: judged.unknown } : {}),
  };
}

const MOST_MESSAGES = 3;

/** The gate's label, once per failing item when it names items. */
function messageOf(judged: Judged, scope: Scope): Text {
  const { gate, failing } = judged;
  if (failing.length === 0) return renderText(gate.label, scope);
  const each = failing.slice(0, MOST_MESSAGES).map((item) => renderText(gate.label, withLocal(scope, 'item', item)));
  const rest = failing.length - each.length;
  return text(
    [...new Set(each.map((one) => one.zh))].join('；') + (rest > 0 ? `；另有 ${rest} 項` : ''),
    [...new Set(each.map((one) => one.en))].join('; ') + (rest > 0 ? `; ${rest} more` : ''),
  );
}

const stands = ({ outcome }: Judged): boolean => outcome === 'holds' || outcome === 'waived' || outcome === 'off';

/** A gate as the page shows it before anybody submits. */
export function viewOf(work: Work, state: RecordState, judged: Judged): GateView {
  const scope = scopeOf(work, state);
  const { gate, waiver } = judged;
  return {
    gate: gate.name,
    label: stands(judged) && gate.title ? renderText(gate.title, scope) : messageOf(judged, scope),
    outcome: judged.outcome === 'pending' ? 'unknown' : judged.outcome,
    advises: gate.advises,
    clauses: gate.clauses,
    items: itemsOf(judged, scope),
    unknown: judged.unknown,
    ...(gate.fix ? { fix: gate.fix } : {}),
    waive: typeof gate.waive === 'string' ? gate.waive : 'here',
    ...(waiver === undefined ? {} : { waiver }),
  };
}
