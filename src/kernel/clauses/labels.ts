import { type Numeral, readCount, readSign } from './numerals.ts';

/**
 * The label in front of a clause, read: `第三條`, `5.2.2.3`, `伍、`, `二、`, `（一）`, `1.`, `(1)`, `①`, `甲、`, `a.`.
 * `kind` says which way of numbering it is: two labels of one kind stand on one level of a document.
 */
export type Label = {
  kind: string;
  /** The whole label as written, its mark (`、` `.`) included. */
  written: string;
  /** One number, or those of a dotted label. */
  values: number[];
  /** A bare number before a space may as well be a quantity. */
  weak?: boolean;
};

const COUNT = '[〇零○一二三四五六七八九十百廿卅]+';
const MARK = '[、．.]';

type Pattern = { kind: string; at: RegExp; numeral: Numeral; weak?: boolean };
const PATTERNS: Pattern[] = [
  { kind: 'part', at: new RegExp(`^第\\s*(${COUNT}|\\d+)\\s*編`), numeral: 'chinese' },
  { kind: 'chapter', at: new RegExp(`^第\\s*(${COUNT}|\\d+)\\s*章`), numeral: 'chinese' },
  { kind: 'section', at: new RegExp(`^第\\s*(${COUNT}|\\d+)\\s*節`), numeral: 'chinese' },
  {
    kind: 'article',
    at: new RegExp(`^第\\s*(${COUNT}|\\d+)\\s*條(?:\\s*之\\s*(?:${COUNT}|\\d+))?`),
    numeral: 'chinese',
  },
  { kind: 'paren_chinese', at: new RegExp(`^[（(]\\s*(${COUNT})\\s*[)）]`), numeral: 'chinese' },
  { kind: 'paren', at: /^[（(]\s*([\d０-９]{1,3})\s*[)）]/, numeral: 'decimal' },
  { kind: 'paren_stem', at: /^[（(]\s*([甲乙丙丁戊己庚辛壬癸])\s*[)）]/, numeral: 'stem' },
  { kind: 'paren_lower', at: /^[（(]\s*([a-z])\s*[)）]/, numeral: 'lower' },
  { kind: 'paren_upper', at: /^[（(]\s*([A-Z])\s*[)）]/, numeral: 'upper' },
  { kind: 'formal', at: /^([壹貳參叁肆伍陸柒捌玖拾]+)(?:[、．.]|(?=\s))/, numeral: 'formal' },
  { kind: 'chinese', at: new RegExp(`^(${COUNT})${MARK}`), numeral: 'chinese' },
  { kind: 'circled', at: /^([①-⑳])\s*[、．.]?/, numeral: 'circled' },
  { kind: 'stem', at: /^([甲乙丙丁戊己庚辛壬癸])[、．.]/, numeral: 'stem' },
  { kind: 'branch', at: /^([子丑寅卯辰巳午未申酉戌亥])[、．.]/, numeral: 'branch' },
  { kind: 'decimal', at: /^([\d０-９]{1,3})[、．.)）](?![\d０-９])/, numeral: 'decimal' },
  { kind: 'roman', at: /^([IVX]{1,6})[、．.]/, numeral: 'roman' },
  { kind: 'small_roman', at: /^([ivx]{2,6})[、．.)]/, numeral: 'small_roman' },
  { kind: 'upper', at: /^([A-Z])[、．.)](?![A-Za-z.])/, numeral: 'upper' },
  { kind: 'lower', at: /^([a-z])[、．.)](?![A-Za-z.])/, numeral: 'lower' },
  { kind: 'decimal', at: /^([\d]{1,2})(?=[\s\u3000]+\S)/, numeral: 'decimal', weak: true },
];

/** `5.2.2.3` with or without a last point; `5.12.10.3將…` without a space, too, but not `1.5倍` or `3.14%`. */
const DOTTED = /^[\d０-９]{1,3}(?:[.．][\d０-９]{1,3})+[.．]?(?![\d０-９%％倍])/;

/** The label at the beginning of a line, or undefined when the line begins with none. */
export function labelAt(line: string): Label | undefined {
  const dotted = DOTTED.exec(line)?.[0];
  if (dotted) return { kind: 'dotted', written: dotted, values: numbersIn(dotted) };
  for (const { kind, at, numeral, weak } of PATTERNS) {
    const found = at.exec(line);
    const value = found && (readSign(numeral, found[1]!) ?? readCount(found[1]!));
    if (found && value) return { kind, written: found[0], values: [value], ...(weak ? { weak } : {}) };
  }
  return undefined;
}

/** A label that a word processor computed: a bare `5` or `壹` counts, too. */
export function labelOf(written: string): Label | undefined {
  const found = labelAt(written) ?? labelAt(`${written} `) ?? labelAt(`${written}、`) ?? labelAt(`${written} x`);
  return found && { kind: found.kind, written, values: found.values };
}

const numbersIn = (dotted: string) =>
  dotted
    .normalize('NFKC')
    .split('.')
    .filter((part) => part !== '')
    .map(Number);

/** The label without its mark, as a citation joins it: `伍、` → `伍`, `1.` → `1`. */
export const bare = (written: string): string => written.replace(/[\s　]+/g, '').replace(/[、．.]$/, '');
