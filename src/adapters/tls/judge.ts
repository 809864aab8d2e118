import type { X509Certificate } from 'node:crypto';
import { X509Certificate as Certificate } from 'node:crypto';
import { getCACertificates } from 'node:tls';
import { type Refused, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import { isAddress } from './names.ts';

/** What is known of a certificate in use. Moments ISO UTC; the fingerprint is SHA-256, hexadecimal with colons. */
export type Card = {
  subject: string;
  issuer: string;
  names: string[];
  from: string;
  until: string;
  fingerprint: string;
};

export const cardOf = (one: X509Certificate): Card => ({
  subject: oneLine(one.subject),
  issuer: oneLine(one.issuer),
  names: namesIn(one),
  from: one.validFromDate.toISOString(),
  until: one.validToDate.toISOString(),
  fingerprint: one.fingerprint256,
});

/** Whether people's browsers will accept what is shown, under this name, now; refuses with what to ask the issuer for. */
export function judgeChain(chain: X509Certificate[], name: string, now: Date): Refused | undefined {
  const server = chain[0]!;
  const day = (date: Date) => date.toISOString().slice(0, 10);
  if (server.validToDate <= now) return expired(day(server.validToDate));
  if (server.validFromDate > now) return early(day(server.validFromDate));
  if (!covers(server, name)) return wrongName(name, namesIn(server));
  if (
    server.publicKey.asymmetricKeyType === 'rsa' &&
    (server.publicKey.asymmetricKeyDetails?.modulusLength ?? 0) < 2048
  )
    return weak;
  return chainEnds(chain) ? undefined : noChain(oneLine(chain.at(-1)!.issuer));
}

/** Browsers look at the alternative names only; the common name counts no more. */
const covers = (one: X509Certificate, name: string): boolean =>
  isAddress(name) ? one.checkIP(name) !== undefined : one.checkHost(name, { subject: 'never' }) !== undefined;

/** Each one signed by the next, the last a root (shown, or among those every computer knows). */
function chainEnds(chain: X509Certificate[]): boolean {
  const linked = chain.every((one, at) => {
    const issuer = chain[at + 1];
    return issuer === undefined || (one.checkIssued(issuer) && one.verify(issuer.publicKey));
  });
  return linked && (isRoot(chain.at(-1)!) || isPubliclyKnown(chain));
}

const isRoot = (one: X509Certificate) => one.checkIssued(one);

/** Whether the chain leads to a root that browsers bring along: such a certificate is accepted by every computer. */
export function isPubliclyKnown(chain: X509Certificate[]): boolean {
  const last = chain.at(-1)!;
  return getCACertificates('bundled').some((pem) => {
    const root = new Certificate(pem);
    return root.fingerprint256 === last.fingerprint256 || (last.checkIssued(root) && last.verify(root.publicKey));
  });
}

function namesIn(one: X509Certificate): string[] {
  const parts = one.subjectAltName?.split(', ') ?? [];
  return parts.flatMap((part) => /^(?:DNS|IP Address):"?([^"]+)"?$/.exec(part)?.[1] ?? []);
}

const oneLine = (name: string) => name.split('\n').reverse().join(', ');

const no = (field: string, zh: string, en: string, fixZh: string, fixEn: string): Refused =>
  refused({ code: 'invalid', field, message: text(zh, en), fix: { text: text(fixZh, fixEn) } });

const expired = (day: string) =>
  no(
    'certificates',
    `憑證已於 ${day} 到期。`,
    `The certificate expired on ${day}.`,
    '請向發證單位換發。',
    'Have it renewed by its issuer.',
  );
const early = (day: string) =>
  no(
    'certificates',
    `憑證自 ${day} 起才有效。`,
    `The certificate is valid only from ${day}.`,
    '請確認本機時間正確，或於該日後再設定。',
    'Check the clock of this machine, or set it up after that day.',
  );
const wrongName = (name: string, names: string[]) =>
  no(
    'name',
    `憑證不含「${name}」，所載名稱為：${names.join('、') || '無'}。`,
    `The certificate is not for "${name}"; it names: ${names.join(', ') || 'nothing'}.`,
    '請填憑證所載的名稱，或請發證單位將此名稱列入主體別名（SAN）。',
    'Give a name it holds, or ask the issuer to list this one among the alternative names (SAN).',
  );
const noChain = (issuer: string) =>
  no(
    'certificates',
    `缺少發證單位的憑證：${issuer}。`,
    `The issuer's certificate is missing: ${issuer}.`,
    '請將中繼憑證（機關自設憑證中心則連同根憑證）依序貼在伺服器憑證之後；PFX 匯出時請勾選包含所有憑證。',
    "Append the intermediate certificates after the server's (with the root, when the authority is the office's own); for a PFX, export all certificates in the path.",
  );
const weak = no(
  'certificates',
  '憑證的 RSA 金鑰少於 2048 位元。',
  'The RSA key of the certificate has fewer than 2048 bits.',
  '請以 RSA 2048 位元以上或 ECDSA P-256 重新申請。',
  'Request it anew with RSA of 2048 bits or more, or ECDSA P-256.',
);
