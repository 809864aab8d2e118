import { createPrivateKey, randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { type Account, asAccount } from '../adapters/postgres/embedded/account.ts';
import { lockFolder } from '../adapters/postgres/embedded/lock.ts';
import { rawPublicKey } from '../adapters/sealing/keys.ts';
import { isRefused, type Refused, refused } from '../kernel/refusal.ts';
import { text } from '../kernel/text.ts';

/** Where a data folder's own signer keeps its memory and key, where it has no account of its own. */
export const ownSigner = (dataDir: string) => ({
  state: join(dataDir, 'signer'),
  key: join(dataDir, 'secrets/log.pem'),
});

/** The folder of a signer with an account of its own: beside the data folder, never in it, for that is the platform's. */
export const signerPlace = (dataDir: string, env: NodeJS.ProcessEnv = process.env): string =>
  env.ANCHENG_SIGNER_DATA || `${dataDir}-signer`;

/** The key in such a folder. */
export const keyIn = (place: string): string => join(place, 'log.pem');

/**
 * Under root: moves key and memory out of the data folder into a place only the signer's account enters. Whatever moment cuts it
 * off, calling it again finishes: the key is laid down last, and what was copied is removed only behind it, so that there is never
 * a moment with two signers or none. Refuses while a signer works on the old place, and where two different keys are.
 * @param from the account that owns the data folder
 * @param to the signer's
 */
export async function moveSigner(dataDir: string, place: string, from: Account, to: Account): Promise<Moved | Refused> {
  const old = ownSigner(dataDir);
  const key = asAccount(from, () => ifThere(() => readFileSync(old.key)));
  const placed = asAccount(to, () => ifThere(() => readFileSync(keyIn(place))));
  if (key && placed && !sameKey(key, placed)) return twoKeys(old.key, keyIn(place));
  if (!key && !placed) return 'nothing';
  if (!existsSync(old.state) && !key) return 'there';
  const lock = existsSync(old.state) ? await takeFolder(old.state, from) : undefined;
  if (lock && isRefused(lock)) return lock;
  if (key && !placed) {
    const memory = asAccount(from, () => memoryIn(old.state));
    createPrivateKey(key); // half a key is not taken along
    asAccount(to, () => {
      for (const { path, bytes } of memory) put(join(place, path), bytes);
      put(keyIn(place), key);
    });
  }
  lock?.release();
  asAccount(from, () => {
    rmSync(old.key, { force: true });
    rmSync(old.state, { recursive: true, force: true });
  });
  return key && !placed ? 'moved' : 'there';
}

export type Moved = 'moved' | 'there' | 'nothing';

/** What a signer remembers: a file per origin, and what was acknowledged. */
function memoryIn(state: string): { path: string; bytes: Buffer }[] {
  const names = ['.', 'acknowledged'].flatMap((folder) =>
    (ifThere(() => readdirSync(join(state, folder))) ?? []).map((name) => join(folder, name)),
  );
  return names
    .filter((path) => /^(acknowledged\/)?[0-9a-f]{64}\.json$/.test(path))
    .map((path) => ({ path, bytes: readFileSync(join(state, path)) }));
}

/** Whole or not at all, and there after a power cut. */
function put(path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = join(dirname(path), `.${randomUUID()}.tmp`);
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeSync(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
  const folder = openSync(dirname(path), 'r');
  fsyncSync(folder);
  closeSync(folder);
}

/** Takes a signer's folder. The signer of a program that was just killed writes down what it knows first, on a slow disk too. */
export async function takeFolder(state: string, account?: Account): Promise<{ release(): void } | Refused> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const lock = account ? asAccount(account, () => lockFolder(state)) : lockFolder(state);
    if (!isRefused(lock) || performance.now() > end) return lock;
    await new Promise((next) => setTimeout(next, 100));
  }
}

const PATIENCE_MS = 15_000;

const sameKey = (one: Buffer, other: Buffer): boolean =>
  Buffer.compare(rawPublicKey(createPrivateKey(one)), rawPublicKey(createPrivateKey(other))) === 0;

function ifThere<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

const twoKeys = (old: string, placed: string): Refused =>
  refused({
    code: 'conflict',
    message: text(
      `有兩把不同的簽章金鑰：${old} 與 ${placed}。只能有一個簽章者，不會自行取捨。`,
      `There are two different signing keys, ${old} and ${placed}. There may be one signer only, and neither is chosen for you.`,
    ),
    fix: {
      text: text(
        `log/verifier-key 是對外公開的驗證金鑰（ancheng signer --public 名稱 --key 檔案 可印出一把金鑰的驗證金鑰）。請將不符的那一把連同其記憶資料夾移到他處保存，再重新啟動。`,
        'log/verifier-key is the published one (ancheng signer --public NAME --key FILE prints what a key gives). Move the key that does not fit, and the memory beside it, elsewhere and keep it; then start again.',
      ),
    },
  });
