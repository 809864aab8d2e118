import { fileURLToPath } from 'node:url';
import { openSync } from 'fontkit';
import { type Refused, refused } from '../kernel/refusal.ts';
import { text } from '../kernel/text.ts';

/** A font file and the characters it can draw. */
export type FontFile = {
  /** Unique; what the layout calls it. */
  family: string;
  path: string;
  /** Which font of a collection (.ttc). */
  postscriptName?: string;
  covers: ReadonlySet<number>;
};

/** Regular and bold of the text, and fonts asked in turn for characters these lack. */
export type PrintFonts = { regular: FontFile; bold: FontFile; fallbacks: FontFile[] };

const bundled = (name: string): string => fileURLToPath(import.meta.resolve(`@expo-google-fonts/${name}`));

/**
 * Opens the fonts of an organisation: its own 標楷體 (or any TrueType/OpenType file) as `regular`, the bundled Noto Serif
 * otherwise, always with the bundled fonts behind. A collection is given as `mingliub.ttc#MingLiU-ExtB`. Refuses a file that is not
 * there or is no font.
 */
export function openFonts(own: { regular?: string; bold?: string; fallbacks?: string[] } = {}): PrintFonts | Refused {
  const serif = open(bundled('noto-serif-tc/400Regular/NotoSerifTC_400Regular.ttf'));
  const serifBold = open(bundled('noto-serif-tc/700Bold/NotoSerifTC_700Bold.ttf'));
  const sans = open(bundled('noto-sans-tc/400Regular/NotoSansTC_400Regular.ttf'));
  try {
    const regular = own.regular ? open(own.regular) : serif;
    const bold = own.bold ? open(own.bold) : own.regular ? regular : serifBold;
    return { regular, bold, fallbacks: [...(own.fallbacks ?? []).map(open), serif, sans] };
  } catch (error) {
    return unusable(error);
  }
}

const opened = new Map<string, FontFile>();

/** Reading a font of 10 MB takes some 30 ms: once per program. */
function open(given: string): FontFile {
  const known = opened.get(given);
  if (known) return known;
  const [path = '', wanted] = given.split('#');
  const file = openSync(path);
  const font = 'fonts' in file ? (file.fonts.find((each) => each.postscriptName === wanted) ?? file.fonts[0]) : file;
  if (!font) throw new Error(`${given} holds no font`);
  const read: FontFile = {
    family: `font${opened.size}`,
    path,
    ...('fonts' in file ? { postscriptName: font.postscriptName } : {}),
    covers: new Set(font.characterSet),
  };
  opened.set(given, read);
  return read;
}

function unusable(error: unknown): Refused {
  const why = error instanceof Error ? error.message : String(error);
  return refused({
    code: 'invalid',
    message: text(`字型檔無法使用：${why}`, `The font file cannot be used: ${why}`),
    fix: {
      text: text(
        '請確認路徑，並使用 TrueType 或 OpenType 字型檔',
        'Check the path, and use a TrueType or OpenType file',
      ),
    },
  });
}
