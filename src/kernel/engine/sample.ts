import { hash } from 'node:crypto';
import { evaluate } from '../cel/evaluate.ts';
import { fieldOf } from '../cel/fields.ts';
import {
  type Asked,
  idOf,
  isKnown,
  isPending,
  PENDING,
  type Plain,
  storedValue,
  type Thing,
  unknown,
} from '../cel/things.ts';
import type { Scope } from '../cel/world.ts';
import type { Query } from '../pack/types.ts';
import { ask, type Work } from './work.ts';

/**
 * Some of what a query found: those whose SHA-256 of checkpoint root and id is smallest. The root of the newest checkpoint lies beyond
 * everybody's reach, so nobody can steer the draw, and anybody can repeat it (dahe.1.15.11). A record draws with one seed all its life.
 */
export function sampled(work: Work, query: Query, things: Thing[], scope: Scope): Asked {
  const seed = scope.self?.sampled ?? work.input.known.seed;
  const many = howMany(work, query.sample!, things.length, scope);
  if (seed === undefined) ask(work, { need: 'seed', key: 'seed' });
  if (seed === undefined || isPending(many)) return PENDING;
  if (seed === 'none') return unknown('checkpoint');
  if (typeof many !== 'number') return many;
  if (scope.self) work.sampled.set(scope.self.id, seed);
  scope.trace?.('checkpoint', `${seed.size}/${seed.root}`);
  return drawn(things, (thing) => idOf(thing) ?? JSON.stringify(storedValue(thing)), seed.root, many);
}

/** The `n` whose SHA-256 of `root` (hex) and id is smallest, in that order: the draw itself, for whoever repeats it. */
export function drawn<T>(things: T[], id: (thing: T) => string, root: string, n: number): T[] {
  const lots = things.map((thing) => ({ thing, lot: hash('sha256', root + id(thing), 'hex') }));
  lots.sort((a, b) => (a.lot < b.lot ? -1 : a.lot > b.lot ? 1 : 0));
  return lots.slice(0, n).map(({ thing }) => thing);
}

/** `sample 10 %` and a parameter in percent take a share, rounded up; anything else is a number of records. */
function howMany(work: Work, sample: NonNullable<Query['sample']>, of: number, scope: Scope): Asked {
  const share = (percent: number) => Math.ceil((of * percent) / 100);
  if (sample.percent !== undefined) return share(sample.percent);
  const asked = evaluate(sample.n!, scope);
  const parameter = /^param\.(\w+)$/.exec(sample.n!.cel)?.[1];
  const inPercent = parameter !== undefined && work.input.current.parameters[parameter]?.unit === 'percent';
  return typeof asked === 'number' && inPercent ? share(asked) : asked;
}

/**
 * What a query found as groups: `count`, `records`, and what they have in common under its name, `host.segment` as `host_segment`.
 * Where something has no such value, its group has none either.
 */
export function grouped(paths: string[], things: Thing[], scope: Scope): Asked {
  const groups = new Map<string, Plain & { records: Thing[] }>();
  for (const thing of things) {
    const common: Record<string, Thing> = {};
    for (const path of paths) {
      const asked = valueAt(thing, path, scope);
      if (isPending(asked)) return PENDING;
      if (isKnown(asked)) common[path.replaceAll('.', '_')] = asked;
    }
    const id = JSON.stringify(paths.map((path) => storedValue(common[path.replaceAll('.', '_')] ?? '') ?? null));
    const group = groups.get(id) ?? { id, ...common, records: [] };
    group.records.push(thing);
    groups.set(id, group);
  }
  return [...groups.values()].map((group) => ({ ...group, count: group.records.length }));
}

function valueAt(thing: Thing, path: string, scope: Scope): Asked {
  let at: Asked = thing;
  for (const step of path.split('.')) {
    if (!isKnown(at)) return at;
    at = fieldOf(at, step, scope, () => path);
  }
  return at;
}
