import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import type { Recognised } from '../../kernel/clauses/recognise.ts';
import { isRefused } from '../../kernel/refusal.ts';
import { readProcedure, recognisePasted } from './read.ts';
import { abstractNum, headingStyle, num, paragraph, wordFile } from './word.fixture.ts';

const sample = (name: string) => readFileSync(join(import.meta.dirname, 'samples', name));

async function* inPieces(bytes: Uint8Array, size = 700) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(bytes: Uint8Array): Promise<Recognised> {
  const outcome = await readProcedure(inPieces(bytes));
  if (isRefused(outcome)) throw new Error(outcome.refused[0]?.message.en);
  return outcome;
}
const shown = async (bytes: Uint8Array) =>
  (await read(bytes)).clauses.map(({ number, text }) => `${number} ${text}`.trim());
const cites = async (bytes: Uint8Array) => (await read(bytes)).clauses.map(({ cite }) => cite);

describe('against what LibreOffice itself wrote before each paragraph', () => {
  /** The lines of its text export, indentation and the card on top left out. */
  const exported = (name: string) =>
    sample(name)
      .toString()
      .split('\n')
      .map((line) => line.replace(/^\ufeff/, '').trim())
      .filter(Boolean);

  test('a school’s procedure of 246 numbers in five levels, saved as Word, shows the same numbers', async () => {
    const { clauses, card } = await read(sample('school.docx'));
    const lines = exported('school.txt').filter((line) => /^\d+(\.\d+)* /.test(line));
    expect(lines).toHaveLength(246);
    expect(clauses.map(({ number, text }) => `${number} ${text.split('\n')[0]}`)).toEqual(lines);
    expect(clauses.filter(({ doubt }) => doubt)).toEqual([]);
    expect(card).toEqual({
      title: '通訊與作業管理程序書',
      number: 'QSJH-ISMS-B-007',
      version: '3.0',
      classification: '一般',
      issued: '2025-09-01',
    });
  });

  test.each(['office.docx', 'office.odt'])('official numbers from 壹 to 甲 in %s', async (name) => {
    const lines = (await read(sample(name))).clauses.flatMap(({ number, text }) => `${number} ${text}`.split('\n'));
    expect(lines).toEqual(exported('office.txt').slice(1));
  });

  test('the same procedure as plain text: at least 95 of 100 numbers, the rest marked', async () => {
    const expected = await cites(sample('school.docx'));
    const { clauses } = await read(sample('school.txt'));
    const found = new Set(clauses.map(({ cite }) => cite));
    expect(expected.filter((cite) => found.has(cite)).length / expected.length).toBeGreaterThanOrEqual(0.95);
  });
});

test('in Big5, and in UTF-16 as Notepad writes it', async () => {
  const big5 = Buffer.from([
    0xb3, 0xfc, 0xa1, 0x42, 0xa5, 0xd8, 0xaa, 0xba, 0x0d, 0x0a, 0xb6, 0x4c, 0xa1, 0x42, 0xa7, 0x40, 0xb7, 0x7e,
  ]);
  expect(await shown(big5)).toEqual(['壹、 目的', '貳、 作業']);
  expect(await shown(Buffer.from('\ufeff壹、目的\r\n貳、作業', 'utf16le'))).toEqual(['壹、 目的', '貳、 作業']);
});

test('pasted text with page headers and a table of contents: both are left out and told', () => {
  const page = '管理程序書\n';
  const pasted = `管理程序書\n文件編號：A-01\n目錄\n1 目的\t1\n2 作業\t2\n${page}1 目的\n為安全。\n${page}2 作業\n${page}2.1 應記錄。`;
  const { clauses, leftOut, card } = recognisePasted(pasted);
  expect(clauses.map(({ cite }) => cite)).toEqual(['1', '2', '2.1']);
  expect(leftOut.map(({ why }) => why).sort()).toEqual(
    ['contents', 'contents', 'contents', 'cover', 'repeated'].sort(),
  );
  expect(card).toMatchObject({ title: '管理程序書', number: 'A-01' });
});

describe('Word counts', () => {
  const dotted = ['%1', '%1.%2', '%1.%2.%3'].map((text) => ({ format: 'decimal', text }));

  test('through paragraphs in between, and anew below each parent', async () => {
    const body = [
      paragraph('甲', { numId: 1 }),
      paragraph('乙', { numId: 1, level: 1 }),
      paragraph('說明'),
      paragraph('丙', { numId: 1, level: 1 }),
      paragraph('丁', { numId: 1 }),
      paragraph('戊', { numId: 1, level: 1 }),
    ];
    const file = wordFile({ body: body.join(''), numbering: abstractNum(0, dotted) + num(1, 0) });
    expect(await shown(file)).toEqual(['1 甲', '1.1 乙\n說明', '1.2 丙', '2 丁', '2.1 戊']);
  });

  test('two instances of one list together, unless one says where it starts', async () => {
    const list = abstractNum(0, [{ format: 'decimal', text: '%1.' }]);
    const body = [1, 1, 2, 3].map((numId, n) => paragraph('甲乙丙丁'[n]!, { numId })).join('');
    const file = wordFile({ body, numbering: list + num(1, 0) + num(2, 0) + num(3, 0, { 0: 1 }) });
    expect((await shown(file)).map((line) => line.slice(0, 2))).toEqual(['1.', '2.', '3.', '1.']);
  });

  test('by heading styles that the list names', async () => {
    const levels = [
      { format: 'taiwaneseCountingThousand', text: '第%1章', style: 'Heading1' },
      { format: 'taiwaneseCountingThousand', text: '第%2條', restart: 0, style: 'Heading2' },
    ];
    const file = wordFile({
      numbering: abstractNum(0, levels) + num(1, 0),
      styles: headingStyle('Heading1', 'heading 1', 0, 1) + headingStyle('Heading2', 'heading 2', 1, 1),
      body: ['1總則', '2目的。', '2範圍。', '1作業', '2申請。']
        .map((line) => paragraph(line.slice(1), { style: `Heading${line[0]}` }))
        .join(''),
    });
    expect(await shown(file)).toEqual([
      '第一章 總則',
      '第一條 目的。',
      '第二條 範圍。',
      '第二章 作業',
      '第三條 申請。',
    ]);
  });

  test('legal numbering in digits, letters beyond Z, stems, circled and formal numbers', async () => {
    const formats = [
      'ideographLegalTraditional',
      'ideographTraditional',
      'decimalEnclosedCircle',
      'upperLetter',
      'lowerRoman',
      'decimalFullWidth',
    ];
    const numbering = formats
      .map((format, at) => abstractNum(at, [{ format, text: '%1、', start: 3 }]) + num(at + 1, at))
      .join('');
    const legal =
      abstractNum(9, [
        { format: 'upperRoman', text: '%1' },
        { format: 'decimal', text: '%1.%2', legal: true },
      ]) + num(10, 9);
    const body =
      formats.map((_, at) => paragraph('x', { numId: at + 1 })).join('') +
      paragraph('x', { numId: 10 }) +
      paragraph('x', { numId: 10, level: 1 });
    const { clauses } = await read(wordFile({ body, numbering: numbering + legal }));
    expect(clauses.map(({ number }) => number)).toEqual(['參、', '丙、', '③、', 'C、', 'iii、', '３、', 'I', '1.1']);
  });

  test('bullets are no numbers, deleted text is no text, a table row is one line', async () => {
    const numbering =
      abstractNum(0, [{ format: 'bullet', text: '' }]) +
      num(1, 0) +
      abstractNum(1, [{ format: 'decimal', text: '%1.' }]) +
      num(2, 1);
    const deleted =
      '<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="2"/></w:numPr></w:pPr><w:del><w:r><w:delText>舊</w:delText></w:r></w:del><w:ins><w:r><w:t>新</w:t></w:r></w:ins></w:p>';
    const table = `<w:tbl><w:tr><w:tc>${paragraph('一日')}</w:tc><w:tc>${paragraph('甲級')}</w:tc></w:tr></w:tbl>`;
    const file = wordFile({ body: deleted + paragraph('項目', { numId: 1 }) + table, numbering });
    expect(await shown(file)).toEqual(['1. 新\n項目\n一日\t甲級']);
  });

  test('a table of contents is left out', async () => {
    const styles = '<w:style w:type="paragraph" w:styleId="11"><w:name w:val="toc 1"/></w:style>';
    const contents =
      '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr><w:sdtContent>' +
      paragraph('1 目的 1') +
      '</w:sdtContent></w:sdt>';
    const file = wordFile({
      body: contents + paragraph('1 目的\t1', { style: '11' }) + paragraph('1 目的') + paragraph('2 作業'),
      styles,
    });
    expect(await shown(file)).toEqual(['1 目的', '2 作業']);
  });
});

describe('what is no readable document is refused with a remedy', () => {
  const refusal = async (bytes: Uint8Array) => {
    const outcome = await readProcedure(inPieces(bytes));
    return isRefused(outcome) ? outcome.refused[0]! : undefined;
  };
  const whole = wordFile({ body: paragraph('一、目的') });
  const word = (xml: string) => zipSync({ 'word/document.xml': strToU8(xml) });

  test.each([
    ['an old .doc', Buffer.from('d0cf11e0a1b11ae1', 'hex')],
    ['a PDF', Buffer.from('%PDF-1.7 …')],
    ['an archive of something else', zipSync({ 'a.txt': strToU8('x') })],
    ['an archive cut short', whole.subarray(0, whole.length / 3)],
    ['XML that is not well-formed', word('<w:document><w:body></w:document>')],
    ['a document that declares entities', word('<!DOCTYPE w [<!ENTITY a "b">]><w:document/>')],
    ['nothing at all', new Uint8Array()],
  ])('%s', async (_what, bytes) => {
    expect(await refusal(bytes)).toMatchObject({
      code: 'invalid',
      fix: { text: { zh: expect.stringContaining('另存') } },
    });
  });
});
