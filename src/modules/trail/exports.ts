import { z } from 'zod';
import { refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { ModuleCommand, NewEvent } from '../../runtime/module.ts';

/** What leaves the system in bulk: lists as tables, packages for auditors, and checkpoints on paper. */
const EXPORTED = ['register', 'population', 'trail', 'catalogue', 'package', 'checkpoint'] as const;

const exported = z.object({
  export: z.string().min(1).max(100),
  what: z.enum(EXPORTED),
  format: z.enum(['csv', 'zip', 'pdf']),
  /** Record type, where it is of one kind. */
  type: z.string().max(100).optional(),
  /** What was asked for, by name; `search` is what a person typed. */
  filter: z.record(z.string().max(100), z.string().max(2000)),
  rows: z.number().int().min(0),
  bytes: z.number().int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Exported = z.output<typeof exported>;

/** `export.made`: who took what out, by which filter, how much, and the hash of exactly what was handed over. */
export const noteExport: ModuleCommand<Exported, null> = {
  input: exported,
  load: async () => null,
  decide: (_loaded, { type, ...given }, { actor }) => {
    if (actor.kind !== 'person')
      return refused({ code: 'by', message: text('匯出須由人員辦理。', 'A person exports.') });
    const event: NewEvent = {
      stream: `export:${given.export}`,
      type: 'export.made',
      data: { ...given, ...(type === undefined ? {} : { type }) },
      // Whatever was searched for may name somebody.
      ...(given.filter.search === undefined
        ? {}
        : { personal: [{ path: ['filter', 'search'], subject: actor.person }] }),
    };
    return { events: [event], response: { export: given.export } };
  },
};
