import { sql } from 'kysely';
import { z } from 'zod';
import { refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { Db, Module, Tx } from '../../runtime/module.ts';

const Enrol = z.object({
  credential: z.string().min(1).max(1500),
  /** SPKI, base64. */
  publicKey: z.string().min(1).max(4000),
  relyingParty: z.string().min(1).max(255),
});

/** Which passkey is whose, in the organisation's own ledger: an approval signed with it can then be checked without the server. */
export const passkeys: Module = {
  name: 'passkeys',
  commands: {
    'passkeys.enrol': {
      input: Enrol,
      load: (tx, { credential }: z.infer<typeof Enrol>, { organisation }) => isEnrolled(tx, organisation, credential),
      decide(enrolled: boolean, { credential, ...key }: z.infer<typeof Enrol>, { actor }) {
        if (actor.kind !== 'person') return onlyOwn;
        if (enrolled) return { events: [], response: true };
        const data = { person: actor.person, credential, ...key };
        return { events: [{ stream: `passkey:${credential}`, type: 'passkey.enrolled', data }], response: true };
      },
    },
  },
};

/** A passkey is enrolled once; its stream has that one event. */
export async function isEnrolled(tx: Tx | Db, organisation: string, credential: string): Promise<boolean> {
  const found = await sql`select 1 from event
    where organisation = ${organisation} and stream = ${`passkey:${credential}`} and stream_version = 1`.execute(tx);
  return found.rows.length > 0;
}

const onlyOwn = refused({
  code: 'by',
  message: text('通行金鑰由本人登錄。', 'A passkey is enrolled by the person whose it is.'),
});
