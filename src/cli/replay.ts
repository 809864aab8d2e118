import { randomUUID } from 'node:crypto';
import type { Finding, Report } from '../kernel/ledger/report.ts';
import { isRefused } from '../kernel/refusal.ts';
import { text } from '../kernel/text.ts';
import type { Replayed } from '../runtime/replay.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { handOver } from './hand-over.ts';
import { reachDatabase } from './reach.ts';
import { say, tellRefused } from './say.ts';
import { separateSigner } from './separate-signer.ts';
import type { Settings } from './settings.ts';

/**
 * `ancheng ledger rebuild`: puts what the events make in the place of tables that differ, organisation by organisation, while nobody
 * else has the data folder open; each replacement is an event. Refuses a folder that is in use.
 */
export async function rebuildAll(settings: Settings, organisations: string[]): Promise<ExitCode> {
  const places = organisations.flatMap((one) => ['--organisation', one]);
  const only = organisations.length === 1 ? places : [];
  const command = ['ledger', 'rebuild', '--data', settings.dataDir, ...only];
  const refusal = await handOver(settings.dataDir, command, (account) => separateSigner(settings.dataDir, account));
  if (refusal) return refuse(refusal);
  const { openPlatform, openReplay } = await import('../main.ts');
  const platform = await openPlatform({ ...settings, log: say });
  if (isRefused(platform)) return refuse(platform);
  const replayed = await openReplay({
    dataDir: settings.dataDir,
    ownerUrl: platform.database.ownerUrl,
    log: say,
  });
  try {
    for (const organisation of organisations) {
      const tables = await replayed.rebuild(organisation);
      if (tables.length === 0) {
        say(`✓ ${organisation}：與事項相符，未更動 · equals its events; nothing was changed`);
        continue;
      }
      platform.cache.forget(organisation);
      const command = { do: 'trail.rebuild', id: randomUUID(), input: { tables } };
      const noted = await platform.dispatch({ organisation, actor: { kind: 'setup' }, command });
      if (isRefused(noted)) return refuse(noted);
      for (const { table, extra, missing } of tables)
        say(
          `✎ ${organisation} ${table}：移除 ${extra} 列、補回 ${missing} 列 · ${extra} rows removed, ${missing} put back`,
        );
    }
    return EXIT.ok;
  } finally {
    await replayed.close();
    await platform.close();
  }
}

function refuse(refusal: Parameters<typeof tellRefused>[0]): ExitCode {
  tellRefused(refusal);
  return EXIT.environment;
}

/** Replays beside the ledgers just opened: their database runs. */
export async function openReplayOf(settings: Settings) {
  const { openReplay } = await import('../main.ts');
  const log = (line: string) => process.stderr.write(`${line}\n`);
  const database = await reachDatabase(settings, log);
  if (isRefused(database)) return database;
  const { replayed, close } = await openReplay({ dataDir: settings.dataDir, ownerUrl: database.ownerUrl, log });
  return Object.assign(replayed, { close });
}

/** L3 with what replaying showed. */
export function withReplay(report: Report, { tables, decisions }: Replayed): Report {
  const level = 'L3' as const;
  const differing = tables.map(({ table, extra, missing }): Finding => {
    const message = text(
      `資料表 ${table} 與事項重演不符：多出 ${extra} 列，缺少 ${missing} 列`,
      `table ${table} is not what replaying the events makes: ${extra} rows too many, ${missing} missing`,
    );
    return { level, ok: false, message };
  });
  const stood = decisions.faults.map((one): Finding => ({ level, ok: false, ...one }));
  const sound: Finding[] = [
    ...(tables.length === 0 ? [{ level, ok: true, message: equal }] : []),
    ...(stood.length === 0 ? [{ level, ok: true, message: askedAgain(decisions) }] : []),
  ];
  const findings = [...report.findings, ...sound, ...differing, ...stood.slice(0, MOST)];
  const positions = [report.firstBad, ...stood.map(({ position }) => position)].filter((one) => one !== undefined);
  return {
    ...report,
    ok: report.ok && differing.length + stood.length === 0,
    ...(positions.length > 0 ? { firstBad: Math.min(...positions) } : {}),
    findings,
  };
}

const MOST = 100;

const equal = text(
  '由事項而來的每一張表，與重演所得逐列相同',
  'every table that follows from events equals its replay, row by row',
);

const askedAgain = ({ asked, left }: Replayed['decisions']) =>
  text(
    `作為當時所查的他處資料，重問 ${asked} 題皆相符；${left} 題未能重問（舊版所記、個資或檔案）`,
    `what decisions read elsewhere was asked again and is the same: ${asked} questions; ${left} could not be (entered by an older release, personal values, files)`,
  );
