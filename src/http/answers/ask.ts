import { implement, ORPCError } from '@orpc/server';
import type { z } from 'zod';
import type { Actor, Command } from '../../kernel/engine/types.ts';
import { brokenText, isRefused, type Refusal, type Refused, refused } from '../../kernel/refusal.ts';
import { isWritable, text } from '../../kernel/text.ts';
import type { DispatchResult } from '../../runtime/module.ts';
import { citations } from '../../runtime/query/citations.ts';
import { actsAs, type Look, look } from '../../runtime/query/look.ts';
import { confinedTo } from '../../runtime/query/outside.ts';
import { type Caller, callerOf } from '../caller.ts';
import type { Factor } from '../contract/shapes.ts';
import { contract } from '../contract.ts';
import { noteTable } from '../exporting.ts';
import type { HttpParts } from '../parts.ts';
import { signedWith } from '../signing.ts';
import { statusOf } from '../status.ts';

/** All that auditors from elsewhere may ask; everything else, and every new procedure, is closed to them. */
export const OPEN_TO_OUTSIDERS: ReadonlySet<string> = new Set([
  ...['me.get', 'me.switchOrganisation', 'me.preferences', 'setup.status'],
  ...['resets.ways', 'resets.request', 'resets.complete', 'people.invitation', 'people.acceptInvitation'],
  ...['tasks.list', 'notices.list', 'notices.read', 'views.list', 'types.list', 'types.get'],
  ...['records.list', 'records.get', 'records.history', 'records.proof', 'findings.list', 'registers.export'],
  ...['procedure.list', 'procedure.get', 'procedure.evidence', 'texts.list', 'texts.get', 'texts.citations'],
  ...['checklists.list', 'checklists.get', 'populations.get', 'populations.export', 'populations.draw'],
  ...['packages.sections', 'packages.list', 'packages.make', 'packages.cancel', 'trail.proof'],
]);

const outsideScope = refused({
  code: 'forbidden',
  message: text('這不在您的稽核範圍內。', 'This is outside the scope of your audit.'),
});

/** What every answer starts from: the installation, the request, response headers to set. */
export type Context = { http: HttpParts; request: Request; resHeaders?: Headers };

/** Texts no database holds are refused before anything is asked, as the write door refuses them. */
export const os = implement(contract)
  .$context<Context>()
  .use(({ next }, input) => (isWritable(input) ? next() : no([brokenText])))
  .use(async ({ context, next, path }) => {
    if (OPEN_TO_OUTSIDERS.has(path.join('.'))) return next();
    const caller = await callerOf(context.http, context.request);
    return caller?.viewer.outside ? no(outsideScope.refused) : next();
  });

/** Turns a refusal into the contract's one kind of error; HTTP status by code. */
export function no(refusals: Refusal[]): never {
  throw new ORPCError('REFUSED', {
    status: statusOf(refusals),
    message: refusals[0]?.message.en ?? 'refused',
    data: { refused: refusals },
  });
}

export function must<T>(outcome: T | Refused): T {
  return isRefused(outcome) ? no(outcome.refused) : outcome;
}

/** What was stated, without what was left out. */
export function stated<T extends object>(input: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as never;
}

/** The signed-in caller, or 401. */
export async function signedIn({ http, request }: Context): Promise<Caller> {
  const caller = await callerOf(http, request);
  if (!caller) throw new ORPCError('UNAUTHORIZED', { status: 401, message: 'sign in first' });
  return caller;
}

/** One look at the caller's organisation. */
export async function asking<T>(
  context: Context,
  work: (look: Look, caller: Caller) => Promise<T | Refused>,
  asOf?: string,
): Promise<T> {
  const caller = await signedIn(context);
  const { http } = context;
  return must(
    await cited(
      context,
      caller,
      await look(http.parts, http.cache, caller.organisation, caller.viewer, (looking) => work(looking, caller), asOf),
    ),
  );
}

/** Refusals name clauses the way the organisation's own procedures number them, beside our identifiers. */
async function cited<T>({ http }: Context, caller: Caller, outcome: T | Refused): Promise<T | Refused> {
  if (!isRefused(outcome) || !outcome.refused.some(({ clauses = [] }) => clauses.length > 0)) return outcome;
  const known = await look(http.parts, http.cache, caller.organisation, caller.viewer, citations);
  if (isRefused(known)) return outcome;
  const citesOf = (clause: string) => (known[clause] ?? []).map(({ title, cite }) => ({ clause, title, cite }));
  return {
    refused: outcome.refused.map((refusal) => {
      const cites = (refusal.clauses ?? []).flatMap(citesOf);
      return cites.length > 0 ? { ...refusal, cites } : refusal;
    }),
  };
}

type GivenFactor = z.infer<typeof Factor>;

/** One command of the caller, through the write door. */
export async function commanding(
  context: Context,
  command: Command | { do: string; id: string; input: unknown },
  given: { caller?: Caller; factor?: GivenFactor | undefined } = {},
): Promise<DispatchResult> {
  const caller = given.caller ?? (await signedIn(context));
  const actor = await actorOf(context, caller, given.factor);
  const outcome = await context.http.dispatch({ organisation: caller.organisation, actor, command });
  return must(await cited(context, caller, outcome));
}

/** A table on its way out, once the ledger has it that it goes. */
export async function handedOver<Table extends { csv: string; rows: number }>(
  context: Context,
  about: Parameters<typeof noteTable>[2],
  table: Table,
): Promise<Table> {
  return must(await noteTable(context.http, await signedIn(context), about, table));
}

/** A token that may only read changes nothing, whatever door it comes through. */
export async function mustWrite({ http, request }: Context, { token, organisation }: Caller): Promise<void> {
  if (!token || token.mayWrite) return;
  await http.auth.tokenRefused(organisation, token.id, 'read_only', request);
  no([{ code: 'forbidden', message: text('此權杖只能讀取。', 'This token may only read.') }]);
}

/** The caller as the write door sees it: a person, with the factor just given; refuses whoever may not write. */
export async function actorOf(context: Context, caller: Caller, factor?: GivenFactor | undefined): Promise<Actor> {
  await mustWrite(context, caller);
  const { person } = caller.viewer;
  if (!person)
    no([
      {
        code: 'by',
        message: text(
          '此帳號未連結本機關人員，不能辦理業務。',
          'This account is linked to no person of the organisation.',
        ),
      },
    ]);
  const base: Actor = {
    kind: 'person',
    person,
    ...(caller.session ? { account: caller.session.account.id, via: 'web' } : { via: 'token' }),
    ...(caller.session?.markedReset ? { afterReset: true } : {}),
  };
  if (!factor || !caller.session) return { ...base, factor: 'none' };
  const proven = await context.http.auth.confirmFactor({
    account: caller.session.account.id,
    ...(factor.password ? { password: factor.password } : {}),
    ...(factor.totp ? { totp: factor.totp } : {}),
    ...(factor.passkey ? { passkey: factor.passkey as never } : {}),
  });
  if (!proven)
    no([
      {
        code: 'factor',
        message: factor.passkey
          ? text(
              '通行金鑰的簽章不成立或已逾時，本次未生效。',
              'The passkey’s signature does not hold or came too late; nothing was done.',
            )
          : text('密碼或驗證碼不正確，本次未生效。', 'The password or code is wrong; nothing was done.'),
      },
    ]);
  const signed = factor.passkey && signedWith(factor.passkey);
  return { ...base, factor: proven, ...(signed ? { signed } : {}) };
}

/** The caller as one of the two people a reset needs. */
export const approverOf = (caller: Caller) => ({
  account: caller.viewer.account ?? '',
  person: caller.viewer.person ?? '',
});

/** Whoever oversees, or audits from elsewhere: what the latter gets is confined where it is read. */
export const audits = (looking: Look, ...roles: string[]): boolean =>
  confinedTo(looking) !== undefined || hasRole(looking, ...roles);

/** Whether the caller's person holds one of these roles today, or stands in for somebody who does. */
export const hasRole = (looking: Look, ...roles: string[]) => actsAs(looking, roles);

export const notAllowed = refused({
  code: 'forbidden',
  message: text('您沒有檢視此內容的權限。', 'You may not see this.'),
});
