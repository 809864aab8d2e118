/**
 * A procedure's own numbering, read as headings: `伍、一、(二)2.(1)` belongs to section `伍、一` of chapter `伍`, `5.3.3` to `5.3`.
 * Chapters are cut into sections only where a section holds several clauses; a chapter of one clause needs no heading.
 */
export type Section<Clause> = {
  /** As printed in front of its clauses; absent where no heading is needed. */
  heading?: string;
  level: 2 | 3;
  clauses: { clause: Clause; number: string; full: string }[];
};

type Numbered = { id: string; ref?: string };
const SECTION_SIZE = 4;

/** Clauses in their own order under the headings their numbers imply; `number` leaves out what the heading already says. */
export function sections<Clause extends Numbered>(clauses: Clause[]): Section<Clause>[] {
  const chapters = runs(clauses, (clause) => parts(numberOf(clause))[0]!);
  return chapters.flatMap(([chapter, members]) => chapterSections(chapter, members));
}

function chapterSections<Clause extends Numbered>(chapter: string, members: Clause[]): Section<Clause>[] {
  if (members.length === 1) return [section(undefined, 2, members)];
  const inner = runs(members, (clause) => parts(numberOf(clause)).slice(0, 2).join(''));
  const cut = members.length / inner.length >= SECTION_SIZE && inner.length > 1;
  if (!cut) return [section(chapter, 2, members)];
  return [
    { heading: chapter, level: 2, clauses: [] },
    ...inner.map(([name, found]) => section(name === chapter ? undefined : name, 3, found)),
  ];
}

function section<Clause extends Numbered>(
  heading: string | undefined,
  level: 2 | 3,
  members: Clause[],
): Section<Clause> {
  const clauses = members.map((clause) => {
    const full = numberOf(clause);
    const rest = heading && full.startsWith(heading) ? full.slice(heading.length).replace(/^[、.]/, '') : full;
    return { clause, full, number: rest || full };
  });
  return { ...(heading !== undefined && { heading }), level, clauses };
}

export const numberOf = ({ id, ref }: Numbered): string => ref ?? id.slice(id.indexOf('.') + 1);

/** `伍、一、(二)2.` → `伍`, `、一`, `、(二)2.`; `5.3.3` → `5`, `.3`, `.3`; anything else is one part. */
function parts(number: string): string[] {
  const chinese = /^([壹貳參肆伍陸柒捌玖拾]+)(、[一二三四五六七八九十]+|、圖[^（(]+)?(.*)$/u.exec(number);
  if (chinese) return chinese.slice(1).filter(Boolean) as string[];
  const decimal = /^(\d+)(\.\d+)?(.*)$/.exec(number);
  if (decimal) return decimal.slice(1).filter(Boolean) as string[];
  const words = /^([^.]+)(\.[^.]+)?(.*)$/.exec(number);
  return (words?.slice(1).filter(Boolean) as string[] | undefined) ?? [number];
}

function runs<Item>(items: Item[], keyOf: (item: Item) => string): [string, Item[]][] {
  const found: [string, Item[]][] = [];
  for (const item of items) {
    const key = keyOf(item);
    const last = found.at(-1);
    if (last?.[0] === key) last[1].push(item);
    else found.push([key, [item]]);
  }
  return found;
}
