import { localDate } from '../kernel/calendar/date.ts';
import { formatRoc } from '../kernel/calendar/roc.ts';
import { contentCode } from '../kernel/engine/otherwise.ts';
import type { Row, Value } from '../kernel/engine/types.ts';
import type { RecordType } from '../kernel/pack/types.ts';
import type { Language, Text } from '../kernel/text.ts';
import type { PrintDocument, PrintField, PrintSeal, PrintSection } from '../print/types.ts';
import { WITHHELD } from '../runtime/query/names.ts';
import type { FieldView, HistoryItem, RecordView, SectionView } from '../runtime/views.ts';
import { correctionsSection, instant, markedSection, noteOf } from './paper-marks.ts';

type Paper = {
  view: RecordView;
  type: RecordType;
  history: HistoryItem[];
  language: Language;
  organisation: string;
  now: string;
  baseUrl: string;
  /** Which clauses it rests on, by the procedure that has them. */
  basis?: Basis[];
  /** Sections a module adds: the rows of an opening list. */
  more?: PrintSection[];
};

/** A procedure and the numbers of its clauses. */
export type Basis = { title: string; cites: string[] };

/** A record as its official form: header, every section, the seals in order, and where the ledger proves it. */
export function paperOf({
  view,
  type,
  history,
  language,
  organisation,
  now,
  baseUrl,
  basis = [],
  more = [],
}: Paper): PrintDocument {
  const say = (text: Text) => text[language];
  const code = contentCode(type, view);
  const moment = (at: string) => instant(at, language);
  return {
    language,
    organisation,
    title: type.print && say(type.print.form) !== 'official' ? say(type.print.form) : say(view.typeLabel),
    serial: view.number,
    classification: language === 'zh' ? '內部使用' : 'internal',
    version: String(view.version),
    header: headerOf(view, language),
    sections: [
      ...view.sections.flatMap((section) => sectionsOf(section, view, language)),
      ...gapsSection(view, language),
      ...more,
      ...markedSection(view, language),
      ...correctionsSection(view, language),
      ...basisOf(basis, language),
    ],
    seals: sealsOf(view, language),
    history: history
      .filter((item) => PRINTED.has(item.type))
      .reverse()
      .map((item) => ({
        at: moment(item.at),
        who: item.by?.name ?? (language === 'zh' ? '系統' : 'system'),
        what: item.mark ? `${say(item.label)}（${say(item.mark.label)}）` : say(item.label),
      })),
    proofUrl: `${baseUrl}/records/${view.id}?print=${code}`,
    code,
    printedAt: moment(now),
    ...(view.asOf
      ? { footnote: language === 'zh' ? `依基準日 ${formatRoc(view.asOf)} 之內容列印` : `As of ${view.asOf}` }
      : {}),
  };
}

/** The state, with what stands beside the record wherever it is shown. */
function standing({ stateLabel, badges }: RecordView, language: Language): string {
  if (badges.length === 0) return stateLabel[language];
  const names = badges.map((one) => one[language]);
  return language === 'zh' ? `${stateLabel.zh}（${names.join('、')}）` : `${stateLabel.en} (${names.join(', ')})`;
}

/** Papers it lacks: nobody who holds the sheet may take it for complete. */
function gapsSection(view: RecordView, language: Language): PrintSection[] {
  if (view.gaps.length === 0) return [];
  const zh = language === 'zh';
  const columns = zh ? ['所缺文件', '補件期限', '負責人', '編號'] : ['Missing paper', 'Due', 'Owner', 'Number'];
  const rows = view.gaps.map(({ what, due, late, owner, number }) => [
    what[language],
    (due ? (zh ? formatRoc(due) : due) : '') + (late ? (zh ? '（逾期）' : ' (late)') : ''),
    owner?.name ?? '',
    number,
  ]);
  return [{ title: zh ? '待補文件' : 'Missing papers', table: { columns: columns.map((title) => ({ title })), rows } }];
}

function basisOf(basis: Basis[], language: Language): PrintSection[] {
  if (basis.length === 0) return [];
  const zh = language === 'zh';
  const columns = [{ title: zh ? '程序書' : 'Procedure' }, { title: zh ? '條號' : 'Clauses' }];
  const rows = basis.map(({ title, cites }) => [title, cites.join(zh ? '；' : '; ')]);
  return [{ title: zh ? '依據條文' : 'Clauses it rests on', table: { columns, rows } }];
}

const PRINTED = new Set(
  ['opened', 'acted', 'sealed', 'voided', 'settled', 'confirmed', 'declined', 'corrected', 'objected', 'decided'].map(
    (name) => `record.${name}`,
  ),
);

function headerOf(view: RecordView, language: Language): PrintField[] {
  const zh = language === 'zh';
  const date = (at: string) => (zh ? formatRoc(localDate(at)) : localDate(at));
  return [
    { label: zh ? '申請日期' : 'Date', value: date(view.openedAt) },
    ...(view.requester ? [{ label: zh ? '申請人' : 'Requester', value: view.requester.name }] : []),
    ...(view.unit ? [{ label: zh ? '單位' : 'Unit', value: view.unit.name }] : []),
    { label: zh ? '狀態' : 'State', value: standing(view, language) },
  ];
}

function sectionsOf(section: SectionView, view: RecordView, language: Language): PrintSection[] {
  const shown = section.fields.filter((field) => !field.hidden);
  const plain = shown.filter((field) => field.type !== 'table');
  const parts: PrintSection[] = [];
  if (plain.length > 0) {
    parts.push({
      title: section.label[language],
      fields: plain.map((field) => ({
        label: field.label[language] + (field.unit ? `（${field.unit}）` : ''),
        value: written(field, view.values[field.name], namesIn(view, language), language),
      })),
    });
  }
  for (const table of shown.filter((field) => field.type === 'table'))
    parts.push(tableOf(table, view, language, plain.length > 0 ? undefined : section.label[language]));
  return parts;
}

function tableOf(field: FieldView, view: RecordView, language: Language, heading: string | undefined): PrintSection {
  const columns = field.columns ?? [];
  const rows = (view.values[field.name] as Row[] | undefined) ?? [];
  const names = namesIn(view, language);
  const drawn = rows.some((row) => row.source !== undefined);
  const title =
    heading && heading !== field.label[language] ? `${heading}：${field.label[language]}` : field.label[language];
  return {
    title,
    table: {
      columns: [
        ...(drawn ? [{ title: language === 'zh' ? '項目' : 'Item' }] : []),
        ...columns.map((column) => ({ title: column.label[language] })),
      ],
      rows: rows.map((row) => [
        ...(drawn ? [names[String(row.source)] ?? String(row.source ?? '')] : []),
        ...columns.map((column) => [written(column, row[column.name], names, language)].flat().join('、')),
      ]),
    },
  };
}

/** Names of what values point to, rows of lists and what the reader may not see in the language of the paper. */
const namesIn = (view: RecordView, language: Language): Record<string, string> => ({
  ...Object.fromEntries(Object.entries(view.rows).map(([id, label]) => [id, label[language]])),
  ...Object.fromEntries(Object.entries(view.names).map(([id, name]) => [id, name || WITHHELD[language]])),
});

/** A value as it reads on paper. */
export function written(
  field: FieldView,
  value: Value | undefined,
  names: Record<string, string>,
  language: Language,
): string | string[] {
  const zh = language === 'zh';
  if (value === undefined) return '';
  switch (field.type) {
    case 'yes_no':
      return value ? (zh ? '是' : 'yes') : zh ? '否' : 'no';
    case 'date':
      return zh ? formatRoc(String(value)) : String(value);
    case 'moment':
      return instant(String(value), language);
    case 'period': {
      const { start, end } = value as { start: string; end: string };
      return `${instant(start, language)}${zh ? ' 至 ' : ' – '}${instant(end, language)}`;
    }
    case 'choice':
      return field.options?.find((option) => option.value === value)?.label[language] ?? String(value);
    case 'choices':
      return (value as string[])
        .map((one) => field.options?.find((option) => option.value === one)?.label[language] ?? one)
        .join('、');
    case 'files':
      return (value as { name: string; sha256: string }[]).map(
        (file) => `${file.name}（SHA-256 ${file.sha256.slice(0, 12)}…）`,
      );
    default:
      if (Array.isArray(value)) return value.map((one) => names[String(one)] ?? String(one)).join('、');
      if (typeof value === 'object') return Object.values(value).join(' ');
      return (names[String(value)] ?? String(value)).split('\n');
  }
}

function sealsOf(view: RecordView, language: Language): PrintSeal[] {
  const done = view.seals.map((seal) => ({
    label: seal.label[language],
    name: seal.for ? `${seal.for.name}` : seal.by.name,
    ...(seal.role ? { role: seal.role[language] } : {}),
    at: seal.mark?.signedOn
      ? written({ type: 'date' } as FieldView, seal.mark.signedOn, {}, language).toString()
      : instant(seal.mark?.at ?? seal.at, language),
    ...noteOf(seal, language),
    ...(seal.void ? { void: true } : {}),
  }));
  return [...done, ...view.emptySeals.map((seal) => ({ label: seal.label[language], role: seal.role[language] }))];
}
