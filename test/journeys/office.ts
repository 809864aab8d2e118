import type { Browser, BrowserContext, Page } from 'playwright-core';
import { type Client, emailOf, found, invite, PASSWORD, remote } from '../db/office.ts';
import type { PersonName } from '../db/people.ts';
import type { RunningServer } from '../faults/server.ts';
import { office as desktop } from '../harness/browser.ts';

/** The office of the tests on a listening server: people through requests for the groundwork, and through a browser. */
export async function openRealOffice(server: Pick<RunningServer, 'url' | 'code'>) {
  const app = remote(server.url);
  const founded = await found(app, server.code()!, 'xiluo');
  const clients = new Map<PersonName, Client>([['lin', founded.lin]]);
  const enter = async (name: PersonName, email: string) => invite(app, founded.lin, founded.persons[name], email);
  return {
    ...founded,
    async as(name: PersonName): Promise<Client> {
      const known = clients.get(name) ?? (await enter(name, emailOf(name)));
      clients.set(name, known);
      return known;
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
