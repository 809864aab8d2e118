import { type Text, text } from '../../kernel/text.ts';
import { READ_ROWS, type Sheet, type SheetRow } from './types.ts';

/** A sheet as columns with names. `notes` tells what was not as plain as it looks: titles passed over, joined cells, hidden rows. */
export type Table = { headings: string[]; rows: TableRow[]; notes: Text[]; more: boolean };
export type TableRow = { line: number; cells: Record<string, string>; hidden?: true };

const HEADINGS_WITHIN = 15;

/**
 * Finds the row of column names — the one among the first fifteen with most names that are known — and what stands below it. Joined
 * cells repeat their words in every cell they cover, in the names and in the rows.
 */
export function tableOf(sheet: Sheet, known: (heading: string) => boolean): Table {
  const { rows, filled } = spread(sheet);
  const at = headingRow(rows, known);
  const head = rows[at];
  if (!head) return { headings: [], rows: [], notes: [], more: false };
  const headings = named(head.cells, Math.max(...rows.slice(at).map(({ cells }) => cells.length)));
  const body = rows.slice(at + 1);
  const notes = [
    at > 0 ? passedOver(head.line) : undefined,
    filled > 0 ? joinedCells(filled) : undefined,
    body.some(({ hidden }) => hidden) ? hiddenRows(body.filter(({ hidden }) => hidden).length) : undefined,
    sheet.errors > 0 ? errorCells(sheet.errors) : undefined,
  ];
  return {
    headings: headings.filter((_, column) => known(headings[column]!) || body.some(({ cells }) => cells[column])),
    rows: body.map((row) => ({
      line: row.line,
      cells: Object.fromEntries(headings.map((heading, column) => [heading, row.cells[column] ?? ''])),
      ...(row.hidden ? { hidden: true as const } : {}),
    })),
    notes: notes.filter((note) => note !== undefined),
    more: sheet.rows.length >= READ_ROWS,
  };
}

/** Joined areas of more than one row, or of names above names; a title over the whole width stays where it is. */
function spread(sheet: Sheet): { rows: SheetRow[]; filled: number } {
  const rows = sheet.rows.map((row) => ({ ...row, cells: [...row.cells] }));
  const byLine = new Map(rows.map((row) => [row.line - 1, row]));
  let filled = 0;
  for (const { top, left, bottom, right } of sheet.joined) {
    const words = byLine.get(top)?.cells[left] ?? '';
    if (words === '' || bottom === top || bottom - top > READ_ROWS) continue;
    for (let line = top + 1; line <= bottom; line++) {
      const row = byLine.get(line);
      if (!row) continue;
      for (let column = left; column <= right; column++) {
        if (row.cells[column]) continue;
        row.cells[column] = words;
        filled += 1;
      }
    }
  }
  for (const row of rows) for (let column = 0; column < row.cells.length; column++) row.cells[column] ??= '';
  return { rows, filled };
}

function headingRow(rows: SheetRow[], known: (heading: string) => boolean): number {
  const scored = rows
    .slice(0, HEADINGS_WITHIN)
    .map(({ cells }) => new Set(cells.filter((cell) => cell && known(cell))).size);
  const best = Math.max(0, ...scored);
  return best === 0 ? Math.max(0, firstWide(rows)) : scored.indexOf(best);
}

/** Nothing is known by name: the first row that is not a title of one cell. */
const firstWide = (rows: SheetRow[]): number =>
  rows.slice(0, HEADINGS_WITHIN).findIndex(({ cells }) => cells.filter((cell) => cell !== '').length > 1);

/** Every column has a name of its own: the one written, with a count where it stands twice, or its letter. */
function named(cells: string[], width: number): string[] {
  const seen = new Map<string, number>();
  return Array.from({ length: width }, (_, column) => {
    const written = (cells[column] ?? '').replace(/\s+/g, ' ').trim() || `（${letter(column)} 欄）`;
    const times = (seen.get(written) ?? 0) + 1;
    seen.set(written, times);
    return times === 1 ? written : `${written} (${times})`;
  });
}

const letter = (column: number): string =>
  column < 26 ? String.fromCharCode(65 + column) : `${letter(Math.floor(column / 26) - 1)}${letter(column % 26)}`;

const passedOver = (line: number): Text =>
  text(
    `以第 ${line} 列為欄位名稱，其上的標題不讀。`,
    `Column names are in row ${line}; titles above it are passed over.`,
  );
const joinedCells = (count: number): Text =>
  text(
    `有合併儲存格：合併的內容已填入其下 ${count} 格，請核對。`,
    `Joined cells: their words were repeated in ${count} cells below; please check.`,
  );
const hiddenRows = (count: number): Text =>
  text(
    `有 ${count} 列在試算表中是隱藏的，已標示，預設不登錄。`,
    `${count} rows are hidden in the spreadsheet; they are marked and left out unless you take them in.`,
  );
const errorCells = (count: number): Text =>
  text(
    `有 ${count} 格是公式錯誤（如 #REF!），請更正。`,
    `${count} cells show a formula error such as #REF!; please correct them.`,
  );
