import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { qrPng } from './code.ts';
import { openFonts, type PrintFonts } from './fonts.ts';
import { renderPdf } from './pdf/render.ts';
import { readCodes } from './read-code.ts';
import { samplePaper as sample } from './sample.ts';

const url = 'http://localhost:8480/records/00000000-0000-8000-8000-000000000000?print=0123-4567-89AB';

test('a code is read from a picture', async () => {
  expect(await readCodes(await qrPng(url))).toEqual([url]);
});

test('our own paper, printed and scanned at 200 dots an inch, tells its code; so does a scanner’s PDF of it', async () => {
  const pdf = await renderPdf({ ...sample, proofUrl: url }, { fonts: openFonts() as PrintFonts });
  const folder = mkdtempSync(join(tmpdir(), 'ancheng-scan-'));
  writeFileSync(join(folder, 'a.pdf'), pdf as Uint8Array);
  execFileSync('pdftoppm', ['-r', '200', '-jpeg', '-f', '1', '-l', '1', join(folder, 'a.pdf'), join(folder, 'page')]);
  const scan = readFileSync(execFileSync('sh', ['-c', `ls ${folder}/page*.jpg`], { encoding: 'utf8' }).trim());
  expect(await readCodes(scan)).toEqual([url]);
  const wrapped = Buffer.concat([
    Buffer.from('%PDF-1.4\n1 0 obj<</Filter/DCTDecode>>stream\n'),
    scan,
    Buffer.from('\nendstream'),
  ]);
  expect(await readCodes(wrapped)).toEqual([url]);
});

test('what is no picture has no code', async () => {
  expect(await readCodes(Buffer.from('hello'))).toEqual([]);
  expect(await readCodes(Buffer.from('%PDF-1.7 nothing'))).toEqual([]);
});
