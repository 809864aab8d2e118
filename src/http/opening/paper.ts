import type { Definition } from '../../kernel/pack/types.ts';
import type { Language } from '../../kernel/text.ts';
import type { ListRow, OpeningList } from '../../modules/opening/list.ts';
import type { PrintSection } from '../../print/types.ts';

/** More columns than this do not stay legible side by side on A4: each row then names its fields. */
const MOST_COLUMNS = 6;

/** The rows of an opening list as its signer reads them on paper: every one, also what is left out, and what unclear texts were taken to mean. */
export function rowsOnPaper(list: OpeningList, definition: Definition, language: Language): PrintSection[] {
  const created = list.rows.filter(({ line }) => line < 0);
  const rows = list.rows.filter(({ line }) => line >= 0);
  return [
    ...(created.length > 0 ? [createdOnPaper(created, definition, language)] : []),
    tableOf(rows, list, language),
  ];
}

function tableOf(rows: ListRow[], list: OpeningList, language: Language): PrintSection {
  const columns = Object.entries(list.mapping);
  const words = WORDS[language];
  const meant = new Map(list.resolved.map(({ field, written, name }) => [`${field}|${written}`, name]));
  const cell = (row: ListRow, heading: string, field: string) => {
    const written = row.cells[heading]?.trim() ?? '';
    const name = meant.get(`${field}|${written}`);
    return name && name !== written ? `${written} → ${name}` : written;
  };
  const outcome = (row: ListRow) => (row.decided === 'out' ? words.left : row.problem ? words.open : '');
  const title = words.rows(rows.filter(({ decided }) => decided !== 'out').length, rows.length);
  if (columns.length <= MOST_COLUMNS)
    return {
      title,
      table: {
        columns: [
          { title: words.line, width: 7, align: 'right' },
          ...columns.map(([heading]) => ({ title: heading })),
          { title: words.outcome, width: 9 },
        ],
        rows: rows.map((row) => [
          String(row.line),
          ...columns.map(([heading, field]) => cell(row, heading, field)),
          outcome(row),
        ]),
      },
    };
  return {
    title,
    table: {
      columns: [
        { title: words.line, width: 7, align: 'right' },
        { title: words.name, width: 22 },
        { title: words.content, width: 62 },
        { title: words.outcome, width: 9 },
      ],
      rows: rows.map((row) => [
        String(row.line),
        row.title,
        said(columns, (h, f) => (f === 'name' || f === 'title' ? '' : cell(row, h, f))),
        outcome(row),
      ]),
    },
  };
}

const said = (columns: [string, string][], cell: (heading: string, field: string) => string): string =>
  columns
    .flatMap(([heading, field]) => (cell(heading, field) === '' ? [] : [`${heading}：${cell(heading, field)}`]))
    .join('；');

/** Records the rows refer to, entered before them by the same signature. */
function createdOnPaper(rows: ListRow[], definition: Definition, language: Language): PrintSection {
  const words = WORDS[language];
  const content = ({ type, cells }: ListRow) =>
    Object.entries(cells)
      .flatMap(([name, written]) => {
        const field = definition.records[type]?.fields[name];
        return field && written.trim() !== '' ? [`${field.label[language]}：${written}`] : [];
      })
      .join('；');
  return {
    title: words.created(rows.length),
    table: {
      columns: [
        { title: words.register, width: 20 },
        { title: words.name, width: 25 },
        { title: words.content, width: 55 },
      ],
      rows: rows.map((row) => [definition.records[row.type]?.label[language] ?? row.type, row.title, content(row)]),
    },
  };
}

const WORDS = {
  zh: {
    line: '列號',
    name: '名稱',
    content: '登錄內容',
    outcome: '備註',
    register: '簿冊',
    left: '不登錄',
    open: '待處理',
    rows: (entered: number, all: number) => `清冊內容（共 ${all} 列，登錄 ${entered} 列）`,
    created: (count: number) => `一併建立（${count} 筆）`,
  },
  en: {
    line: 'Line',
    name: 'Name',
    content: 'What is entered',
    outcome: 'Note',
    register: 'Register',
    left: 'left out',
    open: 'not settled',
    rows: (entered: number, all: number) => `Rows of the list (${all}, of which ${entered} are entered)`,
    created: (count: number) => `Created along (${count})`,
  },
};
