import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How mail leaves. `starttls`: encrypted after greeting, refused when the server does not offer it. */
export type MailSettings = {
  host: string;
  port: number;
  security: 'tls' | 'starttls' | 'none';
  /** The server's certificate need not be known: many offices' own servers sign for themselves. */
  anyCertificate?: boolean | undefined;
  user?: string | undefined;
  password?: string | undefined;
  /** Sender, as `安程 <ancheng@example.gov.tw>` or an address. */
  from: string;
};

/** Settings in `<data>/secrets/mail.json` (mode 0600), for they hold a password; undefined: no mail leaves, and nothing needs it. */
export function mailSettings(dataDir: string) {
  const file = join(dataDir, 'secrets', 'mail.json');
  return {
    read: (): MailSettings | undefined =>
      existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as MailSettings) : undefined,
    write(settings: MailSettings): void {
      mkdirSync(join(dataDir, 'secrets'), { recursive: true, mode: 0o700 });
      writeFileSync(`${file}.new`, JSON.stringify(settings), { mode: 0o600 });
      chmodSync(`${file}.new`, 0o600);
      renameSync(`${file}.new`, file);
    },
    remove: (): void => rmSync(file, { force: true }),
  };
}

export type MailSettingsFile = ReturnType<typeof mailSettings>;
