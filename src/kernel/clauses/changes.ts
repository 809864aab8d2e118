/** What a new version of a procedure changes, clause by clause. */

export type Versioned = { key: string; cite: string; text: string };
export type Change = {
  /** In the new version; absent when the clause is gone. */
  key?: string;
  /** In the version before; absent when the clause is new. */
  before?: string;
  /** `moved`: same words under another number. `changed`: same number, other words. */
  kind: 'same' | 'moved' | 'changed' | 'new' | 'gone';
};

/**
 * Pairs the clauses of two versions: first those that stand word for word under the same number, then word for word under
 * another, then the same number with other words. What is left is new, or gone.
 */
export function changesBetween(before: Versioned[], after: Versioned[]): Change[] {
  const open = new Map(before.map((clause) => [clause.key, clause]));
  const paired = new Map<string, Change>();
  const pair = (kind: 'same' | 'moved' | 'changed', alike: (a: Versioned, b: Versioned) => boolean) => {
    for (const clause of after) {
      if (paired.has(clause.key)) continue;
      const match = [...open.values()].find((old) => alike(old, clause));
      if (!match) continue;
      open.delete(match.key);
      paired.set(clause.key, { key: clause.key, before: match.key, kind });
    }
  };
  pair('same', (old, clause) => old.cite === clause.cite && words(old) === words(clause));
  pair('moved', (old, clause) => words(clause).length >= 4 && words(old) === words(clause));
  pair('changed', (old, clause) => old.cite !== '' && old.cite === clause.cite);
  const now = after.map((clause): Change => paired.get(clause.key) ?? { key: clause.key, kind: 'new' });
  return [...now, ...[...open.keys()].map((key): Change => ({ before: key, kind: 'gone' }))];
}

/** Spaces and the width of signs change when a document is saved again; words do not. */
const words = ({ text }: Versioned): string => text.normalize('NFKC').replace(/\s+/g, '');
