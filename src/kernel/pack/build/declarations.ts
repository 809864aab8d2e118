import type { Text } from '../../text.ts';
import { CONSTRUCTS } from '../language/constructs.ts';
import type {
  Clause,
  Duty,
  List,
  ListRow,
  Monitor,
  PackCard,
  Parameter,
  ParameterValue,
  Role,
  ValueType,
} from '../types.ts';
import { isTimeUnit } from '../units.ts';
import { type Entry, entries, entry, type Item, plain, several, written } from '../yaml.ts';
import { expression, expressions, labelIfAny, labelOf, mark, numberOf, optional, wordOf, words } from './build.ts';
import { valueType } from './field.ts';
import { effectsOf, latesOf, openingsOf, tellsOf } from './follow.ts';
import type { RecordBuild } from './record.ts';
import { cadenceOf, timeOf } from './time.ts';
import { queryOf } from './which.ts';
import { allowedOf, whoOf } from './who.ts';

/** What a pack declares beside record types. */

export function cardOf(build: RecordBuild, item: Item): PackCard {
  const title = entry(item, 'title');
  const audience = entry(item, 'audience');
  const chapters = entry(item, 'chapters');
  return mark(
    build,
    {
      name: wordOf(entry(item, 'name')) ?? build.pack,
      version: wordOf(entry(item, 'version')) ?? '0',
      title: mark(build, labelOf(title), title),
      ...optional('audience', audience && mark(build, labelOf(audience), audience)),
      ...optional('source', wordOf(entry(item, 'source'))),
      ...optional('chapters', chapters && titlesOf(build, chapters)),
      uses: words(entry(item, 'uses')),
      ...optional('replaces', entry(item, 'replaces') && words(entry(item, 'replaces'))),
    },
    item,
  );
}

const titlesOf = (build: RecordBuild, chapters: Item): Record<string, Text> =>
  Object.fromEntries(entries(chapters).map(({ key, value }) => [key, mark(build, labelOf(value), value)]));

export function clauseOf(build: RecordBuild, item: Item, order: number): Clause {
  const pending = entry(item, 'pending');
  const law = several(entry(item, 'law')).map((each) => ({
    act: wordOf(entry(each, 'act')) ?? '',
    article: wordOf(entry(each, 'article')) ?? '',
    ...optional('from', wordOf(entry(each, 'from'))),
  }));
  return mark(
    build,
    {
      id: wordOf(entry(item, 'id')) ?? '',
      pack: build.pack,
      ...optional('ref', wordOf(entry(item, 'ref'))),
      ...labelOf(item),
      by: words(entry(item, 'by')),
      ...optional('pending', pending && mark(build, labelOf(pending), pending)),
      ...optional('when', expression(build, entry(item, 'when'))),
      ...optional('law', law.length > 0 ? law : undefined),
      order,
    },
    item,
  );
}

export function roleOf(build: RecordBuild, { key, value }: Entry): Role {
  const deputy = wordOf(entry(value, 'deputy'));
  return mark<Role>(
    build,
    {
      name: key,
      label: mark(build, labelOf(value), value),
      conflicts: words(entry(value, 'conflicts')),
      ...optional('needs', expression(build, entry(value, 'needs'))),
      ...optional<'deputy', 'required' | 'no'>('deputy', deputy === 'required' || deputy === 'no' ? deputy : undefined),
      approving: false,
      pack: build.pack,
    },
    value,
  );
}

/** What a pack says about a parameter: base declares it, the others give values with their clause. */
export type ParameterSaying = {
  name: string;
  declares?: Omit<Parameter, 'values' | 'value' | 'setBy'>;
  values: Parameter['values'];
  pack: string;
};

export function parameterOf(build: RecordBuild, { key, value }: Entry): ParameterSaying {
  const unit = wordOf(entry(value, 'unit'));
  const declares = unit !== undefined || entry(value, 'default') !== undefined;
  const one = parameterValue(entry(value, 'value'));
  const dated = several(entry(value, 'values')).flatMap((each) => {
    const given = parameterValue(entry(each, 'value'));
    return given === undefined ? [] : [saidValue(build, each, given)];
  });
  return mark(
    build,
    {
      name: key,
      ...optional('declares', declares ? declaration(build, key, value, unit ?? unitOfName(key)) : undefined),
      values: [...(one === undefined ? [] : [saidValue(build, value, one)]), ...dated],
      pack: build.pack,
    },
    value,
  );
}

function saidValue(build: RecordBuild, item: Item, value: ParameterValue): Parameter['values'][number] {
  const clause = words(entry(item, 'clause'))[0];
  const from = wordOf(entry(item, 'from'));
  return mark(build, { pack: build.pack, value, ...optional('clause', clause), ...optional('from', from) }, item);
}

function declaration(build: RecordBuild, name: string, item: Item, unit: string): ParameterSaying['declares'] {
  const stricter = wordOf(entry(item, 'stricter')) as Parameter['stricter'] | undefined;
  const value = parameterValue(entry(item, 'default')) ?? parameterValue(entry(item, 'value')) ?? 0;
  return {
    name,
    label: mark(build, labelOf(item), item),
    unit,
    stricter: stricter ?? 'none',
    default: value,
    ...optional('min', numberOf(entry(item, 'min'))),
    ...optional('max', numberOf(entry(item, 'max'))),
  };
}

function parameterValue(item: Item | undefined): ParameterValue | undefined {
  if (!item) return undefined;
  if (item.kind === 'list') return words(item);
  return item.kind === 'scalar' && item.value !== null ? item.value : undefined;
}

/** `scan_max_age_days` is in days: names end in their unit. */
function unitOfName(name: string): string {
  const last = name.split('_').at(-1)!.replace(/s$/, '');
  return isTimeUnit(last) || last === 'percent' ? last : 'count';
}

export function listOf(build: RecordBuild, { key, value }: Entry): List {
  const stricter = wordOf(entry(value, 'stricter'));
  const lapse = entry(value, 'lapse');
  const columns = entries(entry(value, 'columns')).map((each): [string, ValueType] => [
    each.key,
    valueType(build, wordOf(entry(each.value, 'type')) ?? 'text', each.value),
  ]);
  return mark<List>(
    build,
    {
      name: key,
      ...optional('label', labelIfAny(build, value)),
      clauses: words(entry(value, 'clause')),
      ...optional<'stricter', 'fewer' | 'more'>(
        'stricter',
        stricter === 'fewer' || stricter === 'more' ? stricter : undefined,
      ),
      columns: Object.fromEntries(columns),
      rows: Object.fromEntries(entries(entry(value, 'rows')).map((each) => [each.key, rowOf(build, each.value)])),
      ...optional('audience', whoOf(build, entry(value, 'audience'))),
      ...optional('again', expression(build, entry(value, 'again'))),
      ...optional('sample', expression(build, entry(value, 'sample'))),
      ...optional('lapse', lapse && lapseOf(build, lapse)),
      pack: build.pack,
    },
    value,
  );
}

const lapseOf = (build: RecordBuild, item: Item): NonNullable<List['lapse']> => ({
  ...optional('after', expression(build, entry(item, 'after'))),
  does: effectsOf(build, entry(item, 'does')),
});

function rowOf(build: RecordBuild, item: Item): ListRow {
  const quiz = entry(item, 'quiz');
  const cells = entries(item)
    .filter((each) => !Object.hasOwn(CONSTRUCTS.list_row!.keys, each.key))
    .map((each) => [each.key, plain(each.value)]);
  return mark(
    build,
    {
      label: mark(build, labelOf(item), item),
      clauses: words(entry(item, 'clause')),
      cells: Object.fromEntries(cells),
      ...optional('quiz', quiz && quizOf(build, quiz)),
    },
    item,
  );
}

function quizOf(build: RecordBuild, item: Item): NonNullable<ListRow['quiz']> {
  const ask = entry(item, 'ask');
  const options = entries(entry(item, 'options')).map((each) => [
    each.key,
    mark(build, labelOf(each.value), each.value),
  ]);
  return {
    ask: mark(build, labelOf(ask), ask),
    right: wordOf(entry(item, 'right')) ?? '',
    ...optional('options', options.length > 0 ? Object.fromEntries(options) : undefined),
  };
}

export function dutyOf(build: RecordBuild, { key, value }: Entry): Duty {
  const secret = written(entry(value, 'due')) === 'random';
  const every = cadenceOf(build, entry(value, 'every'));
  const proof = queryOf(build, entry(value, 'proof'));
  const after = several(entry(value, 'after')).flatMap((each) => afterOf(build, each));
  return mark(
    build,
    {
      name: key,
      label: mark(build, labelOf(value), value),
      clauses: words(entry(value, 'clause')),
      ...optional(
        'every',
        secret ? { kind: 'random' as const, within: written(entry(value, 'every')) ?? 'month' } : every,
      ),
      ...optional('after', after.length > 0 ? after : undefined),
      ...optional('for', queryOf(build, entry(value, 'for'))),
      who: allowedOf(build, entry(value, 'who')),
      proof: proof ?? { from: { kind: 'cel', of: { cel: '' } }, source: '' },
      with: expressions(build, entry(value, 'with')),
      ...optional('due', secret ? undefined : timeOf(build, entry(value, 'due'))),
      late: latesOf(build, entry(value, 'late')),
      pack: build.pack,
      at: value.at,
    },
    value,
  );
}

/** `record.action where …`: an act that sets the duty going. */
function afterOf(build: RecordBuild, item: Item): NonNullable<Duty['after']> {
  const query = queryOf(build, item);
  const [record, action, more] = (query ? build.draws.get(query)?.from : '')?.split('.') ?? [];
  if (!query || !record || !action || more !== undefined) {
    const message = { zh: `"${written(item)}" 不是 表單.動作`, en: `"${written(item)}" is not record.action` };
    build.report('unknown-name', item.at, message, { zh: '寫成 表單.動作 where …', en: 'write record.action where …' });
    return [];
  }
  const after = mark(build, { record, action, source: query.source }, item);
  build.draws.set(after, { ...build.draws.get(query)!, from: record });
  return [after];
}

export function monitorOf(build: RecordBuild, { key, value }: Entry): Monitor {
  const compare = entry(value, 'compare');
  return mark(
    build,
    {
      name: key,
      label: mark(build, labelOf(value), value),
      clauses: words(entry(value, 'clause')),
      for: queryOf(build, entry(value, 'for')) ?? { from: { kind: 'cel', of: { cel: '' } }, source: '' },
      every: cadenceOf(build, entry(value, 'every')) ?? { kind: 'period', unit: 'day' },
      ...optional('measure', expression(build, entry(value, 'measure'))),
      ...optional('breach', expression(build, entry(value, 'breach'))),
      ...optional('lasting', timeOf(build, entry(value, 'lasting'))),
      ...optional('compare', compare && compareOf(build, compare)),
      opens: openingsOf(build, entry(value, 'opens')),
      tell: tellsOf(build, entry(value, 'tell')),
      pack: build.pack,
      at: value.at,
    },
    value,
  );
}

function compareOf(build: RecordBuild, item: Item): Monitor['compare'] {
  const known = queryOf(build, entry(item, 'known'));
  const seen = expression(build, entry(item, 'seen'));
  if (!known || !seen) return undefined;
  const outcome = (key: string) => {
    const of = entry(item, key);
    return (
      of && mark(build, { opens: openingsOf(build, entry(of, 'opens')), tell: tellsOf(build, entry(of, 'tell')) }, of)
    );
  };
  const differs = outcome('differs');
  const fields = words(entry(entry(item, 'differs'), 'fields'));
  return mark(
    build,
    {
      seen,
      known,
      match: wordOf(entry(item, 'match')) ?? 'key',
      ...optional('extra', outcome('extra')),
      ...optional('missing', outcome('missing')),
      ...optional('differs', differs && { fields, ...differs }),
    },
    item,
  );
}
