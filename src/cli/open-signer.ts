import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { signerAsChild } from '../adapters/sealing/signer-child.ts';
import type { Signer } from '../adapters/sealing/signer-door.ts';
import { signerOnSocket } from '../adapters/sealing/signer-socket.ts';
import { isRefused, type Refused, refused } from '../kernel/refusal.ts';
import { text } from '../kernel/text.ts';
import { keyFault, keyGone } from './signer-key.ts';
import { ownSigner } from './signer-place.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/**
 * The signer another account or machine unit keeps, where one is set up; else a child of this process. Refuses when it cannot be
 * reached, cannot open its key, has another key than this installation published, or when that key is gone.
 */
export async function openSigner(dataDir: string, say: (line: string) => void): Promise<Signer | Refused> {
  const socket = process.env.ANCHENG_SIGNER;
  const gone = socket || existsSync(ownSigner(dataDir).key) ? undefined : keyGone(dataDir);
  if (gone) return gone;
  const opening = socket ? whenItListens(socket) : asChild(dataDir, say);
  const signer = await opening.catch((error: unknown) => unreachable(error, socket));
  if (isRefused(signer)) return signer;
  const fault = keyFault(dataDir, signer.publicKeys);
  if (fault) await signer.close();
  return fault ?? signer;
}

function asChild(dataDir: string, say: (line: string) => void): Promise<Signer> {
  const { state, key } = ownSigner(dataDir);
  mkdirSync(join(dataDir, 'secrets'), { recursive: true, mode: 0o700 });
  const newEnough = Number(process.versions.node.split('.')[0]) >= 24;
  const execPath = newEnough ? process.execPath : join(ROOT, 'node_modules/node/bin/node');
  const args = ['signer', '--child', '--state', state, '--key', key];
  return signerAsChild({ execPath, script: join(ROOT, 'bin/ancheng.js'), args }, say);
}

const PATIENCE_MS = 10_000;

/** Started together, the signer may be a moment later than the platform. */
async function whenItListens(socket: string): Promise<Signer> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await signerOnSocket(socket);
    } catch (error) {
      if (!isNobodyThere(error) || performance.now() > end) throw error;
      await new Promise((again) => setTimeout(again, 200));
    }
  }
}

/** Whether an error of asking says that no signer listens at its socket. */
export const isNobodyThere = (error: unknown): boolean =>
  error instanceof Error &&
  /^(ENOENT|ECONNREFUSED|ECONNRESET|EPIPE)$/.test(String((error as NodeJS.ErrnoException).code));

const LOOK_MS = 5_000;

/**
 * Settles when a signer that root started beside this process is gone: only root can start it again, so the platform stops in
 * order, unsealed events safe in the database, and says so. A signer of its own unit is waited for instead.
 */
export function lossOf(signer: Signer): { lost: Promise<Refused>; stop(): void } {
  const { promise: lost, resolve: tell } = Promise.withResolvers<Refused>();
  if (!process.env.ANCHENG_SIGNER_BESIDE) return { lost, stop: () => {} };
  const look = () => void signer.who().catch((error: unknown) => isNobodyThere(error) && tell(signerEnded));
  const looking = setInterval(look, LOOK_MS);
  return { lost, stop: () => clearInterval(looking) };
}

const signerEnded = refused({
  code: 'unready',
  message: text(
    '簽章程序自行結束，平台的帳號無權重新啟動它，因此依序停止。已登錄的事項都在資料庫中，尚未封存者於下次啟動時封存。',
    'The signer ended by itself, and the platform’s account may not start it again, so the platform stops in order. Everything entered is in the database; what is not sealed yet is sealed at the next start.',
  ),
  fix: {
    text: text(
      '請如先前以 root 重新啟動；若一再發生，查看系統紀錄（記憶體不足、磁碟已滿）。',
      'Start it again as root, as before; if it keeps happening, look into the system’s log (out of memory, disk full).',
    ),
  },
});

function unreachable(error: unknown, socket: string | undefined): Refused {
  const why = error instanceof Error ? error.message : String(error);
  return refused({
    code: 'unready',
    message: why.startsWith('the signer did not start')
      ? text('簽章程序未能啟動，原因如上列。', 'The signer did not start; why stands above.')
      : text(`簽章者沒有回應：${why}`, `The signer does not answer: ${why}`),
    fix: {
      text: socket
        ? text(
            `請確認 ancheng signer 已啟動（systemctl status ancheng-signer），且平台的帳號可使用 ${socket}。`,
            `See that \`ancheng signer\` runs (systemctl status ancheng-signer) and that the platform's account may use ${socket}.`,
          )
        : text(
            '請依上列訊息處理資料夾中的 signer/ 與 secrets/log.pem 後再啟動；請勿刪除。',
            'Mend what the message says about signer/ and secrets/log.pem in the data folder and start again; delete neither.',
          ),
    },
  });
}
