import { randomUUID } from 'node:crypto';
import type { Actor } from '../kernel/engine/types.ts';
import { aboutOf } from '../kernel/ledger/approvals.ts';
import { isRefused } from '../kernel/refusal.ts';
import { isEnrolled } from '../modules/passkeys/index.ts';
import { withOrganisation } from '../runtime/store/session.ts';
import type { HttpParts } from './parts.ts';

/** A browser's answer to a challenge (WebAuthn `AuthenticationResponseJSON`), as far as it is looked at here. */
export type Assertion = {
  id: string;
  response: { authenticatorData: string; clientDataJSON: string; signature: string };
};

/** What the write door needs of a passkey's answer that was found to be right; undefined when it is not about an approval. */
export function signedWith(assertion: Assertion): Extract<Actor, { kind: 'person' }>['signed'] {
  const about = aboutOf(assertion.response.clientDataJSON);
  if (!about) return undefined;
  const { authenticatorData, clientDataJSON, signature } = assertion.response;
  return {
    about: Buffer.from(about).toString('hex'),
    signature: { credential: assertion.id, authenticatorData, clientDataJSON, signature },
  };
}

/** Enters the passkeys of an account into the organisation's ledger before one of them signs there. */
export async function enrolPasskeys(
  { auth, parts, dispatch }: HttpParts,
  organisation: string,
  actor: Actor,
  account: string,
): Promise<number> {
  const own = await auth.passkeys(account);
  for (const passkey of own) {
    if (await withOrganisation(parts.db, organisation, (tx) => isEnrolled(tx, organisation, passkey.credential)))
      continue;
    const command = { do: 'passkeys.enrol', id: randomUUID(), input: passkey };
    const outcome = await dispatch({ organisation, actor, command });
    if (isRefused(outcome)) throw new Error(`a passkey was not enrolled: ${outcome.refused[0]?.message.en}`);
  }
  return own.length;
}
