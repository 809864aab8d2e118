import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderOdt } from '../../src/print/odt/render.ts';
import { samplePaper } from '../../src/print/sample.ts';

const present = ['soffice', 'pdftotext'].every((command) => spawnSync(command, ['--version']).error === undefined);

describe.skipIf(!present && !process.env.CI)('LibreOffice opens our ODT', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ancheng-odf-'));
  let pages: string[];
  beforeAll(async () => {
    writeFileSync(join(folder, 'paper.odt'), await renderOdt(samplePaper));
    const profile = `-env:UserInstallation=file://${folder}/profile`;
    const run = spawnSync('soffice', [
      profile,
      '--headless',
      '--convert-to',
      'pdf',
      '--outdir',
      folder,
      join(folder, 'paper.odt'),
    ]);
    expect(run.status, run.stderr.toString()).toBe(0);
    pages = spawnSync('pdftotext', ['-layout', join(folder, 'paper.pdf'), '-'])
      .stdout.toString()
      .split('\f')
      .slice(0, -1);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('with every text of the paper, and a running head with the page number', () => {
    // LibreOffice sets thin spaces between Han and Latin, which pdftotext shows.
    const all = pages.join('').replace(/\s/g, '');
    for (const words of [
      '西螺鎮公所',
      'XL-ISMS-04-012',
      '民眾服務入口網',
      '陳大文',
      '（代理）',
      '【已失效】',
      '待簽核',
      '核准',
      '保存期限三年',
    ]) {
      expect(all).toContain(words);
    }
    for (const [i, page] of pages.entries()) {
      expect(page.replace(/\s/g, '')).toMatch(new RegExp(`^系統上線審查表115-上線-0007頁次${i + 1}`));
    }
  });

  test('on A4', () => {
    expect(spawnSync('pdfinfo', [join(folder, 'paper.pdf')]).stdout.toString()).toMatch(/Page size:.*A4/);
  });

  test('with the code that leads to the proof', () => {
    spawnSync('pdftoppm', ['-r', '150', '-png', join(folder, 'paper.pdf'), join(folder, 'page')]);
    const images = pages.map((_, i) => join(folder, `page-${i + 1}.png`));
    expect(
      spawnSync('zbarimg', ['--raw', '-q', ...images])
        .stdout.toString()
        .trim(),
    ).toBe(samplePaper.proofUrl);
  });

  test('as a package whose type comes first and uncompressed', () => {
    const head = readFileSync(join(folder, 'paper.odt')).subarray(30, 85).toString('latin1');
    expect(head).toMatch(/^mimetypeapplication\/vnd\.oasis\.opendocument\.text/);
  });
});
