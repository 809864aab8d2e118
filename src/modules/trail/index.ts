import { z } from 'zod';
import { refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { Module, ModuleCommand, NewEvent } from '../../runtime/module.ts';
import { noteExport } from './exports.ts';
import { noteReading } from './readings.ts';
import { noteRefusals } from './refusals.ts';

export type { Exported } from './exports.ts';
export type { Refusals } from './refusals.ts';

const begin = z.object({
  epoch: z.number().int().min(2),
  /** Last checkpoint anybody outside is known to have seen; its root only where it is known. */
  origin: z.string().min(1),
  size: z.number().int().min(0),
  root: z.string().optional(),
  seenBy: z.string().optional(),
  /** How many entries were still here. */
  held: z.number().int().min(0),
  incident: z.string().min(1),
});

const rebuilt = z.object({
  tables: z.array(
    z.object({ table: z.string().max(100), extra: z.number().int().min(0), missing: z.number().int().min(0) }),
  ),
});

const request = z.object({
  witness: z.string().min(1).max(200),
  size: z.number().int().min(0),
  sent: z.boolean(),
  /** What the mail server said. */
  answer: z.string().max(500),
});

/**
 * What happens to the ledger itself, in the ledger: the pulse of a quiet one, the beginning of a new log after everything here
 * was rolled back behind what others have seen (design: ledger, heartbeat; backup and restore), tables put right from their events, and
 * what was taken out in bulk.
 */
export const trail: Module = {
  name: 'trail',
  commands: {
    'trail.export': noteExport,
    'trail.note_refusals': noteRefusals,
    'trail.note_reading': noteReading,
    'trail.pulse': bySystem(z.object({}), (_input, organisation) => ({
      stream: `log:${organisation}`,
      type: 'log.pulsed',
      data: {},
    })),
    'trail.rebuild': bySystem(rebuilt, ({ tables }, organisation) => ({
      stream: `log:${organisation}`,
      type: 'log.rebuilt',
      data: { tables },
    })),
    'trail.note_request': bySystem(request, (input, organisation) => ({
      stream: `log:${organisation}`,
      type: 'log.request_mailed',
      data: input,
    })),
    'trail.begin_log': bySystem(begin, (input, organisation) => ({
      stream: `log:${organisation}`,
      type: 'log.begun',
      data: {
        epoch: input.epoch,
        origin: input.origin,
        size: input.size,
        held: input.held,
        incident: input.incident,
        ...(input.root === undefined ? {} : { root: input.root }),
        ...(input.seenBy === undefined ? {} : { seenBy: input.seenBy }),
      },
    })),
  },
};

function bySystem<Input>(
  input: z.ZodType<Input>,
  event: (input: Input, organisation: string) => NewEvent,
): ModuleCommand<Input, null> {
  return {
    input,
    load: async () => null,
    decide: (_loaded, given, { actor, organisation }) =>
      actor.kind === 'setup' || actor.kind === 'clock'
        ? { events: [event(given, organisation)], response: true }
        : refused({ code: 'by', message: text('由系統自動記錄。', 'The system records this itself.') }),
  };
}
