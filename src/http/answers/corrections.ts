import { commanding, os, stated } from './ask.ts';

/** Second persons, slips, and what is asked of whoever keeps a register. */
export const correctionAnswers = {
  confirm: os.records.confirm.handler(async ({ input: { commandId, id, factor, ...input }, context }) => {
    const command = { do: 'confirm' as const, id: commandId, record: id, ...stated(input) };
    const { pos } = await commanding(context, command, { factor });
    return { pos };
  }),
  correct: os.records.correct.handler(async ({ input: { commandId, id, ...input }, context }) => {
    const { pos } = await commanding(context, { do: 'correct', id: commandId, record: id, ...stated(input) });
    return { pos };
  }),
  object: os.records.object.handler(async ({ input: { commandId, id, ...input }, context }) => {
    const { pos } = await commanding(context, { do: 'object', id: commandId, record: id, ...input });
    return { pos };
  }),
  propose: os.records.propose.handler(async ({ input: { commandId, id, ...input }, context }) => {
    const { pos } = await commanding(context, { do: 'propose', id: commandId, record: id, ...input });
    return { pos };
  }),
  decide: os.records.decide.handler(async ({ input: { commandId, id, ...input }, context }) => {
    const { pos } = await commanding(context, { do: 'decide', id: commandId, record: id, ...stated(input) });
    return { pos };
  }),
};
