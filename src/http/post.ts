import { randomUUID } from 'node:crypto';
import type { PostParts } from '../adapters/mail/postman.ts';
import type { MailSettingsFile } from '../adapters/mail/settings.ts';
import { lettersDue } from '../modules/mail/index.ts';
import type { Dispatch } from '../runtime/module.ts';
import { organisationIds } from '../runtime/organisations.ts';
import type { Parts } from '../runtime/parts.ts';
import { withOrganisation } from '../runtime/store/session.ts';

/** Mail out of the door: takes what the outbox of each organisation holds and records what became of it. */
export function postParts(
  parts: Pick<Parts, 'db' | 'clock' | 'defect'>,
  dispatch: Dispatch,
  settings: MailSettingsFile,
): PostParts {
  const { db, clock } = parts;
  return {
    settings: settings.read,
    now: () => Date.parse(clock()),
    async due() {
      const letters = [];
      for (const organisation of await organisationIds(db)) {
        const found = await withOrganisation(db, organisation, (tx) => lettersDue(tx, organisation, clock()));
        letters.push(...found.map((letter) => ({ ...letter, id: letter.mail })));
      }
      return letters;
    },
    async note({ organisation, id }, { sent, answer, final }) {
      const input = { mail: id, sent, answer, ...(final ? { final } : {}) };
      const command = { do: 'mail.note', id: randomUUID(), input };
      await dispatch({ organisation, actor: { kind: 'clock' }, command });
    },
    failed: (error) => parts.defect(error, 'mail'),
  };
}
