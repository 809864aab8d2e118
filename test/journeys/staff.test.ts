import { rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import type { Browser } from 'playwright-core';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Desk, deskOf } from '../db/desk.ts';
import { client, emailOf, remote, signIn } from '../db/office.ts';
import { dataFolder, type RunningServer, startRealServer } from '../faults/server.ts';
import { chromium, runAxe } from '../harness/browser.ts';
import { tells } from './hands.ts';
import { openRealOffice } from './office.ts';
import { shot } from './shots.ts';

/** A small staff in the browser: 兼任 signed by one and countersigned by another, a password reset by two people and by mail, 連線設定. */

const dataDir = dataFolder();
let server: RunningServer;
let browser: Browser;
let office: Awaited<ReturnType<typeof openRealOffice>>;
let desk: Desk;

beforeAll(async () => {
  server = await startRealServer(dataDir);
  browser = await chromium();
  office = await openRealOffice(server);
  desk = deskOf(office);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  rmSync(dirname(dataDir), { recursive: true, force: true });
});

const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

describe.sequential('a small staff', () => {
  let document: string;

  test('兼任: the page says beforehand that another countersigns; after that the seal reads so', async () => {
    const exception = await desk.open('chou', 'concurrent_duty', {
      person: office.persons.lu,
      covers: ['policy_document.agree'],
      reason: '小組僅組長一人',
      measure: '逐件副署',
      until: day(100),
    });
    await desk.act('chou', exception, 'submit');
    await desk.act('fan', exception, 'approve');
    const values = { title: '存取管制', kind: 'procedure', code: 'XL-12', edition: '1.0', summary: '規範存取' };
    const body = [await desk.file('lu', '存取管制.odt')];
    document = await desk.open('lu', 'policy_document', { ...values, effective_on: day(30), body });
    await desk.act('lu', document, 'submit');
    const page = await office.browse(browser, 'lu');
    await page.goto(`/records/${document}`);
    await page.getByRole('button', { name: '審閱同意' }).first().click();
    await page.getByText('另一人副署才生效').waitFor();
    await shot(page, 'concurrent-dialog');
    await page.done();
    await desk.act('lu', document, 'agree', { review_opinion: '同意' });
    const { held } = await desk.get('chou', document);
    const factor = { password: 'Xiluo-Township-2026' };
    await (await office.as('chou')).ok('records.confirm', { id: document, mark: held[0].id, agree: true, factor });
    const auditor = await office.browse(browser, 'chien');
    await auditor.goto('/people/watched');
    await auditor.getByText('呂組長').first().waitFor();
    await expect.poll(() => auditor.locator('main').innerText()).toContain('已副署 1 筆');
    await shot(auditor, 'watched');
    expect(await runAxe(auditor)).toEqual([]);
    await auditor.done();
  });

  test('a reset: the head asks with a reason, another approves and gets the slip once, the owner signs in', async () => {
    await office.as('wang');
    const head = await office.browse(browser, 'li');
    await head.goto(`/people/${office.persons.wang}`);
    await head.getByRole('button', { name: '申請重設密碼' }).click();
    await head.getByLabel('理由').fill('忘記密碼');
    await tells(head, '已通知', () => head.getByRole('button', { name: '送出申請' }).click());
    await head.done();
    const second = await office.browse(browser, 'kuo');
    await second.getByText('王承辦 的密碼').waitFor();
    await shot(second, 'reset-card');
    expect(await runAxe(second)).toEqual([]);
    await second.getByRole('button', { name: '已查證，核可' }).click();
    const code = await second.locator('.reset-code').innerText();
    await shot(second, 'reset-slip');
    expect(await runAxe(second)).toEqual([]);
    await second.done();
    const owner = await browser.newPage({ baseURL: server.url, locale: 'zh-TW' });
    await owner.goto('/reset');
    await owner.getByLabel('一次性代碼').fill(code);
    await owner.getByLabel('新密碼').fill('After-The-Reset-2026');
    await owner.getByRole('button', { name: '設定新密碼' }).click();
    await owner.getByText('密碼已更新').waitFor();
    await owner.close();
    await signIn(client(remote(server.url)), emailOf('wang'), 'After-The-Reset-2026');
  });
});

describe.sequential('連線設定', () => {
  const mails: string[] = [];
  let smtp: SMTPServer;
  let admin: Awaited<ReturnType<typeof office.browse>>;

  beforeAll(async () => {
    smtp = new SMTPServer({
      authOptional: true,
      hideSTARTTLS: true,
      onData: (stream, _session, done) => {
        const parts: Buffer[] = [];
        stream.on('data', (part: Buffer) => parts.push(part));
        stream.on('end', () => {
          mails.push(Buffer.concat(parts).toString('utf8'));
          done();
        });
      },
    });
    await new Promise<void>((listening) => smtp.listen(0, '127.0.0.1', listening));
    admin = await office.browse(browser, 'lin');
  });
  afterAll(() => new Promise<void>((closed) => smtp.close(closed)));

  test('the office’s mail server is set and tried; the page has nothing that axe finds wrong', async () => {
    await admin.goto('/connection');
    await admin.getByText('http，未加密').waitFor();
    await admin.getByLabel('郵件伺服器').fill('127.0.0.1');
    await admin.getByLabel('埠號').fill(String((smtp.server.address() as AddressInfo).port));
    await admin.getByText('不加密', { exact: true }).click();
    await admin.getByLabel('寄件人').fill('ancheng@office.example');
    await admin.getByRole('button', { name: '儲存' }).click();
    await admin.getByRole('button', { name: /測試/ }).click();
    await admin.getByText('郵件伺服器已收下').waitFor();
    expect(mails).toHaveLength(1);
    await shot(admin, 'connection-plain');
    expect(await runAxe(admin)).toEqual([]);
  });

  test('whoever forgot the password gets a link to the own mailbox and sets a new one from it', async () => {
    await office.as('tsai');
    const owner = await browser.newPage({ baseURL: server.url, locale: 'zh-TW' });
    await owner.goto('/sign-in');
    await owner.getByRole('link', { name: '忘記密碼' }).click();
    await owner.getByRole('heading', { name: '寄到我的信箱' }).waitFor();
    await owner.getByLabel('電子郵件').fill(emailOf('tsai'));
    await owner.getByRole('button', { name: '寄送連結' }).click();
    await owner.getByText('若有這個帳號').waitFor();
    await shot(owner, 'reset-by-mail');
    expect(await runAxe(owner)).toEqual([]);
    await expect.poll(() => mails.length).toBe(2);
    const plain = mails[1]!.replaceAll('=\r\n', '').replaceAll('=3D', '=');
    const body = plain.includes('/reset?code=')
      ? plain
      : Buffer.from(plain.split('\r\n\r\n').slice(1).join(''), 'base64').toString('utf8');
    const link = /\/reset\?code=[\w-]+/.exec(body)?.[0] ?? '';
    await owner.goto(link);
    await owner.getByText('一次性代碼已由連結帶入').waitFor();
    await owner.getByLabel('新密碼').fill('From-My-Mailbox-2026');
    await owner.getByRole('button', { name: '設定新密碼' }).click();
    await owner.getByText('密碼已更新').waitFor();
    await owner.close();
    await signIn(client(remote(server.url)), emailOf('tsai'), 'From-My-Mailbox-2026');
  });

  test('a certificate of the own authority: made on the page, which says where to go on and warns of what comes first', async () => {
    await admin.goto('/connection');
    await admin.getByLabel('同仁輸入的主機名稱或 IP 位址').fill('ancheng.office.example');
    await admin.getByRole('button', { name: '簽發並啟用' }).click();
    await admin.getByText(/請改由 https:\/\/ancheng\.office\.example/).waitFor();
    await shot(admin, 'connection-made');
    expect(await runAxe(admin)).toEqual([]);
    await admin.done();
  });
});
