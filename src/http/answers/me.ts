import { isWorkday } from '../../kernel/calendar/calendar.ts';
import { localDate } from '../../kernel/calendar/date.ts';
import { roleLabel, scopeWords } from '../../modules/identity/index.ts';
import { type Look, rolesOf } from '../../runtime/query/look.ts';
import { personNamed, unitNamed } from '../../runtime/query/names.ts';
import { counts } from '../../runtime/query/tasks.ts';
import type { Me } from '../../runtime/views.ts';
import { ORGANISATION_COOKIE } from '../caller.ts';
import { asking, type Context, hasRole, no, notAllowed, os, signedIn } from './ask.ts';

/** Who I am in the organisation I work in. An administrator without one sees only management. */
async function meOf(context: Context): Promise<Me> {
  const caller = await signedIn(context);
  const account = caller.session?.account ?? { id: '', name: '', email: '' };
  const factors = caller.session ? await context.http.auth.factors(account.id) : [];
  const idleMinutes = caller.session?.idleMinutes ?? 0;
  const base = {
    account: { id: account.id, name: account.name, email: account.email, factors },
    organisations: caller.organisations.map(({ id, name }) => ({ id, name })),
    administrator: caller.viewer.administrator,
    idleMinutes,
  };
  const now = context.http.parts.clock();
  const date = localDate(now);
  const today = { date, workday: isWorkday(context.http.parts.calendar(), date) !== false };
  if (!caller.organisation) {
    return {
      ...base,
      organisations: [],
      roles: [],
      actsFor: [],
      auditor: false,
      counts: { tasks: 0, notices: 0 },
      today,
    };
  }
  return asking(context, async (look) => {
    const { directory } = look.context;
    const { person } = look.viewer;
    const found = person ? directory.persons[person] : undefined;
    const organisation = caller.organisations.find((one) => one.id === caller.organisation);
    return {
      ...base,
      ...(organisation ? { organisation } : {}),
      ...(found
        ? {
            person: {
              id: found.id,
              name: found.name,
              unit: unitNamed(look, found.unit),
              ...(found.title ? { title: found.title } : {}),
            },
          }
        : {}),
      roles: directory.grants
        .filter(
          (grant) =>
            grant.person === person && grant.from.slice(0, 10) <= date && (!grant.until || grant.until >= date),
        )
        .map((grant) => ({
          role: grant.role,
          label: roleLabel(look.context, grant.role),
          unit: unitNamed(look, grant.unit),
        })),
      actsFor: directory.deputies
        .filter((deputy) => deputy.person === person && deputy.from <= date && deputy.until >= date)
        .map((deputy) => ({
          person: personNamed(look, deputy.for),
          until: deputy.until,
          roles: rolesOf(directory, deputy.for, look.now).filter((role) => hasRole(look, role)),
        })),
      ...outsideOf(look),
      auditor: rolesOf(directory, person, look.now).includes('auditor'),
      counts: await counts(look),
      today,
    };
  });
}

/** What an auditor from elsewhere is told of its own days and scope. */
function outsideOf(look: Look): Pick<Me, 'outside'> {
  const { directory } = look.context;
  const { person, outside } = look.viewer;
  if (!outside) return {};
  const grants = directory.grants.filter((grant) => grant.person === person && grant.scope);
  const nameOfUnit = (id: string) => unitNamed(look, id).name;
  return {
    outside: {
      until: outside.until,
      scopes: grants.map(({ scope }) => scopeWords(look.context.definition, scope!, nameOfUnit)),
    },
  };
}

export const meAnswers = {
  get: os.me.get.handler(({ context }) => meOf(context)),
  switchOrganisation: os.me.switchOrganisation.handler(async ({ input, context }) => {
    const caller = await signedIn(context);
    if (!caller.organisations.some((one) => one.id === input.organisation)) return no(notAllowed.refused);
    context.resHeaders?.append(
      'Set-Cookie',
      `${ORGANISATION_COOKIE}=${encodeURIComponent(input.organisation)}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000`,
    );
    const request = new Request(context.request.url, { headers: new Headers(context.request.headers) });
    request.headers.set(
      'cookie',
      `${context.request.headers.get('cookie') ?? ''}; ${ORGANISATION_COOKIE}=${input.organisation}`,
    );
    return meOf({ ...context, request });
  }),
  preferences: os.me.preferences.handler(async ({ input, context }) => {
    await signedIn(context);
    const kept = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as typeof input;
    for (const [name, value] of Object.entries(kept)) {
      context.resHeaders?.append('Set-Cookie', `ancheng-${name}=${value}; Path=/; SameSite=Lax; Max-Age=31536000`);
    }
    return kept;
  }),
};
