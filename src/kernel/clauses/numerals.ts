/** Numerals as official papers number their clauses with, written and read. */

/** How a level of a document counts. */
export type Numeral =
  | 'decimal' // 1 2 3
  | 'decimal_zero' // 01 02 … 10
  | 'full_width' // １ ２ ３
  | 'circled' // ① … ⑳
  | 'chinese' // 一 二 … 十 十一 二十
  | 'digits' // 一 二 … 一〇 一一
  | 'formal' // 壹 貳 參 … 拾 拾壹
  | 'stem' // 甲 乙 丙
  | 'branch' // 子 丑 寅
  | 'upper' // A B … Z AA
  | 'lower'
  | 'roman' // I II III
  | 'small_roman';

const DIGITS = '〇一二三四五六七八九';
const FORMAL = '零壹貳參肆伍陸柒捌玖';
const STEMS = '甲乙丙丁戊己庚辛壬癸';
const BRANCHES = '子丑寅卯辰巳午未申酉戌亥';
const CIRCLED = '①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳';

/** The number as that numeral writes it; beyond what it can write (㉑ and further, an eleventh stem) in plain digits. */
export function writeNumeral(numeral: Numeral, n: number): string {
  switch (numeral) {
    case 'decimal':
      return String(n);
    case 'decimal_zero':
      return String(n).padStart(2, '0');
    case 'full_width':
      return String(n).replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0));
    case 'circled':
      return CIRCLED[n - 1] ?? String(n);
    case 'chinese':
      return counted(n, DIGITS.replace('〇', '零'), ['', '十', '百', '千'], true);
    case 'formal':
      return counted(n, FORMAL, ['', '拾', '佰', '仟'], true);
    case 'digits':
      return String(n).replace(/\d/g, (digit) => DIGITS[Number(digit)]!);
    case 'stem':
      return STEMS[n - 1] ?? String(n);
    case 'branch':
      return BRANCHES[n - 1] ?? String(n);
    case 'upper':
      return letters(n);
    case 'lower':
      return letters(n).toLowerCase();
    case 'roman':
      return roman(n);
    case 'small_roman':
      return roman(n).toLowerCase();
    default:
      return numeral satisfies never;
  }
}

/** Up to 9,999; `short` leaves out the one of eleven to nineteen (十一, not 一十一). */
function counted(n: number, digits: string, places: string[], short: boolean): string {
  if (n <= 0 || n > 9_999) return n === 0 ? digits[0]! : String(n);
  let out = '';
  let gap = false;
  for (let place = 3; place >= 0; place -= 1) {
    const digit = Math.floor(n / 10 ** place) % 10;
    if (digit === 0) gap = out !== '';
    else {
      out += (gap ? digits[0] : '') + digits[digit]! + places[place]!;
      gap = false;
    }
  }
  return short && n >= 10 && n < 20 ? out.slice(1) : out;
}

function letters(n: number): string {
  if (n <= 0) return String(n);
  // Word and LibreOffice go on with AA, BB, CC after Z.
  return String.fromCharCode(65 + ((n - 1) % 26)).repeat(Math.ceil(n / 26));
}

const ROMAN: [number, string][] = [
  [1000, 'M'],
  [900, 'CM'],
  [500, 'D'],
  [400, 'CD'],
  [100, 'C'],
  [90, 'XC'],
  [50, 'L'],
  [40, 'XL'],
  [10, 'X'],
  [9, 'IX'],
  [5, 'V'],
  [4, 'IV'],
  [1, 'I'],
];

function roman(n: number): string {
  if (n <= 0 || n > 3_999) return String(n);
  let rest = n;
  return ROMAN.map(([value, sign]) => {
    const times = Math.floor(rest / value);
    rest -= times * value;
    return sign.repeat(times);
  }).join('');
}

const VALUES: Record<string, number> = Object.fromEntries([
  ...[...'〇零○'].map((sign) => [sign, 0]),
  ...[...'一二三四五六七八九'].map((sign, n) => [sign, n + 1]),
  ...[...'壹貳參肆伍陸柒捌玖'].map((sign, n) => [sign, n + 1]),
  ['叁', 3],
  ['兩', 2],
  ['弌', 1],
]);
const PLACES: Record<string, number> = { 十: 10, 拾: 10, 百: 100, 佰: 100, 千: 1000, 仟: 1000 };

/** 十一, 二十, 廿一, 一百零三, 一〇, 參, 拾貳, 15 → a number; undefined when it is none. */
export function readCount(written: string): number | undefined {
  const plain = written.normalize('NFKC').replaceAll('廿', '二十').replaceAll('卅', '三十');
  if (/^\d{1,4}$/.test(plain)) return Number(plain);
  if (!/[十拾百佰千仟]/.test(plain)) return positional(plain);
  let sum = 0;
  let digit: number | undefined;
  for (const sign of plain) {
    const place = PLACES[sign];
    if (place) {
      sum += (digit ?? 1) * place;
      digit = undefined;
    } else {
      digit = VALUES[sign];
      if (digit === undefined) return undefined;
    }
  }
  return sum + (digit ?? 0);
}

function positional(written: string): number | undefined {
  const digits = [...written].map((sign) => VALUES[sign]);
  if (digits.length === 0 || digits.length > 4 || digits.includes(undefined)) return undefined;
  return Number(digits.join(''));
}

/** 甲 → 1, 子 → 1, ③ → 3, C → 3, iv → 4 as a letter or a Roman number; undefined when it is none of that numeral. */
export function readSign(numeral: Numeral, written: string): number | undefined {
  const place = (signs: string) => (signs.indexOf(written) < 0 ? undefined : signs.indexOf(written) + 1);
  switch (numeral) {
    case 'stem':
      return place(STEMS);
    case 'branch':
      return place(BRANCHES);
    case 'circled':
      return place(CIRCLED);
    case 'upper':
    case 'lower':
      return /^[A-Za-z]$/.test(written) ? written.toUpperCase().charCodeAt(0) - 64 : undefined;
    case 'roman':
    case 'small_roman':
      return readRoman(written.toUpperCase());
    default:
      return readCount(written);
  }
}

function readRoman(written: string): number | undefined {
  for (let n = 1; n <= 50; n += 1) if (roman(n) === written) return n;
  return undefined;
}
