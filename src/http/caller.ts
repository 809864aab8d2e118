import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { SignedIn, TokenRefusal } from '../adapters/auth/auth.ts';
import { localDate } from '../kernel/calendar/date.ts';
import { admissionOf, isHere, personOfAccount } from '../modules/identity/index.ts';
import type { Tx } from '../runtime/module.ts';
import { INSTALLATION, organisationIds } from '../runtime/organisations.ts';
import type { Viewer } from '../runtime/query/look.ts';
import { withOrganisation } from '../runtime/store/session.ts';
import { administers } from './accounts.ts';
import type { HttpParts } from './parts.ts';
import { isTokenOnRecord } from './token-evidence.ts';

/** Whoever makes a request: a signed-in account in one organisation, or a token that acts for a person. */
export type Caller = {
  session?: SignedIn;
  token?: { id: string; mayWrite: boolean };
  organisation: string;
  viewer: Viewer;
  organisations: { id: string; name: string; demo: boolean }[];
};

export const ORGANISATION_COOKIE = 'ancheng-organisation';

const asked = new WeakMap<Request, Promise<Caller | undefined>>();

/** The caller of a request, found once, or undefined when nobody is signed in. */
export function callerOf(http: HttpParts, request: Request): Promise<Caller | undefined> {
  const known = asked.get(request) ?? callerNow(http, request);
  asked.set(request, known);
  return known;
}

/** The same as it is now: for what stays open. An auditor from elsewhere whose days are over is nobody, and its sessions end. */
export async function callerNow(http: HttpParts, request: Request): Promise<Caller | undefined> {
  const bearer = request.headers.get('authorization')?.match(/^Bearer (anc_([a-z0-9_-]+)_[A-Za-z0-9_-]{20,})$/);
  if (bearer) return tokenCaller(http, request, bearer[1]!, bearer[2]!);
  const session = await http.auth.session(request);
  if (!session) return undefined;
  const { links, over } = await organisationsOf(http, session.account.id);
  if (over && links.length === 0 && !session.account.installer) {
    await http.auth.endSessions(session.account.id);
    return undefined;
  }
  const wanted = cookie(request, ORGANISATION_COOKIE);
  const link = links.find(({ id }) => id === wanted) ?? links[0];
  const chosen = link?.id ?? (session.account.installer ? await newestOrganisation(http) : undefined);
  return {
    session,
    organisation: chosen ?? '',
    organisations: links.map(({ id, name, demo }) => ({ id, name, demo })),
    viewer: {
      ...(link ? { person: link.person } : {}),
      account: session.account.id,
      administrator: session.account.installer || (link?.administrator ?? false),
      ...(link?.outside ? { outside: link.outside } : {}),
    },
  };
}

type Link = {
  id: string;
  name: string;
  demo: boolean;
  person: string;
  administrator: boolean;
  outside?: { until: string };
};
/** `over`: somewhere an auditor from elsewhere whose days are not, or no longer. */
type Links = { links: Link[]; over: boolean };
const LINKS_KEPT_MILLISECONDS = 3_000;
const kept = new WeakMap<HttpParts, Map<string, { at: number; day: string; links: Links }>>();

/** Who an account is where; remembered for three seconds of one day, so that a page with ten questions asks once. */
async function organisationsOf(http: HttpParts, account: string): Promise<Links> {
  const known = kept.get(http) ?? new Map<string, { at: number; day: string; links: Links }>();
  kept.set(http, known);
  const found = known.get(account);
  const now = performance.now();
  const day = localDate(http.parts.clock());
  if (found?.day === day && now - found.at < LINKS_KEPT_MILLISECONDS) return found.links;
  const links = await readLinks(http, account);
  known.set(account, { at: now, day, links });
  return links;
}

/** Something about people changed: the next request asks anew. */
export const forgetLinks = (http: HttpParts): boolean => kept.delete(http);

async function readLinks(http: HttpParts, account: string): Promise<Links> {
  const all = await sql<{
    organisation: string;
    name: string;
    demo: boolean;
  }>`select organisation, name, demo from organisation where organisation <> ${INSTALLATION} order by created_at`.execute(
    http.parts.db,
  );
  const links: Link[] = [];
  let over = false;
  for (const { organisation, name, demo } of all.rows) {
    const link = await withOrganisation(http.parts.db, organisation, async (tx) => {
      const found = await personOfAccount(tx, organisation, account, http.parts.nodeKey, http.parts.clock());
      return found && { ...found, admission: await admitted(http, tx, organisation, found.person) };
    });
    if (!link) continue;
    const { person, admission } = link;
    over ||= admission?.open === false;
    if (admission?.open === false) continue;
    const administrator = await administers(http.parts, organisation, person);
    const outside = admission ? { outside: { until: admission.until } } : {};
    links.push({ id: organisation, name, demo, person, administrator, ...outside });
  }
  return { links, over };
}

const admitted = ({ parts }: HttpParts, tx: Tx, organisation: string, person: string) =>
  admissionOf(tx, organisation, person, parts.nodeKey, parts.clock());

async function newestOrganisation(http: HttpParts): Promise<string | undefined> {
  const found = await sql<{
    organisation: string;
  }>`select organisation from organisation where not demo and organisation <> ${INSTALLATION} order by created_at desc limit 1`.execute(
    http.parts.db,
  );
  return found.rows[0]?.organisation;
}

async function tokenCaller(
  http: HttpParts,
  request: Request,
  token: string,
  organisation: string,
): Promise<Caller | undefined> {
  const hash = createHash('sha256').update(token).digest();
  const row = await withOrganisation(http.parts.db, organisation, async (tx) => {
    const found = await sql<TokenRow>`select id, person, scopes, expires_at, revoked_at from api_token
      where organisation = ${organisation} and hash = ${hash}`.execute(tx);
    const [one] = found.rows;
    const why = one ? await whyClosed(http, tx, organisation, one, hash) : 'unknown';
    if (one && !why)
      await sql`update api_token set last_used_at = ${http.parts.clock()}
        where organisation = ${organisation} and id = ${one.id}`.execute(tx);
    return { ...one, why };
  });
  const { id, person, scopes = [], why } = row;
  if (why || id === undefined || person === undefined) {
    const known = (await organisationIds(http.parts.db)).includes(organisation);
    await http.auth.tokenRefused(known ? organisation : undefined, id, why ?? 'unknown', request);
    return undefined;
  }
  return {
    token: { id, mayWrite: scopes.includes('write') },
    organisation,
    organisations: [],
    viewer: { person, administrator: false },
  };
}

type TokenRow = { id: string; person: string; scopes: string[]; expires_at: Date | null; revoked_at: Date | null };

/** Why a token that was made opens nothing now, or undefined. */
async function whyClosed(
  http: HttpParts,
  tx: Tx,
  organisation: string,
  row: TokenRow,
  hash: Uint8Array,
): Promise<TokenRefusal | undefined> {
  const now = http.parts.clock();
  if (row.revoked_at) return 'revoked';
  if (row.expires_at && row.expires_at.getTime() <= Date.parse(now)) return 'expired';
  if (!(await isTokenOnRecord(tx, organisation, http.parts.markKey, { ...row, hash }))) return 'unfounded';
  // A token made before its person became an auditor from elsewhere opens nothing.
  const here = await isHere(tx, organisation, row.person, now);
  return here && !(await admitted(http, tx, organisation, row.person)) ? undefined : 'closed';
}

function cookie(request: Request, name: string): string | undefined {
  const found = request.headers.get('cookie')?.match(new RegExp(`(?:^|; )${name}=([^;]+)`));
  return found ? decodeURIComponent(found[1]!) : undefined;
}
