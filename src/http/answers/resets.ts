import { approverOf, type Context, must, os, signedIn } from './ask.ts';

/** A forgotten password: two people, neither the owner nor each other; the owner gets a code on paper and sets a new one. */

async function named({ http }: Context, account: string): Promise<string> {
  return (await http.auth.account(account))?.name ?? account;
}

export const resetAnswers = {
  list: os.resets.list.handler(async ({ context }) => {
    const caller = await signedIn(context);
    const by = approverOf(caller);
    const open = must(await context.http.auth.openResets(by));
    return Promise.all(
      open.map(async (one) => ({
        reset: one.id,
        account: await named(context, one.account),
        askedBy: one.askedBy,
        askedAt: one.askedAt,
        until: one.until,
        mine: one.askedBy === by.person,
      })),
    );
  }),
  approve: os.resets.approve.handler(async ({ input, context }) => {
    const caller = await signedIn(context);
    return must(await context.http.auth.approveReset({ reset: input.reset, by: approverOf(caller) }));
  }),
  complete: os.resets.complete.handler(async ({ input, context }) => {
    must(await context.http.auth.completeReset({ token: input.code, password: input.password }));
    return { done: true };
  }),
};
