/** One row of a sheet as a person would read it: dates as `2026-11-20`, numbers plain, formulas by their last result. */
export type SheetRow = { line: number; cells: string[]; hidden: boolean };
export type Sheet = {
  name: string;
  hidden: boolean;
  rows: SheetRow[];
  /** Areas of joined cells, counted from 0, ends included; the words stand in the first. */
  joined: Area[];
  /** Cells that show an error instead of a value (`#REF!`). */
  errors: number;
};
export type Area = { top: number; left: number; bottom: number; right: number };

/** More is a sign of a whole column filled with formats; nobody signs a list that long. */
export const MOST_ROWS = 5_000;
export const MOST_COLUMNS = 200;
/** Rows read beyond the most, so that "too many" is told rather than cut off silently. */
export const READ_ROWS = MOST_ROWS + 100;
