import { parse } from 'csv-parse/sync';
import { isRefused, type Refused, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import { tooLarge, unreadable } from '../unreadable.ts';
import { readOds } from './ods.ts';
import { type Again, SAVE_TABLE } from './remedy.ts';
import type { Sheet } from './types.ts';
import { readXlsx } from './xlsx.ts';

/** How a file was written: told on screen, since a wrong guess shows as broken characters. */
export type TableFormat = 'xlsx' | 'ods' | 'utf-8' | 'utf-16' | 'big5';
export type TableRead = { format: TableFormat; sheets: Sheet[] };

const MOST_TEXT_BYTES = 20 * 1024 * 1024;

/**
 * Reads a table as an office keeps it: .xlsx, .ods, or text with commas, tabs or semicolons in UTF-8, UTF-16 or Big5 (CP950).
 * Answers every sheet, hidden ones included and named so. Refuses .xls, PDF and what is no table, with the remedy.
 */
export async function readTable(bytes: Again): Promise<TableRead | Refused> {
  const head = await headOf(bytes);
  const begins = Buffer.from(head).toString('latin1');
  if (begins.startsWith('PK\x03\x04')) {
    const ods = begins.includes('application/vnd.oasis.opendocument.spreadsheet');
    if (!ods && /mimetypeapplication\/vnd/.test(begins)) return notATable;
    const sheets = await (ods ? readOds(bytes) : readXlsx(bytes));
    if (isRefused(sheets)) return sheets;
    return sheets.length > 0 ? { format: ods ? 'ods' : 'xlsx', sheets } : notATable;
  }
  if (FOREIGN.some((mark) => begins.startsWith(mark))) return notATable;
  const whole = await wholeOf(bytes);
  return isRefused(whole) ? whole : readText(whole);
}

const FOREIGN = ['\u00d0\u00cf\u0011\u00e0', '%PDF', '{\\rtf', '\u0089PNG', '\u00ff\u00d8'];
const notATable = unreadable(
  text(
    '不是 .xlsx、.ods 或 CSV 檔（舊版 .xls、PDF、圖檔無法直接讀取）',
    'Not an .xlsx, .ods or CSV file (.xls, PDF and pictures cannot be read)',
  ),
  SAVE_TABLE,
);

async function headOf(bytes: Again): Promise<Uint8Array> {
  const held: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bytes()) {
    held.push(chunk);
    size += chunk.length;
    if (size >= 512) break;
  }
  return Buffer.concat(held).subarray(0, 512);
}

async function wholeOf(bytes: Again): Promise<Uint8Array | Refused> {
  const held: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bytes()) {
    held.push(chunk);
    size += chunk.length;
    if (size > MOST_TEXT_BYTES) return tooLarge(text('文字檔超過 20 MB', 'The text file exceeds 20 MB'));
  }
  return Buffer.concat(held);
}

/** A text table in whatever encoding it was saved: UTF-16 by its mark, UTF-8 where it is valid, else Big5. */
function readText(bytes: Uint8Array): TableRead | Refused {
  const { plain, format } = decoded(bytes);
  const sheet = parseText(plain);
  return isRefused(sheet) ? sheet : { format, sheets: [sheet] };
}

/** Cells pasted from a spreadsheet (tabs between them), or text with commas. */
export const readPasted = (pasted: string): TableRead | Refused => {
  const sheet = parseText(pasted);
  return isRefused(sheet) ? sheet : { format: 'utf-8', sheets: [sheet] };
};

function decoded(bytes: Uint8Array): { plain: string; format: TableFormat } {
  if (bytes[0] === 0xff && bytes[1] === 0xfe)
    return { plain: new TextDecoder('utf-16le').decode(bytes), format: 'utf-16' };
  if (bytes[0] === 0xfe && bytes[1] === 0xff)
    return { plain: new TextDecoder('utf-16be').decode(bytes), format: 'utf-16' };
  try {
    return { plain: new TextDecoder('utf-8', { fatal: true }).decode(bytes), format: 'utf-8' };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { plain: new TextDecoder('big5').decode(bytes), format: 'big5' };
  }
}

type Parsed = { record: string[]; info: { lines: number } };

function parseText(plain: string): Sheet | Refused {
  try {
    const parsed = parse(plain, {
      bom: true,
      delimiter: delimiterOf(plain),
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      trim: true,
      info: true,
    }) as unknown as Parsed[];
    const rows = parsed.map(({ record, info }) => ({ line: info.lines, cells: record, hidden: false }));
    return {
      name: '',
      hidden: false,
      rows: rows.filter(({ cells }) => cells.some((cell) => cell !== '')),
      joined: [],
      errors: 0,
    };
  } catch (error) {
    const line = (error as { lines?: number }).lines;
    if (line === undefined) throw error;
    return refused({
      code: 'invalid',
      field: 'csv',
      line,
      message: text(
        `第 ${line} 列不是完整的 CSV：引號未成對。`,
        `Line ${line} is not whole CSV: a quote is not closed.`,
      ),
      fix: { text: SAVE_TABLE },
    });
  }
}

const LOOKED_AT = 15;

/** The sign that most of the first lines have, for a title of one cell may stand above; among equals the more frequent. */
function delimiterOf(plain: string): string {
  const lines = plain.split(/\r?\n/, 200).filter((line) => line.trim() !== '');
  const counted = ['\t', ',', ';'].map((sign) => {
    const times = lines.slice(0, LOOKED_AT).map((line) => line.split(sign).length - 1);
    return { sign, lines: times.filter((count) => count > 0).length, times: times.reduce((sum, one) => sum + one, 0) };
  });
  return counted.toSorted((a, b) => b.lines - a.lines || b.times - a.times)[0]!.sign;
}
