import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { localDate } from '../../kernel/calendar/date.ts';
import { text } from '../../kernel/text.ts';
import { getPerson, listPersons, listUnits } from '../../modules/identity/index.ts';
import type { Look } from '../../runtime/query/look.ts';
import { noSuch } from '../../runtime/query/look.ts';
import type { PersonView } from '../../runtime/views.ts';
import { asking, type Context, commanding, no, os, signedIn } from './ask.ts';
import { invitationAnswers } from './invitations.ts';
import { resetRequest } from './resets.ts';

/** Persons, roles, deputies, units: the identity module behind the contract. */

const asked = (look: Look) => ({
  organisation: look.organisation,
  key: look.parts.nodeKey,
  definition: look.context.definition,
  now: look.now,
});

async function withAccounts(context: Context, people: PersonView[]): Promise<PersonView[]> {
  const ids = people.flatMap((person) => (person.account ? [person.account.id] : []));
  const known = await context.http.auth.states(ids);
  return people.map((person) =>
    person.account ? { ...person, account: { ...person.account, ...known.get(person.account.id) } } : person,
  );
}

const command = async (context: Context, name: string, commandId: string, input: unknown) =>
  commanding(context, { do: `identity.${name}`, id: commandId, input });

export const peopleAnswers = {
  ...invitationAnswers,
  roles: os.people.roles.handler(({ context }) =>
    asking(context, async ({ context: { definition } }) =>
      Object.values(definition.roles).map(({ name, label, approving, conflicts }) => ({
        role: name,
        label,
        approving,
        conflicts,
      })),
    ),
  ),
  list: os.people.list.handler(async ({ input, context }) => {
    const found = await asking(context, (look) =>
      listPersons(look.tx, asked(look), {
        ...(input.search ? { search: input.search } : {}),
        ...(input.unit ? { unit: input.unit } : {}),
        limit: 500,
      }),
    );
    const today = localDate(context.http.parts.clock());
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
  edit: os.people.edit.handler(async ({ input: { commandId, id, from: _from, until, ...input }, context }) => {
    const { pos } = await command(context, 'edit_person', commandId, { person: id, ...input });
    if (until) await command(context, 'end_person', `${commandId}:end`, { person: id, until });
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
    const { pos, response } = await command(context, 'give_role', commandId, { person: id, ...input });
    return { pos, ...(response as { grant: string; waitingForSecond: boolean }) };
  }),
  admitAuditor: os.people.admitAuditor.handler(async ({ input: { commandId, id, ...input }, context }) => {
    const { pos, response } = await command(context, 'admit_auditor', commandId, { person: id, ...input });
    return { pos, ...(response as { grant: string; waitingForSecond: boolean }) };
  }),
  confirmRole: os.people.confirmRole.handler(async ({ input, context }) => {
    const confirm = { do: 'identity.confirm_role', id: input.commandId, input: { grant: input.grant } };
    const { pos } = await commanding(context, confirm, { factor: input.factor });
    return { pos };
  }),
  revokeRole: os.people.revokeRole.handler(async ({ input, context }) => {
    const { pos } = await command(context, 'revoke_role', input.commandId, { grant: input.grant });
    return { pos };
  }),
  addDeputy: os.people.addDeputy.handler(async ({ input: { commandId, id, order, ...input }, context }) => {
    const { pos, response } = await command(context, 'add_deputy', commandId, { for: id, order, ...input });
    return { id: String((response as { deputy?: string }).deputy ?? response), pos };
  }),
  endDeputy: os.people.endDeputy.handler(async ({ input, context }) => {
    const { pos } = await command(context, 'end_deputy', input.commandId, { deputy: input.id });
    return { pos };
  }),
  resetRequest,
};

export const unitAnswers = {
  list: os.units.list.handler(({ context }) =>
    asking(context, (look) => listUnits(look.tx, look.organisation, look.now)),
  ),
  add: os.units.add.handler(async ({ input: { commandId, ...input }, context }) => {
    const unit = randomUUID();
    const { pos } = await command(context, 'add_unit', commandId, {
      unit,
      name: input.name,
      ...(input.under ? { under: input.under } : {}),
      ...(input.from ? { from: input.from } : {}),
    });
    return { id: unit, pos };
  }),
  edit: os.units.edit.handler(
    async ({ input: { commandId, id, from: _from, until, successor, ...input }, context }) => {
      const changes = Object.keys(input).length > 0;
      const edited = changes ? await command(context, 'edit_unit', commandId, { unit: id, ...input }) : undefined;
      const ending = { unit: id, until, ...(successor ? { successor } : {}) };
      const ended = until ? await command(context, 'end_unit', `${commandId}:end`, ending) : undefined;
      return { pos: ended?.pos ?? edited?.pos ?? 0 };
    },
  ),
};
