import { MOST_COLUMNS, type Sheet } from './types.ts';

/** Puts a cell at its column, with empty ones before it; columns beyond the most are left out. */
export function cellsInto(cells: string[], column: number, value: string): void {
  if (column >= MOST_COLUMNS) return;
  while (cells.length < column) cells.push('');
  cells[column] = value;
}

/** Without rows that are empty; cells without spaces around them. */
export function trimmed(sheet: Sheet): Sheet {
  const rows = sheet.rows.map((row) => ({ ...row, cells: row.cells.map((cell) => cell.trim()) }));
  return { ...sheet, rows: rows.filter(({ cells }) => cells.some((cell) => cell !== '')) };
}
