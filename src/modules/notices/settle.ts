import { sql } from 'kysely';
import { z } from 'zod';
import { refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { ModuleCommand } from '../../runtime/module.ts';

const input = z.object({ notice: z.string().min(1).max(100) });

/** `notice.settled`: what the notice told is over; whoever has not read it need not any more. */
export const settleNotice: ModuleCommand<z.output<typeof input>, boolean> = {
  input,
  async load(tx, { notice }, { organisation }) {
    const found = await sql`select 1 from notice
      where organisation = ${organisation} and id = ${notice} and settled_at is null limit 1`.execute(tx);
    return found.rows.length > 0;
  },
  decide(open, { notice }, { actor }) {
    if (actor.kind !== 'clock')
      return refused({ code: 'by', message: text('由系統自動解除。', 'The system settles this itself.') });
    if (!open) return { events: [], response: false };
    return { events: [{ stream: `notice:${notice}`, type: 'notice.settled', data: { notice } }], response: true };
  },
};
