import type { Origins } from '../build/build.ts';
import { placeOf } from '../build/build.ts';
import { type Report, suggestion } from '../diagnostics.ts';
import type { Sayings } from './read.ts';
import { checkStandIns, type StandIns, standInsAmong } from './stand-in.ts';

/**
 * Packs in the order they build on one another: what is used comes first; only the adopted ones and what they use. Where one stands
 * in for another (`replaces:`), it takes the other's place.
 */
export function inOrderOfUse(
  packs: Sayings[],
  adopt: string[] | undefined,
  report: Report,
  origins: Origins,
): { packs: Sayings[]; standIns: StandIns } {
  const wanted = adopt ? packs.filter((pack) => adopt.includes(pack.card.name)) : packs;
  const byName = new Map(packs.map((pack) => [pack.card.name, pack]));
  for (const name of adopt ?? [])
    if (!byName.has(name)) noSuchPack(name, { origin: {}, nth: 0 }, byName, report, origins);
  const standIns = standInsAmong(withUsed(wanted, byName), report, origins);
  checkStandIns(packs, standIns, report, origins);
  for (const [replaced, by] of standIns) byName.set(replaced, by);
  const kept = wanted.map((pack) => byName.get(pack.card.name)!);
  return { packs: usedFirst(kept, byName, report, origins), standIns };
}

/** These packs and all they use, directly or through others. */
function withUsed(wanted: Sayings[], byName: Map<string, Sayings>): Sayings[] {
  const found = new Set(wanted);
  // A set also yields what is added while it is walked.
  for (const pack of found) for (const name of pack.card.uses) if (byName.has(name)) found.add(byName.get(name)!);
  return [...found];
}

function usedFirst(wanted: Sayings[], byName: Map<string, Sayings>, report: Report, origins: Origins): Sayings[] {
  const ordered: Sayings[] = [];
  const seen = new Map<string, 'open' | 'done'>();
  const visit = (pack: Sayings, asked: Asked): void => {
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
  for (const pack of wanted) visit(pack, { origin: pack.card, nth: 0 });
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

/** Whether a pack builds on another, directly or through others; with stand-ins, on whoever stands where it names another. */
export function buildsOn(
  packs: { card: { name: string; uses: string[] } }[],
  standIns?: StandIns,
): (pack: string, on: string) => boolean {
  const standing = (name: string) => standIns?.get(name)?.card.name ?? name;
  const uses = new Map(packs.map((pack) => [pack.card.name, pack.card.uses.map(standing)]));
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
