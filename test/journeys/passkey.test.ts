import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dataFolder, type RunningServer, startRealServer } from '../faults/server.ts';
import { chromium, runAxe } from '../harness/browser.ts';
import { openRealOffice } from './office.ts';

/** A unit head approves with a passkey: Chromium's virtual authenticator in the place of a security key. */

const dataDir = dataFolder();
let server: RunningServer;
let browser: Browser;
let office: Awaited<ReturnType<typeof openRealOffice>>;

beforeAll(async () => {
  server = await startRealServer(dataDir);
  browser = await chromium();
  office = await openRealOffice(server);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  rmSync(dirname(dataDir), { recursive: true, force: true });
});

const request = async (name: string): Promise<string> => {
  const wang = await office.as('wang');
  const values = { name, purpose: '對外服務', address: '10.1.2.3' };
  const { id } = await wang.ok('records.open', { type: 'domain_request', values });
  await wang.ok('records.act', { id, action: 'submit', with: {} });
  return id;
};

/** 補登 by Wang: somebody else has to countersign. */
async function afterwards(): Promise<string> {
  const wang = await office.as('wang');
  const proof = [await wang.upload('photo.jpg', Buffer.from([0xff, 0xd8, 0xff, 0xd9]), 'image/jpeg')];
  const backfill = { doneAt: new Date(Date.now() - 86_400_000).toISOString(), why: '停電', proof };
  const values = { kind: 'capacity', title: '停電巡查' };
  return (await wang.ok('records.open', { type: 'registered_result', values, backfill })).id;
}

test('an approval signed with a passkey is bound to what was on the screen and verifies; one by password is marked weaker', async () => {
  const [first, second] = [await request('pay.example.tw'), await request('map.example.tw')];
  const page = await office.browse(browser, 'li');
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const options = {
    protocol: 'ctap2',
    transport: 'internal',
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
  } as const;
  await session.send('WebAuthn.addVirtualAuthenticator', { options });

  await page.goto('/account');
  await page.getByRole('button', { name: '新增通行金鑰' }).click();
  await page.getByRole('button', { name: /^移除/ }).waitFor();

  await page.goto(`/records/${first}`);
  await page.getByRole('button', { name: '核可', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('通行金鑰會簽下您眼前的內容').waitFor();
  expect(await runAxe(page)).toEqual([]);
  if (process.env.SHOTS) await page.screenshot({ path: join(process.env.SHOTS, 'passkey-dialog.png') });
  await dialog.getByRole('button', { name: /^簽核/ }).click();
  await page.getByText('通行金鑰簽章').waitFor();
  if (process.env.SHOTS) await page.screenshot({ path: join(process.env.SHOTS, 'passkey-sealed.png') });

  await page.goto(`/records/${second}`);
  await page.getByRole('button', { name: '核可', exact: true }).click();
  await dialog.getByText('密碼', { exact: true }).click();
  await dialog.getByText('效力較弱').waitFor();
  await dialog.getByLabel('密碼').last().fill('Xiluo-Township-2026');
  await dialog.getByRole('button', { name: /^簽核/ }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('未經金鑰簽章', { exact: true }).waitFor();
  if (process.env.SHOTS) await page.screenshot({ path: join(process.env.SHOTS, 'password-sealed.png') });

  // One touch for a list, and one for what somebody entered afterwards: the device signs each of them all the same.
  const listed = [await request('one.example.tw'), await request('two.example.tw')];
  await page.goto('/');
  await page.getByRole('button', { name: '一次簽核多件' }).click();
  await dialog.getByRole('checkbox').nth(1).waitFor();
  for (const box of await dialog.getByRole('checkbox').all()) await box.check();
  await dialog.getByText('一次簽下所勾選的清單').waitFor();
  expect(await runAxe(page)).toEqual([]);
  await dialog.getByRole('button', { name: '簽核 2 件' }).click();
  await expect.poll(() => dialog.getByText('已簽核').count()).toBe(2);
  const held = await afterwards();
  await page.goto(`/records/${held}`);
  await page.getByRole('button', { name: '副署', exact: true }).click();
  await dialog.getByText('通行金鑰會簽下您眼前的內容').waitFor();
  await dialog.getByRole('button', { name: '副署', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });

  // A second person's word for a role that approves: the passkey signs what the ledger will say.
  const { wang } = office.persons;
  const lin = await office.as('lin');
  await lin.ok('people.giveRole', { id: wang, role: 'room_manager', unit: office.units.office, from: '2026-01-01' });
  await page.goto(`/people/${wang}`);
  await page.getByRole('button', { name: '我確認授予' }).click();
  await dialog.getByText('通行金鑰會簽下您眼前的內容').waitFor();
  expect(await runAxe(page)).toEqual([]);
  if (process.env.SHOTS) await page.screenshot({ path: join(process.env.SHOTS, 'passkey-role.png') });
  await dialog.getByRole('button', { name: '我確認授予' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.done();

  const li = await office.as('li');
  for (const id of listed)
    expect((await li.ok('records.get', { id })).seals).toMatchObject([{ factor: 'passkey', signed: true }]);
  expect((await li.ok('records.get', { id: held })).marked).toMatchObject([{ mark: { confirmed: { signed: true } } }]);
  expect((await lin.ok('people.get', { id: wang })).roles).toMatchObject([
    { role: 'room_manager', waitingForSecond: false },
  ]);
  const seals = async (id: string) => (await li.ok('records.get', { id })).seals;
  expect(await seals(first)).toMatchObject([{ factor: 'passkey', signed: true }]);
  expect(await seals(second)).toMatchObject([{ factor: 'password', signed: false }]);
  const chien = await office.as('chien');
  await expect
    .poll(async () => (await chien.ok('trail.verify', {})).findings.filter((one: { ok: boolean }) => !one.ok))
    .toEqual([]);
});
