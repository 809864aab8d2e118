import { randomUUID } from 'node:crypto';
import type { Text } from '../../kernel/text.ts';
import { text } from '../../kernel/text.ts';
import { getPerson } from '../../modules/identity/index.ts';
import { noSuch } from '../../runtime/query/look.ts';
import { approversOf } from '../accounts.ts';
import { approverOf, asking, type Context, must, no, os, signedIn } from './ask.ts';

/** A forgotten password: the own mailbox, or two people, neither the owner nor each other, and a code on paper. */

/** The names of persons here, and the organisation's own. */
const names = (context: Context) =>
  asking(context, async ({ context: { directory }, organisation, tx }) => {
    const row = await tx
      .selectFrom('organisation')
      .select('name')
      .where('organisation', '=', organisation)
      .executeTakeFirst();
    return { organisation: String(row?.name ?? ''), of: (id: string) => directory.persons[id]?.name ?? '—' };
  });

type Notice = { notice: string; persons: string[]; about: string; message: Text; go?: string };

/** Tells persons of the caller's organisation; the system's own notice, not the caller's. */
async function tell(context: Context, organisation: string, input: Notice): Promise<void> {
  const command = { do: 'notices.send', id: randomUUID(), input };
  must(await context.http.dispatch({ organisation, actor: { kind: 'clock' }, command }));
}

/** One of two people asks; everybody who may be the second is told. */
export const resetRequest = os.people.resetRequest.handler(async ({ input, context }) => {
  const caller = await signedIn(context);
  const by = approverOf(caller);
  const { person, approvers } = await asking(context, async (look) => {
    const { organisation, parts, now } = look;
    const asked = { organisation, key: parts.nodeKey, definition: look.context.definition, now };
    const found = await getPerson(look.tx, asked, input.id);
    if (!found) return noSuch('這個人員', 'person');
    const { directory } = look.context;
    const others = approversOf(directory, found.id, now).filter((one) => one !== by.person);
    return { person: found, approvers: others.map((id) => ({ id, name: directory.persons[id]?.name ?? id })) };
  });
  if (!person.account) return no([{ code: 'missing', message: text('此人沒有帳號。', 'This person has no account.') }]);
  const { reason, factors = false } = input;
  const { reset } = must(await context.http.auth.askReset({ account: person.account.id, by, reason, factors }));
  const { of } = await names(context);
  const message = text(
    `${of(by.person)} 為 ${person.name} 申請重設密碼，請另一人向本人查證後核可`,
    `${of(by.person)} asks to reset the password of ${person.name}. A second person approves after checking with them`,
  );
  const persons = approvers.map(({ id }) => id);
  await tell(context, caller.organisation, {
    notice: `reset.${reset}`,
    persons,
    about: person.id,
    message,
    go: '/people',
  });
  return { pos: 0, approvers };
});

export const resetAnswers = {
  list: os.resets.list.handler(async ({ context }) => {
    const caller = await signedIn(context);
    const by = approverOf(caller);
    const open = must(await context.http.auth.openResets(by));
    const { of } = await names(context);
    return Promise.all(
      open.map(async (one) => ({
        reset: one.id,
        account: (await context.http.auth.account(one.account))?.name ?? one.account,
        askedBy: of(one.askedBy),
        askedAt: one.askedAt,
        reason: one.reason,
        factors: one.factors,
        until: one.until,
        mine: one.askedBy === by.person,
      })),
    );
  }),
  approve: os.resets.approve.handler(async ({ input, context }) => {
    const { http } = context;
    const caller = await signedIn(context);
    const by = approverOf(caller);
    const { code, until, account: id, askedBy } = must(await http.auth.approveReset({ reset: input.reset, by }));
    const { of, organisation } = await names(context);
    const account = await http.auth.account(id);
    const message = text(
      `您的密碼由 ${of(askedBy)} 申請、${of(by.person)} 核可重設。若非您本人要求，請立即通知資安專責人員`,
      `${of(askedBy)} asked for and ${of(by.person)} approved a reset of your password. If you did not want it, tell the security officer at once`,
    );
    const persons = await http.auth.personsOf(id);
    const notice = `reset.done.${input.reset}`;
    await tell(context, caller.organisation, { notice, persons, about: persons[0] ?? by.person, message });
    return {
      code,
      until,
      account: account?.name ?? '',
      email: account?.email ?? '',
      organisation,
      askedBy: of(askedBy),
      approvedBy: of(by.person),
      address: `${http.baseUrl}/reset`,
    };
  }),
  complete: os.resets.complete.handler(async ({ input, context }) => {
    must(await context.http.auth.completeReset({ token: input.code, password: input.password }));
    return { done: true };
  }),
  ways: os.resets.ways.handler(async ({ context }) => ({ mail: context.http.auth.mailsResets() })),
  request: os.resets.request.handler(async ({ input, context }) => {
    const no = await context.http.auth.requestReset(input.email);
    if (no) must(no);
    return { done: true };
  }),
};
