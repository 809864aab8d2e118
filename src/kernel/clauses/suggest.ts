/**
 * Which clauses speak of the same thing: by their number and by the words they share. Explainable on purpose — a person sees
 * the number or the very words a suggestion rests on, and decides.
 */

export type Comparable = { id: string; path: number[]; text: string };
export type Suggestion = {
  id: string;
  /** 0 to 1; how strongly. */
  score: number;
  /** The numbers agree, `5.2.2.3` and `伍、二、(二)3.` alike. */
  sameNumber: boolean;
  /** The longest pieces of text both have. */
  shared: string[];
};

/** Below this a likeness is chance. */
const WEAK = 0.09;
/** What an equal number adds where numbers agree at all. */
const NUMBER = 0.3;
const MOST = 5;
/** From here on both halves (number and words) or very like words speak for it: offered together. */
export const STRONG = 0.34;

/** For each of theirs the best of ours, strongest first, at most five. */
export function suggestions(theirs: Comparable[], ours: Comparable[]): Map<string, Suggestion[]> {
  const weights = rarity([...theirs, ...ours]);
  const vectors = new Map(ours.map((clause) => [clause.id, vector(clause.text, weights)]));
  const found = new Map<string, Suggestion[]>();
  const near = agreement(theirs, ours, weights);
  for (const clause of theirs) {
    const own = vector(clause.text, weights);
    const scored = ours.map((other): Suggestion => {
      const sameNumber = clause.path.length > 0 && clause.path.join('.') === other.path.join('.');
      const alike = cosine(own, vectors.get(other.id)!);
      return {
        id: other.id,
        sameNumber,
        shared: [],
        score: Math.min(1, alike + (sameNumber && alike > 0.02 ? NUMBER * near : 0)),
      };
    });
    const best = scored
      .filter(({ score }) => score >= WEAK)
      .sort((a, b) => b.score - a.score)
      .slice(0, MOST);
    const textOf = new Map(ours.map((other) => [other.id, other.text]));
    found.set(
      clause.id,
      best.map((one) => ({
        ...one,
        score: Math.round(one.score * 100) / 100,
        shared: pieces(clause.text, textOf.get(one.id)!),
      })),
    );
  }
  return found;
}

/** 0 to 1: how far equal numbers mean equal content between these two documents; in unrelated ones they are chance. */
function agreement(theirs: Comparable[], ours: Comparable[], weights: Map<string, number>): number {
  const byPath = Map.groupBy(ours, ({ path }) => path.join('.'));
  const pairs = theirs.flatMap((clause) =>
    clause.path.length < 2 ? [] : (byPath.get(clause.path.join('.')) ?? []).map((other) => [clause, other] as const),
  );
  if (pairs.length === 0) return 0;
  const alike =
    pairs.reduce((sum, [a, b]) => sum + cosine(vector(a.text, weights), vector(b.text, weights)), 0) / pairs.length;
  return Math.min(1, alike / 0.12);
}

type Vector = Map<string, number>;

/** Pairs of neighbouring Han characters, and whole Latin words: what two-character words are made of. */
export function grams(text: string): string[] {
  const plain = text.normalize('NFKC').toLowerCase();
  const words = plain.match(/[a-z][a-z0-9./-]+|\d+/g) ?? [];
  const runs = plain.match(/\p{Script=Han}+/gu) ?? [];
  return [
    ...words,
    ...runs.flatMap((run) => Array.from({ length: Math.max(0, run.length - 1) }, (_, at) => run.slice(at, at + 2))),
  ];
}

/** A pair of characters that every clause has (應於, 之處) weighs nothing, one that few have weighs much. */
function rarity(clauses: Comparable[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { text } of clauses)
    for (const gram of new Set(grams(text))) counts.set(gram, (counts.get(gram) ?? 0) + 1);
  return new Map([...counts].map(([gram, n]) => [gram, Math.log(1 + clauses.length / n)]));
}

function vector(text: string, weights: Map<string, number>): Vector {
  const counts = new Map<string, number>();
  for (const gram of grams(text)) counts.set(gram, (counts.get(gram) ?? 0) + 1);
  const out = new Map([...counts].map(([gram, n]) => [gram, (1 + Math.log(n)) * (weights.get(gram) ?? 0)] as const));
  const length = Math.hypot(...out.values()) || 1;
  return new Map([...out].map(([gram, weight]) => [gram, weight / length]));
}

function cosine(a: Vector, b: Vector): number {
  let sum = 0;
  for (const [gram, weight] of a) sum += weight * (b.get(gram) ?? 0);
  return sum;
}

/** The longest runs of Han characters, and the Latin words, that both texts have; at most four, longest first. */
export function pieces(a: string, b: string): string[] {
  const other = b.normalize('NFKC').toLowerCase();
  const plain = a.normalize('NFKC').toLowerCase();
  const found = new Set<string>((plain.match(/[a-z][a-z0-9./-]+/g) ?? []).filter((word) => other.includes(word)));
  for (const run of plain.match(/\p{Script=Han}{2,}/gu) ?? []) {
    for (let from = 0; from < run.length - 1; ) {
      let length = 0;
      while (from + length < run.length && other.includes(run.slice(from, from + length + 1))) length += 1;
      if (length >= 2) found.add(run.slice(from, from + length));
      from += Math.max(1, length);
    }
  }
  const all = [...found].sort((x, y) => y.length - x.length);
  return all.filter((piece, at) => !all.slice(0, at).some((longer) => longer.includes(piece))).slice(0, 4);
}
