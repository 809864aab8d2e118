import type { Text } from '../../../../src/kernel/text.ts';
import type { PlanView } from '../../../../src/runtime/text-views.ts';
import { say } from '../../../language.ts';
import { sections } from '../sections.ts';

type Clause = PlanView['clauses'][number];
/** `words`: what its heading says; without one the first clause speaks for it. */
export type Chapter = { name: string; words?: string; clauses: Clause[] };
/** Chapters of one procedure: the organisation's own first, then what of each pack none of those speaks of. */
export type Procedure = { key: string; title: string; own: boolean; chapters: Chapter[] };

/** How many clauses a chapter of their own numbering may hold before its sections are offered one by one. */
const LARGE = 15;

/**
 * The plan as the organisation reads its procedures: by the chapters of its own texts where they are mapped (條文對照), each clause
 * of ours once, where it is mapped first; what is mapped nowhere follows by pack.
 */
export function proceduresOf(plan: PlanView): Procedure[] {
  const left = new Map(plan.clauses.map((clause) => [clause.id, clause]));
  const own = plan.own.map(
    ({ text, title, parts }): Procedure => ({ key: text, title, own: true, chapters: ownChapters(parts, left) }),
  );
  const rest = Map.groupBy(left.values(), ({ pack }) => pack);
  const packs = plan.packs.map(
    ({ pack, title, chapters }): Procedure => ({
      key: pack,
      title: say(title),
      own: false,
      chapters: packChapters(rest.get(pack) ?? [], chapters ?? {}),
    }),
  );
  return [...own, ...packs].filter(({ chapters }) => chapters.length > 0);
}

type Part = PlanView['own'][number]['parts'][number];

/** Takes the clauses out of `left` as they are placed. */
function ownChapters(parts: Part[], left: Map<string, Clause>): Chapter[] {
  const top = Math.min(...parts.map(({ level }) => level));
  return cutAt(parts, top).flatMap((members) => {
    const inner = cutAt(members, top + 1);
    const large = new Set(members.flatMap(({ ours }) => ours)).size > LARGE && inner.length > 2;
    return (large ? inner : [members]).flatMap((group) => chapterOf(group, left));
  });
}

/** Runs that begin wherever a part of this level, or a higher one, stands. */
function cutAt(parts: Part[], level: number): Part[][] {
  const runs: Part[][] = [];
  for (const part of parts) {
    const last = runs.at(-1);
    if (last && part.level > level) last.push(part);
    else runs.push([part]);
  }
  return runs;
}

function chapterOf(parts: Part[], left: Map<string, Clause>): Chapter[] {
  const clauses = parts
    .flatMap(({ ours }) => ours)
    .flatMap((id) => {
      const clause = left.get(id);
      left.delete(id);
      return clause ? [clause] : [];
    });
  if (clauses.length === 0) return [];
  const { number, words } = parts[0]!;
  return [{ name: number, ...(words ? { words } : {}), clauses }];
}

/** Chapters as the procedure page cuts them; clauses that stand alone are chapters of one. */
const packChapters = (clauses: Clause[], titles: Record<string, Text>): Chapter[] =>
  sections(clauses)
    .filter((section) => section.clauses.length > 0)
    .map((section) => ({
      name: section.heading ?? section.clauses[0]!.full,
      ...wordsOf(titles[section.heading ?? '']),
      clauses: section.clauses.map(({ clause }) => clause),
    }));

const wordsOf = (title: Text | undefined) => (title ? { words: say(title) } : {});

/** Days still to come (each once, in order), proposed days, and how many of the clauses are late. */
export function stateOf(clauses: Clause[], asOf: string): { later: string[]; proposed: string[]; late: number } {
  const days = (all: (string | undefined)[]) => [...new Set(all.filter((day) => day !== undefined))].sort();
  return {
    later: days(clauses.map(({ on }) => (on !== undefined && on > asOf ? on : undefined))),
    proposed: days(clauses.map(({ proposed }) => proposed)),
    late: clauses.filter(({ late, on }) => late && !(on !== undefined && on > asOf)).length,
  };
}
