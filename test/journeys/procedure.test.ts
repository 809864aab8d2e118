import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deskOf } from '../db/desk.ts';
import { PASSWORD } from '../db/office.ts';
import { dataFolder, type RunningServer, startRealServer } from '../faults/server.ts';
import { chromium, runAxe } from '../harness/browser.ts';
import { tells, typeParts } from './hands.ts';
import { openRealOffice } from './office.ts';

/**
 * An office brings its own procedure, a Word file LibreOffice wrote: read, looked through, mapped in the browser; from then on 程序書,
 * a refusal and a printed form speak in its numbers. Then the adoption plan and an authority's checklist.
 */

const SAMPLE = join(import.meta.dirname, '../../src/importers/procedure/samples/office.docx');
const dataDir = dataFolder();
let server: RunningServer;
let browser: Browser;
let office: Awaited<ReturnType<typeof openRealOffice>>;
let page: Page & { done(): Promise<void> };
let text: string;

beforeAll(async () => {
  server = await startRealServer(dataDir);
  browser = await chromium();
  office = await openRealOffice(server);
  page = await office.browse(browser, 'chou');
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  rmSync(dirname(dataDir), { recursive: true, force: true });
});

const press = (name: string | RegExp, within: Pick<Page, 'getByRole'> = page) =>
  within.getByRole('button', { name }).first().click();
const main = () => page.locator('main').innerText();
const isAccessible = async () => expect(await runAxe(page)).toEqual([]);

test('the coordinator uploads it, sees every number as Word shows it, and confirms', async () => {
  await page.goto('/procedure');
  await page.getByRole('link', { name: '匯入核定的程序書' }).first().click();
  await page.locator('input[type=file]').setInputFiles(SAMPLE);
  await page.getByText('辨識出 23 條').waitFor();
  await expect.poll(main).toContain('條號連續');
  await isAccessible();
  await page.getByLabel('版次').fill('1.0');
  await page.getByLabel('機密等級').fill('一般');
  await typeParts(page, page.locator('.about-fields').getByRole('spinbutton'), '115 9 1');
  await press('確認匯入 23 條');
  await page.waitForURL(/\/mapping/);
  text = /texts\/([^/]+)/.exec(page.url())![1]!;
});

test('條文對照: a suggestion says why, another clause is found by its number, one that needs none says so', async () => {
  await press(/參、二、（一）\s*審查申請/);
  const panel = page.locator('.clause-panel');
  await panel.getByText('建議').waitFor();
  await expect.poll(() => panel.locator('mark').allInnerTexts()).toContain('審查');
  await panel.getByLabel('搜尋平台條文').fill('5.2.2.3.3');
  await press('加入 xiluo.5.2.2.3.3', panel);
  await isAccessible();
  await tells(page, '已對照 1 條', () => press('儲存對照', panel));
  await press(/^壹/);
  await panel.getByLabel('不需對應的理由').fill('只說明目的');
  await press('儲存對照', panel);
  await expect.poll(main).toContain('已對照 2／');
});

test('程序書 shows their words under their number, ours beside them with light and mechanism', async () => {
  await page.goto(`/procedure/texts/${text}`);
  await page.getByRole('link', { name: '審查申請。' }).click();
  await expect.poll(main).toContain('白話說明');
  const panel = () => page.locator('.clause-panel').innerText();
  await expect.poll(panel).toContain('參、二、（一）');
  await expect.poll(panel).toContain('實現方式');
  await isAccessible();
});

test('a refusal on screen names their clause and leads to it', async () => {
  await page.goto('/parameters');
  await page.locator('#scan_max_age_days').getByRole('button').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('新的值').or(dialog.getByRole('textbox').first()).first().fill('45');
  await dialog.getByLabel('理由').fill('設備老舊');
  await press('儲存', dialog);
  await dialog.getByRole('alert').waitFor();
  expect(await dialog.innerText()).toContain('「主機房管理作業要點」參、二、（一）');
  await dialog.getByRole('link', { name: '參、二、（一）' }).first().click();
  await page.waitForURL((url) => url.pathname === `/procedure/texts/${text}`);
});

test('a printed form cites it', async () => {
  const record = await deskOf(office).open('chen', 'system', {
    name: '線上繳費',
    owner: office.persons.li,
    application_manager: office.persons.hsu,
    important: false,
    kinds: ['application'],
  });
  const chou = await office.as('chou');
  const { clauses } = await chou.ok('records.get', { id: record });
  const view = await chou.ok('texts.get', { text });
  const key = view.clauses.find(({ cite }: { cite: string }) => cite === '參、三').key;
  await chou.ok('texts.link', { text, edition: 1, links: [{ clause: key, ours: [clauses[0].id] }] });
  const printed = await chou.send(`/api/v1/records/${record}/print.pdf`);
  const file = join(dirname(dataDir), 'form.pdf');
  writeFileSync(file, Buffer.from(await printed.arrayBuffer()));
  const words = spawnSync('pdftotext', [file, '-'], { encoding: 'utf8' }).stdout.replace(/\s/g, '');
  expect(words).toContain('主機房管理作業要點');
  expect(words).toContain('參、三');
});

test('採用計畫: the coordinator proposes a chapter, the CISO approves with a password, its clauses say from when', async () => {
  await page.goto('/procedure/plan');
  await page.getByRole('checkbox', { name: '肆 全章' }).check();
  await press(/設定 \d+ 條的起始日/);
  const dialog = page.getByRole('dialog');
  const [year, month, day] = new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10).split('-').map(Number);
  await typeParts(page, dialog.getByRole('spinbutton'), `${year! - 1911} ${month} ${day}`);
  await dialog.getByLabel('理由').fill('先完成教育訓練');
  await press('送資安長核定', dialog);
  await page.getByText('待資安長核定').first().waitFor();
  await isAccessible();
  const fan = await office.browse(browser, 'fan');
  await fan.goto('/procedure/plan');
  await press('核定', fan);
  await fan.getByRole('dialog').getByLabel('密碼').fill(PASSWORD);
  await press('核定', fan.getByRole('dialog'));
  await fan.getByText('已核定').first().waitFor();
  await fan.goto('/procedure/xiluo');
  await expect.poll(() => fan.locator('main').innerText()).toMatch(/\d+\/\d\d\/\d\d 起/);
  await fan.done();
});

test('檢核題庫: questions pasted from a spreadsheet lead to the same evidence, by the office’s own numbers', async () => {
  await page.goto('/procedure/checklists');
  await press('匯入檢核題目');
  await page
    .locator('textarea')
    .fill('題號\t檢核項目\t對應條文\n1.1\t申請是否經過審查？\t參、二、（一）\n1.2\t是否指定資安長？\t');
  await press('讀取');
  await page.getByLabel('題庫名稱').fill('115 年稽核表');
  await page.getByLabel('主管機關').fill('縣政府');
  await press('匯入 2 題');
  await page.waitForURL(/checklists\/.+/);
  await page.getByRole('link', { name: '申請是否經過審查？' }).click();
  await expect.poll(() => page.locator('.clause-panel').innerText()).toContain('主機房管理作業要點 參、二、（一）');
  await isAccessible();
  await page.done();
});
