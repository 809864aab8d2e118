import { readPasted, readTable, type TableRead } from '../../importers/table/read.ts';
import { tableOf } from '../../importers/table/table.ts';
import { MOST_ROWS, type Sheet } from '../../importers/table/types.ts';
import type { RecordType } from '../../kernel/pack/types.ts';
import { type Refused, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import { OPENING_LIST } from '../../modules/opening/list.ts';
import { fieldView } from '../../runtime/query/fields.ts';
import { type Look, label, noSuch } from '../../runtime/query/look.ts';
import { personNamed, refOf } from '../../runtime/query/names.ts';
import { fileOf } from '../files.ts';
import { columnsOf, fieldNamed, guessMapping } from '../opening/columns.ts';
import { keepList, keptList } from '../opening/kept.ts';
import { type GivenRow, judgeRows } from '../opening/rows.ts';
import { asking, type Context, commanding, must, mustWrite, no, os, signedIn } from './ask.ts';

/** 期初建檔: a spreadsheet read and judged; the list kept as a form, which signing enters as a whole. */

const registerOf = (look: Look, name: string): RecordType | Refused => {
  const type = look.context.definition.records[name];
  return type?.role === 'register' ? type : noSuch('這種簿冊', 'register');
};

async function tableGiven(
  context: Context,
  { file, pasted }: { file?: string | undefined; pasted?: string | undefined },
) {
  if (!file) return pasted?.trim() ? must(readPasted(pasted)) : no(nothingGiven.refused);
  const known = await fileOf(context.http, await signedIn(context), file);
  const blob = known ? await context.http.blobs.get(file) : undefined;
  return blob ? must(await readTable(() => blob.stream())) : no(fileGone.refused);
}

const fileGone = noSuch('這個檔案，請重新上傳', 'file; upload it again');
const nothingGiven = refused({
  code: 'required',
  field: 'pasted',
  message: text('請選擇檔案或貼上儲存格。', 'Choose a file or paste cells.'),
});

/** The sheet asked for, else the first that is shown and holds something. */
function sheetOf({ sheets }: TableRead, asked: number | undefined): { sheet: Sheet; at: number } {
  const shown = sheets.findIndex(({ hidden, rows }) => !hidden && rows.length > 0);
  const at = asked !== undefined && sheets[asked] ? asked : Math.max(0, shown);
  return { sheet: sheets[at]!, at };
}

/** Rows in the order they are entered: what others refer to stands first. */
const inOrder = (rows: GivenRow[]): GivenRow[] => [
  ...rows.filter(({ line }) => line < 0),
  ...rows.filter(({ line }) => line >= 0),
];

type Table = Parameters<Parameters<typeof os.registers.check.handler>[0]>[0]['input'];

async function checked(look: Look, input: Table) {
  const type = registerOf(look, input.type);
  if ('refused' in type) return type;
  const mapping = input.mapping ?? guessMapping(type, input.headings);
  const rows = inOrder(input.rows);
  const judged = await judgeRows(look, rows, mapping, input.resolved);
  return { type, mapping, rows, judged: judged.rows, second: judged.second };
}

export const openingAnswers = {
  readTable: os.registers.readTable.handler(async ({ input, context }) => {
    await signedIn(context);
    const read = await tableGiven(context, input);
    const { sheet, at } = sheetOf(read, input.sheet);
    return asking(context, async (look) => {
      const type = registerOf(look, input.type);
      if ('refused' in type) return type;
      const named = fieldNamed(type);
      const { headings, rows, notes, more } = tableOf(sheet, (heading) => named(heading) !== undefined);
      if (more || rows.length > MOST_ROWS) return tooMany;
      const sheets = read.sheets.map(({ name, hidden, rows: all }) => ({ name, hidden, rows: all.length }));
      return { format: read.format, sheet: at, sheets, headings, rows, notes };
    });
  }),
  check: os.registers.check.handler(({ input, context }) =>
    asking(context, async (look) => {
      const outcome = await checked(look, input);
      if ('refused' in outcome) return outcome;
      const { type, mapping, judged, second } = outcome;
      return {
        mapping,
        fields: columnsOf(type).map((field) => fieldView(look.context.definition, field, false)),
        rows: judged.map(({ values: _, ...row }) => row),
        second: second.map(({ type: of, persons }) => ({
          type: label(look.context.definition, of),
          persons: persons.map((person) => personNamed(look, person)),
        })),
      };
    }),
  ),
  draft: os.registers.draft.handler(async ({ input, context }) => {
    const caller = await signedIn(context);
    await mustWrite(context, caller);
    const { type, mapping, rows, judged, second } = await asking(context, (look) => checked(look, input));
    const { headings, resolved, title, source, list, commandId } = input;
    const file = await keepList(context.http, caller, { type: type.name, headings, mapping, resolved, rows }, judged);
    const count = (outcome: string) => judged.filter((row) => row.outcome === outcome).length;
    const values = {
      title,
      register: type.label.zh,
      entries: count('new') + count('refused'),
      left_out: count('left'),
      open_problems: count('refused'),
      second: second.length > 0,
      list: [file],
      source,
    };
    const done = await commanding(
      context,
      list
        ? { do: 'save', id: commandId, record: list.id, version: list.version, values: values as never }
        : { do: 'open', id: commandId, type: OPENING_LIST, values: values as never },
      { caller },
    );
    const { record, version } = done.response as { record: string; version: number };
    return { pos: done.pos, id: record, version, entries: values.entries, problems: values.open_problems };
  }),
  list: os.registers.list.handler(({ input, context }) =>
    asking(context, async (look) => {
      const kept = await keptList(look, context.http, input.id);
      if ('refused' in kept) return kept;
      const { list, record } = kept;
      const state = look.known.records.get(input.id)!;
      return {
        list: refOf(look, { ...state, title: record.title }),
        version: record.version,
        title: record.title,
        type: list.type,
        headings: list.headings,
        mapping: list.mapping,
        resolved: list.resolved,
        rows: list.rows.map(({ id, line, type, cells, values, decided, problem }) => ({
          id,
          line,
          type,
          cells,
          values,
          ...(decided ? { decided } : {}),
          ...(problem ? { problem } : {}),
        })),
        source: record.source,
      };
    }),
  ),
};

const tooMany = refused({
  code: 'limit',
  message: text(`一份清冊最多 ${MOST_ROWS} 列，請分成幾份。`, `A list has at most ${MOST_ROWS} rows; make several.`),
});
