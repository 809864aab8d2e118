import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { decide } from '../../kernel/engine/decide.ts';
import type { Value, Values } from '../../kernel/engine/types.ts';
import type { Field, RecordType } from '../../kernel/pack/types.ts';
import { isRefused, type Refusal, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import { fieldView } from '../../runtime/query/fields.ts';
import { listRecords } from '../../runtime/query/lists.ts';
import { actorOf, inputFor, type Look, noSuch, recordOf, settleLook } from '../../runtime/query/look.ts';
import { namesIn } from '../../runtime/query/names.ts';
import type { ListQuery } from '../../runtime/views.ts';
import { readCell } from '../cells.ts';
import { asking, commanding, mustWrite, no, os, signedIn } from './ask.ts';

/** Registers in and out as tables: every row judged by the same gates as a form, nothing half-done. */

type Row = { line: number; cells: Record<string, string> };
type Judged = {
  line: number;
  outcome: 'new' | 'changed' | 'same' | 'refused';
  title: string;
  values: Values;
  refused: Refusal[];
};

const MOST_ROWS = 5_000;

function rowsOf(input: { csv?: string | undefined; rows?: Record<string, string>[] | undefined }): {
  headings: string[];
  rows: Row[];
} {
  if (input.rows) {
    return {
      headings: [...new Set(input.rows.flatMap((row) => Object.keys(row)))],
      rows: input.rows.map((cells, index) => ({ line: index + 2, cells })),
    };
  }
  try {
    const records = parse(input.csv ?? '', {
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      info: true,
    }) as unknown as {
      record: string[];
      info: { lines: number };
    }[];
    const headings = records[0]?.record ?? [];
    const rows = records.slice(1).map(({ record, info }) => ({
      line: info.lines,
      cells: Object.fromEntries(headings.map((heading, index) => [heading, record[index] ?? ''])),
    }));
    return { headings, rows };
  } catch (error) {
    const line = (error as { lines?: number }).lines;
    return no([
      {
        code: 'invalid',
        field: 'csv',
        ...(line ? { line } : {}),
        message: text(
          `第 ${line ?? '?'} 列不是完整的 CSV：引號未成對。`,
          `Line ${line ?? '?'} is not whole CSV: a quote is not closed.`,
        ),
      },
    ]);
  }
}

const importable = (type: RecordType): Field[] =>
  Object.values(type.fields).filter(
    (field) => !field.is && field.section !== '_base' && !['table', 'files'].includes(field.type.is),
  );

/** Headings that name a field by its label or name, in either language. */
function guessMapping(type: RecordType, headings: string[]): Record<string, string> {
  const folded = (heading: string) =>
    heading
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[\s*＊:：]/g, '');
  const byLabel = new Map(
    importable(type).flatMap((field) =>
      [field.name, field.label.zh, field.label.en].map((label) => [folded(label), field.name]),
    ),
  );
  return Object.fromEntries(
    headings.flatMap((heading) => (byLabel.has(folded(heading)) ? [[heading, byLabel.get(folded(heading))!]] : [])),
  );
}

async function judge(look: Look, type: RecordType, rows: Row[], mapping: Record<string, string>): Promise<Judged[]> {
  const judged: Judged[] = [];
  const seen = new Map<string, number>();
  for (const row of rows) {
    const { values, faults } = await readRow(look, type, row, mapping);
    const title = String(values.name ?? values.title ?? Object.values(values)[0] ?? '');
    const refusals = faults.length > 0 ? faults : await tried(look, type, values);
    const key = JSON.stringify(values);
    const twin = seen.get(key);
    if (twin)
      refusals.push({
        code: 'duplicate',
        line: row.line,
        message: text(`與第 ${twin} 列相同。`, `The same as line ${twin}.`),
      });
    seen.set(key, row.line);
    judged.push({
      line: row.line,
      outcome: refusals.length > 0 ? 'refused' : 'new',
      title,
      values,
      refused: refusals.map((one) => ({ ...one, line: row.line })),
    });
  }
  return judged;
}

async function readRow(
  look: Look,
  type: RecordType,
  row: Row,
  mapping: Record<string, string>,
): Promise<{ values: Values; faults: Refusal[] }> {
  const values: Values = {};
  const faults: Refusal[] = [];
  for (const [heading, name] of Object.entries(mapping)) {
    const field = type.fields[name];
    const written = row.cells[heading]?.trim() ?? '';
    if (!field || written === '') continue;
    const read = await readCell(look, field, written);
    if (isRefused(read)) faults.push(...read.refused.map((one) => ({ ...one, field: name, line: row.line })));
    else values[name] = read.value;
  }
  return { values, faults };
}

/** What opening such a record would be told now; nothing is written. */
async function tried(look: Look, type: RecordType, values: Values): Promise<Refusal[]> {
  const input = inputFor(look, actorOf(look.viewer));
  const outcome = await settleLook(
    look,
    () => decide(input, { do: 'open', id: 'trial', type: type.name, values }) as never,
  );
  return isRefused(outcome) ? (outcome as { refused: Refusal[] }).refused : [];
}

export const registerAnswers = {
  export: os.registers.export.handler(({ input, context }) =>
    asking(
      context,
      async (look) => {
        const type = look.context.definition.records[input.type];
        if (!type) return noSuch('這種簿冊', 'register');
        const columns = importable(type);
        const lines: string[][] = [['編號', '狀態', ...columns.map((field) => field.label.zh)]];
        for (let after: string | undefined, more = true; more && lines.length <= 100_000; ) {
          const page = await listRecords(look, { ...(input as ListQuery), limit: 200, ...(after ? { after } : {}) });
          if (isRefused(page)) return page;
          for (const item of page.items) lines.push(await exportLine(look, item.id, columns));
          after = page.next;
          more = after !== undefined;
        }
        return {
          name: `${type.label.zh}.csv`,
          csv: `\ufeff${stringify(lines, { escape_formulas: true })}`,
          rows: lines.length - 1,
        };
      },
      input.asOf,
    ),
  ),
  importPreview: os.registers.importPreview.handler(({ input, context }) =>
    asking(context, async (look) => {
      const type = look.context.definition.records[input.type];
      if (!type) return noSuch('這種簿冊', 'register');
      const { headings, rows } = rowsOf(input);
      if (rows.length > MOST_ROWS) return tooMany;
      const mapping = input.mapping ?? guessMapping(type, headings);
      return {
        headings,
        mapping,
        fields: importable(type).map((field) => fieldView(look.context.definition, field, false)),
        rows: await judge(look, type, rows, mapping),
      };
    }),
  ),
  importCommit: os.registers.importCommit.handler(async ({ input, context }) => {
    const caller = await signedIn(context);
    mustWrite(caller);
    const judged = await asking(context, async (look) => {
      const type = look.context.definition.records[input.type];
      if (!type) return noSuch('這種簿冊', 'register');
      const { headings, rows } = rowsOf(input);
      if (rows.length > MOST_ROWS) return tooMany;
      return judge(look, type, rows, input.mapping ?? guessMapping(type, headings));
    });
    const written = await Promise.all(
      judged.map(async (row): Promise<Judged> => {
        if (row.outcome === 'refused') return row;
        const command = {
          do: 'open' as const,
          id: `${input.commandId}:${row.line}`,
          type: input.type,
          values: row.values,
        };
        const outcome = await commanding(context, command, { caller }).catch((error: unknown) => refusalIn(error));
        return 'refused' in outcome ? { ...row, outcome: 'refused', refused: outcome.refused } : row;
      }),
    );
    const counts = { new: 0, changed: 0, same: 0, refused: 0 };
    for (const row of written) counts[row.outcome] += 1;
    return { counts, rows: written };
  }),
};

/** A row refused in spite of the preview (somebody was faster) is told in its row; anything else stays a defect. */
function refusalIn(error: unknown): { refused: Refusal[] } {
  const data = (error as { data?: { refused?: Refusal[] } }).data;
  if (data?.refused) return { refused: data.refused };
  throw error;
}

const tooMany = refused({
  code: 'limit',
  message: text(`一次最多匯入 ${MOST_ROWS} 列，請分批。`, `At most ${MOST_ROWS} rows at a time; do it in parts.`),
});

async function exportLine(look: Look, id: string, columns: Field[]): Promise<string[]> {
  const state = look.known.records.get(id) ?? (await recordOf(look, id))?.state;
  if (!state) return [];
  const names = await namesIn(look, state.values as unknown as Value);
  const shown = (field: Field): string => {
    const value = state.values[field.name];
    if (value === undefined) return '';
    if (field.type.is === 'choice')
      return look.context.definition.lists[field.type.of]?.rows[String(value)]?.label.zh ?? String(value);
    if (Array.isArray(value)) return value.map((one) => names[String(one)] ?? String(one)).join('、');
    if (typeof value === 'boolean') return value ? '是' : '否';
    return names[String(value)] ?? (typeof value === 'object' ? JSON.stringify(value) : String(value));
  };
  return [
    state.number,
    look.context.definition.records[state.type]?.flow[state.state]?.label.zh ?? state.state,
    ...columns.map(shown),
  ];
}
