import { z } from 'zod';
import { refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { ModuleCommand } from '../../runtime/module.ts';

const reading = z.object({
  record: z.string().min(1).max(100),
  type: z.string().max(100),
  way: z.enum(['page', 'paper', 'file']),
});

/** `reading.made`: somebody was shown a record whose declaration says that reading it is on record (`see: logged`). On a stream beside its own. */
export const noteReading: ModuleCommand<z.output<typeof reading>, null> = {
  input: reading,
  load: async () => null,
  decide: (_loaded, given, { actor }) =>
    actor.kind === 'person'
      ? { events: [{ stream: `read:${given.record}`, type: 'reading.made', data: given }], response: true }
      : refused({ code: 'by', message: text('閱覽須由人員為之。', 'A person reads.') }),
};
