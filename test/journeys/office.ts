import type { Browser, BrowserContext, Page } from 'playwright-core';
import { type Client, emailOf, found, invite, PASSWORD, remote, signIn } from '../db/office.ts';
import type { PersonName } from '../db/people.ts';
import type { RunningServer } from '../faults/server.ts';
import { office as desktop } from '../harness/browser.ts';

/** The office of the tests on a listening server: people through requests for the groundwork, and through a browser. */
export async function openRealOffice(server: Pick<RunningServer, 'url' | 'code'>) {
  const app = remote(server.url);
  const founded = await found(app, server.code()!, 'xiluo');
  const clients = new Map<PersonName, Client>([['lin', founded.lin]]);
  /** Idle sessions end after ten minutes, which a busy machine takes: whoever comes back signs in again. */
  const awake = async (name: PersonName, known: Client): Promise<Client> => {
    if ((await known.call('me.get')).status === 401) await signIn(known, emailOf(name));
    return known;
  };
  const enter = async (name: PersonName) =>
    invite(app, await awake('lin', founded.lin), founded.persons[name], emailOf(name));
  return {
    ...founded,
    async as(name: PersonName): Promise<Client> {
      const known = clients.get(name) ?? (await enter(name));
      clients.set(name, known);
      return awake(name, known);
    },
    /** A browser at the sign-in page, signed in by hand. */
    async browse(browser: Browser, name: PersonName, options: object = {}): Promise<Page & { done(): Promise<void> }> {
      await this.as(name);
      const context: BrowserContext = await browser.newContext({ ...desktop, ...options, baseURL: server.url });
      const page = await context.newPage();
      await page.goto('/sign-in');
      await page.getByLabel('電子郵件').fill(emailOf(name));
      await page.getByLabel('密碼').fill(PASSWORD);
      await page.getByRole('button', { name: '登入', exact: true }).click();
      await page.waitForURL((url) => url.pathname === '/');
      return Object.assign(page, { done: () => context.close() });
    },
  };
}
