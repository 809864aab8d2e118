import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openLogIn } from '../adapters/sealing/log.ts';
import { directoryStore } from '../adapters/sealing/store.ts';
import { witnessBook } from '../adapters/witness/ledger.ts';
import { formatVerifierKey, parseVerifierKey } from '../kernel/ledger/note.ts';
import { formatPolicy, type Policy } from '../kernel/ledger/policy.ts';
import { isRefused } from '../kernel/refusal.ts';
import { type Command, usageError } from './command.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { giveBack } from './give-back.ts';
import { say } from './say.ts';
import { logFolder } from './sealing.ts';
import { readSettings } from './settings.ts';
import { agreeToNewKey, keyFile } from './signer-key.ts';
import { acceptAnswer, cosignatureLines, requestFor } from './witness-request.ts';
import { readPolicy } from './witnessing.ts';

/** `ancheng ledger`: a ledger as a folder an auditor takes along, and witnessing where no network leads out. */
export const command: Command = {
  help: `用法 Usage: ancheng ledger export  --to 資料夾 [--organisation 機關] [--data 資料夾]
            ancheng ledger request --to 資料夾 --witness 名稱 [--data 資料夾]
            ancheng ledger accept  檔案… [--data 資料夾]
            ancheng ledger sheet   --to 檔案.pdf --organisation 機關 [--language en] [--data 資料夾]
            ancheng ledger rebuild [--organisation 機關] [--data 資料夾]
            ancheng ledger new-key [--data 資料夾]

export   匯出封存檔、每日封存點、時戳與政策檔：隨身碟、一次寫入媒體或交稽核人員；於他機以 ancheng verify 驗證
         the sealed files, each day's checkpoint, time stamps and a policy: for a USB disk, write-once media, an auditor
request  封閉網路：每個機關一個連署請求檔，以隨身碟或郵件送交見證者 · closed networks: one request file per ledger
accept   收回見證者的連署檔 · takes the witness's answers back
sheet    一頁紙：封存點與 QR，供用印、郵寄、張貼或附於月報 · one page with the checkpoint and its QR code, to print and keep
rebuild  平台停止時：以事項重演的結果，取代內容不符的資料表（見 verify --replay），並登入軌跡
         while the platform is stopped: replaces tables that are not what the events make (see verify --replay); an event says so
new-key  簽章金鑰確已遺失時：同意下次啟動以新金鑰另起新期；輪替請用 ancheng signer --key 新 --key 舊
         the signing key is lost for good: agrees that the next start begins new logs with a new key; to rotate, see ancheng signer`,
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        data: { type: 'string' },
        to: { type: 'string' },
        organisation: { type: 'string' },
        witness: { type: 'string' },
        language: { type: 'string' },
      },
    });
    const settings = readSettings(values.data === undefined ? [] : ['--data', values.data], process.env, 'start');
    const { dataDir } = settings;
    const [what = '', ...files] = positionals;
    const found = ledgersIn(dataDir);
    const asked = values.organisation === undefined ? found : found.filter((one) => one === values.organisation);
    if (what === 'rebuild') return (await import('./replay.ts')).rebuildAll(settings, asked);
    if (what === 'new-key') return newKey(dataDir);
    if (what !== 'accept' && asked.length === 0) throw usageError(`沒有封存檔 · no sealed ledger in ${dataDir}`);
    if (what !== 'accept' && !values.to) throw usageError('需要 --to · --to is needed');
    const to = resolve(values.to ?? '.');
    switch (what) {
      case 'export':
        return exportAll(dataDir, asked, to);
      case 'request':
        return givingBack(dataDir, requestAll(dataDir, asked, to, values.witness));
      case 'accept':
        return givingBack(dataDir, acceptAll(dataDir, found, files));
      case 'sheet':
        return givingBack(dataDir, (await import('./ledger-sheet.ts')).writeSheet(dataDir, asked, to, values.language));
      default:
        throw usageError(
          '需要 export、request、accept、sheet、rebuild 或 new-key · export, request, accept, sheet, rebuild or new-key',
        );
    }
  },
};

/** What root wrote beside the log (requests under way, cosignatures) is the platform's to go on with. */
const givingBack = (dataDir: string, work: Promise<ExitCode>): Promise<ExitCode> =>
  work.finally(() => {
    for (const folder of ['log', 'witnesses']) giveBack(join(dataDir, folder), dataDir);
  });

function newKey(dataDir: string): ExitCode {
  if (!existsSync(keyFile(dataDir)))
    throw usageError(`${dataDir} 裡沒有封存過的安程 · no Ancheng that ever sealed in ${dataDir}`);
  agreeToNewKey(dataDir, new Date());
  say('下次啟動時，若簽章者的金鑰與公開的不同，每份軌跡另起新期並建立異常事件。請將新的驗證金鑰交給見證者與稽核人員。');
  say(
    'At the next start, when the signer has another key than the published one, every ledger begins a new log and an incident is opened. Give the new verifier key to witnesses and auditors.',
  );
  return EXIT.ok;
}

/** Organisations with a published checkpoint. */
function ledgersIn(dataDir: string): string[] {
  const folder = join(dataDir, 'log');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.filter((name) => existsSync(join(folder, name, 'checkpoint')));
}

/** The checkpoint is copied first: whatever it covers is there already, and what is written meanwhile does no harm. */
function exportAll(dataDir: string, organisations: string[], to: string): ExitCode {
  const policy = policyOr(dataDir);
  for (const organisation of organisations) {
    const target = join(to, organisation);
    mkdirSync(target, { recursive: true });
    const source = logFolder(dataDir, organisation);
    cpSync(join(source, 'checkpoint'), join(target, 'checkpoint'));
    for (const folder of ['tile', 'days']) {
      if (existsSync(join(source, folder))) cpSync(join(source, folder), join(target, folder), { recursive: true });
    }
    const note = readFileSync(join(target, 'checkpoint'), 'utf8');
    const origin = note.split('\n')[0] ?? '';
    const least = policy?.quorum.kind === 'none' ? 0 : Math.min(1, policy?.witnesses.length ?? 0);
    writeFileSync(join(target, 'policy'), formatPolicy(logKey(dataDir, origin), policy?.witnesses ?? [], least));
    writeFileSync(join(target, 'README.txt'), readMe(organisation));
    say(`✓ ${organisation}: ${note.split('\n')[1]} 筆 entries → ${target}`);
  }
  return EXIT.ok;
}

/** The key of a log is the installation's under the log's own name. */
export function logKey(dataDir: string, origin: string): string {
  const key = parseVerifierKey(readFileSync(keyFile(dataDir), 'utf8'));
  if (isRefused(key)) throw new Error(`${keyFile(dataDir)} holds no verifier key`);
  return formatVerifierKey(origin, key.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32));
}

function policyOr(dataDir: string): Policy | undefined {
  const policy = readPolicy(dataDir);
  if (policy && isRefused(policy)) throw new Error(policy.refused[0]?.message.en);
  return policy;
}

async function requestAll(
  dataDir: string,
  organisations: string[],
  to: string,
  name: string | undefined,
): Promise<ExitCode> {
  const witness = policyOr(dataDir)?.witnesses.find((one) => one.name === name);
  if (!witness) throw usageError(`政策檔沒有見證者 ${name ?? ''} · the policy knows no such witness`);
  mkdirSync(to, { recursive: true });
  const book = witnessBook(directoryStore(join(dataDir, 'witnesses')));
  for (const organisation of organisations) {
    const log = await openToRead(dataDir, organisation);
    const note = await log.checkpoint();
    if (!note) continue;
    const files = directoryStore(logFolder(dataDir, organisation));
    const request = await requestFor({ book }, witness, { organisation, log, files }, note);
    if (!request) continue;
    const path = join(to, `${organisation}.add-checkpoint`);
    writeFileSync(path, request.content);
    say(`✓ ${path}`);
  }
  return EXIT.ok;
}

const openToRead = (dataDir: string, organisation: string) =>
  openLogIn({ ...directoryStore(logFolder(dataDir, organisation)), remove: async () => {} });

/** Every line of every file is tried on every checkpoint that was asked about: files may be mixed, renamed or printed together. */
async function acceptAll(dataDir: string, organisations: string[], files: string[]): Promise<ExitCode> {
  if (files.length === 0) throw usageError('需要連署檔 · files with cosignatures are needed');
  const policy = policyOr(dataDir);
  if (!policy) throw usageError('沒有政策檔 · there is no policy');
  const answer = files.map((file) => readFileSync(file, 'utf8')).join('\n');
  const book = witnessBook(directoryStore(join(dataDir, 'witnesses')));
  let taken = 0;
  for (const organisation of organisations) {
    const log = await openToRead(dataDir, organisation);
    const files = directoryStore(logFolder(dataDir, organisation));
    // Beside a running sealer nothing is published from here; it takes the cosignatures up from the day's checkpoint.
    const one = { organisation, log: { ...log, publish: async () => {} }, files };
    taken += await acceptAnswer({ book }, policy, one, answer);
  }
  say(`收下連署 ${taken} 份 · cosignatures taken: ${taken} (${cosignatureLines(answer).length})`);
  return taken > 0 ? EXIT.ok : EXIT.refused;
}

const readMe = (organisation: string) => `稽核軌跡封存檔 · sealed ledger: ${organisation}

checkpoint   最新的簽署封存點 · the newest signed checkpoint
tile/        全部事項與雜湊樹（C2SP tlog-tiles） · every entry and the tree
days/        每日最後的封存點、見證連署與時戳（.tsr） · each day's last checkpoint, cosignatures, time stamps
policy       隨附的政策檔；請改用您自行保管的金鑰與見證者名單 · shipped along; better use keys you hold yourself

驗證 Verify:  ancheng verify --log . --policy policy
時戳 Stamps:  openssl ts -verify -in days/YYYY-MM-DD.tsr -data days/YYYY-MM-DD.stamped -CAfile CA.pem
`;
