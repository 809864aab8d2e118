import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readdirSync, rmdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Account, asAccount, makePrivateFolder } from '../adapters/postgres/embedded/account.ts';
import { explain } from '../adapters/postgres/embedded/trouble.ts';
import { READY } from '../adapters/sealing/signer-child.ts';
import { isRefused, type Refused, refused } from '../kernel/refusal.ts';
import { type Text, text } from '../kernel/text.ts';
import { say } from './say.ts';
import { chooseSignerAccount, firstLoose } from './signer-account.ts';
import { keyGone } from './signer-key.ts';
import { keyIn, moveSigner, ownSigner, signerPlace } from './signer-place.ts';

const PROGRAM = resolve(import.meta.dirname, '../..');

/**
 * What root does about the signer before the platform lays root's rights down: starts it under an account of its own, with a folder
 * the platform's account can neither read nor write and a socket only that account may use. It ends with the platform.
 * Returns what the platform's environment needs; nothing where a signer is named already, or where none can be kept apart: then
 * the platform starts its own as before, and why is said. An installation whose key was moved once is never begun without it.
 */
export async function separateSigner(dataDir: string, platform: Account): Promise<NodeJS.ProcessEnv | Refused> {
  if (process.env.ANCHENG_SIGNER) return {};
  const place = resolve(signerPlace(dataDir));
  const settled = existsSync(keyIn(place));
  const why = settled ? undefined : whyTogether(dataDir, place, platform);
  if (why) return together(why);
  const account = chooseSignerAccount(platform, place, process.env);
  if (isRefused(account)) return account;
  const kept = account ? preparePlace(place, account, platform) : NO_ACCOUNT;
  if (isRefused(kept)) return kept;
  if (kept || !account) return settled ? cannotKeep(place, kept ?? NO_ACCOUNT) : together(kept ?? NO_ACCOUNT);
  if (!settled && !existsSync(ownSigner(dataDir).key)) {
    const gone = keyGone(dataDir);
    if (gone) return gone;
  }
  const moved = await moveSigner(dataDir, place, platform, account).catch((error: unknown) =>
    explain({ what: text('移交簽章者的金鑰與記憶', "Moving the signer's key and memory"), where: place }, error),
  );
  if (isRefused(moved)) return moved;
  if (moved === 'moved')
    say(`簽章者的金鑰與記憶已移至 · the signer's key and memory moved to: ${place} (${account.name})`);
  return startBeside(place, platform, account);
}

/** Why the signer stays with the platform, where nothing was moved yet; undefined when it can be kept apart. */
function whyTogether(dataDir: string, place: string, platform: Account): Text | undefined {
  const loose = firstLoose(place);
  if (loose)
    return text(
      `${loose} 不是 root 專有，他人可在其中換掉簽章者的資料夾 ${place}`,
      `${loose} is not root's alone, so the signer's folder ${place} could be exchanged in it`,
    );
  if (!process.env.ANCHENG_SIGNER_DATA && onVolume(dataDir, place))
    return text(
      `資料夾是獨立掛載的磁碟區，${place} 不在其中，容器重建即遺失；請另掛一個磁碟區並以 ANCHENG_SIGNER_DATA 指定`,
      `the data folder is a volume of its own and ${place} would not be on it; mount another and name it in ANCHENG_SIGNER_DATA`,
    );
  if (couldChange(platform))
    return text(
      `使用者 ${platform.name} 可更改程式本身（${PROGRAM}），分開也擋不住；請將程式改為 root 所有`,
      `the account ${platform.name} can change the program itself (${PROGRAM}), which would get around it; let root own the program`,
    );
  return undefined;
}

const onVolume = (dataDir: string, place: string): boolean => statSync(dataDir).dev !== statSync(dirname(place)).dev;

/** Whether the platform's account owns what root starts next, or a folder above it. */
function couldChange({ uid, gid }: Account): boolean {
  const inside = ['.', 'bin', 'src', 'src/cli', 'node_modules'].map((path) => join(PROGRAM, path));
  const above: string[] = [];
  for (let folder = PROGRAM; dirname(folder) !== folder; folder = dirname(folder)) above.push(dirname(folder));
  return [...inside, ...above].some((path) => {
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found) return false;
    const open = (found.mode & 0o002) !== 0 || (found.gid === gid && (found.mode & 0o020) !== 0);
    return found.uid === uid || (open && (found.mode & 0o1000) === 0);
  });
}

const together = (why: Text): NodeJS.ProcessEnv => {
  say(
    `簽章者與平台同一帳號（未分開）：${why.zh}。 · The signer runs under the platform's account (not separated): ${why.en}. docs/operating/ledger.md`,
  );
  return {};
};

/** The folder, the signer's alone; or why this system does not keep it so. */
function preparePlace(place: string, account: Account, platform: Account): Text | Refused | undefined {
  const fresh = !existsSync(place);
  try {
    makePrivateFolder(place);
    chownSync(place, account.uid, account.gid);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (fresh && existsSync(place)) rmdirSync(place);
    if (code === 'EPERM' || code === 'EINVAL') return NO_ACCOUNT;
    return explain({ what: text('準備簽章者的資料夾', 'Preparing the folder of the signer'), where: place }, error);
  }
  if (!reads(platform, place) && reads(account, place)) return undefined;
  if (fresh) rmdirSync(place);
  return text(
    `檔案系統不區分使用者（${place}）`,
    `the file system does not keep accounts apart, or does not let the signer in (${place})`,
  );
}

function reads(account: Account, folder: string): boolean {
  return asAccount(account, () => {
    try {
      readdirSync(folder);
      return true;
    } catch {
      return false; // barred, which is what is asked
    }
  });
}

/** Short whatever the data folder is called: a socket's name may have some hundred bytes. */
const socketOf = (place: string): string =>
  `${existsSync('/run') ? '/run' : '/var/run'}/ancheng-signer-${createHash('sha256').update(place).digest('hex').slice(0, 12)}`;

async function startBeside(place: string, platform: Account, account: Account): Promise<NodeJS.ProcessEnv | Refused> {
  const socket = socketOf(place);
  const places = ['--state', place, '--key', keyIn(place), '--socket', socket];
  const ids = ['--beside', String(process.pid), '--as', idsOf(account), '--for', idsOf(platform)];
  const child = spawn(process.execPath, [join(PROGRAM, 'bin/ancheng.js'), 'signer', ...places, ...ids], {
    cwd: '/',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...bareEnvironment(), ...compiledByRoot() },
  });
  if (!(await isReady(child))) return notStarted;
  child.disconnect();
  child.unref();
  say(`簽章者以另一個帳號執行 · the signer runs as an account of its own: ${account.name}`);
  return { ANCHENG_SIGNER: socket, ANCHENG_SIGNER_BESIDE: '1' };
}

const idsOf = ({ uid, gid }: Account) => `${uid}:${gid}`;

/** Passwords and addresses of the platform are none of the signer's business. */
const bareEnvironment = (): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH ?? '/usr/bin:/bin',
  ...(process.env.TZ ? { TZ: process.env.TZ } : {}),
});

const COMPILED = '/var/cache/ancheng';

/**
 * What Node made of the program's sources, or every start makes it anew and keeps what makes it in memory (25 MB). In a folder only root writes:
 * the signer begins as root, and whoever writes there decides what it runs. Without one it goes on without.
 */
function compiledByRoot(): NodeJS.ProcessEnv {
  try {
    if (!existsSync(COMPILED)) {
      mkdirSync(COMPILED);
      chmodSync(COMPILED, 0o755);
    }
    const { uid, mode } = lstatSync(COMPILED);
    return uid === 0 && (mode & 0o022) === 0 && firstLoose(COMPILED) === undefined
      ? { NODE_COMPILE_CACHE: COMPILED }
      : {};
  } catch {
    return {}; // no such folder here, or read-only
  }
}

const isReady = (child: ChildProcess): Promise<boolean> =>
  new Promise((resolve) => {
    child.once('message', (message) => resolve(message === READY));
    child.once('error', () => resolve(false));
    child.once('exit', () => resolve(false));
  });

const NO_ACCOUNT = text(
  '本系統沒有第二個一般帳號可用；可先建立：useradd --system ancheng-signer',
  'there is no second ordinary account; create one: useradd --system ancheng-signer',
);

const notStarted = refused({
  code: 'unready',
  message: text('簽章程序未能啟動，原因如上。', 'The signer did not start; why stands above.'),
});

const cannotKeep = (place: string, why: Text): Refused =>
  refused({
    code: 'unready',
    message: text(
      `簽章者的金鑰在 ${place}，但現在無法以另一帳號執行：${why.zh}。`,
      `The signer's key is in ${place}, but it cannot run under an account of its own now: ${why.en}.`,
    ),
    fix: {
      text: text(
        '請恢復該帳號，或以 ANCHENG_SIGNER_USER 指定另一個。',
        'Bring that account back, or name another in ANCHENG_SIGNER_USER.',
      ),
    },
  });
