import { z } from 'zod';
import type { Value } from '../../kernel/engine/types.ts';

/** How an opening list is kept as a file of its form: what was on screen, and the values that signing enters. */
const AnyValue: z.ZodType<Value> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.array(AnyValue), z.record(z.string(), AnyValue)]),
);
const row = z.object({
  /** The id its record will have, so that rows can refer to each other. */
  id: z.string().min(1).max(100),
  /** Line of the spreadsheet; below 0 for what was created on screen. */
  line: z.number().int(),
  type: z.string(),
  title: z.string(),
  cells: z.record(z.string(), z.string()),
  values: z.record(z.string(), AnyValue),
  decided: z.enum(['out', 'anyway']).optional(),
  problem: z.string().optional(),
});
export const openingList = z.object({
  format: z.literal('ancheng-opening-list/1'),
  type: z.string(),
  headings: z.array(z.string()),
  mapping: z.record(z.string(), z.string()),
  resolved: z.array(z.object({ field: z.string(), written: z.string(), id: z.string(), name: z.string() })),
  rows: z.array(row).max(5_000),
});
export type OpeningList = z.infer<typeof openingList>;
export type ListRow = z.infer<typeof row>;

/** The record type of the signed list, and the state in which its rows are in the register. */
export const OPENING_LIST = 'opening_list';
export const ENTERED = 'entered';

/** Rows that will be entered, in order. */
export const entering = (list: OpeningList): ListRow[] => list.rows.filter(({ decided }) => decided !== 'out');
