import type { PrintColumn, PrintField } from './types.ts';

/** A4 in points, and the room inside the margins (2 cm at the sides). */
export const PAGE = { width: 595.28, height: 841.89, side: 56.7 };
export const CONTENT_WIDTH = PAGE.width - 2 * PAGE.side;

/** Width of a text in characters of the full-width grid: Latin letters and digits take half. */
export function ems(words: string): number {
  let width = 0;
  for (const char of words) width += (char.codePointAt(0) ?? 0) < 0x2e80 ? 0.55 : 1;
  return width;
}

/** Longest line of a field in ems. */
export const fieldEms = (field: PrintField): number => Math.max(0, ...linesOf(field).map(ems));

export const linesOf = (field: PrintField): string[] => {
  const lines = Array.isArray(field.value) ? field.value : [field.value];
  return lines.flatMap((line) => line.split('\n'));
};

/** Fields as rows of a form: two short ones side by side, a long one alone. */
export function formRows(fields: PrintField[], fits: number): PrintField[][] {
  const rows: PrintField[][] = [];
  const short = (field: PrintField): boolean => fieldEms(field) <= fits && linesOf(field).length === 1;
  for (const field of fields) {
    const last = rows.at(-1);
    if (short(field) && last?.length === 1 && last[0] && short(last[0])) last.push(field);
    else rows.push([field]);
  }
  return rows;
}

/** Ems of 10-point text across the page. */
const PAGE_EMS = CONTENT_WIDTH / 10;
/** Padding of a cell, in ems. */
const CELL_EMS = 1;
const WIDEST_EMS = 30;
const LONGEST_WORD_EMS = 12;

/**
 * Shares of the width per column, summing to 1: as declared, or by content. A column gets at least its title and its
 * longest word; what is left goes to those that want more, so that one long column does not starve the rest.
 */
export function columnShares(columns: PrintColumn[], rows: string[][]): number[] {
  const needs = columns.map((column, i) =>
    needOf(
      column,
      rows.map((row) => row[i] ?? ''),
    ),
  );
  const ems = filled(needs, PAGE_EMS);
  const weights = columns.map((column, i) => column.width ?? ems[i] ?? 1);
  return weights.map((weight) => weight / sum(weights));
}

/** Everyone gets the least; the rest goes to the smallest wishes first, and what nobody wants to all alike. */
function filled(needs: { least: number; wanted: number }[], room: number): number[] {
  const given = needs.map((need) => need.least);
  let spare = Math.max(0, room - sum(given));
  const order = needs.map((_, i) => i).sort((a, b) => wish(needs[a]) - wish(needs[b]));
  order.forEach((index, done) => {
    const more = Math.min(wish(needs[index]), spare / (order.length - done));
    given[index] = (given[index] ?? 0) + more;
    spare -= more;
  });
  return given.map((each) => each + spare / given.length);
}

const wish = (need: { least: number; wanted: number } | undefined): number => (need ? need.wanted - need.least : 0);

function needOf(column: PrintColumn, cells: string[]): { least: number; wanted: number } {
  const words = cells.flatMap((cell) => cell.match(/[\u0021-\u2e7f]+/g) ?? []);
  const word = Math.min(LONGEST_WORD_EMS, Math.max(0, ...words.map(ems)));
  const least = Math.max(2, ems(column.title), word) + CELL_EMS;
  const line = Math.min(WIDEST_EMS, Math.max(0, ...cells.flatMap((cell) => cell.split('\n')).map(ems)));
  return { least, wanted: Math.max(least, line + CELL_EMS) };
}

const sum = (numbers: number[]): number => numbers.reduce((total, each) => total + each, 0);

/** Lines a text takes in a column of so many points, at that size; on the safe side. */
export function linesIn(words: string, points: number, size: number): number {
  const room = Math.max(1, Math.floor(points / size) - 1);
  return words.split('\n').reduce((lines, line) => lines + Math.max(1, Math.ceil(ems(line) / room)), 0);
}

/** Most lines that may be kept together: a third of a page. pdfmake drops what does not fit when told to keep it. */
export const KEPT_LINES = 15;
