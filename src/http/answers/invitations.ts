import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { text } from '../../kernel/text.ts';
import { openInvitation } from '../../modules/identity/index.ts';
import { withOrganisation } from '../../runtime/store/session.ts';
import { type Context, must, no, os } from './ask.ts';

/** Accepting an invitation: whoever holds the link sets a password; no session is needed. */

const hashOf = (secret: string) => createHash('sha256').update(secret).digest('hex');

async function opened({ http }: Context, organisation: string, secret: string) {
  const now = http.parts.clock();
  const found = await withOrganisation(http.parts.db, organisation, async (tx) => {
    const invitation = await openInvitation(tx, organisation, hashOf(secret), http.parts.nodeKey, now);
    if (!invitation) return undefined;
    const about = await sql<{ name: string; expires_at: Date }>`select o.name, i.expires_at from organisation o
      join invitation i on i.organisation = o.organisation and i.id = ${invitation.invitation} where o.organisation = ${organisation}`.execute(
      tx,
    );
    return {
      ...invitation,
      organisation: about.rows[0]?.name ?? '',
      until: about.rows[0]?.expires_at.toISOString() ?? now,
    };
  });
  return (
    found ??
    no([
      {
        code: 'missing',
        message: text('此邀請不存在、已使用或已逾期。', 'This invitation does not exist, was used, or has expired.'),
      },
    ])
  );
}

export const invitationAnswers = {
  invitation: os.people.invitation.handler(async ({ input, context }) => {
    const { organisation, person, email, until } = await opened(context, input.organisation, input.secret);
    return { organisation, person: person.name, email, until };
  }),
  acceptInvitation: os.people.acceptInvitation.handler(async ({ input, context }) => {
    const { http } = context;
    const invitation = await opened(context, input.organisation, input.secret);
    const known = await http.auth.accountByName(invitation.email);
    const account = known
      ? known.id
      : must(
          await http.auth.openByInvitation({
            name: input.name ?? invitation.person.name,
            email: invitation.email,
            password: input.password,
          }),
        ).account;
    must(
      await http.dispatch({
        organisation: input.organisation,
        actor: { kind: 'person', person: invitation.person.id, account },
        command: {
          do: 'identity.accept_invitation',
          id: input.commandId,
          input: { tokenHash: hashOf(input.secret), account },
        },
      }),
    );
    return { email: invitation.email };
  }),
};
