import type { RecordState, Row, Value } from '../engine/types.ts';
import type { Operand, ValueType, Where } from '../pack/types.ts';
import { familyOf } from './families.ts';
import type { Comparison } from './parse.ts';
import { byCodePoint, instantOf } from './things.ts';

/**
 * Whether a candidate meets a `where`, in memory exactly as in SQL. Two-valued, by these rules:
 * - A candidate's operand is the **set of its values**: none when the field is empty or the candidate has no such field, one
 *   for a plain field, several for choices, refs and files (a file counts by its slot, else by its id). A reference step
 *   gives the values of the referred record's field; a reference that leads nowhere gives none. `planned.start` of a period is its part.
 *   A column of a table has the values of all its rows.
 * - A comparison (`== != < <= > >=`) is true when **some** value of the candidate satisfies it; so an absent field makes every
 *   comparison false, `!=` too. `x in list` is true when some value equals some member, `shares` likewise.
 * - `not`, `and`, `or` are plain Boolean over that: `!(x == 1)` is true when `x` is empty.
 * - An outer operand not in `outer` makes its comparison false (the caller has already called the set unknown).
 * - Texts compare by code point (collation "C"), numbers as doubles, yes_no as equality. **Date and moment compare by instant**:
 *   a date is 00:00 of its day in Asia/Taipei. Two dates compare by day, two moments by instant.
 * - System fields (`id item number state since requester unit origin opened_at changed_at closed_at version`) always read the record
 *   itself, whatever a type declares.
 * @param outer values of the operands known before asking, by their CEL source
 * @param referred the record behind an id, for the one reference step allowed; leave it out for rows of tables and lists
 */
export function matches(
  where: Where,
  candidate: RecordState | Row,
  outer: Record<string, Value>,
  referred: (id: string) => RecordState | undefined = () => undefined,
): boolean {
  const test = (inner: Where): boolean => matches(inner, candidate, outer, referred);
  const values = (operand: Operand): Value[] => valuesOf(operand, candidate, outer, referred);
  switch (where.op) {
    case 'and':
      return where.args.every(test);
    case 'or':
      return where.args.some(test);
    case 'not':
      return !test(where.arg);
    case 'given':
      return candidateValues(where.path, candidate, referred).length > 0;
    case 'true':
      return values(where.operand).some((value) => value === true);
    case 'in':
    case 'shares':
      return meet(values(where.left), values(where.right), '==', where.left.type, where.right.type);
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return meet(values(where.left), values(where.right), where.op, where.left.type, where.right.type);
    default:
      return where satisfies never;
  }
}

/** Every outer expression a `where` needs before it can be asked. */
export function outerSources(where: Where | undefined): string[] {
  if (!where) return [];
  switch (where.op) {
    case 'and':
    case 'or':
      return where.args.flatMap(outerSources);
    case 'not':
      return outerSources(where.arg);
    case 'given':
      return [];
    case 'true':
      return sourceOf(where.operand);
    default:
      return [...sourceOf(where.left), ...sourceOf(where.right)];
  }
}

const sourceOf = (operand: Operand): string[] => ('outer' in operand ? [operand.outer.cel] : []);

function meet(left: Value[], right: Value[], by: Comparison, a: ValueType, b: ValueType): boolean {
  const plain = familyOf(a) === 'text' || familyOf(b) === 'text';
  return left.some((one) => right.some((other) => satisfies(one, other, by, plain)));
}

function satisfies(left: Value, right: Value, by: Comparison, plain: boolean): boolean {
  const difference = orderOf(left, right, plain);
  switch (by) {
    case '==':
      return difference === 0;
    case '!=':
      return difference !== 0;
    case '<':
      return difference !== undefined && difference < 0;
    case '<=':
      return difference !== undefined && difference <= 0;
    case '>':
      return difference !== undefined && difference > 0;
    case '>=':
      return difference !== undefined && difference >= 0;
  }
}

function orderOf(left: Value, right: Value, plain: boolean): number | undefined {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'boolean' || typeof right === 'boolean') return left === right ? 0 : undefined;
  if (typeof left !== 'string' || typeof right !== 'string') return undefined;
  if (plain) return byCodePoint(left, right);
  const [x, y] = [instantOf(left), instantOf(right)];
  return x !== undefined && y !== undefined ? x - y : byCodePoint(left, right);
}

type Find = (id: string) => RecordState | undefined;

function valuesOf(operand: Operand, candidate: RecordState | Row, outer: Record<string, Value>, find: Find): Value[] {
  if ('candidate' in operand)
    return operand.rows
      ? columnValues(operand.candidate, candidate)
      : candidateValues(operand.candidate, candidate, find);
  const value = outer[operand.outer.cel];
  return value === undefined ? [] : scalars(value);
}

function columnValues([table, column]: string[], candidate: RecordState | Row): Value[] {
  const rows = own(candidate, table!);
  if (!Array.isArray(rows)) return [];
  return (rows as Row[]).flatMap((row) => (row[column!] === undefined ? [] : scalars(row[column!]!)));
}

function candidateValues(path: string[], candidate: RecordState | Row, find: Find): Value[] {
  const [first, second] = path;
  const value = own(candidate, first!);
  if (second === undefined) return value === undefined ? [] : scalars(value);
  if (typeof value === 'object' && !Array.isArray(value))
    return value[second] === undefined ? [] : scalars(value[second]);
  return (value === undefined ? [] : scalars(value)).flatMap((id) => {
    const state = typeof id === 'string' ? find(id) : undefined;
    const inner = state && own(state, second);
    return inner === undefined ? [] : scalars(inner);
  });
}

/** Files count by slot or id, objects with an id by it; periods have no single value. */
function scalars(value: Value): Value[] {
  if (Array.isArray(value)) return value.flatMap(scalars);
  if (typeof value !== 'object') return value === '' ? [] : [value];
  const id = value.slot ?? value.id;
  return typeof id === 'string' ? [id] : value.start !== undefined ? [value] : [];
}

const isRecord = (candidate: RecordState | Row): candidate is RecordState =>
  'acts' in candidate && 'seals' in candidate && 'values' in candidate;

function own(candidate: RecordState | Row, name: string): Value | undefined {
  if (!isRecord(candidate)) return name === 'item' ? candidate.id : candidate[name];
  switch (name) {
    case 'item':
    case 'id':
      return candidate.id;
    case 'number':
    case 'state':
    case 'since':
    case 'requester':
    case 'unit':
    case 'origin':
      return candidate[name];
    case 'version':
      return candidate.edition ?? 1;
    case 'opened_at':
      return candidate.openedAt;
    case 'changed_at':
      return candidate.changedAt;
    case 'closed_at':
      return candidate.closedAt;
    default:
      return candidate.values[name];
  }
}
