import { stringify } from 'csv-stringify/sync';
import { localDate } from '../../kernel/calendar/date.ts';
import type { Row } from '../../kernel/engine/types.ts';
import type { Refused } from '../../kernel/refusal.ts';
import {
  archivesStatus,
  type DisposalRow,
  type DueRecord,
  disposals,
  dueRecords,
  erasurePreview,
  erasures,
  holds,
  KEEPERS,
  peopleWhoLeft,
  STATES_ARCHIVES,
} from '../../modules/retention/index.ts';
import { type Look, noSuch, recordOf } from '../../runtime/query/look.ts';
import { personNamed, refsOf } from '../../runtime/query/names.ts';
import { mayRead } from '../../runtime/query/reading.ts';
import type { DisposalView, KeepingView } from '../contract/keeping.ts';
import { catalogueRows } from '../keeping-paper.ts';
import { asking, commanding, handedOver, hasRole, notAllowed, os } from './ask.ts';
import { backupAnswers, READERS } from './backups.ts';
import { reviewAnswers } from './reviews.ts';

/** Who drafts a disposal, as its form says. */
const PROPOSERS = ['isms_coordinator', 'security_officer', 'room_manager'];

/** Of what is kept or to go, what the viewer may read. */
async function readableOf<One>(look: Look, all: One[], idOf: (one: One) => string | undefined): Promise<One[]> {
  const refs = await refsOf(
    look,
    all.flatMap((one) => idOf(one) ?? []),
  );
  return all.filter((one) => refs.has(idOf(one) ?? ''));
}

async function dueToReader(look: Look): Promise<DueRecord[]> {
  const due = await dueRecords(look.tx, look.organisation, look.parts.calendar(), look.now);
  return readableOf(look, due, ({ id }) => id);
}

async function overview(look: Look): Promise<KeepingView | Refused> {
  if (!hasRole(look, ...READERS)) return notAllowed;
  const { tx, organisation } = look;
  const by = (person: string | null) => (person ? { by: personNamed(look, person) } : {});
  const placed = await readableOf(look, await holds(tx, organisation), ({ record }) => record);
  const ordered = await erasures(tx, organisation);
  const keeper = hasRole(look, ...KEEPERS);
  return {
    archives: { ...(await archivesStatus(tx, organisation)), may: hasRole(look, ...STATES_ARCHIVES) },
    keeper,
    proposes: hasRole(look, ...PROPOSERS),
    holds: placed.map(({ record, number, title, reason, placed_at, placed_by, lifted_at }) => ({
      record: { id: record, number, title },
      reason,
      at: placed_at.toISOString(),
      ...by(placed_by),
      ...(lifted_at ? { lifted: lifted_at.toISOString() } : {}),
    })),
    erasures: ordered.map(({ kind, id, number, reason, ordered_at, ordered_by, done_at }) => ({
      kind,
      id,
      ...(number ? { number } : {}),
      reason,
      at: ordered_at.toISOString(),
      ...by(ordered_by),
      ...(done_at ? { done: done_at.toISOString() } : {}),
    })),
    disposals: (await readableOf(look, await disposals(tx, organisation), ({ id }) => id)).map((row) =>
      disposalView(look, row),
    ),
    left: keeper ? await peopleWhoLeft(tx, organisation, localDate(look.now)) : [],
  };
}

function disposalView(look: Look, { id, body, title, open, destroyed }: DisposalRow): DisposalView {
  const state = look.context.definition.records.disposal?.flow[body.state]?.label;
  const { items, archive, approval_number: approval } = body.values;
  return {
    id,
    number: body.number,
    title,
    state: state ?? { zh: body.state, en: body.state },
    open,
    items: Array.isArray(items) ? items.length : 0,
    destroyed,
    archive: archive === true,
    ...(typeof approval === 'string' ? { approval } : {}),
  };
}

export const keepingAnswers = {
  overview: os.keeping.overview.handler(({ context }) => asking(context, overview)),
  preview: os.keeping.preview.handler(({ input, context }) =>
    asking(context, async (look) => {
      if (!hasRole(look, ...KEEPERS)) return notAllowed;
      const record = input.kind === 'record' ? await recordOf(look, input.id) : undefined;
      const person = input.kind === 'subject' ? look.context.directory.persons[input.id] : undefined;
      if (!record && !person) return noSuch('要刪除個資的對象', 'record or person');
      const name = person ? person.name : record!.state.number;
      return { name, ...(await erasurePreview(look.tx, look.organisation, input)) };
    }),
  ),
  due: os.keeping.due.handler(({ context }) =>
    asking(context, async (look) => {
      if (!hasRole(look, ...READERS)) return notAllowed;
      const { records } = look.context.definition;
      const due = await dueToReader(look);
      return due.map(({ type, ...one }) => ({ ...one, typeLabel: records[type]?.label ?? { zh: type, en: type } }));
    }),
  ),
  propose: os.keeping.propose.handler(async ({ input: { commandId, title, records }, context }) => {
    const items = await asking(context, async (look) => {
      const due = await dueToReader(look);
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
    const archive = await asking(context, async (look) => {
      return (await archivesStatus(look.tx, look.organisation)).archives;
    });
    const values = { title, items: items as never, archive };
    const command = { do: 'open' as const, id: commandId, type: 'disposal', values };
    const { response } = await commanding(context, command);
    return { id: (response as { record: string }).record };
  }),
  catalogue: os.keeping.catalogue.handler(async ({ input, context }) => {
    const table = await asking(context, async (look) => {
      const found = await recordOf(look, input.id);
      if (found?.state.type !== 'disposal' || !(await mayRead(look, found.state, found.type)))
        return noSuch('這個銷毀案', 'disposal');
      const lines = catalogueRows(found.state).map(({ number, kind, closed, ends }, at) => [
        ...[String(at + 1), number, kind, closed, ends],
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
  hold: os.keeping.hold.handler(async ({ input: { commandId, factor, ...input }, context }) => {
    const { pos } = await commanding(context, { do: 'retention.hold', id: commandId, input }, { factor });
    return { pos };
  }),
  release: os.keeping.release.handler(async ({ input: { commandId, factor, ...input }, context }) => {
    const { pos } = await commanding(context, { do: 'retention.release', id: commandId, input }, { factor });
    return { pos };
  }),
  erase: os.keeping.erase.handler(async ({ input: { commandId, factor, ...input }, context }) => {
    const { pos } = await commanding(context, { do: 'retention.erase', id: commandId, input }, { factor });
    return { pos };
  }),
  stateArchives: os.keeping.stateArchives.handler(async ({ input: { commandId, factor, ...input }, context }) => {
    const command = { do: 'retention.state_archives', id: commandId, input };
    const { pos } = await commanding(context, command, { factor });
    return { pos };
  }),
  ...reviewAnswers,
  ...backupAnswers,
};
