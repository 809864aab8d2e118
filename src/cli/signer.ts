import { chownSync, existsSync, statSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  type Account,
  becomeAccount,
  lookUpAccount,
  makePrivateFolder,
  runsAsRoot,
} from '../adapters/postgres/embedded/account.ts';
import { explain } from '../adapters/postgres/embedded/trouble.ts';
import { acknowledgements } from '../adapters/sealing/acknowledged.ts';
import { createLogKey, type Unusable } from '../adapters/sealing/keys.ts';
import { localSigner, verifierKeyOf } from '../adapters/sealing/signer.ts';
import { answerParent, READY } from '../adapters/sealing/signer-child.ts';
import { answerSigner, type SignerAnswer, type SignerRequest } from '../adapters/sealing/signer-door.ts';
import { listenOnSocket } from '../adapters/sealing/signer-socket.ts';
import { openSigningKey, type SigningKey } from '../adapters/sealing/signing-key.ts';
import { directoryStore } from '../adapters/sealing/store.ts';
import { isRefused, type Refused, refused } from '../kernel/refusal.ts';
import { text } from '../kernel/text.ts';
import { type Command, usageError } from './command.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { handOver } from './hand-over.ts';
import { markReady } from './ready.ts';
import { say, tellRefused } from './say.ts';
import { moveSigner, takeFolder } from './signer-place.ts';

/**
 * `ancheng signer`: holds the key that signs checkpoints, and nothing else. It signs no tree that is smaller than, or does not
 * provably continue, the one it signed before, whoever asks.
 */
export const command: Command = {
  help: `用法 Usage: ancheng signer --state 資料夾 --key 金鑰 [--key 舊金鑰] --socket 路徑

獨立的簽章程序：只簽延續前次的封存點。平台以 ANCHENG_SIGNER=路徑 連接；未設定時平台自行啟動一個。
The signer as a process of its own: signs only checkpoints that continue what it signed. The platform reaches it with
ANCHENG_SIGNER=<socket>; without that setting the platform starts one itself.

  --state DIR    簽章者的記憶，須與資料庫及軌跡分開保存 · what it has signed; keep it apart from database and log
  --key PLACE    PEM 檔、credential:名稱（systemd）、或 pkcs11:…（權杖或 HSM），可重複（輪替時新的在前）
                 a PEM file, credential:NAME (systemd), or pkcs11:… (token or HSM); repeatable, newest first
  --socket PATH  平台連接的 Unix socket · where the platform asks
  --public NAME  只印出以 NAME 為名的驗證金鑰後結束 · print the verifier key under that name, and end
  --take-over DATA  以 root 執行：將資料夾 DATA 內的金鑰與記憶移到 --state，歸 ANCHENG_SIGNER_USER 所有，後結束；可重複執行
                    as root: moves key and memory out of the data folder DATA to --state, for ANCHENG_SIGNER_USER, and ends; repeatable

以 root 啟動時改以 ANCHENG_SIGNER_USER 指定的使用者執行。Started as root it goes on as ANCHENG_SIGNER_USER.`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: {
        state: { type: 'string' },
        key: { type: 'string', multiple: true },
        socket: { type: 'string' },
        public: { type: 'string' },
        'take-over': { type: 'string' },
        child: { type: 'boolean' },
        beside: { type: 'string' },
        as: { type: 'string' },
        for: { type: 'string' },
      },
    });
    const from = values['take-over'];
    if (from !== undefined && values.state) return takeOver(resolve(from), resolve(values.state));
    if (!values.key?.length) throw usageError('需要 --key · --key is needed');
    if (values.public !== undefined) return showKey(values.public, values.key);
    if (!values.state) throw usageError('需要 --state · --state is needed');
    if (!values.child && !values.socket) throw usageError('需要 --socket · --socket is needed');
    const state = resolve(values.state);
    const [keys, path] = [values.key.map(absolute), resolve(values.socket ?? '')];
    if (values.child) return serveSigner(state, keys, { kind: 'parent' });
    const beside = besideOf(values);
    if (beside) return serveSigner(state, keys, { kind: 'beside', path, ...beside });
    const refusal = await asItsUser(state, keys, path);
    return refusal ? refuse(refusal) : serveSigner(state, keys, { kind: 'socket', path });
  },
};

/** What an installer does, once: see {@link moveSigner}. */
async function takeOver(dataDir: string, state: string): Promise<ExitCode> {
  const account = lookUpAccount(process.env.ANCHENG_SIGNER_USER ?? '');
  if (!runsAsRoot() || !account || account.uid === 0)
    throw usageError('需以 root 執行並設定 ANCHENG_SIGNER_USER · as root, with ANCHENG_SIGNER_USER');
  const { uid, gid } = statSync(dataDir);
  makePrivateFolder(state);
  chownSync(state, account.uid, account.gid);
  const moved = await moveSigner(dataDir, state, { name: String(uid), uid, gid }, account).catch((error: unknown) =>
    explain({ what: text('移交簽章者的金鑰與記憶', "Moving the signer's key and memory"), where: state }, error),
  );
  if (isRefused(moved)) return refuse(moved);
  if (moved === 'moved')
    say(
      `簽章者的金鑰與記憶已由 ${dataDir} 移至 ${state}，只有 ${account.name} 讀得到。先前平台帳號可讀此金鑰，建議擇期更換。\nThe signer's key and memory moved from ${dataDir} to ${state}, readable by ${account.name} alone. The platform's account could read this key until now; consider a new one.`,
    );
  return EXIT.ok;
}

/** How root starts it beside a platform: whose process, with whose rights, for whom. */
function besideOf(values: { beside?: string; as?: string; for?: string }): Beside | undefined {
  if (!values.beside || !values.as || !values.for || !runsAsRoot()) return undefined;
  return { parent: Number(values.beside), as: accountOf(values.as), owner: accountOf(values.for) };
}

function accountOf(ids: string): Account {
  const [uid, gid] = ids.split(':').map(Number);
  if (!uid || gid === undefined || Number.isNaN(gid)) throw usageError(`uid:gid, ${ids}`);
  return { name: ids, uid, gid };
}

async function showKey(name: string, keys: string[]): Promise<ExitCode> {
  const opened = await openKeys(keys);
  if (isRefused(opened)) return refuse(opened);
  say(
    verifierKeyOf(
      name,
      opened.map(({ publicKey }) => publicKey),
    ),
  );
  return EXIT.ok;
}

/** The hand-over goes on in another folder. */
const absolute = (place: string) => (/^(credential|pkcs11):/.test(place) ? place : resolve(place));

/** Under root, as the account of its own that was named; that of the platform where none was. */
async function asItsUser(state: string, keys: string[], socket: string): Promise<Refused | undefined> {
  if (process.env.ANCHENG_SIGNER_USER) process.env.ANCHENG_USER = process.env.ANCHENG_SIGNER_USER;
  const places = ['--state', state, ...keys.flatMap((key) => ['--key', key]), '--socket', socket];
  return handOver(state, ['signer', ...places]);
}

/** Who asks: the process that forked this one; whoever may use a socket; or the platform that root started this one beside. */
type Door = { kind: 'parent' } | { kind: 'socket'; path: string } | ({ kind: 'beside'; path: string } & Beside);
type Beside = { parent: number; as: Account; owner: Account };

async function serveSigner(state: string, places: string[], door: Door): Promise<ExitCode> {
  const failed = (error: unknown) =>
    process.stderr.write(`signer: ${error instanceof Error ? error.message : error}\n`);
  if (door.kind !== 'beside') makePrivateFolder(state);
  const lock = await takeFolder(state, door.kind === 'beside' ? door.as : undefined);
  if (isRefused(lock)) return refuse(lock);
  const opened = Promise.withResolvers<(request: SignerRequest) => Promise<SignerAnswer>>();
  const ask = async (request: SignerRequest) => (await opened.promise)(request);
  const owner = door.kind === 'beside' ? door.owner : undefined;
  const server = door.kind === 'parent' ? undefined : await listening(door.path, ask, failed, owner);
  if (isRefused(server)) return refuse(server);
  if (door.kind === 'beside') {
    flushCompileCache(); // while it may be written: it is root's
    becomeAccount(door.as); // what is root's to do is done: the socket, in a folder only root writes
  }
  const keys = await openKeys(places);
  if (isRefused(keys)) {
    server?.close();
    return refuse(keys);
  }
  const store = directoryStore(state);
  const kept = acknowledgements(store, failed);
  const files = places.filter((place) => !/^(credential|pkcs11):/.test(place));
  opened.resolve(answerSigner(localSigner(keys, store), kept, [state, ...files]));
  await untilAskedToEnd(door, ask);
  server?.close();
  server?.closeAllConnections();
  await kept.flush();
  lock.release();
  return EXIT.ok;
}

const listening = (...door: Parameters<typeof listenOnSocket>) =>
  listenOnSocket(...door).catch((error: unknown) =>
    explain({ what: text('開啟簽章者的 socket', 'Opening the socket of the signer'), where: door[0] }, error),
  );

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const LOOK_MS = 250;

/** A signer that belongs to a platform ends with it and with nothing else: Ctrl-C reaches both, and the platform still seals. */
async function untilAskedToEnd(door: Door, ask: (request: SignerRequest) => Promise<SignerAnswer>): Promise<void> {
  const { promise: end, resolve: stop } = Promise.withResolvers<void>();
  for (const signal of SIGNALS) process.on(signal, () => door.kind === 'socket' && stop());
  switch (door.kind) {
    case 'parent':
      return answerParent(ask);
    case 'socket':
      say(`簽章者已就緒 · the signer is ready: ${door.path}`);
      markReady();
      return end;
    case 'beside': {
      process.send?.(READY);
      // Whoever started it keeps its process number when it becomes the platform: another parent means that it is gone.
      const watch = setInterval(() => process.ppid !== door.parent && stop(), LOOK_MS);
      await end;
      return clearInterval(watch);
    }
  }
}

/** A key that is not there, is another's to read, or sits in a token that does not answer, is the surroundings' doing. */
async function openKeys(places: string[]): Promise<SigningKey[] | Refused> {
  try {
    await makeFirstKey(places[0]);
    return await Promise.all(places.map((place) => openSigningKey(place)));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const { zh, en } = (error as Partial<Unusable>).told ?? text(why, why);
    return refused({
      code: 'unready',
      message: text(`簽章金鑰無法開啟：${zh}`, `The signing key cannot be opened: ${en}`),
      fix: {
        text: text('請放回原來的金鑰；金鑰請勿刪除或另造。', 'Put the right key back; delete none and make no other.'),
      },
    });
  }
}

/** A key file that is not there yet is made; keys elsewhere are the operator's to make. */
async function makeFirstKey(place: string | undefined): Promise<void> {
  if (place && !/^(credential|pkcs11):/.test(place) && !existsSync(place)) await createLogKey(place);
}

function refuse(refusal: Refused): ExitCode {
  tellRefused(refusal);
  return EXIT.environment;
}
