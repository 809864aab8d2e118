import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { endOfDay, localDate } from '../../kernel/calendar/date.ts';
import { READ_ALL } from '../../kernel/engine/reading.ts';
import { refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import { checkpointPaper } from '../../print/checkpoint.ts';
import { lateDays } from '../../runtime/query/late-days.ts';
import { lightChanges } from '../../runtime/query/light-changes.ts';
import type { Look } from '../../runtime/query/look.ts';
import { evidenceOf, parameters, procedure, procedures } from '../../runtime/query/procedure.ts';
import { redLights } from '../../runtime/query/red-lights.ts';
import { myNotices } from '../../runtime/query/tasks.ts';
import { decoded, sealedState, trailPage } from '../../runtime/query/trail.ts';
import { withOrganisation } from '../../runtime/store/session.ts';
import { noteExport } from '../exporting.ts';
import { pdfOf } from '../print.ts';
import {
  asking,
  type Context,
  commanding,
  handedOver,
  hasRole,
  must,
  mustWrite,
  no,
  notAllowed,
  os,
  signedIn,
  stated,
} from './ask.ts';
import { trailTable } from './trail-table.ts';

/** Procedure, parameters, trail, notices, saved filters, tokens. */

/** Who reads the ledger and what is drawn from it: whoever reads everything. */
export const READS_TRAIL = READ_ALL;

/** What names other people’s cases is for whoever oversees. */
const overseeing = <T>(context: Context, work: (look: Look) => Promise<T>): Promise<T> =>
  asking<T>(context, async (look) => (hasRole(look, ...READS_TRAIL) ? work(look) : notAllowed));

export const procedureAnswers = {
  list: os.procedure.list.handler(({ input, context }) => asking(context, procedures, input.asOf)),
  get: os.procedure.get.handler(({ input, context }) =>
    asking(context, (look) => procedure(look, input.pack), input.asOf),
  ),
  evidence: os.procedure.evidence.handler(({ input, context }) =>
    asking(context, (look) => evidenceOf(look, input.clause), input.asOf),
  ),
  red: os.procedure.red.handler(({ context }) => overseeing(context, redLights)),
  days: os.procedure.days.handler(({ context }) => asking(context, lateDays)),
  changes: os.procedure.changes.handler(({ context }) => overseeing(context, lightChanges)),
  explain: os.procedure.explain.handler(async ({ input: { commandId, ...given }, context }) => {
    const { pos } = await commanding(context, { do: 'compliance.explain', id: commandId, input: given });
    return { pos };
  }),
};

export const parameterAnswers = {
  list: os.parameters.list.handler(({ context }) => asking(context, parameters)),
  set: os.parameters.set.handler(async ({ input, context }) => {
    const { name, value, reason } = input;
    const { pos } = await commanding(context, {
      do: 'compliance.set_parameter',
      id: input.commandId,
      input: { name, value, reason },
    });
    return { pos };
  }),
};

/** Files to and from witnesses without a network: whoever reads the ledger and may write. */
async function exchanging(context: Context) {
  const caller = await signedIn(context);
  await mustWrite(context, caller);
  await asking(context, async (look) => (hasRole(look, ...READS_TRAIL) ? true : notAllowed));
  return caller;
}

export const trailAnswers = {
  list: os.trail.list.handler(({ input, context }) =>
    asking(context, async (look) => {
      if (!hasRole(look, ...READS_TRAIL)) return notAllowed;
      return trailPage(
        look,
        { ...(input.after ? { after: input.after } : {}), ...(input.limit ? { limit: input.limit } : {}) },
        stated(input.filter ?? {}),
      );
    }),
  ),
  export: os.trail.export.handler(async ({ input, context }) => {
    const filter = stated(input.filter ?? {});
    const table = await asking(context, async (look) =>
      hasRole(look, ...READS_TRAIL) ? trailTable(look, filter) : notAllowed,
    );
    return handedOver(context, { what: 'trail', filter }, table);
  }),
  verify: os.trail.verify.handler(async ({ context }) => {
    const caller = await signedIn(context);
    await asking(context, async (look) => (hasRole(look, ...READS_TRAIL) ? true : notAllowed));
    return context.http.ledger.verify(caller.organisation);
  }),
  witnesses: os.trail.witnesses.handler(async ({ context }) => {
    const caller = await signedIn(context);
    await asking(context, async (look) => (hasRole(look, ...READS_TRAIL) ? true : notAllowed));
    return context.http.ledger.witnesses(caller.organisation);
  }),
  request: os.trail.request.handler(async ({ input, context }) => {
    const caller = await exchanging(context);
    return must(await context.http.ledger.requestFor(caller.organisation, input.witness));
  }),
  accept: os.trail.accept.handler(async ({ input, context }) => {
    const caller = await exchanging(context);
    return { taken: must(await context.http.ledger.acceptAnswer(caller.organisation, input.answer)) };
  }),
  sheet: os.trail.sheet.handler(async ({ input: { language = 'zh' }, context }) => {
    const caller = await signedIn(context);
    const sealed = await asking(context, async (look) =>
      hasRole(look, ...READS_TRAIL) ? sealedState(look) : notAllowed,
    );
    const { note, key } = (await context.http.ledger.checkpoint(caller.organisation)) ?? no(nothingSealed.refused);
    const organisation = caller.organisations.find(({ id }) => id === caller.organisation)?.name ?? '';
    const entries = Number(note.split('\n')[1]);
    const now = context.http.parts.clock();
    const sealedAt = sealed.size === entries && sealed.at ? sealed.at : now;
    const pdf = must(await pdfOf(checkpointPaper({ note, key, sealedAt, now, organisation, language })));
    must(
      await noteExport(context.http, caller, {
        ...{ what: 'checkpoint', format: 'pdf', filter: {}, rows: entries, bytes: pdf.length },
        sha256: createHash('sha256').update(pdf).digest('hex'),
      }),
    );
    const words = language === 'zh' ? '封存點' : 'checkpoint';
    return { name: `${words}-${localDate(now)}-${entries}.pdf`, pdf: Buffer.from(pdf).toString('base64'), entries };
  }),
  proof: os.trail.proof.handler(async ({ input, context }) => {
    const caller = await signedIn(context);
    await asking(context, async (look) =>
      hasRole(look, ...READS_TRAIL) || (await isOwnExport(look, input.pos)) ? true : notAllowed,
    );
    const proofs = await context.http.ledger.proofs(caller.organisation, [input.pos]);
    if (!proofs) return no(notSealed.refused);
    return {
      format: 'c2sp.org/tlog-proof@v1',
      pos: input.pos,
      checkpoint: proofs.checkpoint,
      key: proofs.key,
      proof: proofs.proofs[0]?.proof,
    };
  }),
};

/** Whoever took something out has the ledger’s word for it. */
async function isOwnExport(look: Look, pos: number): Promise<boolean> {
  const { person } = look.viewer;
  const found = await sql<{ entry: Buffer }>`select entry from event
    where organisation = ${look.organisation} and pos = ${pos} and type = 'export.made'`.execute(look.tx);
  const entry = found.rows[0]?.entry;
  return entry !== undefined && person !== undefined && decoded(entry).actor.person === person;
}

const nothingSealed = refused({
  code: 'unready',
  message: text('尚未產生封存點，請稍後再印。', 'There is no checkpoint yet; print it a little later.'),
});

export const notSealed = refused({
  code: 'unready',
  message: text(
    '這筆紀錄剛寫入，尚待封存；請於數秒後再試。',
    'This was written just now and is not sealed yet; try again in a few seconds.',
  ),
});

export const noticeAnswers = {
  list: os.notices.list.handler(({ input, context }) =>
    asking(context, (look) =>
      myNotices(look, {
        ...(input.after ? { after: input.after } : {}),
        ...(input.limit ? { limit: input.limit } : {}),
        ...(input.unread ? { unread: true } : {}),
      }),
    ),
  ),
  read: os.notices.read.handler(async ({ input, context }) => {
    const { pos } = await commanding(context, {
      do: 'notices.read',
      id: input.commandId,
      input: { notices: input.ids },
    });
    return { pos };
  }),
  acknowledge: os.notices.acknowledge.handler(async ({ input, context }) => {
    const { pos } = await commanding(context, {
      do: 'notices.acknowledge',
      id: input.commandId,
      input: { notice: input.id },
    });
    return { pos };
  }),
};

type SavedRow = { id: string; name: string; query: never };

export const viewAnswers = {
  list: os.views.list.handler(async ({ context }) => {
    const caller = await signedIn(context);
    return withOrganisation(context.http.parts.db, caller.organisation, async (tx) => {
      const found =
        await sql<SavedRow>`select id, name, query from saved_view where organisation = ${caller.organisation}
        and account = ${caller.viewer.account ?? ''} order by name`.execute(tx);
      return found.rows;
    });
  }),
  save: os.views.save.handler(async ({ input, context }) => {
    const caller = await signedIn(context);
    await mustWrite(context, caller);
    const id = randomBytes(9).toString('base64url');
    await withOrganisation(context.http.parts.db, caller.organisation, (tx) =>
      sql`insert into saved_view values (${caller.organisation}, ${caller.viewer.account ?? ''}, ${id}, ${input.name}, ${JSON.stringify(input.query)}::jsonb)`.execute(
        tx,
      ),
    );
    return { id, name: input.name, query: input.query };
  }),
  remove: os.views.remove.handler(async ({ input, context }) => {
    const caller = await signedIn(context);
    await mustWrite(context, caller);
    await withOrganisation(context.http.parts.db, caller.organisation, (tx) =>
      sql`delete from saved_view where organisation = ${caller.organisation} and account = ${caller.viewer.account ?? ''} and id = ${input.id}`.execute(
        tx,
      ),
    );
    return { id: input.id };
  }),
};

type TokenRow = {
  id: string;
  name: string;
  created_at: Date;
  expires_at: Date | null;
  last_used_at: Date | null;
  scopes: string[];
};
const tokenView = (row: TokenRow) => ({
  id: row.id,
  name: row.name,
  createdAt: row.created_at.toISOString(),
  ...(row.expires_at ? { expiresAt: row.expires_at.toISOString() } : {}),
  ...(row.last_used_at ? { lastUsedAt: row.last_used_at.toISOString() } : {}),
  mayWrite: row.scopes.includes('write'),
});

/** Tokens act for the person who made them and never seal: a seal asks a factor, and a program has none. */
export const tokenAnswers = {
  list: os.tokens.list.handler(async ({ context }) => {
    const caller = await signedIn(context);
    return withOrganisation(context.http.parts.db, caller.organisation, async (tx) => {
      const found = await sql<TokenRow>`select id, name, created_at, expires_at, last_used_at, scopes from api_token
        where organisation = ${caller.organisation} and person = ${caller.viewer.person ?? ''} and revoked_at is null order by created_at desc`.execute(
        tx,
      );
      return found.rows.map(tokenView);
    });
  }),
  create: os.tokens.create.handler(async ({ input, context }) => {
    const caller = await signedIn(context);
    const id = randomBytes(9).toString('base64url');
    const secret = `anc_${caller.organisation}_${randomBytes(24).toString('hex')}`;
    const hash = createHash('sha256').update(secret).digest('hex');
    const scopes = input.mayWrite ? ['read', 'write'] : ['read'];
    await commanding(
      context,
      {
        do: 'tokens.make',
        id: input.commandId,
        input: { token: id, name: input.name, hash, scopes, until: input.expires },
      },
      { caller },
    );
    return {
      id,
      name: input.name,
      createdAt: context.http.parts.clock(),
      expiresAt: endOfDay(input.expires),
      mayWrite: input.mayWrite,
      secret,
    };
  }),
  revoke: os.tokens.revoke.handler(async ({ input, context }) => {
    const { pos } = await commanding(context, { do: 'tokens.revoke', id: input.commandId, input: { token: input.id } });
    return { pos };
  }),
};
