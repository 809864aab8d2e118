import type { Origins } from '../build/build.ts';
import { placeOf } from '../build/build.ts';
import { type Report, suggestion } from '../diagnostics.ts';
import type { Sayings } from './read.ts';

/** Packs in the order they build on one another: what is used comes first; only the adopted ones and what they use. */
export function inOrderOfUse(
  packs: Sayings[],
  adopt: string[] | undefined,
  report: Report,
  origins: Origins,
): Sayings[] {
  const byName = new Map(packs.map((pack) => [pack.card.name, pack]));
  const ordered: Sayings[] = [];
  const seen = new Map<string, 'open' | 'done'>();
  const visit = (pack: Sayings, asked: { origin: object; nth: number }): void => {
    const state = seen.get(pack.card.name);
    if (state === 'open') usesItself(pack, asked, report, origins);
    if (state !== undefined) return;
    seen.set(pack.card.name, 'open');
    pack.card.uses.forEach((name, nth) => {
      const used = byName.get(name);
      if (used) visit(used, { origin: pack.card, nth });
      else noSuchPack(name, { origin: pack.card, nth }, byName, report, origins);
    });
    seen.set(pack.card.name, 'done');
    ordered.push(pack);
  };
  const wanted = adopt ? packs.filter((pack) => adopt.includes(pack.card.name)) : packs;
  for (const pack of wanted) visit(pack, { origin: pack.card, nth: 0 });
  for (const name of adopt ?? [])
    if (!byName.has(name)) noSuchPack(name, { origin: {}, nth: 0 }, byName, report, origins);
  return ordered;
}

type Asked = { origin: object; nth: number };

function noSuchPack(name: string, asked: Asked, known: Map<string, Sayings>, report: Report, origins: Origins): void {
  const at = placeOf(origins, asked.origin, 'uses', asked.nth);
  const message = { zh: `沒有 "${name}" 這個程序書包`, en: `there is no pack "${name}"` };
  report('unknown-name', at, message, suggestion(name, known.keys()));
}

function usesItself(pack: Sayings, asked: Asked, report: Report, origins: Origins): void {
  const name = pack.card.name;
  report(
    'circle',
    placeOf(origins, asked.origin, 'uses', asked.nth),
    { zh: `${name} 繞一圈又用到自己`, en: `${name} uses itself in a circle` },
    { zh: '刪去其中一個 uses', en: 'drop one of the uses' },
  );
}

/** Whether a pack builds on another, directly or through others. */
export function buildsOn(packs: { card: { name: string; uses: string[] } }[]): (pack: string, on: string) => boolean {
  const uses = new Map(packs.map((pack) => [pack.card.name, pack.card.uses]));
  const all = new Map<string, Set<string>>();
  const below = (name: string): Set<string> => {
    const known = all.get(name);
    if (known) return known;
    const found = new Set<string>();
    all.set(name, found);
    for (const used of uses.get(name) ?? []) {
      found.add(used);
      for (const further of below(used)) found.add(further);
    }
    return found;
  };
  return (pack, on) => pack === on || below(pack).has(on);
}
