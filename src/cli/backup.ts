import { existsSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { isRefused } from '../kernel/refusal.ts';
import { type Command, usageError } from './command.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { say, tellRefused } from './say.ts';
import { readSettings, type Settings } from './settings.ts';

type Asked = {
  to: string[];
  values: { out?: string; name?: string; replace?: boolean; json?: boolean };
  settings: Settings;
};

/** `ancheng backup`, and what belongs to it: the recovery key, preparing, listing and checking disks. */
export const command: Command = {
  help: `用法 Usage: ancheng backup [--to 資料夾 …] [--data 資料夾] [--json]
            ancheng backup key [--out 檔案] [--replace]
            ancheng backup disk 資料夾 --name 名稱
            ancheng backup list --to 資料夾
            ancheng backup check --to 資料夾

備份資料庫、附件、金鑰與封存檔到備份碟；平台不必停止，只寫入有變動的部分，全程加密。
Saves database, attachments, keys and sealed files to a backup disk: the platform need not stop, only what changed is
written, everything is encrypted.

  key    製作復原金鑰（只顯示一次，請列印保管） · makes the recovery key (shown once; print it and keep it)
  disk   準備一個備份碟 · prepares a backup disk
  list   列出備份碟上的備份 · lists the backups on a disk
  check  逐檔檢查備份碟有無損壞（不需復原金鑰） · reads a whole disk for damage (needs no recovery key)

  --to DIR      備份碟，可重複；有接上的才寫入 · a backup disk; repeatable, those plugged in are written (ANCHENG_BACKUP_TO)
  --out FILE    復原金鑰寫到檔案 · the file for the recovery key
  --replace     換新金鑰；舊備份仍需舊金鑰 · a new key; backups made before still need the old one
  --data DIR    資料夾，同 start · the data folder, as for start
  --json        以 JSON 輸出 · as JSON`,
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        to: { type: 'string', multiple: true },
        out: { type: 'string' },
        name: { type: 'string' },
        replace: { type: 'boolean' },
        data: { type: 'string' },
        json: { type: 'boolean' },
      },
    });
    const settings = readSettings(values.data === undefined ? [] : ['--data', values.data], process.env, 'start');
    const named = values.to ?? (process.env.ANCHENG_BACKUP_TO ?? '').split(delimiter).filter(Boolean);
    const asked: Asked = { to: named.map((place) => resolve(place)), values, settings };
    const [verb = 'make', ...rest] = positionals;
    if (verb === 'make') return make(asked);
    if (verb === 'key') return makeKey(asked);
    if (verb === 'disk') return prepare(asked, rest[0]);
    if (verb === 'list') return list(asked);
    if (verb === 'check') return check(asked);
    throw usageError(`沒有這個動作 · no such verb: ${verb}`);
  },
};

async function make({ to, values, settings }: Asked): Promise<ExitCode> {
  const { reachDatabase } = await import('./reach.ts');
  const { backUp, giveDisk } = await import('./backups.ts');
  const database = await reachDatabase(settings, (line) => process.stderr.write(`${line}\n`));
  if (isRefused(database)) return refuse(database);
  try {
    for (const place of to) giveDisk(place, settings.dataDir);
    const outcome = await backUp({ dataDir: settings.dataDir, ...database }, to);
    if (isRefused(outcome)) return refuse(outcome);
    const { runs, failed } = outcome;
    if (values.json) say(JSON.stringify(runs, null, 2));
    for (const { disk, made } of values.json ? [] : runs) {
      say(`✓ ${disk.name}:${made.id}`);
      say(`  ${made.rows} 列 rows, ${made.attachments} 附件 attachments, ${size(made.bytes)}`);
      say(`  本次寫入 written now ${size(made.written)}；碟上共 ${made.generations.length} 份 generations on the disk`);
      for (const sha256 of made.missing) say(`✗ 附件不在或已變 attachment missing or altered: ${sha256}`);
    }
    for (const { refusal } of failed) tellRefused(refusal);
    if (failed.length > 0) return EXIT.environment;
    return runs.every(({ made }) => made.missing.length === 0) ? EXIT.ok : EXIT.refused;
  } finally {
    for (const place of to) giveDisk(place, settings.dataDir);
    await database.stop();
  }
}

async function makeKey({ values, settings }: Asked): Promise<ExitCode> {
  const { readBackupKeys } = await import('../adapters/backup/recovery-key.ts');
  const { newRecoveryKey } = await import('./backups.ts');
  if (!existsSync(join(settings.dataDir, 'secrets/installation')))
    throw usageError(`${settings.dataDir} 裡沒有安程的資料 · no data of Ancheng there`);
  if (readBackupKeys(settings.dataDir) && !values.replace)
    throw usageError('已有復原金鑰；確要更換請加 --replace · there is a recovery key; to change it add --replace');
  if (values.out !== undefined && existsSync(values.out))
    throw usageError(`檔案已存在 · the file exists: ${values.out}`);
  const { sheet } = await newRecoveryKey(settings.dataDir, new Date().toISOString());
  if (values.out === undefined) say(sheet);
  else {
    writeFileSync(values.out, sheet, { mode: 0o600, flag: 'wx' });
    say(`✓ 復原金鑰 recovery key: ${values.out}`);
    say('  請列印兩份分置兩處上鎖，然後刪除檔案 · print it twice, lock the copies away, then delete the file');
  }
  return EXIT.ok;
}

async function prepare({ values, settings }: Asked, place: string | undefined): Promise<ExitCode> {
  if (place === undefined || !values.name) throw usageError('需要資料夾與 --name · a folder and --name are needed');
  const { prepareDisk } = await import('./backups.ts');
  const { nothingThere } = await import('./reach.ts');
  if (!existsSync(join(settings.dataDir, 'secrets/installation'))) return refuse(nothingThere(settings.dataDir));
  const prepared = await prepareDisk(settings.dataDir, resolve(place), values.name, new Date().toISOString());
  if (isRefused(prepared)) return refuse(prepared);
  say(`✓ 備份碟 backup disk: ${values.name} (${prepared.id})`);
  return EXIT.ok;
}

async function list({ to, values }: Asked): Promise<ExitCode> {
  const { diskAt } = await import('../adapters/backup/disk.ts');
  if (to.length === 0) throw usageError('需要 --to · --to is needed');
  for (const place of to) {
    const [card, listings] = [await diskAt(place).card(), await diskAt(place).listings()];
    if (values.json) {
      say(JSON.stringify({ card, generations: listings.map(({ id, takenAt, bytes }) => ({ id, takenAt, bytes })) }));
      continue;
    }
    say(card ? `${card.name} (${card.id}) · ${card.installation}` : `${place}: 不是備份碟 not a backup disk`);
    for (const { id, bytes, objects } of listings)
      say(`  ${id}  ${size(bytes)}  ${Object.keys(objects).length} 內容 contents`);
    for (const { id } of await diskAt(place).damagedListings())
      say(`✗ ${id}  目錄損毀，請執行 backup check · listing damaged; run backup check`);
  }
  return EXIT.ok;
}

async function check({ to, values, settings }: Asked): Promise<ExitCode> {
  const { diskAt } = await import('../adapters/backup/disk.ts');
  const { checkDisk } = await import('../adapters/backup/make.ts');
  const { leaveNote } = await import('./backups.ts');
  if (to.length === 0) throw usageError('需要 --to · --to is needed');
  let sound = true;
  for (const place of to) {
    const card = await diskAt(place).card();
    const kept = (await diskAt(place).listings()).length + (await diskAt(place).damagedListings()).length;
    if (!card && kept === 0) throw usageError(`不是備份碟 · not a backup disk: ${place}`);
    const { generations, objects, faults, cleared } = await checkDisk(diskAt(place));
    const passed = faults.length === 0 && generations > 0 && card !== undefined;
    sound &&= passed;
    if (card && existsSync(join(settings.dataDir, 'secrets/installation')))
      leaveNote(settings.dataDir, {
        kind: 'backup.checked',
        at: new Date().toISOString(),
        disk: { id: card.id, name: card.name },
        passed,
        generations,
        faults: faults.length,
      });
    if (values.json) say(JSON.stringify({ disk: card?.id ?? null, generations, objects, faults, cleared }));
    else {
      if (!card)
        say('✗ disk.json 不見或損毀；備份仍可還原 · disk.json is gone or damaged; what is on the disk still restores');
      for (const { generation, object, fault } of faults)
        say(`✗ ${[generation, object && `${object.slice(0, 16)}…`, FAULTS[fault]].filter(Boolean).join(' ')}`);
      say(
        `${passed ? '✓' : '✗'} ${card?.name ?? place}: ${generations} 份 generations, ${objects} 內容 contents, ${faults.length} 不符 faults`,
      );
      if (cleared > 0)
        say(
          '  已移除損壞的內容；請立即再備份一次，仍在的內容會重新寫入 · altered contents were removed; back up again now: what is still there is written anew',
        );
    }
  }
  return sound ? EXIT.ok : EXIT.refused;
}

const FAULTS = {
  missing: '遺失 missing',
  altered: '損壞 altered',
  listing: '目錄損毀，這一份無法還原 listing damaged: this one does not restore',
  manifest: '內容清單損毀，這一份無法還原 contents list damaged: this one does not restore',
  keys: '個資金鑰損毀，再備份一次即重新寫入 keys of personal values damaged; the next backup writes them anew',
} as const;

function refuse(refusal: Parameters<typeof tellRefused>[0]): ExitCode {
  tellRefused(refusal);
  return EXIT.environment;
}

const size = (bytes: number): string =>
  bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
