import { parse } from 'csv-parse/sync';
import { STRONG, suggestions } from '../../kernel/clauses/suggest.ts';
import { text } from '../../kernel/text.ts';
import { checklists, checklistView } from '../../runtime/query/checklists.ts';
import { citations } from '../../runtime/query/citations.ts';
import type { Look } from '../../runtime/query/look.ts';
import { comparable } from '../../runtime/query/texts.ts';
import { asking, commanding, no, os } from './ask.ts';

/** Checklists of authorities: questions read from a table, mapped to clauses. */

type Column = 'number' | 'part' | 'text' | 'hint' | 'clauses';
const HEADINGS: [Column, RegExp][] = [
  ['number', /^(題號|項次|編號|序號|no|number|#)$/],
  ['text', /(檢核題目|檢核項目|查核項目|稽核項目|檢查項目|檢核內容|稽核內容|題目|問題|question)/],
  ['part', /(構面|面向|類別|大項|分類|category|part)/],
  ['clauses', /(條文|條號|對應|clause)/],
  ['hint', /(說明|佐證|備註|應備文件|evidence|hint|note)/],
];

const folded = (heading: string) =>
  heading
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s*:：]/g, '');

function columnsOf(headings: string[]): Map<Column, number> {
  const found = new Map<Column, number>();
  for (const [at, heading] of headings.entries()) {
    const column = HEADINGS.find(([name, pattern]) => !found.has(name) && pattern.test(folded(heading)))?.[0];
    if (column) found.set(column, at);
  }
  return found;
}

type Row = { line: number; number: string; part: string; text: string; hint: string; clauses: string };

function rowsOf(csv: string): { rows: Row[]; columns: Record<string, string> } {
  let table: { record: string[]; info: { lines: number } }[];
  try {
    table = parse(csv, {
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      info: true,
    }) as unknown as typeof table;
  } catch (error) {
    const line = (error as { lines?: number }).lines;
    const at = line === undefined ? '?' : String(line);
    return no([
      {
        code: 'invalid',
        field: 'csv',
        ...(line ? { line } : {}),
        message: text(`第 ${at} 列不是完整的 CSV：引號未成對。`, `Line ${at} is not whole CSV: a quote is not closed.`),
      },
    ]);
  }
  const headings = table[0]?.record ?? [];
  const columns = columnsOf(headings);
  // One column without headings is a list of questions, too.
  const bare = !columns.has('text');
  if (bare && headings.length > 1) return no([noQuestions(headings)]);
  if (bare) columns.set('text', 0);
  let part = '';
  const rows = table.slice(bare ? 0 : 1).flatMap(({ record, info }, at): Row[] => {
    const cell = (column: Column) => record[columns.get(column) ?? -1] ?? '';
    part = cell('part') || part; // merged cells are filled once
    const words = cell('text');
    return words === ''
      ? []
      : [
          {
            line: info.lines,
            number: cell('number') || String(at + 1),
            part,
            text: words,
            hint: cell('hint'),
            clauses: cell('clauses'),
          },
        ];
  });
  if (rows.length === 0) return no([noQuestions(headings)]);
  return { rows, columns: Object.fromEntries([...columns].map(([column, at]) => [headings[at] ?? '', column])) };
}

const noQuestions = (headings: string[]) => ({
  code: 'invalid' as const,
  field: 'csv',
  message: text(
    `找不到題目欄；讀到的欄名是：${headings.join('、')}`,
    `No column of questions; the headings read: ${headings.join(', ')}`,
  ),
  fix: {
    text: text(
      '第一列請放欄名，題目欄命名為「檢核項目」',
      'Put headings in the first row and call the questions "question"',
    ),
  },
});

/** What a cell names: our identifiers first, then the numbers of the organisation's procedures, then our own numbers. */
async function namedIn(look: Look): Promise<(cell: string) => string[]> {
  const [theirs, ours] = [new Map<string, string[]>(), new Map<string, string[]>()];
  const add = (names: Map<string, string[]>, name: string, id: string) =>
    names.set(folded(name), [...(names.get(folded(name)) ?? []), id]);
  const { clauses } = look.context.definition;
  for (const { id, ref } of Object.values(clauses)) if (ref) add(ours, ref, id);
  for (const [id, cites] of Object.entries(await citations(look))) for (const { cite } of cites) add(theirs, cite, id);
  const one = (part: string) =>
    clauses[part.trim()] ? [part.trim()] : (theirs.get(folded(part)) ?? ours.get(folded(part)) ?? []);
  return (cell) => [...new Set(cell.split(/[;；,，\n]|、(?=\d|第)/).flatMap(one))];
}

export const checklistAnswers = {
  list: os.checklists.list.handler(({ input, context }) => asking(context, checklists, input.asOf)),
  get: os.checklists.get.handler(({ input, context }) =>
    asking(context, (look) => checklistView(look, input.checklist), input.asOf),
  ),
  preview: os.checklists.preview.handler(({ input, context }) =>
    asking(context, async (look) => {
      const { rows, columns } = rowsOf(input.csv);
      const named = await namedIn(look);
      const found = suggestions(
        rows.map(({ text: words, hint }, at) => ({ id: String(at), path: [], text: `${words} ${hint}` })),
        comparable(look.context.definition),
      );
      const questions = rows.map(({ clauses, ...row }, at) => ({
        ...row,
        ours: named(clauses),
        suggestions: found.get(String(at)) ?? [],
      }));
      return { questions, columns, strong: STRONG };
    }),
  ),
  import: os.checklists.import.handler(async ({ input: { commandId, questions, ...card }, context }) => {
    const links = questions.flatMap(({ ours }, at) => (ours.length > 0 ? [{ at, ours }] : []));
    const { pos } = await commanding(context, {
      do: 'procedures.import_checklist',
      id: commandId,
      input: { checklist: commandId, ...card, questions: questions.map(({ ours: _, ...question }) => question), links },
    });
    return { pos, checklist: commandId };
  }),
  link: os.checklists.link.handler(async ({ input: { commandId, ...given }, context }) => {
    const { pos } = await commanding(context, { do: 'procedures.link_checklist', id: commandId, input: given });
    return { pos };
  }),
  withdraw: os.checklists.withdraw.handler(async ({ input: { commandId, ...given }, context }) => {
    const { pos } = await commanding(context, { do: 'procedures.withdraw_checklist', id: commandId, input: given });
    return { pos };
  }),
};
