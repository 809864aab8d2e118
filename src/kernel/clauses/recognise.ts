import type { LocalDate } from '../calendar/date.ts';
import { parseDate } from '../calendar/roc.ts';
import { isRefused } from '../refusal.ts';
import { labelAt } from './labels.ts';
import { type Line, type OutlineClause, outline } from './outline.ts';

/** What a document says of itself on its first page or in its page header. */
export type Card = { title: string; number?: string; version?: string; classification?: string; issued?: LocalDate };

export type Recognised = {
  card: Card;
  clauses: OutlineClause[];
  /** Lines that belong to no clause: page headers, the table of contents. Told, so that nothing vanishes silently. */
  leftOut: { text: string; times: number; why: 'repeated' | 'contents' | 'cover' }[];
};

/**
 * A procedure out of the lines of its document. `wrapped`: lines end where the page ended, not where a paragraph does (plain text).
 */
export function recognise(lines: Line[], wrapped = false): Recognised {
  const leftOut: Recognised['leftOut'] = [];
  const card = cardOf(lines);
  const plain = lines.map((line) => ({ ...line, text: withoutBullet(line.text.replace(/\u00a0/g, ' ')) }));
  const body = withoutCover(withoutRepeats(withoutContents(plain, leftOut), leftOut), card, leftOut);
  return { card, clauses: outline(wrapped ? joined(body) : body), leftOut };
}

const withoutBullet = (text: string): string => {
  const bare = text.replace(/^\s*[-•●▪◦‧·*]\s+/, '');
  return labelAt(bare) ? bare : text;
};

const ENTRY = /^.{1,60}?(\t|[.．…·‥]{2,}|\s{3,})\s*\d{1,3}\s*$/;

/** The table of contents: a line 目錄 and what looks like an entry after it. */
function withoutContents(lines: Line[], leftOut: Recognised['leftOut']): Line[] {
  const start = lines.findIndex(({ text }) => /^\s*(目\s*錄|目\s*次|contents)\s*$/i.test(text));
  if (start < 0) return lines;
  let end = start + 1;
  while (end < lines.length && (ENTRY.test(lines[end]!.text) || lines[end]!.text.trim() === '')) end += 1;
  for (const { text } of lines.slice(start, end))
    if (text.trim()) leftOut.push({ text: text.trim(), times: 1, why: 'contents' });
  return [...lines.slice(0, start), ...lines.slice(end)];
}

const OFTEN = 3;

/** Page headers and footers, which plain text repeats on every page. */
function withoutRepeats(lines: Line[], leftOut: Recognised['leftOut']): Line[] {
  const times = new Map<string, number>();
  const key = ({ text }: Line) =>
    text
      .trim()
      .replace(/\s+/g, ' ')
      .replace(/第\s*\d+\s*頁/, '第頁');
  for (const line of lines) times.set(key(line), (times.get(key(line)) ?? 0) + 1);
  const repeats = (line: Line) =>
    key(line) !== '' &&
    line.label === undefined &&
    !labelAt(line.text.trim()) &&
    times.get(key(line))! >= OFTEN &&
    line.text.length < 80;
  for (const [text, n] of times)
    if (lines.some((line) => key(line) === text && repeats(line))) leftOut.push({ text, times: n, why: 'repeated' });
  return lines.filter((line) => !repeats(line));
}

/** Lines before the first number that only say what the document is: its title and what stands over it, its number, its date. */
function withoutCover(lines: Line[], card: Card, leftOut: Recognised['leftOut']): Line[] {
  const numbered = lines.findIndex((line) => line.label !== undefined || labelAt(line.text.trim()) !== undefined);
  const title = lines.findIndex(({ text }) => card.title !== '' && text.trim() === card.title);
  return lines.filter(({ text }, at) => {
    if (at >= Math.max(0, numbered) || text.trim() === '') return true;
    const cover = at <= title || text.trim() === card.title || FIELDS.some(({ found }) => found.test(text));
    if (cover) leftOut.push({ text: text.trim(), times: 1, why: 'cover' });
    return !cover;
  });
}

/** A line that fills its page and ends in no mark goes on in the next. */
function joined(lines: Line[]): Line[] {
  const out: Line[] = [];
  for (const line of lines) {
    const last = out.at(-1);
    const goesOn = last && last.text.trim().length >= 18 && !/[。；：！？:;）)」]$/.test(last.text.trim());
    if (goesOn && line.text.trim() !== '' && !labelAt(line.text.trim()))
      last.text = last.text.trimEnd() + line.text.trim();
    else out.push({ ...line });
  }
  return out;
}

// ── what the document says of itself ───────────────────────────────────────────────────────────────────────────────

type Field = { name: 'number' | 'version' | 'classification' | 'issued'; found: RegExp };
const FIELDS: Field[] = [
  { name: 'number', found: /(?:文件編號|文件代號|編\s*號)[：:\s]+([A-Za-z0-9][\w./-]{2,40})/ },
  { name: 'version', found: /(?:版\s*[次本])[：:\s]+(?:第\s*)?([\w.]{1,12})/ },
  { name: 'classification', found: /(?:機密等級|機密等第|密\s*等)[：:\s]+([^\s：:]{1,10})/ },
  { name: 'issued', found: /(?:發行|公布|生效|核定|實施|頒布)日期[：:\s]+([\d民國年月日./-]{6,16})/ },
];
const FRONT = 60;
const NAMED = /(程序書|程序|辦法|要點|規範|規定|作業原則|準則|手冊|政策)$/;

function cardOf(lines: Line[]): Card {
  const front = lines
    .slice(0, FRONT)
    .map(({ text }) => text.trim())
    .filter(Boolean);
  const card: Card = { title: front.find((text) => NAMED.test(text) && text.length <= 40 && !labelAt(text)) ?? '' };
  for (const { name, found } of FIELDS) {
    const value = front.map((text) => found.exec(text)?.[1]).find((hit) => hit !== undefined);
    if (value === undefined) continue;
    const date = name === 'issued' ? parseDate(value) : value;
    if (!isRefused(date)) card[name] = date;
  }
  return card;
}
