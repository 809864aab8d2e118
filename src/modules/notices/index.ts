import { sql } from 'kysely';
import { z } from 'zod';
import type { Calendar } from '../../kernel/calendar/calendar.ts';
import type { Value } from '../../kernel/engine/types.ts';
import { refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { Db, Module, ModuleCommand, Tx } from '../../runtime/module.ts';
import { escalateNotices } from './escalate.ts';
import { sendNotice } from './send.ts';
import { settleNotice } from './settle.ts';

export { overdue } from './escalate.ts';

const read = z.object({ notices: z.array(z.string()).min(1).max(200) });
const acknowledge = z.object({ notice: z.string() });

/** Reading and acknowledging notices, kept in the ledger because clauses ask whether somebody was told (xiluo.3.5.5). */
export const notices = (calendar: () => Calendar): Module => ({
  name: 'notices',
  commands: {
    'notices.read': readNotices(),
    'notices.acknowledge': acknowledgeNotice(),
    'notices.escalate': escalateNotices(calendar),
    'notices.send': sendNotice,
    'notices.settle': settleNotice,
  },
  facts: { acknowledged },
});

function readNotices(): ModuleCommand<z.infer<typeof read>, string[]> {
  return {
    input: read,
    async load(tx, { notices: ids }, { organisation, actor }) {
      if (actor.kind !== 'person') return [];
      const found = await sql<{
        id: string;
      }>`select id from notice where organisation = ${organisation} and person = ${actor.person}
        and id = any(${ids}) and read_at is null order by id`.execute(tx);
      return found.rows.map((row) => row.id);
    },
    decide(unread, _input, { actor }) {
      if (actor.kind !== 'person' || unread.length === 0) return { events: [], response: 0 };
      return {
        events: [
          { stream: `notices:${actor.person}`, type: 'notice.read', data: { person: actor.person, notices: unread } },
        ],
        response: unread.length,
      };
    },
  };
}

function acknowledgeNotice(): ModuleCommand<
  z.infer<typeof acknowledge>,
  { record: string | null; acknowledged: boolean } | undefined
> {
  return {
    input: acknowledge,
    async load(tx, { notice }, { organisation, actor }) {
      if (actor.kind !== 'person') return undefined;
      const found = await sql<{
        record: string | null;
        acknowledged: boolean;
      }>`select record, ack_at is not null as acknowledged from notice
        where organisation = ${organisation} and person = ${actor.person} and id = ${notice}`.execute(tx);
      return found.rows[0];
    },
    decide(found, { notice }, { actor }) {
      if (!found || actor.kind !== 'person')
        return refused({ code: 'missing', message: text('找不到這則通知。', 'No such notice.') });
      if (found.acknowledged) return { events: [], response: notice };
      const data = { person: actor.person, notice, ...(found.record ? { record: found.record } : {}) };
      return { events: [{ stream: `notices:${actor.person}`, type: 'notice.acknowledged', data }], response: notice };
    },
  };
}

/** `acknowledged(record, act)`: whether everybody told by that act has acknowledged; unknown when nobody was told. */
async function acknowledged(
  db: Tx | Db,
  asked: { organisation: string; args: Value[] }[],
): Promise<(Value | undefined)[]> {
  return Promise.all(
    asked.map(async ({ organisation, args: [record] }) => {
      const found = await sql<{
        told: string;
        open: string;
      }>`select count(*) as told, count(*) filter (where ack_at is null) as open from notice
        where organisation = ${organisation} and record = ${String(record)} and ack_until is not null`.execute(db);
      const row = found.rows[0];
      return !row || Number(row.told) === 0 ? undefined : Number(row.open) === 0;
    }),
  );
}
