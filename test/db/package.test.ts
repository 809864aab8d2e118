import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PDFDocument } from '@cantoo/pdf-lib';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { chromium, office as desktop, runAxe } from '../harness/browser.ts';
import { type Desk, deskOf } from './desk.ts';
import { type Client, type Office, openOffice } from './office.ts';

/** What an auditor takes home, judged by programs we did not write: unzip, poppler, sha256sum, Chromium. */

const MOST = 3_000_000;
const video = randomBytes(7_000_000);
const log = Buffer.from(Array.from({ length: 200_000 }, (_, at) => `line ${at} of a log\n`).join(''));
const ground = mkdtempSync(join(tmpdir(), '佐證 包-'));
let office: Office;
let desk: Desk;
let chou: Client;
let id: string;
let number: string;

beforeAll(async () => {
  office = await openOffice();
  desk = deskOf(office);
  chou = await office.as('chou');
  const files = [
    await desk.file('chen', '監視器.mp4', video),
    await desk.file('chen', '系統/日誌?.log', log),
    await desk.file('chen', '掃描報告.pdf', await scanned(12, 500_000)),
    await desk.file('chen', '壞掉的大圖.pdf', Buffer.concat([Buffer.from('%PDF-1.4\n'), randomBytes(3_200_000)])),
  ];
  const host = await desk.open('chen', 'host', {
    name: 'web1',
    kind: 'server',
    environment: 'test',
    owner: office.persons.chen,
    phase: 'operation',
    asset_kind: 'server',
    address: '127.0.0.1',
  });
  const measured = { finished_at: '2026-11-20T02:00:00Z', targets: [host], free_memory: 8, free_disk: 100 };
  const values = { kind: 'capacity', title: '機房容量', ...measured, files };
  id = await desk.open('chen', 'registered_result', values);
  await desk.act('chen', id, 'submit');
  await desk.act('kuo', id, 'confirm');
  number = (await desk.get('chou', id)).number;
});
afterAll(async () => {
  await office?.close();
  rmSync(ground, { recursive: true, force: true });
});

/** A scan as a multifunction printer sends it: pages that compress no further. */
async function scanned(pages: number, bytes: number): Promise<Uint8Array> {
  const pdf = await PDFDocument.create();
  for (let at = 0; at < pages; at += 1) {
    const page = pdf.addPage();
    const ref = pdf.context.register(
      pdf.context.stream(randomBytes(bytes), { Type: 'XObject', Subtype: 'Form', BBox: [0, 0, 1, 1] }),
    );
    page.node.newXObject('Scan', ref);
  }
  return pdf.save();
}

const done = (id: string) =>
  vi.waitFor(
    async () => {
      const card = (await chou.ok('packages.list')).find((one: { id: string }) => one.id === id);
      if (card.state === 'working') throw new Error('still working');
      return card;
    },
    { timeout: 500_000, interval: 200 },
  );

async function unpacked(
  input: object,
  name: string,
): Promise<{ folder: string; card: { made: Record<string, never>; state: string } }> {
  const { id } = await chou.ok('packages.make', { by: 'procedure', id: 'xiluo', ...input });
  const card = await done(id);
  expect(card.state, JSON.stringify(card)).toBe('done');
  const answer = await chou.send(`/api/v1/packages/${id}/package.zip`);
  const bytes = Buffer.from(await answer.arrayBuffer());
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(card.made.sha256);
  const zip = join(ground, `${name}.zip`);
  const folder = join(ground, name);
  writeFileSync(zip, bytes);
  mkdirSync(folder);
  expect(spawnSync('unzip', ['-tq', zip]).status).toBe(0);
  expect(spawnSync('unzip', ['-q', zip, '-d', folder]).status).toBe(0);
  expect(spawnSync('sha256sum', ['-c', '--quiet', 'SHA256SUMS.txt'], { cwd: folder, encoding: 'utf8' }).stderr).toBe(
    '',
  );
  return { folder, card };
}

test('small: no file above 3 MB, split pages open, pieces join, nothing is dropped; every proof holds on another machine', async () => {
  const { folder, card } = await unpacked({ small: true }, 'small');
  const [form = ''] = globSync(`佐證/*/${number} 人工登錄檢測結果.pdf`, { cwd: folder });
  const words = spawnSync('pdftotext', [join(folder, form), '-'], { encoding: 'utf8' }).stdout;
  expect(words).toContain(number);
  for (const path of globSync('**/*', { cwd: folder })) {
    const { size } = statSync(join(folder, path));
    if (statSync(join(folder, path)).isFile()) expect(size, path).toBeLessThanOrEqual(MOST);
  }
  const found = (pattern: string) =>
    globSync(`佐證/*/${number} ${pattern}`, { cwd: folder })
      .sort()
      .map((path) => join(folder, path));
  expect(Buffer.concat(found('附件1 監視器.mp4.0*').map((path) => readFileSync(path)))).toEqual(video);
  expect(spawnSync('unzip', ['-p', found('附件2 日誌？.log.zip')[0]!], { maxBuffer: 10_000_000 }).stdout).toEqual(log);
  const volumes = found('附件3 掃描報告 第*.pdf');
  expect(volumes.length).toBeGreaterThanOrEqual(3);
  const pages = volumes.map((path) =>
    Number(/^Pages:\s+(\d+)/m.exec(spawnSync('pdfinfo', [path], { encoding: 'utf8' }).stdout)?.[1]),
  );
  expect(pages.reduce((sum, one) => sum + one, 0)).toBe(12);
  expect(found('附件4 壞掉的大圖.pdf.0*')).toHaveLength(2);
  const index = readFileSync(join(folder, 'index.html'), 'utf8');
  expect(index).toContain(createHash('sha256').update(video).digest('hex'));
  expect(index).toContain('2 個附件無法縮小到 3 MB 以內');
  expect(index).toContain('<span class="mark">人工登錄</span>');

  const args = [
    'bin/ancheng.js',
    'verify',
    '--proof',
    join(folder, '證明'),
    '--policy',
    join(folder, '證明/policy.txt'),
    '--json',
  ];
  const verified = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const report = JSON.parse(verified.stdout);
  expect(report).toMatchObject({ ok: true, failed: [] });
  expect(report.proofs).toBeGreaterThan(5);

  const { items } = await chou.ok('trail.list', { filter: { type: 'export.' } });
  expect(items[0].label.zh).toBe(`匯出佐證資料（${card.made.records} 筆）`);
});

test('the index of what was chosen opens from a disk without scripts, leads to the form, and axe finds nothing', async () => {
  const { sections } = await chou.ok('packages.sections', { by: 'procedure', id: 'xiluo', language: 'en' });
  const some = sections.find((one: { records: string[] }) => one.records.includes(id));
  const { folder } = await unpacked({ language: 'en', until: '2099-12-31', sections: [some.key] }, 'english');
  expect(readFileSync(join(folder, 'index.html'), 'utf8').match(/<section class="clause"/g)).toHaveLength(1);
  expect(readFileSync(join(folder, globSync(`evidence/*/${number} att1 監視器.mp4`, { cwd: folder })[0]!))).toEqual(
    video,
  );
  const browser = await chromium();
  try {
    const context = await browser.newContext({ ...desktop, bypassCSP: true });
    const page = await context.newPage();
    for (const file of ['index.html', 'how-to-verify.html']) {
      await page.goto(pathToFileURL(join(folder, file)).href);
      expect(await runAxe(page), file).toEqual([]);
    }
    await page.goto(pathToFileURL(join(folder, 'index.html')).href);
    expect(await page.locator('script').count()).toBe(0);
    const hrefs = await page.locator('a[href]').evaluateAll((all) => all.map((one) => (one as HTMLAnchorElement).href));
    const broken = hrefs
      .filter((href) => !href.includes('#'))
      .filter((href) => !statSync(new URL(href), { throwIfNoEntry: false }));
    expect(broken).toEqual([]);
    expect(hrefs.some((href) => decodeURIComponent(href).endsWith('.pdf'))).toBe(true);
  } finally {
    await browser.close();
  }
});

test('nothing chosen, a reversed period and strangers are refused; called off, nothing is left', async () => {
  const none = await chou.ok('packages.make', { by: 'procedure', id: 'xiluo', sections: [] });
  expect((await done(none.id)).refused[0].message.zh).toBe('請至少選擇一條。');
  const reversed = { by: 'procedure', id: 'xiluo', from: '2026-02-01', until: '2026-01-01' };
  expect((await chou.call('packages.make', reversed)).refused[0]?.code).toBe('invalid');
  const wang = await office.as('wang');
  expect((await wang.call('packages.make', { by: 'procedure', id: 'xiluo' })).status).toBe(403);
  const [mine] = await chou.ok('packages.list');
  expect((await (await office.as('kuo')).send(`/api/v1/packages/${mine.id}/package.zip`)).status).toBe(404);

  const { id } = await chou.ok('packages.make', { by: 'procedure', id: 'xiluo' });
  await chou.ok('packages.cancel', { id });
  expect((await done(id)).state).toBe('cancelled');
  expect(globSync('packages/incoming-*', { cwd: office.dataDir })).toEqual([]);
  expect(office.defects()).toEqual([]);
});
