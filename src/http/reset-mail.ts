import { randomUUID } from 'node:crypto';
import { sendMail } from '../adapters/mail/send.ts';
import type { MailSettingsFile } from '../adapters/mail/settings.ts';
import { formatRocMoment } from '../kernel/calendar/roc.ts';

type Reset = { email: string; name: string; token: string; until: string };

/**
 * Sends a reset to its owner's mailbox; undefined while no mail server is set up. It does not go through the outbox: its token must
 * stand in no table and no ledger.
 */
export function resetMail(settings: MailSettingsFile, origin: string): ((to: Reset) => Promise<void>) | undefined {
  const server = settings.read();
  if (!server) return undefined;
  return async ({ email, name, token, until }) => {
    const link = `${origin}/reset?code=${token}`;
    const text = `${name} 您好：

有人（應該是您）要求重設安程的登入密碼。請於 ${formatRocMoment(until)} 前開啟下列網址設定新密碼，只能使用一次：

${link}

若不是您要求的，請勿開啟，並通知資安專責人員。重設後七日內的簽核會加註。

Somebody, probably you, asked to reset your Ancheng password. Open the address above before ${until.slice(0, 16).replace('T', ' ')} UTC; it works
once. If it was not you, leave it and tell the security officer. Seals within seven days of a reset are marked.
`;
    const subject = '安程：重設密碼 · Reset your password';
    const outcome = await sendMail(server, { id: `reset.${randomUUID()}`, address: email, subject, text });
    if (!outcome.sent) throw new Error(outcome.answer);
  };
}
