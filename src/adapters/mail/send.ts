import { createTransport } from 'nodemailer';
import type { MailSettings } from './settings.ts';

export type Outgoing = {
  id: string;
  address: string;
  subject: string;
  text: string;
  /** Attached as plain text. */
  files?: { name: string; content: string }[];
};

/** `final`: the server will never take it (no such mailbox); otherwise trying again makes sense. */
export type Outcome = { sent: boolean; answer: string; final?: boolean };

/** Hands one mail to the server and waits for its answer; every failure is an outcome, nothing is thrown. */
export async function sendMail(settings: MailSettings, mail: Outgoing): Promise<Outcome> {
  const { host, port, security, user, password, anyCertificate, from } = settings;
  const transport = createTransport({
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(user ? { auth: { user, pass: password ?? '' } } : {}),
    tls: { minVersion: 'TLSv1.2', rejectUnauthorized: !anyCertificate },
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    const { response } = await transport.sendMail({
      from,
      to: mail.address,
      subject: mail.subject,
      text: mail.text,
      ...(mail.files ? { attachments: mail.files.map(attached) } : {}),
      // The same for every attempt, so that a mail whose receipt was lost is recognised as sent twice.
      messageId: `<${mail.id.replaceAll(/[^\w.-]/g, '-')}@${host}>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
    return { sent: true, answer: response.slice(0, 500) };
  } catch (error) {
    return failure(error as MailError);
  } finally {
    transport.close();
  }
}

const attached = ({ name, content }: { name: string; content: string }) => ({
  filename: name,
  content,
  contentType: 'application/octet-stream',
});

type MailError = Error & { code?: string; responseCode?: number; response?: string };

/** A lasting refusal counts only when it is about the recipient or the mail; a wrong password can be mended meanwhile. */
function failure({ code, responseCode = 0, response, message }: MailError): Outcome {
  const final = responseCode >= 500 && (code === 'EENVELOPE' || code === 'EMESSAGE');
  return { sent: false, answer: (response ?? message).slice(0, 500), ...(final ? { final } : {}) };
}
