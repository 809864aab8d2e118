import { type RawBuilder, sql } from 'kysely';
import type { Value } from '../../kernel/engine/types.ts';
import type { Operand, ValueType, Where } from '../../kernel/pack/types.ts';
import { columnOf } from './fields.ts';

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
  version: 'version',
};

type Condition = RawBuilder<boolean>;

/**
 * `where` as SQL over `record c`, two-valued: an absent field makes a comparison false, as in memory.
 * @param outer values of the operands known before asking, by their CEL source; a missing one makes the whole set unknown earlier
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
      return compare(where.operand, '==', true, outer);
    case 'in':
      return inSql(where.left, where.right, outer);
    case 'shares':
      return sharesSql(where.left, where.right, outer);
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return comparison(where.left, where.op, where.right, outer);
    default:
      return where satisfies never;
  }
}

type Comparator = '==' | '!=' | '<' | '<=' | '>' | '>=';
const FLIP: Record<Comparator, Comparator> = { '==': '==', '!=': '!=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

function comparison(left: Operand, op: Comparator, right: Operand, outer: Record<string, Value>): Condition {
  if ('candidate' in left && 'candidate' in right) return betweenCandidates(left, op, right);
  if ('candidate' in left) return compare(left, op, outer[(right as { outer: { cel: string } }).outer.cel], outer);
  if ('candidate' in right) return compare(right, FLIP[op], outer[left.outer.cel], outer);
  return constant(op, outer[left.outer.cel], outer[right.outer.cel]);
}

/** Compares a candidate's path with a known value. */
function compare(operand: Operand, op: Comparator, value: Value | undefined, outer: Record<string, Value>): Condition {
  if (!('candidate' in operand)) return constant(op, outer[operand.outer.cel], value);
  if (value === undefined) return sql`false`;
  return onPath(
    operand.candidate,
    operand.type,
    (column, type) => sql`${column} ${symbol(op)} ${literal(value, type)}`,
  );
}

const symbol = (op: Comparator) => sql.raw(op === '==' ? '=' : op === '!=' ? '<>' : op);

/** Builds `exists` steps along a path of one field or one reference and a field, then asks `test` of the last column. */
function onPath(
  path: string[],
  type: ValueType,
  test: (column: RawBuilder<unknown>, type: ValueType) => Condition,
): Condition {
  const [first, second] = path;
  if (second === undefined) return onField('c', first!, type, test);
  const inner = (id: RawBuilder<unknown>) =>
    sql<boolean>`exists (select 1 from record r where r.organisation = c.organisation and r.id = ${id} and ${onField('r', second, type, test)})`;
  const system = SYSTEM[first!];
  if (system) return inner(sql.raw(`c.${system}`));
  return sql`exists (select 1 from record_field s where s.organisation = c.organisation and s.record = c.id and s.field = ${first} and ${inner(sql.raw('s.t'))})`;
}

function onField(
  alias: 'c' | 'r',
  field: string,
  type: ValueType,
  test: (column: RawBuilder<unknown>, type: ValueType) => Condition,
): Condition {
  const system = SYSTEM[field];
  if (system) return sql`coalesce(${test(sql.raw(`${alias}.${system}`), type)}, false)`;
  const value = alias === 'c' ? 'f' : 'g';
  return sql`exists (select 1 from record_field ${sql.raw(value)} where ${sql.raw(value)}.organisation = ${sql.raw(alias)}.organisation and ${sql.raw(value)}.record = ${sql.raw(alias)}.id and ${sql.raw(value)}.field = ${field} and ${test(sql.raw(`${value}.${columnOf(type)}`), type)})`;
}

function givenSql(path: string[]): Condition {
  const any = (field: string, alias: 'c' | 'r'): Condition => {
    const system = SYSTEM[field];
    if (system) return sql`${sql.raw(`${alias}.${system}`)} is not null`;
    return sql`exists (select 1 from record_field h where h.organisation = ${sql.raw(alias)}.organisation and h.record = ${sql.raw(alias)}.id and h.field in (${field}, ${`${field}.start`}, ${`${field}.end`}))`;
  };
  const [first, second] = path;
  if (second === undefined) return any(first!, 'c');
  const target = SYSTEM[first!]
    ? sql.raw(`c.${SYSTEM[first!]}`)
    : sql`(select s.t from record_field s where s.organisation = c.organisation and s.record = c.id and s.field = ${first} limit 1)`;
  return sql`exists (select 1 from record r where r.organisation = c.organisation and r.id = ${target} and ${any(second, 'r')})`;
}

function inSql(left: Operand, right: Operand, outer: Record<string, Value>): Condition {
  if ('candidate' in left && 'outer' in right) {
    const values = asList(outer[right.outer.cel]);
    if (values.length === 0) return sql`false`;
    return onPath(
      left.candidate,
      left.type,
      (column, type) => sql`${column} in (${sql.join(values.map((value) => literal(value, type)))})`,
    );
  }
  if ('candidate' in right && 'outer' in left) {
    const value = outer[left.outer.cel];
    if (value === undefined) return sql`false`;
    return onPath(right.candidate, right.type, (column) => sql`${column} = ${literal(value, elementOf(right.type))}`);
  }
  if ('outer' in left && 'outer' in right) {
    return asList(outer[right.outer.cel]).includes(outer[left.outer.cel] as never) ? sql`true` : sql`false`;
  }
  return betweenCandidates(
    left as { candidate: string[]; type: ValueType },
    '==',
    right as { candidate: string[]; type: ValueType },
  );
}

function sharesSql(left: Operand, right: Operand, outer: Record<string, Value>): Condition {
  if ('candidate' in left && 'outer' in right) return inSql(left, right, outer);
  if ('candidate' in right && 'outer' in left) return inSql(right, left, outer);
  if ('outer' in left && 'outer' in right) {
    const others = new Set(asList(outer[right.outer.cel]));
    return asList(outer[left.outer.cel]).some((value) => others.has(value)) ? sql`true` : sql`false`;
  }
  return betweenCandidates(
    left as { candidate: string[]; type: ValueType },
    '==',
    right as { candidate: string[]; type: ValueType },
  );
}

/** Two fields of the same candidate. */
function betweenCandidates(
  left: { candidate: string[]; type: ValueType },
  op: Comparator,
  right: { candidate: string[]; type: ValueType },
): Condition {
  return onPath(left.candidate, left.type, (column) => {
    const [field] = right.candidate;
    const system = SYSTEM[field!];
    if (system) return sql`${column} ${symbol(op)} ${sql.raw(`c.${system}`)}`;
    return sql`exists (select 1 from record_field o where o.organisation = c.organisation and o.record = c.id and o.field = ${field} and ${column} ${symbol(op)} ${sql.raw(`o.${columnOf(right.type)}`)})`;
  });
}

function constant(op: Comparator, left: Value | undefined, right: Value | undefined): Condition {
  if (left === undefined || right === undefined) return sql`false`;
  const truth = {
    '==': left === right,
    '!=': left !== right,
    '<': left < right,
    '<=': left <= right,
    '>': left > right,
    '>=': left >= right,
  };
  return truth[op] ? sql`true` : sql`false`;
}

const elementOf = (type: ValueType): ValueType => (type.is === 'list' || type.is === 'rows' ? type.of : type);

function literal(value: Value, type: ValueType): RawBuilder<unknown> {
  switch (columnOf(type)) {
    case 'n':
      return sql`${Number(value)}::double precision`;
    case 'm':
      return sql`${momentOf(value)}::timestamptz`;
    case 'd':
      return sql`${dateOf(value)}::date`;
    default:
      return sql`${typeof value === 'object' ? ((value as { id?: string }).id ?? JSON.stringify(value)) : String(value)}`;
  }
}

/** A date compared with moments means the start of that day in Taipei. */
const momentOf = (value: Value) =>
  /^\d{4}-\d\d-\d\d$/.test(String(value)) ? `${value}T00:00:00+08:00` : String(value);
/** A moment compared with dates means its day in Taipei. */
function dateOf(value: Value): string {
  const text = String(value);
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return text;
  return new Date(Date.parse(text) + 8 * 3600_000).toISOString().slice(0, 10);
}

function asList(value: Value | undefined): Value[] {
  if (value === undefined) return [];
  return Array.isArray(value)
    ? value.map((item) => (typeof item === 'object' && 'id' in item ? (item.id as Value) : item))
    : [value];
}
