import type { Content, ContentText } from 'pdfmake/interfaces.js';
import type { PrintFonts } from '../fonts.ts';
import { runsOf } from '../glyphs.ts';

/** Makes text nodes whose every character is drawn by a font that has it. Lines may be given as an array. */
export type Pen = (words: string | string[], style?: Style) => ContentText;

export type Style = {
  size?: number;
  bold?: boolean;
  color?: string;
  align?: 'left' | 'center' | 'right';
  strike?: boolean;
  lineHeight?: number;
  spacing?: number;
};

export const INK = '#111111';
export const GREY = '#666666';
export const STAMP_RED = '#b5121b';

export function penOf(fonts: PrintFonts): Pen {
  return (words, style = {}) => {
    const lines = Array.isArray(words) ? words.join('\n') : words;
    const preferred = style.bold ? fonts.bold : fonts.regular;
    const text: Content[] = runsOf(lines, preferred, fonts).map((run) => ({ text: run.text, font: run.font.family }));
    return {
      text: text.length > 0 ? text : '',
      font: preferred.family,
      fontSize: style.size ?? 10.5,
      color: style.color ?? INK,
      alignment: style.align ?? 'left',
      lineHeight: style.lineHeight ?? 1.1,
      ...(style.strike ? { decoration: 'lineThrough' as const } : {}),
      ...(style.spacing ? { characterSpacing: style.spacing } : {}),
    };
  };
}
