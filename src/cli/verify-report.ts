import { localClock, localDate } from '../kernel/calendar/date.ts';
import type { Level, Report } from '../kernel/ledger/report.ts';
import { type Text, text } from '../kernel/text.ts';
import { say } from './say.ts';

export function tellOrganisation(report: { name: string } & Report): void {
  say(`\n機關 organisation: ${report.name}`);
  tellReport(report);
}

/** What was looked at and found, since when, and what to do now; a line is in both languages. */
export function tellReport(report: Report): void {
  if (report.origin !== undefined)
    say(`軌跡 ledger: ${report.origin}\n筆數 entries: ${report.size}\n根 root: ${report.root}`);
  for (const { level, ok, position, message } of report.findings) {
    const place = position === undefined ? '' : ` #${position}`;
    say(`${ok ? '✓' : '✗'} ${level}${place} ${message.zh} · ${message.en}`);
  }
  if (report.ok) tellPassed(report);
  else tellFailed(report);
}

const LEVELS: Record<Level, Text> = {
  L0: text('簽章與見證', 'signatures and witnesses'),
  L1: text('雜湊樹', 'the tree'),
  L2: text('資料庫逐列', 'database rows'),
  L3: text('授權與規則', 'authority and rules'),
  L4: text('附件', 'stored files'),
};

const levels = Object.keys(LEVELS) as Level[];

function tellPassed({ findings }: Report): void {
  const seen = new Set(findings.map(({ level }) => level));
  say('✓ 驗證通過，未遭竄改 · verified, nothing was altered');
  const rest = levels.filter((level) => !seen.has(level));
  if (rest.length === 0) return;
  const named = (language: keyof Text) => rest.map((level) => `${level} ${LEVELS[level][language]}`);
  say(`  未看 not looked at: ${named('zh').join('、')} · ${named('en').join(', ')}`);
}

function tellFailed({ findings, firstBad, since }: Report): void {
  if (firstBad !== undefined) {
    const when = since === undefined ? '' : `（登錄於 recorded ${localDate(since)} ${localClock(since)}）`;
    say(`✗ 最早不符之處 · first bad position: #${firstBad}${when}`);
  }
  say('✗ 驗證不通過 · verification failed');
  const failed = new Set(findings.flatMap(({ level, ok }) => (ok ? [] : [level])));
  for (const level of levels) if (failed.has(level)) say(`→ ${level} ${REMEDY[level].zh}\n     ${REMEDY[level].en}`);
  say(`→ ${PRESERVE.zh}\n  ${PRESERVE.en}`);
}

/** What to do first, by what failed (docs/operating/ledger.md, 變紅時怎麼辦). */
const REMEDY: Record<Level, Text> = {
  L0: text(
    '先確認金鑰、見證者與政策檔是自己保管的、期別（軌跡名稱末碼）相同；無誤時，向見證者索取其最後封存點，比對筆數與樹根。',
    'First make sure key, witnesses and policy are your own and of this epoch (the last number of the origin); if so, ask the witnesses for their last checkpoint and compare size and root.',
  ),
  L1: text(
    '請對方另行匯出一份再驗，排除複製不全；仍不符時，封存檔遭更動。',
    'Have another copy exported and verify that one, in case this one is incomplete; if it fails too, the sealed files were altered.',
  ),
  L2: text(
    '資料庫遭更動；封存檔仍是原來的內容，以它為準。',
    'The database was altered; the sealed files still say what was entered, and they count.',
  ),
  L3: text(
    '查明所列各筆是何人、憑何授權所為；資料表與事項不符者，經資安長同意後以 ancheng ledger rebuild 重建。',
    'Find out who did the acts listed, and by what authority; tables that differ from their events are put right by ancheng ledger rebuild once the CISO agrees.',
  ),
  L4: text(
    '自備份取回所列附件後再驗；內容已變者，兩份都留存。',
    'Fetch the files listed from a backup and verify again; where one was altered, keep both.',
  ),
};

const PRESERVE = text(
  '不要關機、還原或刪除；另存資料夾與資料庫，通知資安長（docs/operating/ledger.md「變紅時怎麼辦」）。',
  'Do not stop, restore or delete anything; copy data folder and database, tell the CISO (docs/operating/ledger.md, "When it turns red").',
);

/** Tells in place how far it is: on a terminal only, and nothing for what takes no time. */
export function progress() {
  const began = Date.now();
  return (done: number, size: number) => {
    if (!process.stderr.isTTY || Date.now() - began < 2000) return;
    const line = `驗證中 verifying ${done.toLocaleString('en')} / ${size.toLocaleString('en')}`;
    process.stderr.write(`\r${line}${done === size ? '\n' : ''}`);
  };
}
