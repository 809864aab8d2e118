import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { isRefused } from '../../kernel/refusal.ts';
import { openFonts } from '../fonts.ts';
import { samplePaper } from '../sample.ts';
import type { PrintDocument } from '../types.ts';
import { renderPdf } from './render.ts';

const has = (command: string, ...args: string[]): boolean => spawnSync(command, args).error === undefined;
const readers = has('pdftotext', '-v') && has('pdftoppm', '-v') && has('zbarimg', '--version');

const opened = openFonts();
if (isRefused(opened)) throw new Error(JSON.stringify(opened.refused));
const fonts = opened;

async function pdfOf(doc: PrintDocument): Promise<Uint8Array> {
  const pdf = await renderPdf(doc, { fonts });
  if (isRefused(pdf)) throw new Error(JSON.stringify(pdf.refused));
  return pdf;
}

const rules = Array.from({ length: 70 }, (_, i) => [
  String(i + 1),
  `10.1.${i}.0/24`,
  `192.168.${i}.10`,
  i % 4 ? '續用' : '停用',
  '',
]);
const long: PrintDocument = {
  ...samplePaper,
  title: '防火牆規則定期審查紀錄表',
  sections: [
    {
      title: '規則清單',
      table: {
        columns: [{ title: '項次' }, { title: '來源' }, { title: '目的' }, { title: '決定' }, { title: '說明' }],
        rows: rules,
      },
    },
  ],
};

test('a character without a glyph refuses the paper, wherever it stands', async () => {
  const inSeal = { ...samplePaper, seals: [{ label: '申請人', name: '王𠮷' }] };
  const inTable = { ...long, sections: [{ title: 't', table: { columns: [{ title: '赟' }], rows: [] } }] };
  expect(await renderPdf(inSeal, { fonts })).toMatchObject({ refused: [{ items: ['𠮷'] }] });
  expect(await renderPdf(inTable, { fonts })).toMatchObject({ refused: [{ items: ['赟'] }] });
});

test('two papers printed at once do not mix', async () => {
  const [a, b] = await Promise.all([pdfOf(samplePaper), pdfOf(long)]);
  expect(Buffer.from(a.subarray(0, 5)).toString()).toBe('%PDF-');
  expect(b.length).not.toBe(a.length);
});

describe.skipIf(!readers && !process.env.CI)('as others read it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ancheng-print-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  async function read(doc: PrintDocument) {
    const path = join(folder, 'paper.pdf');
    writeFileSync(path, await pdfOf(doc));
    const pages = spawnSync('pdftotext', ['-layout', path, '-']).stdout.toString().split('\f').slice(0, -1);
    return { path, pages };
  }

  test('a short record fits one page and says everything', async () => {
    const { pages } = await read(samplePaper);
    expect(pages).toHaveLength(1);
    for (const words of ['西螺鎮公所', '系統上線審查表', 'XL-ISMS-04-012', '限閱', '115-上線-0007', '民眾服務入口網']) {
      expect(pages[0]).toContain(words);
    }
    for (const words of [
      '資訊課課長',
      '陳大文',
      '（代理）',
      '【已失效】',
      '待簽核',
      '保存期限三年',
      '產製時間 115年11月20日 14:30',
    ]) {
      expect(pages[0]).toContain(words);
    }
  });

  test('a long table repeats header and column titles, with page n of m', async () => {
    const { pages } = await read(long);
    expect(pages.length).toBeGreaterThanOrEqual(3);
    pages.forEach((page, i) => {
      expect(page).toContain('防火牆規則定期審查紀錄表');
      expect(page).toMatch(new RegExp(`頁次\\s+${i + 1}\\s*/\\s*${pages.length}`));
    });
    expect(pages[1]).toContain('項次');
    for (const row of rules) expect(pages.join()).toContain(` ${row[2]} `);
  });

  test('the stamp row is never cut by a page end', async () => {
    const crowded = {
      ...long,
      sections: [
        { title: 't', table: { columns: [{ title: 'n' }], rows: rules.slice(0, 26).map((row) => [row[0]!]) } },
      ],
    };
    const { pages } = await read(crowded);
    const stamped = pages.filter((page) => page.includes('陳大文') && page.includes('資訊課課長'));
    expect(stamped).toHaveLength(1);
    expect(stamped[0]).toContain('單位主管');
  });

  test('the code leads to the proof, at the resolution of a phone', async () => {
    const { path } = await read(samplePaper);
    spawnSync('pdftoppm', ['-r', '150', '-png', '-singlefile', path, join(folder, 'page')]);
    const code = spawnSync('zbarimg', ['--raw', '-q', join(folder, 'page.png')])
      .stdout.toString()
      .trim();
    expect(code).toBe(samplePaper.proofUrl);
  });

  const endless = `${'字'.repeat(6000)}終`;
  const narrow = `${'窄'.repeat(700)}末`;
  const columns = ['甲', '乙', '丙', '丁', '戊', '己'].map((title) => ({ title, width: 1 }));
  test.each<[string, Partial<PrintDocument>, string]>([
    ['a field', { sections: [{ title: '一', fields: [{ label: '說明', value: endless }] }] }, endless],
    [
      'many lines',
      { sections: [{ title: '一', fields: [{ label: '說明', value: '字終\n'.repeat(300) }] }] },
      '字終'.repeat(300),
    ],
    ['a narrow cell', { sections: [{ title: '一', table: { columns, rows: [['1', narrow]] } }] }, narrow],
    ['a long title', { sections: [{ title: endless, table: { columns, rows: [['1']] } }] }, endless],
    [
      'a long column title',
      { sections: [{ title: '一', table: { columns: [...columns, { title: narrow, width: 1 }], rows: [] } }] },
      narrow,
    ],
    ['a long label', { sections: [{ title: '一', fields: [{ label: narrow, value: 'x' }] }] }, narrow],
    ['a footnote', { footnote: endless }, endless],
    ['a remark on a seal', { seals: [{ label: '申請人', name: '王小明', note: narrow }] }, narrow],
    [
      'a word without end',
      { sections: [{ title: '一', table: { columns, rows: [['1', `${'f'.repeat(3000)}q`]] } }] },
      `${'f'.repeat(3000)}q`,
    ],
  ])('nothing is lost when it is longer than the page: %s', async (_, part, words) => {
    const { pages } = await read({ ...samplePaper, ...part });
    const printed = new Map<string, number>();
    for (const char of pages.join('')) printed.set(char, (printed.get(char) ?? 0) + 1);
    const wanted = new Map<string, number>();
    for (const char of words) wanted.set(char, (wanted.get(char) ?? 0) + 1);
    for (const [char, count] of wanted) expect(printed.get(char) ?? 0, char).toBeGreaterThanOrEqual(count);
  });

  test('English papers carry English words', async () => {
    const { pages } = await read({ ...samplePaper, language: 'en' });
    expect(pages[0]).toContain('Document no.');
    expect(pages[0]).not.toContain('機密等級');
  });
});
