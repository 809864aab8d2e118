import { describe, expect, test } from 'vitest';
import { compile } from '../../../src/kernel/pack/compile.ts';
import { edited } from './office.ts';

/** Slips of people who are no programmers: one line says where it is, what it is and how to mend it, and nothing else is said. */

const form = 'records/release.yaml';
type Slip = [
  slip: string,
  edit: { in: string; replace: string; by: string },
  line: string,
  says: RegExp,
  remedy: RegExp,
];

const slips: Slip[] = [
  [
    'one line set in differently',
    { in: form, replace: '      hosts:   {', by: '     hosts:   {' },
    '     hosts',
    /縮排與上下行不一致/,
    /同一層的各行對齊/,
  ],
  ['a tab', { in: form, replace: '    guards: approve', by: '\tguards: approve' }, '\tguards', /定位字元/, /空格/],
  [
    'no colon after the key',
    { in: form, replace: 'note:    { zh: 說明', by: 'note    { zh: 說明' },
    'note    {',
    /冒號/,
    /鍵後寫「: 」/,
  ],
  [
    'a full-width colon',
    { in: form, replace: '    guards: approve', by: '    guards：approve' },
    '    guards：',
    /全形/,
    /改為半形/,
  ],
  [
    'a full-width comma',
    { in: form, replace: '{ zh: 種類, en: Kind,', by: '{ zh: 種類，en: Kind,' },
    '種類，en',
    /全形/,
    /改為半形/,
  ],
  [
    'a colon inside a text',
    { in: form, replace: 'zh: 步驟未全數合格', by: 'zh: 注意: 步驟未全數合格' },
    '注意',
    /兩個冒號/,
    /加引號/,
  ],
  [
    'a quote left open',
    { in: form, replace: '    zh: 步驟未全數合格', by: '    zh: "步驟未全數合格' },
    'zh: "步驟未',
    /沒有收尾/,
    /補上收尾/,
  ],
  [
    'a brace left open',
    {
      in: form,
      replace: 'retention: { keep: 5 years, from: closed, clause: office.3 }',
      by: 'retention: { keep: 5 years',
    },
    'print:',
    /沒有收尾/,
    /補上收尾/,
  ],
  [
    'one = for equal',
    { in: form, replace: 'holds: passed && flaws.size() == 0', by: 'holds: flaws.size() = 0' },
    'holds: flaws',
    /問題在「= 0」/,
    /==/,
  ],
  [
    'and in words',
    { in: form, replace: 'holds: passed && flaws', by: 'holds: passed and flaws' },
    'holds: passed and',
    /看不懂這個條件/,
    /&&/,
  ],
  [
    'full-width brackets',
    { in: form, replace: 'flaws.size() ==', by: 'flaws.size（） ==' },
    'flaws.size（',
    /看不懂/,
    /半形/,
  ],
  ['a span in Chinese', { in: form, replace: 'due: 3 workdays', by: 'due: 3 天' }, 'due: 3 天', /看不懂/, /3 workdays/],
  ['a span without unit', { in: form, replace: 'due: 3 workdays', by: 'due: 3' }, 'due: 3', /這裡要時間/, /3 workdays/],
  [
    'a parameter without param.',
    { in: form, replace: 'now - param.scan_max_age_days', by: 'now - scan_max_age_days' },
    '- scan_max_age_days',
    /scan_max_age_days/,
    /是 param\.scan_max_age_days 嗎/,
  ],
  [
    'a choice without its list',
    { in: form, replace: 'type: choice, of: lists.result, required: approve', by: 'type: choice, required: approve' },
    'result: {',
    /未指明清單/,
    /of: lists/,
  ],
  [
    'a text in one language',
    { in: form, replace: 'title: { zh: 步驟全數合格, en: Every step passed }', by: 'title: 步驟全數合格' },
    'title: 步驟',
    /\{ zh, en \} 文字/,
    /寫成 \{ zh: …, en: … \}/,
  ],
  [
    'a misspelt state',
    { in: form, replace: 'from: draft, to: review', by: 'from: draft, to: reviw' },
    'to: reviw',
    /沒有狀態 "reviw"/,
    /review/,
  ],
];

describe('one slip, one line', () => {
  test.each(slips)('%s', (_, edit, line, says, remedy) => {
    const files = edited(edit);
    const text = files.find(({ path }) => path.endsWith(edit.in))!.text;
    const expected = text.slice(0, text.indexOf(line)).split('\n').length;
    const found = compile(files).diagnostics.filter(({ severity }) => severity === 'error');
    expect(found.map((each) => `${each.line} ${each.message.zh} → ${each.remedy.zh}`)).toHaveLength(1);
    expect(found[0]).toMatchObject({ line: expected });
    expect(found[0]!.message.zh).toMatch(says);
    expect(found[0]!.remedy.zh).toMatch(remedy);
  });
});
