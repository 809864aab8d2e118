import { randomUUID } from 'node:crypto';
import { sendMail } from '../../adapters/mail/send.ts';
import type { MailSettings } from '../../adapters/mail/settings.ts';
import { text } from '../../kernel/text.ts';
import { no, os } from './ask.ts';
import { changing, managing, note } from './managing.ts';

/** The mail server of the installation, and trying it. */

export const mailAnswers = {
  get: os.mail.get.handler(async ({ context }) => {
    await managing(context);
    const settings = context.http.mailSettings.read();
    if (!settings) return {};
    const { password, ...shown } = settings;
    return { settings: { ...shown, hasPassword: Boolean(password) } };
  }),
  set: os.mail.set.handler(async ({ input, context }) => {
    const { http } = context;
    const caller = await changing(context);
    http.mailSettings.write(withPassword(input, http.mailSettings.read()));
    const { host, port, security, from } = input;
    await note(http, caller, 'mail.server_set', { host, port: String(port), security, from });
    return { done: true };
  }),
  remove: os.mail.remove.handler(async ({ context }) => {
    const { http } = context;
    const caller = await changing(context);
    http.mailSettings.remove();
    await note(http, caller, 'mail.server_removed', {});
    return { done: true };
  }),
  test: os.mail.test.handler(async ({ input, context }) => {
    const { http } = context;
    const caller = await changing(context);
    const settings = http.mailSettings.read();
    if (!settings) return no([{ code: 'state', message: text('尚未設定郵件伺服器。', 'No mail server is set up.') }]);
    const subject = '安程測試郵件 · Ancheng test mail';
    const body = `這是測試郵件，表示郵件可以寄出。\nThis is a test: mail can leave.\n\n${http.baseUrl}\n`;
    const outcome = await sendMail(settings, { id: `test.${randomUUID()}`, address: input.to, subject, text: body });
    await note(http, caller, 'mail.tested', { outcome: outcome.sent ? 'sent' : 'failed', answer: outcome.answer });
    return { sent: outcome.sent, answer: outcome.answer };
  }),
};

/** A password is kept only for the server and user it was given for: another host must not be handed it. */
function withPassword(given: MailSettings, before: MailSettings | undefined): MailSettings {
  if (given.password !== undefined || !given.user) return given;
  const same = before?.host === given.host && before.user === given.user;
  return same && before.password !== undefined ? { ...given, password: before.password } : given;
}
