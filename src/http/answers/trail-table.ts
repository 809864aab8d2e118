import { stringify } from 'csv-stringify/sync';
import { localClock, localDate } from '../../kernel/calendar/date.ts';
import type { Look } from '../../runtime/query/look.ts';
import { type TrailFilter, trailPage } from '../../runtime/query/trail.ts';

const MOST_ROWS = 100_000;
const PAGE = 1_000;

/** The ledger as a table, newest first: what each entry was, of whom, about what, and its hash in the tree. */
export async function trailTable(look: Look, filter: TrailFilter) {
  const lines: string[][] = [['軌跡序號', '時間', '事項', '行為人', '紀錄編號', '對象', '代碼', '已封存', '雜湊值']];
  for (let after: string | undefined, more = true; more && lines.length <= MOST_ROWS; ) {
    const page = await trailPage(look, { limit: PAGE, ...(after ? { after } : {}) }, filter);
    for (const { pos, at, label, by, for: principal, record, about, type, sealed, leaf } of page.items) {
      const when = `${localDate(at)} ${localClock(at)}`;
      const whom = record?.title ?? about?.zh ?? '';
      lines.push([
        String(pos),
        when,
        label.zh,
        [by?.name, principal && `（代理${principal.name}）`].filter(Boolean).join(''),
        record?.number ?? '',
        whom,
        type,
        sealed ? '是' : '否',
        leaf,
      ]);
    }
    after = page.next;
    more = after !== undefined;
  }
  const csv = stringify(lines, { bom: true, escape_formulas: true });
  return { name: `稽核紀錄-${localDate(look.now)}.csv`, csv, rows: lines.length - 1 };
}
