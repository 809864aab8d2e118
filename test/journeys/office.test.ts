import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Desk, deskOf } from '../db/desk.ts';
import { answered, type GoLiveWorld, goLiveWorld, pairOfForms } from '../db/golive-case.ts';
import { PASSWORD } from '../db/office.ts';
import type { PersonName } from '../db/people.ts';
import { ROOT } from '../faults/server.ts';
import { chromium, runAxe } from '../harness/browser.ts';
import { attach, choose, date, find, more, openRecord, pick, seal, signDialog, tells, write } from './hands.ts';
import { type OfficeOfNine, openOfficeOfNine } from './office-of-nine.ts';

/**
 * The office as it is: nine people with three roles each, no scanner, a head who wants paper, from an application to filing. What is
 * filled in routinely goes through requests; every step of the procedure is pressed by the right person in their own browser.
 */

const ground = mkdtempSync(join(tmpdir(), 'ancheng-nine-ground-'));
const SHOTS = process.env.ANCHENG_SHOTS;
let office: OfficeOfNine;
let desk: Desk;
let browser: Browser;
let world: GoLiveWorld;
let forms: { request: string; goLive: string };
let change: string;

beforeAll(async () => {
  office = await openOfficeOfNine('2026-11-02T09:30:00+08:00');
  browser = await chromium();
  desk = deskOf(office);
  world = await goLiveWorld(office, desk, { lead: 'li', ciso: 'fan', head: 'hsieh', second: 'fan' });
  forms = await pairOfForms(desk, world, { start: '2026-11-10T18:30', end: '2026-11-10T20:00' });
});
afterAll(async () => {
  await browser?.close();
  await office?.close();
  rmSync(ground, { recursive: true, force: true });
});

afterEach(async ({ task }) => {
  if (!SHOTS || task.result?.state !== 'fail') return;
  mkdirSync(SHOTS, { recursive: true });
  for (const [name, page] of office.desks)
    await page.screenshot({ path: join(SHOTS, `failed-${name}.png`), fullPage: true });
});

const at = (name: PersonName) => office.desk(browser, name);
const reads = (page: Page, words: string | RegExp, where = 'main') =>
  expect.poll(() => page.locator(where).first().innerText()).toMatch(words);
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).first().click();

/** What WCAG asks for; with ANCHENG_SHOTS also a picture on the desk and in the hand. */
async function isFine(page: Page, name: string): Promise<void> {
  expect(await runAxe(page), name).toEqual([]);
  if (!SHOTS) return;
  mkdirSync(SHOTS, { recursive: true });
  for (const [size, width, height] of [['desk', 1440, 900] as const, ['phone', 390, 844] as const]) {
    await page.setViewportSize({ width, height });
    await page.screenshot({ path: join(SHOTS, `${name}-${size}.png`) });
  }
  await page.setViewportSize({ width: 1280, height: 900 });
}

/** A result somebody looked up by hand, ready to be handed in. */
async function byHand(who: PersonName, values: Record<string, unknown>): Promise<string> {
  const files = [await desk.file(who, `${values.title}.pdf`)];
  return desk.open(who, 'registered_result', { finished_at: office.now().toISOString(), files, ...values });
}

async function printOf(page: Page, id: string): Promise<string> {
  const printed = await page.request.get(`/api/v1/records/${id}/print.pdf`);
  const file = join(ground, `${id}.pdf`);
  writeFileSync(file, await printed.body());
  return file;
}

/** The words of the A4 form, without the breaks its columns make. */
async function printed(page: Page, id: string): Promise<string> {
  const words = execFileSync('pdftotext', ['-layout', await printOf(page, id), '-'], { encoding: 'utf8' });
  return words.replace(/\s/g, '');
}

/** The first page as it comes back from the head, stamped and scanned at 200 dots an inch. */
async function scanned(page: Page, id: string) {
  execFileSync('pdftoppm', ['-r', '200', '-jpeg', '-l', '1', await printOf(page, id), join(ground, 'scan')]);
  const name = readdirSync(ground).find((one) => one.startsWith('scan'))!;
  return { name: '核章掃描.jpg', mimeType: 'image/jpeg', buffer: readFileSync(join(ground, name)) };
}

describe.sequential('an office of nine walks a go-live to filing', () => {
  test('without a scanner a result is registered by hand with its report; what is not saved yet is not judged', async () => {
    const page = await at('hsu');
    await page.goto('/requests/registered_result');
    await pick(page, '種類', '弱點掃描');
    await press(page, '建立草稿');
    await page.waitForURL(/\/records\//);
    await reads(page, '還差 1 項才能送請確認');
    await write(page, '檢測名稱', '線上繳費弱點掃描（廠商報告）');
    await find(page, page, '系統', '線上繳費');
    await find(page, page, '加入檢測範圍', 'web1');
    await write(page, '工具', 'Nessus');
    await write(page, '工具版本', '10.8');
    await date(page, page, '完成時間', '115 11 01 22 00');
    await date(page, page, '修補日期', '115 10 30');
    for (const label of ['嚴重', '高風險數', '中風險數', '低風險數']) await write(page, label, '0');
    const report = { name: '廠商報告.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4') };
    await attach(page, '報告檔案', report);
    await reads(page, '內容已修改，儲存後重新檢核');
    await press(page, '儲存並檢核');
    await seal(page, '送請確認');
    await reads(page, '待第二人確認');
    expect(await page.getByRole('button', { name: '送請確認', exact: true }).count()).toBe(0);
    const hosts = { targets: [world.web] };
    const tool = { tool: 'Microsoft Defender', tool_version: '4.18', signature_date: '2026-11-01', detections: 0 };
    const malware = await byHand('hsu', { title: 'web1 病毒木馬偵測', kind: 'malware_scan', ...hosts, ...tool });
    const free = { free_memory: 8, free_disk: 100 };
    const capacity = await byHand('hsu', { title: 'web1 可用資源', kind: 'capacity', ...hosts, ...free });
    for (const id of [malware, capacity]) {
      await openRecord(page, id);
      await seal(page, '送請確認');
    }
  });

  test('a second person confirms the three with one password, and sees what became of each', async () => {
    const page = await at('hsieh');
    await page.goto('/');
    await press(page, '一次簽核多件');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('checkbox').nth(2).waitFor();
    for (const box of await dialog.getByRole('checkbox').all()) await box.check();
    await isFine(page, 'several');
    await dialog.getByLabel('密碼').fill(PASSWORD);
    await dialog.getByRole('button', { name: '簽核 3 件' }).click();
    await expect.poll(() => dialog.getByText('已簽核').count()).toBe(3);
    const wang = await at('wang');
    await openRecord(wang, forms.goLive);
    await reads(wang, '項全部通過');
    await seal(wang, '提出');
    await expect
      .poll(() => wang.locator('#field\\.security_tests').innerText())
      .toMatch(/人工登錄[\s\S]*Nessus[\s\S]*是/);
  });

  test('the head signs on paper: the scan’s code is read, one enters it, another countersigns, and both forms move', async () => {
    const page = await at('chou');
    await openRecord(page, forms.goLive);
    const dialog = await more(page, '登錄紙本核章');
    await attach(page, '紙本掃描檔', await scanned(page, forms.goLive));
    await expect.poll(() => dialog.getByLabel(/^紙本代碼/).inputValue()).toMatch(/^.{4}-.{4}-.{4}$/);
    await write(dialog, '正本存放處', '民政課 2 號櫃');
    await write(dialog, '公文文號', '鎮民字第1150012345號');
    await dialog.getByLabel('密碼').fill(PASSWORD);
    await isFine(page, 'paper');
    await dialog.getByRole('button', { name: '登錄', exact: true }).click();
    await reads(page, '副署前不生效', '.held');
    expect(await page.getByRole('button', { name: '副署', exact: true }).count()).toBe(0);
    const second = await at('hsieh');
    await openRecord(second, forms.goLive);
    await isFine(second, 'paper-held');
    await press(second, '副署');
    await signDialog(second, '副署', { '說明（可不填）': '已核對正本' });
    await reads(second, /李課長[\s\S]*登錄紙本核章[\s\S]*周承辦 登錄[\s\S]*謝主任 副署/, '.seals');
    const request = await desk.get('chen', forms.request);
    expect(request).toMatchObject({ state: 'review', tags: [{ kind: 'paper' }] });
    expect(request.seals.at(-1)).toMatchObject({
      by: { name: '李課長' },
      mark: { confirmed: { by: { name: '謝主任' } } },
    });
  });

  test('both forms are accepted; a slip found afterwards is corrected, and every seal stands', async () => {
    const yes = (row: Record<string, unknown>) => ({ ...row, answer: 'yes' });
    const chen = await at('chen');
    for (const [id, action, opinion] of [
      [forms.request, '審查同意', '同意'],
      [forms.goLive, '審查合格', '文件齊備'],
    ] as const) {
      await desk.save('chen', id, { points: answered((await desk.get('chen', id)).values.points, yes) });
      await openRecord(chen, id);
      await seal(chen, action, { 審查意見: opinion });
    }
    const page = await at('wang');
    await openRecord(page, forms.goLive);
    const dialog = await more(page, '更正');
    await choose(page, dialog, '要更正的欄位', '開發單位或廠商');
    await write(dialog, '開發單位或廠商', '河泰資訊');
    await write(dialog, '更正理由', '「合」為「河」之誤繕');
    await dialog.getByRole('button', { name: '更正誤繕' }).click();
    await reads(page, /合泰資訊\s*→\s*河泰資訊/, '#corrections');
    await isFine(page, 'corrected');
    const { seals } = await desk.get('wang', forms.goLive);
    expect(seals.map((one: { action: string; void?: unknown }) => [one.action, one.void])).toEqual([
      ['submit', undefined],
      ['endorse', undefined],
      ['accept', undefined],
    ]);
    await openRecord(chen, forms.goLive);
    await chen.getByRole('button', { name: '提出異議' }).waitFor(); // whoever signed may still object; who corrected it may not
    expect(await page.getByRole('button', { name: '提出異議' }).count()).toBe(0);
  });

  test('the tests are concluded on evidence registered by hand, and the release is ready', async () => {
    const patched = { host: world.lab, line: '應用主機', ready: true, patched_on: '2026-11-01' };
    await desk.save('chen', forms.goLive, { environment: [patched] });
    const page = await at('chen');
    await openRecord(page, forms.goLive);
    await tells(page, '已完成：開始檢測', () => press(page, '開始檢測'));
    const { items } = await (await office.as('chen')).ok('records.list', { type: 'go_live_test', open: true });
    const logs = [await desk.file('chen', '檢測紀錄.txt')];
    const common = { tested_by: office.persons.hsu, document_version: '安裝手冊 1.1', logs };
    const steps = [{ step: '啟動服務', expected: '成功', actual: '成功', result: 'as_expected' }];
    const restored = { source_count: 12, restored_count: 12, source_hash: 'aa', restored_hash: 'aa' };
    const again = { tool: 'Nessus', tool_version: '10.8', patched_on: '2026-10-30' };
    const none = { critical: 0, high: 0, medium: 0, low: 0 };
    const where = { system: world.system, targets: [world.web] };
    const rescan = await byHand('hsu', { title: '複掃', kind: 'vulnerability_scan', ...where, ...again, ...none });
    await desk.act('hsu', rescan, 'submit');
    await desk.act('hsieh', rescan, 'confirm');
    for (const { id } of items) {
      const { kind } = (await desk.get('chen', id)).values;
      const more = kind === 'security' ? {} : kind === 'installation' ? { steps } : { steps, ...restored };
      await desk.save('chen', id, { ...common, ...more });
      await openRecord(page, id);
      await seal(page, '判定合格');
    }
    await openRecord(page, forms.goLive);
    await seal(page, '檢測合格');
    await reads(page, '待安裝');
  });

  test('in the evening who passed the tests also installs, openly by the CISO’s exception: signed, and not in effect yet', async () => {
    const exception = await desk.open('hsieh', 'concurrent_duty', {
      person: office.persons.chen,
      covers: ['go_live.install'],
      reason: '夜間僅一人值班',
      measure: '逐件副署',
      until: '2027-04-30',
    });
    await desk.act('hsieh', exception, 'submit');
    await desk.act('fan', exception, 'approve');
    await office.at('2026-11-10T18:40:00+08:00');
    const page = await at('chen');
    await openRecord(page, forms.goLive);
    await press(page, '安裝');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('另一人副署才生效').waitFor();
    await find(page, dialog, '實際安裝版本', '2.4');
    await signDialog(page, '簽核：安裝');
    await reads(page, '兼任 陳機房：安裝', '.held');
    expect(await page.getByRole('button', { name: '安裝', exact: true }).count()).toBe(0);
    await isFine(page, 'concurrent-held');
  });

  test('at night the disk runs full: begun on a call, named as that, its papers owed', async () => {
    await office.at('2026-11-10T21:40:00+08:00');
    const page = await at('chen');
    await page.goto('/requests/change_request');
    await write(page, '變更事項', '擴充 web1 紀錄磁碟');
    await press(page, '建立草稿');
    await page.waitForURL(/\/records\//);
    change = page.url().split('/').at(-1)!;
    await find(page, page, '執行人員', '許專員');
    await press(page, '儲存');
    await page.locator('.save-bar').waitFor({ state: 'detached' });
    await press(page, '緊急先行（口頭核准）');
    const dialog = page.getByRole('dialog');
    await find(page, dialog, '口頭核准人', '謝主任');
    await write(dialog, '理由', '紀錄磁碟將滿，電話徵得主任同意');
    await dialog.getByRole('button', { name: '緊急先行（口頭核准）' }).click();
    await reads(page, '謝主任 口頭核准、尚待補正 1 項', '.held');
    expect(await page.locator('.rail .skipped').innerText()).toContain('審核');
    await isFine(page, 'urgent');
  });

  test('next morning the papers are made good in time: approved, in no delay, and for ever marked', async () => {
    await office.at('2026-11-11T09:10:00+08:00');
    const chen = await at('chen');
    await openRecord(chen, change);
    await chen.getByText('系統組態設定').click();
    await pick(chen, '方式', '更新');
    await write(chen, '影響評估', '擴充期間無中斷');
    await write(chen, '回復方式', '還原磁碟快照');
    const window = chen.locator('#field\\.window');
    await date(chen, window, '起', '115 11 10 21 45');
    await date(chen, window, '迄', '115 11 10 22 15');
    await press(chen, '儲存');
    await chen.locator('.save-bar').waitFor({ state: 'detached' });
    const head = await at('hsieh');
    await openRecord(head, change);
    await seal(head, '核准');
    await reads(head, '緊急先行後補簽', '.seals');
    await openRecord(chen, change);
    await press(chen, '補件完成');
    await reads(chen, '謝主任 口頭核准、已補齊', '.held');
    await isFine(chen, 'made-good');
    expect(await desk.get('chen', change)).toMatchObject({ state: 'approved', late: false, owed: [] });
  });

  test('the installation is countersigned, compared by hand, confirmed by another, and filed', async () => {
    const head = await at('hsieh');
    await openRecord(head, forms.goLive);
    await press(head, '副署');
    await signDialog(head, '副署');
    await reads(head, /安裝[\s\S]*兼任[\s\S]*謝主任 副署/, '.seals');
    const same = { release: world.release, mismatched: 0, source_files: 0 };
    const compared = await byHand('chen', {
      title: '佈署比對',
      kind: 'deployment_check',
      targets: [world.web],
      ...same,
    });
    await desk.act('chen', compared, 'submit');
    await desk.act('hsu', compared, 'confirm');
    await desk.save('hsu', forms.goLive, { installed_at: '2026-11-10T19:05', after_check: '登入、繳費均正常' });
    const page = await at('hsu');
    await openRecord(page, forms.goLive);
    await seal(page, '確認上線');
    await reads(page, '文件歸檔');
  });

  test('the auditor sees each as what it is: on the record, its print, the list, the clause and the population', async () => {
    const page = await at('chien');
    await openRecord(page, forms.goLive);
    const tags = () => page.locator('main header .mark-tag').allInnerTexts();
    expect(await tags()).toEqual(['登錄紙本核章', '兼任', '更正']);
    const print = await printed(page, forms.goLive);
    for (const words of ['登錄紙本核章', '周承辦登錄', '謝主任副署', '兼任', '更正與勘誤', '合泰資訊', '人工登錄'])
      expect(print).toContain(words);
    expect(await printed(page, change)).toContain('緊急先行後補簽');
    await page.goto('/lists/change_request');
    await reads(page, /擴充 web1 紀錄磁碟[\s\S]*執行中\s*緊急先行/);
    await page.goto('/populations?type=go_live');
    await reads(page, /線上繳費 2.4 版上線[\s\S]*文件歸檔\s*登錄紙本核章\s*兼任\s*更正/);
    await isFine(page, 'population');
    await page.goto('/procedure/base#base.4');
    await reads(page, /擴充 web1 紀錄磁碟[\s\S]*緊急先行/, '.evidence');
    await isFine(page, 'clause');
    await page.evaluate(() => localStorage.setItem('language', 'en'));
    await openRecord(page, forms.goLive);
    expect(await tags()).toEqual(['signed on paper', 'concurrent duties', 'corrected']);
    await isFine(page, 'auditor-english');
  });

  test('as of yesterday it reads as it stood, marks included; the ledger verifies from outside', async () => {
    const page = await at('fan');
    await page.goto(`/records/${forms.goLive}?asOf=2026-11-10`);
    await reads(page, /待安裝\s*登錄紙本核章\s*兼任\s*更正/);
    await page.goto(`/records/${change}?asOf=2026-11-10`);
    await reads(page, '謝主任 口頭核准、尚待補正 1 項', '.held');
    const history = await (await office.as('chien')).ok('records.history', { id: forms.goLive });
    const marks = history.flatMap(({ mark }: { mark?: { kind: string } }) => mark?.kind ?? []);
    expect([...new Set(marks)].sort()).toEqual(['concurrent', 'paper']);
    await expect.poll(async () => (await desk.get('fan', change)).proof.sealed).toBeGreaterThan(8);
    const env = { ...process.env, DATABASE_URL: office.database.ownerUrl, DATABASE_APP_URL: office.database.appUrl };
    const args = [join(ROOT, 'bin/ancheng.js'), 'verify', '--data', office.dataDir, '--json'];
    const { stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
    const reports = JSON.parse(stdout || `"${stderr}"`);
    for (const { ok, findings } of reports) {
      expect(findings.filter((finding: { ok: boolean }) => !finding.ok)).toEqual([]);
      expect(ok).toBe(true);
    }
    const levels = reports.flatMap(({ findings }: { findings: { level: string }[] }) =>
      findings.map(({ level }) => level),
    );
    expect([...new Set(levels)].sort()).toEqual(expect.arrayContaining(['L0', 'L1', 'L2', 'L3']));
    expect(office.defects()).toEqual([]);
  });
});
