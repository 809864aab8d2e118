import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { chownSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Decrypter, generateIdentity, identityToRecipient } from 'age-encryption';
import { type Refused, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';

/**
 * What the running installation needs to make backups, in `<data>/secrets/backup.json`. It can write backups and name what is
 * in them; it cannot read one: that takes the recovery key, which only the office has.
 */
export type BackupKeys = {
  /** `age1…`: everything is encrypted to it. */
  recipient: string;
  /** Names contents on the disk, so that a name tells a stranger nothing. */
  nameKey: Uint8Array;
  /** Signs what is listed, so that nobody slips in a backup of their own making. */
  signingKey: KeyObject;
  madeAt: string;
};

/** What the office typed in or kept in a file: the secret, and whose signature to expect when the sheet says so. */
export type RecoveryKey = { identity: string; signedBy: KeyObject | undefined };

const PLACE = 'secrets/backup.json';

/** Makes a recovery key and what the installation keeps of it. The sheet is returned once and stored nowhere. */
export async function makeRecoveryKey(dataDir: string, installation: string, now: Date): Promise<{ sheet: string }> {
  const identity = await generateIdentity();
  const recipient = await identityToRecipient(identity);
  const { privateKey } = generateKeyPairSync('ed25519');
  const kept = {
    recipient,
    nameKey: randomBytes(32).toString('base64'),
    signingKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
    madeAt: now.toISOString(),
  };
  const path = join(dataDir, PLACE);
  writeFileSync(path, `${JSON.stringify(kept)}\n`, { mode: 0o600 });
  const { uid, gid } = statSync(dataDir);
  if (process.getuid?.() === 0) chownSync(path, uid, gid);
  return { sheet: sheetOf(identity, installation, publicPart(privateKey), now) };
}

/** The keys for making backups; undefined before a recovery key was made. */
export function readBackupKeys(dataDir: string): BackupKeys | undefined {
  const path = join(dataDir, PLACE);
  if (!existsSync(path)) return undefined;
  const kept = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
  return {
    recipient: kept.recipient!,
    nameKey: Buffer.from(kept.nameKey!, 'base64'),
    signingKey: createPrivateKey({ key: Buffer.from(kept.signingKey!, 'base64'), format: 'der', type: 'pkcs8' }),
    madeAt: kept.madeAt!,
  };
}

/** Reads a recovery sheet, or the bare `AGE-SECRET-KEY-1…` line of one as somebody typed it: spaces and case do not matter. */
export function readRecoveryKey(sheet: string): RecoveryKey | Refused {
  const typed = sheet.replaceAll(/^#.*$/gm, '').replaceAll(/\s/g, '').toUpperCase();
  const identity = /AGE-SECRET-KEY-1[A-Z0-9]{58}/.exec(typed)?.[0];
  const signer = /signed-by:\s*([A-Za-z0-9+/]{43}=)/.exec(sheet)?.[1];
  if (identity === undefined) return notAKey;
  if (!isWhole(identity)) return mistyped;
  return { identity, signedBy: signer ? fromRaw(Buffer.from(signer, 'base64')) : undefined };
}

/** A key ends in a checksum: one wrong letter is a slip of the hand, not a damaged backup. */
function isWhole(identity: string): boolean {
  try {
    new Decrypter().addIdentity(identity);
    return true;
  } catch {
    return false;
  }
}

const mistyped = refused({
  code: 'invalid',
  message: text('復原金鑰輸入有誤（檢查碼不符）。', 'The recovery key is mistyped: its checksum does not fit.'),
  fix: {
    text: text(
      '請對照紙本逐組核對；AGE-SECRET-KEY-1 之後沒有 1、B、I、O，看來像 O 的都是 0、像 B 的都是 8。',
      'Compare it with the sheet group by group. After the beginning a key has none of 1, B, I and O.',
    ),
  },
});

const sheetOf = (identity: string, installation: string, signedBy: string, now: Date): string =>
  `# 安程 備份復原金鑰 · Ancheng recovery key
#
# 安裝代號 installation: ${installation}
# 製作日期 made: ${now.toISOString().slice(0, 10)}
# signed-by: ${signedBy}
#
# 請列印兩份，分置兩處上鎖保管，印妥後刪除電子檔。沒有這把金鑰，任何備份都無法還原，也沒有人能補發。
# Print it twice, lock the copies away in two places, then delete the file. Without this key no backup can be
# restored, and nobody can issue another one for backups already made.

${identity}
`;

const publicPart = (key: KeyObject): string =>
  createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');

const SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const fromRaw = (raw: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.concat([SPKI, raw]), format: 'der', type: 'spki' });

const notAKey = refused({
  code: 'invalid',
  message: text(
    '這不是復原金鑰：找不到 AGE-SECRET-KEY-1 開頭的 74 個字元。',
    'This is no recovery key: there is no AGE-SECRET-KEY-1… of 74 characters in it.',
  ),
  fix: {
    text: text(
      '請核對紙本逐字輸入，大小寫與空格不拘。',
      'Type it again from the sheet; case and spaces do not matter.',
    ),
  },
});
