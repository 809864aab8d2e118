import type { Language, Text } from '../text.ts';
import type { Diagnostic, Position } from './types.ts';

/** Every diagnostic of the pack language, in the order of its page; the last four only warn. */
export const CODES = [
  'yaml-trap',
  'unknown-key',
  'unknown-name',
  'reserved-name',
  'wrong-type',
  'not-pure',
  'not-sql',
  'see-nonsense',
  'unreachable',
  'dead-end',
  'circle',
  'no-clause',
  'no-remedy',
  'one-sided',
  'nothing-behind',
  'missing-text',
  'removes',
  'loosens',
  'clash',
  'example-fails',
  'self-approval',
  'nobody',
  'flood',
  'untried',
] as const;
export type Code = (typeof CODES)[number];

const WARNINGS: readonly Code[] = ['self-approval', 'nobody', 'flood', 'untried'];

/** Collects diagnostics while a pack is compiled. */
export type Report = {
  list: Diagnostic[];
  /** Files that do not read as YAML: until they do, nothing else about the pack can be told. */
  unreadable: string[];
  (code: Code, at: Position, message: Text, remedy: Text): void;
};

export function newReport(): Report {
  const list: Diagnostic[] = [];
  const seen = new Set<string>();
  const report = (code: Code, at: Position, message: Text, remedy: Text) => {
    const key = `${code} ${at.file}:${at.line}:${at.col} ${message.en}`;
    if (seen.has(key)) return;
    seen.add(key);
    list.push(diagnostic(code, at, message, remedy));
  };
  return Object.assign(report, { list, unreadable: [] });
}

export function diagnostic(code: Code, at: Position, message: Text, remedy: Text): Diagnostic {
  const severity = WARNINGS.includes(code) ? 'warning' : 'error';
  return { code, severity, file: at.file, line: at.line, col: at.col, message, remedy };
}

/** `file:line:col what is wrong → remedy  [code]`, in one language. */
export function formatDiagnostic(d: Diagnostic, language: Language): string {
  return `${d.file}:${d.line}:${d.col} ${d.message[language]} → ${d.remedy[language]}  [${d.code}]`;
}

/** By file, line and column, so that a person can work down a list. */
export function inOrder(diagnostics: Diagnostic[]): Diagnostic[] {
  return [...diagnostics].sort(
    (a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.col - b.col,
  );
}

/** The candidate a typing slip most likely meant, if any is near enough. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const distance = editDistance(word, candidate);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Optimal string alignment: insert, delete, replace, and swap two neighbours. */
function editDistance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => [i, ...new Array<number>(b.length).fill(0)]);
  for (let j = 0; j <= b.length; j++) rows[0]![j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min(rows[i - 1]![j]! + 1, rows[i]![j - 1]! + 1, rows[i - 1]![j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, rows[i - 2]![j - 2]! + 1);
      rows[i]![j] = least;
    }
  }
  return rows[a.length]![b.length]!;
}

/** "did you mean x?", or what there is to choose from. */
export function suggestion(word: string, candidates: Iterable<string>): Text {
  const all = [...candidates];
  const near = nearest(word, all);
  if (near) return { zh: `是否為 ${near}？`, en: `${near}?` };
  if (all.length === 0) return { zh: '刪除', en: 'delete it' };
  const some = all.slice(0, 12).join(', ') + (all.length > 12 ? ' …' : '');
  return { zh: `可用者：${some}`, en: `there is: ${some}` };
}
