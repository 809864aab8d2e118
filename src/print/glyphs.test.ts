import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRefused } from '../kernel/refusal.ts';
import { openFonts, type PrintFonts } from './fonts.ts';
import { checkGlyphs, missingGlyphs, printable, runsOf } from './glyphs.ts';

function fontsOf(own: Parameters<typeof openFonts>[0] = {}): PrintFonts {
  const fonts = openFonts(own);
  if (isRefused(fonts)) throw new Error(JSON.stringify(fonts.refused));
  return fonts;
}
const fonts = fontsOf();
const roboto = fileURLToPath(import.meta.resolve('pdfmake/fonts/Roboto/Roboto-Regular.ttf'));
const collection = '/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc';

describe('glyphs before printing', () => {
  test('rare name characters that the bundled fonts lack are named, common ones are not', () => {
    expect(missingGlyphs('王𠮷㐂赟𠮷堃峯①Aé', fonts)).toEqual(['𠮷', '㐂', '赟']);
    expect(checkGlyphs(['王小明'], fonts)).toBeUndefined();
    expect(checkGlyphs(['王𠮷', '𠮷'], fonts)).toMatchObject({
      refused: [{ items: ['𠮷'], message: { zh: expect.stringContaining('U+20BB7') }, fix: { go: 'settings.print' } }],
    });
  });

  test('a character the first font lacks goes to one that has it, the rest stays', () => {
    const own = fontsOf({ regular: roboto });
    expect(runsOf('Pay 繳費', own.regular, own).map((run) => [run.text, run.font === own.regular])).toEqual([
      ['Pay ', true],
      ['繳費', false],
    ]);
  });

  test.skipIf(!existsSync(collection))('an organisation’s own collection font closes the gap', () => {
    const own = fontsOf({ fallbacks: [`${collection}#NotoSerifCJKtc-Regular`] });
    expect(missingGlyphs('王𠮷㐂赟', own)).toEqual([]);
    expect(runsOf('王𠮷', own.regular, own)[1]?.font.postscriptName).toBe('NotoSerifCJKtc-Regular');
  });

  test('direction, variation and control marks are left out, so that paper shows what the record says', () => {
    expect(printable('甲\u202e乙\u200b葛\u{e0100}\u0007\r\n丙')).toBe('甲乙葛\n丙');
    expect(printable('e\u0301')).toBe('é');
  });

  test('runs put together are the printable text, each drawn by its font', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (words) => {
        const runs = runsOf(words, fonts.bold, fonts);
        expect(runs.map((run) => run.text).join('')).toBe(printable(words));
        if (missingGlyphs(words, fonts).length > 0) return;
        for (const run of runs)
          for (const char of run.text.replaceAll('\n', ''))
            expect(run.font.covers.has(char.codePointAt(0)!)).toBe(true);
      }),
    );
  });

  test('a path that leads nowhere, or to no font, is refused', () => {
    for (const regular of ['/nowhere.ttf', fileURLToPath(import.meta.url)]) {
      expect(openFonts({ regular })).toMatchObject({ refused: [{ code: 'invalid' }] });
    }
  });
});
