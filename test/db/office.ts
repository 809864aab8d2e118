import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { loadPacks } from '../../src/adapters/files/packs.ts';
import { createApp } from '../../src/http/app.ts';
import { isRefused, type Refusal } from '../../src/kernel/refusal.ts';
import { doorsOver, openPlatform, type Platform } from '../../src/main.ts';
import { startTestDatabase, type TestDatabase } from '../harness/database.ts';
import { PEOPLE, type PersonName, type Staff, UNITS, type UnitName } from './people.ts';

/**
 * A small township office over the real composition, for tests of the whole: a database of its own, the platform, the
 * HTTP door in process. Set up through requests the way a browser does it; everybody signs in with a password.
 */

export const ORIGIN = 'http://localhost:8480';
export const PASSWORD = 'Xiluo-Township-2026';

// biome-ignore lint/suspicious/noExplicitAny: answers differ per procedure
export type Answer = { status: number; body: any; refused: Refusal[] };

/** One browser, or one program with a token: keeps cookies, speaks the pages' protocol. */
export type Client = {
  /** Calls a procedure of the contract by its dotted name: `records.act`. A command id is added where none is given. */
  call(procedure: string, input?: unknown): Promise<Answer>;
  /** The same, and what came back; throws when it was refused. */
  // biome-ignore lint/suspicious/noExplicitAny: answers differ per procedure
  ok(procedure: string, input?: unknown): Promise<any>;
  send(path: string, init?: RequestInit): Promise<Response>;
  upload(
    name: string,
    content: string | Uint8Array,
    media?: string,
  ): Promise<{ id: string; name: string; sha256: string; size: number; media: string }>;
};

/** Whoever answers requests: the program in process, or a server somewhere. */
export type App = { request(url: string, init?: RequestInit): Response | Promise<Response> };

export type Office = Awaited<ReturnType<typeof openOffice>>;

/** `clock` moves the whole installation; without it time goes on from the same Friday morning, whenever the tests run. */
export async function openOffice(options: { clock?: { now: Date }; pack?: 'xiluo' | 'race' } = {}) {
  const database = await startTestDatabase();
  const dataDir = mkdtempSync(join(tmpdir(), 'ancheng-office-'));
  const log: string[] = [];
  const shift = Date.parse('2026-11-20T01:00:00Z') - Date.now();
  const now = () => options.clock?.now ?? new Date(Date.now() + shift);
  const opened = await openPlatform({
    dataDir,
    databaseUrl: database.ownerUrl,
    databaseAppUrl: database.appUrl,
    log: (line) => log.push(line),
    clock: now,
  });
  if (isRefused(opened)) throw new Error(opened.refused[0]?.message.en);
  const platform: Platform = opened;
  if (options.pack === 'race') platform.packFiles.push(...(await loadPacks([RACE])));
  const { http, auth } = doorsOver(platform, { dataDir }, ORIGIN);
  const app = createApp(http);
  const superuser = new pg.Client({ connectionString: database.superUrl });
  await superuser.connect();
  const founded = await found(app, await auth.createSetupCode(), options.pack ?? 'xiluo');
  const clients = new Map<PersonName, Client>([['lin', founded.lin]]);
  const emails = new Map<Client, string>([[founded.lin, emailOf('lin')]]);
  /** Idle sessions end after ten minutes: whoever comes back after the clock moved signs in again. */
  const awake = async (browser: Client): Promise<Client> => {
    if ((await browser.call('me.get')).status === 401) await signIn(browser, emails.get(browser)!);
    return browser;
  };
  const enter = async (name: PersonName, email: string): Promise<Client> => {
    const browser = await invite(app, await awake(founded.lin), founded.persons[name], email);
    emails.set(browser, email);
    return browser;
  };
  const office = {
    app,
    http,
    platform,
    database,
    dataDir,
    superuser,
    log,
    now,
    ...founded,
    /** The signed-in browser of a person; accounts are made by invitation when first needed. */
    async as(name: PersonName): Promise<Client> {
      const known = clients.get(name) ?? (await enter(name, emailOf(name)));
      clients.set(name, known);
      return awake(known);
    },
    nobody: () => client(app),
    /** A further account of the same person, with another address. */
    async secondAccount(name: PersonName): Promise<Client> {
      await office.as(name); // the first account takes the first address
      const email = `second.${emailOf(name)}`;
      await (await awake(founded.lin)).ok('people.edit', { id: founded.persons[name], email });
      return enter(name, email);
    },
    defects: () => log.filter((line) => line.startsWith('defect ')),
    async close() {
      await platform.close();
      await superuser.end();
      await database.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return office;
}

const RACE = join(import.meta.dirname, 'packs/race');
export const emailOf = (name: string) => `${name}@xiluo.example.tw`;

/** The same against a real server: requests go over the network, the origin is its own. */
export const remote = (url: string): App => ({
  request: (to: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    headers.set('origin', url);
    return fetch(to.replace(ORIGIN, url), { ...init, headers });
  },
});

/** The browser set-up: organisation, pack, units, people with roles, finish. */
export async function found(app: App, code: string, pack: string, staff: Staff = PEOPLE) {
  const lin = client(app);
  const account = { name: staff.lin!.name, email: emailOf('lin'), password: PASSWORD };
  const organisation = { name: '西螺示範公所', kind: 'agency', level: 'C', hosting: 'self' };
  await lin.ok('setup.start', { code, organisation, account });
  await signIn(lin, emailOf('lin'));
  await lin.ok('setup.adopt', { packs: [{ name: pack }] });
  const unitRows = await lin.ok('setup.units', {
    units: Object.entries<{ name: string; under?: string }>(UNITS).map(([key, { name, under }]) => ({
      key,
      name,
      ...(under ? { under } : {}),
    })),
  });
  const units = Object.fromEntries(unitRows.map((unit: { key: string; id: string }) => [unit.key, unit.id])) as Record<
    UnitName,
    string
  >;
  const names = Object.keys(staff) as PersonName[];
  const people = names.map((name) => {
    const { unit, roles, name: called } = staff[name]!;
    return {
      name: called,
      unit: units[unit],
      email: emailOf(name),
      roles: roles.map((role) => ({ role })),
      ...(name === 'lin' ? { me: true } : {}),
    };
  });
  const made = await lin.ok('setup.people', { people });
  const persons = Object.fromEntries(names.map((name, index) => [name, made[index].id])) as Record<PersonName, string>;
  const { organisation: named } = await lin.ok('setup.finish', {});
  return { lin, units, persons, organisation: named.id as string };
}

/** Invites a person to an account and signs in with it. */
export async function invite(app: App, administrator: Client, person: string, email: string): Promise<Client> {
  const { link } = await administrator.ok('people.invite', { id: person });
  const [organisation, secret] = new URL(link).pathname.split('/').slice(-2);
  const browser = client(app);
  await browser.ok('people.acceptInvitation', { organisation, secret, password: PASSWORD });
  await signIn(browser, email);
  return browser;
}

export async function signIn(browser: Client, email: string, password = PASSWORD): Promise<void> {
  const response = await browser.send('/api/auth/sign-in/email', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  if (!response.ok) throw new Error(`sign-in of ${email}: ${response.status} ${await response.text()}`);
}

/** A browser without a session, or with `token` a program. */
export function client(app: App, token?: string): Client {
  const jar = new Map<string, string>();
  const send = async (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    if (!headers.has('origin')) headers.set('origin', ORIGIN);
    if (token) headers.set('authorization', `Bearer ${token}`);
    if (jar.size > 0) headers.set('cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '));
    const response = await app.request(`${ORIGIN}${path}`, { ...init, headers });
    for (const line of response.headers.getSetCookie()) keep(jar, line);
    return response;
  };
  const call = async (procedure: string, input?: unknown): Promise<Answer> => {
    const response = await send(`/api/rpc/${procedure.replaceAll('.', '/')}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ json: withCommandId(input) }),
    });
    const body = (await response.json()) as { json?: { data?: { refused?: Refusal[] } } };
    return { status: response.status, body: body.json ?? body, refused: body.json?.data?.refused ?? [] };
  };
  return {
    call,
    send,
    async ok(procedure, input) {
      const { status, body } = await call(procedure, input);
      if (status !== 200) throw new Error(`${procedure}: ${status} ${JSON.stringify(body)}`);
      return body;
    },
    async upload(name, content, media = 'application/octet-stream') {
      const form = new FormData();
      form.set('file', new File([content as never], name, { type: media }));
      const response = await send('/api/v1/files', { method: 'POST', body: form });
      if (!response.ok) throw new Error(`upload of ${name}: ${response.status} ${await response.text()}`);
      return (await response.json()) as never;
    },
  };
}

function keep(jar: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split(';');
  const [name = '', ...value] = pair.split('=');
  if (attributes.some((attribute) => /max-age=0/i.test(attribute))) jar.delete(name.trim());
  else jar.set(name.trim(), value.join('='));
}

const withCommandId = (input: unknown) =>
  typeof input === 'object' && input !== null && !('commandId' in input)
    ? { commandId: randomUUID(), ...input }
    : input;

export type { TestDatabase };

/** Another organisation of the same installation, with one person, one unit and one record, made the way set-up makes them. */
export async function secondOrganisation(office: Office) {
  const id = await office.http.setup.createOrganisation('別的機關');
  const run = async (name: string, input: unknown) => {
    const command = { do: name, id: randomUUID(), input };
    const outcome = await office.platform.dispatch({ organisation: id, actor: { kind: 'setup' }, command });
    if (isRefused(outcome)) throw new Error(`${name}: ${outcome.refused[0]?.message.en}`);
  };
  const [unit, person] = [randomUUID(), randomUUID()];
  const email = 'member@elsewhere.example.tw';
  await run('compliance.found', { name: '別的機關' });
  await run('compliance.adopt', { packs: ['base'] });
  await run('identity.add_unit', { unit, name: '外人課' });
  await run('identity.add_person', { person, name: '外人', unit, email });
  const opened = await office.http.auth.openByInvitation({ name: '外人', email, password: PASSWORD });
  if (isRefused(opened)) throw new Error(opened.refused[0]?.message.en);
  await run('identity.link_account', { account: opened.account, person });
  const member = client(office.app);
  await signIn(member, email);
  const made = await member.ok('records.open', {
    type: 'registered_result',
    values: { kind: 'capacity', title: '別人的席位' },
  });
  return { id, member, record: made.id as string, person, unit };
}
