import { z } from 'zod';
import { refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { ModuleCommand, NewEvent } from '../../runtime/module.ts';

const count = z.number().int().min(0);
const window = z.object({
  from: z.iso.datetime(),
  until: z.iso.datetime(),
  count,
  locks: count,
  kinds: z.array(z.object({ kind: z.string().max(60), count })).max(40),
  addresses: z.array(z.object({ address: z.string().max(60), count })).max(20),
  others: z.object({ addresses: count, count }).optional(),
});
const refusals = z.discriminatedUnion('of', [
  z.object({ of: z.literal('sign_in'), person: z.string().min(1), window }),
  z.object({ of: z.literal('token'), token: z.string().optional(), person: z.string().optional(), window }),
  z.object({ of: z.literal('unknown_names'), window }),
]);
export type Refusals = z.output<typeof refusals>;

/** What the ledger calls them. Not on the stream of the token itself: nothing but its end follows its making. */
const NAMED = {
  sign_in: { stream: 'sign_in', type: 'sign_in.refused' },
  token: { stream: 'token_use', type: 'token.refused' },
  unknown_names: { stream: 'sign_in', type: 'sign_in.unknown_names' },
} as const;

/**
 * `sign_in.refused`, `token.refused`, `sign_in.unknown_names`: what was tried in one window and refused, with counts by what failed and by
 * network address (decision 0170). The addresses are personal values of whoever was tried.
 */
export const noteRefusals: ModuleCommand<Refusals, null> = {
  input: refusals,
  load: async () => null,
  decide: (_loaded, { of, window: counted, ...about }, { actor }) => {
    if (actor.kind !== 'clock')
      return refused({ code: 'by', message: text('由系統自動記錄。', 'The system records this itself.') });
    const { person, token } = about as { person?: string; token?: string };
    const subject = person ?? 'unknown';
    const { others, ...rest } = counted;
    const event: NewEvent = {
      stream: `${NAMED[of].stream}:${(of === 'token' ? token : person) ?? 'unknown'}`,
      type: NAMED[of].type,
      data: { ...rest, ...(others ? { others } : {}), ...(person ? { person } : {}), ...(token ? { token } : {}) },
      personal: counted.addresses.map((_, at) => ({ path: ['addresses', String(at), 'address'], subject })),
    };
    return { events: [event], response: true };
  },
};
