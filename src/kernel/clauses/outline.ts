import { bare, type Label, labelAt, labelOf } from './labels.ts';

/** One paragraph of a document: what its word processor numbers it with (absent when the number is typed or there is none). */
export type Line = { text: string; label?: string; heading?: boolean };

export type OutlineClause = {
  /** 0 for the outermost. */
  level: number;
  /** As the document shows it, `5.2.2.3` or `（一）`; empty for text before the first number. */
  number: string;
  /** As a citation names it, ancestors included: `伍、二、（一）`. */
  cite: string;
  /** Numbers from the outermost level on: `5.2.2.3` and `伍、二、(二)3.` both give numbers that can be compared. */
  path: number[];
  text: string;
  /** A title that groups others and asks nothing itself. */
  heading: boolean;
  /** Why a person should look at it. */
  doubt?: Doubt;
};
/** `jump` numbers left out · `restart` counts anew without a parent · `orphan` no such parent · `maybe` looks like a clause, kept as text ·
 * `weak` a bare number that may be a quantity. */
export type Doubt = 'jump' | 'restart' | 'orphan' | 'maybe' | 'weak';

type Frame = { label: Label; level: number };

/**
 * Finds the clauses in the lines of a document by their numbers. The levels follow from the numbering itself: dotted numbers
 * count their parts, every other kind nests in the order in which kinds appear. What does not follow in sequence is kept and
 * marked for a person to decide.
 */
export function outline(lines: Line[]): OutlineClause[] {
  const found: Found[] = [];
  let stack: Frame[] = [];
  let articles = 0;
  let official: boolean | undefined;
  for (const line of lines) {
    const text = line.text.trim();
    const label = line.label ? labelOf(line.label.trim()) : typedLabel(text, line.heading ?? false);
    official ??= label && OFFICIAL.indexOf(label.kind) >= 0 && label.kind !== 'decimal';
    const from = official && label ? outside(stack, label.kind) : stack;
    const placed = label && place(from, label, line.label !== undefined, articles);
    const unsure = label?.weak && !isTitle(text.slice(label.written.length).trim());
    if (!label || !placed || (unsure && (placed.doubt || placed.level > 0))) {
      addText(found, text, label !== undefined);
      continue;
    }
    stack = placed.stack;
    if (label.kind === 'article') articles = label.values[0]!;
    const number = label.written.trim();
    const rest = line.label ? text : text.slice(label.written.length).trim();
    found.push({ level: placed.level, number, text: rest, ...doubtOf(placed, unsure) });
  }
  const titled = found.map((clause, at) => ({ ...clause, heading: isHeading(clause, found[at + 1]) }));
  return cited(titled);
}

const doubtOf = (placed: Placed, unsure: boolean | undefined): Pick<OutlineClause, 'doubt'> =>
  placed.doubt ? { doubt: placed.doubt } : unsure ? { doubt: 'weak' } : {};

type Found = Pick<OutlineClause, 'level' | 'number' | 'text' | 'doubt'>;

/** The order that rules of official writing give to numbers; a document that begins with one of them keeps to it. */
const OFFICIAL = [
  'part',
  'chapter',
  'section',
  'article',
  'formal',
  'chinese',
  'paren_chinese',
  'decimal',
  'paren',
  'stem',
  'paren_stem',
];

/** Nothing outer stands inside something inner: before `一、` an open `3.` has ended. */
function outside(stack: Frame[], kind: string): Frame[] {
  const rank = OFFICIAL.indexOf(kind);
  if (rank < 0) return stack;
  const inner = stack.findIndex((frame) => OFFICIAL.indexOf(frame.label.kind) > rank);
  return inner < 0 ? stack : stack.slice(0, inner);
}

/** `5 年`, `3 個工作日`: a quantity, unless the word goes on as another (名詞, 日誌, 人員). */
const QUANTITY = /^(年|月|日(?!誌|常)|小?時(?!間)|分(?![級類])|個|次|人(?![員力事])|台|份|項(?!目)|名(?![詞稱])|%)/;

/** A bare number before a space counts before a short title, and before a sentence where it follows in sequence. */
function typedLabel(text: string, heading: boolean): Label | undefined {
  const label = labelAt(text);
  if (!label?.weak || heading) return label;
  return QUANTITY.test(text.slice(label.written.length).trim()) ? undefined : label;
}

const isTitle = (text: string): boolean => text.length <= 20 && !/[。；，、：:,;]/.test(text);

/** Text under no number begins the document or goes on with the clause before it. */
function addText(clauses: Found[], text: string, maybe: boolean): void {
  if (text === '') return;
  const last = clauses.at(-1);
  if (!last) clauses.push({ level: 0, number: '', text });
  else {
    last.text = last.text === '' ? text : `${last.text}\n${text}`;
    if (maybe && last.number) last.doubt ??= 'maybe';
  }
}

type Placed = { stack: Frame[]; level: number; doubt?: Doubt };

function place(stack: Frame[], label: Label, computed: boolean, articles: number): Placed | undefined {
  if (label.kind === 'dotted') return placeDotted(stack, label, computed);
  const value = label.values[0]!;
  const kin = stack.flatMap((frame, at) => (frame.label.kind === label.kind ? [at] : [])).reverse();
  const next = kin.find((at) => stack[at]!.label.values[0] === value - 1);
  if (next !== undefined) return replaced(stack, next, label);
  const at = kin[0];
  if (label.kind === 'article') return placeArticle(stack, label, at, articles);
  if (at === undefined)
    return value === 1 ? nested(stack, label) : computed || !label.weak ? nested(stack, label, 'jump') : undefined;
  // `5 作業說明` with `5.1` below it: a list of `1.` inside does not begin a new chapter.
  if (value === 1 && stack.slice(at + 1).some((frame) => frame.label.kind === 'dotted')) return nested(stack, label);
  if (value === 1) return replaced(stack, at, label, 'restart');
  // Written by hand, a number far off or backwards is rather part of a sentence.
  const before = stack[at]!.label.values[0]!;
  return computed || (value > before && value - before <= 3) ? replaced(stack, at, label, 'jump') : undefined;
}

/** Articles count on through chapters. */
function placeArticle(stack: Frame[], label: Label, at: number | undefined, articles: number): Placed {
  const doubt = label.values[0] === articles + 1 || label.values[0] === articles ? undefined : 'jump';
  return at === undefined ? nested(stack, label, doubt) : replaced(stack, at, label, doubt);
}

function placeDotted(stack: Frame[], label: Label, computed: boolean): Placed | undefined {
  const { values } = label;
  const same = stack.findIndex(
    ({ label: { kind, values: own } }) =>
      kind === 'dotted' && own.length === values.length && startsAlike(own, values, values.length - 1),
  );
  if (same >= 0) {
    const step = values.at(-1)! - stack[same]!.label.values.at(-1)!;
    if (step === 1) return replaced(stack, same, label);
    if (computed || (step > 0 && step <= 3)) return replaced(stack, same, label, 'jump');
    return undefined;
  }
  const parent = stack.findLastIndex(
    ({ label: own }) =>
      (own.kind === 'dotted' || own.kind === 'decimal') &&
      own.values.length === values.length - 1 &&
      startsAlike(own.values, values, values.length - 1),
  );
  if (parent >= 0) return nested(stack.slice(0, parent + 1), label, values.at(-1) === 1 ? undefined : 'jump');
  // A document that numbers only its lower levels: 4.1 after an unnumbered chapter, 1.4 after 1.3.8.
  const kin = stack.findLastIndex(
    ({ label: { kind, values: own } }) =>
      kind === 'dotted' && own.length < values.length && startsAlike(own, values, own.length),
  );
  if (kin >= 0) return nested(stack.slice(0, kin + 1), label, 'orphan');
  const above = stack.filter(({ label: { kind } }) => kind !== 'dotted' && kind !== 'decimal');
  return nested(above, label, values.length === 2 && values[1] === 1 ? undefined : 'orphan');
}

const startsAlike = (a: number[], b: number[], length: number) =>
  a.length >= length && a.slice(0, length).every((value, n) => value === b[n]);

function replaced(stack: Frame[], at: number, label: Label, doubt?: Doubt): Placed {
  const { level } = stack[at]!;
  return { stack: [...stack.slice(0, at), { label, level }], level, ...(doubt ? { doubt } : {}) };
}

function nested(stack: Frame[], label: Label, doubt?: Doubt): Placed {
  const level = stack.length === 0 ? 0 : stack.at(-1)!.level + 1;
  return { stack: [...stack, { label, level }], level, ...(doubt ? { doubt } : {}) };
}

/** Titles group: short, no sentence, and either clauses below them or nothing asked. */
function isHeading(clause: Found, next: Found | undefined): boolean {
  if (clause.number === '' || clause.text.includes('\n') || /[。；，：;]/.test(clause.text)) return false;
  return clause.text.length <= 30 && (clause.text.length <= 14 || (next !== undefined && next.level > clause.level));
}

type Placeable = { level: number; number: string };

/** Clauses with citation and path, from their levels and numbers alone: as recognised, or as a person corrected them. */
export function cited<Clause extends Placeable>(clauses: Clause[]): (Clause & Pick<OutlineClause, 'cite' | 'path'>)[] {
  const above: string[] = [];
  return clauses.map((clause) => {
    above.length = Math.min(above.length, clause.level);
    while (above.length < clause.level) above.push('');
    above.push(clause.number);
    return { ...clause, cite: clause.number === '' ? '' : cite(above), path: pathOf(above) };
  });
}

/** A dotted number holds those above it; any other is added to them. */
function pathOf(numbers: string[]): number[] {
  let path: number[] = [];
  for (const number of numbers) {
    const label = labelOf(number);
    if (label) path = label.kind === 'dotted' ? label.values : [...path, ...label.values];
  }
  return path;
}

/** `['伍、','二、','（一）']` → `伍、二、（一）`; dotted labels and articles stand for themselves, what is inside an article is 款 and 目. */
export function cite(numbers: string[]): string {
  const written = numbers.filter((number) => number !== '');
  const whole = written.findLastIndex((number) => {
    const kind = labelOf(number)?.kind;
    return kind === 'dotted' || kind === 'article' || kind === 'chapter' || kind === 'section';
  });
  if (whole < 0)
    return bare(
      written
        .map((number) => number.replace(/[\s　]+/g, ''))
        .join('')
        .replaceAll('）、', '）'),
    );
  const [first = '', ...inner] = written.slice(whole);
  const head = bare(first);
  if (labelOf(first)?.kind === 'article') return head + inArticle(inner);
  const rest = bare(inner.map((number) => number.replace(/[\s　]+/g, '')).join(''));
  return rest === '' || /^[（(]/.test(rest) ? head + rest : `${head} ${rest}`;
}

/** 第三條 + 一、 + （二） → 第三條第一款第二目, as laws are cited. */
function inArticle(numbers: string[]): string {
  let out = '';
  for (const [depth, number] of numbers.entries()) {
    const label = labelOf(number);
    const word = ['款', '目'][depth];
    if (!label || !word || (depth === 0 ? label.kind !== 'chinese' : label.kind !== 'paren_chinese'))
      return out + (out.endsWith('目') ? `之${bare(number)}` : bare(number));
    out += `第${bare(number).replace(/[（()）]/g, '')}${word}`;
  }
  return out;
}
