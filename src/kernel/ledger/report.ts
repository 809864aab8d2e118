import type { Text } from '../text.ts';

/**
 * L0 signatures and policy · L1 bundles and tiles rebuild the root · L2 database rows equal the entries ·
 * L3 marks, stream versions, moments, grants · L4 blobs.
 */
export type Level = 'L0' | 'L1' | 'L2' | 'L3' | 'L4';

/** One line of a verification report. `position` is that of the first entry concerned, when it can be told. */
export type Finding = { level: Level; ok: boolean; position?: number; message: Text };

/** `ok` only when L0 and L1 were checked and nothing asked for failed; a level not asked for has no line. */
export type Report = {
  ok: boolean;
  origin?: string;
  size?: number;
  /** Base64, as in the checkpoint. */
  root?: string;
  /** How far enough witnesses have seen it; absent when the policy asks for none. */
  seen?: { size: number; at?: string; by: string[] };
  /** Position of the first bad entry over all levels. */
  firstBad?: number;
  /** When that entry was recorded, or the last readable one before it, as the sealed files say (ISO UTC). */
  since?: string;
  /** Failures in the order found, at most 100 a level, then one line per level checked. */
  findings: Finding[];
};

/** Gathers findings of a run; beyond 100 failures a level are only counted. */
export type Findings = {
  fail(level: Level, message: Text, position?: number): void;
  /** How many failures the level has so far. */
  failures(level: Level): number;
  /** Lowest position that failed. */
  first(): number | undefined;
  list(): Finding[];
};

const MOST = 100;

export function gatherFindings(): Findings {
  const kept: Finding[] = [];
  const counts = new Map<Level, number>();
  let first: number | undefined;
  return {
    fail(level, message, position) {
      const count = (counts.get(level) ?? 0) + 1;
      counts.set(level, count);
      if (position !== undefined && (first === undefined || position < first)) first = position;
      if (count <= MOST) kept.push({ level, ok: false, ...(position === undefined ? {} : { position }), message });
    },
    failures: (level) => counts.get(level) ?? 0,
    first: () => first,
    list: () => kept,
  };
}
