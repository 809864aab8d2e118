import { createPublicKey } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makePrivateFolder } from '../adapters/postgres/embedded/account.ts';
import { lockFolder } from '../adapters/postgres/embedded/lock.ts';
import { createLogKey, loadLogKey, rawPublicKey } from '../adapters/sealing/keys.ts';
import { directoryStore } from '../adapters/sealing/store.ts';
import { type KnownLogs, parseKnownLogs } from '../adapters/witness/logs.ts';
import { treeMemory } from '../adapters/witness/memory.ts';
import { witnessServer } from '../adapters/witness/serve.ts';
import { openWitness, type Witness } from '../adapters/witness/witness.ts';
import { formatVerifierKey } from '../kernel/ledger/note.ts';
import { isRefused, type Refused } from '../kernel/refusal.ts';
import { type Command, usageError } from './command.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { say, tellRefused } from './say.ts';

/**
 * `ancheng witness`: for whoever stands outside an office's reach (superior agency, auditor, supplier) and cosigns its ledgers'
 * checkpoints. Over HTTP, or file by file for networks without a connection.
 */
export const command: Command = {
  help: `用法 Usage: ancheng witness key   --state 資料夾 --name 名稱
            ancheng witness serve --state 資料夾 --name 名稱 --logs 清單 [--listen 位址：埠]
            ancheng witness sign  --state 資料夾 --name 名稱 --logs 清單 請求檔或封存點…

為他機關的軌跡作見證（C2SP tlog-witness）：只連署延續前次所見的封存點，從不倒退。
Witnesses ledgers of others (C2SP tlog-witness): cosigns only checkpoints that continue what it saw; never an older one.

key    印出驗證金鑰（首次執行時產生），交給被見證的機關與稽核人員 · prints the verifier key, made at first use
serve  以 HTTP 受理 POST …/add-checkpoint（請在前端加上 TLS） · answers over HTTP; put TLS in front
sign   封閉網路：讀取送來的請求檔，印出連署，存檔送回；第一次也可用紙本 QR 碼讀出的封存點
       closed networks: reads request files, prints cosignatures; the first time, a checkpoint read from a sheet's QR code will do

  --state DIR    見證者的金鑰與記憶 · the witness's key and memory
  --name NAME    見證者名稱，例 witness.example.gov.tw/ancheng · the witness's name, without spaces or plus
  --logs FILE    每行「log 驗證金鑰」或「installation 驗證金鑰」 · a line each: log <vkey> or installation <vkey>
  --listen ADDR  預設 127.0.0.1:8484 · 127.0.0.1:8484 by default`,
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        state: { type: 'string' },
        name: { type: 'string' },
        logs: { type: 'string' },
        listen: { type: 'string' },
      },
    });
    const [what = '', ...files] = positionals;
    if (!['key', 'serve', 'sign'].includes(what)) throw usageError('需要 key、serve 或 sign · key, serve or sign');
    if (!values.state || !values.name) throw usageError('需要 --state 與 --name · --state and --name are needed');
    if (/[\s+]/.test(values.name)) throw usageError('名稱不可含空白或加號 · a name holds neither spaces nor plus');
    const state = resolve(values.state);
    if (what === 'key') return showKey(state, values.name);
    if (!values.logs) throw usageError('需要 --logs · --logs is needed');
    const logs = parseKnownLogs(readFileSync(values.logs, 'utf8'));
    if (isRefused(logs)) return refuse(logs);
    return what === 'serve'
      ? serve(state, values.name, logs, values.listen ?? '127.0.0.1:8484')
      : signFiles(state, values.name, logs, files);
  },
};

const keyPath = (state: string) => join(state, 'witness.pem');

async function witnessKey(state: string) {
  makePrivateFolder(state);
  return existsSync(keyPath(state)) ? loadLogKey(keyPath(state)) : createLogKey(keyPath(state));
}

async function showKey(state: string, name: string): Promise<ExitCode> {
  const raw = rawPublicKey(createPublicKey(await witnessKey(state)));
  say(formatVerifierKey(name, raw, 'cosignature'));
  return EXIT.ok;
}

/** One process per memory: two would not see what the other cosigned. */
async function opened<T>(
  state: string,
  name: string,
  logs: KnownLogs,
  work: (witness: Witness) => Promise<T>,
): Promise<T | Refused> {
  const key = await witnessKey(state);
  const lock = lockFolder(state);
  if (isRefused(lock)) return lock;
  try {
    const memory = treeMemory(directoryStore(join(state, 'seen')));
    const { keysOf } = logs;
    return await work(
      openWitness({ name, key, rawPublicKey: rawPublicKey(key), memory, keysOf, now: () => new Date() }),
    );
  } finally {
    lock.release();
  }
}

async function serve(state: string, name: string, logs: KnownLogs, listen: string): Promise<ExitCode> {
  const [, host = '', port = ''] = /^(.*):(\d{1,5})$/.exec(listen) ?? [];
  if (host === '' || Number(port) > 65_535) throw usageError(`--listen 應為 位址：埠 · --listen is address:port`);
  const done = await opened(state, name, logs, async (witness) => {
    const asked = new Promise<void>((stop) => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop());
    });
    const server = witnessServer(witness, (error) => console.error(error));
    await new Promise<void>((listening, failed) => {
      server.once('error', failed);
      server.listen(Number(port), host, listening);
    });
    say(`見證者已就緒 · the witness is ready: http://${listen}/add-checkpoint`);
    say(`驗證金鑰 · verifier key: ${witness.verifierKey}`);
    say(`見證的軌跡 · logs known: ${logs.count}`);
    await asked;
    server.close();
    server.closeAllConnections();
    return undefined;
  });
  return isRefused(done) ? refuse(done) : EXIT.ok;
}

/** Prints one cosignature a request; a refused one is told, and the others are answered still. */
async function signFiles(state: string, name: string, logs: KnownLogs, files: string[]): Promise<ExitCode> {
  if (files.length === 0) throw usageError('需要請求檔 · a request file is needed');
  const failures = await opened(state, name, logs, async (witness) => {
    let count = 0;
    for (const file of files) {
      const { request, sheet } = readRequest(readFileSync(file, 'utf8'));
      const { status, body } = await witness.addCheckpoint(request);
      if (status === 200) process.stdout.write(body);
      else {
        count += 1;
        const stands = `見證者已見過 ${body.trim()} 筆 · the witness stands at ${body.trim()}`;
        const why = status !== 409 ? body.trim() : sheet ? `${stands}\n  ${NO_PROOF}` : stands;
        process.stderr.write(`✗ ${file}: ${status} ${why}\n`);
      }
    }
    return count;
  });
  if (isRefused(failures)) return refuse(failures);
  return failures === 0 ? EXIT.ok : EXIT.refused;
}

function refuse(refusal: Refused): ExitCode {
  tellRefused(refusal);
  return EXIT.environment;
}

/**
 * A request as it was sent, or a bare checkpoint as read from the QR code of a printed sheet: enough for a witness that has seen nothing
 * of that ledger yet, for there is nothing it would have to continue.
 */
function readRequest(content: string): { request: string; sheet: boolean } {
  const sheet = !/^old \d/.test(content);
  return { sheet, request: sheet ? `old 0\n\n${content.replaceAll('\r\n', '\n').trimEnd()}\n` : content };
}

const NO_PROOF =
  '紙本封存點沒有延續的證明，請改送請求檔（ancheng ledger request） · a sheet carries no proof that it continues; send a request file';
