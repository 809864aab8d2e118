import type { Api } from '../../../src/http/contract.ts';
import type { FileValue } from '../../../src/kernel/engine/types.ts';

/** An opening list as it stands on screen: pure functions from one state to the next. */

export type Read = Awaited<ReturnType<Api['registers']['readTable']>>;
export type Checked = Awaited<ReturnType<Api['registers']['check']>>;
export type Judged = Checked['rows'][number];
export type Unknown = Judged['unknown'][number];
export type Row = { id: string; line: number; type: string; cells: Record<string, string>; decided?: 'out' | 'anyway' };
export type Resolved = { field: string; written: string; id: string; name: string };
export type Draft = {
  type: string;
  title: string;
  headings: string[];
  mapping?: Record<string, string>;
  resolved: Resolved[];
  rows: Row[];
  source: FileValue[];
  /** The form that keeps it, once it was saved. */
  list?: { id: string; version: number };
};

/** What was read, before anybody touched it; rows hidden in the spreadsheet are left out until taken in. */
export const fromTable = (
  type: string,
  title: string,
  read: Read,
  source: FileValue[],
  newId: () => string,
): Draft => ({
  type,
  title,
  headings: read.headings,
  resolved: [],
  source,
  rows: read.rows.map(({ line, cells, hidden }) => ({
    id: newId(),
    line,
    type,
    cells,
    ...(hidden ? { decided: 'out' as const } : {}),
  })),
});

const withRow = (draft: Draft, id: string, change: (row: Row) => Row): Draft => ({
  ...draft,
  rows: draft.rows.map((row) => (row.id === id ? change(row) : row)),
});

export const setCell = (draft: Draft, id: string, heading: string, written: string): Draft =>
  withRow(draft, id, (row) => ({ ...row, cells: { ...row.cells, [heading]: written } }));

export const decide = (draft: Draft, id: string, decided: Row['decided'] | undefined): Draft =>
  withRow(draft, id, ({ decided: _, ...row }) => (decided ? { ...row, decided } : row));

/** What a text means, wherever it stands in that field. */
export const resolve = (draft: Draft, { field, written }: Unknown, chosen: { id: string; name: string }): Draft => ({
  ...draft,
  resolved: [
    ...draft.resolved.filter((one) => one.field !== field || one.written !== written),
    { field, written, ...chosen },
  ],
});

/** The missing record, entered by the same signature; lines below 0 tell such rows from those of the spreadsheet. */
export function create(draft: Draft, unknown: Unknown, id: string): Draft {
  const line = Math.min(0, ...draft.rows.map((row) => row.line)) - 1;
  const made: Row = { id, line, type: unknown.type ?? '', cells: { name: unknown.written, title: unknown.written } };
  return resolve({ ...draft, rows: [...draft.rows, made] }, unknown, { id, name: unknown.written });
}

export const uncreate = (draft: Draft, id: string): Draft => ({
  ...draft,
  rows: draft.rows.filter((row) => row.id !== id),
  resolved: draft.resolved.filter((one) => one.id !== id),
});

/** A column the spreadsheet does not have, with one text for every row. */
export function addColumn(
  draft: Draft,
  mapping: Record<string, string>,
  field: { name: string; label: string },
  written: string,
): Draft {
  const heading = draft.headings.includes(field.label) ? `${field.label} (+)` : field.label;
  const others = Object.fromEntries(Object.entries(mapping).filter(([, of]) => of !== field.name));
  return {
    ...draft,
    headings: [...new Set([...draft.headings, heading])],
    mapping: { ...others, [heading]: field.name },
    rows: draft.rows.map((row) => (row.line < 0 ? row : { ...row, cells: { ...row.cells, [heading]: written } })),
  };
}

export const createdRows = (draft: Draft): Row[] => draft.rows.filter(({ line }) => line < 0);
export const tableRows = (draft: Draft): Row[] => draft.rows.filter(({ line }) => line >= 0);

/** As the contract takes it. */
export const sent = ({ type, headings, mapping, resolved, rows }: Draft) => ({
  type,
  headings,
  resolved,
  rows,
  ...(mapping && { mapping }),
});
