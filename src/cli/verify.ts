import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isDate, localDate } from '../kernel/calendar/date.ts';
import type { CheckpointPolicy } from '../kernel/ledger/checkpoint.ts';
import type { Report } from '../kernel/ledger/report.ts';
import { isRefused, type Refused } from '../kernel/refusal.ts';
import { type Command, usageError } from './command.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { say, tellRefused } from './say.ts';
import { readSettings } from './settings.ts';
import { progress, tellOrganisation, tellReport } from './verify-report.ts';

/**
 * `ancheng verify`: every ledger of a data folder, database and stored files included; with `--log`, the published files of one
 * ledger against keys the verifier brought along; with `--proof`, one record.
 */
export const command: Command = {
  help: `用法 Usage: ancheng verify [--data 資料夾] [--replay] [--json]
            ancheng verify --log 資料夾 --policy 政策檔 [--as-of 日期] [--db 位址 [--node-key 檔] [--files 資料夾]] [--json]
            ancheng verify --proof 檔.tlog-proof或資料夾 --policy 政策檔 [--json]

檢查資料夾內每個機關：簽章（L0）、雜湊樹（L1）、資料庫逐列（L2）、鑑別碼與授權（L3）、附件（L4）。平台執行中亦可。
Checks every organisation of the data folder: signatures (L0), tree (L1), database rows (L2), marks and authority (L3),
stored files (L4). Works beside a running platform.

  --data DIR     資料夾，預設同 start · the data folder, as for start
  --replay       另將全部事項重演一遍，逐表比對由事項而來的每一列（L3）；較費時，平台照常運作
                 also replays every event and compares every row of every table that follows from events (L3); takes longer

於任何一台機器上，只憑封存檔與自行保管的金鑰，驗證簽章、見證（L0）並由全部事項重建雜湊樹（L1）；不連網路。
On any machine, from the sealed files and keys you hold: signatures and witnesses (L0), the tree from every entry (L1); no network.

  --log DIR      封存檔資料夾（checkpoint、tile/） · the folder with checkpoint and tile/
  --policy FILE  信任的金鑰、見證者與法定人數（C2SP tlog-policy） · trusted keys, witnesses and quorum
  --key KEY      不用政策檔時：驗證金鑰或其檔案，可重複 · without a policy: a verifier key or a file with it; repeatable
  --witness KEY  見證者的驗證金鑰，可重複；--quorum N 至少幾位，預設全部 · a witness's key; --quorum N of them, all by default
  --as-of DATE   以該日（臺北）結束前經見證者為準 · as it had been witnessed by the end of that day, Taipei
  --fresh HOURS  足額見證不得早於幾小時前 · enough witnesses must have cosigned within so many hours
  --tsa-root PEM 時戳機關的根憑證，可重複 · root certificate of the time-stamping authority; repeatable
  --db URL       另比對資料庫逐列（L2）、每個作為所憑的授權（L3） · also compares rows (L2) and the grants each act names (L3)
  --node-key F   指令主機的金鑰檔，另驗鑑別碼（L3） · key file of the command servers: also marks (L3)
  --files DIR    附件資料夾，另驗附件（L4） · folder of stored files: also L4

  --proof PATH   一筆紀錄的證明，或資料夾內的全部證明 · the proof of one record, or every proof in a folder
  --json         以 JSON 輸出 · as JSON`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: {
        log: { type: 'string' },
        proof: { type: 'string' },
        policy: { type: 'string' },
        key: { type: 'string', multiple: true },
        witness: { type: 'string', multiple: true },
        quorum: { type: 'string' },
        'as-of': { type: 'string' },
        fresh: { type: 'string' },
        'tsa-root': { type: 'string', multiple: true },
        db: { type: 'string' },
        'node-key': { type: 'string' },
        files: { type: 'string' },
        json: { type: 'boolean' },
        data: { type: 'string' },
        replay: { type: 'boolean' },
      },
    });
    const json = values.json === true;
    refuseIdle(values);
    if (!values.log && !values.proof && !values.key && !values.policy)
      return verifyFolder(values.data, json, values.replay === true);
    const policy = await policyFrom(values);
    if (isRefused(policy)) {
      tellRefused(policy);
      return EXIT.usage;
    }
    const { proofIn, verifyLog } = await import('./verify-log.ts');
    if (values.proof && isFolder(values.proof)) return tellProofs(values.proof, policy, json);
    if (values.proof) return tellProof(proofIn(given('--proof', values.proof)), policy, json);
    if (!values.log) throw usageError('需要 --log 或 --proof · --log or --proof is needed');
    if (!isFolder(values.log)) throw usageError(`--log 不是資料夾 · --log is no folder: ${values.log}`);
    if (values.files && !isFolder(values.files))
      throw usageError(`--files 不是資料夾 · --files is no folder: ${values.files}`);
    if (values['node-key']) given('--node-key', values['node-key']);
    const asOf = dayIn(values['as-of']);
    const report = await verifyLog({
      folder: values.log,
      policy,
      ...(values.db ? { db: values.db } : {}),
      ...(values['node-key'] ? { nodeKeyFile: values['node-key'] } : {}),
      ...(values.files ? { files: values.files } : {}),
      ...(asOf ? { asOf } : {}),
      ...(values.fresh ? { freshHours: hoursIn(values.fresh) } : {}),
      ...(values['tsa-root'] ? { roots: values['tsa-root'].map((path) => given('--tsa-root', path)) } : {}),
      onProgress: progress(),
    });
    if (isRefused(report)) {
      if (json) say(JSON.stringify({ ok: false, refused: report.refused }, null, 2));
      else tellRefused(report);
      return report.refused.some(({ code }) => code === 'unready') ? EXIT.environment : EXIT.refused;
    }
    if (json) say(JSON.stringify(report, null, 2));
    else tellReport(report);
    return report.ok ? EXIT.ok : EXIT.refused;
  },
};

type Values = { [option: string]: string | string[] | boolean | undefined };

/** What an option would do nothing with is refused: nobody shall believe that something was looked at which was not. */
function refuseIdle(values: Values): void {
  const needs = (option: string, other: string) => {
    if (values[option] !== undefined && values[other] === undefined)
      throw usageError(`--${option} 需與 --${other} 併用 · --${option} goes with --${other}`);
  };
  for (const option of ['node-key', 'files']) needs(option, 'db');
  for (const option of ['db', 'as-of', 'fresh', 'tsa-root']) needs(option, 'log');
  needs('witness', 'key');
  needs('quorum', 'key');
  const clash = (option: string, other: string) => {
    if (values[option] !== undefined && values[other] !== undefined)
      throw usageError(`--${option} 不與 --${other} 併用 · --${option} does not go with --${other}`);
  };
  clash('log', 'proof');
  clash('policy', 'key');
  for (const other of ['log', 'proof']) for (const option of ['data', 'replay']) clash(option, other);
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** A file somebody named. */
function given(option: string, path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found || found.isDirectory()) throw usageError(`${option} 沒有這個檔案 · ${option}: no such file: ${path}`);
  return readFileSync(path, 'utf8');
}

type Trust = { policy?: string; key?: string[]; witness?: string[]; quorum?: string };

/** Whom the verifier trusts: a policy file, or keys one by one. */
async function policyFrom({ policy, key, witness, quorum }: Trust): Promise<CheckpointPolicy | Refused> {
  if (policy !== undefined) {
    const { parsePolicy } = await import('../kernel/ledger/policy.ts');
    const read = parsePolicy(given('--policy', policy));
    if (isRefused(read)) return read;
    const witnesses = read.witnesses.map(({ verifier }) => verifier);
    return { log: read.logs.map(({ verifier }) => verifier), witnesses, quorum: read.quorum };
  }
  if (!key) throw usageError('需要 --policy 或 --key · --policy or --key is needed');
  const { parseVerifierKey } = await import('../kernel/ledger/note.ts');
  const [log, witnesses] = [key.map(keyText).map(parseVerifierKey), (witness ?? []).map(keyText).map(parseVerifierKey)];
  const wrong = [...log, ...witnesses].find(isRefused);
  if (wrong) return wrong;
  return {
    log: log.filter(isKey),
    witnesses: witnesses.filter(isKey),
    quorum: readQuorum(quorum, witnesses.length),
  };
}

function dayIn(day: string | undefined): string | undefined {
  if (day === undefined) return undefined;
  if (!isDate(day)) throw usageError(`--as-of 應為曆上的 YYYY-MM-DD · --as-of is a day YYYY-MM-DD: ${day}`);
  if (day > localDate(new Date().toISOString()))
    throw usageError(`--as-of 的日子還沒到 · --as-of is a day that has not come: ${day}`);
  return day;
}

function hoursIn(given: string): number {
  if (/^\d{1,6}$/.test(given)) return Number(given);
  throw usageError(`--fresh 應為小時數 · --fresh is a number of hours: ${given}`);
}

/** One record, offline: what it says, where it stands, who vouches for it. */
async function tellProof(proof: string, policy: CheckpointPolicy, json: boolean): Promise<ExitCode> {
  const { verifyProof } = await import('../kernel/ledger/proof.ts');
  const proven = verifyProof(proof, policy);
  if (isRefused(proven)) {
    if (json) say(JSON.stringify({ ok: false, refused: proven.refused }, null, 2));
    else tellRefused(proven);
    return EXIT.refused;
  }
  const { envelope, position, checkpoint } = proven;
  const by = checkpoint.seen.map(({ verifier }) => verifier.name);
  if (json) say(JSON.stringify({ ok: true, position, size: checkpoint.size, by, envelope }, null, 2));
  else {
    say(
      `軌跡 ledger: ${checkpoint.origin}\n位置 position: #${position} / ${checkpoint.size}\n簽署 signed by: ${by.join(', ')}`,
    );
    say(JSON.stringify(envelope, null, 2));
    say('✓ 證明成立：這筆事項在封存的軌跡內 · the proof holds: the sealed ledger has this event');
  }
  return EXIT.ok;
}

/** Every proof below a folder, as a package holds them: how many hold, and each that does not by its name. */
async function tellProofs(folder: string, policy: CheckpointPolicy, json: boolean): Promise<ExitCode> {
  const { verifyProof } = await import('../kernel/ledger/proof.ts');
  const names = globSync('**/*.tlog-proof', { cwd: folder }).sort();
  if (names.length === 0) throw usageError(`資料夾內沒有證明 · no proofs in ${folder}`);
  const failed: { file: string; refused: Refused['refused'] }[] = [];
  const logs = new Set<string>();
  for (const file of names) {
    const proven = verifyProof(readFileSync(join(folder, file), 'utf8'), policy);
    if (isRefused(proven)) failed.push({ file, refused: proven.refused });
    else logs.add(proven.checkpoint.origin);
  }
  const held = names.length - failed.length;
  if (json)
    say(JSON.stringify({ ok: failed.length === 0, proofs: names.length, held, logs: [...logs], failed }, null, 2));
  else {
    for (const { file, refused } of failed) say(`✗ ${file} ${refused[0]?.message.zh} · ${refused[0]?.message.en}`);
    for (const log of logs) say(`軌跡 ledger: ${log}`);
    say(
      `${failed.length === 0 ? '✓' : '✗'} ${names.length} 份證明，${held} 份成立 · ${held} of ${names.length} proofs hold`,
    );
  }
  return failed.length === 0 ? EXIT.ok : EXIT.refused;
}

/** Every organisation of a data folder, the installation's own ledger included. */
async function verifyFolder(data: string | undefined, json: boolean, replay: boolean): Promise<ExitCode> {
  const settings = readSettings(data === undefined ? [] : ['--data', data], process.env, 'start');
  const { openLedgers } = await import('./ledgers.ts');
  const ledgers = await openLedgers(settings, (line) => process.stderr.write(`${line}\n`));
  if (isRefused(ledgers)) {
    tellRefused(ledgers);
    return EXIT.environment;
  }
  const { openReplayOf, withReplay } = await import('./replay.ts');
  const replayed = replay ? await openReplayOf(settings) : undefined;
  if (isRefused(replayed)) {
    await ledgers.close();
    tellRefused(replayed);
    return EXIT.environment;
  }
  try {
    const reports: ({ organisation: string; name: string } & Report)[] = [];
    for (const { id, name } of await ledgers.organisations()) {
      const verified = await ledgers.verify(id, progress());
      const report = { organisation: id, name, ...(replayed ? withReplay(verified, await replayed(id)) : verified) };
      reports.push(report);
      if (!json) tellOrganisation(report);
    }
    if (json) say(JSON.stringify(reports, null, 2));
    return reports.every(({ ok }) => ok) ? EXIT.ok : EXIT.refused;
  } finally {
    await replayed?.close();
    await ledgers.close();
  }
}

const isKey = <T>(key: T): key is Exclude<T, { refused: unknown }> => !isRefused(key);

const keyText = (key: string): string => (existsSync(key) && !isFolder(key) ? given('--key', key) : key).trim();

function readQuorum(given: string | undefined, witnesses: number): number {
  const quorum = given === undefined ? witnesses : Number(given);
  if (Number.isInteger(quorum) && quorum >= 0 && quorum <= witnesses) return quorum;
  throw usageError(`--quorum 應為 0 到 ${witnesses} · --quorum is a number from 0 to ${witnesses}`);
}
