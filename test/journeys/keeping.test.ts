import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Desk, deskOf } from '../db/desk.ts';
import { PASSWORD } from '../db/office.ts';
import { dataFolder, ROOT, type RunningServer, startRealServer } from '../faults/server.ts';
import { chromium, runAxe } from '../harness/browser.ts';
import { openRealOffice } from './office.ts';
import { SHOTS, shot } from './shots.ts';

/** Holds, erasure, backups and witnesses as the people who keep records do them on the page. */

const dataDir = dataFolder();
const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const disk = join(dirname(dataDir), 'disk-a');
let server: RunningServer;
let browser: Browser;
let office: Awaited<ReturnType<typeof openRealOffice>>;
let desk: Desk;
let visit: { id: string; number: string };

beforeAll(async () => {
  mkdirSync(disk);
  chmodSync(disk, 0o777); // started as root, the program runs as somebody else
  process.env.ANCHENG_BACKUP_TO = disk;
  server = await startRealServer(dataDir);
  delete process.env.ANCHENG_BACKUP_TO;
  browser = await chromium();
  office = await openRealOffice(server);
  desk = deskOf(office);
  const system = await desk.open('chen', 'system', {
    ...{ name: '線上繳費', important: false, kinds: ['application'] },
    owner: office.persons.li,
    application_manager: office.persons.hsu,
  });
  const id = await desk.open('wang', 'access_request', {
    ...{ name: '賴測試', purpose: '稽核來訪', necessity: '年度稽核', company: '稽核公司', way: 'physical' },
    ...{ system, sponsor: office.persons.chen },
    period: { start: `${day(300)}T09:00`, end: `${day(301)}T17:00` },
  });
  await desk.act('wang', id, 'submit');
  await desk.act('chen', id, 'refuse', { reason: '改期' });
  visit = { id, number: (await desk.get('wang', id)).number };
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  rmSync(dirname(dataDir), { recursive: true, force: true });
});

const pickVisit = async (page: Page) => {
  await page.getByRole('combobox', { name: '紀錄' }).fill(visit.number);
  await page.getByRole('option').filter({ hasText: visit.number }).first().click();
};
const prove = (page: Page) => page.getByRole('dialog').getByLabel('密碼').fill(PASSWORD);

describe.sequential('keeping', () => {
  test('a record is put on hold, which an erasure respects, and the hold is lifted', async () => {
    const page = await office.browse(browser, 'kuo');
    await page.goto('/keeping');
    await page.getByText('沒有屆滿的紀錄').waitFor();
    await shot(page, 'keeping-records');
    expect(await runAxe(page)).toEqual([]);
    await page.getByRole('button', { name: '保全', exact: true }).click();
    await page.getByRole('button', { name: '列入保全' }).click();
    await pickVisit(page);
    await page.getByLabel('理由').fill('訴訟 116 年度第 12 號');
    await prove(page);
    await shot(page, 'keeping-hold-dialog');
    expect(await runAxe(page)).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: '列入保全' }).click();
    await page.getByText('訴訟 116 年度第 12 號').waitFor();
    await shot(page, 'keeping-holds');
    expect(await runAxe(page)).toEqual([]);
    await page.getByRole('button', { name: '個資刪除' }).click();
    await page.getByRole('button', { name: '刪除一筆紀錄的個資' }).click();
    await pickVisit(page);
    await page.getByText('有紀錄在保全中，解除後才能刪除').waitFor();
    await shot(page, 'keeping-erase-barred');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: '保全 1' }).click();
    await page.getByRole('button', { name: `解除保全 ${visit.number}` }).click();
    await page.getByLabel('理由').fill('訴訟終結');
    await prove(page);
    await page.getByRole('dialog').getByRole('button', { name: '解除保全' }).click();
    await page.getByText('已解除', { exact: true }).waitFor();
    await page.done();
  });

  test('what an erasure takes and leaves is said before; a wrong password refuses; a minute later it is done', async () => {
    const page = await office.browse(browser, 'kuo');
    await page.goto('/keeping?view=erasures');
    await page.getByRole('button', { name: '刪除一筆紀錄的個資' }).click();
    await pickVisit(page);
    await page.getByText('刪除後無法復原').waitFor();
    await page.getByLabel('理由').fill('當事人來函請求');
    await page.getByRole('dialog').getByLabel('密碼').fill('not-the-password');
    await page.getByRole('dialog').getByRole('button', { name: '刪除個資' }).click();
    await page.getByText('密碼或驗證碼不正確').waitFor();
    await shot(page, 'keeping-erase-dialog');
    expect(await runAxe(page)).toEqual([]);
    await prove(page);
    await page.getByRole('dialog').getByRole('button', { name: '刪除個資' }).click();
    await page.getByText('已刪除', { exact: true }).waitFor();
    await shot(page, 'keeping-erasures');
    expect(await runAxe(page)).toEqual([]);
    await page.goto(`/records/${visit.id}`);
    await page.getByText('（已依規定銷毀）').first().waitFor();
    await page.done();
  });

  test('key, disk, backup and drill from the page; the key on paper is asked for again', async () => {
    const page = await office.browse(browser, 'chen');
    await page.goto('/keeping?view=backups');
    await page.getByRole('button', { name: '製作復原金鑰' }).click();
    await prove(page);
    const answered = page.waitForResponse((response) => response.url().endsWith('/keeping/makeKey'));
    await page.getByRole('dialog').getByRole('button', { name: '製作復原金鑰' }).click();
    const { sheet } = ((await (await answered).json()) as { json: { sheet: string } }).json;
    await page.getByText('這是唯一一次可以取得金鑰的機會').waitFor();
    await shot(page, 'keeping-key');
    expect(await runAxe(page)).toEqual([]);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: '下載 PDF 列印' }).click();
    if (SHOTS) await (await download).saveAs(join(SHOTS, 'recovery-key.pdf'));
    expect((await download).suggestedFilename()).toMatch(/^復原金鑰-.*\.pdf$/);
    await page.getByRole('button', { name: '已列印並上鎖保管' }).click();
    await page.getByRole('button', { name: '準備備份碟' }).click();
    await page.getByLabel('名稱').fill('甲碟');
    await page.getByRole('dialog').getByRole('button', { name: '準備備份碟' }).click();
    await page.getByText('可用', { exact: true }).waitFor();
    await page.getByRole('button', { name: '立即備份' }).click();
    await page.getByText(/1 份，最近/).waitFor();
    await shot(page, 'keeping-backups');
    expect(await runAxe(page)).toEqual([]);
    await page.getByRole('button', { name: '還原演練' }).click();
    await page
      .getByRole('dialog')
      .getByLabel('復原金鑰')
      .fill(/AGE-SECRET-KEY-1\w+/.exec(sheet)![0].toLowerCase());
    await prove(page);
    await shot(page, 'keeping-drill-dialog');
    expect(await runAxe(page)).toEqual([]);
    await page.getByRole('button', { name: '開始演練' }).click();
    await page.getByText('通過', { exact: true }).waitFor();
    await page.getByText('還原完成並通過驗證').first().waitFor();
    await shot(page, 'keeping-drilled');
    expect(await runAxe(page)).toEqual([]);
    await page.done();
  });

  test('a witness without a network: the request goes down, its answer comes back in; reviews say when', async () => {
    const ancheng = (...args: string[]) =>
      spawnSync(process.execPath, [join(ROOT, 'bin/ancheng.js'), 'witness', ...args], { encoding: 'utf8' }).stdout;
    const ground = join(dirname(dataDir), 'witness');
    const who = ['--state', ground, '--name', 'auditor.example'];
    const key = ancheng('key', ...who).trim();
    writeFileSync(join(dataDir, 'witness.policy'), `witness auditor ${key}\nquorum auditor\n`);
    const page = await office.browse(browser, 'chien');
    await page.goto('/trail');
    await page.getByText('還沒有見證過這份軌跡').waitFor();
    const down = page.waitForEvent('download');
    await page.getByRole('button', { name: '下載請求檔' }).click();
    const request = join(ground, 'request');
    await (await down).saveAs(request);
    const logs = join(ground, 'logs');
    writeFileSync(logs, `installation ${readFileSync(join(dataDir, 'log/verifier-key'), 'utf8')}`);
    const answer = ancheng('sign', ...who, '--logs', logs, request);
    await page.getByRole('button', { name: '收下連署' }).click();
    await page.getByLabel('對方的回覆').fill('您好，附上連署。');
    await page.getByRole('dialog').getByRole('button', { name: '收下連署' }).click();
    await page.getByText('沒有符合本機關封存點的連署').waitFor();
    await shot(page, 'trail-accept');
    expect(await runAxe(page)).toEqual([]);
    await page.getByLabel('對方的回覆').fill(`您好，附上連署：\n${answer}`);
    await page.getByRole('dialog').getByRole('button', { name: '收下連署' }).click();
    await page.getByText('見證足額').waitFor();
    await shot(page, 'trail-witnesses');
    expect(await runAxe(page)).toEqual([]);
    await page.goto('/keeping?view=reviews');
    await page.getByText(/下一次於/).waitFor();
    await shot(page, 'keeping-reviews');
    expect(await runAxe(page)).toEqual([]);
    await page.done();
  });
});
