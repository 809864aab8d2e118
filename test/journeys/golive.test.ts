import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseVerifierKey } from '../../src/kernel/ledger/note.ts';
import { verifyProof } from '../../src/kernel/ledger/proof.ts';
import { isRefused } from '../../src/kernel/refusal.ts';
import { type Desk, deskOf } from '../db/desk.ts';
import { answered, type GoLiveWorld, goLiveWorld, pairOfForms } from '../db/golive-case.ts';
import { PASSWORD } from '../db/office.ts';
import { chromium, runAxe } from '../harness/browser.ts';
import { openRealOffice } from './office.ts';
import { startServerHere } from './server-here.ts';

/** A go-live request in the browser, with a real nmap and a real clamscan (acceptance 2); a clock the test sets lets a report grow old. */

const tools = ['nmap', 'clamscan', 'zbarimg', 'pdftoppm'].every((tool) => spawnSync('which', [tool]).status === 0);
const ground = mkdtempSync(join(tmpdir(), 'ancheng-journey-'));
const DAY = 86_400_000;
const MINUTE = 60_000;
/** Runs with the machine's, or stands where a test put it. */
const clock = { shift: 0, stands: undefined as number | undefined };
let server: Awaited<ReturnType<typeof startServerHere>>;
let browser: Browser;
let listener: Server;
let port: number;
let office: Awaited<ReturnType<typeof openRealOffice>>;
let desk: Desk;
let world: GoLiveWorld;
let forms: { request: string; goLive: string };

beforeAll(async () => {
  server = await startServerHere(() => new Date(clock.stands ?? Date.now() + clock.shift));
  browser = await chromium();
  office = await openRealOffice(server);
  desk = deskOf(office);
  listener = createServer((socket) => socket.on('error', () => socket.destroy()).end());
  await new Promise<void>((done) => listener.listen(0, '127.0.0.1', done));
  port = (listener.address() as { port: number }).port;
  await (await office.as('chen')).ok('people.addDeputy', {
    id: office.persons.chen,
    person: office.persons.tsai,
    order: 1,
    from: day(-1),
    until: day(30),
  });
  world = await goLiveWorld(office, desk);
  forms = await pairOfForms(desk, world, { start: `${day(40)}T18:30`, end: `${day(40)}T20:00` });
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await new Promise((done) => listener?.close(done) ?? done(undefined));
  rmSync(ground, { recursive: true, force: true });
});

const day = (days: number) => new Date(Date.now() + days * DAY).toISOString().slice(0, 10);

/** A real scan of the loopback; its own times are moved so that it ended at `moment`, as a report that lay in a drawer. */
function realScan(moment?: number): string {
  const report = execFileSync('nmap', ['-n', '-sT', '-oX', '-', '-p', String(port), '127.0.0.1'], { encoding: 'utf8' });
  const ended = Number(/<finished time="(\d{10})"/.exec(report)![1]);
  const back = moment === undefined ? 0 : ended - Math.round(moment / 1000);
  return report.replace(
    /(start|end|starttime|endtime|time)="(\d{10})"/g,
    (_, name, at) => `${name}="${Number(at) - back}"`,
  );
}

/** A real clamscan with a signature of our own, over a clean folder. */
function realMalwareScan(): Buffer {
  const signatures = join(ground, 'signatures');
  const clean = join(ground, 'clean');
  for (const folder of [signatures, clean]) mkdirSync(folder, { recursive: true });
  const bad = 'a harmless text that our own signature calls malware';
  writeFileSync(
    join(signatures, 'own.hsb'),
    `${createHash('sha256').update(bad).digest('hex')}:${bad.length}:Own.Test:73\n`,
  );
  writeFileSync(join(clean, 'app.jar'), 'nothing');
  const version = spawnSync('clamscan', ['--version']).stdout;
  return Buffer.concat([version, spawnSync('clamscan', ['-r', '-d', signatures, clean]).stdout]);
}

const importAs = (report: string | Buffer, name: string) =>
  desk.importReport('chen', name, report, {
    targets: { '127.0.0.1': world.web, local: world.web },
    patchedOn: day(-3),
  });

/** The record page, when everything on it has come. */
async function openRecord(page: Page): Promise<void> {
  await page.goto(`/records/${forms.goLive}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.getByRole('heading', { name: '經過' }).first().waitFor();
}

describe.skipIf(!tools && !process.env.CI).sequential('a go-live in the browser', () => {
  test('before anything is scanned the requester sees which checks fail, by clause, with the way to mend them', async () => {
    const page = await office.browse(browser, 'wang');
    await openRecord(page);
    const body = page.locator('main');
    await expect.poll(() => body.innerText()).toContain('安全檢測須在');
    await expect.poll(() => body.innerText()).toContain('匯入新的掃描');
    expect(await runAxe(page)).toEqual([]);
    await page.done();
  });

  test('a real report that turns thirty days old while the form waits is refused at review, with clause and remedy', async () => {
    const malware = realMalwareScan();
    clock.stands = Date.now(); // however long filling in takes, the report is not thirty days old before it is handed in
    await importAs(realScan(clock.stands - 30 * DAY + MINUTE), 'nmap-old.xml');
    await importAs(malware, 'clamav.txt');
    expect(await desk.act('wang', forms.goLive, 'submit')).toBe('unit');
    expect(await desk.act('li', forms.goLive, 'endorse')).toBe('review');
    const { values } = await desk.get('chen', forms.goLive);
    await desk.save('chen', forms.goLive, { points: answered(values.points, (row) => ({ ...row, answer: 'yes' })) });
    await capacity();
    clock.shift = clock.stands + 2 * MINUTE - Date.now();
    clock.stands = undefined;
    const page = await office.browse(browser, 'chen');
    await openRecord(page);
    await expect.poll(() => page.locator('main').innerText()).toMatch(/安全檢測須在.*內完成/);
    expect(await page.locator('main').innerText()).toContain('伍、二、(二)3.(3)');
    const refused = await desk.refused('chen', forms.goLive, 'accept', { opinion: '齊備' });
    expect(refused.map(({ gate }) => gate)).toEqual(['scan_recent']);
    await page.done();
  });

  test('a fresh real scan, imported through the page, clears it', async () => {
    const page = await office.browse(browser, 'chen');
    await page.goto('/import/scan');
    const file = join(ground, 'nmap-fresh.xml');
    writeFileSync(file, realScan());
    await page.locator('input[type=file]').setInputFiles(file);
    await page.getByRole('button', { name: /匯入 1 台主機的結果/ }).click();
    await page.getByText('已匯入').first().waitFor();
    expect(await runAxe(page)).toEqual([]);
    await openRecord(page);
    await expect.poll(() => page.locator('main').innerText()).toContain('項全部通過');
    await page.done();
  });

  test('the requester has no button to accept, with either account; the deputy accepts, and the seal says for whom', async () => {
    const requester = await office.browse(browser, 'wang');
    await openRecord(requester);
    const button = requester.getByRole('button', { name: '審查合格', exact: true });
    expect((await button.count()) === 0 || (await button.first().isDisabled())).toBe(true);
    await requester.done();
    const page = await office.browse(browser, 'tsai');
    await openRecord(page);
    await page.getByRole('button', { name: '審查合格', exact: true }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('審查意見').fill('文件齊備');
    await dialog.getByLabel('密碼').fill(PASSWORD);
    expect(await runAxe(page)).toEqual([]);
    await dialog.getByRole('button', { name: '簽核：審查合格' }).click();
    await expect.poll(() => page.locator('main').innerText()).toMatch(/陳機房（公出） ?蔡代理 ?代/);
    await page.done();
  });

  test('the printed form carries a QR code that leads to a proof which verifies', async () => {
    const wang = await office.as('wang');
    await expect
      .poll(async () => (await desk.get('wang', forms.goLive)).proof)
      .toSatisfy(({ events, sealed }) => events === sealed);
    const printed = await wang.send(`/api/v1/records/${forms.goLive}/print.pdf`);
    expect(printed.status).toBe(200);
    writeFileSync(join(ground, 'form.pdf'), Buffer.from(await printed.arrayBuffer()));
    execFileSync('pdftoppm', ['-r', '200', '-png', join(ground, 'form.pdf'), join(ground, 'form')]);
    const codes = spawnSync('sh', ['-c', `zbarimg -q --raw ${join(ground, 'form')}*.png`], { encoding: 'utf8' }).stdout;
    expect(codes).toContain(`/records/${forms.goLive}?print=`);
    const { proofs, key } = await wang.ok('records.proof', { id: forms.goLive });
    const trusted = parseVerifierKey(key);
    if (isRefused(trusted)) throw new Error('the key cannot be read');
    expect(proofs.length).toBeGreaterThan(3);
    for (const { proof } of proofs)
      expect(isRefused(verifyProof(proof, { log: [trusted] })), proof.slice(0, 80)).toBe(false);
  });

  test('a sealed field edited in correction voids the seals: shown with the difference, renewed in place, and the case goes on (acceptance 3, 10)', async () => {
    await toCorrection();
    await desk.save('wang', forms.goLive, { rollback: '還原前一版並通知廠商' });
    await desk.act('wang', forms.goLive, 'submit');
    const page = await office.browse(browser, 'li');
    await openRecord(page);
    await expect.poll(() => page.locator('main').innerText()).toContain('內容變更，待補簽「單位核可」');
    await page.getByRole('button', { name: '單位核可', exact: true }).first().click();
    const dialog = page.getByRole('dialog');
    await expect.poll(() => dialog.locator('del').allInnerTexts()).toContain('還原前一版');
    expect(await dialog.locator('ins').allInnerTexts()).toContain('還原前一版並通知廠商');
    expect(await runAxe(page)).toEqual([]);
    await dialog.getByLabel('密碼').fill(PASSWORD);
    await dialog.getByRole('button', { name: '簽核：單位核可' }).click();
    await expect.poll(() => page.locator('main').innerText()).not.toContain('待補簽「單位核可」');
    await page.done();
    expect(await desk.act('chen', forms.goLive, 'accept', { opinion: '新版齊備' })).toBe('correction');
    expect(await desk.act('wang', forms.goLive, 'retest')).toBe('preparation');
    const seals = (await desk.get('wang', forms.goLive)).seals;
    expect(
      seals.filter((seal: { void?: unknown; action: string }) => seal.action === 'endorse' && !seal.void),
    ).toHaveLength(1);
  });
});

/** Through preparation and a failed round of tests. */
async function toCorrection() {
  const { values } = await desk.get('chen', forms.request);
  await desk.save('chen', forms.request, { points: answered(values.points, (row) => ({ ...row, answer: 'yes' })) });
  await desk.act('chen', forms.request, 'accept', { opinion: '同意' });
  await importAs(realScan(), 'nmap-test.xml');
  await desk.save('chen', forms.goLive, {
    environment: [{ host: world.lab, line: '應用主機', ready: true, patched_on: day(-1) }],
  });
  await desk.act('chen', forms.goLive, 'prepare');
  const [flaw] = await failedInstallation();
  await desk.act('chen', forms.goLive, 'fail', { reason: '啟動失敗' });
  await desk.act('wang', flaw!, 'fix', { fix_detail: '修正啟動設定' });
}

/** The installation test concluded as failed; the findings it opened. */
async function failedInstallation(): Promise<string[]> {
  const chen = await office.as('chen');
  const { items: tests } = await chen.ok('records.list', { type: 'go_live_test', open: true });
  for (const { id } of tests) {
    if ((await desk.get('chen', id)).values.kind !== 'installation') continue;
    await desk.save('chen', id, {
      tested_by: office.persons.hsu,
      steps: [{ step: '啟動服務', expected: '成功', actual: '啟動失敗', result: 'differs', about: 'system' }],
    });
    await desk.act('chen', id, 'reject', { reason: '啟動失敗' });
  }
  const { items: flaws } = await chen.ok('records.list', { type: 'finding', open: true });
  return flaws.map(({ id }: { id: string }) => id);
}

/** Free capacity registered by hand and confirmed by a second person. */
async function capacity() {
  const id = await desk.open('hsu', 'registered_result', {
    title: '主機容量',
    kind: 'capacity',
    targets: [world.web],
    finished_at: `${day(-1)}T10:00`,
    free_memory: 8,
    free_disk: 100,
    files: [await desk.file('hsu', '容量.txt')],
  });
  await desk.act('hsu', id, 'submit');
  await desk.act('chen', id, 'confirm');
}
