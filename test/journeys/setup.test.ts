import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PASSWORD } from '../db/office.ts';
import { dataFolder, type RunningServer, startRealServer } from '../faults/server.ts';
import { chromium, office, runAxe } from '../harness/browser.ts';

/** From an empty folder: six steps of set-up in the browser, an invitation taken up, and the first sign-in (acceptance 2). */

const dataDir = dataFolder();
let server: RunningServer;
let browser: Browser;
let page: Page;
let links: string[];
beforeAll(async () => {
  server = await startRealServer(dataDir);
  browser = await chromium();
  page = await newPage();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  rmSync(dirname(dataDir), { recursive: true, force: true });
});

const newPage = async () => (await browser.newContext({ ...office, baseURL: server.url })).newPage();
const press = (name: string | RegExp) => page.getByRole('button', { name }).first().click();
const arrived = (step: string) => page.waitForURL((url) => url.hash === `#${step}`);
const isAccessible = async (of: Page) => expect(await runAxe(of)).toEqual([]);

test('an empty installation opens on two doors, and the first asks for the code and who the organisation is', async () => {
  await page.goto('/');
  await page.getByRole('heading', { name: '設定我的機關' }).waitFor();
  expect(await page.getByText('npm run demo').count()).toBe(1);
  await isAccessible(page);
  await press('開始設定');
  await page.getByLabel('設定碼').fill(server.code()!);
  await page.getByLabel('機關名稱').fill('西螺鎮公所');
  await press(/類型/);
  await page.getByRole('option', { name: /公務機關/ }).click();
  await page.getByText('自行建置', { exact: true }).click();
  await page.getByText('自行或委外維運有管理後台').click();
  await page.getByLabel('姓名').fill('林管理');
  await page.getByLabel('電子郵件').fill('lin@office.example');
  await page.getByLabel('密碼').fill(PASSWORD);
  await isAccessible(page);
  await press('建立機關');
  await arrived('packs');
});

test('the pack of a township office is suggested; adopting it shows the values in force with their clauses', async () => {
  await press('採用並查看結果');
  await page.getByText(/已採用：\d+ 條/).waitFor();
  await expect.poll(() => page.locator('main').innerText()).toContain('伍、二、(二)');
  await isAccessible(page);
  await press('下一步');
  await arrived('units');
});

test('units are pasted, four people get their roles, and what nobody could do is named', async () => {
  await press('貼上名單');
  await page.getByLabel('每行一個單位').fill('民政課\n資訊課');
  await press('加入');
  await isAccessible(page);
  await press('下一步');
  await arrived('people');
  await person(1, '王申請', '民政課', 'wang@office.example', ['開發人員']);
  await person(2, '李主管', '民政課', 'li@office.example', ['單位主管', '資安長']);
  await person(3, '陳機房', '資訊課', 'chen@office.example', ['主機房管理人員', '資安作業人員']);
  await isAccessible(page);
  await press('下一步');
  await arrived('acts');
  await expect.poll(() => page.locator('main').innerText()).toContain('把「網路管理人員」授予至少一人');
  await isAccessible(page);
  await press('先這樣，繼續');
  await arrived('finish');
});

test('once it runs, each colleague gets a link of their own', async () => {
  await isAccessible(page);
  await press('開始運作');
  await page.getByText('已開始運作').waitFor();
  for (let left = 3; left > 0; left--) {
    await press('產生邀請連結');
    await expect.poll(() => page.getByRole('button', { name: '產生邀請連結' }).count()).toBe(left - 1);
  }
  links = await page.locator('input[readonly]').evaluateAll((all) => all.map((one) => (one as HTMLInputElement).value));
  expect(links).toHaveLength(3);
  await isAccessible(page);
});

test('the administrator arrives in management mode: people to look after, no business', async () => {
  await press('進入首頁');
  await page.getByRole('heading', { name: '管理', exact: true }).waitFor();
  const nav = await page.getByRole('navigation').first().innerText();
  expect(nav).not.toContain('提出申請');
  expect(nav).not.toContain('弱點');
  await isAccessible(page);
});

test('an invited colleague sets a password, signs in, and finds the doors to ask for something', async () => {
  const guest = await newPage();
  await guest.goto(links[0]!);
  await guest.getByLabel('密碼').fill(PASSWORD);
  await isAccessible(guest);
  await guest.getByRole('button', { name: '建立帳號' }).click();
  await guest.getByText(/已建立，請登入/).waitFor();
  await guest.goto('/sign-in');
  await isAccessible(guest);
  await guest.getByLabel('電子郵件').fill('wang@office.example');
  await guest.getByLabel('密碼').fill(PASSWORD);
  await guest.getByRole('button', { name: '登入', exact: true }).click();
  await guest.getByRole('heading', { name: '待辦事項' }).waitFor();
  await guest.goto('/reset');
  await guest.getByLabel('一次性代碼').waitFor();
  await isAccessible(guest);
});

async function person(row: number, name: string, unit: string, email: string, roles: string[]) {
  await press('新增人員');
  const fields = page.locator('.person-fields').nth(row);
  await fields.getByLabel('姓名').fill(name);
  await fields.getByRole('button').first().click();
  await page.getByRole('option', { name: unit }).click();
  await fields.getByLabel('電子郵件').fill(email);
  await page.getByRole('button', { name: `${name} 的角色` }).click();
  const dialog = page.getByRole('dialog');
  for (const role of roles) await dialog.getByLabel(new RegExp(`^${role}`)).check();
  await dialog.getByRole('button', { name: '完成' }).click();
}
