import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { open, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { NodeKey } from '../../kernel/ledger/mac.ts';
import { type Text, text } from '../../kernel/text.ts';
import { syncFolder } from './store.ts';

/**
 * Makes the Ed25519 key that signs checkpoints, as PKCS#8 PEM readable by its owner only (any openssl reads it).
 * @throws when the file exists: a key is never replaced by accident.
 */
export async function createLogKey(path: string): Promise<KeyObject> {
  const { privateKey } = generateKeyPairSync('ed25519');
  await createSecret(path, String(privateKey.export({ format: 'pem', type: 'pkcs8' })));
  return privateKey;
}

/**
 * Reads the key {@link createLogKey} made. @throws when others may read the file, or it holds another kind of key.
 * @param guarded the folder it lies in is what keeps others out, as with credentials of systemd, whose access lists show as group rights.
 */
export async function loadLogKey(path: string, guarded = false): Promise<KeyObject> {
  const key = privateKeyIn(await (guarded ? readFile(path, 'utf8') : readSecret(path)));
  if (key?.asymmetricKeyType !== 'ed25519')
    throw unusable(text(`${path} 裡沒有 Ed25519 私鑰（PEM）。`, `${path} holds no Ed25519 private key (PEM).`));
  return key;
}

function privateKeyIn(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined; // no key at all, which the caller tells
  }
}

/** Why a key cannot be used, in both languages beside the message. */
export type Unusable = Error & { told: Text };
const unusable = (told: Text): Unusable => Object.assign(new Error(told.en), { told });

/** Makes the 32 bytes with which command servers mark events, base64 in a file readable by its owner only. @throws when it exists. */
export async function createNodeKey(path: string): Promise<NodeKey> {
  const key = randomBytes(32);
  await createSecret(path, `${key.toString('base64')}\n`);
  return createSecretKey(key);
}

/** Reads the key {@link createNodeKey} made. @throws when others may read the file, or it is not 32 bytes. */
export async function loadNodeKey(path: string): Promise<NodeKey> {
  const key = Buffer.from((await readSecret(path)).trim(), 'base64');
  if (key.length !== 32) throw new Error(`${path} does not hold a node key of 32 bytes in base64`);
  return createSecretKey(key);
}

/** The 32 raw bytes of an Ed25519 key's public half, as verifier keys hold them. */
export const rawPublicKey = (key: KeyObject): Uint8Array =>
  (key.type === 'public' ? key : createPublicKey(key)).export({ format: 'der', type: 'spki' }).subarray(-32);

async function createSecret(path: string, content: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await syncFolder(dirname(path));
}

async function readSecret(path: string): Promise<string> {
  const { mode } = await stat(path);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw unusable(
      text(
        `他人可讀取 ${path}；請執行 chmod 600，並將此金鑰視為已外洩。`,
        `others may read ${path}; make it private (chmod 600) and consider the key known to them`,
      ),
    );
  }
  return readFile(path, 'utf8');
}
