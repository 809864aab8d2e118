import type { UnitDraft } from './draft.ts';

/**
 * Units pasted as a list, one a line: what is indented (spaces, tabs, full-width spaces, or leading dashes and dots) belongs to the
 * line above it that is indented less. Lines without indentation hang under `top`.
 */
export function unitsOf(text: string, top: string | undefined, keyOf: (place: number) => string): UnitDraft[] {
  const found: UnitDraft[] = [];
  const open: { depth: number; key: string }[] = [];
  for (const line of text.split(/\r?\n/)) {
    const name = line.replace(/^[\s　\-–—•．.]+/u, '').trim();
    if (!name) continue;
    const depth = depthOf(line);
    while (open.length > 0 && open.at(-1)!.depth >= depth) open.pop();
    const under = open.at(-1)?.key ?? top;
    const key = keyOf(found.length);
    found.push({ key, name: name.split(/\t|,/)[0]!.trim(), ...(under && { under }) });
    open.push({ depth, key });
  }
  return found;
}

function depthOf(line: string): number {
  const lead = /^[\s　\-–—•．.]*/u.exec(line)?.[0] ?? '';
  return [...lead].reduce((sum, sign) => sum + (sign === '\t' ? 4 : sign === '　' ? 2 : 1), 0);
}
