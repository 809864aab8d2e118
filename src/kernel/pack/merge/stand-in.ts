import type { Text } from '../../text.ts';
import { type Origins, placeOf } from '../build/build.ts';
import type { Declared } from '../build/record.ts';
import type { Report } from '../diagnostics.ts';
import { own } from '../own.ts';
import type { Field, Position } from '../types.ts';
import type { Sayings } from './read.ts';

/** Packs left out because another one stands in their place (`replaces:` in its card), by name. */
export type StandIns = Map<string, Sayings>;

/**
 * Which of these packs stand in for which others. A pack that two would replace is a clash; the first stands. A name that is not
 * at hand needs nobody in its place: were it meant for another, the two would clash.
 */
export function standInsAmong(packs: Sayings[], report: Report, origins: Origins): StandIns {
  const standIns: StandIns = new Map();
  for (const pack of packs) {
    (pack.card.replaces ?? []).forEach((name, nth) => {
      const other = standIns.get(name);
      if (!other) standIns.set(name, pack);
      else {
        const who = [other.card.name, pack.card.name];
        report(
          'clash',
          placeOf(origins, pack.card, 'replaces', nth),
          { zh: `${who.join(' 與 ')} 都取代 ${name}`, en: `${who.join(' and ')} both replace ${name}` },
          { zh: '只採用其中一個', en: 'adopt one of them' },
        );
      }
    });
  }
  return standIns;
}

/** Who stands in declares what others may name: with the same types, but with gates of its own, which nobody else names. */
export function checkStandIns(all: Sayings[], standIns: StandIns, report: Report, origins: Origins): void {
  for (const replaced of all) {
    const by = standIns.get(replaced.card.name);
    if (!by) continue;
    const at = placeOf(origins, by.card, 'replaces', by.card.replaces?.indexOf(replaced.card.name));
    for (const name of missing(replaced, by, all)) lacks(name, replaced, by, at, report);
  }
}

/** Record types that packs left out would have declared: who builds on such a pack builds, for these, on its stand-in. */
export const typesReplaced = (all: Sayings[], standIns: StandIns): Set<string> =>
  new Set(
    all.filter((pack) => standIns.has(pack.card.name)).flatMap((pack) => pack.records.map(({ type }) => type.name)),
  );

function lacks(name: Text, replaced: Sayings, by: Sayings, at: Position, report: Report): void {
  const [here, there] = [by.card.name, replaced.card.name];
  const message = {
    zh: `${here} 取代 ${there}，但缺 ${name.zh}`,
    en: `${here} replaces ${there} but lacks ${name.en}`,
  };
  report('removes', at, message, { zh: '照樣宣告', en: 'declare it as there' });
}

const WHAT = {
  lists: { zh: '清單', en: 'list' },
  roles: { zh: '角色', en: 'role' },
  parameters: { zh: '參數', en: 'parameter' },
} as const;

function missing(replaced: Sayings, by: Sayings, all: Sayings[]): Text[] {
  const named = (['lists', 'roles', 'parameters'] as const).flatMap((kind) => {
    const there = new Set(by[kind].map(({ name }) => name));
    return replaced[kind].filter(({ name }) => !there.has(name)).map(({ name }) => called(WHAT[kind], name));
  });
  return [...named, ...replaced.records.flatMap((declared) => missingOf(declared, by, all))];
}

const called = (kind: Text, name: string): Text => ({ zh: `${kind.zh} ${name}`, en: `${kind.en} ${name}` });

/** Members of one record type that the stand-in has neither written nor inherited. */
function missingOf(declared: Declared, by: Sayings, all: Sayings[]): Text[] {
  const { name } = declared.type;
  const mine = by.records.filter((other) => other.type.name === name);
  if (mine.length === 0) return [called({ zh: '表單', en: 'record' }, name)];
  const bases = new Set(mine.map((other) => other.extends).filter((base) => base !== name));
  const types = [...mine, ...all.flatMap((pack) => pack.records).filter((other) => bases.has(other.type.name))];
  const known = (kind: 'flow' | 'actions', member: string) =>
    types.some(({ type }) => own<unknown>(type[kind], member) !== undefined);
  const kinds = { flow: { zh: '狀態', en: 'state' }, actions: { zh: '動作', en: 'action' } };
  const members = (['flow', 'actions'] as const).flatMap((kind) =>
    Object.keys(declared.type[kind])
      .filter((member) => !known(kind, member))
      .map((member) => called(kinds[kind], `${name}.${member}`)),
  );
  const fields = Object.values(declared.type.fields)
    .filter((field) => !types.some(({ type }) => sameField(field, own(type.fields, field.name))))
    .map((field) => called({ zh: '同型欄位', en: 'a field of the same type:' }, `${name}.${field.name}`));
  return [...members, ...fields];
}

/** Of one type; a table may have further columns. */
function sameField(field: Field, other: Field | undefined): boolean {
  if (!other) return false;
  if (field.type.is !== 'table' || other.type.is !== 'table')
    return JSON.stringify(field.type) === JSON.stringify(other.type);
  const { columns } = other.type;
  return Object.values(field.type.columns).every((column) => sameField(column, own(columns, column.name)));
}
