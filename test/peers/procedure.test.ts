import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readProcedure } from '../../src/importers/procedure/read.ts';
import { abstractNum, headingStyle, num, paragraph, wordFile } from '../../src/importers/procedure/word.fixture.ts';
import { isRefused } from '../../src/kernel/refusal.ts';

/**
 * LibreOffice as the judge of how numbers are counted: it opens our .docx, saves .odt and text; all three must tell the same. What it
 * does not know of Word (lvlRestart, isLgl) is tested beside the code.
 */

const present = spawnSync('soffice', ['--version']).error === undefined;

describe.skipIf(!present && !process.env.CI)('numbers as LibreOffice counts them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ancheng-procedure-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const convert = (file: string, to: string): string => {
    const profile = `-env:UserInstallation=file://${folder}/profile`;
    const run = spawnSync('soffice', [
      profile,
      '--headless',
      '--convert-to',
      to,
      '--outdir',
      folder,
      join(folder, file),
    ]);
    expect(run.status, run.stderr.toString()).toBe(0);
    return join(folder, file.replace(/\.\w+$/, `.${to.split(':')[0]}`));
  };
  /** What LibreOffice shows of a document, line by line, numbers included. */
  const shownOf = (file: string) =>
    readFileSync(convert(file, 'txt:Text'), 'utf8')
      .split('\n')
      .map((line) => line.replace(/^\ufeff/, '').trim())
      .filter(Boolean);
  const read = async (bytes: Uint8Array): Promise<string[]> => {
    const outcome = await readProcedure(
      (async function* () {
        yield bytes;
      })(),
    );
    if (isRefused(outcome)) throw new Error(outcome.refused[0]?.message.en);
    return outcome.clauses.flatMap(({ number, text }) => `${number} ${text}`.split('\n'));
  };

  const official = [
    { format: 'taiwaneseCountingThousand', text: '第%1章', style: 'Heading1' },
    { format: 'taiwaneseCountingThousand', text: '第%2條', style: 'Heading2' },
    { format: 'taiwaneseCountingThousand', text: '%3、' },
    { format: 'taiwaneseCountingThousand', text: '（%4）' },
    { format: 'decimal', text: '%5.' },
    { format: 'ideographTraditional', text: '%6、' },
  ];
  const appendix = [
    { format: 'ideographLegalTraditional', text: '%1' },
    { format: 'decimal', text: '%1.%2' },
  ];
  const levels = [0, 1, 2, 3, 3, 4, 4, 5, 5, 4, 2, 1, 2, 2, 3, 0, 1, 1, 2];
  const body =
    levels
      .map((level, n) =>
        paragraph(`項目${n}應辦理。`, level < 2 ? { style: `Heading${level + 1}` } : { numId: 1, level }),
      )
      .join('') +
    [0, 1, 1, 0, 1].map((level, n) => paragraph(`附錄${n}應備查。`, { numId: 2, level })).join('') +
    [3, 3, 4].map((numId, n) => paragraph(`清單${n}應更新。`, { numId })).join('');
  const file = wordFile({
    body,
    numbering:
      abstractNum(0, official) +
      abstractNum(1, appendix) +
      abstractNum(2, [{ format: 'decimal', text: '(%1)', start: 8 }]) +
      num(1, 0) +
      num(2, 1) +
      num(3, 2) +
      num(4, 2, { 0: 3 }),
    styles: headingStyle('Heading1', 'heading 1', 0, 1) + headingStyle('Heading2', 'heading 2', 1, 1),
  });

  test('our reading of the Word file is what LibreOffice shows, and so is our reading of its OpenDocument', async () => {
    writeFileSync(join(folder, 'rule.docx'), file);
    const lines = shownOf('rule.docx');
    expect(lines).toHaveLength(27);
    expect(await read(file)).toEqual(lines);
    // As OpenDocument LibreOffice keeps fewer numbers; we read those it shows then.
    const opened = readFileSync(convert('rule.docx', 'odt'));
    expect(await read(opened)).toEqual(shownOf('rule.odt'));
  });
});
