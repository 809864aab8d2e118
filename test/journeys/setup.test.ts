import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PASSWORD } from '../db/office.ts';
import { dataFolder, type RunningServer, startRealServer } from '../faults/server.ts';
import { chromium, office } from '../harness/browser.ts';

/** From an empty folder: set-up in the browser, first steps. */

const dataDir = dataFolder();
let server: RunningServer;
let browser: Browser;
let page: Page;
beforeAll(async () => {
  server = await startRealServer(dataDir);
  browser = await chromium();
  page = await (await browser.newContext({ ...office, baseURL: server.url })).newPage();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  rmSync(dirname(dataDir), { recursive: true, force: true });
});

test('an empty installation offers to set up, and leads from the code to the packs', async () => {
  await page.goto('/');
  await page.waitForTimeout(2500);
  console.log(page.url(), await page.locator('body').innerText());
  await page.goto('/setup');
  await page.waitForTimeout(1500);
  console.log(page.url(), await page.locator('body').innerText());
  for (const button of await page.getByRole('button').all()) console.log('B', await button.innerText());
  for (const link of await page.getByRole('link').all())
    console.log('L', await link.innerText(), await link.getAttribute('href'));
  await page
    .getByText('設定我的機關')
    .first()
    .click({ timeout: 3000 })
    .catch((e: Error) => console.log(e.message.slice(0, 200)));
  await page.waitForTimeout(700);
  console.log(page.url(), await page.locator('body').innerText());
  expect(PASSWORD).toBeTruthy();
});
