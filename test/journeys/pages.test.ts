import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deskOf } from '../db/desk.ts';
import { dataFolder, type RunningServer, startRealServer } from '../faults/server.ts';
import { chromium, runAxe } from '../harness/browser.ts';
import { openRealOffice } from './office.ts';

/** Every main page, in both languages, on a desk and in a hand, by day and by night: nothing WCAG 2.1 AA asks for is lacking. */

const dataDir = dataFolder();
let server: RunningServer;
let browser: Browser;
let office: Awaited<ReturnType<typeof openRealOffice>>;
let record: string;
let held: string;

beforeAll(async () => {
  server = await startRealServer(dataDir);
  browser = await chromium();
  office = await openRealOffice(server);
  const desk = deskOf(office);
  const host = await desk.open('chen', 'host', {
    name: 'web1',
    kind: 'server',
    environment: 'test',
    owner: office.persons.chen,
    phase: 'operation',
    asset_kind: 'server',
    in_scope: true,
  });
  record = await desk.open('wang', 'registered_result', { kind: 'capacity', title: '主機容量', targets: [host] });
  const photo = await (await office.as('wang')).upload(
    'photo.jpg',
    Buffer.from([0xff, 0xd8, 0xff, 0xd9]),
    'image/jpeg',
  );
  const backfill = { doneAt: new Date(Date.now() - 86_400_000).toISOString(), why: '停電', proof: [photo] };
  const late = {
    type: 'registered_result',
    values: { kind: 'capacity', title: '停電巡查', targets: [host] },
    backfill,
  };
  held = (await (await office.as('wang')).ok('records.open', late)).id;
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  rmSync(dirname(dataDir), { recursive: true, force: true });
});

const PAGES = () => [
  '/',
  '/requests',
  '/requests/registered_result',
  '/cases',
  '/registers',
  '/lists/host',
  `/records/${record}`,
  `/records/${held}`,
  '/notices',
  '/digest',
  '/digest?of=office',
  '/calendar',
  '/account',
  '/procedure',
  '/procedure/xiluo',
  '/procedure/plan',
  '/procedure/texts/import',
  '/procedure/checklists',
  '/parameters',
  '/people',
  '/people/units',
  '/populations?type=registered_result',
  '/trail',
  '/import/scan',
  '/import/host',
];

const LOOKS = [
  { language: 'zh-TW', width: 1280, scheme: 'light' },
  { language: 'zh-TW', width: 1280, scheme: 'dark' },
  { language: 'zh-TW', width: 390, scheme: 'light' },
  { language: 'en', width: 1280, scheme: 'light' },
  { language: 'en', width: 390, scheme: 'dark' },
] as const;

for (const { language, width, scheme } of LOOKS) {
  test(`${language}, ${width} wide, ${scheme}`, async () => {
    // The coordinator sees every door; the language is chosen after signing in, as a person does it.
    const page = await office.browse(browser, 'chou', {
      viewport: { width, height: 850 },
      colorScheme: scheme,
    });
    await page.evaluate((chosen) => localStorage.setItem('language', chosen), language);
    const wrong: string[] = [];
    page.on('pageerror', (error) => wrong.push(`${page.url()}: ${error.message}`));
    page.on('response', (response) => {
      if (response.status() >= 500) wrong.push(`${response.url()}: ${response.status()}`);
    });
    for (const path of PAGES()) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await page.waitForLoadState('load');
      await page.waitForFunction(() => document.querySelectorAll('[aria-busy="true"], .skeleton').length === 0);
      for (const { rule, help, where } of await runAxe(page))
        wrong.push(`${path}: ${rule} (${help}) at ${where.slice(0, 3).join(' | ')}`);
      const wide = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      if (wide > 1) wrong.push(`${path}: the page is ${wide} px wider than the screen`);
    }
    expect(wrong).toEqual([]);
    await page.done();
  });
}
