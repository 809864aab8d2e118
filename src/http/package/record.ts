import { sql } from 'kysely';
import { localDate } from '../../kernel/calendar/date.ts';
import { formatRoc } from '../../kernel/calendar/roc.ts';
import type { FileValue } from '../../kernel/engine/types.ts';
import type { RecordType } from '../../kernel/pack/types.ts';
import { isRefused, type Refused } from '../../kernel/refusal.ts';
import type { Text } from '../../kernel/text.ts';
import type { IndexRecord } from '../../print/package/types.ts';
import type { PrintDocument } from '../../print/types.ts';
import type { Look } from '../../runtime/query/look.ts';
import type { RecordView } from '../../runtime/views.ts';
import { type About, recordPaper } from '../print.ts';
import { filesOf } from './attachments.ts';

export type Content = {
  entry: Omit<IndexRecord, 'files'>;
  paper: PrintDocument;
  files: FileValue[];
  /** Its entries in the ledger. */
  positions: number[];
};

/** What a package tells of one record. */
export async function contentOf(look: Look, id: string, about: About): Promise<Content | Refused> {
  const read = await recordPaper(look, id, about);
  if (isRefused(read)) return read;
  const { view, paper, type, emergencies } = read;
  const { language } = about;
  const date = (at: string) => (language === 'zh' ? formatRoc(localDate(at), 'slash') : localDate(at));
  return {
    entry: {
      id,
      number: view.number,
      title: view.title === view.number ? '' : view.title,
      kind: view.typeLabel[language],
      opened: date(view.openedAt),
      ...(view.closedAt ? { closed: date(view.closedAt) } : {}),
      state: view.stateLabel[language],
      marks: marksOf(view, type, emergencies).map((one) => one[language]),
    },
    paper,
    files: filesOf(view),
    positions: await positionsOf(look, id),
  };
}

/** How it came about, where not in the ordinary way: each word once. */
function marksOf(view: RecordView, type: RecordType, emergencies: Text[]): Text[] {
  const all: Text[] = [
    ...(view.origin?.type === 'opening_list' ? [CARRIED_IN] : []),
    ...(type.name === 'registered_result' ? [BY_HAND] : []),
    ...view.marked.map(({ mark }) => mark.label),
    ...view.seals.flatMap(({ mark, for: principal, afterReset }) => [
      ...(mark ? [mark.label] : []),
      ...(principal ? [DEPUTY] : []),
      ...(afterReset ? [AFTER_RESET] : []),
    ]),
    ...emergencies,
    ...view.corrections.map(({ kind }) => (kind === 'erratum' ? ERRATUM : CORRECTED)),
  ];
  return [...new Map(all.map((one) => [one.zh, one])).values()];
}

async function positionsOf(look: Look, id: string): Promise<number[]> {
  const found = await sql<{
    pos: string;
  }>`select pos from event where organisation = ${look.organisation} and stream = ${id}
    ${look.asOf ? sql`and pos < ${look.asOf.pos}` : sql``} order by pos`.execute(look.tx);
  return found.rows.map(({ pos }) => Number(pos));
}

const CARRIED_IN = { zh: '沿用（期初建檔）', en: 'Carried in (opening list)' };
const BY_HAND = { zh: '人工登錄', en: 'By hand' };
const DEPUTY = { zh: '代理', en: 'Deputy' };
const AFTER_RESET = { zh: '重設密碼後簽核', en: 'Sealed after a reset' };
const CORRECTED = { zh: '更正', en: 'Corrected' };
const ERRATUM = { zh: '勘誤', en: 'Erratum' };
