import { type RawBuilder, sql } from 'kysely';
import { instantOf, isDateText } from '../../kernel/cel/things.ts';
import { matches } from '../../kernel/cel/where.ts';
import type { Row, Value } from '../../kernel/engine/types.ts';
import type { Operand, ValueType, Where } from '../../kernel/pack/types.ts';
import { columnOf, LONGEST_TEXT } from './fields.ts';

/** What stands in record's own columns rather than in record_field. */
const SYSTEM: Record<string, string> = {
  item: 'id',
  id: 'id',
  number: 'number',
  state: 'state',
  requester: 'requester',
  unit: 'unit',
  origin: 'origin',
  opened_at: 'opened_at',
  changed_at: 'changed_at',
  closed_at: 'closed_at',
  since: 'since',
};

type Condition = RawBuilder<boolean>;
type Rows = RawBuilder<{ v: unknown }>;
type Comparator = '==' | '!=' | '<' | '<=' | '>' | '>=';
type Candidate = { candidate: string[]; type: ValueType; rows?: true };
type Outer = Exclude<Operand, Candidate>;
/** As what two sides are compared: dates alone by day, dates and moments by instant. */
type Way = 'text' | 'number' | 'instant' | 'day';

/**
 * `where` as SQL over `record c`: what `matches` (kernel/cel/where.ts) means by it, to the letter. An operand is the set of its
 * values; a comparison holds when some pair satisfies it, so nothing absent ever satisfies one.
 * @param outer values of the operands known before asking, by their CEL source; a missing one makes its comparison false
 */
export function whereSql(where: Where, outer: Record<string, Value>): Condition {
  switch (where.op) {
    case 'and':
      return sql`(${sql.join(
        where.args.map((arg) => whereSql(arg, outer)),
        sql` and `,
      )})`;
    case 'or':
      return sql`(${sql.join(
        where.args.map((arg) => whereSql(arg, outer)),
        sql` or `,
      )})`;
    case 'not':
      return sql`(not ${whereSql(where.arg, outer)})`;
    case 'given':
      return givenSql(where.path);
    case 'true':
      return isCandidate(where.operand) ? withValues(where.operand, '==', [true]) : known(where, outer);
    case 'in':
    case 'shares':
      return compare(where, '==', outer);
    default:
      return compare(where, where.op, outer);
  }
}

const isCandidate = (operand: Operand): operand is Candidate => 'candidate' in operand;

/** Nothing of the candidate is asked: decided here, as memory decides it. */
const known = (where: Where, outer: Record<string, Value>): Condition =>
  matches(where, { id: '' } as Row, outer) ? sql`true` : sql`false`;

type Two = Extract<Where, { left: Operand }>;
const MIRROR: Record<Comparator, Comparator> = { '==': '==', '!=': '!=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

function compare(where: Two, op: Comparator, outer: Record<string, Value>): Condition {
  const { left, right } = where;
  if (isCandidate(left) && isCandidate(right)) return betweenCandidates(left, op, right);
  if (isCandidate(left)) return withValues(left, op, valuesOf(right as Outer, outer));
  if (isCandidate(right)) return withValues(right, MIRROR[op], valuesOf(left, outer));
  return known(where, outer);
}

const valuesOf = (operand: Outer, outer: Record<string, Value>): Value[] => {
  const value = outer[operand.outer.cel];
  return value === undefined ? [] : scalars(value);
};

/** Files count by slot, else by id; objects with an id by it. */
function scalars(value: Value): Value[] {
  if (Array.isArray(value)) return value.flatMap(scalars);
  if (typeof value !== 'object') return value === '' ? [] : [value];
  const id = value.slot ?? value.id;
  return typeof id === 'string' ? [id] : [];
}

const symbol = (op: Comparator) => sql.raw(op === '==' ? '=' : op === '!=' ? '<>' : op);
const isOrder = (op: Comparator) => op !== '==' && op !== '!=';

/** Some value of the candidate stands so to some of these. */
function withValues(operand: Candidate, op: Comparator, values: Value[]): Condition {
  const way = wayOf(operand.type, values);
  const literals = values.flatMap((value) => literal(value, way) ?? []);
  // What is of another kind differs from everything, and stands in no order to it.
  const strangers = op === '!=' && literals.length < values.length ? [sql<boolean>`true`] : [];
  const full = values.some((value) => typeof value === 'string' && [...value].length >= LONGEST_TEXT);
  const tests = [
    ...strangers,
    ...(op === '==' && literals.length > 0
      ? [sql<boolean>`a.v in (${sql.join(literals)})`]
      : literals.map((each) => sql<boolean>`a.v ${collated(way, isOrder(op))} ${symbol(op)} ${each}`)),
  ];
  if (tests.length === 0) return sql`false`;
  return sql`exists (select 1 from (${rows(operand, way, full)}) a where ${sql.join(tests, sql` or `)})`;
}

function betweenCandidates(left: Candidate, op: Comparator, right: Candidate): Condition {
  const ways = [wayOf(left.type, []), wayOf(right.type, [])];
  const way = ways[0] === ways[1] ? ways[0]! : ways.includes('instant') ? 'instant' : 'text';
  return sql`exists (select 1 from (${rows(left, way, true)}) a, (${rows(right, way, true)}) b where a.v ${collated(way, true)} ${symbol(op)} b.v)`;
}

/** Texts stand in the order of their code points; an index keeps its own order, so equality leaves it alone. */
const collated = (way: Way, needed: boolean) => (way === 'text' && needed ? sql`collate "C"` : sql``);

function wayOf(type: ValueType, values: Value[]): Way {
  switch (columnOf(type)) {
    case 'n':
      return 'number';
    case 'm':
      return 'instant';
    case 'd':
      return values.every(isDateText) ? 'day' : 'instant';
    default:
      return 'text';
  }
}

function literal(value: Value, way: Way): RawBuilder<unknown> | undefined {
  switch (way) {
    case 'number':
      return typeof value === 'number' ? sql`${value}::double precision` : undefined;
    case 'day':
      return sql`${value}::date`;
    case 'instant': {
      const at = instantOf(value);
      return at === undefined ? undefined : sql`${new Date(at).toISOString()}::timestamptz`;
    }
    case 'text':
      return typeof value === 'object' ? undefined : sql`${String(value)}`;
    default:
      return way satisfies never;
  }
}

// ── the values of a candidate's path, as rows of one column `v` ─────────────────────────────────────────────────────

/** @param full long texts whole rather than as they are kept for searching */
function rows({ candidate: [first, second], type, rows: column }: Candidate, way: Way, full: boolean): Rows {
  if (column) return fieldRows('c', `${first}.${second}`, type, way, false);
  if (second === undefined) return fieldRows('c', first!, type, way, full);
  const stepped = sql<{
    v: unknown;
  }>`select x.v from record r cross join lateral (${fieldRows('r', second, type, way, full)}) x
    where r.organisation = c.organisation and r.id in (${fieldRows('c', first!, { is: 'ref', to: 'any' }, 'text', false)})`;
  if (second !== 'start' && second !== 'end') return stepped;
  return sql`${stepped} union all ${fieldRows('c', `${first}.${second}`, type, way, full)}`; // a part of a period
}

function fieldRows(alias: 'c' | 'r', field: string, type: ValueType, way: Way, full: boolean): Rows {
  const of = sql.raw(alias);
  if (field === 'version') return sql`select coalesce((${of}.body->>'edition')::double precision, 1) as v`;
  const system = SYSTEM[field];
  const column = system && sql.raw(`${alias}.${system}`);
  if (column) return sql`select ${column} as v where ${column} is not null`;
  return sql<{ v: unknown }>`select ${fieldValue(alias, field, type, way, full)} as v from record_field f
    where f.organisation = ${of}.organisation and f.record = ${of}.id and f.field = ${field}`;
}

function fieldValue(alias: 'c' | 'r', field: string, type: ValueType, way: Way, full: boolean): RawBuilder<unknown> {
  const column = sql.raw(`f.${columnOf(type)}`);
  if (way === 'instant' && columnOf(type) === 'd') return sql`(${column}::timestamp at time zone interval '08:00')`;
  if (way !== 'text' || type.is !== 'text' || !full) return column;
  return sql`case when char_length(f.t) < ${LONGEST_TEXT} then f.t else ${sql.raw(alias)}.body #>> array['values', ${field}]::text[] end`;
}

function givenSql([first, second]: string[]): Condition {
  const any = (alias: 'c' | 'r', field: string): Condition => {
    const system = SYSTEM[field];
    const of = sql.raw(alias);
    if (field === 'version') return sql`true`;
    if (system) return sql`${of}.${sql.raw(system)} is not null`;
    return sql<boolean>`(exists (select 1 from record_field h where h.organisation = ${of}.organisation and h.record = ${of}.id
      and h.field in (${field}, ${`${field}.start`}, ${`${field}.end`})) or ${filled(of, field)})`;
  };
  if (second === undefined) return any('c', first!);
  const stepped = sql<boolean>`exists (select 1 from record r where r.organisation = c.organisation
    and r.id in (${fieldRows('c', first!, { is: 'ref', to: 'any' }, 'text', false)}) and ${any('r', second)})`;
  if (second !== 'start' && second !== 'end') return stepped;
  return sql`(${stepped} or exists (select 1 from record_field h where h.organisation = c.organisation and h.record = c.id and h.field = ${`${first}.${second}`}))`;
}

/** A table has no typed row of its own: it is given when it has rows. */
const filled = (of: RawBuilder<unknown>, field: string): Condition =>
  sql`jsonb_array_length(case when jsonb_typeof(${of}.body->'values'->${field}) = 'array' then ${of}.body->'values'->${field} else '[]' end) > 0`;
