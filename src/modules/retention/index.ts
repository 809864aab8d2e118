import { z } from 'zod';
import type { Calendar } from '../../kernel/calendar/calendar.ts';
import { localDate } from '../../kernel/calendar/date.ts';
import { capacityWith, unproven } from '../../kernel/engine/capacity.ts';
import type { RecordState, Value } from '../../kernel/engine/types.ts';
import { canonicalHash, type Json } from '../../kernel/ledger/canonical.ts';
import { type Refused, refused } from '../../kernel/refusal.ts';
import { type Text, text } from '../../kernel/text.ts';
import type { Db, Module, ModuleCommand, NewEvent, Tx } from '../../runtime/module.ts';
import type { AsEntered } from '../../runtime/orders.ts';
import { archivesStatus, stateArchives } from './archives.ts';
import { retentionEnds } from './ends.ts';
import { definitionsOf, type Erasure, filesIn, isOrdered, onHold, project, recordsBy, requestedBy } from './tables.ts';

export { ARCHIVES, archivesByKind, archivesStatus, STATES_ARCHIVES } from './archives.ts';
export { type DueRecord, dueRecords } from './due.ts';
export { retentionEnds } from './ends.ts';
export * from './tables.ts';
export * from './views.ts';

/** Who places holds and orders erasures; a system administrator is none of them. */
export const KEEPERS = ['security_officer', 'ciso', 'isms_coordinator'];

const words = z.string().trim().min(2).max(1000);
const Hold = z.object({ record: z.string(), reason: words });
const Erase = z.object({ kind: z.enum(['subject', 'record']), id: z.string(), reason: words });
const Done = z.object({ kind: z.enum(['subject', 'record']), id: z.string() });
const CarryOut = z.object({ disposal: z.string() });

/** Retention and privacy: holds, erasure of personal values, destruction of records whose time is over. */
export const retention = (calendar: () => Calendar, asEntered: AsEntered): Module => ({
  name: 'retention',
  commands: {
    'retention.hold': holding('hold.placed'),
    'retention.release': holding('hold.lifted'),
    'retention.erase': erase,
    'retention.state_archives': stateArchives,
    'retention.erase_again': eraseAgain,
    'retention.note_done': noteDone,
    'retention.carry_out': carryOut(calendar, asEntered),
  },
  project,
  facts: {
    on_hold: (db, asked) =>
      answered(asked, async (organisation, ids) => {
        const held = await onHold(db, organisation, ids);
        return (id) => held.has(id);
      }),
    public_body: async (db, asked) => {
      const known = asked[0] && (await archivesStatus(db, asked[0].organisation)).archives;
      return asked.map(() => known);
    },
    retention_over: (db, asked) =>
      answered(asked, async (organisation, ids, now) => {
        const ends = await endsOf(db, organisation, ids, calendar());
        return (id) => {
          const end = ends.get(id);
          return end === undefined ? undefined : Date.parse(end) <= Date.parse(now);
        };
      }),
  },
  reads: [],
  effects: {
    hold: ([record], by) => [
      { stream: `hold:${record}`, type: 'hold.placed', data: { record: String(record), reason: `${by}` } },
    ],
    release: ([record]) => [{ stream: `hold:${record}`, type: 'hold.lifted', data: { record: String(record) } }],
    destroy: ([disposal]) => [
      { stream: `disposal:${disposal}`, type: 'disposal.ordered', data: { disposal: String(disposal) } },
    ],
  },
});

type Asked = { organisation: string; args: Value[]; now: string };

async function answered(
  asked: Asked[],
  look: (organisation: string, ids: string[], now: string) => Promise<(id: string) => Value | undefined>,
): Promise<(Value | undefined)[]> {
  const first = asked[0];
  if (!first) return [];
  const idOf = ({ args }: Asked) => String(args[0] ?? '').split('#')[0]!;
  const answer = await look(first.organisation, asked.map(idOf), first.now);
  return asked.map((one) => answer(idOf(one)));
}

/** By record: when its retention is over; a record still open has no entry. */
async function endsOf(
  db: Tx | Db,
  organisation: string,
  ids: string[],
  calendar: Calendar,
): Promise<Map<string, string>> {
  const records = await recordsBy(db, organisation, ids);
  const { current, byHash } = await definitionsOf(db, organisation);
  const ends = new Map<string, string>();
  for (const [id, { state, open }] of records) {
    const type = current?.records[state.type] ?? byHash.get(state.definition)?.records[state.type];
    const end = type && current && !open ? retentionEnds(state, type, current, calendar) : undefined;
    if (end !== undefined) ends.set(id, end);
  }
  return ends;
}

// ── holds ──────────────────────────────────────────────────────────────────────────────────────────────────────────

function holding(
  type: 'hold.placed' | 'hold.lifted',
): ModuleCommand<z.infer<typeof Hold>, { known: boolean; held: boolean }> {
  return {
    input: Hold,
    load: async (tx, { record }, { organisation }) => ({
      known: (await recordsBy(tx, organisation, [record])).has(record),
      held: (await onHold(tx, organisation, [record])).has(record),
    }),
    decide({ known, held }, { record, reason }, context) {
      const as = capacityWith(context, KEEPERS);
      if (!as) return notAKeeper;
      const early = unproven(context.actor);
      if (early) return refused(early);
      if (!known) return no('missing', '沒有這筆紀錄。', 'There is no such record.');
      if (held === (type === 'hold.placed'))
        return no(
          'state',
          held ? '這筆紀錄已在保全中。' : '這筆紀錄不在保全中。',
          held ? 'It is on hold already.' : 'It is not on hold.',
        );
      return { events: [{ stream: `hold:${record}`, type, data: { record, reason } }], response: true, as };
    },
  };
}

// ── erasure ────────────────────────────────────────────────────────────────────────────────────────────────────────

type EraseLoaded = { known: boolean; open: string[]; held: boolean };

const erase: ModuleCommand<z.infer<typeof Erase>, EraseLoaded> = {
  input: Erase,
  async load(tx, { kind, id }, { organisation, directory }) {
    const ids = kind === 'record' ? [id] : await requestedBy(tx, organisation, id);
    const records = await recordsBy(tx, organisation, ids);
    return {
      known: kind === 'record' ? records.has(id) : directory.persons[id] !== undefined || ids.length > 0,
      open: [...records.values()].filter(({ open }) => open).map(({ state }) => state.number),
      held: (await onHold(tx, organisation, ids)).size > 0,
    };
  },
  decide({ known, open, held }, { kind, id, reason }, context) {
    const as = capacityWith(context, KEEPERS);
    if (!as) return notAKeeper;
    const early = unproven(context.actor);
    if (early) return refused(early);
    if (!known) return no('missing', '找不到要刪除個資的對象。', 'There is nothing to erase under this name.');
    const until = context.directory.persons[id]?.until;
    if (kind === 'subject' && context.directory.persons[id] && !(until && until < localDate(context.now)))
      return no(
        'state',
        '在職人員的資料仍需使用，離職後才能刪除。',
        'Data of somebody in office is still needed; it can be erased once they have left.',
      );
    if (open.length > 0)
      return no('state', `尚有未結案件：${open.join('、')}。`, `Cases are still open: ${open.join(', ')}.`);
    if (held)
      return no(
        'state',
        '有紀錄在保全中，不得刪除個資；請先解除保全。',
        'A record is on legal hold and may not be erased; have the hold lifted first.',
      );
    return { events: [ordered({ kind, id }, reason)], response: true, as };
  },
};

/** What the keys say was erased and this ledger does not know of: an older backup was restored. Ordered again, by itself. */
const eraseAgain: ModuleCommand<z.infer<typeof Done>, boolean> = {
  input: Done,
  load: async (tx, erasure, { organisation }) => isOrdered(tx, organisation, erasure),
  decide(known, erasure, { actor }) {
    if (actor.kind !== 'clock') return onlyByItself;
    return { events: known ? [] : [ordered(erasure, AGAIN)], response: !known };
  },
};

/** Why, as the list of erasures shows it. */
const AGAIN = '由較早的備份還原，依備份碟所載再次刪除 · Erased before, and again after an older backup was restored';

const ordered = ({ kind, id }: Erasure, reason: string): NewEvent => ({
  stream: `erasure:${kind}:${id}`,
  type: 'erasure.ordered',
  data: { kind, id, reason },
});

const noteDone: ModuleCommand<z.infer<typeof Done>, null> = {
  input: Done,
  load: async () => null,
  decide(_loaded, { kind, id }, { actor }) {
    if (actor.kind !== 'clock') return onlyByItself;
    return { events: [{ stream: `erasure:${kind}:${id}`, type: 'erasure.done', data: { kind, id } }], response: true };
  },
};

// ── destruction ────────────────────────────────────────────────────────────────────────────────────────────────────

type Disposed = {
  state: RecordState | undefined;
  records: RecordState[];
  /** Those whose rows are what their marked entries make; of others nothing is believed. */
  entered: Set<string>;
  ends: Map<string, string>;
  held: Set<string>;
};

/**
 * Destroys what an approved disposal lists; looks again at retention and holds, and leaves what may not go, and what is not as it was entered:
 * a row that lists another record for a moment, or closes one, destroys nothing.
 */
function carryOut(calendar: () => Calendar, asEntered: AsEntered): ModuleCommand<z.infer<typeof CarryOut>, Disposed> {
  return {
    input: CarryOut,
    async load(tx, { disposal }, { organisation }) {
      const state = (await recordsBy(tx, organisation, [disposal])).get(disposal)?.state;
      const ids = listedIn(state);
      const found = await recordsBy(tx, organisation, ids);
      const records = [...found.values()].map((one) => one.state);
      const { current, byHash } = await definitionsOf(tx, organisation);
      const typeOf = (one: RecordState) => (byHash.get(one.definition) ?? current)?.records[one.type];
      return {
        state,
        records,
        entered: await asEntered(tx, organisation, [...(state ? [state] : []), ...records], typeOf),
        ends: await endsOf(tx, organisation, ids, calendar()),
        held: await onHold(tx, organisation, ids),
      };
    },
    decide({ state, records, entered, ends, held }, { disposal }, { actor, now }) {
      if (actor.kind !== 'clock') return onlyByItself;
      if (!entered.has(disposal)) return notAsEntered;
      const stream = `disposal:${disposal}`;
      const going = records.filter(({ id }) => entered.has(id) && !held.has(id) && (ends.get(id) ?? '9999') <= now);
      const approval = state?.values.approval_number;
      const events = going.flatMap((record): NewEvent[] => [
        {
          stream,
          type: 'disposal.destroyed',
          data: {
            disposal,
            record: record.id,
            number: record.number,
            type: record.type,
            // Whoever has a copy can show that it is the one destroyed.
            hash: canonicalHash(record.values as Json),
            files: filesIn(record.values),
            ...(typeof approval === 'string' ? { approval } : {}),
          },
        },
        ordered({ kind: 'record', id: record.id }, stream),
      ]);
      const left = records.filter((record) => !going.includes(record)).map(({ number }) => number);
      events.push({ stream, type: 'disposal.finished', data: { disposal, destroyed: going.length, left } });
      return { events, response: { destroyed: going.length, left } };
    },
  };
}

/** Records named in the rows of a disposal. */
export function listedIn(state: RecordState | undefined): string[] {
  const rows = state?.values.items;
  return Array.isArray(rows) ? rows.map((row) => String((row as { record?: Value }).record ?? '')).filter(Boolean) : [];
}

const no = (code: 'by' | 'missing' | 'state' | 'factor', zh: string, en: string): Refused =>
  refused({ code, message: text(zh, en) satisfies Text });

const notAsEntered = no(
  'state',
  '銷毀案的內容與軌跡不符，未銷毀任何紀錄；請先驗證軌跡。',
  'The disposal is not what its entries make; nothing was destroyed. Verify the ledger first.',
);

const notAKeeper = no(
  'by',
  '保全與個資刪除由資安專責人員、資安長或承辦人決定。',
  'Holds and erasures are decided by the security officer, the CISO or the coordinator.',
);
const onlyByItself = no('by', '由系統自動執行。', 'The system does this itself.');
