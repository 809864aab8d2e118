import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Report } from '../kernel/ledger/report.ts';
import { isRefused } from '../kernel/refusal.ts';
import { type Command, usageError } from './command.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { say, tellRefused } from './say.ts';
import { readSettings } from './settings.ts';

/**
 * `ancheng verify`: every ledger of a data folder, database and stored files included; or, with `--log`, the published files of
 * one organisation's ledger against keys the verifier brought along.
 */
export const command: Command = {
  help: `用法 Usage: ancheng verify [--data 資料夾] [--json]
            ancheng verify --log 資料夾 --key 驗證金鑰 [--witness 金鑰 …] [--quorum N] [--json]

檢查資料夾內每個機關:簽章(L0)、雜湊樹(L1)、資料庫逐列(L2)、鑑別碼與授權(L3)、附件(L4)。平台執行中亦可。
Checks every organisation of the data folder: signatures (L0), tree (L1), database rows (L2), marks and authority (L3),
stored files (L4). Works beside a running platform.

  --data DIR    資料夾,預設同 start · the data folder, as for start

只憑封存檔與自行保管的驗證金鑰,驗證簽章(L0)並由全部事項重建雜湊樹(L1);不連資料庫、不連網路。
Verifies signatures (L0) and rebuilds the tree from every entry (L1), from the sealed files and keys you hold: no database, no network.

  --log DIR     封存檔資料夾(checkpoint、tile/) · the folder with checkpoint and tile/
  --key KEY     驗證金鑰(名稱+雜湊+金鑰)或其檔案,可重複 · verifier key, name+hash+key, or a file with it; repeatable
  --witness KEY 見證者的驗證金鑰,可重複 · a witness's verifier key; repeatable
  --quorum N    至少幾位見證者連署,預設全部 · how many witnesses must have signed; all by default
  --json        以 JSON 輸出 · as JSON`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: {
        log: { type: 'string' },
        key: { type: 'string', multiple: true },
        witness: { type: 'string', multiple: true },
        quorum: { type: 'string' },
        json: { type: 'boolean' },
        data: { type: 'string' },
      },
    });
    if (!values.log && !values.key) return verifyFolder(values.data, values.json === true);
    if (!values.log || !values.key) throw usageError('需要 --log 與 --key · --log and --key are needed');
    if (!existsSync(join(values.log, 'checkpoint'))) throw usageError(`沒有封存點 · no checkpoint in ${values.log}`);
    const { parseVerifierKey } = await import('../kernel/ledger/note.ts');
    const trusted = { log: values.key.map(keyText), witnesses: (values.witness ?? []).map(keyText) };
    const [log, witnesses] = [trusted.log.map(parseVerifierKey), trusted.witnesses.map(parseVerifierKey)];
    for (const key of [...log, ...witnesses]) {
      if (!isRefused(key)) continue;
      tellRefused(key);
      return EXIT.usage;
    }
    const quorum = readQuorum(values.quorum, witnesses.length);
    const policy = { log: log.filter(isKey), witnesses: witnesses.filter(isKey), quorum };
    const { verifyLedger } = await import('../kernel/ledger/verify.ts');
    const report = await verifyLedger({ log: await openEvidence(values.log), policy });
    if (values.json) say(JSON.stringify(report, null, 2));
    else tell(report);
    return report.ok ? EXIT.ok : EXIT.refused;
  },
};

/** Every organisation of a data folder, the installation's own ledger included. */
async function verifyFolder(data: string | undefined, json: boolean): Promise<ExitCode> {
  const settings = readSettings(data === undefined ? [] : ['--data', data], process.env, 'start');
  const { openLedgers } = await import('./ledgers.ts');
  const ledgers = await openLedgers(settings, (line) => process.stderr.write(`${line}\n`));
  if (isRefused(ledgers)) {
    tellRefused(ledgers);
    return EXIT.environment;
  }
  try {
    const reports: ({ organisation: string; name: string } & Report)[] = [];
    for (const { id, name } of await ledgers.organisations()) {
      const report = { organisation: id, name, ...(await ledgers.verify(id)) };
      reports.push(report);
      if (!json) tellOrganisation(report);
    }
    if (json) say(JSON.stringify(reports, null, 2));
    return reports.every(({ ok }) => ok) ? EXIT.ok : EXIT.refused;
  } finally {
    await ledgers.close();
  }
}

function tellOrganisation(report: { name: string } & Report): void {
  say(`\n機關 organisation: ${report.name}`);
  tell(report);
  if (report.firstBad !== undefined) say(`✗ 最早不符之處 · first bad position: #${report.firstBad}`);
  say(report.ok ? '✓ 驗證通過,未遭竄改 · verified, nothing was altered' : '✗ 驗證不通過 · verification failed');
}

/** Verifying changes nothing, on a read-only disk or beside a sealer at work. */
async function openEvidence(folder: string) {
  const { openLogIn } = await import('../adapters/sealing/log.ts');
  const { directoryStore } = await import('../adapters/sealing/store.ts');
  return openLogIn({ ...directoryStore(folder), remove: async () => {} });
}

const isKey = <T>(key: T): key is Exclude<T, { refused: unknown }> => !isRefused(key);

const keyText = (given: string): string => (existsSync(given) ? readFileSync(given, 'utf8') : given).trim();

function readQuorum(given: string | undefined, witnesses: number): number {
  const quorum = given === undefined ? witnesses : Number(given);
  if (Number.isInteger(quorum) && quorum >= 0 && quorum <= witnesses) return quorum;
  throw usageError(`--quorum 應為 0 到 ${witnesses} · --quorum is a number from 0 to ${witnesses}`);
}

function tell(report: Report): void {
  if (report.origin !== undefined) {
    say(`軌跡 ledger: ${report.origin}\n筆數 entries: ${report.size}\n根 root: ${report.root}`);
  }
  for (const { level, ok, position, message } of report.findings) {
    const place = position === undefined ? '' : ` #${position}`;
    say(`${ok ? '✓' : '✗'} ${level}${place} ${message.zh} · ${message.en}`);
  }
}
