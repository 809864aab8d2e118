import { z } from 'zod';
import type { Refusal } from '../../kernel/refusal.ts';
import type { Text } from '../../kernel/text.ts';
import type * as View from '../../runtime/views.ts';
import { commandId, created, Id, read, Values, view, write } from './shapes.ts';

/** 期初建檔: a spreadsheet read, judged row by row, kept as a draft, signed as one list (the form `opening_list`). */

const Cells = z.record(z.string().max(300), z.string().max(20_000));
export const TableRead = z.object({
  format: z.enum(['xlsx', 'ods', 'utf-8', 'utf-16', 'big5']),
  /** Which sheet was read, and all there are. */
  sheet: z.number().int(),
  sheets: z.array(z.object({ name: z.string(), hidden: z.boolean(), rows: z.number().int() })),
  headings: z.array(z.string()),
  rows: z.array(z.object({ line: z.number().int(), cells: Cells, hidden: z.boolean().optional() })),
  notes: z.array(view<Text>()),
});

const Row = z.object({
  id: Id.describe('the id its record will have'),
  line: z.number().int().describe('of the spreadsheet; below 0: created on screen, cells by field name'),
  type: Id,
  cells: Cells,
  decided: z.enum(['out', 'anyway']).optional().describe('left out, or another one in spite of a twin'),
});
const Resolved = z.object({ field: Id, written: z.string().max(500), id: Id, name: z.string().max(300) });
const Table = z.object({
  type: Id,
  headings: z.array(z.string().max(300)).max(200),
  mapping: z.record(z.string(), z.string()).optional().describe('column heading → field; guessed when absent'),
  resolved: z.array(Resolved).max(5_000).default([]).describe('what a text that names nobody, or several, means'),
  rows: z.array(Row).max(5_000),
});

/** A text that names nobody and nothing, or several. */
export type UnknownView = {
  field: string;
  written: string;
  of: 'person' | 'unit' | 'record';
  type?: string;
  candidates: { id: string; name: string; hint: string }[];
};
export type JudgedView = {
  id: string;
  line: number;
  type: string;
  outcome: 'new' | 'refused' | 'left';
  title: string;
  refused: Refusal[];
  unknown: UnknownView[];
  twin?: { id?: string; line?: number; name: string };
};
const File = z.looseObject({ id: Id, name: z.string(), sha256: z.string(), size: z.number(), media: z.string() });

export const opening = {
  readTable: write(
    'registers',
    '/registers/{type}/read-table',
    'What a spreadsheet holds, as named columns; writes nothing',
  )
    .input(
      z.object({
        type: Id,
        file: z.string().optional().describe('SHA-256 of an uploaded .xlsx, .ods or text file'),
        pasted: z.string().max(5_000_000).optional().describe('cells copied from a spreadsheet'),
        sheet: z.number().int().min(0).optional(),
      }),
    )
    .output(TableRead),
  check: write('registers', '/registers/{type}/check', 'What signing would enter, row by row; writes nothing')
    .input(Table)
    .output(
      z.object({
        mapping: z.record(z.string(), z.string()),
        fields: z.array(view<View.FieldView>()),
        rows: z.array(view<JudgedView>()),
        second: z
          .array(z.object({ type: view<Text>(), persons: z.array(view<View.Named>()) }))
          .describe('who must confirm the list, because whoever prepares it may not enter these alone'),
      }),
    ),
  draft: write('registers', '/registers/{type}/drafts', 'Keep the list as a draft; nothing is in the register yet')
    .input(
      Table.extend({
        commandId,
        title: z.string().min(1).max(200),
        source: z.array(File).max(5).default([]),
        list: z.object({ id: Id, version: z.number().int() }).optional().describe('the draft it replaces'),
      }),
    )
    .output(created.extend({ version: z.number().int(), entries: z.number().int(), problems: z.number().int() })),
  list: read('registers', '/opening-lists/{id}', 'The rows of an opening list')
    .input(z.object({ id: Id }))
    .output(
      z.object({
        list: view<View.RecordRef>(),
        version: z.number().int(),
        title: z.string(),
        type: Id,
        headings: z.array(z.string()),
        mapping: z.record(z.string(), z.string()),
        resolved: z.array(Resolved),
        rows: z.array(Row.extend({ values: Values, problem: z.string().optional() })),
        source: z.array(File),
      }),
    ),
};
