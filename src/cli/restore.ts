import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { isRefused } from '../kernel/refusal.ts';
import { type Command, usageError } from './command.ts';
import { EXIT, type ExitCode } from './exit.ts';
import type { Drilled } from './restoring.ts';
import { say, tellRefused } from './say.ts';
import { readSettings } from './settings.ts';

/** `ancheng restore`: a backup into an empty data folder, or a drill into a scratch folder. */
export const command: Command = {
  help: `用法 Usage: ancheng restore --from 備份碟 --key 檔案 --data 新資料夾 [--generation 編號]
            ancheng restore --drill --from 備份碟 --key 檔案 [--data 資料夾] [--scratch 資料夾] [--json]

將備份還原到空的資料夾（設定 DATABASE_URL 時還原到該空資料庫），然後逐筆驗證。不會覆蓋任何現有資料。
Restores a backup into an empty data folder (into the empty database of DATABASE_URL when that is set) and verifies every
entry. Never overwrites anything.

  --drill           還原演練：還原到暫存資料夾、驗證、刪除，並把結果交給平台登錄為還原測試紀錄
                    a drill: restores into a scratch folder, verifies, deletes it, and hands the result to the platform,
                    which opens a restore test record
  --from DIR        備份碟 · the backup disk
  --key FILE        復原金鑰的檔案；- 表示由標準輸入讀取 · file with the recovery key; - reads it from standard input
  --generation ID   哪一份，預設最新 · which one; the newest by default
  --data DIR        還原到哪裡；演練時為正式系統的資料夾 · where to restore; for a drill, the folder of the live system
  --scratch DIR     暫存位置，預設系統暫存區 · where the drill works; the system's temporary folder by default
  --json            以 JSON 輸出 · as JSON`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: {
        from: { type: 'string' },
        key: { type: 'string' },
        generation: { type: 'string' },
        data: { type: 'string' },
        scratch: { type: 'string' },
        drill: { type: 'boolean' },
        json: { type: 'boolean' },
      },
    });
    if (!values.from || !values.key) throw usageError('需要 --from 與 --key · --from and --key are needed');
    if (!values.drill && !values.data) throw usageError('需要 --data 指定新資料夾 · --data names the new folder');
    const settings = readSettings(values.data === undefined ? [] : ['--data', values.data], process.env, 'start');
    const sheet = values.key === '-' ? readFileSync(0, 'utf8') : readKeyFile(values.key);
    const asked = {
      from: resolve(values.from),
      sheet,
      ...(values.generation ? { generation: values.generation } : {}),
      signal: stopAsked(),
    };
    if (values.drill) return drillInto(settings.dataDir, asked, values.scratch, values.json === true);
    const { restoreInto } = await import('./restoring.ts');
    const restored = await restoreInto(settings, asked, tell).catch(stoppedOr);
    if (restored === 'stopped') return EXIT.refused;
    if (isRefused(restored)) return refuse(restored);
    report(restored, values.json === true);
    if (restored.ok) say(`\n  可以啟動了 · ready to start: ancheng start --data ${settings.dataDir}`);
    return restored.ok ? EXIT.ok : EXIT.refused;
  },
};

const tell = (line: string) => process.stderr.write(`${line}\n`);

function readKeyFile(path: string): string {
  if (!existsSync(path)) throw usageError(`沒有這個檔案 · no such file: ${path}`);
  return readFileSync(path, 'utf8');
}

type Asked = { from: string; sheet: string; generation?: string; signal: AbortSignal };

/** Ctrl-C, or the platform that started a drill is gone: what was restored so far is cleared away in order. */
function stopAsked(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort(STOPPED));
  process.once('disconnect', () => stop.abort(STOPPED));
  return stop.signal;
}

const STOPPED = new Error('stopped');

function stoppedOr(error: unknown): 'stopped' {
  if (error !== STOPPED) throw error;
  tell('已中止，還原到一半的資料已清除 · stopped; what was restored so far has been deleted');
  return 'stopped';
}

async function drillInto(liveDir: string, asked: Asked, scratch: string | undefined, json: boolean): Promise<ExitCode> {
  const { drill } = await import('./drill.ts');
  const drilled = await drill(liveDir, asked, scratch, tell).catch(stoppedOr);
  if (drilled === 'stopped') return EXIT.refused;
  if (isRefused(drilled)) return refuse(drilled);
  report(drilled, json);
  return drilled.ok ? EXIT.ok : EXIT.refused;
}

function report(restored: Drilled, json: boolean): void {
  if (json) {
    say(JSON.stringify(restored, null, 2));
    return;
  }
  say(`備份 backup: ${restored.generation}(${restored.takenAt})`);
  say(`${restored.tables} 資料表 tables, ${restored.rows} 列 rows, ${restored.files} 檔案 files`);
  for (const { name, saved, restored: now, ok, faults } of restored.ledgers) {
    say(`${ok ? '✓' : '✗'} ${name}: ${saved} → ${now} 筆 entries`);
    for (const { zh, en } of faults) say(`    ${zh} · ${en}`);
  }
  if (restored.erased > 0) say(`  已再次抹除 erased again: ${restored.erased}`);
  say(
    restored.ok
      ? '✓ 還原完成並通過驗證 · restored and verified'
      : '✗ 還原後驗證不通過 · verification failed after restoring',
  );
}

function refuse(refusal: Parameters<typeof tellRefused>[0]): ExitCode {
  tellRefused(refusal);
  return EXIT.environment;
}
