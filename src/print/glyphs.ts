import { type Refused, refused } from '../kernel/refusal.ts';
import { text } from '../kernel/text.ts';
import type { FontFile, PrintFonts } from './fonts.ts';

/**
 * A text as it can be printed: composed (NFC), without control, direction and variation marks, which have no glyph of
 * their own and could make paper say something else than the record.
 */
export function printable(words: string): string {
  return words
    .normalize('NFC')
    .replace(/\r\n?/g, '\n')
    .replace(/\t/g, '    ')
    .replace(/\p{Cf}|\p{Variation_Selector}|(?!\n)\p{Cc}/gu, '');
}

/** Characters of a text that no font of the set can draw, each once. They must never come out as anything else. */
export function missingGlyphs(words: string, fonts: PrintFonts): string[] {
  const chain = [fonts.regular, ...fonts.fallbacks];
  const missing = [...printable(words)].filter((char) => char !== '\n' && !chain.some((font) => draws(font, char)));
  return [...new Set(missing)];
}

/** Cuts a text into runs, each with a font that draws all of it: the preferred one wherever it can. */
export function runsOf(words: string, preferred: FontFile, fonts: PrintFonts): { text: string; font: FontFile }[] {
  const chain = [preferred, fonts.regular, ...fonts.fallbacks];
  const runs: { text: string; font: FontFile }[] = [];
  for (const char of printable(words)) {
    const font = (char === '\n' ? undefined : chain.find((each) => draws(each, char))) ?? preferred;
    const last = runs.at(-1);
    if (last?.font === font) last.text += char;
    else runs.push({ text: char, font });
  }
  return runs;
}

/** Refuses a paper with characters that cannot be drawn, naming each with its code point; otherwise nothing. */
export function checkGlyphs(texts: Iterable<string>, fonts: PrintFonts): Refused | undefined {
  const missing = [...new Set([...texts].flatMap((words) => missingGlyphs(words, fonts)))];
  if (missing.length === 0) return undefined;
  const named = missing.map((char) => `${char}（U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase()}）`);
  return refused({
    code: 'invalid',
    message: text(
      `字型沒有這些字，未列印：${named.join('、')}`,
      `No font has these characters, nothing was printed: ${named.join(', ')}`,
    ),
    items: missing,
    fix: {
      text: text(
        '請在設定加入含這些字的字型，例如全字庫正楷體（TW-Kai-Ext-B、TW-Kai-Plus）',
        'Add a font that has them in the settings, for example TW-Kai-Ext-B or TW-Kai-Plus',
      ),
      go: 'settings.print',
    },
  });
}

/** Every text of a paper, however deep. */
export function* textsOf(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null)
    for (const inside of Object.values(value)) yield* textsOf(inside);
}

const draws = (font: FontFile, char: string): boolean => font.covers.has(char.codePointAt(0) ?? 0);
