import { stringify } from 'csv-stringify/sync';
import { localDate } from '../../kernel/calendar/date.ts';
import { formatRoc } from '../../kernel/calendar/roc.ts';
import type { Row } from '../../kernel/engine/types.ts';
import type { Text } from '../../kernel/text.ts';
import { backupRuns } from '../../modules/backups/index.ts';
import { dueRecords } from '../../modules/retention/index.ts';
import { INSTALLATION } from '../../runtime/organisations.ts';
import { noSuch, recordOf } from '../../runtime/query/look.ts';
import { mayRead } from '../../runtime/query/reading.ts';
import { withOrganisation } from '../../runtime/store/session.ts';
import { asking, commanding, handedOver, hasRole, notAllowed, os } from './ask.ts';

const READERS = ['security_officer', 'ciso', 'isms_coordinator', 'room_manager', 'auditor', 'isms_team_lead'];

export const keepingAnswers = {
  due: os.keeping.due.handler(({ context }) =>
    asking(context, async (look) => {
      if (!hasRole(look, ...READERS)) return notAllowed;
      const { records } = look.context.definition;
      const due = await dueRecords(look.tx, look.organisation, look.parts.calendar(), look.now);
      return due.map(({ type, ...one }) => ({ ...one, typeLabel: records[type]?.label ?? { zh: type, en: type } }));
    }),
  ),
  propose: os.keeping.propose.handler(async ({ input: { commandId, title, records }, context }) => {
    const items = await asking(context, async (look) => {
      const due = await dueRecords(look.tx, look.organisation, look.parts.calendar(), look.now);
      const chosen = due.filter(({ id }) => records.includes(id));
      return chosen.map(
        (one): Row => ({
          id: one.id,
          record: one.id,
          number: one.number,
          kind: look.context.definition.records[one.type]?.label.zh ?? one.type,
          closed: localDate(one.closedAt),
          ends: localDate(one.ends),
        }),
      );
    });
    const command = { do: 'open' as const, id: commandId, type: 'disposal', values: { title, items: items as never } };
    const { response } = await commanding(context, command);
    return { id: (response as { record: string }).record };
  }),
  catalogue: os.keeping.catalogue.handler(async ({ input, context }) => {
    const table = await asking(context, async (look) => {
      const found = await recordOf(look, input.id);
      if (found?.state.type !== 'disposal' || !(await mayRead(look, found.state, found.type)))
        return noSuch('這個銷毀案', 'disposal');
      const rows = (found.state.values.items ?? []) as unknown as Record<string, string>[];
      const day = (date: string | undefined) => (date ? formatRoc(date, 'slash') : '');
      const lines = rows.map(({ number = '', kind = '', closed, ends }, at) => [
        ...[String(at + 1), number, kind, day(closed), day(ends)],
        String(found.state.values.approval_number ?? ''),
      ]);
      const csv = stringify([['序號', '編號', '種類', '結案日期', '保存屆滿日', '核准文號'], ...lines], {
        bom: true,
        escape_formulas: true,
      });
      return { name: `${found.state.number}-銷毀目錄.csv`, csv, rows: lines.length };
    });
    return handedOver(context, { what: 'catalogue', type: 'disposal', filter: { record: input.id } }, table);
  }),
  hold: os.keeping.hold.handler(async ({ input: { commandId, ...input }, context }) => {
    const { pos } = await commanding(context, { do: 'retention.hold', id: commandId, input });
    return { pos };
  }),
  release: os.keeping.release.handler(async ({ input: { commandId, ...input }, context }) => {
    const { pos } = await commanding(context, { do: 'retention.release', id: commandId, input });
    return { pos };
  }),
  erase: os.keeping.erase.handler(async ({ input: { commandId, ...input }, context }) => {
    const { pos } = await commanding(context, { do: 'retention.erase', id: commandId, input });
    return { pos };
  }),
  backups: os.keeping.backups.handler(async ({ context }) => {
    await asking(context, async (look) => hasRole(look, ...READERS) || notAllowed);
    const { db } = context.http.parts;
    const runs = await withOrganisation(db, INSTALLATION, (tx) => backupRuns(tx, INSTALLATION, 60));
    return runs.map(({ kind, at, disk_name, passed, about }) => {
      const { generations, reason } = about as { generations?: number; reason?: Text };
      return {
        kind,
        at: at.toISOString(),
        passed,
        ...(disk_name ? { disk: disk_name } : {}),
        ...(generations === undefined ? {} : { generations }),
        ...(reason ? { reason } : {}),
      };
    });
  }),
};
