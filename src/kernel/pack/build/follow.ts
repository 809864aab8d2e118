import type { Effect, Late, Opening, Tell } from '../types.ts';
import { entry, type Item, several, written } from '../yaml.ts';
import { expression, expressions, labelIfAny, mark, optional } from './build.ts';
import type { RecordBuild } from './record.ts';
import { timeOf } from './time.ts';
import { callOf, queryOf } from './which.ts';
import { allowedOf } from './who.ts';

/** Follow-ups: what an act, a lateness or an alert sets off in the same transaction. */

export function openingsOf(build: RecordBuild, item: Item | undefined): Opening[] {
  return several(item).map((each) =>
    mark(
      build,
      {
        record: written(entry(each, 'record')) ?? '',
        ...optional('each', queryOf(build, entry(each, 'each'))),
        ...optional('when', expression(build, entry(each, 'when'))),
        with: expressions(build, entry(each, 'with')),
        ...optional('who', entry(each, 'who') && allowedOf(build, entry(each, 'who'))),
        ...optional('due', timeOf(build, entry(each, 'due'))),
        late: latesOf(build, entry(each, 'late')),
      },
      each,
    ),
  );
}

export function latesOf(build: RecordBuild, item: Item | undefined): Late[] {
  return several(item).map((each) => {
    const tell = entry(each, 'tell');
    return mark(
      build,
      {
        ...optional('before', timeOf(build, entry(each, 'before'))),
        ...optional('after', timeOf(build, entry(each, 'after'))),
        tell: tellsOf(build, tell)[0] ?? mark(build, { who: [] }, tell ?? each),
      },
      each,
    );
  });
}

/** `x`, `[x, y]`, `{who: …}` or a list of those; bare names in one list are told the same thing together. */
export function tellsOf(build: RecordBuild, item: Item | undefined): Tell[] {
  if (!item) return [];
  if (item.kind === 'map') return [tellOf(build, item)];
  const bare = several(item).filter((each) => each.kind === 'scalar');
  const whole = several(item).filter((each) => each.kind === 'map');
  const together: Item = { kind: 'list', at: item.at, items: bare };
  const first = bare.length > 0 ? [mark(build, { who: allowedOf(build, together) }, item)] : [];
  return [...first, ...whole.map((each) => tellOf(build, each))];
}

function tellOf(build: RecordBuild, item: Item): Tell {
  return mark(
    build,
    {
      who: allowedOf(build, entry(item, 'who')),
      ...optional('message', labelIfAny(build, item)),
      ...optional('ack', timeOf(build, entry(item, 'ack'))),
      ...optional('else', entry(item, 'else') && allowedOf(build, entry(item, 'else'))),
      ...optional('again', timeOf(build, entry(item, 'again'))),
    },
    item,
  );
}

export function effectsOf(build: RecordBuild, item: Item | undefined): Effect[] {
  return several(item)
    .map((each) => effectOf(build, each))
    .filter((effect) => effect !== undefined);
}

const ACT = /^([a-z][a-z0-9_]*\.)*[a-z][a-z0-9_]*$/;

/** `service_request.submit`, `{act: item.rule.change, each, with, when}`, or a module's effect: `monitoring.pause(host)`. */
function effectOf(build: RecordBuild, item: Item): Effect | undefined {
  const reference = item.kind === 'map' ? entry(item, 'act') : item;
  const source = written(reference) ?? '';
  const when = expression(build, entry(item, 'when'));
  if (ACT.test(source)) {
    const path = source.split('.');
    const action = path.pop()!;
    return mark(
      build,
      {
        act: { path: path[0] === 'this' ? path.slice(1) : path, action },
        ...optional('each', queryOf(build, entry(item, 'each'))),
        ...optional('when', when),
        with: expressions(build, entry(item, 'with')),
      },
      item,
    );
  }
  const call = callOf(source);
  if (call) {
    const args = call.args.map((cel) => mark(build, { cel }, reference));
    return mark(build, { effect: { module: call.module, name: call.name, args }, ...optional('when', when) }, item);
  }
  build.report(
    'unknown-name',
    reference?.at ?? item.at,
    { zh: `"${source}" 不是動作，也不是模組的效果`, en: `"${source}" is neither an act nor a module's effect` },
    { zh: '寫「路徑.動作」或「模組.效果(…)」', en: 'write path.action or module.effect(…)' },
  );
  return undefined;
}
