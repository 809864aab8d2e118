import { type Numeral, writeNumeral } from '../../kernel/clauses/numerals.ts';
import type { Attributes, Listener } from '../parts.ts';

/** `word/numbering.xml` and the counting Word does with it (ECMA-376 part 1, 17.9). */

export type Level = {
  start: number;
  format: string;
  /** `%1.%2`, `第%1條`, `（%1）` */
  text: string;
  /** Legal numbering: every number of the label in plain digits. */
  legal: boolean;
  /** Counts anew after this level (one-based); 0 never; absent: after any level above. */
  restart?: number;
  style?: string;
};
type Abstract = { levels: Map<number, Level>; link?: string };
type Num = { abstract: string; starts: Map<number, number>; levels: Map<number, Level> };
export type Numbering = { abstracts: Map<string, Abstract>; nums: Map<string, Num>; named: Map<string, string> };

export const emptyNumbering = (): Numbering => ({ abstracts: new Map(), nums: new Map(), named: new Map() });

/** Fills the numbering from `word/numbering.xml`. */
export function numberingListener(numbering: Numbering): Listener {
  let abstract: Abstract | undefined;
  let abstractId = '';
  let num: Num | undefined;
  let override: number | undefined;
  let level: Level | undefined;
  return {
    open(name, attributes) {
      const value = attributes['w:val'] ?? '';
      if (name === 'w:abstractNum') {
        abstract = { levels: new Map() };
        abstractId = attributes['w:abstractNumId'] ?? '';
        numbering.abstracts.set(abstractId, abstract);
      } else if (name === 'w:num') {
        num = { abstract: '', starts: new Map(), levels: new Map() };
        numbering.nums.set(attributes['w:numId'] ?? '', num);
      } else if (name === 'w:abstractNumId' && num) num.abstract = value;
      else if (name === 'w:styleLink') numbering.named.set(value, abstractId);
      else if (name === 'w:numStyleLink' && abstract) abstract.link = value;
      else if (name === 'w:lvlOverride') override = Number(attributes['w:ilvl']);
      else if (name === 'w:startOverride' && num && override !== undefined) num.starts.set(override, Number(value));
      else if (name === 'w:lvl') {
        level = { start: 0, format: 'decimal', text: '', legal: false };
        const into = num && override !== undefined ? num.levels : abstract?.levels;
        into?.set(Number(attributes['w:ilvl']), level);
      } else if (level) setLevel(level, name, attributes);
    },
    text() {},
    close(name) {
      if (name === 'w:lvl') level = undefined;
      else if (name === 'w:lvlOverride') override = undefined;
      else if (name === 'w:num') num = undefined;
      else if (name === 'w:abstractNum') abstract = undefined;
    },
  };
}

function setLevel(level: Level, name: string, attributes: Attributes): void {
  const value = attributes['w:val'] ?? '';
  if (name === 'w:start') level.start = Number(value);
  // A custom format comes with a plain one for programs that do not know it.
  else if (name === 'w:numFmt' && value !== 'custom') level.format = value;
  else if (name === 'w:lvlText') level.text = value;
  else if (name === 'w:isLgl') level.legal = value !== '0' && value !== 'false';
  else if (name === 'w:lvlRestart') level.restart = Number(value);
  else if (name === 'w:pStyle') level.style = value;
}

const NUMERALS: Record<string, Numeral> = {
  decimal: 'decimal',
  decimalHalfWidth: 'decimal',
  decimalZero: 'decimal_zero',
  decimalFullWidth: 'full_width',
  decimalFullWidth2: 'full_width',
  decimalEnclosedCircle: 'circled',
  decimalEnclosedCircleChinese: 'circled',
  taiwaneseCounting: 'chinese',
  taiwaneseCountingThousand: 'chinese',
  chineseCounting: 'chinese',
  chineseCountingThousand: 'chinese',
  japaneseCounting: 'chinese',
  koreanCounting: 'chinese',
  ideographDigital: 'digits',
  taiwaneseDigital: 'digits',
  japaneseDigitalTenThousand: 'digits',
  ideographLegalTraditional: 'formal',
  chineseLegalSimplified: 'formal',
  japaneseLegal: 'formal',
  ideographTraditional: 'stem',
  ideographZodiac: 'branch',
  upperLetter: 'upper',
  lowerLetter: 'lower',
  upperRoman: 'roman',
  lowerRoman: 'small_roman',
};

/** The level a style stands on in its list, when the list names the style. */
export function levelOfStyle(numbering: Numbering, numId: string, style: string): number | undefined {
  for (const [level, each] of levelsOf(numbering, numId) ?? []) if (each.style === style) return level;
  return undefined;
}

function levelsOf(numbering: Numbering, numId: string): Map<number, Level> | undefined {
  const num = numbering.nums.get(numId);
  const own = num && numbering.abstracts.get(num.abstract);
  if (!num || !own) return undefined;
  const linked = own.link ? numbering.abstracts.get(numbering.named.get(own.link) ?? '') : undefined;
  return new Map([...(linked ?? own).levels, ...num.levels]);
}

/**
 * Counts as Word does: paragraphs of one abstract list go on, whatever instance names it, until an instance says where it
 * starts; a level begins anew after any level above. Answers the label as shown, undefined for bullets.
 */
export function counter(numbering: Numbering): (numId: string, level: number) => string | undefined {
  const counts = new Map<string, (number | undefined)[]>();
  const begun = new Set<string>();
  return (numId, at) => {
    const num = numbering.nums.get(numId);
    const levels = levelsOf(numbering, numId);
    const level = levels?.get(at);
    if (!num || !levels || !level) return undefined;
    const values = counts.get(num.abstract) ?? [];
    counts.set(num.abstract, values);
    const start = (one: number) => num.starts.get(one) ?? levels.get(one)?.start ?? 1;
    const first = num.starts.has(at) && !begun.has(`${numId} ${at}`);
    begun.add(`${numId} ${at}`);
    const before = values[at];
    values[at] = before === undefined || first ? start(at) : before + 1;
    for (let deeper = at + 1; deeper < 9; deeper += 1) {
      const restart = levels.get(deeper)?.restart;
      if (restart === undefined || (restart > 0 && at < restart)) values[deeper] = undefined;
    }
    return shown(level, levels, (one) => values[one] ?? start(one));
  };
}

function shown(level: Level, levels: Map<number, Level>, numberAt: (level: number) => number): string | undefined {
  if (level.format === 'bullet' || (level.format === 'none' && !level.text.includes('%'))) return undefined;
  return level.text.replace(/%([1-9])/g, (_, digit: string) => {
    const at = Number(digit) - 1;
    const format = level.legal ? 'decimal' : (levels.get(at)?.format ?? 'decimal');
    return format === 'none' ? '' : writeNumeral(NUMERALS[format] ?? 'decimal', numberAt(at));
  });
}
