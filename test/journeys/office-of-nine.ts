import type { Browser, BrowserContext, Page } from 'playwright-core';
import { type Client, emailOf, found, invite, PASSWORD, remote, signIn } from '../db/office.ts';
import type { PersonName, Staff } from '../db/people.ts';
import { office as desktop } from '../harness/browser.ts';
import { startServerHere } from './server-here.ts';

/** A township office where nine people share all the work, three roles each; the whole program, with a clock the test sets. */

export const NINE = {
  lin: { name: '林管理', unit: 'it', roles: ['administrator', 'developer', 'evidence_recorder'] },
  wang: { name: '王承辦', unit: 'civil', roles: ['room_access', 'developer', 'evidence_custodian'] },
  li: { name: '李課長', unit: 'civil', roles: ['unit_head', 'isms_team_lead', 'room_access'] },
  chen: { name: '陳機房', unit: 'it', roles: ['room_manager', 'network_manager', 'security_staff'] },
  hsu: { name: '許專員', unit: 'it', roles: ['room_manager', 'application_manager', 'database_manager'] },
  hsieh: { name: '謝主任', unit: 'it', roles: ['unit_head', 'security_officer', 'evidence_recorder'] },
  chou: { name: '周承辦', unit: 'it', roles: ['isms_coordinator', 'isms_team', 'evidence_custodian'] },
  fan: { name: '范資安長', unit: 'office', roles: ['ciso', 'unit_head', 'isms_team'] },
  chien: { name: '簡稽核', unit: 'office', roles: ['auditor', 'isms_team', 'evidence_recorder'] },
} as const satisfies Staff;

export async function openOfficeOfNine(began: string) {
  const clock = { shift: Date.parse(began) - Date.now() };
  const server = await startServerHere(() => new Date(Date.now() + clock.shift));
  const { database, dataDir } = server;
  const app = remote(server.url);
  const founded = await found(app, server.code()!, 'xiluo', NINE);
  const awake = async (name: PersonName, client: Client): Promise<Client> => {
    if ((await client.call('me.get')).status === 401) await signIn(client, emailOf(name));
    return client;
  };
  const clients = new Map<PersonName, Client>([['lin', founded.lin]]);
  const desks = new Map<PersonName, Page>();
  const leave = async () => {
    for (const desk of desks.values()) await desk.context().close();
    desks.clear();
  };
  return {
    ...founded,
    database,
    dataDir,
    url: server.url,
    now: () => new Date(Date.now() + clock.shift),
    /** Everybody goes home, and comes back at another moment. */
    async at(moment: string): Promise<void> {
      await leave();
      clock.shift = Date.parse(moment) - Date.now();
    },
    /** Through requests, for what is not the point. */
    async as(name: PersonName): Promise<Client> {
      const lin = clients.get(name) ? founded.lin : await awake('lin', founded.lin);
      const known = clients.get(name) ?? (await invite(app, lin, founded.persons[name], emailOf(name)));
      clients.set(name, known);
      return awake(name, known);
    },
    /** The person's own browser, signed in, its clock like the office's. */
    async desk(browser: Browser, name: PersonName): Promise<Page> {
      await this.as(name);
      const known = desks.get(name);
      if (known) return known;
      const context: BrowserContext = await browser.newContext({ ...desktop, baseURL: server.url });
      await context.clock.setFixedTime(this.now());
      const answer = await context.request.post('/api/auth/sign-in/email', {
        data: { email: emailOf(name), password: PASSWORD },
        headers: { origin: server.url },
      });
      if (!answer.ok()) throw new Error(`sign-in of ${name}: ${answer.status()}`);
      const page = await context.newPage();
      desks.set(name, page);
      return page;
    },
    desks,
    defects: server.defects,
    async close() {
      await leave();
      await server.stop();
    },
  };
}

export type OfficeOfNine = Awaited<ReturnType<typeof openOfficeOfNine>>;
