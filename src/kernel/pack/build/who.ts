import type { Allowed, Group, Who } from '../types.ts';
import { entry, type Item, several, written } from '../yaml.ts';
import { type Build, expression, mark, optional } from './build.ts';
import { timeOf } from './time.ts';

const ROLE_OF = /^([a-z][a-z0-9_]*)\s+of\s+(.+)$/;
const PATH = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$/;

/**
 * One `who`: a role, a path, `acts.x`, `role of who`, `superior.x` or `….contact` outside the house, clock, anyone.
 * A bare name that is a role is the role, even where a field has the same name (`this.name` is the field).
 */
export function whoOf(build: Build, item: Item | undefined): Who | undefined {
  const source = written(item)?.trim();
  if (source === undefined || !item) return undefined;
  const who = parse(build, source);
  if (who) return mark(build, who, item);
  build.report(
    'unknown-name',
    item.at,
    { zh: `"${source}" 看不出是誰`, en: `"${source}" names nobody` },
    {
      zh: '寫角色、欄位路徑、acts.動作、或「角色 of 某人」',
      en: 'write a role, a path, acts.action, or "role of somebody"',
    },
  );
  return undefined;
}

function parse(build: Build, source: string): Who | undefined {
  if (source === 'clock') return { kind: 'clock' };
  if (source === 'anyone') return { kind: 'anyone' };
  const roleOf = ROLE_OF.exec(source);
  if (roleOf) {
    const of = parse(build, roleOf[2]!.trim());
    return of && { kind: 'role_of', role: roleOf[1]!, of };
  }
  if (!PATH.test(source)) return undefined;
  const path = source.split('.');
  if (path[0] === 'acts') return path.length === 2 ? { kind: 'acted', action: path[1]! } : undefined;
  if (path[0] === 'this') return path.length > 1 ? { kind: 'path', path: path.slice(1) } : undefined;
  if (path.length === 1 && build.roles.has(source)) return { kind: 'role', role: source };
  if (path.length > 1 && (path[0] === 'superior' || path.at(-1) === 'contact')) return { kind: 'outsider', path };
  return { kind: 'path', path };
}

export function whosOf(build: Build, item: Item | undefined): Who[] {
  return several(item)
    .map((each) => whoOf(build, each))
    .filter((who) => who !== undefined);
}

/** `x`, `[x, y]`, `{is: x, when: …}`, `{act: record.action}`. */
export function allowedOf(build: Build, item: Item | undefined): Allowed[] {
  return several(item)
    .map((each) => oneAllowed(build, each))
    .filter((allowed) => allowed !== undefined);
}

function oneAllowed(build: Build, item: Item): Allowed | undefined {
  if (item.kind === 'scalar') {
    const who = whoOf(build, item);
    return who && mark(build, { who }, item);
  }
  const act = entry(item, 'act');
  const who = act ? actOf(build, act) : whoOf(build, entry(item, 'is'));
  if (!who) return undefined;
  return mark(build, { who, ...optional('when', expression(build, entry(item, 'when'))) }, item);
}

function actOf(build: Build, item: Item): Who | undefined {
  const [record, action, more] = (written(item) ?? '').split('.');
  if (record && action && more === undefined) return mark<Who>(build, { kind: 'act', record, action }, item);
  build.report(
    'unknown-name',
    item.at,
    { zh: `"${written(item)}" 不是另一表單的動作`, en: `"${written(item)}" is not another record's action` },
    { zh: '寫成 表單.動作', en: 'write record.action' },
  );
  return undefined;
}

/** The `by` of one pack with its quorum: stays one group when packs are merged. */
export function groupOf(build: Build, item: Item | undefined, by: Item | undefined): Group | undefined {
  if (!by) return undefined;
  const quorum = entry(item, 'quorum');
  const value = quorum?.kind === 'scalar' ? quorum.value : undefined;
  return mark<Group>(
    build,
    {
      pack: build.pack,
      any: allowedOf(build, by),
      quorum: value === 'all' ? 'all' : typeof value === 'number' ? value : 1,
      ...optional('together', timeOf(build, entry(item, 'together'))),
    },
    by,
  );
}
