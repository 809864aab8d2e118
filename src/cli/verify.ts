import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Report } from '../kernel/ledger/report.ts';
import { isRefused } from '../kernel/refusal.ts';
import { type Command, usageError } from './command.ts';
import { EXIT } from './exit.ts';
import { say, tellRefused } from './say.ts';

/** `ancheng verify`: the published files of one organisation's ledger against keys the verifier brought along. */
export const command: Command = {
  help: `用法 Usage: ancheng verify --log 資料夾 --key 驗證金鑰 [--witness 金鑰 …] [--quorum N] [--json]

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
      },
    });
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
