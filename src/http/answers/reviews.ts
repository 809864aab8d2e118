import { stringify } from 'csv-stringify/sync';
import { sql } from 'kysely';
import { localClock, localDate } from '../../kernel/calendar/date.ts';
import type { RecordState } from '../../kernel/engine/types.ts';
import { nextReview, reviewedEntries } from '../../runtime/audit-review.ts';
import { noSuch, recordOf } from '../../runtime/query/look.ts';
import { personNamed } from '../../runtime/query/names.ts';
import { mayRead, readable } from '../../runtime/query/reading.ts';
import { refusedEntries } from '../../runtime/refused-entries.ts';
import { asking, handedOver, hasRole, notAllowed, os } from './ask.ts';
import { READERS } from './backups.ts';
import { READS_TRAIL } from './proof.ts';

/** Half-yearly reviews of audit data: when the next is due, and everything a review covers. */
export const reviewAnswers = {
  reviews: os.keeping.reviews.handler(({ context }) =>
    asking(context, async (look) => {
      if (!hasRole(look, ...READERS)) return notAllowed;
      const found = await sql<{
        id: string;
        open: boolean;
        body: RecordState;
      }>`select c.id, c.open, c.body from record c
        where c.organisation = ${look.organisation} and c.type = 'audit_review' and ${readable(look)} order by c.opened_at desc limit 40`.execute(
        look.tx,
      );
      const next = await nextReview(look.tx, look.organisation, look.parts.calendar());
      // Of the review that is open, else of the one to come.
      const [newest] = found.rows;
      const since = String((newest?.open ? newest.body.values.begins : newest?.body.values.ends) ?? FIRST);
      const flow = look.context.definition.records.audit_review?.flow ?? {};
      return {
        ...(next ? { next } : {}),
        failures: hasRole(look, ...READS_TRAIL)
          ? { since, ...(await refusedEntries(look, since)) }
          : { since, count: 0, items: [] },
        exports: hasRole(look, ...READS_TRAIL),
        reviews: found.rows.map(({ id, open, body: { number, state, values, seals } }) => {
          const seal = seals.at(-1);
          return {
            id,
            number,
            open,
            state: flow[state]?.label ?? { zh: state, en: state },
            begins: String(values.begins),
            ends: String(values.ends),
            due: String(values.due_on),
            entries: totalOf(values.counts),
            ...(seal ? { signed: { at: seal.at, by: personNamed(look, seal.by) } } : {}),
          };
        }),
      };
    }),
  ),
  reviewed: os.keeping.reviewed.handler(async ({ input, context }) => {
    const table = await asking(context, async (look) => {
      if (!hasRole(look, ...READS_TRAIL)) return notAllowed;
      const found = await recordOf(look, input.id);
      if (found?.state.type !== 'audit_review' || !(await mayRead(look, found.state, found.type)))
        return noSuch('這份審查紀錄', 'review');
      const kinds = look.context.definition.lists.audit_kind;
      const entries = await reviewedEntries(look.tx, look.organisation, found.state);
      const rows = entries.map((one) => ({
        軌跡序號: one.pos,
        時間: `${localDate(one.at)} ${localClock(one.at)}`,
        類別: kinds?.rows[one.kind]?.label?.zh ?? one.kind,
        事項: one.words.zh,
        型別: one.type,
        行為人: one.who ? personNamed(look, one.who).name : '系統',
        抽中: one.sampled ? '是' : '',
      }));
      const csv = stringify(rows, { header: true, bom: true, escape_formulas: true });
      return { name: `${found.state.number}-審查範圍.csv`, csv, rows: rows.length };
    });
    return handedOver(context, { what: 'trail', type: 'audit_review', filter: { record: input.id } }, table);
  }),
};

const FIRST = '1970-01-01T00:00:00.000Z';

const totalOf = (counts: unknown): number =>
  Array.isArray(counts) ? counts.reduce((sum: number, row: { count?: number }) => sum + Number(row.count ?? 0), 0) : 0;
