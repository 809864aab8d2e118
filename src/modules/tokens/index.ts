import { sql } from 'kysely';
import { z } from 'zod';
import { localDate } from '../../kernel/calendar/date.ts';
import { refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { Module, ModuleCommand, StoredEvent, Tx } from '../../runtime/module.ts';

const make = z.object({
  token: z.string().min(1),
  name: z.string().min(1).max(60),
  /** SHA-256 of the secret, hex; the secret itself is shown once and kept nowhere. */
  hash: z.string().length(64),
  scopes: z.array(z.enum(['read', 'write'])).min(1),
  until: z.iso.date(),
});
const revoke = z.object({ token: z.string() });

/** API tokens: they act for the person who made them, within scopes and dates, and never seal. */
export const tokens: Module = {
  name: 'tokens',
  commands: { 'tokens.make': makeToken(), 'tokens.revoke': revokeToken() },
  project,
};

function makeToken(): ModuleCommand<z.infer<typeof make>, null> {
  return {
    input: make,
    load: async () => null,
    decide(_loaded, input, { actor, now }) {
      if (actor.kind !== 'person' || actor.via === 'token') return notByToken;
      if (input.until < localDate(now)) {
        return refused({
          code: 'invalid',
          field: 'expires',
          message: text('到期日已過。', 'The end date has passed.'),
        });
      }
      const data = { ...input, person: actor.person };
      return { events: [{ stream: `token:${input.token}`, type: 'token.made', data }], response: input.token };
    },
  };
}

function revokeToken(): ModuleCommand<z.infer<typeof revoke>, { person: string } | undefined> {
  return {
    input: revoke,
    async load(tx, { token }, { organisation }) {
      const found = await sql<{
        person: string;
      }>`select person from api_token where organisation = ${organisation} and id = ${token}
        and revoked_at is null`.execute(tx);
      return found.rows[0];
    },
    decide(found, { token }, { actor }) {
      if (!found || actor.kind !== 'person' || found.person !== actor.person) {
        return refused({ code: 'missing', message: text('找不到這個權杖。', 'No such token.') });
      }
      return { events: [{ stream: `token:${token}`, type: 'token.revoked', data: { token } }], response: token };
    },
  };
}

const notByToken = refused({ code: 'by', message: text('請登入後建立權杖。', 'Sign in to make a token.') });

async function project(tx: Tx, event: StoredEvent): Promise<void> {
  const { organisation, data, at } = event;
  if (event.type === 'token.made') {
    await sql`insert into api_token (organisation, id, name, hash, person, scopes, created_at, expires_at)
      values (${organisation}, ${data.token}, ${data.name}, decode(${data.hash}, 'hex'), ${data.person}, ${data.scopes},
        ${at}, (${data.until}::date + 1)::timestamp at time zone 'Asia/Taipei') on conflict do nothing`.execute(tx);
  }
  if (event.type === 'token.revoked') {
    await sql`update api_token set revoked_at = ${at} where organisation = ${organisation} and id = ${data.token}`.execute(
      tx,
    );
  }
}
