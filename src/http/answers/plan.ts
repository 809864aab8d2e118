import { planView } from '../../runtime/query/plan.ts';
import { asking, commanding, os } from './ask.ts';

/** The adoption plan: what begins when, proposed and decided. */
export const planAnswers = {
  get: os.plan.get.handler(({ input, context }) => asking(context, planView, input.asOf)),
  propose: os.plan.propose.handler(async ({ input: { commandId, ...given }, context }) => {
    const { pos } = await commanding(context, {
      do: 'compliance.propose_plan',
      id: commandId,
      input: { plan: commandId, ...given },
    });
    return { pos, plan: commandId };
  }),
  decide: os.plan.decide.handler(async ({ input: { commandId, factor, ...given }, context }) => {
    const { pos } = await commanding(
      context,
      { do: 'compliance.decide_plan', id: commandId, input: given },
      { factor },
    );
    return { pos };
  }),
};
