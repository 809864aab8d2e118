import { z } from 'zod';
import type { Value } from '../../kernel/engine/types.ts';
import { type Refused, refused } from '../../kernel/refusal.ts';
import type { CommandContext, ModuleCommand, NewEvent } from '../../runtime/module.ts';
import { notAdministrator } from './authority.ts';

const value: z.ZodType<Value> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.array(value), z.record(z.string(), value)]),
);
const editInput = z.object({ name: z.string().regex(/^[a-z][a-z0-9_.]{0,99}$/), value });

export const editSetting: ModuleCommand<z.output<typeof editInput>, undefined> = {
  input: editInput,
  load: async () => undefined,
  decide: decideEditSetting,
};

/** `setting.edited`: what the organisation chooses for itself and no pack declares (name on forms, digest hour). */
export function decideEditSetting(
  _loaded: undefined,
  input: z.output<typeof editInput>,
  context: CommandContext,
): Refused | { events: NewEvent[]; response: { name: string } } {
  const no = notAdministrator(context);
  if (no) return refused(no);
  const data = { name: input.name, value: input.value };
  return {
    events: [{ stream: `setting:${input.name}`, type: 'setting.edited', data }],
    response: { name: input.name },
  };
}
