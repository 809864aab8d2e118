import { type Origins, placeOf } from '../build/build.ts';
import { type Report, suggestion } from '../diagnostics.ts';
import { own } from '../own.ts';
import type { List, ListRow } from '../types.ts';
import { ORGANISATION } from './parameters.ts';
import type { Sayings } from './read.ts';

/** What an organisation changed on screen: rows added where more is stricter, rows withdrawn where fewer is. */
export type OrganisationRows = Record<string, { add?: Record<string, ListRow>; remove?: string[] }>;

/** Lists of one name meet as `stricter` says: the union (`more`) or the intersection (`fewer`). */
export function mergeLists(packs: Sayings[], report: Report, origins: Origins): Record<string, List> {
  const lists: Record<string, List> = {};
  for (const list of packs.flatMap((pack) => pack.lists)) {
    const known = own(lists, list.name);
    lists[list.name] = known ? meet(known, list, report, origins) : list;
  }
  return lists;
}

function meet(known: List, list: List, report: Report, origins: Origins): List {
  const stricter = known.stricter ?? list.stricter;
  if (!stricter || (known.stricter && list.stricter && known.stricter !== list.stricter)) {
    report(
      'clash',
      placeOf(origins, list),
      {
        zh: `${known.pack} 與 ${list.pack} 都有清單 ${list.name}`,
        en: `${known.pack} and ${list.pack} both have list ${list.name}`,
      },
      { zh: '寫 stricter: more 或 fewer，或改名', en: 'say stricter: more or fewer, or rename one' },
    );
    return known;
  }
  const merged: List = {
    ...known,
    clauses: [...new Set([...known.clauses, ...list.clauses])],
    stricter,
    columns: { ...known.columns, ...list.columns },
    rows: stricter === 'more' ? union(known.rows, list.rows) : intersection(known.rows, list.rows),
  };
  if (Object.keys(merged.rows).length === 0) nothingLeft(known, list, report, origins);
  const origin = origins.get(known);
  if (origin) origins.set(merged, origin);
  return merged;
}

type Rows = Record<string, ListRow>;

const union = (known: Rows, added: Rows): Rows => ({ ...added, ...known });

const intersection = (known: Rows, other: Rows): Rows =>
  Object.fromEntries(Object.entries(known).filter(([name]) => Object.hasOwn(other, name)));

function nothingLeft(known: List, list: List, report: Report, origins: Origins): void {
  report(
    'clash',
    placeOf(origins, list),
    {
      zh: `${known.pack} 與 ${list.pack} 的清單 ${list.name} 沒有共同的列`,
      en: `${known.pack} and ${list.pack} leave no row of list ${list.name}`,
    },
    { zh: '至少保留一列相同', en: 'keep at least one row in common' },
  );
}

/** The organisation's rows: only in the stricter direction; the rest is reported and left out. */
export function applyRows(lists: Record<string, List>, rows: OrganisationRows, report: Report): void {
  for (const [name, change] of Object.entries(rows)) {
    const list = own(lists, name);
    if (!list) {
      const message = { zh: `沒有清單 ${name}`, en: `there is no list ${name}` };
      report('unknown-name', ORGANISATION, message, suggestion(name, Object.keys(lists)));
      continue;
    }
    const added = Object.keys(change.add ?? {}).length > 0;
    const removed = (change.remove ?? []).length > 0;
    if ((added && list.stricter === 'fewer') || (removed && list.stricter !== 'fewer')) {
      const message = {
        zh: `清單 ${name} 只能往嚴的方向改`,
        en: `list ${name} only changes in the stricter direction`,
      };
      report('loosens', ORGANISATION, message, {
        zh: '改嚴；放寬須經例外核准',
        en: 'tighten; only an exception loosens',
      });
      continue;
    }
    const kept = Object.entries({ ...list.rows, ...change.add }).filter(([row]) => !change.remove?.includes(row));
    lists[name] = { ...list, rows: Object.fromEntries(kept) };
  }
}
