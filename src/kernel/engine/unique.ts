import { addressesTouch, portsTouch } from '../cel/addresses.ts';
import { instantOf, isDateText, isPending } from '../cel/things.ts';
import type { Field, Gate, Operand, Query, RecordType, ValueType, Where } from '../pack/types.ts';
import type { Judged } from './gates.ts';
import { select } from './select.ts';
import type { RecordState, Value } from './types.ts';
import { ask, scopeOf, type Work } from './work.ts';

/**
 * A unique gate: no other record of the type, in a state that counts, has the same values. Periods, addresses and ports collide by
 * overlap. Off while the record itself is in a state that does not count; unknown while a value is missing.
 */
export function judgeUnique(
  work: Work,
  type: RecordType,
  state: RecordState,
  gate: Gate,
  judged: Judged,
  to: string,
): Judged {
  if (gate.while && !gate.while.includes(to)) return { ...judged, outcome: 'off' };
  const values = gate.unique!.map((field) => state.values[field]);
  const missing = gate.unique!.filter((_, i) => values[i] === undefined);
  if (missing.length > 0) return { ...judged, outcome: 'unknown', unknown: missing };
  const overlapping = overlappingOf(type, gate);
  const taken =
    overlapping.length > 0
      ? overlappedBy(work, type, state, gate, overlapping)
      : takenBy(work, type, state, gate, values as Value[]);
  if (taken === 'pending') return { ...judged, outcome: 'pending' };
  judged.saw.push({ what: gate.unique!.join(', '), value: values as Value[] });
  return taken === undefined ? judged : { ...judged, outcome: 'refuses', taken };
}

// ── equal values ───────────────────────────────────────────────────────────────────────────────────────────────────

function takenBy(
  work: Work,
  type: RecordType,
  state: RecordState,
  gate: Gate,
  values: Value[],
): string | undefined | 'pending' {
  const wanted = JSON.stringify(values);
  for (const other of work.states.values()) {
    if (other.id === state.id || other.type !== type.name) continue;
    if (gate.while && !gate.while.includes(other.state)) continue;
    if (JSON.stringify(gate.unique!.map((field) => other.values[field])) === wanted) return other.id;
  }
  const key = `unique|${type.name}.${gate.name}|${wanted}|${state.id}`;
  const { taken } = work.input.known;
  if (!taken.has(key)) {
    ask(work, { need: 'unique', key, type: type.name, gate: gate.name, values, except: state.id });
    return 'pending';
  }
  const holder = taken.get(key);
  // Whoever had the values and was moved by this very decision has been looked at above.
  return holder === undefined || work.states.has(holder) ? undefined : holder;
}

// ── overlapping values ─────────────────────────────────────────────────────────────────────────────────────────────

const OVERLAPPING = new Set<string>(['period', 'address', 'ports']);

const overlappingOf = (type: RecordType, gate: Gate): string[] =>
  (gate.unique ?? []).filter((name) => OVERLAPPING.has(type.fields[name]?.type.is ?? ''));

/** The records a unique gate compares overlapping values with; undefined where none of its values overlap. */
export function rivalsOf(type: RecordType, gate: Gate): Query | undefined {
  const overlapping = overlappingOf(type, gate);
  return overlapping.length === 0 ? undefined : rivals(type, gate, overlapping);
}

function overlappedBy(
  work: Work,
  type: RecordType,
  state: RecordState,
  gate: Gate,
  overlapping: string[],
): string | undefined | 'pending' {
  const found = select(work, rivals(type, gate, overlapping), scopeOf(work, state));
  if (isPending(found)) return 'pending';
  if (!Array.isArray(found)) return undefined;
  for (const thing of found) {
    if (typeof thing !== 'object' || Array.isArray(thing) || thing.thing !== 'record') continue;
    const other = thing.state;
    const collides = overlapping.every((name) => overlap(type.fields[name]!, state.values[name], other.values[name]));
    if (other.id !== state.id && collides) return other.id;
  }
  return undefined;
}

function overlap(field: Field, a: Value | undefined, b: Value | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  if (field.type.is === 'ports') return portsTouch(String(a), String(b));
  if (field.type.is === 'address') return addressesTouch(String(a), String(b));
  const [one, other] = [edges(a), edges(b)];
  return one !== undefined && other !== undefined && one[0] <= other[1] && other[0] <= one[1];
}

/** Start and end as instants; an end given as a date includes that day. */
function edges(period: Value): [number, number] | undefined {
  if (typeof period !== 'object' || Array.isArray(period)) return undefined;
  const [start, end] = [instantOf(period.start), instantOf(period.end)];
  if (start === undefined || end === undefined) return undefined;
  return [start, isDateText(period.end) ? end + 86_400_000 - 1 : end];
}

const queries = new WeakMap<Gate, Query>();
const TEXT: ValueType = { is: 'text' };

/** Other records of the type in states that count, with the same values in the fields that do not overlap. */
function rivals(type: RecordType, gate: Gate, overlapping: string[]): Query {
  const known = queries.get(gate);
  if (known) return known;
  const same = gate
    .unique!.filter((name) => !overlapping.includes(name))
    .map((name): Where => {
      const type_ = type.fields[name]?.type ?? TEXT;
      return {
        op: '==',
        left: { candidate: [name], type: type_ },
        right: { outer: { cel: `this.${name}` }, type: type_ },
      };
    });
  const other: Where = {
    op: '!=',
    left: { candidate: ['item'], type: TEXT },
    right: { outer: { cel: 'this.id' }, type: TEXT },
  };
  const counts: Where[] = gate.while
    ? [{ op: 'in', left: { candidate: ['state'], type: TEXT }, right: listOf(gate.while) }]
    : [];
  const query: Query = {
    from: { kind: 'record', type: type.name },
    where: { op: 'and', args: [other, ...same, ...counts] },
    source: `${type.name} where ${gate.unique!.join(', ')} as here`,
  };
  queries.set(gate, query);
  return query;
}

const listOf = (names: string[]): Operand => ({
  outer: { cel: `[${names.map((name) => `'${name}'`).join(', ')}]` },
  type: { is: 'list', of: TEXT },
});
