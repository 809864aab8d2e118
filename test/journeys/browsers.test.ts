import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Browser as Chromium } from 'playwright-core';
import type { Browser as Firefox, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emailOf, PASSWORD } from '../db/office.ts';
import { dataFolder, type RunningServer, startRealServer } from '../faults/server.ts';
import { chromium, office } from '../harness/browser.ts';
import { firefox, hasFirefox } from '../harness/firefox.ts';
import { PATIENCE_MS } from '../harness/patience.ts';
import { openRealOffice } from './office.ts';

/** Browsers other than the one the other journeys use: Firefox as it is, and those too old to work. */

const dataDir = dataFolder();
let server: RunningServer;
let chrome: Chromium;
beforeAll(async () => {
  server = await startRealServer(dataDir);
  chrome = await chromium();
});
afterAll(async () => {
  await chrome?.close();
  await server?.stop();
  rmSync(dirname(dataDir), { recursive: true, force: true });
});

describe('a browser that is too old', () => {
  test.each([
    ['without structuredClone', 'delete globalThis.structuredClone'],
    ['without layers of style sheets', 'delete globalThis.CSSLayerBlockRule'],
  ])('%s is told so plainly, in both languages', async (_what, script) => {
    const context = await chrome.newContext({ ...office, baseURL: server.url });
    await context.addInitScript(script);
    const page = await context.newPage();
    await page.goto('/');
    const told = page.getByRole('alert').filter({ hasText: '瀏覽器版本過舊' });
    await told.waitFor();
    expect(await told.innerText()).toContain('This browser is too old');
    await context.close();
  });

  test('a present one is told nothing', async () => {
    const page = await (await chrome.newContext({ ...office, baseURL: server.url })).newPage();
    await page.goto('/');
    await page.getByRole('heading').first().waitFor();
    expect(await page.locator('#old-browser').count()).toBe(0);
  });
});

describe.skipIf(!hasFirefox)('Firefox', () => {
  let browser: Firefox;
  let page: Page;
  const errors: unknown[] = [];
  beforeAll(async () => {
    const people = await openRealOffice(server);
    await people.as('wang');
    browser = await firefox();
    page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    // Leaving a page ends what it was still asking, its fonts too (NS_BINDING_ABORTED); that is no error of the page.
    page.on(
      'pageerror',
      (error) => /NetworkError|aborted|status=2152398850/i.test(String(error)) || errors.push(error),
    );
    // The language is the reader's own choice, whatever the system speaks; a blank page has no storage.
    await page.evaluateOnNewDocument(() => {
      if (location.protocol.startsWith('http')) localStorage.setItem('language', 'zh-TW');
    });
    await page.setViewport({ width: 1280, height: 900 });
  });
  afterAll(() => browser?.close());

  const press = (words: string) => page.locator(`::-p-xpath(//button[contains(., "${words}")])`).click();
  const seen = (text: string) => page.locator(`::-p-text(${text})`).wait();

  test('signs in, chooses from a list, and reads why the office cannot open a request yet, with the way to mend it', async () => {
    await page.goto(`${server.url}/sign-in`);
    await page.locator('input[type="email"]').fill(emailOf('wang'));
    await page.locator('input[type="password"]').fill(PASSWORD);
    await page.locator('form button[type="submit"]').click();
    await seen('待辦事項');
    await page.goto(`${server.url}/requests/service_request`);
    await press('請選擇');
    await page.locator('[role="option"]').click();
    await press('建立草稿');
    await seen('管理程序尚未發布施行');
    await page.locator('a ::-p-text(發布程序), a::-p-text(發布程序)').wait();
    expect(errors).toEqual([]);
  });

  test('the procedure and its lights are drawn in colour', async () => {
    await page.goto(`${server.url}/procedure/xiluo`);
    await seen('尚未觸發');
    const colour = await page.$eval('body', (body) => getComputedStyle(body).backgroundColor);
    expect(colour).not.toBe('rgba(0, 0, 0, 0)');
    expect(errors).toEqual([]);
  });
});
