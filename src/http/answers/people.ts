import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import { getPerson, listPersons, listUnits } from '../../modules/identity/index.ts';
import type { Look } from '../../runtime/query/look.ts';
import { noSuch } from '../../runtime/query/look.ts';
import type { PersonView } from '../../runtime/views.ts';
import { asking, type Context, commanding, no, os, signedIn } from './ask.ts';

/** Persons, roles, deputies, units: the identity module behind the contract. */

const asked = (look: Look) => ({
  organisation: look.organisation,
  key: look.parts.nodeKey,
  definition: look.context.definition,
  now: look.now,
});

async function withAccounts(context: Context, people: PersonView[]): Promise<PersonView[]> {
  const ids = people.flatMap((person) => (person.account ? [person.account.id] : []));
  const known = await context.http.auth.accounts(ids);
  return people.map((person) =>
    person.account ? { ...person, account: { ...person.account, ...known.get(person.account.id) } } : person,
  );
}

const command = async (context: Context, name: string, commandId: string, input: unknown) =>
  commanding(context, { do: `identity.${name}`, id: commandId, input });

export const peopleAnswers = {
  list: os.people.list.handler(async ({ input, context }) => {
    const found = await asking(context, (look) =>
      listPersons(look.tx, asked(look), {
        ...(input.search ? { search: input.search } : {}),
        ...(input.unit ? { unit: input.unit } : {}),
        limit: 500,
      }),
    );
    const today = new Date().toISOString().slice(0, 10);
    return withAccounts(
      context,
      found.items.filter((person) => input.former || !person.until || person.until >= today),
    );
  }),
  get: os.people.get.handler(async ({ input, context }) => {
    const person = await asking(
      context,
      async (look) => (await getPerson(look.tx, asked(look), input.id)) ?? noSuch('這個人員', 'person'),
    );
    return (await withAccounts(context, [person]))[0]!;
  }),
  add: os.people.add.handler(async ({ input: { commandId, ...input }, context }) => {
    const id = randomUUID();
    const { pos } = await command(context, 'add_person', commandId, { person: id, ...input });
    return { id, pos };
  }),
  edit: os.people.edit.handler(async ({ input: { commandId, id, ...input }, context }) => {
    const { pos } = await command(context, 'edit_person', commandId, { person: id, ...input });
    return { pos };
  }),
  invite: os.people.invite.handler(async ({ input, context }) => {
    const caller = await signedIn(context);
    const person = await asking(
      context,
      async (look) => (await getPerson(look.tx, asked(look), input.id)) ?? noSuch('這個人員', 'person'),
    );
    if (!person.email) {
      return no([
        {
          code: 'required',
          field: 'email',
          message: text('請先填寫此人的電子郵件。', "Enter this person's e-mail first."),
        },
      ]);
    }
    const secret = randomBytes(24).toString('base64url');
    const until = new Date(Date.parse(context.http.parts.clock()) + 7 * 86_400_000).toISOString();
    const tokenHash = createHash('sha256').update(secret).digest('hex');
    const { pos } = await command(context, 'invite', input.commandId, {
      invitation: randomUUID(),
      person: input.id,
      email: person.email,
      tokenHash,
      expiresAt: until,
    });
    return { pos, link: `${context.http.baseUrl}/invitation/${caller.organisation}/${secret}`, until };
  }),
  giveRole: os.people.giveRole.handler(async ({ input: { commandId, id, ...input }, context }) => {
    const grant = randomUUID();
    const { pos } = await command(context, 'give_role', commandId, { grant, person: id, ...input });
    const approving = await asking(
      context,
      async (look) => look.context.definition.roles[input.role]?.approving ?? false,
    );
    return { pos, grant, waitingForSecond: approving };
  }),
  confirmRole: os.people.confirmRole.handler(async ({ input, context }) => {
    const { pos } = await command(context, 'confirm_role', input.commandId, { grant: input.grant });
    return { pos };
  }),
  revokeRole: os.people.revokeRole.handler(async ({ input, context }) => {
    const { pos } = await command(context, 'revoke_role', input.commandId, {
      grant: input.grant,
      reason: input.reason,
    });
    return { pos };
  }),
  addDeputy: os.people.addDeputy.handler(async ({ input: { commandId, id, order, ...input }, context }) => {
    const deputy = randomUUID();
    const { pos } = await command(context, 'add_deputy', commandId, { deputy, for: id, order, ...input });
    return { id: deputy, pos };
  }),
  endDeputy: os.people.endDeputy.handler(async ({ input, context }) => {
    const { pos } = await command(context, 'end_deputy', input.commandId, { deputy: input.id });
    return { pos };
  }),
  unlock: os.people.unlock.handler(async ({ input, context }) => {
    await administering(context);
    const person = await asking(
      context,
      async (look) => (await getPerson(look.tx, asked(look), input.id)) ?? noSuch('這個人員', 'person'),
    );
    if (person.account) await context.http.auth.unlock(person.account.id);
    return { pos: 0 };
  }),
  resetRequest: os.people.resetRequest.handler(async ({ input, context }) => {
    const caller = await signedIn(context);
    const person = await asking(
      context,
      async (look) => (await getPerson(look.tx, asked(look), input.id)) ?? noSuch('這個人員', 'person'),
    );
    if (!person.account)
      return no([{ code: 'missing', message: text('此人沒有帳號。', 'This person has no account.') }]);
    await context.http.auth.requestReset({
      account: person.account.id,
      by: caller.viewer.account ?? '',
      reason: input.reason,
    });
    return { pos: 0 };
  }),
};

async function administering(context: Context): Promise<void> {
  const caller = await signedIn(context);
  if (!caller.viewer.administrator)
    no(refused({ code: 'by', message: text('由系統管理者辦理。', 'The administrator does this.') }).refused);
}

export const unitAnswers = {
  list: os.units.list.handler(({ context }) =>
    asking(context, (look) => listUnits(look.tx, look.organisation, look.now)),
  ),
  add: os.units.add.handler(async ({ input: { commandId, ...input }, context }) => {
    const unit = randomUUID();
    const { pos } = await command(context, 'add_unit', commandId, { unit, ...input });
    return { id: unit, pos };
  }),
  edit: os.units.edit.handler(async ({ input: { commandId, id, ...input }, context }) => {
    const { pos } = await command(context, 'edit_unit', commandId, { unit: id, ...input });
    return { pos };
  }),
};
