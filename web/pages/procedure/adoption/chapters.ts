import type { PlanView } from '../../../../src/runtime/text-views.ts';
import { sections } from '../sections.ts';

type Clause = PlanView['clauses'][number];
export type Chapter = { pack: string; name: string; clauses: Clause[] };

/** Chapters as the procedure page cuts them; clauses that stand alone are chapters of one. */
export function chaptersOf(plan: PlanView): Chapter[] {
  return [...Map.groupBy(plan.clauses, ({ pack }) => pack)].flatMap(([pack, clauses]) =>
    sections(clauses)
      .filter((section) => section.clauses.length > 0)
      .map((section) => ({
        pack,
        name: section.heading ?? section.clauses[0]!.full,
        clauses: section.clauses.map(({ clause }) => clause),
      })),
  );
}

/** Days still to come (each once, in order), proposed days, and how many of the clauses are late. */
export function stateOf(clauses: Clause[], asOf: string): { later: string[]; proposed: string[]; late: number } {
  const days = (all: (string | undefined)[]) => [...new Set(all.filter((day) => day !== undefined))].sort();
  return {
    later: days(clauses.map(({ on }) => (on !== undefined && on > asOf ? on : undefined))),
    proposed: days(clauses.map(({ proposed }) => proposed)),
    late: clauses.filter(({ late, on }) => late && !(on !== undefined && on > asOf)).length,
  };
}
