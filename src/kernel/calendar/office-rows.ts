import { type Refused, refused } from '../refusal.ts';
import { type Text, text } from '../text.ts';

/** One line of an office calendar, still as text. `line` counts from 1 in CSV, `row` in JSON. */
export type OfficeRow = { date: string; week: string; flag: string; note: string; line?: number; row: number };

/** The years of a file this size would outlast the product. */
const MOST_BYTES = 8_000_000;

/** Rows of a CSV (Big5 or UTF-8, with its header) or JSON office calendar; refuses what is neither. */
export function readRows(file: Uint8Array | string): OfficeRow[] | Refused {
  if (file.length > MOST_BYTES) return refuse(text('檔案過大', 'The file is too large'), 'limit');
  const content = typeof file === 'string' ? file : decode(file);
  if (content === undefined)
    return refuse(text('檔案不是 UTF-8 也不是 Big5 文字', 'The file is neither UTF-8 nor Big5 text'));
  const plain = content.replace(/^\uFEFF/, '');
  return /^\s*[[{]/.test(plain) ? fromJson(plain) : fromCsv(plain);
}

function decode(bytes: Uint8Array): string | undefined {
  for (const encoding of ['utf-8', 'big5']) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes);
    } catch {
      // Not this encoding; the next is tried, and the caller refuses when none fits.
    }
  }
  return undefined;
}

function fromJson(content: string): OfficeRow[] | Refused {
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch (error) {
    return refuse(text(`JSON 格式有誤：${String(error)}`, `Not valid JSON: ${String(error)}`));
  }
  const items = Array.isArray(parsed) ? parsed : listInside(parsed);
  if (!items) return refuse(text('JSON 內找不到日期清單', 'The JSON holds no list of days'));
  const rows: OfficeRow[] = [];
  for (const [index, item] of items.entries()) {
    const row = rowOf(typeof item === 'object' && item !== null ? Object.entries(item) : [], index + 1);
    if (!row)
      return refuse(
        text(`第 ${index + 1} 筆缺少日期或是否放假`, `Row ${index + 1} lacks the date or the day-off flag`),
      );
    rows.push(row);
  }
  return rows;
}

/** Some services wrap the list: `{result: {results: [...]}}`, `{data: [...]}`. */
function listInside(value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const key of ['result', 'results', 'records', 'data', 'holidays']) {
    const inside = listInside((value as Record<string, unknown>)[key]);
    if (inside) return inside;
  }
  return undefined;
}

function fromCsv(content: string): OfficeRow[] | Refused {
  const [head = '', ...lines] = content.split(/\r\n|\n|\r/);
  const columns = cells(head);
  const rows: OfficeRow[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.replaceAll(',', '').trim() === '') continue;
    const values = cells(line);
    const row = rowOf(
      columns.map((column, i) => [column, values[i] ?? '']),
      index + 1,
    );
    if (!row)
      return refuse(
        text(
          '第一行應為欄名：「西元日期,星期,是否放假,備註」',
          'The first line must name the columns: 「西元日期,星期,是否放假,備註」',
        ),
      );
    rows.push({ ...row, line: index + 2 });
  }
  return rows;
}

/** Cells of one CSV line; quoted cells may hold commas and doubled quotes, never line breaks here. */
function cells(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((match) =>
    (match[1]?.replaceAll('""', '"') ?? match[2] ?? '').trim(),
  );
}

function rowOf(entries: [string, unknown][], row: number): OfficeRow | undefined {
  const named = new Map(entries.map(([key, value]) => [key.trim().toLowerCase(), String(value ?? '')]));
  const date = named.get('西元日期') ?? named.get('date');
  const flag = named.get('是否放假') ?? named.get('isholiday') ?? named.get('is_holiday');
  if (date === undefined || flag === undefined) return undefined;
  const note = named.get('備註') ?? (named.get('name') || named.get('chinese') || named.get('description') || '');
  return { date, flag, note, week: named.get('星期') ?? named.get('week') ?? '', row };
}

function refuse(message: Text, code: 'invalid' | 'limit' = 'invalid'): Refused {
  return refused({
    code,
    message,
    fix: {
      text: text(
        '請至政府資料開放平臺下載資料集 14718 的 CSV 或 JSON，不需修改直接匯入',
        'Download data set 14718 from data.gov.tw as CSV or JSON and import it unchanged',
      ),
    },
  });
}
