import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PASSWORD } from '../db/office.ts';
import { dataFolder, type RunningServer, startRealServer } from '../faults/server.ts';
import { chromium, runAxe } from '../harness/browser.ts';
import { openRealOffice } from './office.ts';
import { shot } from './shots.ts';

/** 期初建檔 in the browser: a sheet with planted faults, mended on screen, kept, signed once with the password, in the register; systems carried over. */

const dataDir = dataFolder();
let server: RunningServer;
let browser: Browser;
let office: Awaited<ReturnType<typeof openRealOffice>>;
let page: Page;

beforeAll(async () => {
  server = await startRealServer(dataDir);
  browser = await chromium();
  office = await openRealOffice(server);
  page = await office.browse(browser, 'chen');
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  rmSync(dirname(dataDir), { recursive: true, force: true });
});

const PASTED = [
  ['主機一覽表', '', '', '', ''],
  ['主機名稱', '種類', '環境', '保管人', 'IP'],
  ['網站主機', '伺服器', '正式', '陳機房', '１０.１.１.５'],
  ['資料庫主機', '伺服器', '正式', '陳股長', '10.1.1.6'],
  ['檔案主機', '伺服器', '正式', '陳機房', '10.1.1.300'],
  ['網站主機', '伺服器', '正式', '陳機房', '10.1.1.8'],
]
  .map((cells) => cells.join('\t'))
  .join('\n');

const row = (line: number) =>
  page.locator('.list-row').filter({ has: page.getByText(String(line), { exact: true }).first() });
const settledTo = (words: string) => page.getByRole('status').filter({ hasText: words }).waitFor();

test('an Excel file shows what was read: its hidden sheet, rows and joined cells', async () => {
  await page.goto('/import/host');
  await page.getByRole('heading', { name: /期初建檔：主機/ }).waitFor();
  expect(await runAxe(page)).toEqual([]);
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: '選擇檔案' }).first().click();
  await (await chooser).setFiles(join(import.meta.dirname, '../../src/importers/table/samples/hosts.xlsx'));
  await page.getByText('有合併儲存格', { exact: false }).waitFor();
  await settledTo('可登錄 0 列');
  expect(await page.getByText('檔案含隱藏的工作表', { exact: false }).count()).toBe(1);
  expect(await runAxe(page)).toEqual([]);
  await page.getByRole('button', { name: '換一份' }).click();
});

test('pasted cells: each fault in its row, settled by choosing, correcting, or leaving out', async () => {
  await page.getByLabel('貼上內容').fill(PASTED);
  await page.getByRole('button', { name: '讀取' }).click();
  await settledTo('待處理 4 列');
  for (const [field, choice] of [
    ['使用階段', '維運'],
    ['資產種類', '伺服器'],
  ] as const) {
    const add = page.locator('.add-column');
    await add.getByRole('button', { name: /欄位/ }).click();
    await page.getByRole('option', { name: new RegExp(`^${field}`) }).click();
    await add.getByRole('button', { name: /內容/ }).click();
    await page.getByRole('option', { name: choice, exact: true }).click();
    await add.getByRole('button', { name: '加入' }).click();
  }
  await settledTo('可登錄 1 列，待處理 3 列');
  expect(await runAxe(page)).toEqual([]);
  await row(4)
    .getByRole('button', { name: /^陳機房/ })
    .click();
  await row(5).getByLabel('位址 5').fill('10.1.1.7');
  await row(6).getByRole('button', { name: '不登錄此列' }).click();
  await settledTo('可登錄 3 列，待處理 0 列');
});

test('what was mended is there after the page is loaded again', async () => {
  await page.reload();
  await page.getByText('已接續上次未存的內容').waitFor();
  await settledTo('可登錄 3 列，待處理 0 列');
  expect(await runAxe(page)).toEqual([]);
});

test('kept as a list, signed once with the password: all of it is in the register', async () => {
  await page.getByRole('button', { name: '儲存並前往簽署（3 筆）' }).click();
  await page.waitForURL(/\/records\//);
  await page.getByText('清冊內容（4 列）').waitFor();
  expect(await runAxe(page)).toEqual([]);
  await page.getByRole('button', { name: '簽署並登錄' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('密碼').fill(PASSWORD);
  await dialog.getByRole('button', { name: '簽署並登錄' }).click();
  await page.getByText('由這份清冊登錄', { exact: false }).waitFor();
  expect(await runAxe(page)).toEqual([]);
  await page.goto('/lists/host');
  await page.getByText('檔案主機').waitFor();
  for (const name of ['網站主機', '資料庫主機', '檔案主機'])
    expect(await page.getByText(name, { exact: true }).count(), name).toBe(1);
});

test('a system that ran before is carried over: confirmed by a second person, in operation, marked, owing its papers', async () => {
  const halfAYear = new Date(Date.now() + 180 * 86_400_000).toISOString().slice(0, 10);
  const sheet = [
    ['系統名稱', '系統負責人', '應用系統管理人員', '重要系統', '組成種類', '沿用', '啟用日', '補件期限'],
    ['公文系統', '王承辦', '許專員', '是', '應用系統', '是', '104/3/1', halfAYear],
  ];
  await page.goto('/import/system');
  await page.getByLabel('貼上內容').fill(sheet.map((cells) => cells.join('\t')).join('\n'));
  await page.getByRole('button', { name: '讀取' }).click();
  await settledTo('可登錄 1 列，待處理 0 列');
  await page.getByText('這份清冊須由第二人確認', { exact: false }).waitFor();
  await shot(page, 'carried-over-list');
  await page.getByRole('button', { name: /^儲存並前往簽署、送請確認/ }).click();
  await page.waitForURL(/\/records\//);
  const seal = async (by: Page, action: string) => {
    await by.getByRole('button', { name: action, exact: true }).first().click();
    await by.getByRole('dialog').getByLabel('密碼').fill(PASSWORD);
    await by.getByRole('dialog').getByRole('button', { name: action }).click();
    await by.getByRole('dialog').waitFor({ state: 'detached' });
  };
  await seal(page, '簽署並送請第二人確認');
  const head = await office.browse(browser, 'hsieh');
  await head.goto(page.url());
  await seal(head, '確認並登錄');
  await head.goto('/lists/system');
  await head.getByText('沿用', { exact: true }).first().waitFor();
  await head.getByText('公文系統', { exact: true }).click();
  await head.getByText('尚缺 6 件').waitFor();
  await shot(head, 'carried-over-system');
  expect(await runAxe(head)).toEqual([]);
  await page.goto(head.url());
  await page.getByText('另有 6 筆相關紀錄，不在您可閱覽的範圍').waitFor();
  await head.done();
});
