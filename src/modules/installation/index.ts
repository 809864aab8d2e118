import { z } from 'zod';
import type { Value } from '../../kernel/engine/types.ts';
import { refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { Module, ModuleCommand } from '../../runtime/module.ts';

export { certificateNotice } from './certificate.ts';

const note = z.object({ type: z.string().min(1).max(60) }).loose();

/** The installation's own ledger: every sign-in, failure, lockout, reset and factor, intent before and outcome after. */
export const installation: Module = { name: 'installation', commands: { 'installation.note': noteEvent() } };

function noteEvent(): ModuleCommand<z.infer<typeof note>, null> {
  return {
    input: note,
    load: async () => null,
    decide(_loaded, { type, ...data }, { actor }) {
      if (actor.kind !== 'setup') return notByPeople;
      const subject = typeof data.account === 'string' ? data.account : 'unknown';
      const personal = ['name', 'ip', 'reason']
        .filter((field) => typeof data[field] === 'string')
        .map((field) => ({ path: [field], subject }));
      const kept = Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined)) as {
        [key: string]: Value;
      };
      return { events: [{ stream: `account:${subject}`, type, data: kept, personal }], response: true };
    },
  };
}

const notByPeople = refused({ code: 'by', message: text('由系統自動記錄。', 'The system records this itself.') });
