import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rawPublicKey } from '../adapters/sealing/keys.ts';
import { writeDurably } from '../adapters/sealing/store.ts';
import { formatVerifierKey, parseVerifierKey } from '../kernel/ledger/note.ts';
import { isRefused, type Refused, refused } from '../kernel/refusal.ts';
import { text } from '../kernel/text.ts';

/** The installation's verifier key: with it and an organisation's name anybody checks that organisation's ledger. */
export const keyFile = (dataDir: string) => join(dataDir, 'log/verifier-key');

const formerFile = (dataDir: string) => join(dataDir, 'log/former-keys');

/** Makes a key the published one; the one before is kept, for checkpoints of earlier days bear its signature alone. */
export async function publishKey(dataDir: string, key: string): Promise<void> {
  const before = existsSync(keyFile(dataDir)) ? readFileSync(keyFile(dataDir), 'utf8').trim() : undefined;
  if (before === key) return;
  const former = before === undefined ? [] : [...formerLines(dataDir).filter((line) => line !== before), before];
  if (former.length > 0) await writeDurably(formerFile(dataDir), Buffer.from(`${former.join('\n')}\n`), 0o644);
  await writeDurably(keyFile(dataDir), Buffer.from(`${key}\n`), 0o644);
}

/** Keys published before the present one, under the name of a log. */
export const formerKeys = (dataDir: string, origin: string): string[] =>
  formerLines(dataDir).flatMap((line) => {
    const key = parseVerifierKey(line);
    return isRefused(key) ? [] : [formatVerifierKey(origin, rawPublicKey(key.publicKey))];
  });

const formerLines = (dataDir: string): string[] =>
  existsSync(formerFile(dataDir)) ? readFileSync(formerFile(dataDir), 'utf8').split('\n').filter(Boolean) : [];

const agreement = (dataDir: string) => join(dataDir, 'new-key.json');

/** Word of whoever keeps the installation that its signing key is lost and a new one is to sign a new log (`ancheng ledger new-key`). */
export function agreeToNewKey(dataDir: string, now: Date): void {
  writeFileSync(agreement(dataDir), `${JSON.stringify({ at: now.toISOString() })}\n`, { mode: 0o644 });
}

/** The file {@link agreeToNewKey} leaves, while it is there; it goes when every ledger has begun anew. */
export const agreedFile = (dataDir: string): string | undefined =>
  existsSync(agreement(dataDir)) ? agreement(dataDir) : undefined;

/** Whether another key than the published one may go on: people said so, or the installation was restored from a backup without it. */
export const newKeyAgreed = (dataDir: string): boolean =>
  agreedFile(dataDir) !== undefined || existsSync(join(dataDir, 'restored.json'));

/** Why no first key may be made: this installation sealed before, so its key is elsewhere or lost. */
export function keyGone(dataDir: string): Refused | undefined {
  return existsSync(keyFile(dataDir)) && !newKeyAgreed(dataDir) ? gone(dataDir) : undefined;
}

/** Why these keys may not go on signing: the key this installation published is not among them. */
export function keyFault(dataDir: string, publicKeys: readonly Uint8Array[]): Refused | undefined {
  if (!existsSync(keyFile(dataDir)) || newKeyAgreed(dataDir)) return undefined;
  const published = parseVerifierKey(readFileSync(keyFile(dataDir), 'utf8').trim());
  if (isRefused(published)) return undefined; // every ledger's own checkpoint is still compared
  const known = rawPublicKey(published.publicKey);
  return publicKeys.some((key) => Buffer.compare(key, known) === 0) ? undefined : other(dataDir);
}

const gone = (dataDir: string): Refused =>
  refused({
    code: 'unready',
    message: text(
      `此安裝已封存過軌跡，但資料夾 ${dataDir} 裡沒有簽章金鑰；不會自行另造一把。`,
      `This installation has sealed ledgers, yet there is no signing key in ${dataDir}; none is made in its stead.`,
    ),
    fix: {
      text: text(
        `金鑰若已移交另一帳號（例如 ${dataDir}-signer）：請如先前以 root 或系統服務啟動，或設定 ANCHENG_SIGNER。若遺失：由備份或副本放回；確定找不回時執行 ancheng ledger new-key，系統將另起新期並通知相關人員。`,
        `If it was given to another account (such as ${dataDir}-signer), start as root or as the service as before, or set ANCHENG_SIGNER. If it is missing, put it back from a copy; when it is lost for good, run ancheng ledger new-key: a new log begins, and people are told.`,
      ),
    },
  });

const other = (dataDir: string): Refused =>
  refused({
    code: 'conflict',
    message: text(
      `簽章者的金鑰與本安裝公開的驗證金鑰（${keyFile(dataDir)}）不同：可能接錯簽章者，或金鑰被換掉。尚未寫入任何內容。`,
      `The signer's key is not the one this installation published (${keyFile(dataDir)}): the wrong signer, or somebody exchanged the key. Nothing was written.`,
    ),
    fix: {
      text: text(
        '請放回原金鑰；輪替時新舊兩把並用（--key 新 --key 舊）。若原金鑰確已遺失，執行 ancheng ledger new-key，系統將另起新期並通知相關人員。',
        'Put the right key back; to rotate, run both (--key new --key old). If the old key is lost for good, run ancheng ledger new-key: a new log begins, and people are told.',
      ),
    },
  });
