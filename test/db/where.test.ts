import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, test } from 'vitest';
import { connect } from '../../src/adapters/postgres/connect.ts';
import { matches } from '../../src/kernel/cel/where.ts';
import type { RecordState, Value } from '../../src/kernel/engine/types.ts';
import type { Field, Operand, RecordType, ValueType, Where } from '../../src/kernel/pack/types.ts';
import type { Db } from '../../src/runtime/module.ts';
import { recordRows } from '../../src/runtime/store/project-records.ts';
import { together, withOrganisation } from '../../src/runtime/store/session.ts';
import { whereSql } from '../../src/runtime/store/where-sql.ts';
import { startTestDatabase, type TestDatabase } from '../harness/database.ts';

/** `where` means the same in SQL and in memory (DESIGN.md section 5, b): every kind of field, unknown and absent included. */

let database: TestDatabase;
let connection: ReturnType<typeof connect<unknown>>;
let db: Db;
beforeAll(async () => {
  database = await startTestDatabase();
  connection = connect<unknown>(database.appUrl, { onIdleError: () => {}, max: 2 });
  db = connection.db as unknown as Db;
});
afterAll(async () => {
  await connection?.close();
  await database?.stop();
});

const column = (name: string, is: ValueType) => ({ [name]: { name, type: is } as Field });
const COLUMNS = {
  ...column('who', { is: 'person' }),
  ...column('due', { is: 'date' }),
  ...column('count', { is: 'number' }),
};
const TYPES: Record<string, ValueType> = {
  text: { is: 'text' },
  other_text: { is: 'text' },
  kind: { is: 'choice', of: 'lists.kinds' },
  count: { is: 'number' },
  limit: { is: 'number' },
  passed: { is: 'yes_no' },
  day: { is: 'date' },
  moment: { is: 'moment' },
  later: { is: 'moment' },
  planned: { is: 'period' },
  ref: { is: 'ref', to: 'thing' },
  refs: { is: 'refs', to: 'thing' },
  person: { is: 'person' },
  choices: { is: 'choices', of: 'lists.kinds' },
  files: { is: 'files' },
  rows: { is: 'table', columns: COLUMNS },
  requester: { is: 'person' },
  unit: { is: 'unit' },
};
const type = {
  name: 'thing',
  sections: {},
  fields: Object.fromEntries(
    Object.entries(TYPES).map(([name, is]) => [
      name,
      {
        name,
        section: 's',
        label: { zh: name, en: name },
        type: is,
        personal: false,
        required: [],
        clauses: [],
        pack: 't',
      } satisfies Field,
    ]),
  ),
  flow: { open: { name: 'open', final: false }, done: { name: 'done', final: true } },
  gates: {},
} as unknown as RecordType;

// ── values: few of each, so that equal ones meet ────────────────────────────────────────────────────────────────────

const IDS = ['a', 'b', 'c', 'd', 'nowhere'];
const texts = fc.constantFrom(
  '',
  'x',
  'X',
  '甲',
  '乙',
  'é',
  '𠮷',
  '￥',
  "o'clock",
  'x '.repeat(260),
  `${'x '.repeat(260)}y`,
  `${'x'.repeat(499)}𠮷`,
  `${'x'.repeat(500)}𠮷`,
  '2026-11-20',
);
const choice = fc.constantFrom('red', 'green', 'blue');
const number = fc.constantFrom(0, -0, 1, -1, 0.1, 0.30000000000000004, 1e21, 5e-324, 2 ** 53);
const date = fc.constantFrom('2026-11-19', '2026-11-20', '2026-11-21', '1912-01-01');
const moment = fc.constantFrom(
  '2026-11-19T15:59:59.999Z',
  '2026-11-19T16:00:00.000Z', // midnight in Taipei
  '2026-11-20T02:00:00.000Z',
  '2026-11-20T16:00:00.000Z',
);
const id = fc.constantFrom(...IDS);
const file = fc
  .record({ id: fc.constantFrom('f1', 'f2'), slot: fc.option(choice, { nil: undefined }) })
  .map(({ id: name, slot }) => ({
    id: name,
    name,
    ...(slot ? { slot } : {}),
  }));
const edge = fc.oneof(moment, date);
const period = fc.tuple(edge, edge).map(([start, end]) => ({ start, end }));

const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined, freq: 3 });
const defined = <T extends object>(of: T): T =>
  Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined && value !== '')) as T;

const ARBITRARY: Record<string, fc.Arbitrary<Value>> = {
  text: texts,
  choice,
  number,
  yes_no: fc.boolean(),
  date,
  moment,
  period,
  ref: id,
  refs: fc.uniqueArray(id, { maxLength: 3 }),
  person: id,
  unit: id,
  table: fc.array(
    fc
      .record({ id, who: optional(id), due: optional(date), count: optional(number) })
      .map((row) => defined(row) as unknown as { id: string }),
    { maxLength: 2 },
  ),
  choices: fc.uniqueArray(choice, { maxLength: 3 }),
  files: fc.uniqueArray(file, { maxLength: 2, selector: (one) => one.id }),
};

const values = fc.record(
  Object.fromEntries(Object.entries(TYPES).map(([name, { is }]) => [name, optional(ARBITRARY[is]!)])),
);

const state = (name: string) =>
  fc
    .record({
      values,
      requester: optional(id),
      unit: optional(id),
      origin: optional(id),
      closedAt: optional(moment),
      openedAt: moment,
      since: moment,
      where: fc.constantFrom('open', 'done'),
      version: fc.constantFrom(1, 2, 7),
      edition: optional(fc.constantFrom(1, 2)),
    })
    .map(
      ({ values: given, where, ...one }) =>
        defined({
          ...defined(one),
          organisation: 'o',
          id: name,
          type: 'thing',
          number: `N-${name}`,
          definition: 'h',
          changedAt: one.since,
          state: where,
          values: defined(given),
          acts: {},
          pending: {},
          seals: [],
          owed: [],
          fired: {},
          late: [],
          links: [],
          comments: 0,
        }) as unknown as RecordState,
    );

const candidates = fc.tuple(state('a'), state('b'), state('c'), state('d'));

// ── conditions: what the checker lets through ───────────────────────────────────────────────────────────────────────

const SYSTEM: Record<string, ValueType> = {
  item: { is: 'ref', to: 'thing' },
  number: { is: 'text' },
  state: { is: 'text' },
  requester: { is: 'person' },
  unit: { is: 'unit' },
  origin: { is: 'ref', to: 'any' },
  opened_at: { is: 'moment' },
  closed_at: { is: 'moment' },
  since: { is: 'moment' },
  version: { is: 'number' },
};
const FIELDS = { ...TYPES, ...SYSTEM };
const STEPS = ['ref', 'refs', 'origin', 'item'];
const DECLARED = Object.keys(TYPES);

type Family = 'text' | 'number' | 'yes_no' | 'time' | 'one' | 'choices' | 'refs' | 'files';
const FAMILY: Record<string, Family> = {
  text: 'text',
  choice: 'text',
  number: 'number',
  yes_no: 'yes_no',
  date: 'time',
  moment: 'time',
  ref: 'one',
  person: 'one',
  unit: 'one',
  choices: 'choices',
  refs: 'refs',
  files: 'files',
};

/** Every path of at most one step, with the family its values are compared in. */
const PATHS: { path: string[]; type: ValueType; family: Family }[] = [
  ...Object.entries(FIELDS).map(([name, is]) => ({ path: [name], type: is })),
  ...STEPS.flatMap((step) =>
    [...DECLARED, 'state', 'origin', 'closed_at'].map((name) => ({
      path: [step, name],
      type: FIELDS[name as keyof typeof FIELDS] as ValueType,
    })),
  ),
  { path: ['planned', 'start'], type: { is: 'moment' } as ValueType },
  { path: ['planned', 'end'], type: { is: 'moment' } as ValueType },
].flatMap((one) => {
  const family = FAMILY[one.type.is];
  return family ? [{ ...one, family }] : [];
});

const inside = (family: Family) => fc.constantFrom(...PATHS.filter((path) => path.family === family));
const candidate = (family: Family): fc.Arbitrary<Operand> => {
  const rows = Object.values(COLUMNS).filter(({ type: { is } }) => FAMILY[is] === family);
  const field = inside(family).map(({ path, type: is }) => ({ candidate: path, type: is }));
  if (rows.length === 0) return field;
  const cell = fc
    .constantFrom(...rows)
    .map(({ name, type: is }) => ({ candidate: ['rows', name], type: is, rows: true as const }));
  return fc.oneof({ weight: 5, arbitrary: field }, { weight: 1, arbitrary: cell });
};

/** An operand known before asking: its value travels in the source, so that both sides read the same. */
const outer = (of: fc.Arbitrary<Value>, is: ValueType): fc.Arbitrary<Operand> =>
  fc.option(of, { nil: undefined, freq: 12 }).map((value) => ({
    outer: { cel: value === undefined ? 'unknown' : JSON.stringify(value), zh: '', en: '' } as never,
    type: is,
  }));

const OUTER: Record<Exclude<Family, 'choices' | 'refs' | 'files'>, fc.Arbitrary<Operand>> = {
  text: outer(fc.oneof(texts.filter(Boolean), choice, fc.constantFrom('open', 'N-a')), { is: 'text' }),
  number: outer(number, { is: 'number' }),
  yes_no: outer(fc.boolean(), { is: 'yes_no' }),
  time: fc.oneof(outer(date, { is: 'date' }), outer(moment, { is: 'moment' })),
  one: outer(id, { is: 'ref', to: 'thing' }),
};
const MANY: Record<'text' | 'number' | 'time' | 'one', fc.Arbitrary<Operand>> = {
  text: outer(fc.uniqueArray(fc.oneof(choice, texts.filter(Boolean)), { maxLength: 3 }), {
    is: 'list',
    of: { is: 'text' },
  }),
  number: outer(fc.uniqueArray(number, { maxLength: 3 }), { is: 'list', of: { is: 'number' } }),
  time: outer(fc.uniqueArray(fc.oneof(date, moment), { maxLength: 3 }), { is: 'list', of: { is: 'moment' } }),
  one: outer(fc.uniqueArray(id, { maxLength: 3 }), { is: 'refs', to: 'thing' }),
};

const ORDERED = ['text', 'number', 'time'] as const;
const comparator = (family: string) =>
  (ORDERED as readonly string[]).includes(family)
    ? fc.constantFrom('==', '!=', '<', '<=', '>', '>=')
    : fc.constantFrom('==', '!=');

const comparison: fc.Arbitrary<Where> = fc.constantFrom('text', 'number', 'yes_no', 'time', 'one').chain((family) => {
  const side = fc.oneof(
    { weight: 3, arbitrary: candidate(family as Family) },
    { weight: 2, arbitrary: OUTER[family as 'text'] },
  );
  return fc.record({ op: comparator(family), left: side, right: side }) as fc.Arbitrary<Where>;
});
const membership: fc.Arbitrary<Where> = fc.oneof(
  ...(['text', 'number', 'time', 'one'] as const).map((family) =>
    fc.record({ op: fc.constant('in' as const), left: candidate(family), right: MANY[family] }),
  ),
  fc.record({ op: fc.constant('in' as const), left: OUTER.text, right: candidate('choices') }),
  fc.record({ op: fc.constant('in' as const), left: OUTER.text, right: candidate('files') }),
  fc.record({ op: fc.constant('in' as const), left: OUTER.one, right: candidate('refs') }),
  fc.record({ op: fc.constant('in' as const), left: candidate('text'), right: candidate('choices') }),
  fc.record({ op: fc.constant('in' as const), left: candidate('one'), right: candidate('refs') }),
  fc.record({ op: fc.constant('in' as const), left: OUTER.text, right: MANY.text }),
);
const sharing: fc.Arbitrary<Where> = fc.oneof(
  fc.record({ op: fc.constant('shares' as const), left: candidate('refs'), right: MANY.one }),
  fc.record({ op: fc.constant('shares' as const), left: MANY.text, right: candidate('choices') }),
  fc.record({ op: fc.constant('shares' as const), left: candidate('refs'), right: candidate('refs') }),
  fc.record({ op: fc.constant('shares' as const), left: MANY.one, right: MANY.one }),
);
const GIVEN = [
  ...PATHS.map(({ path }) => path),
  ['planned'],
  ['ref', 'planned'],
  ['refs', 'files'],
  ['rows'],
  ['ref', 'rows'],
];
const given: fc.Arbitrary<Where> = fc.constantFrom(...GIVEN).map((path) => ({ op: 'given', path }));
const bare: fc.Arbitrary<Where> = fc
  .oneof(candidate('yes_no'), OUTER.yes_no)
  .map((operand) => ({ op: 'true', operand }));

const where = fc.letrec<{ where: Where }>((tie) => ({
  where: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    comparison,
    membership,
    sharing,
    given,
    bare,
    tie('where').map((arg): Where => ({ op: 'not', arg })),
    fc.record({
      op: fc.constantFrom('and' as const, 'or' as const),
      args: fc.array(tie('where'), { minLength: 1, maxLength: 3 }),
    }) as fc.Arbitrary<Where>,
  ),
})).where;

// ── the two readings ────────────────────────────────────────────────────────────────────────────────────────────────

class Undo extends Error {}

test('SQL and memory choose the same records, whatever the condition and whatever is absent', async () => {
  await fc.assert(
    fc.asyncProperty(candidates, fc.array(where, { minLength: 12, maxLength: 12 }), async (states, wheres) => {
      const byId = new Map(states.map((one) => [one.id, one]));
      await withOrganisation(db, 'o', async (tx) => {
        const touched = states.map((after) => ({ after, pos: 1, names: new Map<string, string>() }));
        await together(
          tx,
          recordRows(
            'o',
            touched,
            () => type,
            { now: () => '', before: () => '' },
            () => undefined,
          ),
        );
        for (const condition of wheres) {
          const known = outerValues(condition);
          const inMemory = states
            .filter((one) => matches(condition, one, known, (ref) => byId.get(ref)))
            .map((one) => one.id);
          const found = await sql<{
            id: string;
          }>`select id from record c where organisation = 'o' and ${whereSql(condition, known)} order by id`.execute(
            tx,
          );
          const inSql = found.rows.map((row) => row.id);
          if (inSql.join() !== inMemory.join()) {
            throw new Error(`${JSON.stringify(condition)}\n SQL: ${inSql} memory: ${inMemory}`);
          }
        }
        throw new Undo();
      }).catch((error: unknown) => {
        if (!(error instanceof Undo)) throw error;
      });
    }),
    { numRuns: Number(process.env.WHERE_RUNS ?? 150) },
  );
});

/** The values behind outer operands; 'unknown' stays away. */
function outerValues(condition: Where): Record<string, Value> {
  const found: Record<string, Value> = {};
  JSON.stringify(condition, (key, value) => {
    if (key === 'cel' && value !== 'unknown') found[value] = JSON.parse(value);
    return value;
  });
  return found;
}
